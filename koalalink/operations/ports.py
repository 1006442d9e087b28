"""The tools that operations work with, as protocols: the store, Stripe, files, and the person at the terminal.

Each operation declares which of them it needs, in a Protocol of its own.

It is longer than other rooms, because it has every method of every tool, and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from datetime import datetime
    from pathlib import Path

    from koalalink.atomic_files import IfThere
    from koalalink.command_line import Text
    from koalalink.domain.customers.customer import Customer, CustomerDetails, Shape
    from koalalink.domain.customers.links import AccountOfLinks, CustomerList, Holder, Link, LinkedCustomer
    from koalalink.domain.customers.results import Forgotten
    from koalalink.domain.history.changes import Action, Change, Refused
    from koalalink.domain.history.notes import Note
    from koalalink.domain.importing.columns import Column
    from koalalink.domain.importing.export_columns import ExportColumn, ExportRow, Format
    from koalalink.domain.importing.import_rows import Row
    from koalalink.domain.linking.results import LinkReview
    from koalalink.domain.matching.decisions import Origin, Sheet, SideBySide
    from koalalink.domain.matching.review import Question
    from koalalink.domain.mirror.mirror import (
        DirectoryState,
        ExportedCustomer,
        ExportedPayment,
        Listed,
        Verification,
        Window,
    )
    from koalalink.domain.mirror.status import Call, Standing, Status
    from koalalink.domain.search.query import SearchQuery
    from koalalink.domain.search.results import Hits
    from koalalink.domain.setup.backups import Contents
    from koalalink.domain.setup.shared_store import SharedReport
    from koalalink.domain.stripe.account import StripeAccount
    from koalalink.domain.stripe.api_key import ApiKey
    from koalalink.domain.stripe.customer import Absence, Business, KeyReport, PaymentMethod, StripeCustomer
    from koalalink.domain.stripe.id_moves import MovedId
    from koalalink.domain.stripe.ids import StripeId
    from koalalink.domain.stripe.payments import Payments


class Stripe(Protocol):
    """The customers of one location's Stripe account, read only."""

    location: str
    key: ApiKey
    cards_are_hidden: bool
    """Whether the key has turned out to have no permission to read payment methods."""

    @property
    def left_out(self) -> Mapping[str, None]:
        """The records that could not be read, by their IDs; they are left out of what is listed and found."""

    def customer(self, stripe_id: StripeId) -> StripeCustomer | Absence:
        """Return one customer, or why there is none."""

    def cards(self, stripe_id: StripeId) -> tuple[PaymentMethod, ...] | None:
        """Return the saved cards of a customer; None where the key has no permission to read them."""

    def business(self, stripe_id: StripeId) -> Business | None:
        """Return the subscriptions and invoices of a customer; None where the key may not read them."""

    def account(self) -> StripeAccount:
        """Return the account that the key opens, as far as it may say."""

    def search(self, query: str, most: int) -> list[StripeCustomer]:
        """Return up to `most` customers that a query in Stripe's search language finds."""

    def with_email(self, email: str, most: int) -> list[StripeCustomer]:
        """Return the customers with exactly this email address."""

    def count(self) -> int | None:
        """Return how many customers there are; None where Stripe does not say."""

    def listed(self, window: Window) -> Listed:
        """Return the next page of a window."""

    def all_customers(self) -> Iterator[StripeCustomer]:
        """Yield every customer, newest first."""

    def report(self) -> KeyReport:
        """Return what the key opens and may read."""


Accounts = Callable[[str], Stripe]
"""Opens the Stripe account of a location; raises ConfigError where its key is missing or malformed."""


class Bulk(Protocol):
    """A change of many customers, within its transaction."""

    change: int | None
    """The number of the change; None while nothing was written."""
    next_number: int

    def people(
        self, *, external_ids: set[str], emails: set[str], phones: set[str], names: set[str]
    ) -> Sequence[LinkedCustomer]:
        """Return everybody who has one of these external IDs, folded emails, phone keys or folded names."""

    def known(self, numbers: Iterable[int]) -> Mapping[int, LinkedCustomer]:
        """Return the customers of these numbers, those who are there."""

    def holders(self, stripe_ids: Iterable[str]) -> list[Holder]:
        """Return who is linked to one of these Stripe IDs."""

    def links_at(self, location: str) -> Sequence[LinkedCustomer]:
        """Return everybody who is linked at a location, with all links."""

    def refusals(self, location: str) -> set[tuple[int, str]]:
        """Return which Stripe customers were said not to be which customers."""

    def refused_by(self, location: str, pairs: Iterable[tuple[int, str]]) -> Mapping[tuple[int, str], Refused]:
        """Return who has said no to pairs that are refused now, and when."""

    def refuse(self, location: str, pairs: Sequence[tuple[int, StripeId]]) -> None:
        """Write down that these Stripe customers are not these customers."""

    def write(
        self,
        added: Sequence[Customer],
        edited: Sequence[tuple[Customer, CustomerDetails]],
        links: Sequence[tuple[Link | None, Link]],
    ) -> None:
        """Add customers, give others other details, and replace links; None is where there was no link before."""


