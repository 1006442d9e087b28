"""Proposed commands: what is pasted into a shell means what was proposed."""

import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from koalalink.command_line import Command, Program, Sentence, lines_of

SANDBOX = Program(sandbox=True)


@pytest.mark.parametrize(
    ("command", "typed"),
    [
        (Command("doctor"), "koalalink doctor"),
        (Command("connect", 42, "cus_…", location="downtown"), "koalalink connect 42 cus_… --location downtown"),
        (Command("apply", Path("my decisions.csv")), "koalalink apply 'my decisions.csv'"),
        (Command("apply", Path("it's.csv")), "koalalink apply 'it'\"'\"'s.csv'"),
        (Command("apply", Path("-rf.csv")), "koalalink apply ./-rf.csv"),
        (Command("match", sheet=Path("-x.csv")), "koalalink match --sheet ./-x.csv"),
        (Command("show", "Jané"), "koalalink show Jané"),
        (Command("x", y=None, z=False, a="", b=[], c=True, d=["1", "2 3"]), "koalalink x --c --d 1 --d '2 3'"),
        (Command("customers", "edit", 3, first_name="$(id)"), "koalalink customers edit 3 --first-name '$(id)'"),
    ],
)
def test_command_is_quoted_for_the_shell(command: Command, typed: str) -> None:
    """And an option that says nothing is left out."""
    assert str(command) == typed


@given(st.lists(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])), min_size=1, max_size=4))
def test_every_word_comes_out_of_the_shell_as_it_was(words: list[str]) -> None:
    """Whatever a file or a person is called."""
    assert shlex.split(str(Command("show", *words)))[2:] == words


def test_a_real_shell_understands_it() -> None:
    """Not only Python's idea of one."""
    words = ["my file.csv", "it's", "$HOME", "`id`", "a\\b", "naïve…", "*", "~", "-", "", "#x", "a;b", "!!"]
    show = f"{sys.executable} -c 'import sys; print(ascii(sys.argv[1:]))'"
    line = str(Command(*words)).removeprefix("koalalink")
    done = subprocess.run(["sh", "-c", show + line], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ascii(words)


def test_sentence_keeps_its_commands_until_it_is_shown() -> None:
    """In the sandbox they are typed with --sandbox, but for those that set up what is no sandbox."""
    told = "Undo: " + Command("undo", 3) + ". Or set up: " + (Command("init") + ".")
    assert str(told) == "Undo: koalalink undo 3. Or set up: koalalink init."
    assert told.spelled(SANDBOX) == "Undo: koalalink --sandbox undo 3. Or set up: koalalink init."
    assert (Command("locations", "add", "x") + "").spelled(SANDBOX) == "koalalink locations add x"
    assert (Command("locations", "list") + "").spelled(SANDBOX) == "koalalink --sandbox locations list"


def test_command_reaches_the_store_that_this_run_has() -> None:
    """With the configuration that was named; also where it sets up, which is never meant for the sandbox."""
    program = Program(sandbox=True, config=Path("my shop.toml"))
    assert Command("undo", 3).spelled(program) == "koalalink --config 'my shop.toml' --sandbox undo 3"
    assert Command("init").spelled(program) == "koalalink --config 'my shop.toml' init"


def test_text_that_looks_like_a_command_is_left_alone() -> None:
    """As the name of a customer may."""
    assert Sentence("A koalalink show 3 b ", Command("show", 4)).spelled(SANDBOX) == (
        "A koalalink show 3 b koalalink --sandbox show 4"
    )


@pytest.mark.parametrize("width", [30, 50, 80, 1000])
def test_command_is_never_broken(width: int) -> None:
    """It gets a line of its own where the sentence does not fit into one; other words are kept whole as well."""
    command = Command("match", apply_certain=True, location="downtown")
    text = "To connect the 27 certain matches, type: " + command + ". Or look at https://x.test/" + "a" * 40 + " first."
    lines = lines_of(text, str, width)
    assert str(command) in [line.strip() for line in lines] or len(lines) == 1
    assert all(len(line) <= width or " " not in line.strip() or line.strip() == str(command) for line in lines)
    told = " ".join(" ".join(lines).split())
    assert told.replace(".", "") == " ".join(str(text).split()).replace(".", "")
