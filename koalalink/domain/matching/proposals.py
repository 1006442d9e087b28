"""Finding the pairs, bringing them into an order, and settling who gets whom."""

from collections import Counter, defaultdict
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from koalalink.domain.identity.field_comparison import WORSE, Level, Reach, compare_emails
from koalalink.domain.identity.person import Likeness, Person, compare
from koalalink.domain.identity.rules import Pair, Tier, is_certain, is_likely
from koalalink.domain.matching.blocking import Candidates
from koalalink.domain.matching.explanations import agreeing, differing, in_words
from koalalink.domain.matching.scoring import Odds
from koalalink.domain.stripe.ids import StripeId
from koalalink.domain.text import listed

_CROWD = 20
"""Customers of one side who share an email or a phone, above which it tells nothing of any of them."""

_KEPT = 8
"""Candidates of one customer that are remembered."""

_NEAR = 8.0
"""Points (binary orders of odds) within which another candidate is a rival."""

_LEAST = 5.0
"""Points below which a pair is nobody's proposal."""


_AS_WELL = "another customer fits as well"
_NAMED = 3


class Proposal(NamedTuple):
    """Who a customer of the store is at Stripe, as far as can be told."""

    customer: int
    stripe_id: StripeId | None
    tier: Tier
    reason: str
    agrees: tuple[str, ...] = ()
    differs: tuple[str, ...] = ()
    rivals: tuple[StripeId, ...] = ()
    """Other people at Stripe that could be meant."""
    duplicates: tuple[StripeId, ...] = ()
    """Other Stripe customers of the same person."""
    points: float = 0.0
    """Of no meaning but for an order."""
    claimants: tuple[int, ...] = ()
    """Other customers of the store who fit the same Stripe customer as well."""

    @property
    def reason_with_names(self) -> str:
        """The reason, naming who fits as well; without the names many pairs share it."""
        who = [*(f"customer {number}" for number in self.claimants), *self.rivals]
        if not who or not self.reason.endswith(_AS_WELL):
            return self.reason
        named = listed([*who[:_NAMED], f"{len(who) - _NAMED} more"] if len(who) > _NAMED + 1 else who)
        return f"{self.reason.removesuffix(_AS_WELL)}{named} {'fit' if len(who) > 1 else 'fits'} as well"


class _Candidate(NamedTuple):
    ours: Person
    theirs: Person
    alike: Likeness
    points: float
    certain: bool
    rank: tuple[bool, int, float]
    """Sorts the best first: of certain ones those with our customer's own email."""


_Found = Mapping[int, Sequence[_Candidate]]
"""The candidates of each customer, best first."""


def propose(
    ours: Sequence[Person],
    theirs: Sequence[Person],
    refused: Container[tuple[int | str, int | str]] = (),
    count: Callable[[int], None] = lambda _: None,
) -> list[Proposal]:
    """Return a proposal for each of `ours`, in the order of their numbers, however the rows were ordered.

    Pairs that somebody has `refused` are left out. `count` is told of each customer that was looked at.
    """
    ours, theirs = (_telling(sorted(people, key=lambda person: person.ref)) for people in (ours, theirs))
    odds = Odds(ours, theirs)
    candidates = Candidates(ours, theirs)
    found: dict[int, Sequence[_Candidate]] = {}
    crowded: set[int] = set()
    for place, person in enumerate(ours):
        best = sorted(_pairs(person, candidates.of(place), refused, odds), key=_order)[:_KEPT]
        if best:
            found[int(person.ref)] = _by_card(best)
        elif candidates.too_many(place):
            crowded.add(int(person.ref))
        count(1)
    wanting = _wanting(found)
    given = _given(found)
    namesakes = Counter(person.names for person in ours if person.names)
    return [
        _proposal(found[number], given[number], wanting, odds, has_a_namesake=namesakes[given[number].ours.names] > 1)
        if number in given
        else _nobody(number, found.get(number, ()), crowded=number in crowded)
        for number in (int(person.ref) for person in ours)
    ]