class Store(Protocol):
    """The customers of the business, their links, and the history; every write is one change, in one transaction."""

    @property
    def identity(self) -> str:
        """What tells this store from another."""

    def fitting(self, reference: str) -> list[Customer]:
        """Return who has a number, an email address, an external ID (ext:ID), or every word of a name."""

    def numbered(self, beginning: str, most: int) -> list[Customer]:
        """Return up to `most` customers whose number begins with these digits."""

    def known(self, numbers: Iterable[int]) -> Mapping[int, LinkedCustomer]:
        """Return the customers of these numbers, those who are there."""

    def people(
        self, *, external_ids: set[str], emails: set[str], phones: set[str], names: set[str]
    ) -> Sequence[LinkedCustomer]:
        """Return everybody who has one of these external IDs, folded emails, phone keys or folded names."""

    def page(
        self, query: str = "", *, linked: bool | None = None, location: str | None = None, limit: int, offset: int = 0
    ) -> CustomerList:
        """Return customers by number, those in whose details or Stripe IDs every word of `query` occurs."""

    def everybody(self, *, linked: bool | None = None, location: str | None = None) -> Iterator[LinkedCustomer]:
        """Yield all customers by number, as they are at one moment."""

    def shape(self) -> Shape:
        """Return what there is besides the fields that every customer has."""

    def record(self, customer: Customer) -> LinkedCustomer:
        """Return the customer with all links."""

    def add(self, details: CustomerDetails) -> Customer:
        """Add a customer under the next number."""

    def edit(
        self, customer: Customer, details: CustomerDetails, *, unverify: Sequence[Link] = (), note: Note | None = None
    ) -> Customer:
        """Give `customer` other details, for which some links are not verified any more."""

    def merge(
        self,
        kept: LinkedCustomer,
        other: LinkedCustomer,
        details: CustomerDetails,
        links: Sequence[Link],
        *,
        note: Note | None = None,
    ) -> Customer:
        """Give `kept` these details and links, and remove `other`, in one change."""

    def forget(self, number: int) -> Forgotten:
        """Erase a customer wherever the store has something of it, the details in the history included."""

    def remove(self, linked: LinkedCustomer) -> None:
        """Remove a customer and all links."""

    def link(self, customer: Customer, location: str) -> Link | None:
        """Return the customer's link at one location."""

    def holders(self, *stripe_ids: str) -> list[Holder]:
        """Return the customers that are linked to one of `stripe_ids`, at any location."""

    def refusals(self, location: str) -> set[tuple[int, str]]:
        """Return which Stripe customers were said not to be which customers."""

    def save_link(
        self, customer: Customer, link: Link, *, previous: Link | None, action: Action, note: Note | None = None
    ) -> None:
        """Put `link` in the place of `previous`; raises ConflictError where either side has changed since."""

    def delete_links(self, customer: Customer, links: Sequence[Link]) -> None:
        """Remove links of one customer."""

    def some_links(self, location: str, most: int) -> list[Link]:
        """Return up to `most` links at a location, those that were verified last first."""

    def accounts_of_links(self, location: str) -> list[AccountOfLinks]:
        """Return the accounts and modes of a location's links, the most frequent first."""

    def links_by_location(self) -> Mapping[str, int]:
        """Return how many links there are at each location."""

    def rename_location(self, old: str, new: str) -> int:
        """Give a location another name, with its links, refusals and directory; return how many links it has."""

    def bulk(self, action: Action, note: Note | None = None, *, rehearsal: bool) -> AbstractContextManager[Bulk]:
        """Begin a change of many customers; a rehearsal finds out what would happen, and keeps nothing."""

    def changes(
        self,
        customer: int | None = None,
        *,
        since: datetime | None = None,
        by: str | None = None,
        action: Action | None = None,
        limit: int,
    ) -> list[Change]:
        """Return up to `limit` changes, newest first."""

    def change(self, number: int | None) -> Change:
        """Return a change by its number; where it is None, the newest that can be undone."""

    def newest_change(self) -> int:
        """Return the number of the newest change; 0 where there was none."""

    def people_of(self, change: Change, most: int | None) -> tuple[list[str], int]:
        """Return whom a change touched, by name and number, up to `most`; and how many they are."""

    def check_undo(self, change: Change, *, keep_touched: bool = False) -> tuple[Change, int]:
        """Return what of a change would be put back, and how many customers would not.

        Raises ConflictError where a later change touched the same thing.
        """

    def edited_back(self, change: Change) -> Sequence[tuple[LinkedCustomer, CustomerDetails]]:
        """Return who would get which details again if a change were undone."""

    def undo(
        self, change: Change, *, keep_touched: bool = False, unverify: Sequence[Link] = (), note: Note | None = None
    ) -> Change:
        """Put back what was there before a change, as a change of its own, and return that."""

    def problems(self) -> list[str]:
        """Return what is wrong with the store itself, as sentences."""

    def close(self) -> None:
        """Let go of the store."""


