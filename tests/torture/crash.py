"""Commands killed at random moments: whatever the moment, all of the command has happened or nothing.

A child is stopped first, looked at, and then killed: so it is certain what it was doing when it died.
"""

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import closing, suppress
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from koalalink.sandbox.fake_stripe import Account
from koalalink.sandbox.sample_data import KEYS, accounts
from koalalink.store.sqlite.database import SQLiteDatabase
from tests.bench.stores import write_customers
from tests.test_cli import environment
from tests.torture.checks import disagreements, dump

Line = tuple[str, ...]
"""A command as it is typed."""


class Scenario(NamedTuple):
    """A command to be killed, and the commands that come before it."""

    name: str
    prepare: Sequence[Line]
    command: Line
    goes_on: bool = False
    """What it has done is kept, and when it is typed again it does the rest."""


_JANE = ("customers", "add", "--first-name", "Jane", "--last-name", "Doe", "--email", "jane@x.com")
_IMPORT = ("customers", "import", "people.csv", "--no-verify")
_OFFLINE = ("connect", "jane@x.com", "cus_123", "--offline")

SCENARIOS = (
    Scenario("the first of all", (), _JANE),
    Scenario("import", (_JANE,), _IMPORT),
    Scenario("import once more", (_IMPORT, ("undo", "--yes")), _IMPORT),
    Scenario("undo of an import", (_JANE, _IMPORT), ("undo", "--yes")),
    Scenario("connect", (_IMPORT, _JANE), ("connect", "jane@x.com", "cus_123")),
    Scenario("connect --offline", (_IMPORT, _JANE), _OFFLINE),
    Scenario("unlink", (_IMPORT, _JANE, _OFFLINE), ("unlink", "jane@x.com")),
    Scenario("customers edit", (_IMPORT, _JANE), ("customers", "edit", "jane@x.com", "--phone", "206-555-0142")),
    Scenario("customers remove", (_IMPORT, _JANE, _OFFLINE), ("customers", "remove", "jane@x.com", "--force")),
    Scenario("customers export", (_IMPORT,), ("customers", "export", "out.csv")),
    Scenario("apply", (_IMPORT, _JANE), ("apply", "decided.csv")),
    Scenario("sync", (_IMPORT,), ("sync",), goes_on=True),
)


class Moment(StrEnum):
    """When a command is killed: at random within this."""

    ANY = "any time"
    WRITING = "between BEGIN and COMMIT"
    COMMITTING = "while the change goes into the files"


class State(NamedTuple):
    """What a command leaves: the store, and the files that people see beside it."""

    store: list[str]
    files: dict[str, bytes]


class Model(NamedTuple):
    """A command that nobody has disturbed."""

    home: Path
    """As it was before."""
    seconds: dict[Moment, float]
    """How long each lasts, as far as there is one."""
    before: State
    after: State


class Kill(NamedTuple):
    """A command that was killed, unless it had ended."""

    killed: bool
    in_transaction: bool
    """It died between BEGIN and COMMIT."""
    half_written: bool
    """A part of the change was in the store's files."""
    losses: list[str]


def large_account() -> Account:
    """Return the sandbox's account with so many customers more that they come in several pages."""
    account = accounts(datetime.now(UTC).date())[0]
    one = account.customers["cus_123"]
    account.customers |= {
        f"cus_{n}": {**one, "id": f"cus_{n}", "created": one["created"] + n} for n in range(500, 1000)
    }
    return account


