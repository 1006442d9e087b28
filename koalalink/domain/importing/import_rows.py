"""Customers on their way in from a file: what a row says, and whom of the store it means."""

import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from koalalink.command_line import Command
from koalalink.domain.customers.customer import FIELDS, Customer, CustomerDetails
from koalalink.domain.identity.field_comparison import Agreement, Level, Reach
from koalalink.domain.identity.person import of_store
from koalalink.domain.identity.rules import Pair, the_names_contradict
from koalalink.domain.importing.cell_parsing import EMPTY, address_parts, email_of, is_rounded, is_rounded_id, phone_of
from koalalink.domain.importing.columns import Column
from koalalink.domain.importing.header_vocabulary import OF_A_PROPERTY
from koalalink.domain.importing.row_parsing import Chooser, as_extra, keep
from koalalink.domain.stripe.ids import StripeId, customer_id
from koalalink.domain.text import fold
from koalalink.errors import UsageError

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
_ROUNDED = "A spreadsheet has rounded this phone number."
_ROUNDED_ID = "A spreadsheet has rounded this ID."
_PROPERTY = re.compile(r"_\d+$")
_CALLED = ("first_name", "last_name", "company", "email")
"""The fields by one of which everybody can be found again."""
_TWO_PHONES, _AN_ADDRESS = 14, 10
"""Characters: what is shorter is one phone, and a street."""
# Words that begin a surname of several, and what follows one.
_PARTICLES = frozenset("de del della di da dos das du la le van von der den ter ten al el bin ibn st mac".split())
_SUFFIXES = frozenset("jr jr. sr sr. ii iii iv".split())


class Row(NamedTuple):
    """One row, numbered as a spreadsheet does; `problem` says why its cells cannot be told apart."""

    number: int
    cells: list[str]
    problem: str = ""


class Trouble(NamedTuple):
    """Why a row, or a Stripe ID in it, was not imported."""

    row: int
    column: str
    value: str
    reason: str
    is_of_link: bool = False
    """Whether the customer is in, and only the link is not."""


class MatchOn(StrEnum):
    """What says that a row is somebody who is in the store."""

    EMAIL = "email"
    EXTERNAL_ID = "external-id"
    PHONE = "phone"
    NONE = "none"


class OnMatch(StrEnum):
    """What is done for a row whose customer is in the store."""

    UPDATE = "update"
    SKIP = "skip"
    FILL = "fill"


class Entry(NamedTuple):
    """What a row says of a customer."""

    row: int
    details: CustomerDetails
    stripe_ids: dict[str, StripeId]
    """The IDs in the columns of Stripe IDs, by location."""
    malformed: tuple[Trouble, ...]
    """What is in those columns and is not a Stripe customer ID."""
    switched_off: frozenset[str]
    """The locations whose link is switched off."""
    number: int | None
    left_out: tuple[Trouble, ...] = ()
    """What the customer came in without."""
    only_links: bool = False
    """Whether it names nobody, but says which customer of the store a Stripe ID belongs to."""


