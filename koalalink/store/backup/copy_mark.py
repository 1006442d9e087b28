"""The mark beside a copy in the making: whether it goes on, and whether it will ever come about.

A mark is there from the beginning of a copy until the copy is in its place, and is locked for as long as the process
lives that makes it. A mark that nobody holds is of a copy that did not come about.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from enum import Enum
from pathlib import Path

_MAKING = ".making"


class Copying(Enum):
    """How a copy stands that is not in its place."""

    NOT_BEGUN = "not begun"
    GOING_ON = "going on"
    BROKEN_OFF = "broken off"


def mark_of(target: Path) -> Path:
    """Return the mark of a copy that is being made."""
    return target.with_name(f".{target.name}{_MAKING}")


def in_the_making(folder: Path) -> list[Path]:
    """Return the copies in a folder that are being made, or were broken off."""
    marks = sorted(folder.glob(f".*{_MAKING}"))
    return [mark.with_name(mark.name.removeprefix(".").removesuffix(_MAKING)) for mark in marks]


def standing(target: Path) -> Copying:
    """Tell how a copy stands that is not in its place."""
    if not mark_of(target).exists():
        return Copying.NOT_BEGUN
    try:
        with closing(_opened(mark_of(target))) as mark:
            return Copying.BROKEN_OFF if _held(mark) else Copying.GOING_ON
    except sqlite3.OperationalError:  # the process has just ended, and has taken its mark away
        return Copying.GOING_ON


@contextmanager
def holding(target: Path) -> Iterator[bool]:
    """Hold the mark of a copy, made where there is none, and tell whether no other process does."""
    with suppress(FileExistsError):
        mark_of(target).touch(0o600, exist_ok=False)
    with closing(_opened(mark_of(target))) as mark:
        yield _held(mark)


def _opened(mark: Path) -> sqlite3.Connection:
    uri = f"{mark.absolute().as_uri()}?mode=rw"
    return sqlite3.connect(uri, timeout=0, isolation_level=None, uri=True)


def _held(mark: sqlite3.Connection) -> bool:
    """Lock a mark for as long as it is open; tell whether that was possible."""
    try:
        mark.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError:
        return False
    return True
