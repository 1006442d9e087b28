"""Every test has a home of its own, an empty environment, and no network but loopback."""

import os
import socket
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from typer.testing import CliRunner, Result

from koalalink.app import App
from koalalink.atomic_files import IfThere
from koalalink.cli import app
from koalalink.domain.settings.configuration import Config, StoreSource
from tests import postgres

# A slow machine may take its time with what is generated.
settings.register_profile("koalalink", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("koalalink")

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
"""The time in every test."""

_NEEDED = ("PATH", "LANG", "SYSTEMROOT", "TMPDIR")

Run = Callable[..., Result]


@pytest.fixture(autouse=True)
def _private(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in set(os.environ) - set(_NEEDED):
        if not name.startswith("PYTEST"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("LOGNAME", "tester")
    connect = socket.socket.connect

    def only_loopback(self: socket.socket, address: Any) -> None:
        host = address[0] if isinstance(address, tuple) else "127.0.0.1"
        if not (host.startswith("127.") or host in ("::1", "localhost")):
            raise AssertionError(f"a test asked for {host}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", only_loopback)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder for the configuration and the store; it does not exist yet."""
    return tmp_path / "home"


@pytest.fixture
def kept_in() -> str:
    """Where the stores of a test are kept; a room of tests may have it run on both."""
    return "SQLite"


@pytest.fixture
def postgres_server() -> None:
    """A PostgreSQL server; where there is none to be had the test is skipped, but not in CI."""
    postgres.needed()


@pytest.fixture
def database(postgres_server: None) -> Iterator[str]:
    """A database on it that is an empty store."""
    with postgres.store() as name:
        yield name


@pytest.fixture
def empty(postgres_server: None) -> Iterator[str]:
    """A database on it with nothing in it."""
    name = postgres.new_database()
    yield name
    postgres.drop_database(name)


@pytest.fixture
def sandbox(home: Path, kept_in: str) -> Iterator[App]:
    """The sandbox, with nobody there to answer questions."""
    if kept_in == "SQLite":
        koala = App(home=home, sandbox=True, environ={}, now=lambda: NOW, may_ask=False)
        yield koala
        koala.close()
        return
    with postgres.store() as database:
        koala = SharedSandbox(database, home)
        yield koala
        koala.close()


def file_of(koala: App) -> Path:
    """Return the store as a file: of one on a server a backup, which has all that is in it."""
    if not koala.shared:
        return koala.config.store_path
    path = Path(tempfile.gettempdir()) / f"koalalink-as-a-file-{os.getpid()}.db"
    koala.backups.back_up(path, IfThere.REPLACE)
    return path


class SharedSandbox(App):
    """The sandbox with a store on a server."""

    def __init__(self, database: str, home: Path) -> None:
        super().__init__(home=home, sandbox=True, environ={}, now=lambda: NOW, may_ask=False)
        self._url = postgres.url_of(database)

    @cached_property
    def config(self) -> Config:
        """That of the sandbox, with another store."""
        return super().config._replace(shared=StoreSource("url", (self._url,)))


on_both = [pytest.param("SQLite"), pytest.param("PostgreSQL", marks=pytest.mark.long)]
"""The kinds of store. One server is enough for CI, so these count as long tests."""

in_a_file = pytest.mark.parametrize("kept_in", ["SQLite"], indirect=True)
"""What is true of a store in a file alone."""


@pytest.fixture
def run(sandbox: App) -> Run:
    """Run a command in the sandbox."""
    return runner(sandbox)


def runner(koala: App) -> Run:
    """Return what runs a command on `koala`, as a shell would."""

    def invoke(*arguments: str, input: str | None = None) -> Result:
        result = CliRunner().invoke(app, [*arguments], obj=koala, input=input)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return invoke
