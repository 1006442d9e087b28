"""How a location stands: who is linked, whose card can be charged, and who has to be called for a new one."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import NamedTuple

from koalalink.domain.customers import Customer
from koalalink.domain.directory import DirectoryState, Verification
from koalalink.domain.links import Link, LinkedCustomer
from koalalink.domain.stripe_customers import Card, StripeCustomer

_MONTHS = 12


class Call(NamedTuple):
    """A customer who needs a new card, and why."""

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
    """Linked customers whose card can be charged."""
    no_card: int | None
    expired: int | None
    gone: int | None
    """Linked customers who are no more at Stripe."""
    expiring: Mapping[str, int]
    """Cards by their last month, as 2026-11, for this month and the next eleven."""
    problems: Mapping[str, int]
    """What the last `verify` has found, by kind."""
    verified_at: datetime | None
    copied_at: datetime | None
    calls: tuple[Call, ...]


def standing(
    location: str,
    everybody: Iterable[LinkedCustomer],
    stripes: Mapping[str, StripeCustomer],
    state: DirectoryState | None,
    verification: Verification | None,
    now: datetime,
) -> Standing:
    """Count; `stripes` are the directory's customers by ID."""
    customers = switched_off = 0
    found: Counter[str] = Counter()
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
        if theirs and theirs.card and fate == "ready":
            months[_month(theirs.card)] += 1
        if reason and link.enabled:
            calls.append(Call(linked.customer, link, reason))
    known = state is not None and state.customers > 0

    def told(fate: str) -> int | None:
        return found[fate] if known else None

    return Standing(
        location=location,
        customers=customers,
        linked=found.total(),
        switched_off=switched_off,
        ready=told("ready"),
        no_card=told("no card"),
        expired=told("expired"),
        gone=told("gone"),
        expiring={month: months[month] for month in _next_months(now)} if known else {},
        problems=verification.problems if verification else {},
        verified_at=verification.at if verification else None,
        copied_at=state.finished_at if state else None,
        calls=tuple(calls) if known else (),
    )


def _fate(theirs: StripeCustomer | None, now: datetime) -> tuple[str, str]:
    """Return what has become of a link, and why its customer is to be called; nothing where all is well."""
    if theirs is None:
        return "gone", "not at Stripe any more"
    if theirs.card is None:
        return "no card", "no saved card"
    if theirs.card.expired(now):
        return "expired", f"{theirs.card} expired {theirs.card.exp_month:02}/{theirs.card.exp_year}"
    return "ready", ""


def _month(card: Card) -> str:
    return f"{card.exp_year}-{card.exp_month:02}"


def _next_months(now: datetime) -> Iterator[str]:
    first = now.year * 12 + now.month - 1
    for month in range(first, first + _MONTHS):
        yield f"{month // 12}-{month % 12 + 1:02}"
