"""Stripe's mapping files."""

from collections.abc import Sequence
from typing import BinaryIO

from koalalink.domain.stripe.id_moves import MovedId
from koalalink.domain.stripe.ids import StripeId, chosen_id
from koalalink.errors import KoalaError, UsageError
from koalalink.files.cell_cleaning import plain
from koalalink.files.table_reader import Grid

_HEADERS = (("customer_id_old", "customer_id_new"), ("old_customer_id", "stripe_customer_id"))


def read_mapping(file: str, stdin: BinaryIO) -> list[MovedId]:
    """Return the rows of a mapping file, those without a new customer aside.

    Raises a KoalaError with a sentence where it is none, or a new ID is no customer's.
    """
    with Grid(file, stdin, _known) as grid:
        name, rows = grid.name, grid.rows()
        titles = [plain(cell).lower() for cell in next((row.cells for row in rows), [])]
        pair = next((pair for pair in _HEADERS if set(pair) <= set(titles)), None)
        if pair is None:
            raise UsageError(
                f"{name} is not a mapping file of Stripe's.",
                hint=f"Its header has {' and '.join(_HEADERS[0])}, or {' and '.join(_HEADERS[1])}.",
            )
        old, new = (titles.index(title) for title in pair)
        mappings = []
        for row in rows:
            if not any(map(str.strip, row.cells)):
                continue
            if row.problem or len(row.cells) <= max(old, new):
                raise UsageError(
                    f"Row {row.number} of {name} is incomplete. {row.problem}".strip(), hint="Nothing was changed."
                )
            before, after = plain(row.cells[old]), plain(row.cells[new])
            if before and after:
                mappings.append(MovedId(row.number, before, _checked(after, row.number, name)))
    if not mappings:
        raise UsageError(f"{name} has a header, and no rows below it.", hint="Is it the right file?")
    return mappings


def _known(titles: Sequence[str]) -> int:
    return max(len(set(pair) & {title.strip().lower() for title in titles}) for pair in _HEADERS)


def _checked(text: str, row: int, name: str) -> StripeId:
    try:
        return chosen_id(text)
    except KoalaError as error:
        raise UsageError(f"Row {row} of {name}: {error.message}", hint="Nothing was changed.") from None
