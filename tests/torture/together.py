"""Many processes that work on one store: nobody is turned away, and all that was done is in the history, no more."""

import json
import sqlite3
import subprocess
import sys
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from koalalink.app import App
from koalalink.domain.customers.customer import CustomerDetails
from tests.conftest import NOW, file_of
from tests.test_cli import TOP, environment
from tests.torture.checks import disagreements
from tests.torture.worker import PEOPLE, Deed, Told


class Together(NamedTuple):
    """What several processes have done, and what is wrong with it."""

    commands: int
    refused: int
    """Commands that came too late, and said so."""
    changes: int
    latencies: list[float]
    problems: list[str]


def work_together(home: Path, processes: int, *length: str, url: str = "") -> Together:
    """Let processes work on a new store in `home`, or on a server, for as long as the options of a worker say."""
    if url:
        (home / "config.toml").write_text(f'[store]\nurl = "{url}"\n')
        (home / "config.toml").chmod(0o600)
    koala = App(home=home, environ={}, now=lambda: NOW)
    _fill(koala)
    names = [f"worker{number}" for number in range(processes)]
    children = {name: _worker(home, name, *length) for name in names}
    for child in children.values():
        assert child.stdout
        child.stdout.readline()
    for child in children.values():
        assert child.stdin
        child.stdin.write("go\n")
        child.stdin.flush()
    told = {name: Told(*json.loads(child.communicate()[0])) for name, child in children.items()}
    store = file_of(koala)
    koala.close()
    codes = sum((Counter(each.codes) for each in told.values()), Counter())
    return Together(
        commands=codes.total(),
        refused=codes.total() - codes["0"],
        changes=sum(len(each.deeds) for each in told.values()),
        latencies=[seconds for each in told.values() for seconds in each.latencies],
        problems=[
            *(problem for each in told.values() for problem in each.problems),
            *disagreements(store),
            *_differences(store, told),
        ],
    )


def _fill(koala: App) -> None:
    people = (CustomerDetails(external_id=f"BK-{number}") for number in range(1, PEOPLE + 1))
    koala.store.fill(people, [])
    koala.close()


def _worker(home: Path, name: str, *length: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.torture.worker", str(home), name, *length],
        cwd=TOP,
        env=environment(home, HOME=str(home), LOGNAME=name),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def _differences(store_path: Path, told: dict[str, Told]) -> list[str]:
    """Return where the history is not, worker by worker and in order, what the workers say that they have done."""
    found = []
    with closing(sqlite3.connect(store_path)) as db:
        for name, each in told.items():
            done, in_history = [tuple(deed) for deed in each.deeds], _deeds(db, name)
            if done != in_history:
                lost, more = (Counter(a) - Counter(b) for a, b in ((done, in_history), (in_history, done)))
                found.append(f"{name}: not in the history {[*lost]}; only there {[*more]}; or in another order")
        counts = db.execute("SELECT (SELECT count(*) FROM customers), (SELECT count(*) FROM links)").fetchone()
    expected = (PEOPLE + sum(each.added for each in told.values()), sum(each.linked for each in told.values()))
    if counts != expected:
        found.append(f"customers and links are {counts}, and by what was done {expected}")
    return found


def _deeds(db: sqlite3.Connection, name: str) -> list[Deed]:
    rows = db.execute(
        "SELECT action, change, customer, coalesce(after, before), count(*) "
        "FROM changes JOIN change_items USING (change) WHERE by = ? GROUP BY change ORDER BY change",
        (name,),
    )
    return [
        (action, change, touched) if action == "imported" else (action, customer, json.loads(link)["stripe_id"])
        for action, change, customer, link, touched in rows
    ]
