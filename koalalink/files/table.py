"""A customer file as a table: its columns, and its rows as texts, read as often as needed."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from types import TracebackType
from typing import BinaryIO

from koalalink.domain.columns import Column, columns_of, recognized
from koalalink.domain.imports import Row
from koalalink.domain.text import trimmed
from koalalink.errors import UsageError
from koalalink.files.cells import is_card_number, mended, plain
from koalalink.files.grid import Grid

_SAMPLE = 200  # rows
_MOST_COLUMNS = 500
_APOSTROPHE = re.compile("[\n;|]'")
"""What may be one of ours: at the beginning of a cell, or where one may begin in the middle."""


class CustomerFile:
    """A file that was opened and understood, not yet read to its end."""

    def __init__(self, file: str, stdin: BinaryIO, chosen: Mapping[str, str]) -> None:
        """Open `file`, or stdin for "-"; `chosen` says of columns by title which field they are.

        Raises a KoalaError with a sentence where it is no table of customers, or holds card numbers.
        """
        self._grid = Grid(file, stdin, lambda titles: recognized(titles, chosen))
        self.name = self._grid.name
        self.notes = self._grid.notes
        try:
            self._header, titles = self._find_header(chosen)
            self.columns: Sequence[Column] = columns_of(titles, self.sample(_SAMPLE, titles), chosen)
            self.count = 0
            """How many rows there are below the header, blank ones aside."""
            self._read_through(titles)
        except BaseException:
            self._grid.close()
            raise
        self.is_our_own = any(column.field == "number" for column in self.columns)
        """Whether KoalaLink has written it: then the texts are as they were, and nothing is mended."""

    def __enter__(self) -> "CustomerFile":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._grid.close()

    @property
    def titles(self) -> list[str]:
        """The titles of all columns, in order."""
        return [column.title for column in self.columns]

    def sample(self, count: int, titles: Sequence[str] | None = None) -> list[list[str]]:
        """Return the cells of the first few rows that are whole."""
        width = len(self.columns if titles is None else titles)
        rows = (row for row in self._rows(width) if not row.problem)
        return [[plain(cell) for cell in row.cells] for row in islice(rows, count)]

    def rows(self) -> Iterator[Row]:
        """Yield the rows below the header that are not blank, with cells as texts."""
        width = len(self.columns)
        clean = _plain if self.is_our_own else _clean
        for row in self._rows(width):
            if row.problem:
                yield row
                continue
            # Most rows have nothing that a spreadsheet or a wrong encoding has left; asking once a row is quick.
            whole = "\n" + "\n".join(row.cells)
            as_it_is = whole.isascii() and "\n=" not in whole and not _APOSTROPHE.search(whole)
            as_it_is = as_it_is and "".join(row.cells).isprintable()
            yield Row(row.number, [cell.strip() if as_it_is else clean(cell) for cell in row.cells])

    def _rows(self, width: int) -> Iterator[Row]:
        for row in self._grid.rows(width):
            if row.number > self._header and any(map(str.strip, row.cells)):
                yield row

    def _find_header(self, chosen: Mapping[str, str]) -> tuple[int, list[str]]:
        first = [*islice((row for row in self._grid.rows(0) if any(map(str.strip, row.cells))), 5)]
        if not first:
            raise UsageError(f"{self.name} is empty.", hint="Is it the right file?")
        header = max(first, key=lambda row: (recognized(row.cells, chosen), -row.number))
        titles = [_plain(cell) for cell in header.cells]
        while titles and not titles[-1]:
            titles.pop()
        if len(titles) > _MOST_COLUMNS:
            raise UsageError(
                f"{self.name} has {len(titles):,} columns; a file of customers has fewer than {_MOST_COLUMNS}.",
                hint="Is it the right file?",
            )
        before = [row for row in first if row.number < header.number]
        if before:
            self.notes.append(f"The header is row {header.number}; the rows above it are left out.")
        return header.number, titles

    def _read_through(self, titles: Sequence[str]) -> None:
        """Count the rows; raise UsageError where a column is full of card numbers."""
        named = {"card number", "cardnumber", "cc number", "credit card number", "card.number", "credit card"}
        filled, cards = [0] * len(titles), [0] * len(titles)
        for row in self._rows(len(titles)):
            self.count += 1
            for index, cell in enumerate(row.cells[: len(titles)]):
                if cell:
                    filled[index] += 1
                    if len(cell) >= 13 and is_card_number(plain(cell)):
                        cards[index] += 1
        for index, title in enumerate(titles):
            if title.strip().lower() in named or cards[index] > filled[index] / 2:
                raise UsageError(
                    f"The column “{title}” of {self.name} holds card numbers. Nothing was read.",
                    hint="Card numbers do not belong here; Stripe keeps them. Delete the column, and then the file.",
                )


def _plain(cell: str) -> str:
    return trimmed(plain(cell))


def _clean(cell: str) -> str:
    text = plain(cell)
    return trimmed(text if text.isascii() else mended(text))
