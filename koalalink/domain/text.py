"""How texts are compared and made fit to print."""

import re
import unicodedata
from collections.abc import Iterable

# Letters that carry no separable accent in Unicode, but that people type without their stroke.
_STROKES = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"})

# Invisible characters that reorder or hide text: bidirectional marks and overrides, zero-width ones, line separators.
_DECEPTIVE = {*range(0x200B, 0x2010), *range(0x2028, 0x202F), *range(0x2060, 0x2070), 0x061C, 0xFEFF}
_LONGEST_NAME = 1000
"""Characters of a name that are looked at."""

_COMBINING_OF_LATIN = frozenset(map(chr, range(0x300, 0x370)))
_NO_DIGITS = re.compile(r"[^0-9]+")


def fold(text: str) -> str:
    """Return `text` without case, accents and surplus spaces, for comparing only."""
    if text.isascii():
        return " ".join(text.lower().split()) if " " in text or not text.isprintable() else text.lower()
    # Accents that stand by themselves go first: putting a hundred thousand of them in order takes a minute.
    plain = unicodedata.normalize("NFKD", _without_accents(text.casefold()))
    return " ".join(_without_accents(plain).translate(_STROKES).split())


def fold_name(text: str) -> str:
    """Return the same for names: a mark on a letter of another script than ours is a part of the letter."""
    if text.isascii():
        return fold(text)
    folded = []
    for character in unicodedata.normalize("NFKC", text[:_LONGEST_NAME]).casefold():
        base = unicodedata.normalize("NFD", character)
        folded.append(
            base[0] if len(base) > 1 and unicodedata.name(base[0], "").startswith(("LATIN", "GREEK")) else character
        )
    plain = "".join(c for c in folded if c not in _COMBINING_OF_LATIN)
    return " ".join(plain.translate(_STROKES).split())


def _without_accents(text: str) -> str:
    return "".join(c for c in text if not unicodedata.combining(c))


def digits(text: str) -> str:
    """Return the digits of `text`, of any script, as 0 to 9."""
    if text.isascii():
        return _NO_DIGITS.sub("", text)
    return "".join(str(unicodedata.digit(c)) for c in text if c.isdigit())


def printable(text: str) -> str:
    """Return `text` as one line that cannot move the cursor, change colours or reorder what stands beside it."""
    if text.isascii() and text.isprintable():
        return text
    shown = "".join(" " if c in "\t\r\n\v\f" else "" if _deceives(c) else c for c in text)
    return " ".join(shown.split(" ")).strip()


def _deceives(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cs") or ord(character) in _DECEPTIVE


def cleaned(text: str) -> str:
    """Return `text` without control characters but tabs and lines, and without what reorders or hides letters.

    SQLite cannot hold all of them, an export would hand the others on to terminals, and nobody's name has any.
    """
    if text.isprintable():
        return text
    return "".join(c for c in text.encode("utf-8", "replace").decode() if c in "\t\r\n" or not _deceives(c))


def trimmed(text: str) -> str:
    """Return `text` as it is kept: cleaned, and without white space around it."""
    return cleaned(text).strip()


def counted(number: int, noun: str) -> str:
    """Return "1 row", "2 rows" or "3,000 rows"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def listed(parts: Iterable[str]) -> str:
    """Return "A", "A and B", or "A, B and C"."""
    *first, last = [*parts] or [""]
    return f"{', '.join(first)} and {last}" if first else last
