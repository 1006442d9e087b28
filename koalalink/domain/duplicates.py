"""People who have several Stripe customers in one account."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import combinations
from typing import NamedTuple

from koalalink.domain.customers import Customer
from koalalink.domain.people.contact import email_key, phone_key
from koalalink.domain.people.identity import Pair, the_names_contradict
from koalalink.domain.people.person import Person, of_stripe
from koalalink.domain.stripe_customers import Business, StripeCustomer
from koalalink.domain.stripe_ids import StripeId
from koalalink.domain.text import fold

_MOST = 20
"""An email, or a card, that more have than this is an office's, and tells nothing of anybody."""


class DuplicateGroup(NamedTuple):
    """One person's Stripe customers, best first."""

    location: str
    customers: tuple[StripeCustomer, ...]
    linked_to: tuple[Customer | None, ...]
    """The customer of the store that each is linked to."""
    same: tuple[str, ...]
    """What they have in common: email, name and phone, card."""
    reason: str
    """Why the first would be picked."""
    business: tuple[Business | None, ...] = ()
    """What is going on with each; None where that may not be read."""


def duplicates_at(
    location: str, customers: Iterable[StripeCustomer], holders: Mapping[str, Customer], now: datetime
) -> list[DuplicateGroup]:
    """Return who has several Stripe customers, by name; `holders` are the store's customers by Stripe ID.

    Of another name is another person: a family shares an email, and a couple a card.
    """
    people = sorted(customers, key=lambda each: each.stripe_id)
    leaders: dict[str, str] = {}
    shared: dict[str, set[str]] = {}

    def leader(stripe_id: str) -> str:
        while (above := leaders.get(stripe_id, stripe_id)) != stripe_id:
            stripe_id = above
        return stripe_id

    for what, key in KEYS.items():
        for group in _groups(people, key):
            persons = {each.stripe_id: of_stripe(each, now) for each in group}
            for one, other in combinations(group, 2):
                if _may_be_one(persons[one.stripe_id], persons[other.stripe_id]):
                    low, high = sorted((leader(one.stripe_id), leader(other.stripe_id)))
                    leaders[high] = low
                    for each in (one, other):
                        shared.setdefault(each.stripe_id, set()).add(what)
    found: dict[str, list[StripeCustomer]] = {}
    for each in people:
        if each.stripe_id in shared:
            found.setdefault(leader(each.stripe_id), []).append(each)
    return sorted(
        (_group_of(location, group, holders, shared, now) for group in found.values()),
        key=lambda each: (fold(each.customers[0].name), each.customers[0].stripe_id),
    )


def preferred(customer: StripeCustomer, holder: Customer | None, now: datetime) -> tuple[bool, bool, float]:
    """Return a key that sorts first who has a card that can be charged, then who is linked, then the newest."""
    age = -customer.created.timestamp() if customer.created else 0.0
    return not _usable(customer, now), holder is None, age


def with_business(group: DuplicateGroup, business: Mapping[StripeId, Business | None], now: datetime) -> DuplicateGroup:
    """Return a group in which those come first with whom something is going on: Stripe cannot merge customers."""
    together = sorted(
        zip(group.customers, group.linked_to, strict=True),
        key=lambda each: (not any(business.get(each[0].stripe_id) or ()), *preferred(each[0], each[1], now)),
    )
    going_on = [any(business.get(customer.stripe_id) or ()) for customer, _ in together]
    return group._replace(
        customers=tuple(customer for customer, _ in together),
        linked_to=tuple(holder for _, holder in together),
        reason="has active subscriptions or open invoices" if going_on[:2] == [True, False] else group.reason,
        business=tuple(business.get(customer.stripe_id) for customer, _ in together),
    )


def _group_of(
    location: str,
    group: Sequence[StripeCustomer],
    holders: Mapping[str, Customer],
    shared: Mapping[str, set[str]],
    now: datetime,
) -> DuplicateGroup:
    ordered = sorted(group, key=lambda each: preferred(each, holders.get(each.stripe_id), now))
    best, second = (preferred(each, holders.get(each.stripe_id), now) for each in ordered[:2])
    reason = (
        "has a payment method that can be charged"
        if best[0] != second[0]
        else "is already linked"
        if best[1] != second[1]
        else "is the newest"
    )
    return DuplicateGroup(
        location=location,
        customers=tuple(ordered),
        linked_to=tuple(holders.get(each.stripe_id) for each in ordered),
        same=tuple(what for what in KEYS if any(what in shared[each.stripe_id] for each in ordered)),
        reason=reason,
    )


def _usable(customer: StripeCustomer, now: datetime) -> bool:
    return customer.card is not None and customer.card.usable(now)


def _may_be_one(one: Person, other: Person) -> bool:
    return not the_names_contradict(Pair.of(one, other))


def _name_and_phone(customer: StripeCustomer) -> str:
    name, phone = fold(customer.name), phone_key(customer.phone)
    return f"{name} {phone}" if name and phone else ""


def _fingerprint(customer: StripeCustomer) -> str:
    return customer.card.fingerprint if customer.card else ""


KEYS: dict[str, Callable[[StripeCustomer], str]] = {
    "email": lambda customer: email_key(customer.email),
    "name and phone": _name_and_phone,
    "card": _fingerprint,
}
"""What two entries of one person have in common, by what it is called."""


def _groups(
    people: Iterable[StripeCustomer], key: Callable[[StripeCustomer], str]
) -> Iterable[Sequence[StripeCustomer]]:
    groups: dict[str, list[StripeCustomer]] = {}
    for each in people:
        if found := key(each):
            groups.setdefault(found, []).append(each)
    return (group for group in groups.values() if 1 < len(group) <= _MOST)


class Duplicates(NamedTuple):
    """Everybody who has several Stripe customers in one account."""

    groups: tuple[DuplicateGroup, ...]