def _telling(people: Sequence[Person]) -> Sequence[Person]:
    """Leave out emails and phones that a crowd has: an office's, or what is typed where there is none."""
    counts = Counter(contact for person in people for contact in (person.email, person.phone) if contact)
    if max(counts.values(), default=0) <= _CROWD:
        return people
    return [
        person
        if max(counts[person.email], counts[person.phone]) <= _CROWD
        else person._replace(
            email=person.email if counts[person.email] <= _CROWD else "",
            phone=person.phone if counts[person.phone] <= _CROWD else "",
        )
        for person in people
    ]


def _pairs(
    ours: Person, theirs: Iterable[Person], refused: Container[tuple[int | str, int | str]], odds: Odds
) -> Iterator[_Candidate]:
    namesakes = odds.namesakes(ours)
    for other in theirs:
        if other.owner not in (0, ours.ref) or (ours.ref, other.ref) in refused:
            continue
        alike = compare(ours, other, odds.around)
        points = odds.points(ours, other, alike)
        if points >= _LEAST:
            certain = is_certain(Pair(ours, other, alike, odds.around, namesakes))
            yield _Candidate(ours, other, alike, points, certain, (not certain, -touch(alike) * certain, -points))


def touch(alike: Likeness) -> int:
    """Return how well one reaches both by the same contact: an email is one's own, a phone less so, 0 is not at all."""
    if alike.email is Reach.SAME:
        return 3
    return 0 if alike.phone is not Reach.SAME else 1 if alike.email is Reach.OTHER else 2


def _order(candidate: _Candidate) -> tuple[tuple[bool, int, float], float, str]:
    return candidate.rank, candidate.theirs.age, str(candidate.theirs.ref)


def same_person(one: Person, other: Person) -> bool:
    """Tell whether two Stripe customers are one person's.

    A name and an email are; a name and a phone only where no two emails speak against it, as of father and son.
    """
    if compare_emails(one.email, other.email) not in (Reach.SAME, Reach.NEAR) and (
        not one.phone or one.phone[-7:] != other.phone[-7:]
    ):
        return False
    alike = compare(one, other)
    if not alike.same_generation or alike.surname not in (Level.SAME, Level.PART, Level.ERROR):
        return False
    if alike.email is Reach.SAME and alike.given in (Level.INITIAL, Level.ERROR):
        return True
    if alike.given not in (Level.SAME, Level.NICKNAME):
        return False
    return alike.email in (Reach.SAME, Reach.NEAR) or (alike.phone is Reach.SAME and alike.email is not Reach.OTHER)


def _by_card(candidates: list[_Candidate]) -> Sequence[_Candidate]:
    """Put first, of the Stripe customers who are the same person as the first, one whose card can be charged."""
    best = candidates[0]
    if best.theirs.has_card:
        return candidates
    for each in candidates[1:]:
        if each.theirs.has_card and each.certain >= best.certain and same_person(best.theirs, each.theirs):
            return [each._replace(rank=best.rank), *(other for other in candidates if other is not each)]
    return candidates


def _wanting(found: _Found) -> Mapping[int | str, Sequence[_Candidate]]:
    """Return for each Stripe customer the pairs that it is in."""
    wanting: dict[int | str, list[_Candidate]] = defaultdict(list)
    for candidates in found.values():
        for each in candidates:
            wanting[each.theirs.ref].append(each)
    return wanting


def _given(found: _Found) -> dict[int, _Candidate]:
    """Give every Stripe customer to one customer of the store, the best pairs first."""
    pairs = [each for candidates in found.values() for each in candidates]
    pairs.sort(key=lambda each: each.rank)  # those of one rank stay in the order of numbers and places
    given: dict[int, _Candidate] = {}
    gone: set[int | str] = set()
    for each in pairs:
        number = int(each.ours.ref)
        if number not in given and each.theirs.ref not in gone:
            given[number] = each
            gone.add(each.theirs.ref)
    return given


def _fits_as_well(given: _Candidate, other: _Candidate) -> bool:
    """Tell whether another pair is about as good.

    Beside a whole name no half of one is, and beside a certain pair no namesake who shares less of email and phone.
    """
    mine, its = ((WORSE[alike.given], WORSE[alike.surname]) for alike in (given.alike, other.alike))
    if given.certain and touch(other.alike) < touch(given.alike):
        return False
    better = other.points > given.points and not given.certain
    return better or (other.points >= given.points - _NEAR and its[0] <= mine[0] and its[1] <= mine[1])


