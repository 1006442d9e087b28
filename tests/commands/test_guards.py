"""No output lands on what is KoalaLink's own, or on what nobody has agreed to lose; and who is asked, when."""

import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer.main

from koalalink.app import App
from koalalink.atomic_files import Disk, IfThere
from koalalink.cli import app
from koalalink.errors import Aborted, ConflictError
from koalalink.files.facade import Files
from koalalink.operations.consent import Stakes, consent, consent_to_write
from koalalink.render.records import customer_record
from tests.commands.samples import leaves
from tests.conftest import NOW, Run, runner
from tests.fakes import Somebody

OUTPUTS = {
    "export": ("customers", "export", "{}"),
    "export-json": ("customers", "export", "{}", "--format", "json"),
    "rejects": ("customers", "import", "bad.csv", "--no-verify", "--rejects", "{}"),
    "call-list": ("status", "--call-list", "{}"),
    "svg": ("status", "--svg", "{}"),
    "html": ("status", "--html", "{}"),
    "sheet": ("match", "--sheet", "{}"),
    "backup": ("backup", "{}"),
}
"""Every command that writes a file where somebody says."""

AGREED = [name for name in OUTPUTS if name != "sheet"]
"""Those that ask before they write over a file."""

OWN = ("customers.db", "customers.db-wal", "customers.db-shm", "customers.db-journal", "config.toml")
OWN_FOLDERS = ("backups/customers-2026-11-23.db", "backups/new.csv", "sandbox/customers.db")


def line(name: str, path: str, *more: str) -> tuple[str, ...]:
    """A command that writes to `path`."""
    return *(word.format(path) for word in OUTPUTS[name]), *more


@pytest.fixture
def shop(live: Run, koala: App) -> Run:
    """The business with a copy of Stripe's customers, a sandbox of its own, and a file with a bad row."""
    Path("bad.csv").write_text("Name,Email\nAnn Lee,nowhere\n")
    assert live("sync").exit_code == 0
    sandbox = App(home=koala.home, sandbox=True, environ={}, now=lambda: NOW, may_ask=False)
    assert runner(sandbox)("customers", "list").exit_code == 0
    sandbox.close()
    return live


def everything(home: Path) -> dict[str, bytes]:
    """The files of a home, but for those that SQLite keeps while a store is open."""
    files = (file for file in home.rglob("*") if file.is_file() and not file.name.endswith(("-wal", "-shm")))
    return {str(file): file.read_bytes() for file in files}


@pytest.mark.parametrize("own", [*OWN, *OWN_FOLDERS])
@pytest.mark.parametrize("name", OUTPUTS)
def test_no_output_lands_on_what_is_koalalinks_own(shop: Run, koala: App, name: str, own: str) -> None:
    """Not with --yes either; exit 8, and the file is named."""
    (koala.home / "backups").mkdir(exist_ok=True)
    koala.store.page(limit=1)
    before = everything(koala.home)
    for path in (koala.home / own, koala.home / ".." / koala.home.name / own):
        result = shop(*line(name, str(path), *(["--yes"] if name in AGREED else [])))
        assert result.exit_code == 8, result.stderr
        assert own.rpartition("/")[2] in result.stderr
        assert "belongs to" in result.stderr
    assert everything(koala.home) == before


@pytest.mark.parametrize("name", OUTPUTS)
def test_sandbox_does_not_write_over_the_real_store(shop: Run, koala: App, name: str) -> None:
    """Nor over the real configuration."""
    koala.close()
    before = everything(koala.home)
    sandbox = App(home=koala.home, sandbox=True, environ={}, now=lambda: NOW, may_ask=False)
    if name == "sheet":
        assert runner(sandbox)("sync").exit_code == 0
        before = everything(koala.home)
    for own in ("customers.db", "config.toml", "backups/x.db"):
        more = [*(["--yes"] if name in AGREED else []), *(["--location", "downtown"] if name == "sheet" else [])]
        result = runner(sandbox)(*line(name, str(koala.home / own), *more))
        assert result.exit_code == 8, result.stderr
    sandbox.close()
    assert {file: content for file, content in everything(koala.home).items() if "sandbox" not in file} == {
        file: content for file, content in before.items() if "sandbox" not in file
    }


@pytest.mark.parametrize("name", OUTPUTS)
def test_what_is_no_file_is_a_wrong_command(shop: Run, name: str) -> None:
    """A pipe, a folder that is not there, an empty name; nothing is replaced."""
    os.mkfifo("pipe")
    for path in ("pipe", "no/such/a.csv", ""):
        result = shop(*line(name, path, *(["--yes"] if name in AGREED else [])))
        assert result.exit_code == 2, result.stderr
        assert [text.split(":")[0] for text in result.stderr.splitlines()[-2:]] == ["Error", "Hint"]
    assert Path("pipe").is_fifo()
    assert not Path("Untitled").exists()


