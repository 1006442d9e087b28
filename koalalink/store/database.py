"""The SQLite file: opening it, transactions, and its errors as sentences."""

import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from koalalink.errors import KoalaError, MendTheStore
from koalalink.store.migrations import HISTORY_TRIGGERS, migrate

BUSY_WAIT = 5.0
"""Seconds to wait for another process that is writing."""


Value = str | int | None

_CACHE = 64 * 1024
"""Kilobytes at the most; with SQLite's own two thousand an import spends a tenth of its time on reading pages again."""


class Database:
    """One connection to the store's file, readable and writable by its owner alone."""

    def __init__(
        self, path: Path, *, busy_wait: float = BUSY_WAIT, before_first_write: Callable[[], None] | None = None
    ) -> None:
        """Open `path`, making the file and its folder where they do not exist.

        `before_first_write` is called once, before the first transaction that is no rehearsal.
        Raises MendTheStore where that is not possible, or where the file is no store.
        """
        self._path = path
        self._before_first_write = before_first_write
        try:
            _create_private(path)
            with self._translated():
                self._db = sqlite3.connect(path, timeout=busy_wait, isolation_level=None)
                try:
                    self._db.row_factory = sqlite3.Row
                    self._db.execute("PRAGMA foreign_keys = ON")
                    self._db.execute(f"PRAGMA cache_size = -{_CACHE}")
                    migrate(self._db)
                except BaseException:
                    self._db.close()
                    raise
        except OSError as error:
            raise MendTheStore(
                f"The store {path} cannot be opened: {error.strerror}.", hint="Type: koalalink doctor"
            ) from error

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def rows(self, sql: str, /, **values: str | int | None) -> list[sqlite3.Row]:
        """Return what a query finds."""
        with self._translated():
            return self._db.execute(sql, values).fetchall()

    def execute(self, sql: str, /, **values: str | int | None) -> int:
        """Execute a statement of a transaction and return the number of the row it added, if it added one."""
        with self._translated():
            return self._db.execute(sql, values).lastrowid or 0

    def execute_many(self, sql: str, values: Iterable[dict[str, Value] | tuple[Value, ...]]) -> None:
        """Execute a statement of a transaction once for each of `values`."""
        with self._translated():
            self._db.executemany(sql, values)

    @contextmanager
    def transaction(self, *, rehearsal: bool = False) -> Iterator[None]:
        """Make all writes within it happen together, or none; a rehearsal finds out what would happen, and keeps none.

        The writer's lock is held from the start.
        """
        if self._before_first_write and not rehearsal:
            prepare, self._before_first_write = self._before_first_write, None
            prepare()
        with self._translated():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("ROLLBACK" if rehearsal else "COMMIT")
            except BaseException:
                # After a full disk SQLite may have rolled back by itself.
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Make all queries within it see the store at one moment."""
        with self._translated():
            self._db.execute("BEGIN")
            try:
                yield
            finally:
                # Whoever has stopped reading may be let go of only after the file was closed.
                with suppress(sqlite3.ProgrammingError):
                    self._db.execute("ROLLBACK")

    def problems(self) -> list[str]:
        """Return what is wrong with the file itself: damage, rows without their other half, a history left open."""
        found = [row[0] for row in self.rows("PRAGMA integrity_check")]
        problems = [f"SQLite says: {text}" for text in found if text != "ok"]
        if self.rows("PRAGMA foreign_key_check"):
            problems.append("There are links of customers that do not exist.")
        names = self.rows("SELECT name FROM sqlite_schema WHERE type = 'trigger' ORDER BY name")
        triggers = {row["name"] for row in names}
        if not triggers >= HISTORY_TRIGGERS:
            problems.append("The history is not protected against being altered.")
        return problems

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise as_sentence(self._path, error) from error


def as_sentence(path: Path, error: sqlite3.Error) -> KoalaError:
    """Return what SQLite says of a store, as people can read it."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the low byte is the kind, the rest says more
    what, hint = {
        sqlite3.SQLITE_BUSY: ("is being written to by another program", "Wait a moment, then type it again."),
        sqlite3.SQLITE_LOCKED: ("is being written to by another program", "Wait a moment, then type it again."),
        sqlite3.SQLITE_READONLY: ("is read-only", "Give yourself permission to write to it and its folder."),
        sqlite3.SQLITE_PERM: ("may not be opened", "Give yourself permission to read and write it."),
        sqlite3.SQLITE_CANTOPEN: ("cannot be opened", "Is its folder there, and may you write to it?"),
        sqlite3.SQLITE_FULL: ("cannot grow: the disk is full", "Nothing was changed. Make room, then try again."),
        sqlite3.SQLITE_IOERR: ("cannot be read or written", "Nothing was changed. Is the disk full, or failing?"),
        sqlite3.SQLITE_CORRUPT: ("is damaged", "Type: koalalink doctor"),
        sqlite3.SQLITE_NOTADB: ("is no database", "Name another file as path under [store] in config.toml."),
    }.get(code, (f"gave an error: {error}", "Type: koalalink doctor"))
    return MendTheStore(f"The store {path} {what}.", hint=hint)


def _create_private(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with suppress(FileExistsError):
        # SQLite would create the file readable by everybody.
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
