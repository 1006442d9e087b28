"""Preparing a database as a shared store, and bringing one of an older version to this."""

import psycopg

from koalalink.domain.settings.store_url import Address
from koalalink.domain.setup.shared_store import OFFICE_ROLE, Prepared
from koalalink.errors import ConfigError, StoreError
from koalalink.store.postgres.database import LOCK, Connection, check_store, connected
from koalalink.store.postgres.errors import as_sentence
from koalalink.store.postgres.schema import LISTING, MARK, MARKED, VERSION, steps

_OLDEST = 13
"""The first version of PostgreSQL in which the owner of a database can add the extension that search needs."""


def prepare(address: Address) -> Prepared:
    """Make an empty database a shared store, in one transaction; one that is a store already is left as it is.

    Raises StoreError where it holds other things, or is a store of a newer version, ConfigError where the server cannot
    hold one.
    """
    with connected(address) as db:
        try:
            _refuse_unfit(address, db)
            was_there = _version(address, db) > 0
            if _version(address, db) < VERSION:
                with db.transaction():
                    db.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
                    # Asked again: another office may have been first.
                    _build(address, db, since=_version(address, db))
            check_store(address, db)
            [rights] = db.execute(
                "SELECT current_user AS role, has_table_privilege('public.customers', 'INSERT') AS may_work, "
                "pg_has_role(current_user, relowner, 'MEMBER') AS is_owner "
                "FROM pg_class WHERE oid = 'public.changes'::regclass"
            ).fetchall()
        except psycopg.Error as error:
            raise as_sentence(address, error, is_lost=db.closed) from None
    if not rights["may_work"]:
        raise ConfigError(
            f"{rights['role']} may not work with the shared store {address} yet.",
            hint=f"Ask whoever owns it for: GRANT {OFFICE_ROLE} TO {rights['role']}",
        )
    return Prepared(was_there, rights["is_owner"])


def _refuse_unfit(address: Address, db: Connection) -> None:
    if db.info.server_version < _OLDEST * 10_000:
        raise ConfigError(
            f"The server of {address} has PostgreSQL {db.info.server_version // 10_000}, which is too old.",
            hint=f"Ask whoever runs the server for PostgreSQL {_OLDEST} or newer.",
        )
    [row] = db.execute("SELECT getdatabaseencoding() AS encoding").fetchall()
    if row["encoding"] != "UTF8":
        raise ConfigError(
            f"The database {address} cannot hold the letters of all names: its encoding is {row['encoding']}.",
            hint="Name another, made by: CREATE DATABASE koalalink ENCODING 'UTF8' TEMPLATE template0",
        )


def _version(address: Address, db: Connection) -> int:
    [row] = db.execute(MARKED).fetchall()
    mark = row["mark"] or ""
    if mark.startswith(MARK):
        return int(mark.removeprefix(MARK))
    others = [each["line"] for each in db.execute(LISTING).fetchall()]
    if others:
        named = ", ".join(sorted(others)[:3])
        raise StoreError(
            f"The database {address} holds other things: {named}. Nothing was changed.",
            hint="Name an empty one. To make one on the server: CREATE DATABASE koalalink",
        )
    return 0


def _build(address: Address, db: Connection, *, since: int) -> None:
    trigrams = _trigrams(address, db)
    _make_role(db)
    for number, statements in enumerate(steps(trigrams)[since:], since + 1):
        for statement in statements:
            db.execute(statement.encode())
        db.execute(f"COMMENT ON TABLE public.identity IS '{MARK}{number}'".encode())


def _trigrams(address: Address, db: Connection) -> str:
    """Return the schema of the extension that search needs, made where it is not there yet."""
    sql = "SELECT extnamespace::regnamespace::text AS named FROM pg_extension WHERE extname = 'pg_trgm'"
    try:
        with db.transaction():
            db.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    except psycopg.Error:
        if not db.execute(sql).fetchall():
            raise ConfigError(
                f"The server of {address} has no extension pg_trgm, which search needs, or does not allow it.",
                hint="Ask whoever runs the server for: CREATE EXTENSION pg_trgm",
            ) from None
    [row] = db.execute(sql).fetchall()
    return str(row["named"])  # in quotation marks where it needs them


def _make_role(db: Connection) -> None:
    """Make the offices' role, which all databases of a server share."""
    if db.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [OFFICE_ROLE]).fetchall():
        return
    try:
        with db.transaction():
            db.execute(f"CREATE ROLE {OFFICE_ROLE} NOLOGIN".encode())
    except psycopg.errors.DuplicateObject:  # another database of the server was just set up, too
        return
    except psycopg.errors.InsufficientPrivilege:
        raise ConfigError(
            f"You may not make roles on this server, and the offices need {OFFICE_ROLE}. Nothing was changed.",
            hint=f"Ask whoever runs the server for: CREATE ROLE {OFFICE_ROLE} NOLOGIN",
        ) from None
