"""README says what is so."""

import re
import shlex
from typing import Any

import typer.main

from koalalink.app import App
from koalalink.cli import app
from tests.conftest import Run
from tests.pictures import recorded
from tests.test_cli import TOP

README = (TOP / "README.md").read_text(encoding="utf-8")


def _commands() -> set[str]:
    root: Any = typer.main.get_command(app)
    names = set()
    for name in root.list_commands(None):
        command = root.get_command(None, name)
        verbs = command.list_commands(None) if hasattr(command, "list_commands") else []
        names |= {f"{name} {verb}" for verb in verbs} or {name}
    return names


def test_readme_documents_every_command_and_no_other() -> None:
    """The table has them all, and none that does not exist."""
    rows = re.findall(
        r"`koalalink ([a-z]+(?: (?:add|list|edit|remove|merge|forget|rename|set-key|import|export)\b)?)", README
    )
    assert {"help" if row.startswith("help") else row for row in rows} == _commands()


def test_readme_session_is_what_is_printed(sandbox: App, run: Run) -> None:
    """Every command of it, at 80 columns."""
    [session] = re.findall(r"```console\n(.*?)```", README, re.DOTALL)
    screen = recorded(sandbox, 80)
    for line in session.splitlines():
        if line.startswith("$ koalalink --sandbox "):
            screen.print(line, markup=False)
            run(*shlex.split(line.removeprefix("$ koalalink --sandbox ")))
    shown = "".join(f"{line.rstrip()}\n" for line in screen.export_text().splitlines())
    assert shown.strip() == session.strip()


def test_ci_runs_the_test_command_of_the_readme() -> None:
    """What a newcomer types is what is checked."""
    [command] = re.findall(r"pip install -e '\.\[test\]' && (.*)\n", README)
    assert command in (line.strip() for line in (TOP / ".ci" / "run").read_text().splitlines())
