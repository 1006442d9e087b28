"""Backups of the store: made while others work on it, checked, and restored."""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, date, datetime
from itertools import chain, count
from pathlib import Path

from koalalink.disk import STORE_SIDES, Disk, IfThere, NewFile, sentences
from koalalink.domain.backups import Contents
from koalalink.errors import ConflictError, KoalaError, NotFoundError, StoreError
from koalalink.store.database import Database, as_sentence, reading
from koalalink.store.migrations import APPLICATION_ID, STEPS, build, migrate
from koalalink.store.schema import strangers

_DAYS_KEPT = 7
_PATIENCE = 10.0
"""Seconds to wait for another process that is writing."""

_CLOCKS_DIFFER = 60.0
"""Seconds that a file's time may be ahead, as on a disk of another computer."""

_PRIVATE = "restore"
"""What a backup is called while it is brought back; it never gets that name."""

_TABLES = "customers links changes change_items directories directory verifications refusals identity".split()
_SEARCHES = ("customer_search", "directory_search")


class Backups:
    """The backups of one store."""

    def __init__(
        self, store: Path, disk: Disk, now: Callable[[], datetime], *, are_daily: bool, say: Callable[[str], None]
    ) -> None:
        """Back up `store` into files on `disk`, daily if `are_daily`; `say` is told where that is not possible."""
        self.store, self._disk, self._now, self._are_daily, self._say = store, disk, now, are_daily, say

    def back_up(self, target: Path, if_there: IfThere) -> Contents:
        """Write a backup, check it, and return what it holds."""
        return back_up(self.store, target, self._disk, if_there)

    def back_up_daily(self) -> None:
        """Make the backup of today, where there is none yet; the work goes on without it."""
        try:
            back_up_daily(self.store, self._now().astimezone().date())
        except KoalaError as error:
            self._say(f"No daily backup of the store was made: {error.message}")

    def daily(self) -> list[Path] | None:
        """Return the daily backups, oldest first; None where none are made."""
        return daily_backups(self.store) if self._are_daily else None

    def check(self, path: Path) -> Contents:
        """Return what a backup holds; raises StoreError where it is damaged, NotFoundError where there is none."""
        return check(path)

    def contents(self) -> Contents | None:
        """Return what the store holds; None where there is none that can be read."""
        return contents(self.store)

    def restore(self, source: Path) -> Path | None:
        """Put a backup in the place of the store; return where the old one is kept."""
        return restore(source, self.store, self._now())


def back_up(store: Path, target: Path, disk: Disk, if_there: IfThere = IfThere.REFUSE) -> Contents:
    """Write a backup of the store to `target`, check it, and return what it holds.

    Raises NotFoundError where there is no store, and as `Disk.new` where the copy cannot be written.
    """
    if not store.exists():
        raise NotFoundError(f"There is no store {store} yet.", hint="Bring your customers in first.")
    with disk.writing(target, if_there) as file, _sentences(store):
        _copy_into(store, file)
        return check(file.beside)


def check(path: Path) -> Contents:
    """Return what a backup holds; raises NotFoundError where there is no such file, StoreError where it is damaged."""
    if not path.is_file():
        raise NotFoundError(f"There is no file {path}.", hint="Name a file that koalalink backup has written.")
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as db:
            (application,) = db.execute("PRAGMA application_id").fetchone()
            (version,) = db.execute("PRAGMA user_version").fetchone()
            if application != APPLICATION_ID:
                raise _Damaged(f"{path} is not a store of KoalaLink's.", hint="Name a file that backup has written.")
            if version > len(STEPS):
                raise StoreError(
                    f"{path} was written by a newer KoalaLink.", hint="Update: pip install --upgrade koalalink"
                )
            if (
                db.execute("PRAGMA integrity_check").fetchall() != [("ok",)]
                or db.execute("PRAGMA foreign_key_check").fetchall()
            ):
                raise _damaged(path)
            if version == len(STEPS):  # an older one is looked at when it was brought to this version
                _refuse_tampered(db, path)
            return _contents(db)
    except sqlite3.Error as error:
        raise _told(path, error) from None


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
        raise told from None


