"""Every test has a home of its own, an empty environment, and no network but loopback."""

import os
import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from typer.testing import CliRunner, Result

from koalalink.app import App
from koalalink.cli import app

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
def sandbox(home: Path) -> Iterator[App]:
    """The sandbox, with nobody there to answer questions."""
    koala = App(home=home, sandbox=True, environ={}, now=lambda: NOW, may_ask=False)
    yield koala
    koala.close()


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
