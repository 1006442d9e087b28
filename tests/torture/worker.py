"""One of several that work on the same store: `python -m tests.torture.worker` runs commands, and tells what they did.

A command is run as from the shell, but for the start of the interpreter: each opens the store and closes it.
"""

import argparse
import json
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

from typer.testing import CliRunner, Result

from koalalink.app import App
from koalalink.cli import app
from koalalink.errors import ExitCode
from koalalink.sandbox.sample_data import KEYS

PEOPLE = 200
"""Who is in the store from the beginning; everybody works on them."""
_STRIPE_IDS = 240
_REFUSALS = (ExitCode.NOT_FOUND, ExitCode.PROTECTED)
"""How commands end that come too late: somebody else has linked, or unlinked, first."""

Deed = tuple[str, int, str | int]
"""What was done: the action, the customer and the Stripe ID; of an import the change and how much it has touched."""


class Told(NamedTuple):
    """What a worker tells when it has finished."""

    deeds: list[Deed]
    added: int
    linked: int
    """How many links there are more, by its deeds."""
    codes: dict[str, int]
    problems: list[str]
    latencies: list[float]
    """The seconds that each `connect` took."""


class Worker:
    """Runs commands at random."""

    def __init__(self, home: Path, name: str) -> None:
        """Work in `home`; everything is done and signed as `name`."""
        self._home = home
        self._name = name
        self._random = random.Random(name)
        self._numbers = count(1)
        self._latencies: list[float] = []
        self._deeds: list[Deed] = []
        self._added = self._linked = 0
        self._codes: Counter[str] = Counter()
        self._problems: list[str] = []

    def step(self) -> None:
        """Run one command."""
        self._random.choices((self._connect, self._unlink, self._import, self._read), (5, 3, 1, 3))[0]()

    def told(self) -> Told:
        """Return what was done until now."""
        return Told(self._deeds, self._added, self._linked, self._codes, self._problems, self._latencies)

    def _customer(self) -> str:
        return str(self._random.randint(1, PEOPLE))

    def _stripe_id(self) -> str:
        return f"cus_{self._random.randrange(_STRIPE_IDS)}"

    def _connect(self) -> None:
        began = time.perf_counter()
        done = self._run("connect", self._customer(), self._stripe_id(), "--offline", "--replace", "--json")
        self._latencies.append(time.perf_counter() - began)
        if done and done["status"] != "unchanged":
            self._deeds.append((done["status"], done["customer"], done["stripe_id"]))
            self._linked += done["status"] == "connected"

    def _unlink(self) -> None:
        for link in self._run("unlink", self._customer(), "--json") or ():
            self._deeds.append(("unlinked", link["customer"], link["stripe_id"]))
            self._linked -= 1

    def _import(self) -> None:
        rows = [f"BK-{self._customer()},555-{self._random.randrange(10_000):04},", *self._newcomers()]
        rejects = self._home / f"{self._name}.csv"
        file = "External ID,Phone,Stripe ID\n" + "\n".join(rows)
        done = self._run("customers", "import", "-", "--no-verify", "--rejects", str(rejects), "--json", input=file)
        if done and done["change"]:
            touched = done["added"] + done["updated"] + done["linked"]
            self._deeds.append(("imported", done["change"], touched))
            self._added += done["added"]
            self._linked += done["linked"]

    def _newcomers(self) -> Iterator[str]:
        for _ in range(4):
            yield f"{self._name}-{next(self._numbers)},,{self._stripe_id()}"

    def _read(self) -> None:
        rows = self._run(
            "customers", "list", self._random.choice(["", "555", "cus_1", "BK"]), "--json", "--limit", "20"
        )
        if rows is None:
            self._problems.append("a list was refused")

    def _run(self, *arguments: str, input: str | None = None) -> Any:
        """Run a command and return its JSON; None where it was refused."""
        environ = {"STRIPE_API_KEY": KEYS["downtown"]}
        koala = App(home=self._home, environ=environ, may_ask=False)
        try:
            result: Result = CliRunner().invoke(app, [*arguments], obj=koala, input=input)
        finally:
            koala.close()
        self._codes[str(result.exit_code)] += 1
        if result.exit_code == ExitCode.FINE:
            return json.loads(result.stdout)
        if result.exit_code not in _REFUSALS:
            told = result.stderr.strip() or repr(result.exception)
            self._problems.append(f"{' '.join(arguments)} ended with {result.exit_code}: {told}")
        return None


def main() -> None:
    """Work from the moment that a line comes through stdin."""
    parser = argparse.ArgumentParser()
    parser.add_argument("home", type=Path)
    parser.add_argument("name")
    parser.add_argument("--seconds", type=float, default=float("inf"))
    parser.add_argument("--commands", type=int, default=sys.maxsize)
    options = parser.parse_args()
    worker = Worker(options.home, options.name)
    print("ready", flush=True)
    sys.stdin.readline()
    until = time.perf_counter() + options.seconds
    for _ in range(options.commands):
        if time.perf_counter() > until:
            break
        worker.step()
    print(json.dumps(worker.told()))


if __name__ == "__main__":
    main()
