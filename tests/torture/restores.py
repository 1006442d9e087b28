"""Restores while others add: what was added is in the store, or in a copy that a restore has kept."""

import argparse
import json
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from typer.testing import CliRunner

from koalalink.app import App
from koalalink.atomic_files import Disk
from koalalink.cli import app
from koalalink.domain.customers.customer import CustomerDetails
from koalalink.errors import ExitCode
from koalalink.store.backup import snapshot
from koalalink.store.repository import Store
from koalalink.store.sqlite.database import SQLiteDatabase
from tests.conftest import NOW
from tests.test_cli import TOP, environment
from tests.torture.checks import disagreements

_REFUSALS = (ExitCode.STORE, ExitCode.PROTECTED)
"""The codes of a command that another was quicker than."""


class Race(NamedTuple):
    """What has become of everybody who was added."""

    added: int
    restored: int
    refused: int
    lost: list[str]
    problems: list[str]


def race(home: Path, *length: str, writers: int = 3, restorers: int = 2) -> Race:
    """Let some processes add customers while others restore, for as long as the options of a worker say."""
    store = Store(SQLiteDatabase(home / "customers.db"), user=lambda: "nobody", now=lambda: NOW)
    store.add(CustomerDetails(first_name="Ann"))
    store.close()
    snapshot.back_up(home / "customers.db", home / "copy.db", Disk())
    roles = [*(f"writer{number}" for number in range(writers)), *(f"restorer{number}" for number in range(restorers))]
    children = [_worker(home, role, *length) for role in roles]
    told = [json.loads(child.communicate()[0]) for child in children]
    added = {name for each in told for name in each["added"]}
    stores = [home / "customers.db", *home.glob("customers.before-restore-*.db")]
    found = {name for path in stores for name in _names(path)}
    codes = sum((Counter(each["codes"]) for each in told), Counter[str]())
    return Race(
        added=len(added),
        restored=sum(each["restored"] for each in told),
        refused=sum(codes[str(int(code))] for code in _REFUSALS),
        lost=sorted(added - found),
        problems=[
            *(problem for each in told for problem in each["problems"]),
            *(problem for path in stores for problem in disagreements(path)),
            *(f"{path.name} is left" for path in home.glob(".koalalink-*")),
        ],
    )


def _names(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as db:
        return [name for (name,) in db.execute("SELECT first_name FROM customers")]


def _worker(home: Path, role: str, *length: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.torture.restores", str(home), role, *length],
        cwd=TOP,
        env=environment(home, HOME=str(home), LOGNAME=role),
        stdout=subprocess.PIPE,
        text=True,
    )


def main() -> None:
    """Add, or restore, again and again; say at the end what has come of it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("home", type=Path)
    parser.add_argument("role")
    parser.add_argument("--seconds", type=float, default=float("inf"))
    parser.add_argument("--commands", type=int, default=sys.maxsize)
    options = parser.parse_args()
    told: dict[str, list[str]] = {"added": [], "problems": []}
    codes: Counter[str] = Counter()
    until = time.monotonic() + options.seconds
    for number in range(options.commands):
        if time.monotonic() > until:
            break
        name = f"{options.role}-{number}"
        line = ["customers", "add", "--first-name", name]
        if options.role.startswith("restorer"):
            line = ["restore", str(options.home / "copy.db"), "--yes"]
        koala = App(home=options.home, environ={}, may_ask=False)
        try:
            done = CliRunner().invoke(app, line, obj=koala)
        finally:
            koala.close()
        codes[str(done.exit_code)] += 1
        if done.exit_code == 0 and "add" in line:
            told["added"].append(name)
        elif done.exit_code not in (0, *_REFUSALS):
            told["problems"].append(f"{' '.join(line)} ended with {done.exit_code}: {done.stderr or done.exception!r}")
    restored = codes["0"] if options.role.startswith("restorer") else 0
    print(json.dumps({**told, "codes": codes, "restored": restored}))


if __name__ == "__main__":
    main()
