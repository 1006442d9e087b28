"""What a command loads: a local one none of the heavy libraries."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.test_cli import TOP, environment

_HEAVY = ("psycopg", "stripe", "requests", "rich", "asyncio", "pydantic", "httpx", "aiohttp")
_PROGRAM = """
import sys
sys.argv = ["koalalink", *{arguments}]
from koalalink.cli import app
try:
    app()
except SystemExit:
    pass
print("LOADED", *(name for name in {heavy} if name in sys.modules))
"""


@pytest.mark.parametrize(
    ("arguments", "allowed"),
    [
        (["--version"], ()),
        (["--help"], ("rich",)),
        (["customers", "list", "--json"], ()),
        (["customers", "list"], ()),
        (["customers", "add", "--first-name", "Ann"], ()),
        (["search", "jane"], ()),
    ],
)
def test_local_command_loads_nothing_heavy(home: Path, arguments: list[str], allowed: tuple[str, ...]) -> None:
    """Neither does a command that fails before it asks Stripe."""
    program = _PROGRAM.format(arguments=arguments, heavy=_HEAVY)
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment(home), cwd=TOP, capture_output=True, text=True, check=True
    )
    loaded = set(done.stdout.rpartition("LOADED")[2].split())
    assert loaded <= set(allowed)


def test_list_loads_nothing_that_asks_stripe(home: Path) -> None:
    """It is what people type most, and each of these takes a fiftieth of its time."""
    heavy = ("queue", "calendar", "koalalink.operations.concurrency", "koalalink.store.history.erase")
    program = _PROGRAM.format(arguments=["customers", "list", "--json"], heavy=heavy)
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment(home), cwd=TOP, capture_output=True, text=True, check=True
    )
    assert done.stdout.rpartition("LOADED")[2].split() == []
