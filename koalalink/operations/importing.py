"""Customers in from a file: all of it in one change, and every row either in or told."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import NamedTuple, Protocol

from koalalink.domain.changes import Action
from koalalink.domain.imports import (
    Column,
    Entries,
    Entry,
    Imported,
    MatchOn,
    OnMatch,
    Row,
    Trouble,
    differing,
    merged,
)
from koalalink.domain.links import Link
from koalalink.domain.stripe_customers import Absence, StripeCustomer
from koalalink.domain.stripe_ids import customer_id
from koalalink.domain.text import counted
from koalalink.errors import ConflictError, KoalaError, UsageError
from koalalink.hints import Command, Text
from koalalink.operations.consent import Stakes, consent
from koalalink.operations.examining import Account, Others, asked, contradicted, copied, examine, unexamined
from koalalink.operations.known import Draft, Known
from koalalink.operations.ports import BulkStore, Conversation, Directory, StripeAt

_BATCH = 1000
_SHOWN = 20
_FEW = 5


class Table(Protocol):
    """A file of customers."""

    name: str
    columns: Sequence[Column]
    notes: list[str]
    is_our_own: bool
    count: int

    def rows(self) -> Iterator[Row]:
        """Yield the rows below the header."""

    def sample(self, count: int) -> list[list[str]]:
        """Return the cells of the first few rows."""


class Rejects(Protocol):
    """Where rows go that are not imported."""

    path: Path

    def write(self, cells: Sequence[str], reason: str) -> None:
        """Write a row and why it was not imported."""

    def keep(self) -> None:
        """Put the file into its place; without this it is as if it had never been begun."""


class Customers(Protocol):
    """The part of the store that an import needs."""

    def bulk(self, action: Action, note: str, *, rehearsal: bool) -> AbstractContextManager[BulkStore]:
        """Begin a change of many."""


class ImportRequest(NamedTuple):
    """What the person wants."""

    match_on: MatchOn | None
    """None is by external ID, else email, else name and phone, else by all that the row says."""
    on_match: OnMatch
    strict: bool
    dry_run: bool
    agreed: bool


def import_customers(
    table: Table,
    entries: Entries,
    store: Customers,
    conversation: Conversation,
    request: ImportRequest,
    *,
    stripes: Callable[[str], StripeAt] | None,
    rejects: Rejects,
    directory: Directory,
    again: Command,
    now: datetime,
) -> Imported:
    """Show what the file says, look its Stripe IDs up, and import it in one change.

    `stripes` opens the Stripe account of a location; None saves links without asking. `again` is what is typed when the
    rejected rows were put right. Raises UsageError where
    the file has no rows, ConflictError where a row is bad and that was to stop all, and whatever keeps Stripe from
    answering; then nothing is written.
    """
    for note in table.notes:
        conversation.note(note)
    conversation.columns(table.columns, table.sample(3))
    rows = table.count
    if not rows:
        raise UsageError(f"{table.name} has a header, and no rows below it.", hint="Is it the right file?")
    question = f"Import {counted(rows, 'row')}?"
    agreed = request.agreed or request.dry_run
    consent(conversation, question, Stakes.CAN_BE_UNDONE, agreed=agreed, declined="Nothing was imported.")
    places = _look_up(table, entries, conversation, stripes, now) if stripes else {}
    note = f"{table.name}, {counted(rows, 'row')}"
    with (
        store.bulk(Action.IMPORTED, note, rehearsal=request.dry_run) as bulk,
        conversation.counting(f"Importing {table.name}", rows) as count,
    ):
        intake = _Intake(bulk, entries, request, rejects, places if stripes else None, directory, now)
        everything = table.rows()
        while batch := [*islice(everything, _BATCH)]:
            intake.take(batch)
            count(len(batch))
        done = intake.result(table.name, rows, again)
        if request.strict and (done.rejected or done.links_rejected):
            raise ConflictError(_why_nothing(done), hint="Mend them, or leave out --strict to import the others.")
        if done.rejects and not request.dry_run:
            # Before the store keeps its part: a row that is in neither would be lost.
            rejects.keep()
    if done.linked and not stripes:
        conversation.warn(_unverified(done, intake.doubts))
    return done


def _why_nothing(done: Imported) -> str:
    lines = [f"row {trouble.row}: {trouble.reason}" for trouble in done.troubles]
    count = done.rejected + done.links_rejected
    more = f" and {count - len(lines):,} more" if count > len(lines) else ""
    return f"Nothing was imported, because of {'; '.join(lines)}{more}"


def _look_up(
    table: Table, entries: Entries, conversation: Conversation, stripes: Callable[[str], StripeAt], now: datetime
) -> dict[str, Account]:
    wanted: dict[str, set[str]] = {place: set() for place in entries.links}
    for row in table.rows() if wanted else ():
        entry = entries.read(row)
        for place, text in entry.stripe_ids.items() if isinstance(entry, Entry) else ():
            stripe_id = _stripe_id(text)
            if isinstance(stripe_id, str):
                wanted[place].add(stripe_id)
    return {
        place: asked(stripes(place), place, stripe_ids, conversation, "Looking Stripe IDs up", now)
        for place, stripe_ids in wanted.items()
        if stripe_ids
    }


def _stripe_id(text: str) -> str | KoalaError:
    try:
        return customer_id(text)
    except KoalaError as error:
        return error


class _Intake:
    """Takes rows in, a batch at a time, and counts what becomes of them."""

    def __init__(
        self,
        bulk: BulkStore,
        entries: Entries,
        request: ImportRequest,
        rejects: Rejects,
        places: dict[str, Account] | None,
        directory: Directory,
        now: datetime,
    ) -> None:
        self._bulk = bulk
        self._entries = entries
        self._request = request
        self._rejects = rejects
        self._places = places
        self._directory = directory
        self._now = now
        self._restoring = bulk.next_number == 1
        """An export that comes into an unused store keeps its numbers."""
        self._rows: dict[int, int] = {}
        self._counts = dict.fromkeys(
            "added sharing updated unchanged skipped repeated rejected linked already_linked links_rejected".split(), 0
        )
        self._troubles: list[Trouble] = []
        self._rejected = False
        self.doubts: list[str] = []
        """Links that are saved although the copy speaks against them, as Stripe is not to be asked."""

    def result(self, file: str, rows: int, again: Command) -> Imported:
        """Return what has become of everything."""
        return Imported(
            file=file,
            rows=rows,
            **self._counts,
            rejects=self._rejects.path if self._rejected and not self._request.dry_run else None,
            change=None if self._request.dry_run else self._bulk.change,
            dry_run=self._request.dry_run,
            again=again,
            troubles=tuple(self._troubles),
        )

    def take(self, batch: Sequence[Row]) -> None:
        """Take some rows in."""
        read = [(row, self._entries.read(row)) for row in batch]
        told = [entry for _, entry in read if isinstance(entry, Entry)]
        texts = (text for entry in told for text in entry.stripe_ids.values())
        stripe_ids = {stripe_id for stripe_id in map(_stripe_id, texts) if isinstance(stripe_id, str)}
        by_phone = self._request.match_on is MatchOn.PHONE
        known = Known(self._bulk, told, stripe_ids, by_phone=by_phone)
        linking: list[tuple[Row, Entry, Draft]] = []
        for row, entry in read:
            trouble = entry if isinstance(entry, Trouble) else self._customer(entry, known)
            if isinstance(trouble, Trouble):
                self._counts["rejected"] += 1
                self._tell(row, [trouble])
            elif isinstance(entry, Entry) and trouble is not None and entry.stripe_ids:
                linking.append((row, entry, trouble))
        places, others = self._places, None
        if places is None:
            places = {place: copied(self._directory, place, stripe_ids) for place in self._entries.links if stripe_ids}
        if linking and (found := [*_found(places.values(), stripe_ids)]):
            # Who else could be meant may stand in the same file, further below.
            self._bulk.write(known.added, known.edited, [])
            known.written()
            others = Others(self._bulk, found)
        for row, entry, person in linking:
            refused = [*self._links(entry, person, known, places, others)]
            self._counts["links_rejected"] += len(refused)
            if refused:
                self._tell(row, refused)
        self._bulk.write(known.added, known.edited, [*known.links.values()])

    def _tell(self, row: Row, troubles: list[Trouble]) -> None:
        self._rejected = True
        self._troubles += troubles[: _SHOWN - len(self._troubles)]
        self._rejects.write(row.cells, " ".join(trouble.reason for trouble in troubles))

    def _customer(self, entry: Entry, known: "Known") -> "Draft | Trouble | None":
        """Bring the customer of a row in; None is skipped with its links."""
        person = None if self._restoring and entry.number else known.find(entry, self._request.match_on)
        if isinstance(person, Trouble):
            return person
        if person is None:
            return self._add(entry, known)
        first = self._rows.setdefault(person.number, entry.row)
        if first != entry.row:
            if fields := differing(person.details, entry.details):
                return Trouble(
                    entry.row, "", "", f"Row {first} is the same customer, with another {' and '.join(fields)}."
                )
            self._counts["repeated"] += 1
            return person
        if self._request.on_match is OnMatch.SKIP:
            self._counts["skipped"] += 1
            return None
        details = merged(person.details, entry.details, self._request.on_match)
        holder = known.with_external_id(details.external_id)
        if holder and holder is not person:
            return Trouble(
                entry.row, "", details.external_id, f"The external ID {details.external_id} belongs to {holder}."
            )
        if details == person.details:
            self._counts["unchanged"] += 1
            return person
        found = contradicted(person.linked, details, self._directory, self._now) if person.links else []
        if found:
            return Trouble(
                entry.row, "", details.name, f"{found[0].reason} If it is the same person, change it by hand first."
            )
        self._counts["updated"] += 1
        known.edit(person, details)
        return person

    def _add(self, entry: Entry, known: "Known") -> "Draft | Trouble":
        number = entry.number if self._restoring and entry.number else None
        if number is not None and number in self._rows:
            return Trouble(entry.row, "", str(number), f"There is a customer {number} already.")
        holder = known.with_external_id(entry.details.external_id)
        if holder:
            return Trouble(
                entry.row,
                "",
                entry.details.external_id,
                f"The external ID {entry.details.external_id} belongs to {holder}.",
            )
        self._counts["added"] += 1
        self._counts["sharing"] += known.shares_an_email(entry.details)
        person = known.add(entry, number)
        self._rows[person.number] = entry.row
        return person

    def _links(
        self, entry: Entry, person: Draft, known: "Known", places: Mapping[str, Account], others: Others | None
    ) -> Iterator[Trouble]:
        """Link the customer of a row to its Stripe IDs, and yield why one was not linked."""
        for location, text in entry.stripe_ids.items():
            column = self._entries.links[location].title
            stripe_id = _stripe_id(text)
            if isinstance(stripe_id, KoalaError):
                yield Trouble(entry.row, column, text, stripe_id.message)
                continue
            link = person.links.get(location)
            if link and link.stripe_id == stripe_id:
                self._counts["already_linked"] += 1
                continue
            enabled = location not in entry.switched_off
            outcome = self._examined(stripe_id, person, known, places[location], others, enabled=enabled)
            if isinstance(outcome, str):
                yield Trouble(entry.row, column, stripe_id, outcome)
                continue
            self._counts["linked"] += 1
            known.link(person, outcome)

    def _examined(
        self,
        stripe_id: str,
        person: Draft,
        known: "Known",
        account: Account,
        others: Others | None,
        *,
        enabled: bool,
    ) -> Link | str:
        """Return the link, or the reason why there is none, by the rules of `connect`."""
        if account.location in person.links:
            link = person.links[account.location]
            return f"{person} is connected to {link.stripe_id} at {link.location} already."
        holders = known.others_with(stripe_id, person)
        if self._places is None and holders:
            return f"{stripe_id} belongs to {holders[0].customer} at {holders[0].location}."
        if others is None or stripe_id not in account.found:
            return unexamined(person.number, account.location, stripe_id, enabled=enabled)
        # Whether there is a card is no question of who it is, and would take a request for each.
        examined = examine(person.linked, stripe_id, account, others, holders=holders, now=self._now, enabled=enabled)
        if self._places is None and examined.objection:
            self.doubts.append(f"{person} and {stripe_id}: {examined.objection}")
            return examined.link
        return examined.objection or examined.link


def _found(places: Iterable[Account], stripe_ids: Iterable[str]) -> Iterator[StripeCustomer | Absence]:
    """Yield what is known of these IDs."""
    wanted = [*stripe_ids]
    return (account.found[each] for account in places for each in wanted if each in account.found)


def _unverified(done: Imported, doubts: Sequence[str]) -> Text:
    """Return what is to be known of links that Stripe was not asked of, as sentences."""
    doubtful = ""
    if doubts:
        shown = "; ".join(doubt.removesuffix(".") for doubt in doubts[:_FEW])
        more = f"; and {len(doubts) - _FEW:,} more" if len(doubts) > _FEW else ""
        doubtful = f" By the copy of Stripe's customers {len(doubts):,} may be somebody else: {shown}{more}."
    return (
        f"Stripe was not asked about {counted(done.linked, 'link')}.{doubtful} When you are online, type: "
    ) + Command("verify")
