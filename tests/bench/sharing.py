"""A store on a server against one in a file: the ways there and back, an import, and what one customer takes."""

import shutil
import statistics
import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from koalalink.domain.settings.store_url import Address
from koalalink.store.postgres.offline_copy import LocalCopy
from koalalink.store.postgres.preparation import prepare
from tests import postgres
from tests.bench.measure import Contender, koalalink, ratio
from tests.bench.stores import write_customers
from tests.proxy import Proxy

_WAY = 0.040
"""Seconds to a server and back, as to one that a provider runs."""
_LOCATION = '[locations.downtown]\napi_key = "rk_test_0123456789abcdef"\n'
_COMMANDS = (
    "customers list",
    "customers list person",
    "show 1",
    "history",
    "connect 1 cus_x1 --offline --force",
    "undo --yes",
    "customers edit 1 --notes x",
)


def shared() -> None:
    """A store on a server against one in a file: an import, one customer, and ways of 40 ms to the server and back."""
    with tempfile.TemporaryDirectory() as folder:
        top = Path(folder)
        file, here, there = top / "people.csv", top / "here", top / "there"
        write_customers(file, 100_000)
        importing = ("customers", "import", str(file), "--no-verify", "-l", "downtown", "--yes")
        on_server, in_file = (
            replace(koalalink(f"import of 100,000 {where}", *importing, KOALALINK_HOME=str(home)), prepare=prepare)
            for where, home, prepare in (
                ("on a server", there, partial(_renewed, there)),
                ("in a file", here, partial(_home, here)),
            )
        )
        ratio(on_server, in_file, goal=2.5, runs=3, by="wall")
        commands = {
            "customers list": "customers list person77",
            "connect": "connect 77 cus_y --offline --force --replace -l downtown",
        }
        for name, command in commands.items():
            one, other = (
                koalalink(f"{name} {where}", *command.split(), KOALALINK_HOME=str(home))
                for where, home in (("on a server", there), ("in a file", here))
            )
            ratio(one, other, runs=9, by="wall")
        for command in _COMMANDS:
            _ways(top, command)


def _empty() -> str:
    name = postgres.new_database()
    prepare(Address(postgres.url_of(name), origin="The URL"))
    return name


def _home(home: Path, url: str = "") -> Path:
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir()
    store = f'[store]\nurl = "{url}"\n' if url else ""
    (home / "config.toml").write_text(store + _LOCATION)
    (home / "config.toml").chmod(0o600)
    if url:  # a copy that is new, so that no process is begun that makes one
        LocalCopy.of(str(Address(url, origin="The URL")), home, datetime.now(UTC)).path.touch()
    return home


def _renewed(home: Path) -> Path:
    return _home(home, postgres.url_of(_empty()))


def _ways(top: Path, command: str) -> None:
    """Print how often a command waits for the server, and how much longer it takes for that."""
    home = top / "away"
    database = _empty()
    _home(home, postgres.url_of(database))
    adding = koalalink("add", "customers", "add", "--first-name", "Person", KOALALINK_HOME=str(home))
    adding.run()
    taken: dict[float, list[float]] = {0.0: [], _WAY: []}
    trips = 0
    for _ in range(5):
        for way, seconds in taken.items():
            proxy = Proxy(postgres.socket_path(), delay=way / 2)
            _home(home, f"postgresql://postgres@127.0.0.1:{proxy.port}/{database}?sslmode=disable")
            if command.startswith("undo"):
                koalalink("edit", *"customers edit 1 --notes y".split(), KOALALINK_HOME=str(home)).run()
            before = proxy.trips
            seconds.append(_run(koalalink(command, *command.split(), KOALALINK_HOME=str(home))))
            trips = proxy.trips - before
            proxy.close()
            if command.startswith(("connect", "customers edit")):
                koalalink("undo", "undo", "--yes", KOALALINK_HOME=str(_home(home, postgres.url_of(database)))).run()
    more = statistics.median(taken[_WAY]) - statistics.median(taken[0.0])
    print(f"{command}: {trips} ways to the server and back, one of them to connect; {more:.2f} s more at 40 ms each")


def _run(contender: Contender) -> float:
    return contender.seconds().wall
