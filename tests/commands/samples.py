"""Every command with what it is tried on; a new one that is forgotten here fails `test_samples.py`."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import typer.main

from koalalink.cli import app
from tests.conftest import Run
from tests.torture.crash import State, state_of


class Sample(NamedTuple):
    """A command, as it is typed in the business of `conftest.py`."""

    line: tuple[str, ...]
    asks: bool = False
    """It asks Stripe."""
    writes: bool = False
    """It changes the store, or the folder that it is in."""
    first: tuple[str, ...] = ()
    """What is typed before."""
    prints_first: bool = False
    """It prints what is known here before it asks Stripe."""
    ends: int = 0
    """The code with which it ends: a review needs somebody at a terminal."""
    without_stripe: int | None = None
    """The code with which it ends where Stripe fails, if it is not that of the failure."""


SAMPLES = {
    "search": Sample(("search", "jane"), asks=True),
    "search-email": Sample(("search", "jane@x.com"), asks=True),
    "show": Sample(("show", "1"), asks=True, prints_first=True),
    "show-stripe": Sample(("show", "cus_123"), asks=True),
    "connect": Sample(("connect", "2", "cus_RobertCarver1", "--force"), asks=True, writes=True),
    "connect-again": Sample(("connect", "1", "cus_123"), asks=True, writes=True),
    "connect-offline": Sample(("connect", "2", "cus_RobertCarver1", "--offline"), writes=True),
    "unlink": Sample(("unlink", "1"), writes=True),
    "enable": Sample(("enable", "1")),
    "disable": Sample(("disable", "1"), writes=True),
    "cards": Sample(("cards", "1"), asks=True),
    "history": Sample(("history",)),
    "undo": Sample(("undo", "--yes"), writes=True),
    "customers-add": Sample(("customers", "add", "--first-name", "Ann"), writes=True),
    "customers-list": Sample(("customers", "list")),
    "customers-edit": Sample(("customers", "edit", "1", "--phone", "206-555-0199"), writes=True),
    "customers-merge": Sample(("customers", "merge", "1", "2", "--force"), writes=True),
    "customers-forget": Sample(("customers", "forget", "1", "--yes"), writes=True),
    "customers-remove": Sample(("customers", "remove", "1", "--force"), writes=True),
    "customers-import": Sample(("customers", "import", "people.csv"), asks=True, writes=True),
    "customers-import-unverified": Sample(("customers", "import", "people.csv", "--no-verify"), writes=True),
    "customers-export": Sample(("customers", "export", "out.csv")),
    "remap": Sample(("remap", "mapping.csv"), asks=True, writes=True),
    "sync": Sample(("sync",), asks=True, writes=True),
    "sync-export": Sample(("sync", "--from-csv", "unified_customers.csv"), asks=True, writes=True, without_stripe=0),
    "verify": Sample(("verify",), asks=True, writes=True),
    "verify-fix": Sample(("verify", "--fix"), asks=True, writes=True),
    "match": Sample(("match", "--sheet", "decisions.csv"), first=("sync",)),
    "match-certain": Sample(("match", "--apply-certain"), asks=True, writes=True, first=("sync",), prints_first=True),
    "apply": Sample(("apply", "decided.csv"), asks=True, writes=True),
    "review": Sample(("review",), first=("sync",), ends=8),
    "status": Sample(("status", "--call-list", "calls.csv")),
    "duplicates": Sample(("duplicates",), asks=True, first=("sync",), without_stripe=0),
    "duplicates-mine": Sample(
        ("duplicates", "--mine"),
        first=("customers", "add", "--first-name", "Jane", "--force", "--last-name", "Doe", "--email", "jane@x.com"),
    ),
    "init": Sample(("init", "--location", "shop", "--api-key-env", "K", "--force"), writes=True),
    "doctor": Sample(("doctor",), asks=True, without_stripe=9),
    "locations-list": Sample(("locations", "list"), asks=True, without_stripe=0),
    "locations-add": Sample(("locations", "add", "shop", "--api-key-env", "K"), writes=True),
    "locations-set-key": Sample(("locations", "set-key", "default", "--api-key-env", "K", "--force"), writes=True),
    "locations-rename": Sample(("locations", "rename", "default", "shop"), writes=True),
    "locations-remove": Sample(("locations", "remove", "default", "--yes"), writes=True),
    "backup": Sample(("backup", "copy.db")),
    "restore": Sample(("restore", "copy.db", "--yes"), first=("backup", "copy.db"), writes=True),
    "demo": Sample(("demo",)),
    "help": Sample(("help", "import")),
}


def prepare(run: Run, name: str) -> None:
    """Type what is typed before a command."""
    if SAMPLES[name].first:
        assert run(*SAMPLES[name].first).exit_code == 0


def code_of(name: str, failure: int) -> int:
    """Return the code with which a command ends where Stripe fails with that of `failure`."""
    own = SAMPLES[name].without_stripe
    return failure if own is None else own


ASKING = [name for name, sample in SAMPLES.items() if sample.asks]
WRITING = [name for name, sample in SAMPLES.items() if sample.writes]


def written(home: Path, name: str) -> State:
    """Return what is in a home, but for what a command that has failed may leave: sync keeps what it has copied."""
    state = state_of(home)
    kept = "director" if name.startswith("sync") else "nothing"
    return state._replace(store=[line for line in state.store if not line.startswith(kept)])


def leaves() -> Iterator[tuple[str, ...]]:
    """Yield every command of the program by the words that are typed for it."""
    yield from _leaves((), typer.main.get_command(app))


def _leaves(words: tuple[str, ...], command: Any) -> Iterator[tuple[str, ...]]:
    if not hasattr(command, "list_commands"):
        yield words
        return
    for name in command.list_commands(None):
        yield from _leaves((*words, name), command.get_command(None, name))
