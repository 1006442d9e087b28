"""A shared store copied into a file, and a file put in its place: each whole, as it is at one moment."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from koalalink.atomic_files import Disk, IfThere, left_over, sweep
from koalalink.command_line import Command
from koalalink.domain.settings.store_url import Address
from koalalink.domain.setup.backups import Contents
from koalalink.errors import ConflictError, StoreError
from koalalink.store.backup import copy_mark
from koalalink.store.backup.copy_mark import Copying
from koalalink.store.backup.restore import brought_up_to_date, names
from koalalink.store.backup.snapshot import check, sentences_of
from koalalink.store.postgres.database import LOCK, Connection, check_store, connected
from koalalink.store.postgres.errors import as_sentence
from koalalink.store.postgres.schema import HISTORY, columns_of, tables
from koalalink.store.sqlite.migrations import migrate

_AT_ONCE = 5000
_COUNTED = """
    SELECT (SELECT count(*) FROM customers) AS customers, (SELECT count(*) FROM links) AS links, count(*) AS changes,
        max(at) AS at FROM changes
"""
# What counts customers and changes in a file, which never gives a number twice.
_COUNTERS = {
    "customers": "SELECT max(coalesce((SELECT max(customer) FROM customers), 0), "
    "coalesce((SELECT max(customer) FROM change_items), 0))",
    "changes": "SELECT max(change) FROM changes",
}


class SharedBackups:
    """The backups of one shared store; `store` is the copy that is kept on this computer."""

    def __init__(self, address: Address, store: Path, disk: Disk, now: Callable[[], datetime]) -> None:
        """Back up the store at `address` into files on `disk`."""
        self.store, self._address, self._disk, self._now = store, address, disk, now

    def back_up(self, target: Path, if_there: IfThere) -> Contents:
        """Write a backup, check it, and return what it holds."""
        return back_up_shared(self._address, target, self._disk, if_there)

    def daily(self) -> list[Path] | None:
        """Return None: the server's own backups are its owner's task."""
        return None

    def copies(self) -> list[Path]:
        """Return the copies that were made before a restore, and what is left of one that was never finished."""
        before = self.store.parent.glob(f"{self.store.stem}.before-restore-*{self.store.suffix}")
        return [*sorted(before), *left_over(self.store.parent)]

    def sweep(self) -> None:
        """Delete what is left of copies that were never finished; while one is being made, nothing."""
        if copy_mark.standing(self.store) is not Copying.GOING_ON:
            copy_mark.mark_of(self.store).unlink(missing_ok=True)
            sweep(self.store.parent, older_than=0)

    def check(self, path: Path) -> Contents:
        """Return what a backup holds; raises StoreError where it is damaged, NotFoundError where there is none."""
        return check(path)

    def contents(self) -> Contents | None:
        """Return what the store holds."""
        with asked(self._address) as db:
            [row] = db.execute(_COUNTED).fetchall()
        at = None if row["at"] is None else datetime.fromtimestamp(row["at"], UTC)
        return Contents(row["customers"], row["links"], row["changes"], at)

    def restore(self, source: Path) -> Path | None:
        """Put a backup in the place of all that is in the store; return where that was kept, if it was ever used.

        It is one transaction: whoever is reading sees the old store or the new one.
        """
        with brought_up_to_date(source, self.store) as copy, asked(self._address) as db:
            _refuse_others(self._address, db)
            db.execute("BEGIN")
            db.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
            # Nobody else writes now, so that what is kept is what is replaced.
            kept = self._kept() if db.execute("SELECT 1 FROM changes LIMIT 1").fetchall() else None
            try:
                _replace_all(db, copy)
                db.execute("COMMIT")
            except BaseException:
                if kept:  # it is still the store
                    kept.unlink(missing_ok=True)
                raise
            with suppress(psycopg.Error):
                db.execute("ANALYZE")
        return kept

    def _kept(self) -> Path:
        for path in names(self.store, self._now()):
            with suppress(ConflictError):  # another restore has taken the name
                back_up_shared(self._address, path, Disk())
                return path
        raise AssertionError("the names never end")


def back_up_shared(address: Address, target: Path, disk: Disk, if_there: IfThere = IfThere.REFUSE) -> Contents:
    """Copy a shared store into a file like any other backup, check that, and return what it holds."""
    with disk.writing(target, if_there) as file:
        file.stream.close()
        with (
            sentences_of(target),
            asked(address) as source,
            closing(sqlite3.connect(file.beside, isolation_level=None)) as copy,
        ):
            migrate(copy)
            _copy(source, copy)
            copy.execute("PRAGMA journal_mode = DELETE")
        return check(file.beside)


def _copy(source: Connection, copy: sqlite3.Connection) -> None:
    source.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
    copy.execute("BEGIN")
    copy.execute("DELETE FROM identity")
    for table in tables():
        columns = columns_of(table)
        named, marks = ", ".join(columns), ", ".join("?" * len(columns))
        source.execute(f"DECLARE copied CURSOR FOR SELECT {named} FROM {table} ORDER BY {columns[0]}".encode())
        with source.cursor(row_factory=psycopg.rows.tuple_row) as cursor:
            while rows := cursor.execute(f"FETCH {_AT_ONCE} FROM copied".encode()).fetchall():
                copy.executemany(f"INSERT INTO {table} ({named}) VALUES ({marks})", rows)
        source.execute("CLOSE copied")
    for table, last in _COUNTERS.items():
        [(number,)] = copy.execute(last).fetchall()
        copy.execute("DELETE FROM sqlite_sequence WHERE name = ?", [table])
        if number:
            copy.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", [table, number])
    copy.execute("COMMIT")
    source.execute("ROLLBACK")


def _replace_all(db: Connection, copy: Path) -> None:
    for table in HISTORY:
        db.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER".encode())
    for table in reversed(tables()):
        db.execute(f"DELETE FROM {table}".encode())
    with closing(sqlite3.connect(f"{copy.absolute().as_uri()}?mode=ro", uri=True)) as source:
        for table in tables():
            columns = ", ".join(columns_of(table))
            with db.cursor().copy(f"COPY {table} ({columns}) FROM STDIN".encode()) as into:
                for row in _rows(source, f"SELECT {columns} FROM {table}"):
                    into.write_row(row)
    for table in HISTORY:
        db.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER".encode())


def _rows(source: sqlite3.Connection, sql: str) -> Iterator[Sequence[object]]:
    """Yield rows as PostgreSQL can hold them: its texts have no NUL, which stores of older versions may have."""
    for row in source.execute(sql):
        yield [each.replace("\0", "") if isinstance(each, str) else each for each in row]


@contextmanager
def asked(address: Address) -> Iterator[Connection]:
    """Connect to a shared store that is as it was made; what goes wrong is raised as a sentence."""
    with connected(address) as db:
        try:
            check_store(address, db)
            yield db
        except psycopg.Error as error:
            raise as_sentence(address, error, is_lost=db.closed) from None


def _refuse_others(address: Address, db: Connection) -> None:
    [row] = db.execute(
        "SELECT pg_has_role(current_user, relowner, 'MEMBER') AS is_owner FROM pg_class "
        "WHERE oid = 'public.changes'::regclass"
    ).fetchall()
    if not row["is_owner"]:
        raise StoreError(
            f"Only whoever owns the shared store {address} can put a backup in its place: it replaces the history.",
            hint="With the owner's URL, type: " + Command("restore", "FILE"),
        )
