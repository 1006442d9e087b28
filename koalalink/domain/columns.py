"""What the columns of a file mean, told by their names."""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from koalalink.domain.customers import FIELDS
from koalalink.domain.text import fold, printable
from koalalink.errors import UsageError

NAMES = (*(field.name for field in FIELDS), "name", "apartment")
"""What a column can be, besides a Stripe ID; `name` is a full name, `apartment` is put behind the address."""

REASON = "KoalaLink reason"
"""The title of the column that says why a row was not imported."""

_KEPT = "extra: "
_OTHERS = {
    "number": "koalalink number",
    "ignore": "koalalink reason",
    "stripe_id": "stripe id,stripe customer id,stripe customer,stripe,stripe account id,customer stripe id",
    "name": "name,full name,customer name,client name,customer,client",
    "apartment": "apt,apartment,unit,suite,apt suite,apt number,address line2,address line 2,address 2,customer apt",
}
_FIELD_OF = {name: field for field, names in _OTHERS.items() for name in names.split(",")} | {
    name: field.name for field in FIELDS for name in (fold(field.label), *field.aliases.split(","))
}
_EITHER = ("id", "customer id")
"""Stripe calls its own ID so, and so does everybody else theirs: the cells tell."""


_MEANINGS = {field.name: field.label for field in FIELDS} | {
    "extra": "kept beside",
    "ignore": "left out",
    "number": "customer number",
    "stripe_id": "Stripe ID",
    "stripe_link": "switched on or off",
    "name": "full name",
}


class Column(NamedTuple):
    """A column of a file, from 0, and what it means.

    `field` is one of a customer's, or `name`, `apartment`, `stripe_id` or `stripe_link` (at a `location`, where one is
    named), `number` (in the store the file was exported from), `extra`, or `ignore`.
    """

    position: int
    title: str
    field: str
    location: str | None = None

    @property
    def meaning(self) -> str:
        """What the column is taken for, in words."""
        meant = _MEANINGS.get(self.field, self.field)
        return f"{meant} at {self.location}" if self.location else meant


def columns_of(titles: Sequence[str], sample: Sequence[Sequence[str]], chosen: Mapping[str, str]) -> list[Column]:
    """Return what every column means, as told by its title, or where it is among `chosen` as chosen.

    Raises UsageError where nothing is recognized, or two columns would be the same field.
    """
    wanted = {_key(title): field for title, field in chosen.items()}
    unknown = [title for title in chosen if _key(title) not in {_key(other) for other in titles}]
    if unknown:
        raise UsageError(f"The file has no column “{printable(unknown[0])}”.", hint=f"It has: {_listed(titles)}.")
    taken = {_parsed(field) for field in wanted.values()}
    columns = []
    for index, title in enumerate(titles):
        if _key(title) in wanted:
            columns.append(Column(index, title, *_parsed(wanted[_key(title)])))
            continue
        if title.startswith(_KEPT):
            columns.append(Column(index, title.removeprefix(_KEPT), "extra"))
            continue
        field, location = _meant(title, [row[index] for row in sample if index < len(row)])
        # Where somebody has said which column is the email, another is none.
        columns.append(Column(index, title, *(("extra", None) if (field, location) in taken else (field, location))))
    _refuse_doubles(columns)
    if not any(column.field in (*NAMES, "stripe_id") for column in columns):
        raise UsageError(
            f"None of its columns was recognized: {_listed(titles)}.",
            hint='Say what they are, for example: --map "Client=name". The fields: ' + ", ".join(NAMES) + ".",
        )
    return columns


def recognized(titles: Sequence[str], chosen: Mapping[str, str]) -> int:
    """Return how many of these cells are titles of columns, which tells the header from a stray line before it."""
    wanted = {_key(title) for title in chosen}
    return sum(_key(title) in wanted or _meant(title, ())[0] != "extra" for title in titles)


def read_choices(choices: Sequence[str]) -> dict[str, str]:
    """Return the field of each column of "COLUMN=FIELD"; raises UsageError where it is none."""
    chosen = {}
    for choice in choices:
        title, equals, field = choice.rpartition("=")
        if not equals or not title.strip():
            raise UsageError(f"“{choice}” is not COLUMN=FIELD.", hint='For example: --map "Client=name"')
        _parsed(field)
        chosen[title] = field
    return chosen


def _parsed(field: str) -> tuple[str, str | None]:
    name, _, location = field.strip().lower().partition(":")
    name = name.replace("-", "_")
    if name not in (*NAMES, "stripe_id", "extra", "ignore") or (location and name != "stripe_id"):
        raise UsageError(
            f"“{printable(field)}” is not a field.",
            hint=f"The fields: {', '.join(NAMES)}, stripe_id, stripe_id:LOCATION, extra, ignore.",
        )
    return name, location or None


def _meant(title: str, cells: Sequence[str]) -> tuple[str, str | None]:
    key = _key(title)
    if key in _EITHER:
        return ("stripe_id" if any(cell.strip().startswith("cus_") for cell in cells) else "external_id"), None
    if key in _FIELD_OF:
        return _FIELD_OF[key], None
    if title.startswith(_KEPT):
        return "extra", None
    what, location = _at_a_location(title.strip())
    if location:
        name = _key(what)
        if name == "stripe link":
            return "stripe_link", location
        if _FIELD_OF.get(name) == "stripe_id":
            return "stripe_id", location
    return "extra", None


def _at_a_location(title: str) -> tuple[str, str]:
    """Return what a title says, and the location that it names in brackets: "Stripe ID (downtown)"."""
    opened = max(title.rfind("("), title.rfind("["))
    if opened < 0 or not title.endswith((")", "]")):
        return title, ""
    location = title[opened + 1 : -1].strip()
    return title[:opened], "" if {*"()[]"} & {*location} else location


def kept_title(title: str) -> str:
    """Return the title of a column that fits no field as it is exported, so that it fits none when it comes back."""
    return _KEPT + title if _meant(title, ())[0] != "extra" or title.startswith(_KEPT) else title


def _refuse_doubles(columns: Sequence[Column]) -> None:
    seen: dict[tuple[str, str | None], Column] = {}
    for column in columns:
        other = seen.setdefault((column.field, column.location), column)
        if other is not column and column.field not in ("extra", "ignore"):
            raise UsageError(
                f"Two columns are the {column.field.replace('_', ' ')}: “{other.title}” and “{column.title}”.",
                hint=f'Say what the other is, for example: --map "{column.title}=extra"',
            )


def _key(title: str) -> str:
    return " ".join(re.sub(r"[^\w]|_", " ", fold(title)).split())


def _listed(titles: Sequence[str]) -> str:
    shown = [printable(title)[:40] for title in titles if title.strip()][:12]
    return ", ".join(shown) + (", …" if len(titles) > 12 else "")
