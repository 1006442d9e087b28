"""Proposing for everybody without a link who they are at Stripe."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from koalalink.domain.chronicle import ago
from koalalink.domain.customers import Customer
from koalalink.domain.decisions import Matched, SideBySide, alike_together
from koalalink.domain.directory import DirectoryState
from koalalink.domain.links import LinkedCustomer
from koalalink.domain.matching.proposing import Proposal, propose
from koalalink.domain.payments import Booking, Payments
from koalalink.domain.people.contact import email_key, phone_key
from koalalink.domain.people.identity import Tier
from koalalink.domain.people.names import name_words
from koalalink.domain.people.person import Person, of_store, of_stripe
from koalalink.errors import NotFoundError
from koalalink.hints import Command
from koalalink.operations.ports import Conversation, Directory

_OLD = timedelta(days=7)
_BATCH = 500


class Customers(Protocol):
    """The part of the store that this needs."""

    def everybody(self, *, linked: bool | None = None, location: str | None = None) -> Iterator[LinkedCustomer]:
        """Yield the customers of the store."""

    def known(self, numbers: Iterable[int]) -> Mapping[int, LinkedCustomer]:
        """Return the customers of these numbers."""

    def refusals(self, location: str) -> set[tuple[int, str]]:
        """Return who at Stripe is not which customer."""


def match(
    store: Customers,
    directory: Directory,
    location: str,
    conversation: Conversation,
    *,
    now: datetime,
    payments: Payments,
    limit: int | None = None,
) -> Matched:
    """Return a proposal for everybody who has no link at the location, up to `limit` of them, the surest first.

    Raises NotFoundError where Stripe's customers were not copied yet.
    """
    state = copied(directory, location)
    _say_how_old(state, conversation, now)
    bookings = _Bookings(payments.bookings)
    ours: list[Person] = []
    owners: dict[str, Customer] = {}
    here: set[str] = set()
    for each in store.everybody():
        at = {link.location: link.stripe_id for link in each.links}
        owners |= dict.fromkeys(at.values(), each.customer)
        if location in at:
            here.add(at[location])
        else:
            ours.append(of_store(each.customer, at.values(), bookings.paid_by(each.customer)))
    bookings.refuse_doubtful(ours)
    theirs = [
        of_stripe(each, now, payments.of_stripe.get(each.stripe_id, ()), owners.get(each.stripe_id))
        for each in directory.customers(location)
        if each.stripe_id not in here
    ]
    with conversation.counting("Comparing", len(ours)) as count:
        proposals = propose(ours, theirs, store.refusals(location), count)
    return Matched(location, state, alike_together(proposals)[:limit])


def copied(directory: Directory, location: str) -> DirectoryState:
    """Return the state of the copy of Stripe's customers; raises NotFoundError where there is none."""
    state = directory.state(location)
    if state is None or (not state.customers and state.finished_at is None):
        raise NotFoundError(
            f"Stripe's customers of {location} were not copied to this computer yet.",
            hint="Type: "
            + Command("sync", location=location)
            + ". Without a key, export the customers in the Stripe Dashboard, and type: "
            + Command("sync", from_csv="FILE", location=location),
        )
    return state


def _say_how_old(state: DirectoryState, conversation: Conversation, now: datetime) -> None:
    again = " To copy them again, type: " + Command("sync", location=state.location)
    if state.finished_at is None:
        conversation.warn(f"Only a part of {state.location}'s Stripe customers was copied." + again)
    elif now - state.finished_at > _OLD:
        conversation.warn(f"Stripe's customers of {state.location} were copied {ago(state.finished_at, now)}." + again)
    if not state.customers:
        conversation.warn(f"There are no customers in the Stripe account of {state.location}.")


def side_by_side(
    store: Customers, directory: Directory, location: str, proposals: Sequence[Proposal]
) -> Iterator[SideBySide]:
    """Yield proposals with the people they are about; who has gone meanwhile is left out."""
    for start in range(0, len(proposals), _BATCH):
        batch = proposals[start : start + _BATCH]
        ours = store.known(each.customer for each in batch)
        ids = {other for each in batch for other in (each.stripe_id, *each.rivals, *each.duplicates) if other}
        theirs = directory.known(location, ids)
        for each in batch:
            if each.customer in ours:
                yield SideBySide(
                    proposal=each,
                    ours=ours[each.customer].customer,
                    theirs=theirs.get(each.stripe_id or ""),
                    others=[theirs[other] for other in (*each.rivals, *each.duplicates) if other in theirs],
                )


class _Bookings:
    """Which customer has made which booking: one of the same name whose email or phone is the same."""

    def __init__(self, bookings: Sequence[Booking]) -> None:
        self._by_contact: dict[str, list[Booking]] = defaultdict(list)
        for booking in bookings:
            for contact in {email_key(booking.email), phone_key(booking.phone)} - {""}:
                self._by_contact[contact].append(booking)

    def paid_by(self, customer: Customer) -> set[str]:
        """Return the payments of a customer's bookings."""
        details = customer.details
        if not self._by_contact:
            return set()
        contacts = {email_key(details.email), phone_key(details.phone)} - {""}
        return {
            payment
            for contact in contacts
            for booking in self._by_contact.get(contact, ())
            if name_words(booking.name) == name_words(details.name)
            for payment in booking.payments
        }

    def refuse_doubtful(self, people: list[Person]) -> None:
        """Take a payment away from all of several people who would have made it."""
        paid: dict[str, int] = defaultdict(int)
        for person in people:
            for payment in person.payments:
                paid[payment] += 1
        for place, person in enumerate(people):
            if any(paid[payment] > 1 for payment in person.payments):
                sure = tuple(payment for payment in person.payments if paid[payment] == 1)
                people[place] = person._replace(payments=sure)


def certain_now(
    store: Customers, directory: Directory, location: str, conversation: Conversation, now: datetime
) -> set[tuple[int, str]]:
    """Return who is certain by the present copy, and who is linked, as customer and Stripe ID.

    Nobody is certain where there is no copy.
    """
    linked = store.everybody(linked=True, location=location)
    found = {(link.customer, link.stripe_id) for each in linked for link in each.links if link.location == location}
    if directory.state(location) is not None:
        matched = match(store, directory, location, conversation, now=now, payments=Payments())
        found |= {(each.customer, each.stripe_id or "") for each in matched.of(Tier.CERTAIN)}
    return found


def certain_pairs(store: Customers, directory: Directory, found: Matched) -> Iterator[SideBySide]:
    """Yield the certain ones with the people they are about."""
    return side_by_side(store, directory, found.location, found.of(Tier.CERTAIN))
