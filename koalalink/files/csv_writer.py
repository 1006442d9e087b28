"""Rows as CSV, and the file of the rows that were not imported."""

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import BinaryIO

from koalalink.atomic_files import Disk, IfThere, NewFile, sentences
from koalalink.domain.text import cleaned
from koalalink.files.cell_cleaning import guarded_row

# Excel reads UTF-8 only where this stands first.
_BOM = "\ufeff"
_HELD_BACK = 1 << 16


class Lines:
    """Rows as CSV, as a rule with what a spreadsheet would run made harmless."""

    def __init__(self, stream: BinaryIO, *, delimiter: str = ",", harmless: bool = True, bom: bool = True) -> None:
        """Write to `stream`, which stays open."""
        # No TextIOWrapper: where a stream fails, that would complain once more when it is thrown away.
        self._stream = stream
        self._text = io.StringIO(_BOM if bom else "", newline="")
        self._text.seek(0, io.SEEK_END)
        self._writer = csv.writer(self._text, delimiter=delimiter, lineterminator="\n")
        # The library leaves a carriage return without quotation marks, and it would end the row.
        self._careful = csv.writer(self._text, delimiter=delimiter, lineterminator="\n", quoting=csv.QUOTE_ALL)
        self._harmless = harmless

    def write(self, cells: Iterable[str]) -> None:
        """Write one row."""
        row: Sequence[str] = [*cells]
        if self._harmless:
            if not "".join(row).isprintable():
                row = [cleaned(cell) for cell in row]
            row = guarded_row(row)
        writer = self._careful if "\r" in "".join(row) else self._writer
        writer.writerow(row)
        if self._text.tell() > _HELD_BACK:
            self.finish()

    def finish(self) -> None:
        """Write what is still held back."""
        self._stream.write(self._text.getvalue().encode())
        self._text.seek(0)
        self._text.truncate()


class RejectsFile:
    """The rows of a file that were not imported, with why, to be mended and imported as it is."""

    def __init__(self, disk: Disk, path: Path, if_there: IfThere, titles: Sequence[str], reason_title: str) -> None:
        """Write to `path` if there is anything to write."""
        self.path = path
        self._disk, self._if_there = disk, if_there
        self._titles = [title for title in titles if title != reason_title]
        self._skipped = [index for index, title in enumerate(titles) if title == reason_title]
        self._reason_title = reason_title
        self._file: NewFile | None = None
        self._lines: Lines | None = None

    def write(self, cells: Sequence[str], reason: str) -> None:
        """Write a row, and why it was not imported."""
        kept = [cell for index, cell in enumerate(cells) if index not in self._skipped]
        with sentences(self.path):
            if self._lines is None:
                self._file = self._disk.new(self.path, self._if_there)
                self._lines = Lines(self._file.stream)
                self._lines.write([self._reason_title, *self._titles])
            self._lines.write([reason, *kept])

    def keep(self) -> None:
        """Put the file into its place."""
        if self._file and self._lines:
            with sentences(self.path):
                self._lines.finish()
            self._file.keep()

    def close(self) -> None:
        """Leave no trace of it, unless it was kept."""
        if self._file:
            self._file.discard()
