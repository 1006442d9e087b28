"""The store in a SQLite file: opening it, transactions, its search, and its errors as sentences."""

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from koalalink.atomic_files import STORE_SIDES
from koalalink.command_line import Command, Text
from koalalink.errors import KoalaError, StoreError
from koalalink.store.database import Query, Row, Spellings, Value
from koalalink.store.sqlite.migrations import is_current, migrate

BUSY_WAIT = 5.0
"""Seconds to wait for another process that is writing."""


_IN_NO_TEXT = "\1\1\1"
"""Stands for "none", which the query language of the index cannot say: texts have no control characters but lines."""

_CACHE = 64 * 1024
"""Kilobytes at the most; with SQLite's own two thousand an import spends a tenth of its time on reading pages again."""


class SQLiteDatabase:
    """One connection to the store's file, readable and writable by its owner alone."""

    def __init__(
        self,
        path: Path,
        *,
        busy_wait: float = BUSY_WAIT,
        before_first_write: Callable[[], None] | None = None,
        before_upgrade: Callable[[], None] = lambda: None,
        say: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Open `path`, making the file and its folder where they do not exist.

        `before_first_write` is called once, before the first transaction that is no rehearsal, and `before_upgrade`
        where an older store is about to be brought to this version; `say` is told what the
        owner of the file should know. Raises StoreError where the file cannot be opened, or is no store.
        """
        self.path = path
        self._before_first_write = before_first_write
        try:
            # SQLite keeps its other files at the end of all links, too.
            real = Path(os.path.realpath(path))
            _create_private(real)
            _refuse_what_is_no_file(real)
            _make_private(real, say)
            with self._translated():
                self._db = reading(real, busy_wait)
                try:
                    self._db.row_factory = sqlite3.Row
                    self._db.execute("PRAGMA foreign_keys = ON")
                    self._db.execute(f"PRAGMA cache_size = -{_CACHE}")
                    migrate(self._db, before_upgrade=before_upgrade)
                except BaseException:
                    self._db.close()
                    raise
        except OSError as error:
            raise StoreError(
                f"The store {path} cannot be opened: {error.strerror}.", hint="Type: " + Command("doctor")
            ) from error

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def rows(self, sql: str, /, **values: Value) -> list[sqlite3.Row]:
        """Return what a query finds."""
        with self._translated():
            return self._db.execute(sql, values).fetchall()

    def answers(self, *queries: Query) -> list[Sequence[Row]]:
        """Return what each of several queries finds."""
        return [self.rows(sql, **values) for sql, values in queries]

    def execute(self, sql: str, /, **values: Value) -> None:
        """Execute a statement of a transaction."""
        with self._translated():
            self._db.execute(sql, values)

    def execute_many(self, sql: str, values: Iterable[dict[str, Value]]) -> None:
        """Execute a statement of a transaction once for each of `values`."""
        with self._translated():
            self._db.executemany(sql, values)

    def insert_many(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Value]]) -> None:
        """Add rows within a transaction."""
        # One row a statement: one that adds many makes the search index write out what it holds, each time. And values
        # by place, not by name, as it takes half the time.
        sql = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"
        with self._translated():
            self._db.executemany(sql, rows)

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

    def holding(self, table: str, spellings: Spellings) -> tuple[str, dict[str, Value]]:
        """Return an SQL condition, and its values, for the rows of a search table whose text holds all of these.

        Its index knows every three letters that stand beside each other (a trigram). A part of three letters or more is
        looked up as such; a shorter one by all the threes that begin with it.
        """
        looked_up = (
            " OR ".join("(" + " AND ".join(map(self._phrases, parts)) + ")" for parts in alternatives)
            for alternatives in spellings
        )
        return f"{table} MATCH :match", {"match": " AND ".join(f"({each})" for each in looked_up)}

    def _phrases(self, part: str) -> str:
        """Return what the index finds a part by, in its query language."""
        if len(part) > 2:
            return _phrase(part)
        rows = self.rows(
            "SELECT term FROM customer_trigrams WHERE term >= :first AND term < :after ORDER BY term",
            first=part,
            after=part[:-1] + chr(ord(part[-1]) + 1),
        )
        return "(" + " OR ".join(_phrase(row["term"]) for row in rows) + ")" if rows else _phrase(_IN_NO_TEXT)

    def tidy(self, *tables: str) -> None:
        """Bring search tables into the form in which they are searched quickly, within a transaction.

        What pages have left in many pieces takes five times as long to search as one piece. And until then the index
        keeps the words of who was deleted.
        """
        for table in tables:
            self.execute(f"INSERT INTO {table} ({table}) VALUES ('optimize')")

    @contextmanager
    def erasing(self) -> Iterator[None]:
        """Leave nothing of what is deleted within it in the file, nor in the log beside it.

        What is to come before the first write comes after it: a copy made now would keep what is erased.
        """
        prepare, self._before_first_write = self._before_first_write, None
        self.rows("PRAGMA secure_delete = ON")
        yield
        self.rows("PRAGMA wal_checkpoint(TRUNCATE)")
        if prepare:
            prepare()

    def problems(self) -> list[str]:
        """Return what is wrong with the file itself: damage, and rows without their other half."""
        found = [row[0] for row in self.rows("PRAGMA integrity_check")]
        problems = [f"SQLite says: {text}" for text in found if text != "ok"]
        if self.rows("PRAGMA foreign_key_check"):
            problems.append("There are links of customers that do not exist.")
        return problems

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise as_sentence(self.path, error) from None


def _phrase(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def as_sentence(path: Path, error: sqlite3.Error) -> KoalaError:
    """Return what SQLite says of a store, as people can read it."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the low byte is the kind, the rest says more
    doctor = "Type: " + Command("doctor")
    told: dict[int, tuple[str, Text]] = {
        sqlite3.SQLITE_BUSY: ("is in use by another program", "Wait a moment, then type the command again."),
        sqlite3.SQLITE_LOCKED: ("is in use by another program", "Wait a moment, then type the command again."),
        sqlite3.SQLITE_READONLY: ("is read-only", "Give yourself permission to write to it and to its folder."),
        sqlite3.SQLITE_PERM: ("cannot be opened without permission", "Give yourself permission to read and write it."),
        sqlite3.SQLITE_CANTOPEN: ("cannot be opened", "Does its folder exist, and can you write to it?"),
        sqlite3.SQLITE_FULL: ("cannot be written: the disk is full", "Nothing was changed. Make room, then try again."),
        sqlite3.SQLITE_IOERR: ("cannot be read or written", "Nothing was changed. Is the disk full, or failing?"),
        sqlite3.SQLITE_CORRUPT: ("is damaged", doctor),
        sqlite3.SQLITE_NOTADB: ("is not a database", "Name another file as path under [store] in config.toml."),
    }
    what, hint = told.get(code, (f"reported an error: {error}", doctor))
    return StoreError(f"The store {path} {what}.", hint=hint)


def _create_private(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with suppress(FileExistsError):
        # SQLite would create the file readable by everybody.
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))


