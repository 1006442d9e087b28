"""A server that is killed at random moments: what a command has said of its change is what has become of it."""

import random
import shutil
import tempfile
import threading
from collections import Counter
from itertools import count
from pathlib import Path
from typing import NamedTuple

from koalalink.app import App
from koalalink.atomic_files import IfThere
from koalalink.domain.settings.store_url import Address
from koalalink.errors import ExitCode
from koalalink.store.postgres.preparation import prepare
from tests import postgres
from tests.conftest import runner
from tests.torture.checks import disagreements

_LONGEST = 0.25
"""Seconds from a start until a kill."""


class Killed(NamedTuple):
    """What came of it."""

    kills: int
    said: Counter[str]
    """How often a command has said what of its change."""
    problems: list[str]


def kill_the_server(runs: int, *, seed: int) -> Killed:
    """Kill a server `runs` times while customers are added, edited, imported and taken back; and start it again."""
    chance, said, problems = random.Random(seed), Counter[str](), list[str]()
    folder = Path(tempfile.mkdtemp(prefix="koalalink-torture-"))
    with postgres.own_server() as server:
        prepare(Address(server.get_uri("postgres"), origin="The URL"))
        (folder / "config.toml").write_text(f'[store]\nurl = "{server.get_uri("postgres")}"\n')
        (folder / "config.toml").chmod(0o600)
        numbers = count(1)
        expected: set[str] = set()
        unknown: set[str] = set()
        for _ in range(runs):
            killing = threading.Timer(chance.uniform(0, _LONGEST), postgres.kill_and_start, [server])
            killing.start()
            while killing.is_alive():
                names = [f"P{next(numbers)}" for _ in range(chance.choice([1, 1, 200]))]
                told = _add(folder, names)
                said[told] += 1
                if told == "saved":
                    expected |= {*names}
                elif told == "not known":
                    unknown |= {*names}
                elif told != "not saved":
                    problems.append(told)
            killing.join()
            problems += _wrong(folder, expected, unknown)
            expected = _there(folder)
            unknown = set()
        koala = App(home=folder, environ={}, may_ask=False)
        koala.backups.back_up(folder / "out.db", IfThere.REPLACE)
        koala.close()
        problems += disagreements(folder / "out.db")
    shutil.rmtree(folder)
    return Killed(runs, said, problems)


def _add(home: Path, names: list[str]) -> str:
    """Add customers by one command, and return what it says has become of them."""
    koala = App(home=home, environ={}, may_ask=False)
    if len(names) == 1:
        done = runner(koala)("customers", "add", "--first-name", names[0])
    else:
        done = runner(koala)("customers", "import", "-", "--yes", input="First Name\n" + "\n".join(names))
    koala.close()
    if done.exit_code == ExitCode.FINE:
        return "saved"
    if done.exit_code == ExitCode.NETWORK and "is not known yet" in done.stderr:
        return "not known"
    # Where it could not connect there was nothing that could have been changed.
    harmless = ("Nothing was changed", "is just being restarted", "cannot be reached")
    if done.exit_code == ExitCode.NETWORK and any(said in done.stderr for said in harmless):
        return "not saved"
    return f"ended with {done.exit_code}: {done.stderr}"


def _there(home: Path) -> set[str]:
    koala = App(home=home, environ={}, may_ask=False)
    found = {linked.customer.details.first_name for linked in koala.store.everybody()}
    koala.close()
    return found


def _wrong(home: Path, expected: set[str], unknown: set[str]) -> list[str]:
    there = _there(home)
    lost, more = expected - there, there - expected - unknown
    half = 0 < len(unknown & there) < len(unknown) and len({len(unknown)}) == 1
    return [
        *([f"lost although saved: {sorted(lost)[:3]}"] if lost else []),
        *([f"there although not saved: {sorted(more)[:3]}"] if more else []),
        *(["a part of a change is there"] if half and len(unknown) == 200 else []),
    ]
