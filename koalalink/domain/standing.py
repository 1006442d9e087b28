"""How a location stands: who is linked, whose card can be charged, and who has to be called."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from koalalink.domain.customers import Customer
from koalalink.domain.directory import DirectoryState, Verification
from koalalink.domain.links import Link, LinkedCustomer
from koalalink.domain.stripe_customers import PaymentMethod, StripeCustomer
from koalalink.domain.stripe_ids import StripeId

_MONTHS = 12


class Call(NamedTuple):
    """A linked customer who cannot be charged, and why."""

    customer: Customer
    link: Link
    reason: str


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


class Status(NamedTuple):
    """How all locations stand."""

    standings: tuple[Standing, ...]


class _Fate(StrEnum):
    """What has become of a link, as far as the payment goes."""

    READY = "ready"
    NO_CARD = "no card"
    EXPIRED = "expired"
    GONE = "gone"


def standing(
    location: str,
    everybody: Iterable[LinkedCustomer],
    stripes: Mapping[StripeId, StripeCustomer],
    state: DirectoryState | None,
    verification: Verification | None,
    now: datetime,
) -> Standing:
    """Count; `stripes` are the directory's customers by ID."""
    customers = switched_off = 0
    found: Counter[_Fate] = Counter()
    months: Counter[str] = Counter()
    calls: list[Call] = []
    for linked in everybody:
        customers += 1
        link = next((link for link in linked.links if link.location == location), None)
        if link is None:
            continue
        switched_off += not link.enabled
        theirs = stripes.get(link.stripe_id)
        fate, reason = _fate(theirs, now)
        found[fate] += 1
        if theirs and theirs.card and theirs.card.exp_year and fate is _Fate.READY:
            months[_month(theirs.card)] += 1
        if reason and link.enabled:
            calls.append(Call(linked.customer, link, reason))
    known = state is not None and state.customers > 0

    def told(fate: _Fate) -> int | None:
        return found[fate] if known else None

    return Standing(
        location=location,
        customers=customers,
        linked=found.total(),
        switched_off=switched_off,
        ready=told(_Fate.READY),
        no_card=told(_Fate.NO_CARD),
        expired=told(_Fate.EXPIRED),
        gone=told(_Fate.GONE),
        expiring={month: months[month] for month in _next_months(now)} if known else {},
        problems=verification.problems if verification else {},
        verified_at=verification.at if verification else None,
        copied_at=state.finished_at if state else None,
        calls=tuple(calls) if known else (),
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


def _month(card: PaymentMethod) -> str:
    return f"{card.exp_year}-{card.exp_month:02}"


def _next_months(now: datetime) -> Iterator[str]:
    first = now.year * 12 + now.month - 1
    for month in range(first, first + _MONTHS):
        yield f"{month // 12}-{month % 12 + 1:02}"
