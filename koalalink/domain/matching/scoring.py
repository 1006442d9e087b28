"""How much it tells that two people agree: what is rare tells more. This ranks, and decides nothing."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from itertools import combinations
from math import log2

from koalalink.domain.identity.field_comparison import Level, Reach, Told, spells
from koalalink.domain.identity.names import Name
from koalalink.domain.identity.person import Around, Likeness, Person, compare_readings

_A_NAME = 3
"""People who have it, from whom on a word is a given name."""

_A_FAMILY = 8
"""Names at one contact, from which on it is an office's, or a placeholder."""

# Binary orders of odds; names, and contacts that many share, are weighed by their frequency besides.
_EMAIL = {Reach.SAME: 14.0, Reach.NEAR: 9.0, Reach.UNKNOWN: 0.0, Reach.OTHER: -2.0}
_PHONE = {Reach.SAME: 12.0, Reach.NEAR: 0.0, Reach.UNKNOWN: 0.0, Reach.OTHER: -1.5}
_HOUSE = {Reach.SAME: 7.0, Reach.NEAR: 4.0, Reach.UNKNOWN: 0.0, Reach.OTHER: -1.0}
_ZIP = {Reach.NEAR: 1.5, Reach.UNKNOWN: 0.0, Reach.OTHER: -1.0}
_CITY = {Reach.NEAR: 2.0, Reach.UNKNOWN: 0.0, Reach.OTHER: -1.0}
_GIVEN = {Level.NICKNAME: -1.5, Level.INITIAL: 1.0, Level.ERROR: -3.0, Level.OTHER: -6.0}
_SURNAME = {Level.ERROR: -3.0, Level.PART: -2.0, Level.OTHER: -5.0}
_WEIGHED = frozenset({Level.SAME, Level.NICKNAME, Level.ERROR, Level.PART})
_RAREST_GIVEN, _RAREST_SURNAME, _RAREST_PLACE = 9.0, 12.0, 6.0
_UNSEEN = 500
"""People who are reckoned to be there besides: among ten customers, too, a name that two have tells something."""

_SPELLED = 5.0
"""For the email of somebody nameless that is made of our customer's name."""

_TOLD = {Told.NOTHING: 0.0, Told.WHOLE: 2.0, Told.ANOTHER: -2.0}
_TOLD_CONTACT = 8.0
"""For an email or phone in a description, or in billing details."""

_WRITTEN_DOWN = 20.0
"""For an ID or the same payment on both sides."""


class Odds:
    """What is frequent among the people at hand, and what a pair's agreement is worth for that."""

    def __init__(self, ours: Sequence[Person], theirs: Sequence[Person]) -> None:
        self._given: Counter[str] = Counter()
        self._surname: Counter[str] = Counter()
        self._places: Counter[str] = Counter()
        self._sharing: Counter[str] = Counter()
        names: defaultdict[str, set[tuple[Name, ...]]] = defaultdict(set)
        for person in (*ours, *theirs):
            if person.names:
                self._given[_given(person)] += 1
                self._surname[_surname(person)] += 1
            self._places[person.zip] += 1
            self._places[person.city] += 1
            for contact in (person.email, person.phone):
                if contact:
                    self._sharing[contact] += 1
                    if person.names and len(names[contact]) <= _A_FAMILY:
                        names[contact].add(person.names)
        self._total = max(len(ours) + len(theirs), 1)
        self.around = Around(
            given_names=frozenset(name for name, size in self._given.items() if len(name) >= 3 and size >= _A_NAME),
            shared=frozenset(contact for contact, family in names.items() if _differ(family)),
        )

    def points(self, ours: Person, theirs: Person, alike: Likeness) -> float:
        """Return the points of a pair, as binary orders of odds."""
        total = _EMAIL[alike.email] + _PHONE[alike.phone] + _HOUSE[alike.house]
        total += _GIVEN.get(alike.given, 0.0) + _SURNAME.get(alike.surname, 0.0)
        if alike.given in _WEIGHED:
            total += min(_RAREST_GIVEN, self._rarity(self._given, _given(ours)))
        if alike.surname in _WEIGHED:
            total += min(_RAREST_SURNAME, self._rarity(self._surname, _surname(ours)))
        total += self._place(_ZIP, alike.zip, ours.zip) + self._place(_CITY, alike.city, ours.city) / 2
        if alike.email is Reach.SAME:
            total -= log2(max(self._sharing[ours.email] / 2, 1))
        if alike.phone is Reach.SAME:
            total -= log2(max(self._sharing[ours.phone] / 2, 1))
        if not theirs.names and spells(theirs.email, ours.names):
            total += _SPELLED
        if not alike.same_generation:
            total -= 2 if alike.generation else 6
        total += _TOLD[alike.told]
        if alike.told_contact and Reach.SAME not in (alike.email, alike.phone):
            total += _TOLD_CONTACT
        return total + _WRITTEN_DOWN * (alike.same_id or alike.same_payment)

    def namesakes(self, person: Person) -> float:
        """Return how many others of a person's whole name are to be expected among everybody, by chance alone."""
        if not person.names:
            return float(self._total)
        shares = self._given[_given(person)] * self._surname[_surname(person)] / self._total
        return float(shares)

    def _place(self, worth: Mapping[Reach, float], reach: Reach, place: str) -> float:
        return min(_RAREST_PLACE, self._rarity(self._places, place)) if reach is Reach.SAME else worth[reach]

    def _rarity(self, counts: Counter[str], word: str) -> float:
        return log2((self._total + _UNSEEN) / max(counts[word], 1))


def _given(person: Person) -> str:
    if not person.names:  # a company, whose name stands for both
        return person.company
    return person.names[0].given[0] if person.names[0].given else ""


def _surname(person: Person) -> str:
    return "".join(person.names[0].surname) if person.names else person.company


def _differ(family: set[tuple[Name, ...]]) -> bool:
    if len(family) > _A_FAMILY:
        return True
    return any(compare_readings(one, other)[0] is Level.OTHER for one, other in combinations(sorted(family), 2))
