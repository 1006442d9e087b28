"""Stripe's list of old and new customer IDs, after a move between accounts or processors."""

from collections.abc import Sequence
from typing import NamedTuple

from koalalink.domain.stripe.ids import StripeId
from koalalink.errors import ConflictError


class MovedId(NamedTuple):
    """A row of the list."""

    row: int
    old: str
    new: StripeId


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
    dry_run: bool
    """Nothing was changed: the counts are what would become of them."""


def by_old(mappings: Sequence[MovedId]) -> dict[str, MovedId]:
    """Return the row of each old ID; raises ConflictError where two rows give one ID different new ones."""
    rows: dict[str, MovedId] = {}
    for mapping in mappings:
        known = rows.setdefault(mapping.old, mapping)
        if known.new != mapping.new:
            raise ConflictError(
                f"Rows {known.row} and {mapping.row} give {mapping.old} different new IDs: "
                f"{known.new} and {mapping.new}.",
                hint="Nothing was changed. Ask Stripe which is right.",
            )
    return rows
