"""A hundred thousand characters keep nobody waiting: no pattern and no rule goes over a text again and again.

In a process of its own, which is given a minute: what grows with the square of the length takes an hour.
"""

import importlib
import inspect
import pkgutil
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

import koalalink
from koalalink.domain.identity.contacts import email_key, phone_key
from koalalink.domain.identity.descriptions import name_in
from koalalink.domain.identity.names import company_key, generation_of, name_words, names_a_company, readings
from koalalink.domain.importing.column_mapping import columns_of
from koalalink.domain.importing.columns import kept_title, recognized
from koalalink.domain.importing.import_rows import split_name
from koalalink.domain.search.query import TextQuery, read_query
from koalalink.domain.stripe.ids import customer_id
from koalalink.domain.text import digits, fold, printable, trimmed
from koalalink.errors import KoalaError
from koalalink.files.cell_cleaning import guarded, is_card_number, mended, plain
from tests.domain.identity.people import fields
from tests.test_cli import TOP, environment

LENGTH = 100_000
_LETTERS = " \t1xE(.'\"=;@-_,+\u0301\u0315é漢"


def texts() -> Iterator[str]:
    """Yield long texts of every kind of character, alone and in pairs, between others that spoil a match."""
    for letter in _LETTERS:
        for pair in (letter, f"{letter} ", f"\u0315{letter}"):
            yield f"5{pair * (LENGTH // len(pair))}a"
    yield "cus_" + "a" * LENGTH
    yield "=" + '"' * LENGTH
    yield "+1 " + "(1 " * LENGTH


def patterns() -> Iterator[tuple[str, Callable[[str], object]]]:
    """Yield every pattern of the program, with each way in which it is used."""
    for found in pkgutil.walk_packages(koalalink.__path__, "koalalink."):
        if found.name.endswith("__main__"):
            continue
        module = importlib.import_module(found.name)
        source = inspect.getsource(module)
        for name, value in vars(module).items():
            if isinstance(value, re.Pattern) and isinstance(value.pattern, str):
                for how in sorted(set(re.findall(rf"\b{name}\.(\w+)\(", source))):
                    use = getattr(value, how)
                    yield f"{found.name}.{name}.{how}", partial(use, "") if how == "sub" else use


RULES: tuple[Callable[[str], object], ...] = (
    fold,
    digits,
    printable,
    trimmed,
    email_key,
    phone_key,
    name_words,
    name_in,
    generation_of,
    names_a_company,
    company_key,
    lambda text: [*readings(text)],
    lambda text: fields(text, text, text, text, emails=(text, "x" + text), phones=(text, "+1" + text)),
    split_name,
    guarded,
    plain,
    lambda text: plain(guarded(text)),
    mended,
    is_card_number,
    lambda text: recognized([text], {}),
    lambda text: columns_of([text, "Email"], [], {}),
    kept_title,
    customer_id,
    read_query,
    lambda text: isinstance(query := read_query(text), TextQuery) and query.spellings(),
)
"""Everything that looks at a text from outside."""


def main() -> None:
    """Try all, and say before each what it is."""
    everything = [*texts()]
    for name, use in patterns():
        print(name, flush=True)
        for text in everything:
            use(text)
    for place, rule in enumerate(RULES):
        print(f"rule {place} {getattr(rule, '__name__', '')}", flush=True)
        for text in everything:
            try:
                rule(text)
            except KoalaError:
                continue
    print("all")


@pytest.mark.long
def test_no_text_is_too_long() -> None:
    """The last line names the one that did not come to its end."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.test_long_texts"],
        cwd=TOP,
        env=environment(Path("/nowhere")),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as child:
        try:
            said, _ = child.communicate(timeout=60)
        except subprocess.TimeoutExpired:
            child.kill()
            said, _ = child.communicate()
    assert said.splitlines()[-1] == "all"


if __name__ == "__main__":
    main()
