"""Stripe's list of old and new customer IDs, after a move between accounts or processors."""

from collections.abc import Sequence
from typing import NamedTuple

from koalalink.errors import LookCloser


class Mapping(NamedTuple):
    """A row of the list."""

    row: int
    old: str
    new: str


class Conflict(NamedTuple):
    """A link that was not moved, and why."""

    customer: str
    old: str
    new: str
    reason: str


class Remapped(NamedTuple):
    """What has become of the links that there were; the four counts add up to `links`."""

    file: str
    location: str
    links: int
    moved: int
    unchanged: int
    missing: int
    """Their ID is not in the file."""
    conflicts: int
    change: int | None
    problems: tuple[Conflict, ...]


def by_old(mappings: Sequence[Mapping]) -> dict[str, Mapping]:
    """Return the row of each old ID; raises LookCloser where two rows give one ID different new ones."""
    rows: dict[str, Mapping] = {}
    for mapping in mappings:
        known = rows.setdefault(mapping.old, mapping)
        if known.new != mapping.new:
            raise LookCloser(
                f"Rows {known.row} and {mapping.row} give {mapping.old} different new IDs: "
                f"{known.new} and {mapping.new}.",
                hint="Nothing was changed. Ask Stripe which is right.",
            )
    return rows
