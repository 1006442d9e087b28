"""Files of customers out: written beside, and moved into place when they are whole."""

import csv
import io
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from koalalink.errors import CorrectTheCommand
from koalalink.files.cells import guarded

# Excel reads UTF-8 only where this stands first.
_BOM = "\ufeff"
_HELD_BACK = 1 << 16


class Beside:
    """A file that is written beside its place, readable by its owner alone, and put there by `keep`."""

    def __init__(self, path: Path) -> None:
        """Begin a file that will be at `path`; raises CorrectTheCommand where it cannot be written."""
        # A link to a file stays one.
        self._path = path = Path(os.path.realpath(path)) if path.is_symlink() else path
        self._beside = path.with_name(f".{path.name}.{os.getpid()}")
        with _told(path):
            if path.is_dir():
                raise IsADirectoryError(0, "there is a folder of that name")
            if path.exists() and not path.is_file():  # whoever may would put a file where /dev/null is
                raise FileExistsError(0, "it is a device or a pipe, not a file")
            descriptor = os.open(self._beside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        self.stream: BinaryIO = os.fdopen(descriptor, "wb")

    @classmethod
    @contextmanager
    def kept(cls, path: Path) -> Iterator[BinaryIO]:
        """Write a file that is put into its place at the end; where that fails, the old one stays."""
        file = cls(path)
        try:
            with _told(path):
                yield file.stream
            file.keep()
        finally:
            file.discard()

    def keep(self) -> None:
        """Put the file into its place."""
        with _told(self._path):
            self.stream.close()
            self._beside.replace(self._path)

    def discard(self) -> None:
        """Leave no trace of it, unless it was kept."""
        with suppress(OSError):
            self.stream.close()
        self._beside.unlink(missing_ok=True)


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
        row = [guarded(cell) if self._harmless else cell for cell in cells]
        writer = self._careful if any("\r" in cell for cell in row) else self._writer
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

    def __init__(self, path: Path, titles: Sequence[str], reason_title: str) -> None:
        """Write to `path` if there is anything to write."""
        self.path = path
        self._titles = [title for title in titles if title != reason_title]
        self._skipped = [place for place, title in enumerate(titles) if title == reason_title]
        self._reason_title = reason_title
        self._file: Beside | None = None
        self._lines: Lines | None = None

    def write(self, cells: Sequence[str], reason: str) -> None:
        """Write a row, and why it was not imported."""
        kept = [cell for place, cell in enumerate(cells) if place not in self._skipped]
        with _told(self.path):
            if self._lines is None:
                self._file = Beside(self.path)
                self._lines = Lines(self._file.stream)
                self._lines.write([self._reason_title, *self._titles])
            self._lines.write([reason, *kept])

    def keep(self) -> None:
        """Put the file into its place."""
        if self._file and self._lines:
            with _told(self.path):
                self._lines.finish()
            self._file.keep()

    def close(self) -> None:
        """Leave no trace of it, unless it was kept."""
        if self._file:
            self._file.discard()


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise CorrectTheCommand(
            f"{path} cannot be written: {error.strerror}.", hint="Name a file in another folder."
        ) from error
