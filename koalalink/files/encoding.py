"""A customer file as lines of text, whatever program has written it."""

import codecs
import io
import os
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from koalalink.errors import NotFoundError, StoreError, UsageError

LONGEST_LINE = 1_000_000
"""Characters; a line of more is no row of customers."""

_CHUNK = 1 << 20
_MOST_INPUT = 2 << 30
"""Bytes that come through a pipe; ten million customers have fewer, and some pipes never end."""

_ENCODINGS = {"utf-8": "UTF-8", "utf-16": "UTF-16", "cp1252": "Windows-1252", "latin-1": "Latin-1"}


def opened(file: str, stdin: BinaryIO) -> BinaryIO:
    """Open a file, or stdin where it is "-", so that it can be read again from the start.

    Raises NotFoundError where there is none, UsageError where it cannot be read.
    """
    if file == "-":
        return _kept(stdin)
    path = Path(file)
    try:
        if not file or path.is_dir():
            raise UsageError(f"“{file}” is a folder.", hint="Name the file with the customers.")
        found = path.open("rb")
        if found.seekable():
            return found
        with found:  # a pipe, as of a shell's <(…)
            return _kept(found)
    except FileNotFoundError:
        raise NotFoundError(f"There is no file {file}.", hint="Is it in another folder? Type its whole path.") from None
    except (OSError, ValueError) as error:
        told = error.strerror if isinstance(error, OSError) else "this cannot be the name of a file"
        raise UsageError(f"{file} cannot be read: {told}.", hint="Can you open it yourself?") from None


def _kept(stdin: BinaryIO) -> BinaryIO:
    kept = None
    try:
        kept = tempfile.TemporaryFile()  # noqa: SIM115 - whoever opens it closes it
        while chunk := _next(stdin):
            kept.write(chunk)
            if kept.tell() > _MOST_INPUT:
                raise UsageError(f"The input is more than {_MOST_INPUT >> 30} GB.", hint="Is it a file of customers?")
        kept.seek(0)
    except UsageError:
        if kept:
            kept.close()
        raise
    except OSError as error:
        if kept:
            with suppress(OSError):
                kept.close()
        raise StoreError(
            f"The input cannot be saved to the disk: {error.strerror}.", hint="Make room, or name it as a file instead."
        ) from None
    return kept


def _next(stdin: BinaryIO) -> bytes:
    try:
        return stdin.read(_CHUNK)
    except (OSError, ValueError):  # it was closed, or it leads out
        raise UsageError("There is no input to read.", hint="Name the file instead of -.") from None


def encoding_of(raw: BinaryIO, file: str) -> str:
    """Return how the text is encoded; raises UsageError where it is no text.

    Only one thing is certain: what can be read as UTF-8 is UTF-8. What cannot was written by Excel in the West,
    as Windows-1252, or has bytes that this does not know and is Latin-1. Guessing by statistics did worse on short
    files: it took French for Polish.
    """
    raw.seek(0)
    start = raw.read(4096)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    zeros = [start[side::2].count(0) for side in (0, 1)]
    if max(zeros) > len(start) // 4 and min(zeros) <= len(start) // 64:
        return "utf-16-le" if zeros[1] > zeros[0] else "utf-16-be"
    readers = {name: codecs.getincrementaldecoder(name)() for name in ("utf-8", "cp1252")}
    raw.seek(0)
    while chunk := raw.read(_CHUNK):
        if b"\0" in chunk:
            raise UsageError(
                f"{file} is not a text file.", hint="In the spreadsheet, save it as CSV (comma separated values)."
            )
        for name in [*readers]:
            try:
                readers[name].decode(chunk)
            except UnicodeDecodeError:
                del readers[name]
    if "utf-8" in readers:
        try:
            readers["utf-8"].decode(b"", final=True)
        except UnicodeDecodeError:
            del readers["utf-8"]
    return next(iter(readers), "latin-1")


def encoding_name(encoding: str) -> str:
    """Return what people call an encoding."""
    return _ENCODINGS.get(encoding, "UTF-16")


def lines_of(raw: BinaryIO, encoding: str) -> Iterator[str]:
    """Yield the lines with their ends; raises UsageError at one that is too long."""
    raw.seek(0)
    name = "utf-8-sig" if encoding == "utf-8" else encoding
    # The file stays open when this reader goes: it is read more than once.
    text = io.TextIOWrapper(os.fdopen(os.dup(raw.fileno()), "rb"), encoding=name, errors="replace", newline="")
    with text:
        text.seek(0)
        while line := text.readline(LONGEST_LINE + 1):
            if len(line) > LONGEST_LINE:
                raise UsageError(
                    f"A line of it has more than {LONGEST_LINE:,} characters.", hint="Is this a file of customers?"
                )
            yield line
