"""Customers in from a file: all of it in one change, and every row either in or told."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

from koalalink.atomic_files import IfThere, free_name
from koalalink.command_line import Command, Text
from koalalink.domain.history.changes import Action
from koalalink.domain.history.notes import Note
from koalalink.domain.importing.column_mapping import without_names
from koalalink.domain.importing.columns import Column
from koalalink.domain.importing.import_rows import Entries, Entry, Imported, MatchOn, OnMatch
from koalalink.domain.stripe.ids import StripeId
from koalalink.domain.text import counted, printable
from koalalink.errors import ConflictError, UsageError
from koalalink.operations.consent import Stakes, consent, consent_to_write
from koalalink.operations.importing.row_processor import Intake
from koalalink.operations.linking.account_guard import known_account
from koalalink.operations.linking.link_gate import Account, asked
from koalalink.operations.ports import HasAccounts, HasConfig, HasDirectory, HasFiles, HasStore, HasTalk, HasTime
from koalalink.operations.resolve_location import location_of_ids, the_location

if TYPE_CHECKING:
    from koalalink.files.csv_writer import RejectsFile
    from koalalink.files.customer_file import CustomerFile

_BATCH = 1000
_FEW = 5
_SAMPLE = 200
_EXAMPLES, _LONG = 3, 24
_MOST_ASKED = 8
"""Columns; more questions than these are a file to be looked at first."""
_IN_WORDS = {"kept beside": "something else: keep it beside the customer", "ignore": "something else: leave it out"}
_IN_WORDS["extra"] = _IN_WORDS["kept beside"]


class Needs(HasConfig, HasStore, HasDirectory, HasAccounts, HasFiles, HasTalk, HasTime, Protocol):
    """What importing works with."""


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

    def again(self, file: str | Path) -> Command:
        """Return the same command with another file, or when nothing is to be tried or asked any more."""
        return Command(
            "customers",
            "import",
            file,
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
        answers = _answers(need, request, file)
        if not answers:
            return _import(need, request, file)
    request = request._replace(maps=(*request.maps, *answers))
    need.talk.note("To say so at once the next time, type: " + request.again(request.file))
    with need.files.customers(request.file, request.maps) as file:
        return _import(need, request, file)


def _import(need: Needs, request: ImportRequest, file: CustomerFile) -> Imported:
    path, if_there = _rejects(need, request)
    with need.files.rejects(path, if_there, file.titles) as rejects:
        entries = _entries(need, request, file)
        _show(need, file, request)
        accounts = _look_up(need, file, entries) if request.verify and entries.links else None
        return _take_in(need, request, file, entries, rejects, accounts)


def _answers(need: Needs, request: ImportRequest, file: CustomerFile) -> list[str]:
    """Return what a person says of the columns that may be understood in several ways, as it is typed behind --map.

    Elsewhere than at a terminal they are told. Raises UsageError where nobody can be asked, and no column says what
    the customers are called.
    """
    doubtful = [column for column in file.columns if column.doubt]
    nameless = [] if request.maps else without_names(file.columns, file.sample(_SAMPLE))
    for column in doubtful:
        need.talk.warn(f"Column “{column.title}”: {column.doubt}")
    if need.talk.can_ask and not request.agreed and request.file != "-":
        asked = [column for column in (*nameless, *doubtful) if column.title.strip()][:_MOST_ASKED]
        rows = file.sample(_EXAMPLES)
        return [answer for column in asked if (answer := _asked(need, column, rows))]
    if nameless:
        title = nameless[0].title
        raise UsageError(
            f"No column of {file.name} was recognized as the name of the customers. Nothing was imported.",
            hint=f'Say which it is, for example: --map "{title}=full name". '
            f'If there is none, add: --map "{title}=extra"',
        )
    return []


def _asked(need: Needs, column: Column, rows: Sequence[Sequence[str]]) -> str:
    """Return what a person says a column is, as it is typed behind --map; empty where nothing is said."""
    first = ["full name", "first name", "last name", "company"] if not column.doubt else [column.meaning]
    choices = [*dict.fromkeys([*first, "email", "phone", "notes", "extra", "ignore"])]
    for number, choice in enumerate(choices, 1):
        need.talk.note(f"{number}  {_IN_WORDS.get(choice, choice)}")
    examples = "; ".join(printable(row[column.position])[:_LONG] for row in rows if row[column.position])
    chosen = need.talk.choose(f"What is the column “{printable(column.title)}” ({examples})?", len(choices))
    return f"{column.title}={choices[chosen - 1]}" if chosen else ""


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
        location: asked(
            need.accounts(location),
            stripe_ids,
            need.talk,
            "Looking up Stripe IDs",
            need.now,
            known=known_account(need.store, need.directory, location),
        )
        for location, stripe_ids in wanted.items()
        if stripe_ids
    }


def _take_in(
    need: Needs,
    request: ImportRequest,
    file: CustomerFile,
    entries: Entries,
    rejects: RejectsFile,
    accounts: dict[str, Account] | None,
) -> Imported:
    note = Note.of_file(file.name, file.count)
    with (
        need.store.bulk(Action.IMPORTED, note, rehearsal=request.dry_run) as bulk,
        need.talk.counting(f"Importing {file.name}", file.count) as count,
    ):
        intake = Intake(bulk, entries, rejects, accounts, need.directory, need.now, request.match_on, request.on_match)
        everything = file.rows()
        while batch := [*islice(everything, _BATCH)]:
            intake.take(batch)
            count(len(batch))
        done = Imported(
            file=file.name,
            rows=file.count,
            counts=intake.counts,
            rejects=rejects.path if intake.has_rejects and not request.dry_run else None,
            change=None if request.dry_run else bulk.change,
            left_out=tuple(intake.left_out),
            columns=tuple(file.columns),
            dry_run=request.dry_run,
            again=request.again(request.file if request.dry_run else rejects.path),
            troubles=tuple(intake.troubles),
        )
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
