"""A column of a file and what it means: as its title says, or as the person does."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from koalalink.domain.customers.customer import FIELDS
from koalalink.domain.importing.header_vocabulary import key_of, meaning_of
from koalalink.domain.text import fold, printable
from koalalink.errors import UsageError

NAMES = (*(field.name for field in FIELDS), "name", "apartment")
"""What a column can be, besides a Stripe ID; `name` is a full name, `apartment` is put behind the address."""

REASON = "KoalaLink reason"
"""The title of the column that says why a row was not imported, or why its link was not."""
OUR_NUMBER = "KoalaLink number"
"""The title of the column that tells a file of ours."""

KEPT = "extra: "
_OF_A_LINK = ("payment method", "card")
"""What exports tell of a link, besides the ID: Stripe knows it better when the file comes back."""
_MEANINGS = {field.name: field.label for field in FIELDS} | {
    "extra": "kept beside",
    "ignore": "left out",
    "number": "customer number",
    "stripe_id": "Stripe ID",
    "stripe_link": "switched on or off",
    "name": "full name",
    "address_line": "line of an address",
}
_TYPED = {fold(meaning): field for field, meaning in _MEANINGS.items()} | {
    name.replace("_", " "): name for name in NAMES
}
_TYPED |= {"stripe id": "stripe_id", "extra": "extra", "kept": "extra", "ignore": "ignore", "zip": "zip"}

_SHOWN = 30
"""Columns that fit no field, or are looked at after others."""


class Column(NamedTuple):
    """A column of a file, from 0, and what it means.

    `field` is one of a customer's, or `name`, `apartment`, `address_line`, `stripe_id` or `stripe_link` (at a
    `location`, where one is named), `number` (in the store), `extra`, or `ignore`.
    """

    position: int
    title: str
    field: str
    location: str | None = None
    rank: float = 0
    """Of several columns of one field, the lowest is looked at first."""
    kind: str = ""
    """What the columns of one address, or of one name, have in common."""
    doubt: str = ""
    """Why it may mean something else, as a sentence."""
    behind: str = ""
    """The title of the column that is looked at before this one."""

    @property
    def meaning(self) -> str:
        """What the column is taken for, in words."""
        meant = _MEANINGS.get(self.field, self.field)
        meant = f"{meant} at {self.location}" if self.location else meant
        return f"{meant}, if “{self.behind}” is empty" if self.behind else meant


def is_our_own(titles: Iterable[str]) -> bool:
    """Tell whether KoalaLink has written a file with these titles."""
    return any(key_of(title) == key_of(OUR_NUMBER) for title in titles)


def recognized(titles: Sequence[str], chosen: Mapping[str, str]) -> int:
    """Return how many of these cells are titles of columns, which tells the header from a stray line before it."""
    wanted = {key_of(title) for title in chosen}
    return sum(key_of(title) in wanted or said(title)[0] != "extra" for title in titles)


def worth_showing(columns: Sequence[Column]) -> tuple[list[Column], int]:
    """Return the columns that are shown to a person, and how many more there are, of which nothing is asked."""
    lesser = [column for column in columns if (column.field == "extra" or column.behind) and not column.doubt]
    hidden = {column.position for column in lesser[_SHOWN:]}
    return [column for column in columns if column.position not in hidden], len(hidden)


def best_of(columns: Sequence[Column]) -> dict[str, int]:
    """Return where each field is, the best column where there are several."""
    ranked = sorted(columns, key=lambda column: (column.rank, column.position), reverse=True)
    return {column.field: column.position for column in ranked if column.field not in ("extra", "ignore")}


def read_choices(choices: Sequence[str]) -> dict[str, str]:
    """Return the field of each column of "COLUMN=FIELD"; raises UsageError where it is none."""
    chosen = {}
    for choice in choices:
        title, equals, field = choice.rpartition("=")
        if not equals or not title.strip():
            raise UsageError(f"“{choice}” is not COLUMN=FIELD.", hint='For example: --map "Client=full name"')
        parsed(field)
        chosen[title] = field
    return chosen


def fields_in_words() -> str:
    """Return what a column can be, as it is typed behind --map."""
    words = [*(field.label for field in FIELDS), "full name", "apartment", "Stripe ID", "Stripe ID at LOCATION"]
    return ", ".join((*words, "extra (kept beside the customer), ignore"))


def kept_title(title: str) -> str:
    """Return the title of a column that fits no field as it is exported, so that it fits none when it comes back."""
    is_plain = said(title)[0] == "extra" and not title.startswith(KEPT) and not is_of_a_link(title)
    return title if is_plain else KEPT + title


def parsed(field: str) -> tuple[str, str | None]:
    """Return the field, and the location, that somebody has typed; raises UsageError where it is none."""
    name, colon, location = field.strip().partition(":")
    if not colon and (at := re.fullmatch(r"(stripe[ _-]?id) at (.+)", name.strip(), re.IGNORECASE)):
        name, location = at[1], at[2]
    meant = _TYPED.get(" ".join(re.sub(r"[_-]", " ", fold(name)).split()))
    if meant not in (*NAMES, "stripe_id", "extra", "ignore") or (location and meant != "stripe_id"):
        raise UsageError(f"“{printable(field)}” is not a field.", hint=f"The fields: {fields_in_words()}.")
    return meant, location.strip().lower() or None


def said(title: str) -> tuple[str, str | None]:
    """Return the field and the location that a title names; "extra" where it names none."""
    if title.startswith(KEPT):
        return "extra", None
    what, location = _at_a_location(title.strip())
    if location:
        if key_of(what) == "stripe link":
            return "stripe_link", location
        if meaning_of(what).field == "stripe_id":
            return "stripe_id", location
    return meaning_of(title).field or "extra", None


def _at_a_location(title: str) -> tuple[str, str]:
    """Return what a title says, and the location that it names in brackets: "Stripe ID (downtown)"."""
    opened = max(title.rfind("("), title.rfind("["))
    if opened < 0 or not title.endswith((")", "]")):
        return title, ""
    location = title[opened + 1 : -1].strip()
    return title[:opened], "" if {*"()[]"} & {*location} else location


def is_of_a_link(title: str) -> bool:
    """Tell whether an export of ours has a column of this title for what a link opens up."""
    what, location = _at_a_location(title.strip())
    return bool(location) and key_of(what) in _OF_A_LINK


def listed_titles(titles: Sequence[str]) -> str:
    """Return the first titles of a file, for a sentence."""
    shown = [printable(title)[:40] for title in titles if title.strip()][:12]
    return ", ".join(shown) + (", …" if len(titles) > 12 else "")