class Directory(Protocol):
    """What sync has copied from Stripe."""

    def state(self, location: str) -> DirectoryState | None:
        """Return how far the directory of a location is; None where there is none."""

    def states(self) -> list[DirectoryState]:
        """Return the same of all locations."""

    def count(self, location: str) -> int:
        """Return how many customers of a location are at Stripe."""

    def begin(
        self, location: str, account: str | None, livemode: bool | None, now: datetime, *, account_name: str = ""
    ) -> tuple[Window, ...]:
        """Begin a sync, or go on with one that was interrupted; return what is to be listed."""

    def put(self, location: str, customers: Sequence[StripeCustomer], left: Sequence[Window]) -> tuple[int, int]:
        """Write a page, with what is left after it; return how many were new, and how many have changed."""

    def finish(self, location: str, now: datetime) -> int:
        """End a sync: customers that were not listed are gone; return how many those are."""

    def put_other_cards(self, location: str, cards: Mapping[str, PaymentMethod | None]) -> None:
        """Note the card that can be charged of customers who have no default card, by Stripe ID."""

    def put_verification(self, location: str, found: Verification) -> None:
        """Remember what a check of the links has found."""

    def verification(self, location: str) -> Verification | None:
        """Return what the last check of a location's links has found."""

    def touch(self, location: str, now: datetime) -> None:
        """Note that the directory was brought up to now from a file."""

    def forget(self, location: str) -> None:
        """Delete the directory of a location."""

    def known(self, location: str, stripe_ids: Iterable[str]) -> dict[StripeId, StripeCustomer]:
        """Return those of these customers that are in the directory."""

    def customers(self, location: str) -> Iterator[StripeCustomer]:
        """Yield who is at Stripe, by Stripe ID."""

    def newest(self, location: str, most: int) -> list[StripeCustomer]:
        """Return the customers that were created last."""

    def find(self, query: SearchQuery, location: str, most: int) -> list[StripeCustomer]:
        """Return the customers that fit, best match first, typing errors forgiven."""

    def beginning(self, beginning: str, most: int) -> list[StripeCustomer]:
        """Return up to `most` customers of each location whose Stripe ID begins so."""

    def with_last4(self, location: str, last4: str, most: int) -> list[StripeCustomer]:
        """Return who has a card that ends in these digits."""


class Backups(Protocol):
    """Copies of the whole store, as files."""

    store: Path
    """The file of the store itself."""

    def back_up(self, target: Path, if_there: IfThere) -> Contents:
        """Write a backup, check it, and return what it holds."""

    def copies(self) -> list[Path]:
        """Return the copies of the store that KoalaLink has made by itself."""

    def sweep(self) -> None:
        """Delete what is left of copies that were never finished."""

    def daily(self) -> list[Path] | None:
        """Return the daily backups, oldest first; None where none are made."""

    def check(self, path: Path) -> Contents:
        """Return what a backup holds; raises StoreError where it is damaged, NotFoundError where there is none."""

    def contents(self) -> Contents | None:
        """Return what the store holds; None where there is none that can be read."""

    def restore(self, source: Path) -> Path | None:
        """Put a backup in the place of the store; return where the old one is kept."""


class Shared(Protocol):
    """A store that several offices share."""

    def report(self) -> SharedReport:
        """Return how its server is, and what we may do there; raises KoalaError where it does not let us in."""


class CustomerFile(Protocol):
    """A file of customers that was opened and understood."""

    name: str
    columns: Sequence[Column]
    notes: list[str]
    is_our_own: bool
    count: int

    @property
    def titles(self) -> list[str]:
        """The titles of all columns."""

    def rows(self) -> Iterator[Row]:
        """Yield the rows below the header."""

    def sample(self, count: int) -> list[list[str]]:
        """Return the cells of the first few rows."""


class Rejects(Protocol):
    """The file of the rows that were not imported."""

    path: Path

    def write(self, cells: Sequence[str], reason: str) -> None:
        """Write a row and why it was not imported."""

    def keep(self) -> None:
        """Put the file into its place; without this it is as if it had never been begun."""


class ExportFile(Protocol):
    """A file that takes customers."""

    def write(self, row: ExportRow) -> None:
        """Write one."""

    def finish(self) -> None:
        """Write what is still held back."""


