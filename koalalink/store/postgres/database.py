"""A shared store in a PostgreSQL database: connecting, transactions, its search, and its errors as sentences.

What takes time is the way to the server and back, so nothing waits for an answer that nobody reads: the statements of a
transaction are sent one after the other, and what a query finds, or that one of them failed, is known at the next
query, or at the end. Nothing depends on the session, as a pooler may give each transaction another one.
"""

import json
import logging
import re
import secrets
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import DictRow, dict_row

from koalalink.command_line import Command
from koalalink.domain.settings.store_url import Address
from koalalink.errors import KoalaError, NetworkError, StoreError
from koalalink.store.database import Query, Row, Spellings, Value
from koalalink.store.postgres.errors import as_sentence, cannot_connect
from koalalink.store.postgres.schema import LISTING, MARK, MARKED, VERSION, digest, expected

Connection = psycopg.Connection[DictRow]

# What went wrong is raised. Its library would also write into the terminal what it then does not raise.
logging.getLogger("psycopg").addHandler(logging.NullHandler())

LOCK = 0x4B4F414C
"""The number of the lock that whoever writes holds."""

_BUSY_WAIT = 5.0
"""Seconds to wait for somebody else who is writing."""
_IDLE = 120.0
"""Seconds after which the server ends a change of whom it does not hear any more, as of a laptop on a train."""
_QUIET = 30.0
"""Seconds after which a line that nobody has used may have been cut unnoticed."""
_CONNECT_WAIT = 5
_DOUBT_WAIT = 20.0
"""Seconds in which it must be found out whether a change was saved whose connection was cut."""
_PAUSE = 0.2
_MARKS_KEPT = 86_400
"""Seconds for which it can be found out whether something was saved."""
_AT_ONCE = 1000
"""Rows that are sent in one statement."""

_MARK = "INSERT INTO saved (id, at) VALUES (%s, extract(epoch FROM now())::bigint)"
_FORGET_MARKS = "DELETE FROM saved WHERE at < extract(epoch FROM now())::bigint - %s"

_PARAMETER = re.compile(r":(\w+)")
_NUL = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")
_WILD = re.compile(r"([\\%_])")