def _refuse_what_is_no_file(path: Path) -> None:
    if not path.is_file():
        raise StoreError(
            f"The store {path} is a folder, a device or a pipe, not a file.",
            hint="Name another file as path under [store] in config.toml.",
        )


def _make_private(path: Path, say: Callable[[str], None]) -> None:
    """Let nobody but the owner read a store; on a disk where that cannot be, doctor reports it."""
    about = path.stat()
    if os.name != "posix" or not about.st_mode & 0o077 or about.st_uid != os.geteuid():
        return
    with suppress(OSError):
        for side in ("", *STORE_SIDES):
            with suppress(FileNotFoundError):
                path.with_name(path.name + side).chmod(0o600)
        say(f"Other people on this computer could read your customers in {path}. Now only you can.")


def reading(path: Path, busy_wait: float) -> sqlite3.Connection:
    """Open a store, for writing, too, where that is possible.

    Where nobody can write, as on a disk that is mounted read-only, SQLite cannot make the files that it needs beside a
    store. Then the store is read as it is; or where its log has changes that are not in it yet, or where it is of an
    older version, a copy of both in memory. A write ends as SQLite's own refusal.
    """
    db = sqlite3.connect(path.absolute().as_uri() + "?mode=rw", timeout=busy_wait, isolation_level=None, uri=True)
    try:
        db.execute("SELECT 1 FROM sqlite_schema").fetchone()
    except sqlite3.Error as error:
        db.close()
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code not in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN) or not path.is_file():
            raise
    else:
        return db
    log = path.with_name(f"{path.name}-wal")
    if not log.exists() or not log.stat().st_size:
        db = sqlite3.connect(path.absolute().as_uri() + "?immutable=1", isolation_level=None, uri=True)
        try:
            if is_current(db):
                return db
        except BaseException:
            db.close()
            raise
        db.close()
    return _in_memory(path, log)


def _in_memory(path: Path, log: Path) -> sqlite3.Connection:
    # Files that nobody changes, so that those belong together that are copied one after the other.
    from tempfile import TemporaryDirectory  # noqa: PLC0415 - hardly anybody needs it

    with TemporaryDirectory(prefix="koalalink-") as folder:
        copied = Path(folder) / path.name
        for each in (path, log):
            if each.exists():
                shutil.copyfile(each, copied.with_name(each.name))
        memory = sqlite3.connect(":memory:", isolation_level=None)
        with closing(sqlite3.connect(copied, isolation_level=None)) as db:
            db.execute("PRAGMA journal_mode = DELETE")
            db.backup(memory)
    migrate(memory)
    memory.execute("PRAGMA query_only = ON")
    return memory
