"""Whole copies of the store: made while others work on it, checked, and brought back."""

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, date, datetime
from pathlib import Path

from koalalink.domain.backups import Contents
from koalalink.errors import CorrectTheCommand, KoalaError, LookForAnother, MendTheStore
from koalalink.store.database import as_sentence
from koalalink.store.migrations import APPLICATION_ID, STEPS

_DAYS_KEPT = 7
_PATIENCE = 10.0
"""Seconds to wait for another process that is writing."""

_SIDES = ("", "-wal", "-shm")
"""The files that make a store."""


def back_up(store: Path, target: Path) -> Contents:
    """Write a copy of the store to `target`, check it, and return what it holds; what was there before is replaced.

    Raises LookForAnother where there is no store, CorrectTheCommand where the copy cannot be written.
    """
    if not store.exists():
        raise LookForAnother(f"There is no store {store} yet.", hint="Bring your customers in first.")
    beside = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        with _sentences(store, target):
            os.close(os.open(beside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
            with closing(_opened(store)) as source, closing(_opened(beside)) as copy:
                _copy(source, copy)
                copy.execute("PRAGMA journal_mode = DELETE")  # one file, which can be read wherever it is put
        contents = check(beside)
        with _sentences(store, target):
            beside.replace(target)
    finally:
        for side in (*_SIDES, "-journal"):
            beside.with_name(beside.name + side).unlink(missing_ok=True)
    return contents


def check(path: Path) -> Contents:
    """Return what a copy holds; raises LookForAnother where there is no such file, MendTheStore where it is damaged."""
    if not path.is_file():
        raise LookForAnother(f"There is no file {path}.", hint="Name a file that koalalink backup has written.")
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as db:
            (application,) = db.execute("PRAGMA application_id").fetchone()
            (version,) = db.execute("PRAGMA user_version").fetchone()
            if application != APPLICATION_ID:
                raise _Damaged(f"{path} is no store of KoalaLink's.", hint="Name a file that backup has written.")
            if version > len(STEPS):
                raise MendTheStore(
                    f"{path} was written by a newer KoalaLink.", hint="Update: pip install --upgrade koalalink"
                )
            if (
                db.execute("PRAGMA integrity_check").fetchall() != [("ok",)]
                or db.execute("PRAGMA foreign_key_check").fetchall()
            ):
                raise _damaged(path)
            return _contents(db)
    except sqlite3.Error as error:
        raise _told(path, error) from error


def contents(store: Path) -> Contents | None:
    """Return what a store holds; None where there is none, or it is damaged."""
    if not store.exists():
        return None
    try:
        with closing(_opened(store)) as db:
            return _contents(db)
    except sqlite3.Error as error:
        told = _told(store, error)
        if isinstance(told, _Damaged):
            return None
        raise told from error


def restore(source: Path, store: Path, now: datetime) -> Path | None:
    """Put a copy that was checked in the place of the store, and return where the old store is kept.

    Whoever is working on the store sees the old one or the new one, and never a part of both.
    """
    names = (f"{store.stem}.before-restore-{now.astimezone():%Y-%m-%d-%H%M%S}{n}" for n in ("", *range(-1, -99, -1)))
    kept = next(path for name in names if not (path := store.with_name(name + store.suffix)).exists())
    try:
        if store.exists():
            back_up(store, kept)
    except _Damaged:  # not to be copied, only to be moved
        for side in _SIDES:
            with suppress(FileNotFoundError):
                store.with_name(store.name + side).rename(kept.with_name(kept.name + side))
    if not store.exists():
        back_up(source, store)
        return kept if kept.exists() else None
    try:
        with _sentences(store, store), closing(_opened(source)) as copy, closing(_opened(store)) as db:
            _copy(copy, db)
    except KoalaError:
        kept.unlink()
        raise
    return kept


def daily(store: Path, day: date) -> None:
    """Copy the store as it is before the first change of a day, and keep the last seven copies.

    Raises KoalaError where that is not possible.
    """
    target = _folder(store) / f"{store.stem}-{day:%Y-%m-%d}{store.suffix}"
    if target.exists():
        return
    found = contents(store)
    if found is None or not found.changes:
        return
    with _sentences(store, target):
        target.parent.mkdir(mode=0o700, exist_ok=True)
    back_up(store, target)
    for old in copies(store)[:-_DAYS_KEPT]:
        old.unlink(missing_ok=True)


def copies(store: Path) -> list[Path]:
    """Return the copies of the last days, the oldest first."""
    day = "[0-9]" * 4 + "-[0-9][0-9]" * 2
    return sorted(_folder(store).glob(f"{store.stem}-{day}{store.suffix}"))


def _folder(store: Path) -> Path:
    return store.with_name("backups")


def _opened(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", timeout=_PATIENCE, isolation_level=None, uri=True)


def _copy(source: sqlite3.Connection, target: sqlite3.Connection) -> None:
    """Copy everything in one step, which is one transaction; SQLite's own function waits for a lock for ever."""
    until = time.monotonic() + _PATIENCE

    def wait(status: int, remaining: int, total: int) -> None:
        if status in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED) and time.monotonic() > until:
            locked = sqlite3.OperationalError("database is locked")
            locked.sqlite_errorcode = status
            raise locked

    source.backup(target, pages=-1, progress=wait, sleep=0.01)


def _contents(db: sqlite3.Connection) -> Contents:
    customers, links, changes, at = db.execute(
        "SELECT (SELECT count(*) FROM customers), (SELECT count(*) FROM links), count(*), max(at) FROM changes"
    ).fetchone()
    return Contents(customers, links, changes, None if at is None else datetime.fromtimestamp(at, UTC))


class _Damaged(MendTheStore):
    """It cannot be read, now or later."""


def _damaged(path: Path) -> _Damaged:
    return _Damaged(f"{path} is damaged, or no store of KoalaLink's.", hint="Is there an older copy?")


def _told(path: Path, error: sqlite3.Error) -> KoalaError:
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF
    if code in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_ERROR):
        return _damaged(path)
    return as_sentence(path, error)


@contextmanager
def _sentences(store: Path, target: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise _told(store, error) from error
    except OSError as error:
        raise CorrectTheCommand(
            f"{target} cannot be written: {error.strerror}.", hint="Name a file in another folder."
        ) from error
