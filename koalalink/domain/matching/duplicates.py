"""People who have several Stripe customers in one account."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import combinations
from typing import NamedTuple, TypeVar

from koalalink.domain.customers.customer import Customer
from koalalink.domain.customers.links import LinkedCustomer
from koalalink.domain.identity.contacts import email_key, phone_key
from koalalink.domain.identity.person import Person, of_store, of_stripe
from koalalink.domain.identity.rules import Pair, doubt_of_the_person, the_names_contradict
from koalalink.domain.stripe.customer import Business, StripeCustomer
from koalalink.domain.stripe.ids import StripeId
from koalalink.domain.text import fold

T = TypeVar("T")

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
    persons = {each.stripe_id: of_stripe(each, now) for each in people}
    found = same_people(people, KEYS, lambda one, other: _may_be_one(persons[one.stripe_id], persons[other.stripe_id]))
    return sorted(
        (_group_of(location, group, same, holders, now) for group, same in found),
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
    same: tuple[str, ...],
    holders: Mapping[str, Customer],
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
        same=same,
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


def same_people(
    everybody: Sequence[T], keys: Mapping[str, Callable[[T], str]], may_be_one: Callable[[T, T], bool]
) -> Iterator[tuple[list[T], tuple[str, ...]]]:
    """Yield those who are one person, each group with what its members share; two have a key in common.

    A key of more than a family has tells nothing of anybody.
    """
    leaders = [*range(len(everybody))]
    shared: dict[int, set[str]] = {}

    def leader(index: int) -> int:
        while leaders[index] != index:
            index = leaders[index]
        return index

    for what, key in keys.items():
        for group in _groups(everybody, key):
            for one, other in combinations(group, 2):
                if may_be_one(everybody[one], everybody[other]):
                    low, high = sorted((leader(one), leader(other)))
                    leaders[high] = low
                    for each in (one, other):
                        shared.setdefault(each, set()).add(what)
    found: dict[int, list[int]] = {}
    for index in sorted(shared):
        found.setdefault(leader(index), []).append(index)
    for group in found.values():
        same = {what for index in group for what in shared[index]}
        yield [everybody[index] for index in group], tuple(what for what in keys if what in same)


def _groups(everybody: Sequence[T], key: Callable[[T], str]) -> Iterable[Sequence[int]]:
    groups: dict[str, list[int]] = {}
    for index, each in enumerate(everybody):
        if found := key(each):
            groups.setdefault(found, []).append(index)
    return (group for group in groups.values() if 1 < len(group) <= _MOST)


class Duplicates(NamedTuple):
    """Everybody who has several Stripe customers in one account."""

    groups: tuple[DuplicateGroup, ...]


class OwnGroup(NamedTuple):
    """Entries of our own list that may be one person, the one first that would stay."""

    customers: tuple[LinkedCustomer, ...]
    same: tuple[str, ...]
    """What they have in common: email, phone, name and address."""
    doubt: str | None
    """Why they may be two people all the same, as a sentence."""


class OwnDuplicates(NamedTuple):
    """Everybody who is in our own list several times."""

    groups: tuple[OwnGroup, ...]


def own_duplicates(everybody: Sequence[LinkedCustomer]) -> list[OwnGroup]:
    """Return who is in our own list several times, by name: of another name is another person, as in a family."""
    persons = {each.customer.number: of_store(each.customer) for each in everybody}

    def pair(one: LinkedCustomer, other: LinkedCustomer) -> Pair:
        return Pair.of(persons[one.customer.number], persons[other.customer.number])

    found = same_people(everybody, OWN_KEYS, lambda one, other: not the_names_contradict(pair(one, other)))
    groups = []
    for group, same in found:
        ordered = sorted(group, key=lambda each: (not each.links, each.customer.number))
        doubts = (doubt_of_the_person(pair(ordered[0], other)) for other in ordered[1:])
        groups.append(OwnGroup(tuple(ordered), same, next((doubt for doubt in doubts if doubt), None)))
    return sorted(groups, key=lambda each: (each.doubt is not None, fold(each.customers[0].customer.details.name)))


def _name_and_address(linked: LinkedCustomer) -> str:
    details = linked.customer.details
    return f"{fold(details.name)} {fold(details.address)}" if details.name and details.address else ""


OWN_KEYS: dict[str, Callable[[LinkedCustomer], str]] = {
    "email": lambda linked: email_key(linked.customer.details.email),
    "phone": lambda linked: phone_key(linked.customer.details.phone),
    "name and address": _name_and_address,
}
"""What two entries of one person in our own list have in common, by what it is called."""