def _one_thing_agrees(alike: Likeness) -> bool:
    """Tell whether of email, phone and house only one is the same: a namesake may have it by mistake."""
    same = [alike.email, alike.phone, alike.house, alike.zip].count(Reach.SAME)
    return same == 1 and not (alike.same_id or alike.same_payment)


def _is_of_the_house(other: _Candidate) -> bool:
    """Tell whether another Stripe customer, without a name, has our customer's email and house and may be meant."""
    return not other.theirs.names and other.alike.email is other.alike.house is Reach.SAME


def _both_are_ours(given: _Candidate, other: _Candidate) -> bool:
    """Tell whether our customer's own email or phone makes both certain; then one person has two Stripe customers."""
    return given.certain and other.certain and min(touch(given.alike), touch(other.alike)) > 1


def _may_be_the_same(given: _Candidate, other: _Candidate) -> bool:
    """Tell whether another Stripe customer has enough of our customer to be that one's second, or a namesake's.

    Which of them is meant is then in doubt as soon as the other has a card.
    """
    alike = other.alike
    if Level.OTHER in (alike.given, alike.surname) or not alike.generation:
        return False
    whole = alike.given is Level.SAME and alike.surname is Level.SAME
    return touch(alike) > 0 or (whole and touch(given.alike) > 0 and alike.house is Reach.SAME)


def _nobody(number: int, candidates: Sequence[_Candidate], *, crowded: bool) -> Proposal:
    taken = tuple(StripeId(str(each.theirs.ref)) for each in candidates[:3])
    reason = "no match at Stripe"
    if taken:
        reason = "every match fits another customer better"
    elif crowded:
        reason = "too many people have this name"
    return Proposal(number, None, Tier.NONE, reason, rivals=taken)


def _proposal(
    candidates: Sequence[_Candidate],
    given: _Candidate,
    wanting: Mapping[int | str, Sequence[_Candidate]],
    odds: Odds,
    *,
    has_a_namesake: bool,
) -> Proposal:
    others = [each for each in candidates if each is not given]
    same = [each for each in others if same_person(given.theirs, each.theirs)]
    rivals = [
        each for each in others if each not in same and _fits_as_well(given, each) and not _both_are_ours(given, each)
    ]
    second = [each for each in others if each not in same and each not in rivals and _may_be_the_same(given, each)]
    claimants = [
        int(each.ours.ref)
        for each in wanting[given.theirs.ref]
        if each.ours.ref != given.ours.ref and _fits_as_well(given, each)
    ]
    tier, doubt = Tier.REVIEW, ""
    if rivals or claimants:
        doubt = _AS_WELL
    elif given.certain and has_a_namesake and _one_thing_agrees(given.alike):
        tier, doubt = Tier.LIKELY, "another customer of yours has the same name"
    elif given.certain and _one_thing_agrees(given.alike) and any(map(_is_of_the_house, others)):
        tier, doubt = Tier.LIKELY, "somebody of the same email and address left no name at Stripe"
    elif given.certain and any(each.theirs.has_card for each in second):
        doubt = "another Stripe customer of this name has a card"
    elif given.certain and any(each.theirs.has_card for each in same):
        tier, doubt = Tier.LIKELY, "several Stripe customers of this person have a card"
    elif given.certain:
        tier = Tier.CERTAIN
    elif is_likely(Pair(given.ours, given.theirs, given.alike, odds.around, odds.namesakes(given.ours))):
        tier = Tier.LIKELY
    return Proposal(
        customer=int(given.ours.ref),
        stripe_id=StripeId(str(given.theirs.ref)),
        tier=tier,
        reason="; ".join(part for part in (in_words(given.alike), doubt) if part),
        agrees=agreeing(given.alike),
        differs=differing(given.alike),
        rivals=tuple(sorted(StripeId(str(each.theirs.ref)) for each in rivals)),
        duplicates=tuple(sorted(StripeId(str(each.theirs.ref)) for each in (*same, *second))),
        points=given.points,
        claimants=tuple(sorted(claimants)),
    )
