"""The line to a shared store cut in the middle of every command that writes: it is done, or not, and says which."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from koalalink.app import App
from koalalink.store.postgres import database as store_postgres
from tests import postgres
from tests.commands.samples import SAMPLES, prepare
from tests.commands.test_disk import INTO_THE_STORE
from tests.conftest import NOW, Run, file_of, runner
from tests.proxy import Proxy
from tests.torture.checks import disagreements, dump

pytestmark = [
    pytest.mark.long,
    pytest.mark.usefixtures("postgres_server"),
    pytest.mark.parametrize("kept_in", ["PostgreSQL"], indirect=True),
]

_CUTS = 3
"""Moments at which each command is cut, at random; with a thousand it is cut at all of them."""


class _Counting:
    """Cuts the line at the n-th that passes in either direction; at none where that is 0."""

    def __init__(self, at: int) -> None:
        self._at = at
        self.seen = 0

    def __call__(self, data: bytes, is_answer: bool) -> bool:
        self.seen += 1
        return self.seen == self._at


@contextmanager
def copy_of(koala: App, database: str) -> Iterator[str]:
    """Lend a copy of a database."""
    koala.close()
    name = postgres.new_database(database)
    yield name
    postgres.drop_database(name)


def database_of(koala: App) -> str:
    """Return the name of the database that a program works on."""
    assert koala.shared
    return koala.shared.address.database


def through(koala: App, database: str, port: int) -> App:
    """Return the same program with another way to its store, and the files that it keeps beside it."""
    text = koala.config_file.read_text()
    line = next(line for line in text.splitlines() if line.startswith("url = "))
    url = f'url = "postgresql://postgres@127.0.0.1:{port}/{database}?sslmode=disable"'
    koala.config_file.write_text(text.replace(line, url))
    return App(home=koala.home, environ=koala.environ, now=lambda: NOW, may_ask=False)


@pytest.mark.parametrize("name", INTO_THE_STORE)
def test_line_that_is_cut_leaves_a_command_done_or_not(
    live: Run, koala: App, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wherever it is cut: the store is as before or as after, and the command says which."""
    monkeypatch.setattr(store_postgres, "_DOUBT_WAIT", 5.0)
    prepare(live, name)
    database = database_of(koala)
    before = dump(file_of(koala))
    config = koala.config_file.read_text()
    beside = {path: path.read_bytes() for path in Path.cwd().iterdir() if path.is_file()}

    def attempt(at: int) -> tuple[int, list[str], str, int]:
        counting = _Counting(at)
        proxy = Proxy(postgres.socket_path(), cut=counting)
        for path in [path for path in Path.cwd().iterdir() if path.is_file()]:
            path.unlink()
        for path, content in beside.items():
            path.write_bytes(content)
        with copy_of(koala, database) as copied:
            cut = through(koala, copied, proxy.port)
            done = runner(cut)(*SAMPLES[name].line)
            cut.close()
            proxy.close()
            whole = through(koala, copied, 0)
            whole.config_file.write_text(config.replace(f"/{database}?", f"/{copied}?"))
            whole = App(home=koala.home, environ=koala.environ, now=lambda: NOW, may_ask=False)
            state = dump(file_of(whole))
            assert disagreements(file_of(whole)) == []
            whole.close()
            koala.config_file.write_text(config)
        return done.exit_code, state, done.stderr, counting.seen

    code, after, said, messages = attempt(0)
    assert code in (0, 9), said
    chance = random.Random(name)
    for at in sorted(chance.sample(range(1, messages + 1), min(_CUTS, messages))):
        code, state, said, _ = attempt(at)
        if name.startswith("sync"):  # goes on where it was cut
            continue
        assert state in (before, after), (at, said)
        if code in (0, 9):
            assert state == after, (at, said)
        elif "Nothing was changed" in said:
            assert state == before, (at, said)
        else:
            assert code == 6, (at, code, said)
