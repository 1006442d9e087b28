"""What can have become of a link since it was made: the rules of `verify`."""

from calendar import monthrange
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import NamedTuple

from koalalink.domain.checks import why_nothing_can_be_charged
from koalalink.domain.customers import Customer
from koalalink.domain.links import Link
from koalalink.domain.people.agreement import Agreement
from koalalink.domain.people.identity import Pair, fields_of
from koalalink.domain.people.person import of_store, of_stripe
from koalalink.domain.stripe_customers import Absence, PaymentMethod, StripeCustomer, best_method
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


class SwitchedOff(NamedTuple):
    """Dead links that `verify --fix` has switched off, in which change."""

    links: int
    change: int | None


class Verified(NamedTuple):
    """What `verify` has found, and done about it."""

    problems: tuple[LinkProblem, ...]
    checked: int
    switched_off: SwitchedOff | None


class CheckedLink(NamedTuple):
    """A link, and what Stripe has of it now."""

    customer: Customer
    link: Link
    found: StripeCustomer | Absence
    cards: tuple[PaymentMethod, ...] | None
    """All that are needed to tell whether one can be charged; None where the key may not read them."""


class AccountNow(NamedTuple):
    """The Stripe account that the key of a location opens now."""

    account: str | None
    livemode: bool
    cards_are_hidden: bool


def problems_of(
    links: Sequence[CheckedLink], accounts: Mapping[str, AccountNow], *, now: datetime, within: int
) -> list[LinkProblem]:
    """Return what is wrong with `links`, worst first; `within` are the days ahead in which a card expires."""
    alone = [problem for each in links for problem in _of_one(each, accounts[each.link.location], now, within)]
    every = [*alone, *_shared_ids(links), *_two_accounts(links), *_shared_cards(links)]
    order = [*Problem]
    return sorted(every, key=lambda p: (order.index(p.problem), p.link.location, p.customer.number))


def dead(problem: LinkProblem) -> bool:
    """Tell whether a link leads nowhere, so that switching it off takes nothing away."""
    return problem.problem in (Problem.DELETED, Problem.NEVER_EXISTED)


def _of_one(each: CheckedLink, now_at: AccountNow, now: datetime, within: int) -> Iterator[LinkProblem]:
    customer, link, found, cards = each

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
    if reason := why_nothing_can_be_charged(cards, now):
        yield told(Problem.EXPIRED if cards else Problem.NO_CARD, reason)
    elif cards and (card := best_method(cards, now)) and card.exp_year and (left := _days_left(card, now)) <= within:
        days = "today" if left < 1 else f"in {counted(left, 'day')}"
        yield told(Problem.EXPIRING, f"{card} expires {days} ({card.exp_month:02}/{card.exp_year}).")


def _days_left(card: PaymentMethod, now: datetime) -> int:
    """Return the days until the last day of the card's last month."""
    last = date(card.exp_year, card.exp_month, monthrange(card.exp_year, card.exp_month)[1])
    return (last - now.astimezone(UTC).date()).days


def _shared_ids(links: Sequence[CheckedLink]) -> Iterator[LinkProblem]:
    for sharing in _grouped(links, lambda each: each.link.stripe_id):
        for each in sharing:
            others = sorted({str(other.customer) for other in sharing if other.customer.number != each.customer.number})
            if others:
                detail = f"{_who_has(others)} the same Stripe ID."
                yield LinkProblem(each.customer, each.link, Problem.SAME_STRIPE_ID, detail)


def _two_accounts(links: Sequence[CheckedLink]) -> Iterator[LinkProblem]:
    for same in _grouped(links, lambda each: f"{each.customer.number} {each.link.stripe_id}"):
        accounts = {each.link.account for each in same if each.link.account}
        if len(accounts) > 1:
            where = listed(sorted(each.link.location for each in same))
            for each in same:
                detail = f"The same ID at {where}, which have different Stripe accounts."
                yield LinkProblem(each.customer, each.link, Problem.TWO_ACCOUNTS, detail)


def _shared_cards(links: Sequence[CheckedLink]) -> Iterator[LinkProblem]:
    # A fingerprint is the same for one card within one account.
    with_card = [each for each in links if isinstance(each.found, StripeCustomer) and each.found.card]
    for sharing in _grouped(with_card, lambda each: _card_key(each) if _fingerprint(each) else ""):
        for each in sharing:
            others = sorted({str(other.customer) for other in sharing if other.customer.number != each.customer.number})
            if others:
                detail = f"{_who_has(others[:3])} the same card."
                yield LinkProblem(each.customer, each.link, Problem.SAME_CARD, detail)


def _who_has(others: Sequence[str]) -> str:
    return f"{listed(others)} {'has' if len(others) == 1 else 'have'}"


def _fingerprint(each: CheckedLink) -> str:
    card = each.found.card if isinstance(each.found, StripeCustomer) else None
    return card.fingerprint if card else ""


def _card_key(each: CheckedLink) -> str:
    return f"{each.link.location} {_fingerprint(each)}"


def _grouped(links: Sequence[CheckedLink], key: Callable[[CheckedLink], str]) -> Iterator[list[CheckedLink]]:
    groups: dict[str, list[CheckedLink]] = {}
    for each in links:
        if name := key(each):
            groups.setdefault(name, []).append(each)
    return (group for group in groups.values() if len(group) > 1)