class StripeExport(Protocol):
    """A customers or payments export of the Stripe Dashboard."""

    name: str
    payments: list[ExportedPayment]
    livemode: bool | None
    size: int

    @property
    def left_out(self) -> Mapping[str, None]:
        """The rows that are of no customer."""

    def customers(self) -> Iterator[ExportedCustomer]:
        """Yield the customers of an export of customers."""


class Files(Protocol):
    """Every file that is read or written, "-" being stdin or stdout; nothing is written over what is there unasked."""

    def is_there(self, path: Path) -> bool:
        """Tell whether a file would be written over; raises KoalaError where none may be written there."""

    def customers(self, file: str, maps: Sequence[str]) -> AbstractContextManager[CustomerFile]:
        """Open a file of customers; `maps` are COLUMN=FIELD."""

    def rejects(self, path: Path, if_there: IfThere, titles: Sequence[str]) -> AbstractContextManager[Rejects]:
        """Prepare a file for the rows that are not imported."""

    def export(
        self, file: str, if_there: IfThere, kind: Format, columns: Sequence[ExportColumn], *, harmless: bool
    ) -> AbstractContextManager[ExportFile]:
        """Begin an export; `harmless` guards cells that a spreadsheet would run as formulas."""

    def stripe_export(self, file: str) -> AbstractContextManager[StripeExport]:
        """Open an export of the Stripe Dashboard."""

    def payments(self, files: Sequence[str]) -> Payments:
        """Read exports of payments and bookings."""

    def moved_ids(self, file: str) -> list[MovedId]:
        """Read a mapping file of Stripe's."""

    def sheet(self, file: str) -> Sheet:
        """Read a decision sheet."""

    def write_sheet(self, path: Path, pairs: Iterable[SideBySide], origin: Origin) -> tuple[int, Path | None]:
        """Write a decision sheet; return its rows, and the new name of a sheet that was there."""

    def write_calls(self, path: Path, if_there: IfThere, calls: Sequence[Call]) -> None:
        """Write who is to be called, as CSV."""

    def write_text(self, path: Path, if_there: IfThere, text: str) -> Path | None:
        """Write a text; return the new name of a file that was there and was set aside."""


class Pictures(Protocol):
    """Results drawn into files."""

    def svg(self, found: Sequence[Standing]) -> str:
        """Return the status of locations as an SVG image."""

    def html(self, found: Status) -> str:
        """Return the same as a web page."""

    def decisions(self, pairs: Iterable[SideBySide], origin: Origin) -> tuple[str, int]:
        """Return proposals as a web page that takes decisions, and how many it has."""


class Settings(Protocol):
    """config.toml, as it is changed."""

    path: Path

    def exists(self) -> bool:
        """Tell whether there is a file."""

    def check_new(self, name: str) -> None:
        """Raise UsageError where no location can have this name, or one has it already."""

    def create(self, name: str, settings: Mapping[str, object]) -> None:
        """Write a new file with one location."""

    def set_store(self, source: Mapping[str, object]) -> None:
        """Say where the store is."""

    def set_key(self, name: str, source: Mapping[str, object]) -> None:
        """Put another source of its key into the section of a location."""

    def add(self, name: str, settings: Mapping[str, object]) -> None:
        """Add a location."""

    def remove(self, name: str) -> None:
        """Remove a location."""

    def renaming(self, old: str, new: str) -> AbstractContextManager[None]:
        """Rename a location once all has gone well within it."""


class Desk(Protocol):
    """Where a person decides about proposals one by one."""

    def ask(self, question: Question) -> str:
        """Show a screen and return the key that was pressed, one of the question's."""


class Talk(Protocol):
    """What is said beside the data: remarks, progress and questions."""

    @property
    def can_ask(self) -> bool:
        """Whether a person is there to answer."""

    def note(self, text: Text) -> None:
        """Remark something that is worth knowing."""

    def warn(self, text: Text) -> None:
        """Remark something that should not be overlooked."""

    def review(self, review: LinkReview) -> None:
        """Show what a link was judged by."""

    def confirm(self, question: str) -> bool:
        """Ask a question whose default answer is no."""

    def answer(self, question: str, default: str) -> str:
        """Ask for a line of text; `default` where nothing is typed, or nobody can answer."""

    def secret(self, question: str) -> str:
        """Ask for a text that is not shown; where nobody can answer, it is the next line of stdin."""

    def hits(self, found: Hits) -> None:
        """Show what a search has found, numbered."""

    def choose(self, question: str, count: int) -> int | None:
        """Ask for a number from 1 to `count`; None is an answer, too."""

    def columns(self, columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> None:
        """Show what the columns of a file were taken for, and some rows."""

    def counting(self, what: str, total: int | None = None) -> AbstractContextManager[Callable[[int], None]]:
        """Show a number that grows, to `total` where that is known; the function that is given adds to it."""
