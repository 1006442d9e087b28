"""The help topics say what is so: every command and option that they name exists."""

import re
from typing import Any

import pytest
import typer.main

from koalalink.cli import app
from koalalink.domain.importing.columns import fields_in_words
from koalalink.errors import ExitCode
from koalalink.help import TOPICS, text_of
from tests.commands.samples import leaves
from tests.commands.test_forms import FIELDS
from tests.conftest import Run
from tests.test_cli import TOP

_COMMANDS = {" ".join(words) for words in leaves()}
_GROUPS = {words.split()[0] for words in _COMMANDS if " " in words}


def options_of(words: str) -> set[str]:
    """Return the options of a command, those of the root command included."""
    command: Any = typer.main.get_command(app)
    found = {option for parameter in command.params for option in parameter.opts}
    for word in words.split():
        command = command.get_command(None, word)
    return found | {o for each in command.params for o in (*each.opts, *each.secondary_opts)} | {"--help", "-h"}


def named(text: str) -> list[tuple[str, list[str]]]:
    """Return every command in a text, with the options that follow it directly."""
    found = []
    for match in re.finditer(r"koalalink ((?:--sandbox )?)([a-z]+)( [a-z][a-z-]*)?(.*?)(?=koalalink|[\n.;:|]|$)", text):
        _, first, second, rest = match.groups()
        words = f"{first}{second or ''}" if first in _GROUPS else first
        if first in _GROUPS and words not in _COMMANDS:
            raise AssertionError(f"{match[0]} is no command")
        found.append((words, re.findall(r"(?<=\s)--?[a-z][a-z-]*", rest)))
    return found


def test_every_topic_has_a_text() -> None:
    """And no text is without a topic."""
    assert {path.stem for path in (TOP / "koalalink" / "help").glob("*.txt")} == set(TOPICS)


@pytest.mark.parametrize("topic", TOPICS)
def test_commands_and_options_exist(topic: str) -> None:
    """Those of every line; and an option that is named alone is one of some command."""
    text = text_of(topic)
    flowing = re.sub(r"(?<=\S)\n +(?=\S)|(?<=\S)\n(?=\S)", " ", text)
    every = set().union(*map(options_of, _COMMANDS))
    for words, options in named(flowing):
        if words not in ("COMMAND", "stays"):
            assert words in _COMMANDS, words
            assert set(options) <= options_of(words), (words, options)
    assert set(re.findall(r"(?<!\S)--[a-z][a-z-]*", text)) <= every
    assert max(map(len, text.splitlines())) <= 80


@pytest.mark.parametrize("topic", TOPICS)
def test_topic_is_shown(run: Run, topic: str) -> None:
    """As it is written, and in the list of topics."""
    assert run("help", topic).stdout == text_of(topic)
    assert f"koalalink help {topic}" in run("help").stdout


def test_help_of_a_command_is_its_own(run: Run) -> None:
    """What people type who know other programs."""
    assert run("help", "customers", "import").stdout == run("customers", "import", "--help").stdout
    refused = run("help", "everything")
    assert (refused.exit_code, "no help topic “everything”" in refused.stderr) == (2, True)


def test_every_exit_code_is_explained() -> None:
    """A line a code."""
    codes = re.findall(r"^ +(\d+)  ", text_of("exit-codes"), re.MULTILINE)
    assert [int(code) for code in codes] == [int(code) for code in ExitCode]


def test_fields_are_those_that_are_printed() -> None:
    """Of the results that the topic shows, and besides a customer's of a customer file."""
    text = " ".join(text_of("json").split())
    for kind in ("Hits", "Verified", "Matched"):
        assert ", ".join(FIELDS[kind].split()) in text
    fields = " ".join(text_of("import").split())
    assert [name for name in fields_in_words().split(", ") if name not in fields] == []
