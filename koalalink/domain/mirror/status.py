"""How a location stands: who is linked, whose card can be charged, and who has to be called."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from koalalink.domain.customers.customer import Customer
from koalalink.domain.customers.links import Link, LinkedCustomer
from koalalink.domain.mirror.mirror import DirectoryState, Verification
from koalalink.domain.stripe.customer import PaymentMethod, StripeCustomer, days_left
from koalalink.domain.text import counted

_MONTHS = 12


class Call(NamedTuple):
    """A linked customer who cannot be charged, or soon cannot be, and why."""

    customer: Customer
    link: Link
    reason: str
    kind: str
    """The same without what is the customer's own: gone, no payment method, expired, expires soon."""


class Standing(NamedTuple):
    """One location in numbers; those of cards are None while Stripe's customers were never copied."""

    location: str
    customers: int
    """All of the store."""
    linked: int
    switched_off: int
    ready: int | None
    """Linked customers who have a payment method that can be charged."""
    no_card: int | None
    expired: int | None
    gone: int | None
    """Linked customers who are no longer at Stripe."""
    expiring: Mapping[str, int]
    """Cards by their last month, as 2026-11, for this month and the next eleven."""
    problems: Mapping[str, int]
    """What the last `verify` has found, by kind."""
    verified_at: datetime | None
    copied_at: datetime | None
    calls: tuple[Call, ...]


class Overall(NamedTuple):
    """How all locations stand together."""

    customers: int
    linked: int
    """Those who are linked anywhere."""
    ready: int
    """Those who can be charged anywhere: a link is switched on, and has a payment method that can be."""


class Status(NamedTuple):
    """How all locations stand."""

    standings: tuple[Standing, ...]
    overall: Overall


class _Fate(StrEnum):
    """What has become of a link, as far as the payment goes."""

    READY = "ready"
    NO_CARD = "no payment method that can be charged"
    EXPIRED = "the card has expired"
    GONE = "no longer at Stripe"


class Counting:
    """Counts how one location stands, one customer after the other: a million take no more memory than ten."""

    def __init__(self, location: str, now: datetime, *, keeps_calls: bool, within: int | None = None) -> None:
        """Begin; who has to be called is kept where somebody has asked for it.

        `within` are the days ahead in which a card expires whose customer is to be called, too.
        """
        self.location = location
        self._now, self._keeps_calls, self._within = now, keeps_calls, within
        self._customers = self._switched_off = 0
        self._found: Counter[_Fate] = Counter()
        self._months: Counter[str] = Counter()
        self._calls: list[Call] = []

    def link_of(self, linked: LinkedCustomer) -> Link | None:
        """Return the link of a customer here."""
        return next((link for link in linked.links if link.location == self.location), None)

    def add(self, linked: LinkedCustomer, theirs: StripeCustomer | None) -> bool:
        """Count a customer, and what was copied of the Stripe customer of the link; tell whether it can be charged."""
        self._customers += 1
        link = self.link_of(linked)
        if link is None:
            return False
        self._switched_off += not link.enabled
        fate, reason = _fate(theirs, self._now)
        self._found[fate] += 1
        if theirs and theirs.card and theirs.card.exp_year and fate is _Fate.READY:
            self._months[_month(theirs.card)] += 1
        if fate is _Fate.READY and theirs and theirs.card and self._within is not None:
            reason = _soon(theirs.card, self._now, self._within)
        if reason and link.enabled and self._keeps_calls:
            kind = "expires soon" if fate is _Fate.READY else fate.value
            self._calls.append(Call(linked.customer, link, reason, kind))
        return fate is _Fate.READY and link.enabled

    def standing(self, state: DirectoryState | None, verification: Verification | None) -> Standing:
        """Return what was counted; without a copy of Stripe's customers nothing is known of payment methods."""
        known = state is not None and state.is_filled

        def told(fate: _Fate) -> int | None:
            return self._found[fate] if known else None

        return Standing(
            location=self.location,
            customers=self._customers,
            linked=self._found.total(),
            switched_off=self._switched_off,
            ready=told(_Fate.READY),
            no_card=told(_Fate.NO_CARD),
            expired=told(_Fate.EXPIRED),
            gone=told(_Fate.GONE),
            expiring={month: self._months[month] for month in _next_months(self._now)} if known else {},
            problems=verification.problems if verification else {},
            verified_at=verification.at if verification else None,
            copied_at=state.finished_at if state else None,
            calls=tuple(self._calls) if known else (),
        )


def _fate(theirs: StripeCustomer | None, now: datetime) -> tuple[_Fate, str]:
    """Return what has become of a link, and why its customer is to be called; nothing where all is well."""
    if theirs is None:
        return _Fate.GONE, "no longer at Stripe"
    if theirs.card is None:
        return _Fate.NO_CARD, "no saved payment method"
    if theirs.card.expired(now):
        return _Fate.EXPIRED, f"{theirs.card} expired {theirs.card.exp_month:02}/{theirs.card.exp_year}"
    if theirs.card.problem:
        return _Fate.NO_CARD, f"{theirs.card} {theirs.card.problem}"
    return _Fate.READY, ""


def _soon(card: PaymentMethod, now: datetime, within: int) -> str:
    """Return that a card expires within so many days; nothing where it does not."""
    if not card.exp_year or (left := days_left(card, now)) > within:
        return ""
    days = "today" if left < 1 else f"in {counted(left, 'day')}"
    return f"{card} expires {days} ({card.exp_month:02}/{card.exp_year})"


def _month(card: PaymentMethod) -> str:
    return f"{card.exp_year}-{card.exp_month:02}"


def _next_months(now: datetime) -> Iterator[str]:
    first = now.year * 12 + now.month - 1
    for month in range(first, first + _MONTHS):
        yield f"{month // 12}-{month % 12 + 1:02}"
