"""A command line as a value, and sentences that propose one.

A sentence keeps its commands as they are until it is shown: only then are they quoted for the shell, and spelled with
the options that this run of the program was given, as --sandbox.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

_SETS_UP = frozenset(
    {
        ("init",),
        ("demo",),
        ("locations", "add"),
        ("locations", "remove"),
        ("locations", "rename"),
        ("locations", "set-key"),
    }
)
"""What is never meant for the sandbox, by its first words."""

# Letters of every script are safe in a shell, and so is the … of "cus_…", which stands for what the reader knows.
_NEEDS_QUOTES = re.compile(r"[^\w@%+=:,./…-]")


class Program(NamedTuple):
    """How this run of the program was typed; a command that is proposed has to reach the same store."""

    sandbox: bool = False
    config: Path | None = None

    def words(self, *, sets_up: bool) -> tuple[str, ...]:
        """Return what stands before a command; one that `sets_up` is never meant for the sandbox."""
        config = ("--config", _word(self.config)) if self.config else ()
        return ("koalalink", *config, *(("--sandbox",) if self.sandbox and not sets_up else ()))


Option = str | int | bool | Path | None | Iterable[str]


class Sentence:
    """Text with commands in it; `str` shows them as they are typed without any other option."""

    __slots__ = ("parts",)

    def __init__(self, *parts: str | Command) -> None:
        self.parts = parts

    def __add__(self, other: Text) -> Sentence:
        return Sentence(*self.parts, *_parts(other))

    def __radd__(self, other: str) -> Sentence:
        return Sentence(other, *self.parts)

    def __str__(self) -> str:
        return self.spelled(Program())

    def spelled(self, program: Program) -> str:
        """Return the text with its commands as they are typed here."""
        return "".join(part if isinstance(part, str) else part.spelled(program) for part in self.parts)


class Command:
    """A command line: `Command("apply", path, location="downtown")` is `koalalink apply PATH --location downtown`."""

    __slots__ = ("words",)

    def __init__(self, *words: str | int | Path, **options: Option) -> None:
        """Take the words that are typed, and options by name.

        An option that is None, False or empty is left out, True is a flag, and of several values each is named.
        """
        self.words = (*map(_word, words), *(word for name, value in options.items() for word in _option(name, value)))

    def __add__(self, other: Text) -> Sentence:
        return Sentence(self) + other

    def __radd__(self, other: str) -> Sentence:
        return Sentence(other, self)

    def __str__(self) -> str:
        return self.spelled(Program())

    def spelled(self, program: Program) -> str:
        """Return the line as it is pasted into a shell."""
        sets_up = any(self.words[: len(first)] == first for first in _SETS_UP)
        return " ".join(map(quoted, (*program.words(sets_up=sets_up), *self.words)))


Text = str | Sentence | Command


def _parts(text: Text) -> tuple[str | Command, ...]:
    return text.parts if isinstance(text, Sentence) else (text,)


def lines_of(text: Text, spelled: Callable[[Text], str], width: int) -> list[str]:
    """Return a text in lines for a terminal of `width` columns, broken at spaces.

    Where it does not fit into one line, each command gets a line of its own, whole, so that it can be copied.
    """
    whole = spelled(text)
    if len(whole) <= width:
        return [whole]
    import textwrap  # noqa: PLC0415 - only what people read is wrapped

    lines: list[str] = []
    for is_command, parts in groupby(_parts(text), lambda part: isinstance(part, Command)):
        if is_command:
            lines += [f"  {spelled(part)}" for part in parts]
            continue
        prose = "".join(map(str, parts)).strip()
        if lines:
            prose = prose.lstrip(" .,;")  # what ends the sentence after a command
        lines += textwrap.wrap(prose, width, break_long_words=False, break_on_hyphens=False)
    return lines


def _word(word: str | int | Path) -> str:
    # What begins with a hyphen would be taken for an option; a file can be named otherwise.
    return f"./{word}" if isinstance(word, Path) and str(word).startswith("-") else str(word)


def _option(name: str, value: Option) -> Iterable[str]:
    flag = f"--{name.replace('_', '-')}"
    if value is None or value is False or value == "":
        return ()
    if value is True:
        return (flag,)
    if isinstance(value, str | int | Path):
        return flag, _word(value)
    return (word for each in value for word in (flag, each))


def quoted(word: str) -> str:
    """Return a word as a shell understands it."""
    if word and not _NEEDS_QUOTES.search(word):
        return word
    if os.name == "nt":
        import subprocess  # noqa: PLC0415 - 3 ms that the shells of Unix do not need

        return subprocess.list2cmdline([word]) if " " in word or '"' in word else f'"{word}"'
    return "'" + word.replace("'", "'\"'\"'") + "'"
