"""Customers in from a file: all of it in one change, and every row either in or told."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import NamedTuple, Protocol

from koalalink.disk import IfThere, free_name
from koalalink.domain.changes import Action
from koalalink.domain.configuration import Config
from koalalink.domain.imports import (
    Counts,
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
from koalalink.domain.stripe_ids import StripeId
from koalalink.domain.text import counted, listed
from koalalink.errors import ConflictError, UsageError
from koalalink.hints import Command, Text
from koalalink.operations.consent import Stakes, consent, consent_to_write
from koalalink.operations.examining import Account, Others, asked, contradicted, copied, examine, unexamined
from koalalink.operations.known import Draft, Known
from koalalink.operations.places import location_of_ids, the_location
from koalalink.operations.ports import Accounts, Bulk, CustomerFile, Directory, Files, Rejects, Store, Talk

_BATCH = 1000
_SHOWN = 20
_FEW = 5


class Needs(Protocol):
    """What importing works with."""

    @property
    def config(self) -> Config: ...
    @property
    def store(self) -> Store: ...
    @property
    def directory(self) -> Directory: ...
    @property
    def accounts(self) -> Accounts: ...
    @property
    def files(self) -> Files: ...
    @property
    def talk(self) -> Talk: ...
    @property
    def now(self) -> datetime: ...


class ImportRequest(NamedTuple):
    """What the person wants."""

    file: str
    maps: Sequence[str] = ()
    """What columns are, as COLUMN=FIELD."""
    location: str | None = None
    """Of Stripe IDs in a column that names none."""
    match_on: MatchOn | None = None
    """None is by external ID, else email, else name and phone, else by all that the row says."""
    on_match: OnMatch = OnMatch.UPDATE
    rejects: Path | None = None
    """Where rows go that are not imported; None is beside the file."""
    strict: bool = False
    verify: bool = True
    dry_run: bool = False
    agreed: bool = False

    def again(self, rejects: Path) -> Command:
        """Return what is typed when the rejected rows were fixed."""
        return Command(
            "customers",
            "import",
            rejects,
            location=self.location,
            map=self.maps,
            match_on=self.match_on,
            on_match=None if self.on_match is OnMatch.UPDATE else self.on_match,
            no_verify=not self.verify,
            strict=self.strict,
        )


def import_customers(need: Needs, request: ImportRequest) -> Imported:
    """Show what the file says, look its Stripe IDs up, and import it in one change.

    Raises UsageError where the file has no rows, ConflictError where a row is bad and that was to stop all, and
    whatever keeps Stripe from answering; then nothing is written.
    """
    with need.files.customers(request.file, request.maps) as file:
        path, if_there = _rejects(need, request)
        with need.files.rejects(path, if_there, file.titles) as rejects:
            entries = _entries(need, request, file)
            _show(need, file, request)
            accounts = _look_up(need, file, entries) if request.verify and entries.links else None
            return _take_in(need, request, file, entries, rejects, accounts)


def _rejects(need: Needs, request: ImportRequest) -> tuple[Path, IfThere]:
    """Return where rejected rows go; a named file that is there is asked about."""
    source = Path("customers.csv" if request.file == "-" else request.file)
    path = request.rejects
    if path is None:
        return free_name(source.with_suffix(".csv"), "rejects"), IfThere.REFUSE
    if request.file != "-" and path.resolve() == source.resolve():
        raise UsageError("--rejects names the file itself.", hint="Name another file.")
    agreed = request.agreed or request.dry_run
    return path, consent_to_write(need.talk, need.files, path, agreed=agreed)


def _entries(need: Needs, request: ImportRequest, file: CustomerFile) -> Entries:
    """Return what reads the rows; raises KoalaError where it is not clear which location Stripe IDs belong to."""
    location = None
    if any(column.field == "stripe_id" and not column.location for column in file.columns):
        location = location_of_ids(need.config, request.location)
    entries = Entries(file.columns, location=location, is_our_own=file.is_our_own)
    for name in entries.links if request.verify or need.config.locations else ():
        the_location(need.config, name)
    return entries


def _show(need: Needs, file: CustomerFile, request: ImportRequest) -> None:
    for note in file.notes:
        need.talk.note(note)
    need.talk.columns(file.columns, file.sample(3))
    if not file.count:
        raise UsageError(f"{file.name} has a header, and no rows below it.", hint="Is it the right file?")
    question = f"Import {counted(file.count, 'row')}?"
    agreed = request.agreed or request.dry_run
    consent(need.talk, question, Stakes.CAN_BE_UNDONE, agreed=agreed, declined="Nothing was imported.")


def _look_up(need: Needs, file: CustomerFile, entries: Entries) -> dict[str, Account]:
    """Return what Stripe has of all IDs in the file, by location."""
    wanted: dict[str, set[StripeId]] = {location: set() for location in entries.links}
    for row in file.rows():
        entry = entries.read(row)
        for location, stripe_id in entry.stripe_ids.items() if isinstance(entry, Entry) else ():
            wanted[location].add(stripe_id)
    return {
        location: asked(need.accounts(location), stripe_ids, need.talk, "Looking up Stripe IDs", need.now)
        for location, stripe_ids in wanted.items()
        if stripe_ids
    }


def _take_in(
    need: Needs,
    request: ImportRequest,
    file: CustomerFile,
    entries: Entries,
    rejects: Rejects,
    accounts: dict[str, Account] | None,
) -> Imported:
    note = f"{file.name}, {counted(file.count, 'row')}"
    with (
        need.store.bulk(Action.IMPORTED, note, rehearsal=request.dry_run) as bulk,
        need.talk.counting(f"Importing {file.name}", file.count) as count,
    ):
        intake = _Intake(bulk, entries, request, rejects, accounts, need.directory, need.now)
        everything = file.rows()
        while batch := [*islice(everything, _BATCH)]:
            intake.take(batch)
            count(len(batch))
        done = intake.result(file.name, file.count)
        if request.strict and (done.counts.rejected or done.counts.links_rejected):
            raise ConflictError(_why_nothing(done), hint="Fix them, or leave out --strict to import the others.")
        if done.rejects and not request.dry_run:
            # Before the store keeps its part: a row that is in neither would be lost.
            rejects.keep()
    if done.counts.linked and accounts is None:
        need.talk.warn(_unverified(done, intake.doubts))
    return done


def _why_nothing(done: Imported) -> str:
    lines = [f"row {trouble.row}: {trouble.reason}" for trouble in done.troubles]
    count = done.counts.rejected + done.counts.links_rejected
    more = f" and {count - len(lines):,} more" if count > len(lines) else ""
    return f"Nothing was imported, because of {'; '.join(lines)}{more}"


class _Intake:
    """Takes rows in, a batch at a time, and counts what becomes of them."""

    def __init__(
        self,
        bulk: Bulk,
        entries: Entries,
        request: ImportRequest,
        rejects: Rejects,
        accounts: dict[str, Account] | None,
        directory: Directory,
        now: datetime,
    ) -> None:
        self._bulk = bulk
        self._entries = entries
        self._request = request
        self._rejects = rejects
        self._accounts = accounts
        self._directory = directory
        self._now = now
        self._restoring = bulk.next_number == 1
        """An export that comes into an unused store keeps its numbers."""
        self._rows: dict[int, int] = {}
        self._counts = Counts()
        self._troubles: list[Trouble] = []
        self._rejected = False
        self.doubts: list[str] = []
        """Links that are saved although the last sync speaks against them, as Stripe is not to be asked."""

    def result(self, file: str, rows: int) -> Imported:
        """Return what has become of everything."""
        return Imported(
            file=file,
            rows=rows,
            counts=self._counts,
            rejects=self._rejects.path if self._rejected and not self._request.dry_run else None,
            change=None if self._request.dry_run else self._bulk.change,
            dry_run=self._request.dry_run,
            again=self._request.again(self._rejects.path),
            troubles=tuple(self._troubles),
        )

    def take(self, batch: Sequence[Row]) -> None:
        """Take some rows in."""
        read = [(row, self._entries.read(row)) for row in batch]
        told = [entry for _, entry in read if isinstance(entry, Entry)]
        stripe_ids = {stripe_id for entry in told for stripe_id in entry.stripe_ids.values()}
        by_phone = self._request.match_on is MatchOn.PHONE
        known = Known(self._bulk, told, stripe_ids, by_phone=by_phone)
        linking: list[tuple[Row, Entry, Draft]] = []
        for row, entry in read:
            trouble = entry if isinstance(entry, Trouble) else self._customer(entry, known)
            if isinstance(trouble, Trouble):
                self._counts.rejected += 1
                self._tell(row, [trouble])
            elif isinstance(entry, Entry) and trouble is not None and (entry.stripe_ids or entry.malformed):
                linking.append((row, entry, trouble))
        accounts, others = self._accounts, None
        if accounts is None:
            locations = self._entries.links if stripe_ids else ()
            accounts = {location: copied(self._directory, location, stripe_ids) for location in locations}
        if linking and (found := [*_found(accounts.values(), stripe_ids)]):
            # Who else could be meant may stand in the same file, further below.
            self._bulk.write(known.added, known.edited, [])
            known.written()
            others = Others(self._bulk, found)
        for row, entry, person in linking:
            refused = [*self._links(entry, person, known, accounts, others)]
            self._counts.links_rejected += len(refused)
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
                return Trouble(entry.row, "", "", f"Row {first} is the same customer, with another {listed(fields)}.")
            self._counts.repeated += 1
            return person
        if self._request.on_match is OnMatch.SKIP:
            self._counts.skipped += 1
            return None
        details = merged(person.details, entry.details, self._request.on_match)
        holder = known.with_external_id(details.external_id)
        if holder and holder is not person:
            return Trouble(
                entry.row, "", details.external_id, f"The external ID {details.external_id} belongs to {holder}."
            )
        if details == person.details:
            self._counts.unchanged += 1
            return person
        found = contradicted(person.linked, details, self._directory, self._now) if person.links else []
        if found:
            return Trouble(
                entry.row,
                "",
                details.name,
                f"{found[0].reason} If it is the same person, change the customer by hand first.",
            )
        self._counts.updated += 1
        known.edit(person, details)
        return person

    def _add(self, entry: Entry, known: "Known") -> "Draft | Trouble":
        number = entry.number if self._restoring and entry.number else None
        if number is not None and number in self._rows:
            return Trouble(entry.row, "", str(number), f"There already is a customer {number}.")
        holder = known.with_external_id(entry.details.external_id)
        if holder:
            return Trouble(
                entry.row,
                "",
                entry.details.external_id,
                f"The external ID {entry.details.external_id} belongs to {holder}.",
            )
        self._counts.added += 1
        self._counts.sharing += known.shares_an_email(entry.details)
        person = known.add(entry, number)
        self._rows[person.number] = entry.row
        return person

    def _links(
        self, entry: Entry, person: Draft, known: "Known", accounts: Mapping[str, Account], others: Others | None
    ) -> Iterator[Trouble]:
        """Link the customer of a row to its Stripe IDs, and yield why one was not linked."""
        yield from entry.malformed
        for location, stripe_id in entry.stripe_ids.items():
            column = self._entries.links[location].title
            link = person.links.get(location)
            if link and link.stripe_id == stripe_id:
                self._counts.already_linked += 1
                continue
            enabled = location not in entry.switched_off
            outcome = self._examined(stripe_id, person, known, accounts[location], others, enabled=enabled)
            if isinstance(outcome, str):
                yield Trouble(entry.row, column, stripe_id, outcome)
                continue
            self._counts.linked += 1
            known.link(person, outcome)

    def _examined(
        self,
        stripe_id: StripeId,
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
            return f"{person} is already connected to {link.stripe_id} at {link.location}."
        holders = known.others_with(stripe_id, person)
        if self._accounts is None and holders:
            return f"{stripe_id} belongs to {holders[0].customer} at {holders[0].location}."
        if others is None or stripe_id not in account.found:
            return unexamined(person.number, account.location, stripe_id, enabled=enabled)
        # Whether there is a card is no question of who it is, and would take a request for each.
        examined = examine(person.linked, stripe_id, account, others, holders=holders, now=self._now, enabled=enabled)
        if self._accounts is None and examined.objection:
            self.doubts.append(f"{person} and {stripe_id}: {examined.objection}")
            return examined.link
        return examined.objection or examined.link


def _found(accounts: Iterable[Account], stripe_ids: Iterable[StripeId]) -> Iterator[StripeCustomer | Absence]:
    """Yield what is known of these IDs."""
    wanted = [*stripe_ids]
    return (account.found[each] for account in accounts for each in wanted if each in account.found)


def _unverified(done: Imported, doubts: Sequence[str]) -> Text:
    """Return what is to be known of links that Stripe was not asked of, as sentences."""
    doubtful = ""
    if doubts:
        shown = "; ".join(doubt.removesuffix(".") for doubt in doubts[:_FEW])
        more = f"; and {len(doubts) - _FEW:,} more" if len(doubts) > _FEW else ""
        doubtful = f" According to the last sync {len(doubts):,} may be somebody else: {shown}{more}."
    return (
        f"Stripe was not asked about {counted(done.counts.linked, 'link')}.{doubtful} When you are online, type: "
    ) + Command("verify")
