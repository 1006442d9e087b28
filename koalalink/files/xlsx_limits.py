"""What is too much for a spreadsheet, told before it is unpacked: an Excel file is an archive of XML."""

from typing import Any, BinaryIO
from xml.parsers import expat
from zipfile import ZipFile

from koalalink.errors import UsageError
from koalalink.files.encoding import LONGEST_LINE

MOST_ROWS = 1_048_576
MOST_CELLS = 16_384
"""In a row. Both are Excel's own limits."""

_MOST_BYTES = 256 << 20
"""Of all that is packed, as the archive's directory says; half a million customers have so much."""

_SMALL = 1 << 20
"""Bytes of a sheet that cannot hold too much of anything."""

_CHUNK = 1 << 16


def refuse_huge(raw: BinaryIO, name: str) -> None:
    """Raise UsageError where a sheet would fill the memory: by its size, its rows, or what is in one row."""
    with ZipFile(raw) as archive:
        parts = archive.infolist()
        if sum(part.file_size for part in parts) > _MOST_BYTES:
            raise _too_much(name, f"is more than {_MOST_BYTES >> 20} MB when it is unpacked")
        for part in parts:
            if part.file_size > _SMALL and part.filename.startswith(("xl/worksheets/", "xl/sharedStrings")):
                with archive.open(part) as stream:
                    _Sizes(name).read(stream)


def _too_much(name: str, what: str) -> UsageError:
    return UsageError(f"{name} {what}.", hint="Is it a file of customers? If so, save it as CSV in Excel.")


class _Sizes:
    """Counts the rows, the cells of each, and the characters of a cell."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._rows = self._cells = self._characters = 0

    def read(self, stream: Any) -> None:
        parser = expat.ParserCreate()
        parser.StartElementHandler = self._begins
        parser.CharacterDataHandler = self._holds
        while chunk := stream.read(_CHUNK):
            parser.Parse(chunk)

    def _begins(self, tag: str, attributes: dict[str, str]) -> None:
        kind = tag.rpartition(":")[2]
        if kind == "row":
            self._rows, self._cells = self._rows + 1, 0
            if self._rows > MOST_ROWS:
                raise _too_much(self._name, f"has more than {MOST_ROWS:,} rows")
        elif kind == "c":
            self._cells += 1
            if self._cells > MOST_CELLS:
                raise _too_much(self._name, f"has more than {MOST_CELLS:,} cells in a row")
        if kind in ("row", "c", "si"):
            self._characters = 0

    def _holds(self, text: str) -> None:
        self._characters += len(text)
        if self._characters > LONGEST_LINE:
            raise _too_much(self._name, f"has a cell of more than {LONGEST_LINE:,} characters")
