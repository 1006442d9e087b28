"""Customers on their way in from a file: what a row says, and whom of the store it means."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from koalalink.domain.customers import Customer, CustomerDetails
from koalalink.domain.people.agreement import Agreement, Level
from koalalink.domain.people.identity import Pair, the_names_contradict
from koalalink.domain.people.person import of_store
from koalalink.errors import UsageError
from koalalink.hints import Command

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
_ROUNDED = re.compile(r"\d(?:[.,]\d+)?E\+?\d+", re.IGNORECASE)
# Words that begin a surname of several, and what follows one.
_PARTICLES = frozenset("de del della di da dos das du la le van von der den ter ten al el bin ibn st mac".split())
_SUFFIXES = frozenset("jr jr. sr sr. ii iii iv".split())


class Column(NamedTuple):
    """A column of a file, from 0, and what it means.

    `field` is one of a customer's, or `name`, `apartment`, `stripe_id` or `stripe_link` (at a `location`, where one is
    named), `number` (in the store the file was exported from), `extra`, or `ignore`.
    """

    place: int
    title: str
    field: str
    location: str | None = None

    @property
    def meaning(self) -> str:
        """What the column is taken for, in words."""
        words = {
            "extra": "kept beside",
            "ignore": "left out",
            "number": "customer number",
            "stripe_id": "Stripe ID",
            "stripe_link": "switched on or off",
            "name": "full name",
            "zip": "ZIP code",
            "external_id": "external ID",
        }
        meant = words.get(self.field, self.field.replace("_", " "))
        return f"{meant} at {self.location}" if self.location else meant


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
    stripe_ids: dict[str, str]
    """What stands in the columns of Stripe IDs, by location."""
    switched_off: frozenset[str]
    """The locations whose link is switched off."""
    number: int | None


class Imported(NamedTuple):
    """What has become of the rows of a file, each in one of the first counts; and of the Stripe IDs in them."""

    file: str
    rows: int
    added: int
    sharing: int
    """How many of those have an email that somebody of another name has, as families do."""
    updated: int
    unchanged: int
    skipped: int
    repeated: int
    rejected: int
    linked: int
    already_linked: int
    links_rejected: int
    rejects: Path | None
    """The file with the rows that were not imported, or whose Stripe ID was not."""
    change: int | None
    troubles: tuple[Trouble, ...]
    """The first of them."""
    dry_run: bool = False
    """Nothing was changed: the counts are what would become of the rows."""
    again: Command | None = None
    """What is typed when the rejected rows were put right."""


class Entries:
    """Reads rows as the columns of their file say."""

    def __init__(self, columns: Sequence[Column], *, location: str | None, is_our_own: bool) -> None:
        """Stripe IDs without a location in the title belong to `location`; our own files are taken at their word."""
        self._is_our_own = is_our_own
        names = (*CustomerDetails._fields, "name", "apartment")
        self._fields = [(column.place, column.field) for column in columns if column.field in names]
        self._titles = {column.field: column.title for column in columns}
        self._extra = [*_unlike((column.place, column.title) for column in columns if column.field == "extra")]
        links = [(column, column.location or location or "") for column in columns]
        doubled = [place for place, size in Counter(p for c, p in links if c.field == "stripe_id").items() if size > 1]
        if doubled:
            raise UsageError(
                f"Two columns have the Stripe IDs of {doubled[0]}.", hint='Leave one out, as: --map "Stripe ID=ignore"'
            )
        self.links = {place: column for column, place in links if column.field == "stripe_id"}
        self._off = [(place, column.place) for column, place in links if column.field == "stripe_link"]
        self._number = next((column.place for column in columns if column.field == "number"), None)

    def read(self, row: Row) -> Entry | Trouble:
        """Return what a row says, or why it says nothing."""
        if row.problem:
            return Trouble(row.number, "", "", row.problem)
        cells = row.cells
        values = {field: cells[place] for place, field in self._fields}
        if "name" in values:
            full = values.pop("name")
            if full and not values.get("first_name") and not values.get("last_name"):
                values["first_name"], values["last_name"] = split_name(full)
        if apartment := values.pop("apartment", ""):
            values["address"] = ", ".join(part for part in (values.get("address", ""), apartment) if part)
        extra = {title: cells[place] for place, title in self._extra if cells[place]}
        if extra:
            values["extra"] = json.dumps(extra, ensure_ascii=False, sort_keys=True)
        details = CustomerDetails(**values)
        if not self._is_our_own and (trouble := self._trouble(row.number, details)):
            return trouble
        number = cells[self._number] if self._number is not None else ""
        return Entry(
            row=row.number,
            details=details,
            stripe_ids={place: cells[column.place] for place, column in self.links.items() if cells[column.place]},
            switched_off=frozenset(place for place, index in self._off if cells[index].lower() == "off"),
            number=int(number) if number.isascii() and number.isdigit() and len(number) < 18 else None,
        )

    def _trouble(self, row: int, details: CustomerDetails) -> Trouble | None:
        if not (details.first_name or details.last_name or details.company or details.email):
            return Trouble(row, "", "", "There is no name, company or email.")
        if details.email and not _EMAIL.fullmatch(details.email):
            return Trouble(row, self._titles.get("email", ""), details.email, "This is no email.")
        if details.phone and _ROUNDED.search(details.phone):
            reason = "A spreadsheet has rounded this phone number. Type it again, with spaces or hyphens."
            return Trouble(row, self._titles.get("phone", ""), details.phone, reason)
        return None


def _unlike(titles: Iterator[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """Yield places with titles of which no two are the same."""
    seen: dict[str, int] = {}
    for place, title in titles:
        name = title or f"Column {place + 1}"
        seen[name] = seen.get(name, 0) + 1
        yield place, name if seen[name] == 1 else f"{name} ({seen[name]})"


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
        name.replace("_", " ")
        for name in CustomerDetails._fields
        if name != "extra" and getattr(given, name) and getattr(known, name) != getattr(given, name)
    ]


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
