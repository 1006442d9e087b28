"""Labelled people: customers of a business, those of its Stripe account, and which of them are the same person."""

import csv
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal, NamedTuple

Row = dict[str, str]
Name = Literal["typical", "hard", "typical2", "hard2", "typical2+", "hard2+", "febrl4"]

DATA = Path(__file__).parent / "data"


_NOT_EXPORTED = ("card_email",)
_TOLD_BESIDES = ("description", "card_name", "card_zip", *_NOT_EXPORTED)


class Labelled(NamedTuple):
    """Two lists of rows, and the truth apart from them: no row says who somebody is."""

    locals: list[Row]
    """Rows of id, first_name, last_name, email, phone, street, city, zip."""
    stripes: list[Row]
    """Rows of id, name, email, phone, street, city, zip, created; of a set called so with a + also of description,
    card_name and card_zip."""
    truth: Mapping[str, frozenset[str]]
    """For a local ID the Stripe IDs of the same person, often none and sometimes several."""


def labelled(name: Name) -> Labelled:
    """Read the people of `tests/data` that are called so.

    Those of Febrl have no email and no phone, but besides a second line of the address and a state.
    """
    if name == "febrl4":
        return _febrl()
    plain = name.removesuffix("+")
    kind = f"koala2_{plain[:-1]}" if plain.endswith("2") else f"koala_{plain}"
    people = read(DATA / f"{kind}_3000_local.csv", DATA / f"{kind}_3000_stripe.csv")
    for row in people.stripes:
        for column in _TOLD_BESIDES if plain == name else _NOT_EXPORTED:
            row.pop(column, None)
    return people


def read(local: Path, stripe: Path) -> Labelled:
    """Read two files whose column `person` says who is who."""
    return _apart(list(rows(local)), list(rows(stripe)))


def _febrl() -> Labelled:
    one, other = ([_addressed(row) for row in rows(DATA / f"febrl4_{half}.csv")] for half in "ab")
    # Its own IDs tell who is who: rec-1070-org and rec-1070-dup-0 are the same person.
    local = [{"id": f"F{number:05}", **row} for number, row in enumerate(one)]
    return _apart(local, [_as_stripe(number, row) for number, row in enumerate(other)])


def _addressed(row: Row) -> Row:
    return {
        "first_name": row["given_name"],
        "last_name": row["surname"],
        "email": "",
        "phone": "",
        "street": f"{row['street_number']} {row['address_1']}".strip(),
        "line2": row["address_2"],
        "city": row["suburb"],
        "zip": row["postcode"],
        "state": row["state"],
        "person": row["rec_id"].split("-")[1],
    }


def _as_stripe(number: int, row: Row) -> Row:
    first, last = row.pop("first_name"), row.pop("last_name")
    return {"id": f"cus_F{number:05}", "name": f"{first} {last}".strip(), **row, "created": "0"}


def rows(file: Path) -> Iterator[Row]:
    """Yield the rows of a file one by one, with the truth where it has one."""
    with file.open(newline="", encoding="utf-8") as stream:
        yield from csv.DictReader(stream)


def _apart(local: list[Row], stripe: list[Row]) -> Labelled:
    ids = defaultdict(set)
    for row in stripe:
        ids[row.pop("person")].add(row["id"])
    truth = {row["id"]: frozenset(ids.get(row.pop("person"), ())) for row in local}
    return Labelled(local, stripe, truth)
