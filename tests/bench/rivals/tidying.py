"""What whoever links people does to them first: small letters, digits, and names in two parts."""

import re
from pathlib import Path
from typing import NamedTuple

from tests.linkage import Row, read

BLOCKS = (("email",), ("phone",), ("name",), ("surname", "zip"))
"""What two people have in common who are compared at all."""


class Tidied(NamedTuple):
    """One person of either side; None is not known."""

    id: str
    given: str | None
    surname: str | None
    name: str | None
    email: str | None
    phone: str | None
    street: str | None
    city: str | None
    zip: str | None


def tidied(local: Path, stripe: Path) -> tuple[list[Tidied], list[Tidied]]:
    """Read both files; their truth is left behind."""
    people = read(local, stripe)
    return [_local(row) for row in people.locals], [_stripe(row) for row in people.stripes]


def _local(row: Row) -> Tidied:
    return _person(row, _words(row["first_name"]), _words(row["last_name"]))


def _stripe(row: Row) -> Tidied:
    surname, comma, given = row["name"].partition(",")
    if comma:
        return _person(row, _words(given), _words(surname))
    words = _words(row["name"])
    return _person(row, words[:1], words[1:][-1:])


def _person(row: Row, given: list[str], surname: list[str]) -> Tidied:
    values = {
        "given": " ".join(given),
        "surname": " ".join(surname),
        "name": " ".join([*given, *surname]) if given and surname else "",
        "email": row["email"].lower(),
        "phone": re.sub(r"\D", "", row["phone"])[-10:],
        "street": " ".join(_words(row["street"])),
        "city": row["city"].lower(),
        "zip": row["zip"][:5],
    }
    return Tidied(row["id"], *(values[field] or None for field in Tidied._fields[1:]))


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.lower())
