"""A customer file as a table: its columns, and its rows as texts, read as often as needed."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime, time
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

from koalalink.domain.imports import Column, Row
from koalalink.errors import CorrectTheCommand, CorrectTheSetup
from koalalink.files.cells import is_card_number, mended, plain
from koalalink.files.columns import columns_of, recognised
from koalalink.files.rows import delimiter_of, rows_of
from koalalink.files.text import encoding_name, encoding_of, lines_of, opened

_SAMPLE = 200  # rows
_MOST_COLUMNS = 500
_DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars"}


class Table:
    """A file that was opened and understood, not yet read to its end."""

    def __init__(self, file: str, stdin: BinaryIO, chosen: Mapping[str, str]) -> None:
        """Open `file`, or stdin for "-"; `chosen` says of columns by title which field they are.

        Raises a KoalaError with a sentence where it is no table of customers, or holds card numbers.
        """
        self.name = "the input" if file == "-" else Path(file).name
        self.notes: list[str] = []
        """How the file was understood, where that was not a matter of course."""
        self._raw = opened(file, stdin)
        try:
            self._read_as = self._spreadsheet() if self._raw.read(4) == b"PK\x03\x04" else self._text(chosen)
            self._header, titles = self._find_header(chosen)
            self.columns: Sequence[Column] = columns_of(titles, self.sample(_SAMPLE, titles), chosen)
            self.count = 0
            """How many rows there are below the header, blank ones aside."""
            self._read_through(titles)
        except BaseException:
            self._raw.close()
            raise
        self.is_our_own = any(column.field == "number" for column in self.columns)
        """Whether KoalaLink has written it: then the texts are as they were, and nothing is mended."""

    def __enter__(self) -> "Table":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._raw.close()

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
        clean = plain if self.is_our_own else _clean
        for row in self._rows(width):
            if row.problem:
                yield row
                continue
            # Most rows have nothing that a spreadsheet or a wrong encoding has left; asking once a row is quick.
            whole = "\n" + "\n".join(row.cells)
            as_it_is = whole.isascii() and "\n=" not in whole and "\n'" not in whole
            yield Row(row.number, [cell.strip() if as_it_is else clean(cell) for cell in row.cells])

    def _rows(self, width: int) -> Iterator[Row]:
        for row in self._read_as(width):
            if row.number > self._header and any(map(str.strip, row.cells)):
                yield row

    def _text(self, chosen: Mapping[str, str]) -> Any:
        encoding = encoding_of(self._raw, self.name)
        sample = [*islice(lines_of(self._raw, encoding), _SAMPLE)]
        if not "".join(sample).strip():
            raise CorrectTheCommand(f"{self.name} is empty.", hint="Is it the right file?")
        delimiter = delimiter_of(sample, lambda titles: recognised(titles, chosen))
        if encoding != "utf-8":
            self.notes.append(f"Read as {encoding_name(encoding)}.")
        if delimiter != ",":
            self.notes.append(f"Its cells are divided by {_DELIMITERS[delimiter]}.")
        return lambda width: rows_of(lines_of(self._raw, encoding), delimiter, width)

    def _spreadsheet(self) -> Any:
        try:
            from openpyxl import load_workbook  # 150 ms; an extra, as most files are CSV
        except ImportError:
            raise CorrectTheSetup(
                f"{self.name} is an Excel file, and what reads those is not installed.",
                hint="Type: pip install 'koalalink[xlsx]'. Or save it as CSV in Excel.",
            ) from None
        self._raw.seek(0)
        try:
            book = load_workbook(self._raw, read_only=True, data_only=True)
            sheet = book.worksheets[0]
        except Exception as error:  # what a damaged file raises is documented nowhere
            raise CorrectTheCommand(
                f"{self.name} is a damaged spreadsheet, or another kind of file.", hint="Save it as CSV in Excel."
            ) from error
        if len(book.worksheets) > 1:
            self.notes.append(f"It has {len(book.worksheets)} sheets; this is the first, “{sheet.title}”.")

        def rows(width: int) -> Iterator[Row]:
            for number, values in enumerate(sheet.iter_rows(values_only=True), 1):
                cells = [_as_text(value) for value in values]
                while cells and (len(cells) > width or not width) and not cells[-1]:
                    cells.pop()
                cells += [""] * (width - len(cells))
                problem = f"It has {len(cells)} cells, and the header has {width}." if len(cells) > width > 0 else ""
                yield Row(number, cells, problem)

        return rows

    def _find_header(self, chosen: Mapping[str, str]) -> tuple[int, list[str]]:
        first = [*islice((row for row in self._read_as(0) if any(map(str.strip, row.cells))), 5)]
        header = max(first, key=lambda row: (recognised(row.cells, chosen), -row.number))
        titles = [plain(cell) for cell in header.cells]
        while titles and not titles[-1]:
            titles.pop()
        if len(titles) > _MOST_COLUMNS:
            raise CorrectTheCommand(
                f"{self.name} has {len(titles):,} columns; a file of customers has fewer than {_MOST_COLUMNS}.",
                hint="Is it the right file?",
            )
        before = [row for row in first if row.number < header.number]
        if before:
            self.notes.append(f"The header is row {header.number}; what stands above it is left out.")
        return header.number, titles

    def _read_through(self, titles: Sequence[str]) -> None:
        """Count the rows; raise CorrectTheCommand where a column is full of card numbers."""
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
                raise CorrectTheCommand(
                    f"The column “{title}” of {self.name} holds card numbers. Nothing was read.",
                    hint="Card numbers do not belong here; Stripe keeps them. Delete the column, and the file, too.",
                )


def _clean(cell: str) -> str:
    text = plain(cell)
    return text if text.isascii() else mended(text)


def _as_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer() and abs(value) < 10**15:
        return str(int(value))
    if isinstance(value, datetime):
        with suppress(ValueError):
            return value.isoformat(sep=" ") if value.time() != time() else value.date().isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value)