class Crashes:
    """Kills commands in homes within a folder."""

    def __init__(self, folder: Path, stripe: str, *, seed: int, rows: int) -> None:
        """Import `rows` customers where it says import; `stripe` is the address of a Stripe to ask."""
        self._folder = folder
        self._environment = {"STRIPE_API_KEY": KEYS["downtown"], "KOALALINK_API_BASE": stripe}
        self._random = random.Random(seed)
        self._rows = rows
        self._prepared: dict[tuple[Line, ...], Path] = {}

    def model(self, scenario: Scenario) -> Model:
        """Run a command undisturbed."""
        home = self._home(tuple(scenario.prepare))
        before = state_of(self._copy(home))
        began = time.perf_counter()
        undisturbed = self._copy(home)
        self._run(scenario.command, undisturbed)
        seconds = {Moment.ANY: time.perf_counter() - began}
        watched = self._copy(home)
        child = self._start(scenario.command, watched)
        times = {}
        for moment in (Moment.WRITING, Moment.COMMITTING):
            began = _waited_for(moment, child, watched)
            if child.poll() is None:
                times[moment] = began
        while child.poll() is None and _is_being_written(watched):
            pass
        seconds |= {moment: time.perf_counter() - began for moment, began in times.items()}
        child.wait()
        return Model(home=home, seconds=seconds, before=before, after=state_of(undisturbed))

    def kill(self, scenario: Scenario, model: Model, moment: Moment) -> Kill:
        """Kill a command at such a moment, or where it has none at any time, and look at what it has left."""
        moment = moment if moment in model.seconds else Moment.ANY
        home = self._copy(model.home)
        child = self._start(scenario.command, home)
        _waited_for(moment, child, home)
        with suppress(subprocess.TimeoutExpired):
            child.wait(self._random.uniform(0, model.seconds[moment]))
        in_transaction = _stopped(child) and _is_being_written(home)
        child.kill()
        code = child.wait()
        half_written = in_transaction and _has_half_a_change(home)
        if scenario.goes_on:
            losses = disagreements(home / "customers.db")
            self._run(scenario.command, home)
            losses += ["it did not go on"] if state_of(home) != model.after else []
        else:
            losses = _losses(home, model)
        if code not in (0, -signal.SIGKILL):
            losses.append(f"it ended with code {code}")
        if not losses:
            shutil.rmtree(home)
        return Kill(code == -signal.SIGKILL, in_transaction, half_written, [f"{loss} ({home})" for loss in losses])

    def _home(self, prepare: tuple[Line, ...]) -> Path:
        """Return a home in which these commands were run, in a place where nothing happens to it."""
        if prepare not in self._prepared:
            if prepare:
                home = self._copy(self._home(prepare[:-1]))
                self._run(prepare[-1], home)
            else:
                home = self._folder / "new"
                home.mkdir()
                write_customers(home / "people.csv", self._rows)
                with (home / "people.csv").open("a") as file:
                    file.write("Nobody,,,,,,,,,,,cus_00000000000000\n")  # the Stripe ID of the first
                refused = (f"no,{number},cus_{number}\n" for number in range(1, self._rows))
                (home / "decided.csv").write_text("".join(("Decision,Customer,Stripe ID\n", *refused)))
            self._prepared[prepare] = home
        return self._prepared[prepare]

    def _copy(self, home: Path) -> Path:
        copied = self._folder / f"home{self._random.getrandbits(64):016x}"
        shutil.copytree(home, copied)
        return copied

    def _run(self, line: Line, home: Path) -> None:
        done = self._start(line, home, stderr=subprocess.PIPE)
        _, said = done.communicate()
        if done.returncode:
            raise SystemExit(f"koalalink {' '.join(line)} failed ({done.returncode}): {said}")

    def _start(self, line: Line, home: Path, *, stderr: int = subprocess.DEVNULL) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "koalalink", *line],
            cwd=home,
            env=environment(home, HOME=str(home), **self._environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=stderr,
            text=True,
        )


def state_of(home: Path, store: Path | None = None) -> State:
    """Return what a home holds, as the next command finds it: that mends what a dead one has left."""
    store = store or home / "customers.db"
    SQLiteDatabase(store).close()
    files = [path for path in home.iterdir() if path.is_file() and not path.name.startswith((".", "customers.db"))]
    return State(store=dump(store), files={path.name: path.read_bytes() for path in files})


def _losses(home: Path, model: Model) -> list[str]:
    """Return what is in neither the state before nor the one after."""
    state = state_of(home)
    found = disagreements(home / "customers.db")
    if state.store not in (model.before.store, model.after.store):
        found.append("the store is neither as before nor as after")
    whole = (model.before.files, model.after.files)
    found += [
        f"{name} is neither as before nor as after"
        for name, content in state.files.items()
        if content not in [files.get(name) for files in whole]
    ]
    if state.store == model.after.store != model.before.store and state.files != model.after.files:
        found.append("the store is as after, and the files beside it are not")
    return found


def _waited_for(moment: Moment, child: subprocess.Popen[str], home: Path) -> float:
    """Return the time at which the moment has come, or the command has ended without."""
    has_come = {Moment.ANY: Path.exists, Moment.WRITING: _is_being_written, Moment.COMMITTING: _has_a_log}[moment]
    while child.poll() is None and not has_come(home):
        with suppress(subprocess.TimeoutExpired):
            child.wait(0.0002)  # looking all the time would keep the store from the child
    return time.perf_counter()


def _has_a_log(home: Path) -> bool:
    try:
        return (home / "customers.db-wal").stat().st_size > 0
    except FileNotFoundError:
        return False


def _stopped(child: subprocess.Popen[str]) -> bool:
    """Stop a process where it stands; False where it has ended."""
    child.send_signal(signal.SIGSTOP)
    told = os.waitid(os.P_PID, child.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT) if child.returncode is None else None
    return told is not None and told.si_code == os.CLD_STOPPED


def _is_being_written(home: Path) -> bool:
    """Tell whether a process is between BEGIN and COMMIT; others can read then, and only then cannot begin."""
    readable = False
    try:
        with closing(sqlite3.connect(f"file:{home}/customers.db?mode=rw", timeout=0, uri=True)) as db:
            db.execute("SELECT 1 FROM sqlite_schema").fetchall()
            readable = True
            db.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as error:
        return readable and error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
    return False


def _has_half_a_change(home: Path) -> bool:
    """Tell whether the log ends in pages without the mark that makes them count (sqlite.org/walformat.html)."""
    log = home / "customers.db-wal"
    content = log.read_bytes() if log.exists() else b""
    page = int.from_bytes(content[8:12])
    half, place = False, 32
    while page and content[place + 8 : place + 16] == content[16:24] != b"":
        half = content[place + 4 : place + 8] == bytes(4)
        place += 24 + page
    return half
