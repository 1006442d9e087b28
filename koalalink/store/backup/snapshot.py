"""Copying a store into a file while others work on it, and telling what a copy holds."""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from koalalink.atomic_files import Disk, IfThere, NewFile
from koalalink.domain.setup.backups import Contents
from koalalink.errors import KoalaError, NotFoundError, StoreError
from koalalink.store.sqlite.database import as_sentence, reading
from koalalink.store.sqlite.migrations import APPLICATION_ID, STEPS, strangers

_PATIENCE = 10.0
"""Seconds to wait for another process that is writing."""


def back_up(
    store: Path,
    target: Path,
    disk: Disk,
    if_there: IfThere = IfThere.REFUSE,
    *,
    quickly: bool = False,
    begun: Callable[[], None] = lambda: None,
) -> Contents:
    """Write a backup of the store to `target`, check it, and return what it holds.

    Where somebody waits it is checked `quickly`: without comparing each index with its table, which takes thrice the
    time of all else. `begun` is called when the moment is fixed of which the copy is: what is written to the store
    from then on is not in it. Raises NotFoundError where there is no store, and as `Disk.new` where the copy cannot be
    written.
    """
    if not store.exists():
        raise NotFoundError(f"There is no store {store} yet.", hint="Bring your customers in first.")
    with disk.writing(target, if_there) as file, sentences_of(store):
        copy_into(store, file, begun)
        return check(file.beside, quickly=quickly)


def check(path: Path, *, quickly: bool = False) -> Contents:
    """Return what a backup holds; raises NotFoundError where there is no such file, StoreError where it is damaged."""
    if not path.is_file():
        raise NotFoundError(f"There is no file {path}.", hint="Name a file that koalalink backup has written.")
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as db:
            (application,) = db.execute("PRAGMA application_id").fetchone()
            (version,) = db.execute("PRAGMA user_version").fetchone()
            if application != APPLICATION_ID:
                raise Damaged(f"{path} is not a store of KoalaLink's.", hint="Name a file that backup has written.")
            if version > len(STEPS):
                raise StoreError(
                    f"{path} was written by a newer KoalaLink.", hint="Update: pip install --upgrade koalalink"
                )
            if (
                db.execute("PRAGMA quick_check" if quickly else "PRAGMA integrity_check").fetchall() != [("ok",)]
                or db.execute("PRAGMA foreign_key_check").fetchall()
            ):
                raise _damaged(path)
            if version == len(STEPS):  # an older one is looked at when it was brought to this version
                refuse_tampered(db, path)
            return contents_of(db)
    except sqlite3.Error as error:
        raise told(path, error) from None


def contents(store: Path) -> Contents | None:
    """Return what a store holds; None where there is none, or it is damaged."""
    if not store.exists():
        return None
    try:
        with closing(opened(store)) as db:
            return contents_of(db)
    except sqlite3.Error as error:
        failure = told(store, error)
        if isinstance(failure, Damaged):
            return None
        raise failure from None


def was_used(store: Path) -> bool:
    """Tell whether a store was ever written to; one that is damaged was not."""
    if not store.exists():
        return False
    try:
        with closing(opened(store)) as db:
            return db.execute("SELECT 1 FROM changes LIMIT 1").fetchone() is not None
    except sqlite3.Error as error:
        failure = told(store, error)
        if isinstance(failure, Damaged):
            return False
        raise failure from None


def opened(path: Path) -> sqlite3.Connection:
    """Open a file that is there, to be written."""
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", timeout=_PATIENCE, isolation_level=None, uri=True)


def copy_into(store: Path, file: NewFile, begun: Callable[[], None] = lambda: None) -> None:
    """Copy a store into a file in the making: one file, which can be read wherever it is put."""
    file.stream.close()
    with closing(reading(store, _PATIENCE)) as source, closing(opened(file.beside)) as copy:
        source.execute("BEGIN")
        source.execute("SELECT 1 FROM sqlite_schema").fetchone()  # only reading fixes the moment
        begun()
        _copy(source, copy)
        copy.execute("PRAGMA journal_mode = DELETE")


def _copy(source: sqlite3.Connection, target: sqlite3.Connection) -> None:
    """Copy everything in one step, which is one transaction; SQLite's own function waits for a lock for ever."""
    until = time.monotonic() + _PATIENCE

    def wait(status: int, remaining: int, total: int) -> None:
        if status in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED) and time.monotonic() > until:
            locked = sqlite3.OperationalError("database is locked")
            locked.sqlite_errorcode = status
            raise locked

    source.backup(target, pages=-1, progress=wait, sleep=0.01)


def contents_of(db: sqlite3.Connection) -> Contents:
    """Count what an open store holds."""
    customers, links, changes, at = db.execute(
        "SELECT (SELECT count(*) FROM customers), (SELECT count(*) FROM links), count(*), max(at) FROM changes"
    ).fetchone()
    return Contents(customers, links, changes, None if at is None else datetime.fromtimestamp(at, UTC))


class Damaged(StoreError):
    """It cannot be read, now or later."""


def _damaged(path: Path) -> Damaged:
    return Damaged(f"{path} is damaged, or not a store of KoalaLink's.", hint="Is there an older backup?")


def told(path: Path, error: sqlite3.Error) -> KoalaError:
    """Return what SQLite says as a sentence."""
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF
    if code in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_ERROR):
        return _damaged(path)
    return as_sentence(path, error)


def refuse_tampered(db: sqlite3.Connection, path: Path) -> None:
    """Raise StoreError where the tables or triggers of a backup are not as they should be."""
    if found := strangers(db):
        raise StoreError(
            f"{path} was changed by another program: {'; '.join(found[:3])}. It is not used.",
            hint="Name another backup.",
        )


@contextmanager
def sentences_of(store: Path) -> Iterator[None]:
    """Raise what goes wrong with a store as a sentence."""
    try:
        yield
    except sqlite3.Error as error:
        raise told(store, error) from None