def restore(source: Path, store: Path, now: datetime) -> Path | None:
    """Put the customers, links and history of a copy in the place of the store's; return where the old store is kept.

    What others commit meanwhile is in the kept copy, or comes afterwards: nobody can write between the two. Whoever
    is reading sees the old store or the new one, and never a part of both.
    """
    with _brought_up_to_date(source, store) as copy:
        moved = None if _is_ours(store) else _move_aside(store, now)
        if not store.exists():
            Database(store).close()
        with _sentences(store), closing(_opened(store)) as db:
            # Who is replaced goes with all links; and the history's triggers go with their tables.
            db.execute("PRAGMA foreign_keys = OFF")
            db.execute("ATTACH :copy AS copy", {"copy": str(copy)})
            db.execute("BEGIN IMMEDIATE")
            kept = None if moved else _kept(store, now)
            try:
                _replace_all(db)
                db.execute("COMMIT")
            except BaseException:
                if db.in_transaction:
                    db.execute("ROLLBACK")
                if kept:  # it is still the store
                    kept.unlink(missing_ok=True)
                raise
    return moved or kept


@contextmanager
def _brought_up_to_date(source: Path, store: Path) -> Iterator[Path]:
    """Yield a private copy of a backup, beside the store, in this version; raises where it was tampered with."""
    with sentences(store):
        store.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = Disk().new(store.with_name(_PRIVATE))
    try:
        with _sentences(source):
            _copy_into(source, file)
            with closing(_opened(file.beside)) as db:
                migrate(db)
                db.execute("PRAGMA journal_mode = DELETE")
                _refuse_tampered(db, source)
        check(file.beside)
        yield file.beside
    finally:
        file.discard()


def _is_ours(store: Path) -> bool:
    """Tell whether a store can be kept and replaced row by row; where there is none yet it can."""
    if not store.exists():
        return True
    try:
        with closing(_opened(store)) as db:
            (application,) = db.execute("PRAGMA application_id").fetchone()
            _contents(db)
            whole = db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    except sqlite3.Error as error:
        told = _told(store, error)
        if isinstance(told, _Damaged):
            return False
        raise told from None
    return bool(whole and application == APPLICATION_ID)


def _kept(store: Path, now: datetime) -> Path | None:
    """Copy the store, which nobody else can write to now, under a name of its own; one that was never used is none."""
    with closing(_opened(store)) as db:
        if not _contents(db).changes:
            return None
    for path in _names(store, now):
        try:
            with Disk().writing(path) as file:
                _copy_into(store, file)
        except ConflictError:  # another restore has taken the name
            continue
        return path
    raise AssertionError("the names never end")


def _move_aside(store: Path, now: datetime) -> Path:
    """Give a store that cannot be read another name, with the files beside it."""
    kept = next(path for path in _names(store, now) if not path.exists())
    with sentences(store):
        for side in ("", *STORE_SIDES):
            with suppress(FileNotFoundError):
                store.with_name(store.name + side).rename(kept.with_name(kept.name + side))
    return kept


def _names(store: Path, now: datetime) -> Iterator[Path]:
    when = f"{store.stem}.before-restore-{now.astimezone():%Y-%m-%d-%H%M%S}"
    return (store.with_name(f"{when}{number}{store.suffix}") for number in chain([""], count(-1, -1)))