@pytest.mark.parametrize("name", AGREED)
def test_file_that_is_there_is_kept_without_yes(shop: Run, koala: App, name: str) -> None:
    """Exit 8 in a script; at a terminal it is asked about, and no leaves everything as it was."""
    Path("out").write_text("mine")
    result = shop(*line(name, "out"))
    assert (result.exit_code, result.stdout, "--yes" in result.stderr) == (8, "", True), result.stderr
    koala.__dict__["talk"] = person = Somebody(says_yes=False)
    assert shop(*line(name, "out")).exit_code == 1
    assert person.asked == ["out already exists. Write over it?"]
    assert (Path("out").read_text(), len(koala.store.changes(limit=9))) == ("mine", 3)
    person.says_yes = True
    assert shop(*line(name, "out")).exit_code == 0
    assert Path("out").read_bytes() != b"mine"
    del koala.__dict__["talk"]
    Path("out").write_text("mine")
    assert shop(*line(name, "out", "--yes")).exit_code == 0
    assert Path("out").read_bytes() != b"mine"


def test_sheet_that_is_there_is_kept_under_another_name(shop: Run) -> None:
    """Without a question: decisions may be in it."""
    Path("out.csv").write_text("decided")
    result = shop(*line("sheet", "out.csv"))
    assert (result.exit_code, Path("out.old.csv").read_text()) == (0, "decided")
    assert "is now called out.old.csv" in result.stderr


def test_every_option_that_names_an_output_is_tried_here() -> None:
    """A new one that is forgotten fails this."""
    root: Any = typer.main.get_command(app)
    found = set()
    for words in leaves():
        command = root
        for word in words:
            command = command.get_command(None, word)
        writes = {"customers export": ["file"], "backup": ["file"]}.get(" ".join(words), [])
        found |= {
            (*words, parameter.name)
            for parameter in command.params
            if parameter.name in (*writes, "rejects", "call_list", "svg", "html", "sheet") and words != ("apply",)
        }
    assert len(found) == len(OUTPUTS) - 1  # an export has two forms


def test_import_that_was_only_tried_asks_about_no_file(shop: Run) -> None:
    """It writes none."""
    Path("out").write_text("mine")
    assert shop(*line("rejects", "out", "--dry-run")).exit_code == 0
    assert Path("out").read_text() == "mine"


Outcome = type[Exception] | None
_DECIDED: list[tuple[Stakes, bool, bool, bool, Outcome]] = [
    # at a terminal, agreed beforehand, says yes
    *[(stakes, True, True, False, None) for stakes in Stakes],
    *[(stakes, True, False, True, None) for stakes in Stakes],
    *[(stakes, True, False, False, Aborted) for stakes in Stakes],
    *[(stakes, False, True, False, None) for stakes in Stakes],
    (Stakes.CAN_BE_UNDONE, False, False, False, None),
    (Stakes.IS_FINAL, False, False, False, ConflictError),
    (Stakes.IS_IN_DOUBT, False, False, False, ConflictError),
]


@pytest.mark.parametrize(("stakes", "terminal", "agreed", "says_yes", "outcome"), _DECIDED)
def test_consent_is_one_rule(stakes: Stakes, terminal: bool, agreed: bool, says_yes: bool, outcome: Outcome) -> None:
    """A person is asked; elsewhere what can be undone goes ahead."""
    person = Somebody(says_yes=says_yes)
    person.can_ask = terminal
    ask: Callable[[], None] = lambda: consent(person, "Really?", stakes, agreed=agreed)  # noqa: E731
    if outcome is None:
        ask()
    else:
        with pytest.raises(outcome):
            ask()
    assert bool(person.asked) == (terminal and not agreed)


def test_consent_to_write_is_asked_only_where_something_is_lost(tmp_path: Path) -> None:
    """A new file needs none."""
    person, files = Somebody(says_yes=True), Files(Disk(), io.BytesIO(), io.BytesIO(), customer_record)
    assert consent_to_write(person, files, tmp_path / "a", agreed=False) is IfThere.REFUSE
    (tmp_path / "a").touch()
    assert consent_to_write(person, files, tmp_path / "a", agreed=False) is IfThere.REPLACE
    assert len(person.asked) == 1


@pytest.mark.parametrize(
    "command", [("undo",), ("match", "--apply-certain"), ("customers", "import", "people.csv", "--no-verify")]
)
def test_what_can_be_undone_goes_ahead_in_a_script(shop: Run, koala: App, command: tuple[str, ...]) -> None:
    """Without --yes."""
    result = shop(*command)
    assert result.exit_code == 0, result.stderr
