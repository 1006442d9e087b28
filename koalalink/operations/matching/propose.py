"""Proposing for everybody without a link who they are at Stripe."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

from koalalink.atomic_files import IfThere
from koalalink.command_line import Command
from koalalink.domain.customers.customer import Customer
from koalalink.domain.history.descriptions import ago
from koalalink.domain.identity.contacts import email_key, phone_key
from koalalink.domain.identity.names import name_words
from koalalink.domain.identity.person import Person, of_store, of_stripe
from koalalink.domain.identity.rules import Tier
from koalalink.domain.matching.decisions import Matched, Origin, SideBySide, alike_together
from koalalink.domain.matching.proposals import Proposal, propose
from koalalink.domain.mirror.mirror import DirectoryState
from koalalink.domain.stripe.payments import Booking, Payments
from koalalink.domain.text import counted
from koalalink.errors import NotFoundError
from koalalink.operations.ports import HasConfig, HasDirectory, HasFiles, HasPictures, HasStore, HasTalk, HasTime, Talk
from koalalink.operations.resolve_location import location_to_match

if TYPE_CHECKING:
    from koalalink.store.repository import Store
    from koalalink.store.stripe_mirror import Directory

_OLD = timedelta(days=7)
_BATCH = 500
_PAGES = (".html", ".htm")
"""What the name of a decision page ends in."""


class Needs(HasConfig, HasStore, HasDirectory, HasFiles, HasPictures, HasTalk, HasTime, Protocol):
    """What proposing works with."""


class MatchRequest(NamedTuple):
    """For whom proposals are made, and what they are written into."""

    location: str | None = None
    payments: Sequence[str] = ()
    """Exports of payments and bookings."""
    limit: int | None = None
    sheet: Path | None = None


def match(need: Needs, request: MatchRequest) -> Matched:
    """Return a proposal for everybody who has no link at the location, the surest first, and write the sheet."""
    location = location_to_match(need.config, need.directory.states(), request.location)
    found = propose_at(need, location, need.files.payments(request.payments), request.limit)
    if request.sheet is not None:
        _write_sheet(need, request.sheet, found)
    return found


def propose_at(need: Needs, location: str, payments: Payments | None = None, limit: int | None = None) -> Matched:
    """Return the proposals for a location; raises NotFoundError where its Stripe customers were not copied yet."""
    payments = payments or Payments()
    since = need.store.newest_change()  # before anything is read: what comes later counts as not seen
    state = _copied(need.directory, location)
    _say_how_old(state, need.talk, need.now)
    bookings = _Bookings(payments.bookings)
    ours: list[Person] = []
    owners: dict[str, Customer] = {}
    here: set[str] = set()
    for each in need.store.everybody():
        at = {link.location: link.stripe_id for link in each.links}
        owners |= dict.fromkeys(at.values(), each.customer)
        if location in at:
            here.add(at[location])
        else:
            ours.append(of_store(each.customer, at.values(), bookings.paid_by(each.customer)))
    bookings.refuse_doubtful(ours)
    theirs: list[Person] = []
    tells_too_little = False
    for their in need.directory.customers(location):
        tells_too_little = tells_too_little or their.about is None
        if their.stripe_id not in here:
            paid = payments.of_stripe.get(their.stripe_id, ())
            theirs.append(of_stripe(their, need.now, paid, owners.get(their.stripe_id)))
    if tells_too_little:
        need.talk.note(
            f"The Stripe customers of {location} were copied by an older version. For card holders and descriptions as "
            "well, type: " + Command("sync", location=location)
        )
    with need.talk.counting("Comparing", len(ours)) as count:
        proposals = propose(ours, theirs, need.store.refusals(location), count)
    return Matched(location, need.directory.count(location), alike_together(proposals)[:limit], since)


def _write_sheet(need: Needs, path: Path, found: Matched) -> None:
    """Write proposals into a sheet; one that is there, perhaps with decisions in it, is kept under another name."""
    pairs = side_by_side(need.store, need.directory, found.location, found.proposals)
    origin = Origin(found.location, need.store.identity, found.since)
    if path.suffix.lower() in _PAGES:
        _write_page(need, path, pairs, origin)
        return
    rows, kept = need.files.write_sheet(path, pairs, origin)
    _say_set_aside(need, path, kept)
    need.talk.note(
        f"Wrote {counted(rows, 'proposal')} into {path}. Write yes or no in its first column, save it, and type: "
        + Command("apply", path)
    )


def _write_page(need: Needs, path: Path, pairs: Iterable[SideBySide], origin: Origin) -> None:
    text, rows = need.pictures.decisions(pairs, origin)
    _say_set_aside(need, path, need.files.write_text(path, IfThere.SET_ASIDE, text))
    need.talk.note(
        f"Wrote {counted(rows, 'pair')} into {path}: open it in a browser, decide, and press Save decisions. It holds "
        "your customers' data, so only you can read it. Then type: " + Command("apply", "FILE.csv")
    )


def _say_set_aside(need: Needs, path: Path, kept: Path | None) -> None:
    if kept:
        need.talk.note(f"The {path} that was there before is now called {kept}.")


def _copied(directory: Directory, location: str) -> DirectoryState:
    """Return the state of the directory; raises NotFoundError where there is none."""
    state = directory.state(location)
    if state is None or (not state.is_filled and state.finished_at is None):
        raise NotFoundError(
            f"The Stripe customers of {location} have not been copied to this computer yet.",
            hint="Type: "
            + Command("sync", location=location)
            + ". Without a key, export the customers in the Stripe Dashboard, and type: "
            + Command("sync", from_csv="FILE", location=location),
        )
    return state


def _say_how_old(state: DirectoryState, talk: Talk, now: datetime) -> None:
    again = " To copy them again, type: " + Command("sync", location=state.location)
    if state.finished_at is None:
        talk.warn(f"Only some of {state.location}'s Stripe customers were copied." + again)
    elif now - state.finished_at > _OLD:
        talk.warn(f"The Stripe customers of {state.location} were copied {ago(state.finished_at, now)}." + again)
    if not state.is_filled:
        talk.warn(f"There are no customers in the Stripe account of {state.location}.")


def side_by_side(
    store: Store, directory: Directory, location: str, proposals: Sequence[Proposal]
) -> Iterator[SideBySide]:
    """Yield proposals with the people they are about; one who has gone meanwhile is left out."""
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
                    theirs=theirs.get(each.stripe_id) if each.stripe_id else None,
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
        for index, person in enumerate(people):
            if any(paid[payment] > 1 for payment in person.payments):
                sure = tuple(payment for payment in person.payments if paid[payment] == 1)
                people[index] = person._replace(payments=sure)


def certain_now(need: Needs, location: str) -> set[tuple[int, str]]:
    """Return who is certain by the last sync, and who is linked, as customer and Stripe ID.

    Nobody is certain where there was no sync.
    """
    linked = need.store.everybody(linked=True, location=location)
    found: set[tuple[int, str]] = {
        (link.customer, link.stripe_id) for each in linked for link in each.links if link.location == location
    }
    if need.directory.state(location) is not None:
        found |= {(each.customer, each.stripe_id or "") for each in propose_at(need, location).of(Tier.CERTAIN)}
    return found


def certain_pairs(need: Needs, found: Matched) -> Iterator[SideBySide]:
    """Yield the certain ones with the people they are about."""
    return side_by_side(need.store, need.directory, found.location, found.of(Tier.CERTAIN))