def _replace_all(db: sqlite3.Connection) -> None:
    """Make the store anew, and fill it from the attached copy; both have the same schema then, column by column."""
    made = db.execute(
        "SELECT type, name FROM main.sqlite_schema "
        "WHERE type IN ('trigger', 'view', 'table') AND name NOT LIKE 'sqlite_%' "
        "ORDER BY type <> 'trigger', type <> 'view', sql NOT LIKE '%fts5vocab%', sql NOT LIKE 'CREATE VIRTUAL%'"
    ).fetchall()
    for kind, name in made:
        quoted = '"' + name.replace('"', '""') + '"'
        db.execute(f"DROP {kind} IF EXISTS main.{quoted}")  # those of the index go with it
    build(db)
    db.execute("DELETE FROM main.identity")
    for table in _TABLES:
        db.execute(f"INSERT INTO main.{table} SELECT * FROM copy.{table}")
    for table in _SEARCHES:
        db.execute(f"INSERT INTO main.{table} (rowid, text) SELECT rowid, text FROM copy.{table} ORDER BY rowid")
    # The next numbers are the copy's, too: those of who was removed are never given again.
    db.execute("DELETE FROM main.sqlite_sequence")
    db.execute("INSERT INTO main.sqlite_sequence (name, seq) SELECT name, seq FROM copy.sqlite_sequence")


def back_up_daily(store: Path, day: date) -> None:
    """Back the store up as it is before the first change of a day, and keep the last seven backups.

    Raises KoalaError where that is not possible.
    """
    target = _folder(store) / f"{store.stem}-{day:%Y-%m-%d}{store.suffix}"
    if target.exists():
        return
    found = contents(store)
    if found is None or not found.changes:
        return
    with sentences(target):
        target.parent.mkdir(mode=0o700, exist_ok=True)
    try:
        back_up(store, target, Disk())
    except ConflictError:  # another process has made it meanwhile
        return
    others = [backup for backup in daily_backups(store) if backup != target]
    for old in others[: -(_DAYS_KEPT - 1)]:
        old.unlink(missing_ok=True)


def daily_backups(store: Path) -> list[Path]:
    """Return the daily backups, in the order in which they were made.

    A date in a name is what a clock said. Where that was wrong, and ahead, the copy comes first.
    """
    day = "[0-9]" * 4 + "-[0-9][0-9]" * 2
    now = time.time()

    def made(copy: Path) -> tuple[bool, float, str]:
        with suppress(FileNotFoundError):
            at = copy.stat().st_mtime
            return at <= now + _CLOCKS_DIFFER, at, copy.name
        return False, 0.0, copy.name

    return sorted(_folder(store).glob(f"{store.stem}-{day}{store.suffix}"), key=made)


def _folder(store: Path) -> Path:
    return store.with_name("backups")


def _opened(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", timeout=_PATIENCE, isolation_level=None, uri=True)


def _copy_into(store: Path, file: NewFile) -> None:
    """Copy a store into a file in the making: one file, which can be read wherever it is put."""
    file.stream.close()
    with closing(reading(store, _PATIENCE)) as source, closing(_opened(file.beside)) as copy:
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


def _contents(db: sqlite3.Connection) -> Contents:
    customers, links, changes, at = db.execute(
        "SELECT (SELECT count(*) FROM customers), (SELECT count(*) FROM links), count(*), max(at) FROM changes"
    ).fetchone()
    return Contents(customers, links, changes, None if at is None else datetime.fromtimestamp(at, UTC))


class _Damaged(StoreError):
    """It cannot be read, now or later."""


def _damaged(path: Path) -> _Damaged:
    return _Damaged(f"{path} is damaged, or not a store of KoalaLink's.", hint="Is there an older backup?")


def _told(path: Path, error: sqlite3.Error) -> KoalaError:
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF
    if code in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_ERROR):
        return _damaged(path)
    return as_sentence(path, error)


def _refuse_tampered(db: sqlite3.Connection, path: Path) -> None:
    if found := strangers(db):
        raise StoreError(
            f"{path} was changed by another program: {'; '.join(found[:3])}. It is not used.",
            hint="Name another backup.",
        )


@contextmanager
def _sentences(store: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise _told(store, error) from None
