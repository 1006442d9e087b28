"""A customer file as a table: its columns, and its rows as texts, read as often as needed."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from types import TracebackType
from typing import BinaryIO

from koalalink.domain.importing.cell_parsing import is_footer
from koalalink.domain.importing.column_mapping import columns_of
from koalalink.domain.importing.columns import Column, is_our_own, recognized
from koalalink.domain.importing.import_rows import Row
from koalalink.domain.text import trimmed
from koalalink.errors import UsageError
from koalalink.files.cell_cleaning import is_card_number, mended, plain, without_apostrophes
from koalalink.files.stripe_exports import refuse_other_lists
from koalalink.files.table_reader import Grid

_SAMPLE = 200  # rows
_MOST_COLUMNS = 5000
_APOSTROPHE = re.compile("[\n;|]'")
"""What may be one of ours: at the beginning of a cell, or where one may begin in the middle."""
_CARD_OR_APOSTROPHE = re.compile(r"\n'|(?<!\w)\d[\d -]{11,}\d")
_SHORTEST_CARD = 13
_FEW_DIFFERENT = 5
"""Cells that are not the same, in a row that may close a report."""
_SURE = 2
"""Cells that must have an apostrophe in front before it is thought to be none of their text."""


class CustomerFile:
    """A file that was opened and understood, not yet read to its end."""

    def __init__(self, file: str, stdin: BinaryIO, chosen: Mapping[str, str]) -> None:
        """Open `file`, or stdin for "-"; `chosen` says of columns by title which field they are.

        Raises a KoalaError with a sentence where it is no table of customers, or holds card numbers.
        """
        self._grid = Grid(file, stdin, lambda titles: recognized(titles, chosen))
        self.name = self._grid.name
        self.notes = self._grid.notes
        self.count = 0
        """How many rows there are below the header, blank ones and what closes a report aside."""
        self._quoted: frozenset[int] = frozenset()
        """Columns whose cells have an apostrophe in front, which is none of their text."""
        self._secret: frozenset[int] = frozenset()
        """Columns that are left out, and of which nothing is shown either."""
        try:
            self._header, titles = self._find_header(chosen)
            self.is_our_own = is_our_own(titles)
            """Whether KoalaLink has written it: then the texts are as they were, and nothing is mended."""
            cards = self._read_through(titles)
            refuse_other_lists(titles, self._sampled(titles), self.name)
            self.columns: Sequence[Column] = columns_of(titles, self._sampled(titles), chosen)
            self._keep_out(cards)
        except BaseException:
            self._grid.close()
            raise

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

    def sample(self, count: int) -> list[list[str]]:
        """Return the cells of the first few rows that are whole."""
        return [row.cells for row in islice((row for row in self.rows() if not row.problem), count)]

    def _sampled(self, titles: Sequence[str]) -> list[list[str]]:
        rows = (row for row in self._rows(len(titles)) if not row.problem)
        return [self._texts(row.cells) for row in islice(rows, _SAMPLE)]

    def rows(self) -> Iterator[Row]:
        """Yield the rows below the header that are not blank, with cells as texts."""
        for row in self._rows(len(self.columns)):
            yield row if row.problem else Row(row.number, self._texts(row.cells))

    def _texts(self, cells: Sequence[str]) -> list[str]:
        # Most rows have nothing that a spreadsheet or a wrong encoding has left; asking once a row is quick.
        whole = "\n" + "\n".join(cells)
        as_it_is = whole.isascii() and "\n=" not in whole and not _APOSTROPHE.search(whole)
        if as_it_is and "".join(cells).isprintable():
            texts = [cell.strip() for cell in cells]
        elif self.is_our_own:
            texts = [_plain(cell) for cell in cells]
        else:
            texts = [_clean(cell, everywhere=index in self._quoted) for index, cell in enumerate(cells)]
        for index in self._secret:
            texts[index] = ""
        return texts

    def _rows(self, width: int) -> Iterator[Row]:
        for row in self._grid.rows(width):
            may_close = len({*row.cells}) <= _FEW_DIFFERENT
            if (
                row.number > self._header
                and any(map(str.strip, row.cells))
                and not (may_close and is_footer(row.cells))
            ):
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
                f"{self.name} has {len(titles):,} columns; a file of customers has fewer than {_MOST_COLUMNS:,}.",
                hint="Is it the right file?",
            )
        before = [row for row in first if row.number < header.number]
        if before:
            self.notes.append(f"The header is row {header.number}; the rows above it are left out.")
        return header.number, titles

    def _read_through(self, titles: Sequence[str]) -> frozenset[int]:
        """Count the rows, and note whose cells have apostrophes in front; return the columns of card numbers."""
        whole, is_plain = 0, True
        for row in self._rows(len(titles)):
            self.count += 1
            whole += not row.problem
            is_plain = is_plain and not _CARD_OR_APOSTROPHE.search("\n" + "\n".join(row.cells))
        if self.count > 1 and not whole:
            raise UsageError(
                f"No row of {self.name} has as many cells as its header, which has {len(titles)}.",
                hint="Open it in a spreadsheet, look at its columns, and save it as CSV. Nothing was imported.",
            )
        return frozenset() if is_plain else self._look_closely(len(titles))

    def _look_closely(self, width: int) -> frozenset[int]:
        filled, cards, quoted = ([0] * width for _ in range(3))
        for row in self._rows(width):
            for index, cell in enumerate(row.cells[:width]):
                if cell:
                    filled[index] += 1
                    cards[index] += len(cell) >= _SHORTEST_CARD and is_card_number(plain(cell))
                    quoted[index] += cell[0] == "'"
        self._quoted = frozenset(i for i in range(width) if quoted[i] >= _SURE and quoted[i] > filled[i] / 2)
        return frozenset(i for i in range(width) if cards[i] > filled[i] / 2)

    def _keep_out(self, cards: frozenset[int]) -> None:
        """Raise UsageError where a column is full of card numbers, unless the person has said to leave it out."""
        for index in sorted(cards):
            column = self.columns[index]
            if column.field != "ignore":
                raise UsageError(
                    f"The column “{column.title}” of {self.name} holds card numbers. Nothing was read.",
                    hint="Card numbers do not belong here; Stripe keeps them. Delete the column, and then the file.",
                )
        self._secret = cards


def _plain(cell: str) -> str:
    return trimmed(plain(cell))


def _clean(cell: str, *, everywhere: bool) -> str:
    text = without_apostrophes(cell, everywhere=everywhere)
    return trimmed(text if text.isascii() else mended(text))