class PostgresDatabase:
    """One connection to a shared store."""

    def __init__(
        self,
        address: Address,
        copy: Path,
        *,
        busy_wait: float = _BUSY_WAIT,
        say: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Connect to the database at `address`, of which `copy` is the file that is kept on this computer.

        `say` is told what became of a change whose connection was cut. Raises StoreUnreachable where the server does
        not answer, ConfigError where it does not let us in.
        """
        self.address, self.path = address, copy
        self._busy_wait, self._say = busy_wait, say
        self._is_checked = self._in_pipeline = self._is_over = False
        self._marked: psycopg.Cursor[DictRow] | None = None
        self.has_erased = False
        """Whether somebody was erased, who is in older copies."""
        self._has_changed = False
        """Whether something was saved already."""
        self._db = connected(address)
        self._used_at = time.monotonic()

    def close(self) -> None:
        """Let go of the connection."""
        self._is_over = True
        self._db.close()

    def rows(self, sql: str, /, **values: Value) -> Sequence[Row]:
        """Return what a query finds."""
        [found] = self.answers((sql, values))
        return found

    def answers(self, *queries: Query) -> list[Sequence[Row]]:
        """Return what each of several queries finds, none of which needs another's answer, on one way to the server."""
        with self._translated():
            if self._in_pipeline:
                cursors = [self._db.execute(_translated(sql), _harmless(values)) for sql, values in queries]
                found = [cursor.fetchall() for cursor in cursors]
                self._check()
                return [*found]
            try:
                return self._asked(*queries)
            except psycopg.OperationalError:
                if self._is_over or not self._db.closed:
                    raise
            # What only looks can be asked again.
            self._reconnect()
            return self._asked(*queries)

    def _asked(self, *queries: Query) -> list[Sequence[Row]]:
        try:
            with self._db.pipeline():
                self._ask_what_it_is()
                cursors = [self._db.execute(_translated(sql), _harmless(values)) for sql, values in queries]
        except psycopg.Error:
            self._check()  # where it is no store, that is what is wrong
            raise
        self._check()
        self._used_at = time.monotonic()
        return [cursor.fetchall() for cursor in cursors]

    def _reconnect(self) -> None:
        self._db.close()
        self._db = connected(self.address)
        self._used_at = time.monotonic()

    def execute(self, sql: str, /, **values: Value) -> None:
        """Send a statement of a transaction."""
        with self._translated():
            self._db.execute(_translated(sql), _harmless(values))

    def execute_many(self, sql: str, values: Iterable[dict[str, Value]]) -> None:
        """Send a statement of a transaction once for each of `values`."""
        with self._translated():
            for each in values:
                self._db.execute(_translated(sql), _harmless(each))

    def insert_many(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Value]]) -> None:
        """Send rows within a transaction."""
        named = ", ".join(columns)
        sql = f"INSERT INTO {table} ({named}) SELECT {named} FROM json_populate_recordset(NULL::{table}, %s)"
        remaining = iter(rows)
        with self._translated():
            while some := [dict(zip(columns, row, strict=True)) for row in islice(remaining, _AT_ONCE)]:
                text = json.dumps(some)
                self._db.execute(sql, [json.dumps([*map(_harmless, some)]) if "u0000" in text else text])

    @contextmanager
    def transaction(self, *, rehearsal: bool = False) -> Iterator[None]:
        """Make all writes within it happen together, or none; a rehearsal finds out what would happen, and keeps none.

        The writers' lock is held from the start. Where the connection is cut while the change is being saved, it is
        found out whether it was: raises NetworkError where it was not, or where that cannot be known yet.
        """
        mark, is_saving = secrets.token_hex(16), False
        with self._translated():
            self._refresh()
            try:
                with self._pipeline():
                    self._begin(self._busy_wait)
                    yield
                    if not rehearsal:
                        self._check(wait=True)
                        self._db.execute(_FORGET_MARKS, [_MARKS_KEPT])
                        self._db.execute(_MARK, [mark])
                        is_saving = True
                    self._db.execute("ROLLBACK" if rehearsal else "COMMIT")
            except BaseException as error:
                if is_saving and self._db.closed and isinstance(error, psycopg.Error):
                    self._find_out(mark)
                else:
                    self._roll_back()
                    raise
            self._used_at = time.monotonic()
            self._has_changed |= not rehearsal

    def _refresh(self) -> None:
        """Connect again where the line was cut meanwhile, as while a person was thinking about a question."""
        if time.monotonic() - self._used_at > _QUIET:
            with suppress(psycopg.OperationalError):
                self._db.execute("SELECT 1")
        if self._db.closed and not self._is_over:
            self._reconnect()

    def _begin(self, wait: float) -> None:
        self._db.execute("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE")
        self._ask_what_it_is()
        self._db.execute(
            "SELECT set_config('lock_timeout', %s, true), set_config('idle_in_transaction_session_timeout', %s, true)",
            [f"{wait * 1000:.0f}", f"{_IDLE * 1000:.0f}"],
        )
        self._db.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])

    @contextmanager
    def _pipeline(self) -> Iterator[None]:
        """Wait for answers only where they are read."""
        self._in_pipeline = True
        try:
            with self._db.pipeline():
                yield
        finally:
            self._in_pipeline = False

    def _roll_back(self) -> None:
        with suppress(psycopg.Error):
            if not self._db.closed and self._db.info.transaction_status != psycopg.pq.TransactionStatus.IDLE:
                self._db.execute("ROLLBACK")

    def _find_out(self, mark: str) -> None:
        """Return where the transaction with this mark was saved; its connection was cut while that was asked for.

        It may still be going on. Once we hold the writers' lock it is not.
        """
        until = time.monotonic() + _DOUBT_WAIT
        while time.monotonic() < until:
            try:
                self._reconnect()
                self._begin(until - time.monotonic())
                was_saved = bool(self._db.execute("SELECT 1 FROM saved WHERE id = %s", [mark]).fetchall())
                self._db.execute("ROLLBACK")
            except (KoalaError, psycopg.Error):
                self._roll_back()
                time.sleep(_PAUSE)
                continue
            if was_saved:
                self._say("The connection to the shared store was lost for a moment. The change was saved.")
                return
            raise NetworkError(
                f"The connection to the shared store {self.address} was lost. Nothing was changed.",
                hint="Type the command again.",
            )
        raise NetworkError(
            f"The connection to the shared store {self.address} was lost while the change was being saved. "
            "Whether it was saved is not known yet.",
            hint="Look whether it is there before you type the command again: " + Command("history"),
        )

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Make all queries within it see the store at one moment."""
        with self._translated():
            try:
                with self._pipeline():
                    self._db.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
                    self._ask_what_it_is()
                    yield
                    self._db.execute("ROLLBACK")
            finally:
                self._roll_back()

    def holding(self, table: str, spellings: Spellings) -> tuple[str, dict[str, Value]]:
        """Return an SQL condition, and its values, for the rows of a search table whose text holds all of these.

        Its index knows every three letters that stand beside each other (a trigram). Shorter parts are looked for in
        all texts.
        """
        names: dict[str, str] = {}

        def has(part: str) -> str:
            return f"{table}.text LIKE :{names.setdefault(part, f'part{len(names)}')}"

        condition = " AND ".join(
            "(" + " OR ".join("(" + " AND ".join(map(has, parts)) + ")" for parts in alternatives) + ")"
            for alternatives in spellings
        )
        return condition, {name: "%" + _WILD.sub(r"\\\1", part) + "%" for part, name in names.items()}

    def tidy(self, *tables: str) -> None:
        """Do nothing: the server keeps its indexes in order by itself."""

    @contextmanager
    def erasing(self) -> Iterator[None]:
        """Remember that it happened: the server gives the room to others at the next of its own cleanings."""
        yield
        self.has_erased = True

    def problems(self) -> list[str]:
        """Return what is wrong with the database itself."""
        failures = self.rows(
            "SELECT checksum_failures AS size FROM pg_stat_database "
            "WHERE datname = current_database() AND checksum_failures > 0"
        )
        return [f"PostgreSQL has found {row['size']} damaged pages." for row in failures]

    def _ask_what_it_is(self) -> None:
        """Ask on the way of the first query whether the store is what this program works with."""
        if not self._is_checked:
            self._marked = self._db.execute(MARKED)

    def _check(self, *, wait: bool = False) -> None:
        """Read the answer to that where it is there, or `wait` for it, and raise StoreError where it is not."""
        if self._marked and (wait or self._marked.pgresult):
            marked, self._marked = _fetched(self._marked), None
            check_mark(self.address, marked["mark"])
            if marked["digest"] != digest():
                raise _tampered(self.address)
            self._is_checked = True

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except psycopg.Error as error:
            raise as_sentence(self.address, error, is_lost=self._db.closed, has_changed=self._has_changed) from None


def connected(address: Address) -> Connection:
    """Connect to a database; raises StoreUnreachable or ConfigError where that is not possible."""
    try:
        return psycopg.connect(
            address.reveal(),
            autocommit=True,
            prepare_threshold=None,
            row_factory=dict_row,
            application_name="koalalink",
            client_encoding="UTF8",
            **_settings(address),
        )
    except (psycopg.Error, OSError, ValueError) as error:  # the last where a host cannot be one
        raise cannot_connect(address, error) from None


def _settings(address: Address) -> dict[str, Any]:
    return {
        **address.tls,
        "connect_timeout": address.options.get("connect_timeout", _CONNECT_WAIT),
        # A cut line is noticed within a minute, also where nobody says that it was cut.
        "keepalives_idle": 20,
        "keepalives_interval": 10,
        "keepalives_count": 3,
        "tcp_user_timeout": 60_000,
        "gssencmode": "disable",
    }


def check_store(address: Address, db: Connection) -> None:
    """Raise StoreError where a database is not a store of this version, as it was made."""
    marked = _fetched(db.execute(MARKED))
    check_mark(address, marked["mark"])
    if marked["digest"] != digest():
        raise _tampered(address)


def check_mark(address: Address, mark: str | None) -> None:
    """Raise StoreError where a database is not a store, or of a newer version, or of an older."""
    version = int(mark.removeprefix(MARK)) if mark and re.fullmatch(re.escape(MARK) + r"\d{1,9}", mark) else 0
    if not version:
        raise StoreError(
            f"The database {address} is not set up as a shared store.",
            hint="To set it up: " + Command("init", store="URL") + ". Is it the right database?",
        )
    if version > VERSION:
        raise StoreError(
            f"The shared store {address} was set up by a newer KoalaLink.",
            hint="Update this one: pip install --upgrade koalalink",
        )
    if version < VERSION:
        raise StoreError(
            f"The shared store {address} is of an older KoalaLink.",
            hint="Whoever owns it can bring it up to date: " + Command("init", store="URL"),
        )


def _tampered(address: Address) -> StoreError:
    """Return what makes a store another than that which was made; asked on another way than what it has stopped."""
    with connected(address) as db:
        found = {row["line"] for row in db.execute(LISTING).fetchall()}
    wrong = [
        *(f"“{line}” does not belong there" for line in sorted(found.difference(expected()))),
        *(f"“{line}” is missing" for line in sorted(set(expected()) - found)),
    ]
    return StoreError(
        f"The shared store {address} was changed by another program: {'; '.join(wrong[:3])}. It is not used, as what "
        "is saved in it may be changed unseen.",
        hint="Show this to whoever owns the database.",
    )


def _fetched(cursor: "psycopg.Cursor[DictRow]") -> DictRow:
    row = cursor.fetchone()
    if row is None:
        raise AssertionError("the query has one row")
    return row


def _harmless(values: dict[str, Value]) -> dict[str, Value]:
    """Return values without NUL, which no text of PostgreSQL's can hold: neither as it is, nor as JSON spells it."""
    return {name: _without_nul(value) if isinstance(value, str) else value for name, value in values.items()}


def _without_nul(text: str) -> str:
    text = text.replace("\0", "")
    return _NUL.sub(r"\1", text) if "\\u0000" in text and text[:1] in ("[", "{") else text


@cache
def _translated(sql: str) -> bytes:
    """Return SQL with its values named as psycopg has it."""
    return _PARAMETER.sub(r"%(\1)s", sql.replace("%", "%%")).encode()
