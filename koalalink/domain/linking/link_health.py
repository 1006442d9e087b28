"""What can have become of a link since it was made: the rules of `verify`."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from koalalink.domain.customers.customer import Customer
from koalalink.domain.customers.links import Link, LinkedCustomer
from koalalink.domain.identity.field_comparison import Agreement
from koalalink.domain.identity.person import of_store, of_stripe
from koalalink.domain.identity.rules import Pair, fields_of
from koalalink.domain.linking.checks import why_nothing_can_be_charged
from koalalink.domain.stripe.customer import Absence, PaymentMethod, StripeCustomer, best_method, days_left
from koalalink.domain.text import counted, listed


class Problem(StrEnum):
    """What is wrong with a link, worst first; programs read these words."""

    DELETED = "deleted"
    NEVER_EXISTED = "never_existed"
    OTHER_MODE = "other_mode"
    OTHER_ACCOUNT = "other_account"
    NO_LOCATION = "no_location"
    SAME_STRIPE_ID = "same_stripe_id"
    TWO_ACCOUNTS = "two_accounts"
    NAME = "name"
    EMAIL = "email"
    SAME_CARD = "same_card"
    NO_CARD = "no_card"
    EXPIRED = "expired"
    EXPIRING = "expiring"


class LinkProblem(NamedTuple):
    """A link with something wrong."""

    customer: Customer
    link: Link
    problem: Problem
    detail: str


class ProblemLine(NamedTuple):
    """A line of what is shown: a problem, or how many links have one and the same cause."""

    problem: LinkProblem
    links: int


_OF_THE_KEY = (Problem.OTHER_MODE, Problem.OTHER_ACCOUNT)
"""What is wrong with the key of a location, or with its account, and so with all links there at once."""


def one_line_a_cause(problems: Iterable[LinkProblem], doubtful_at: Collection[str]) -> list[ProblemLine]:
    """Return problems in their order, those that a key causes in one line a location.

    Where the key is `doubtful_at` a location, that it does not know a customer is its fault, too.
    """
    lines: dict[object, ProblemLine] = {}
    for place, each in enumerate(problems):
        location, kind = each.link.location, each.problem
        is_the_keys = kind in _OF_THE_KEY or (kind is Problem.NEVER_EXISTED and location in doubtful_at)
        cause = (location, kind, each.detail) if is_the_keys else place
        lines[cause] = (
            ProblemLine(lines[cause].problem, lines[cause].links + 1) if cause in lines else ProblemLine(each, 1)
        )
    return [*lines.values()]


class SwitchedOff(NamedTuple):
    """Dead links that `verify --fix` has switched off, in which change."""

    links: int
    change: int | None


class Verified(NamedTuple):
    """What `verify` has found, and done about it."""

    problems: tuple[LinkProblem, ...]
    checked: int
    switched_off: SwitchedOff | None
    doubtful_at: frozenset[str] = frozenset()
    """Locations whose key seems to open another account than that of their links."""

    @property
    def lines(self) -> list[ProblemLine]:
        """The problems as they are shown to people."""
        return one_line_a_cause(self.problems, self.doubtful_at)


class CheckedLink(NamedTuple):
    """A link, and what Stripe has of it now."""

    customer: Customer
    link: Link
    found: StripeCustomer | Absence
    methods: tuple[PaymentMethod, ...] | None
    """All that are needed to tell whether one can be charged; None where the key may not read them."""


class AccountNow(NamedTuple):
    """The Stripe account that the key of a location opens now."""

    account: str | None
    livemode: bool
    cards_are_hidden: bool


Known = Callable[[Iterable[int]], Mapping[int, LinkedCustomer]]
"""Returns the customers of some numbers, those who are there."""
_Linked = tuple[Customer, Link]
_Sharing = dict[str, list[tuple[int, str]]]
"""By what they share, the number of the customer and the location of each link."""


class LinkCheck:
    """Finds what is wrong with links as they come; of each it keeps no more than what another may have, too."""

    def __init__(self, *, now: datetime, within: int) -> None:
        """`within` are the days ahead in which a card expires."""
        self._now, self._within = now, within
        self._alone: dict[str, list[LinkProblem]] = {}
        self._with_id: _Sharing = {}
        self._with_card: _Sharing = {}

    def add(self, each: CheckedLink, now_at: AccountNow) -> None:
        """Look at a link."""
        link = each.link
        self._alone.setdefault(link.location, []).extend(_of_one(each, now_at, self._now, self._within))
        self._with_id.setdefault(link.stripe_id, []).append((link.customer, link.location))
        if card := _card(each):
            self._with_card.setdefault(card, []).append((link.customer, link.location))

    def problems(self, locations: Collection[str], known: Known) -> list[LinkProblem]:
        """Return what is wrong with the links of these locations, worst first."""
        found = [problem for location in locations for problem in self._alone.get(location, ())]
        for sharing in _shared(self._with_id, locations, known):
            found += [*_shared_ids(sharing), *_two_accounts(sharing)]
        for sharing in _shared(self._with_card, locations, known):
            found += _shared_cards(sharing)
        order = [*Problem]
        return sorted(found, key=lambda p: (order.index(p.problem), p.link.location, p.customer.number))


def dead(problem: LinkProblem) -> bool:
    """Tell whether a link leads nowhere, so that switching it off takes nothing away."""
    return problem.problem in (Problem.DELETED, Problem.NEVER_EXISTED)


def _of_one(each: CheckedLink, now_at: AccountNow, now: datetime, within: int) -> Iterator[LinkProblem]:
    customer, link, found, methods = each

    def told(problem: Problem, detail: str) -> LinkProblem:
        return LinkProblem(customer, link, problem, detail)

    mode = "live" if now_at.livemode else "test"
    if found is Absence.OTHER_MODE or (link.livemode is not None and link.livemode is not now_at.livemode):
        yield told(
            Problem.OTHER_MODE, f"The key of {link.location} is now a {mode} key, and this is in the other mode."
        )
    elif link.account and now_at.account and link.account != now_at.account:
        what = f"{link.location} now has a different Stripe account ({now_at.account}) than when this was linked"
        yield told(Problem.OTHER_ACCOUNT, f"{what} ({link.account}).")
    elif found is Absence.DELETED:
        yield told(Problem.DELETED, "It was deleted at Stripe.")
    elif isinstance(found, Absence):
        yield told(Problem.NEVER_EXISTED, f"The Stripe account of {link.location} has no such customer.")
    if not isinstance(found, StripeCustomer):
        return
    fields, ours = fields_of(Pair.of(of_store(customer), of_stripe(found, now))), customer.details
    if fields.name is Agreement.DIFFERENT:
        yield told(Problem.NAME, f"{ours.name} here, {found.name} at Stripe.")
    if fields.email is Agreement.DIFFERENT:
        yield told(Problem.EMAIL, f"{ours.email} here, {found.email} at Stripe.")
    if reason := why_nothing_can_be_charged(methods, now):
        yield told(Problem.EXPIRED if methods else Problem.NO_CARD, reason)
    elif methods and (card := best_method(methods, now)) and card.exp_year and (left := days_left(card, now)) <= within:
        days = "today" if left < 1 else f"in {counted(left, 'day')}"
        yield told(Problem.EXPIRING, f"{card} expires {days} ({card.exp_month:02}/{card.exp_year}).")


def _card(each: CheckedLink) -> str:
    """Return what tells a card from others: a fingerprint is the same for one card within one account."""
    card = each.found.card if isinstance(each.found, StripeCustomer) else None
    return f"{each.link.location} {card.fingerprint}" if card and card.fingerprint else ""


def _shared(sharing: _Sharing, locations: Collection[str], known: Known) -> Iterator[Sequence[_Linked]]:
    """Yield the links that have something in common, each with its customer, as far as they are there still."""
    for all_places in sharing.values():
        places = [place for place in all_places if place[1] in locations]
        if len(places) > 1:
            people = known(number for number, _ in places)
            yield [
                (people[number].customer, link)
                for number, location in places
                if number in people
                for link in people[number].links
                if link.location == location
            ]


def _shared_ids(sharing: Sequence[_Linked]) -> Iterator[LinkProblem]:
    for customer, link in sharing:
        if others := _others(customer, sharing):
            yield LinkProblem(customer, link, Problem.SAME_STRIPE_ID, f"{_who_has(others)} the same Stripe ID.")


def _two_accounts(sharing: Sequence[_Linked]) -> Iterator[LinkProblem]:
    by_customer: dict[int, list[_Linked]] = {}
    for customer, link in sharing:
        by_customer.setdefault(customer.number, []).append((customer, link))
    for same in by_customer.values():
        if len({link.account for _, link in same if link.account}) > 1:
            where = listed(sorted(link.location for _, link in same))
            detail = f"The same ID at {where}, which have different Stripe accounts."
            yield from (LinkProblem(customer, link, Problem.TWO_ACCOUNTS, detail) for customer, link in same)


def _shared_cards(sharing: Sequence[_Linked]) -> Iterator[LinkProblem]:
    for customer, link in sharing:
        if others := _others(customer, sharing):
            yield LinkProblem(customer, link, Problem.SAME_CARD, f"{_who_has(others[:3])} the same card.")


def _others(customer: Customer, sharing: Sequence[_Linked]) -> list[str]:
    return sorted({str(other) for other, _ in sharing if other.number != customer.number})


def _who_has(others: Sequence[str]) -> str:
    return f"{listed(others)} {'has' if len(others) == 1 else 'have'}"
