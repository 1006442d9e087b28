"""Texts: folded for comparing, and made fit to print."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from koalalink.domain.text import digits, fold, printable, trimmed


@pytest.mark.parametrize(
    ("text", "folded"),
    [("JOSÉ  Núñez", "jose nunez"), ("Straße", "strasse"), ("Łukasz Øre", "lukasz ore"), ("李", "李")],
)
def test_fold_ignores_case_and_accents(text: str, folded: str) -> None:
    """What people type without accents is found."""
    assert fold(text) == folded


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "[31mred[0m"),
        ("a\x1b]8;;http://x\x07b", "a]8;;http://xb"),
        ("evil\u202egnp.exe", "evilgnp.exe"),
        ("two\nlines\tand tabs", "two lines and tabs"),
        ("zero\u200bwidth", "zerowidth"),
        ("\ud800", ""),
        ("[red]Jane[/red]", "[red]Jane[/red]"),
    ],
)
def test_printable_leaves_nothing_that_acts(text: str, shown: str) -> None:
    """Escape sequences, marks that reorder and line breaks are taken out; markup is only text."""
    assert printable(text) == shown


@given(st.text())
def test_printable_of_any_text_is_one_plain_line(text: str) -> None:
    """Whatever comes from outside, it is one line that can be encoded and has no control character."""
    shown = printable(text)
    shown.encode()
    assert not any(ord(c) < 32 or 127 <= ord(c) < 160 or c in "\u202e\u2066\u2028" for c in shown)
    assert printable(shown) == shown


@given(st.text())
def test_trimmed_of_any_text_fits_into_the_store(text: str) -> None:
    """What is kept has no white space around it, no half characters, and none that act on a terminal."""
    kept = trimmed(text)
    kept.encode()
    assert not any((ord(c) < 32 and c not in "\t\r\n") or 127 <= ord(c) < 160 for c in kept)
    assert kept == kept.strip()


def test_digits_are_those_of_any_script() -> None:
    """A number typed on another keyboard is a number."""
    assert digits("+1 (206) ٥٥٥-0142") == "12065550142"
