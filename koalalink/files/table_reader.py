"""The cells of a file that people have: CSV of any dialect and encoding, or an Excel file."""

import os
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import date, datetime, time
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

from koalalink.domain.importing.import_rows import Row
from koalalink.errors import ConfigError, KoalaError, UsageError
from koalalink.files.csv_reader import delimiter_of, rows_of
from koalalink.files.encoding import encoding_name, encoding_of, lines_of, opened
from koalalink.files.xlsx_limits import MOST_ROWS, refuse_huge

_SAMPLE = 200  # rows
_DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars"}

_Rows = Callable[[int], Iterator[Row]]


class Grid:
    """A file that was opened, read as often as needed."""

    def __init__(self, file: str, stdin: BinaryIO, known: Callable[[Sequence[str]], int]) -> None:
        """Open `file`, or stdin for "-"; `known` counts the titles in a row that are known, which tells the delimiter.

        Raises a KoalaError with a sentence where it cannot be read as a table.
        """
        self.name = "the input" if file == "-" else Path(file).name
        self.notes: list[str] = []
        """How the file was understood, where that was not a matter of course."""
        self._raw = opened(file, stdin)
        self._opened = self._written()
        try:
            self._read = self._spreadsheet() if self._raw.read(4) == b"PK\x03\x04" else self._text(known)
        except BaseException:
            self._raw.close()
            raise

    def __enter__(self) -> "Grid":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._raw.close()

    def rows(self, width: int = 0) -> Iterator[Row]:
        """Yield all rows, as they stand there; those that should have `width` cells and do not have a problem.

        Raises UsageError at the end where somebody has changed the file since it was opened.
        """
        yield from self._read(width)
        if self._written() != self._opened:
            raise UsageError(
                f"{self.name} was changed by another program while it was being read. Nothing was written.",
                hint="Wait until it is finished, then type the command again.",
            )

    def _written(self) -> tuple[int, int]:
        about = os.fstat(self._raw.fileno())
        return about.st_size, about.st_mtime_ns

    def _text(self, known: Callable[[Sequence[str]], int]) -> _Rows:
        encoding = encoding_of(self._raw, self.name)
        sample = [*islice(lines_of(self._raw, encoding), _SAMPLE)]
        if not "".join(sample).strip():
            raise UsageError(f"{self.name} is empty.", hint="Is it the right file?")
        delimiter = delimiter_of(sample, known)
        if encoding != "utf-8":
            self.notes.append(f"Read as {encoding_name(encoding)}.")
        if delimiter != ",":
            self.notes.append(f"Its cells are separated by {_DELIMITERS[delimiter]}.")
        return lambda width: rows_of(lines_of(self._raw, encoding), delimiter, width)

    def _spreadsheet(self) -> _Rows:
        try:
            from openpyxl import load_workbook  # 150 ms; an extra, as most files are CSV
        except ImportError:
            raise ConfigError(
                f"{self.name} is an Excel file, and Excel support is not installed.",
                hint="Type: pip install 'koalalink[xlsx]'. Or save it as CSV in Excel.",
            ) from None
        self._raw.seek(0)
        with self._whole():
            refuse_huge(self._raw, self.name)
            book = load_workbook(self._raw, read_only=True, data_only=True)
            sheet = book.worksheets[0]
            sheet.reset_dimensions()  # as it says itself, every sheet may have 16,384 columns
        if len(book.worksheets) > 1:
            self.notes.append(f"It has {len(book.worksheets)} sheets; this is the first, “{sheet.title}”.")

        def rows(width: int) -> Iterator[Row]:
            for number, values in enumerate(self._values(sheet), 1):
                cells = [_as_text(value) for value in values]
                while cells and (len(cells) > width or not width) and not cells[-1]:
                    cells.pop()
                cells += [""] * (width - len(cells))
                problem = f"It has {len(cells)} cells, and the header has {width}." if len(cells) > width > 0 else ""
                yield Row(number, cells, problem)

        return rows

    def _values(self, sheet: Any) -> Iterator[Sequence[Any]]:
        rows = sheet.iter_rows(values_only=True, max_row=MOST_ROWS)
        while True:
            with self._whole():
                values = next(rows, None)
            if values is None:
                return
            yield values

    @contextmanager
    def _whole(self) -> Iterator[None]:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of dates that are none, for example
                yield
        except KoalaError:
            raise
        except Exception:  # what a damaged file raises is documented nowhere
            raise UsageError(
                f"{self.name} is a damaged spreadsheet, or another kind of file.", hint="Save it as CSV in Excel."
            ) from None


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