@dataclass(slots=True)
class Counts:
    """How many rows have become what, each in one of the first six; and how many Stripe IDs."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    skipped: int = 0
    repeated: int = 0
    rejected: int = 0
    sharing: int = 0
    """Customers that were added, and have an email address that somebody of another name has, as families do."""
    other_addresses: int = 0
    """Addresses of customers who have several, that were kept beside the first."""
    linked: int = 0
    already_linked: int = 0
    links_rejected: int = 0


class Imported(NamedTuple):
    """What has become of the rows of a file."""

    file: str
    rows: int
    counts: Counts
    rejects: Path | None
    """The file with the rows that were not imported, or whose Stripe ID was not."""
    change: int | None
    troubles: tuple[Trouble, ...]
    """The first of them."""
    left_out: tuple[Trouble, ...]
    """What customers came in without: phone numbers and IDs that a spreadsheet has rounded."""
    columns: tuple[Column, ...]
    """What the columns of the file were taken for."""
    dry_run: bool
    """Nothing was changed: the counts are what would become of the rows."""
    again: Command
    """What is typed when the rejected rows were fixed."""


class Entries:
    """Reads rows as the columns of their file say."""

    def __init__(self, columns: Sequence[Column], *, location: str | None, is_our_own: bool) -> None:
        """Stripe IDs without a location in the title belong to `location`; our own files are taken at their word."""
        self._is_our_own = is_our_own
        self._chooser = Chooser(columns)
        self._titles = {column.field: column.title for column in columns}
        links = [(column, column.location or location or "") for column in columns]
        named = Counter(location for column, location in links if column.field == "stripe_id")
        doubled = [location for location, size in named.items() if size > 1]
        if doubled:
            raise UsageError(
                f"Two columns have the Stripe IDs of {doubled[0]}.", hint='Leave one out, as: --map "Stripe ID=ignore"'
            )
        self.links = {location: column for column, location in links if column.field == "stripe_id"}
        self._off = [(location, column.position) for column, location in links if column.field == "stripe_link"]
        self._number = next((column.position for column in columns if column.field == "number"), None)
        self._is_of_properties = any(column.kind == OF_A_PROPERTY for column in columns)
        self._rounded: list[tuple[str, str, str]] = []
        self._names_nobody = not {column.field for column in columns} & {*_CALLED, "name"}

    def read(self, row: Row) -> Entry | Trouble:
        """Return what a row says, or why it says nothing."""
        if row.problem:
            return Trouble(row.number, "", "", row.problem)
        cells = row.cells
        self._rounded.clear()
        values, extra = self._chooser.values(cells) if self._is_our_own else self._read(cells)
        if "name" in values:
            full = values.pop("name")
            is_company = not self._is_our_own and fold(full) == fold(values.get("company", ""))
            if full and not is_company and not values.get("first_name") and not values.get("last_name"):
                values["first_name"], values["last_name"] = split_name(full)
        if apartment := values.pop("apartment", ""):
            values["address"] = ", ".join(part for part in (values.get("address", ""), apartment) if part)
        if extra:
            values["extra"] = as_extra(extra)
        details = CustomerDetails(**values)
        number = cells[self._number] if self._number is not None else ""
        stripe_ids: dict[str, StripeId] = {}
        malformed: list[Trouble] = []
        for location, column in self.links.items():
            if (text := cells[column.position]) and text not in EMPTY:
                try:
                    stripe_ids[location] = customer_id(text)
                except UsageError as error:
                    malformed.append(Trouble(row.number, column.title, text, error.message))
        entry = Entry(
            row=row.number,
            details=details,
            stripe_ids=stripe_ids,
            malformed=tuple(malformed),
            switched_off=frozenset(location for location, index in self._off if cells[index].lower() == "off"),
            number=int(number) if number.isascii() and number.isdigit() and len(number) < 18 else None,
            left_out=tuple(Trouble(row.number, *each) for each in self._rounded),
        )
        return self._judged(entry)

    def _read(self, cells: Sequence[str]) -> tuple[dict[str, str], dict[str, str]]:
        """Return the fields of a row of another program's file, and what is kept beside them."""
        values, extra = self._chooser.values(cells, self._may_be)
        if "@" in (email := values.get("email", "")):
            values["email"], others = email_of(email)
            if others:
                keep(extra, self._titles["email"], others)
        if self._is_of_properties and (external_id := values.get("external_id")):
            values["external_id"] = _PROPERTY.sub("", external_id)
        if len(phone := values.get("phone", "")) > _TWO_PHONES:
            values["phone"], others = phone_of(phone)
            if others:
                keep(extra, self._titles["phone"], others)
        if len(address := values.get("address", "")) > _AN_ADDRESS and not (
            values.get("city") or values.get("state") or values.get("zip")
        ):
            values |= address_parts(address)
        return values, extra

    def _may_be(self, column: Column, cell: str) -> bool:
        """Tell whether a cell can be taken; a phone number or an ID that a spreadsheet has rounded is noted instead."""
        if column.field == "phone" and is_rounded(cell):
            self._rounded.append((column.title, cell, _ROUNDED))
        elif column.field == "external_id" and is_rounded_id(cell):
            self._rounded.append((column.title, cell, _ROUNDED_ID))
        else:
            return True
        return False

    def _judged(self, entry: Entry) -> Entry | Trouble:
        """Return a row that names somebody, or says which customer a Stripe ID belongs to; else why it does not."""
        details = entry.details
        if any(getattr(details, field) for field in _CALLED):
            if self._is_our_own or not details.email or _EMAIL.fullmatch(details.email):
                return entry
            return Trouble(entry.row, self._titles["email"], details.email, "This is not an email address.")
        if self._is_our_own and not self._names_nobody:
            return entry
        if (entry.number or details.external_id) and (self._names_nobody or entry.stripe_ids or entry.malformed):
            return entry._replace(only_links=True)
        return Trouble(entry.row, "", "", "There is no name, company or email address.")


def split_name(full: str) -> tuple[str, str]:
    """Return the given names and the surname of a full name; a comma says that the surname stands first."""
    surname, comma, given = full.partition(",")
    if comma and given.strip() and given.strip().lower() not in _SUFFIXES:
        return given.strip(), surname.strip()
    words = full.split()
    first = len(words) - 1
    if first > 1 and words[first].lower() in _SUFFIXES:
        first -= 1
    while first > 1 and words[first - 1].lower() in _PARTICLES:
        first -= 1
    return (" ".join(words[:first]), " ".join(words[first:])) if first > 0 else (full.strip(), "")


def merged(known: CustomerDetails, given: CustomerDetails, policy: OnMatch) -> CustomerDetails:
    """Return the details after a row is taken over; an empty cell never empties anything."""
    over, under = (given, known) if policy is OnMatch.UPDATE else (known, given)
    fields = {name: getattr(over, name) or getattr(under, name) for name in CustomerDetails._fields}
    if known.extra and given.extra and known.extra != given.extra:
        both = {**json.loads(under.extra), **json.loads(over.extra)}
        fields["extra"] = json.dumps(both, ensure_ascii=False, sort_keys=True)
    return CustomerDetails(**fields)


def differing(known: CustomerDetails, given: CustomerDetails) -> list[str]:
    """Return the fields that both have and that are not the same; other columns of the file do not count."""
    return [
        field.label
        for field in FIELDS
        if getattr(given, field.name) and getattr(known, field.name) != getattr(given, field.name)
    ]


def is_nobody_alike(known: CustomerDetails, given: CustomerDetails) -> bool:
    """Tell whether nothing that both have is alike: another name, and neither the email nor the phone the same."""
    pair = Pair.of(of_store(Customer(0, known)), of_store(Customer(0, given)))
    contacts = {pair.alike.email, pair.alike.phone} - {Reach.UNKNOWN}
    return the_names_contradict(pair) and contacts == {Reach.OTHER}


def same_name(known: CustomerDetails, given: CustomerDetails) -> Agreement:
    """Tell whether two people who share an email are one; families do, too.

    SIMILAR where the given name is the same and the surname is not: that is a marriage, or a mother and a daughter.
    """
    pair = Pair.of(of_store(Customer(0, known)), of_store(Customer(0, given)))
    if not the_names_contradict(pair):
        return Agreement.SAME
    given_name = pair.alike.given
    alike = given_name in (Level.SAME, Level.NICKNAME, Level.INITIAL) and pair.alike.generation
    return Agreement.SIMILAR if alike else Agreement.DIFFERENT
