"""People's names, read: the same name is written in many ways ("Jane M. Doe", "DOE, JANE")."""

import re
from collections.abc import Iterator
from functools import lru_cache
from sys import intern
from typing import NamedTuple

from koalalink.domain.text import fold, fold_name

_TITLES = frozenset("mr mrs ms miss mx dr prof rev sir madam mme mlle sra srta herr frau".split())
_DEGREES = frozenset("esq phd md dds cpa rn".split())
_GENERATIONS = {
    **dict.fromkeys(("jr", "jnr", "junior"), "jr"),
    **dict.fromkeys(("sr", "snr", "senior"), "sr"),
    **dict.fromkeys(("ii", "2nd"), "ii"),
    **dict.fromkeys(("iii", "3rd"), "iii"),
    **dict.fromkeys(("iv", "4th"), "iv"),
}
_RELATIVES = {
    **dict.fromkeys("son daughter child boy girl kid younger".split(), "jr"),
    **dict.fromkeys("father mother dad mom mum parent older".split(), "sr"),
}
"""What is noted behind a name in parentheses, and tells a parent from a child."""

_NOTE = re.compile(r"[(\[{]([^)\]}]*)[)\]}]?")
_UNIT = re.compile(r"(?:\b(?:unit|apt|apartment|suite|ste|no\.?|number)\b ?#?|#) ?(\w{1,6})\b", re.IGNORECASE)
"""Which of several: homes of one manager, children of one mother, entries of one name."""
_COMPANY_FORMS = frozenset("llc inc ltd co corp corporation company limited gmbh plc pty lp llp the".split())
_TRADES = frozenset(
    "associates cafe cleaning clinic consulting design enterprises group holdings lawn partners plumbing realty "
    "restaurant salon services solutions studio studios".split()
)
_TOGETHER = re.compile(r" ?(?:&|\+|/|\band\b) ?")
_MOST_WORDS = 20
"""Of a longer text it is not tried where the given names could end: nobody is called that."""


_WORD = re.compile(r"[^\W_]+")
_TWO_WORDS = re.compile(r"[^\W\d_]+(?: [^\W\d_]+)?")
"""Most names, which hold no note."""

_APOSTROPHE = re.compile(r"['\u2018\u2019`\u00b4]")


class Name(NamedTuple):
    """One way to read a name, in folded words."""

    given: tuple[str, ...]
    surname: tuple[str, ...]
    generation: str = ""
    of_a_couple: bool = False


@lru_cache(maxsize=512)  # the same text is asked for words, generation and company
def _tokens(text: str) -> list[str]:
    # An apostrophe joins (O'Brien is OBrien), every other character that is not a letter separates.
    return [intern(word) for word in _WORD.findall(_APOSTROPHE.sub("", fold_name(text)))]


def without_notes(text: str) -> str:
    """Return a name without what is noted in it: in parentheses, or which unit or number it is."""
    return text if _TWO_WORDS.fullmatch(text) else _UNIT.sub(" ", _NOTE.sub(" ", text))


def name_words(text: str) -> tuple[str, ...]:
    """Return the words of a name, folded, without titles, degrees, notes and Jr or Sr."""
    words = [word for word in _tokens(without_notes(text)) if word not in _TITLES]
    # The first word is somebody's name, whatever it is: Junior Jones need not be the son of Mr Jones.
    return tuple(words[:1] + [word for word in words[1:] if word not in _GENERATIONS and word not in _DEGREES])


def given_words(text: str) -> tuple[str, ...]:
    """Return the words of given names; Jean-Pierre is one word, as it is one name."""
    words = name_words(text)
    return _joined(text, words) if "-" in text else words


def _joined(text: str, words: tuple[str, ...]) -> tuple[str, ...]:
    joined: list[str] = []
    before = ""
    for word in words:
        if before and joined_by_a_hyphen(text, before, word):
            joined[-1] += word
        else:
            joined.append(word)
        before = word
    return tuple(joined)


@lru_cache(maxsize=512)
def generation_of(text: str) -> str:
    """Return what tells namesakes apart where a name says so: "jr", "sr", "ii" …, or "unit 4" of several."""
    noted: list[str] = []
    if not _TWO_WORDS.fullmatch(text):
        if unit := _UNIT.search(text):
            return f"unit {unit[1].lower()}"
        noted = [_RELATIVES[word] for note in _NOTE.findall(text) for word in _tokens(note)[:1] if word in _RELATIVES]
    said = [_GENERATIONS[word] for word in _tokens(text)[1:] if word in _GENERATIONS]
    return next(iter((*noted, *said)), "")


def names_a_company(text: str) -> bool:
    """Tell whether a name is a company's, by its legal form or its trade."""
    words = _tokens(text)
    # Two words of which the second is Co are somebody's name.
    return not {*words[1:]}.isdisjoint((_COMPANY_FORMS - {"co", "the"}) | _TRADES) or "co" in words[2:]


def company_key(text: str) -> str:
    """Return the words of a company's name without its legal form, unless it has no others."""
    words = _tokens(text)
    return " ".join([word for word in words if word not in _COMPANY_FORMS] or words)


def readings(text: str) -> Iterator[Name]:
    """Yield every way to read a line as given names and surname; most lines have one or two."""
    generation, text = generation_of(text), without_notes(text)
    surname, comma, given = text.partition(",")
    if comma and name_words(given) and name_words(surname) and not _only_suffixes(given):
        yield Name(given_words(given), name_words(surname), generation)
        return
    parts = _TOGETHER.split(fold(text))
    together = [words for part in parts if (words := name_words(part))] if len(parts) > 1 else []
    if 1 < len(together) <= _MOST_WORDS:  # "John & Jane Doe": the last surname is everybody's
        for part in together:
            yield Name(part[:1], part[1:] or together[-1][1:], of_a_couple=True)
        return
    words = name_words(text)
    if len(words) == 1 or len(words) > _MOST_WORDS:
        yield Name(words, (), generation)
        return
    for split in range(1, len(words)):
        # Jean-Pierre is one given name, and no Jean of the family Pierre Dupont.
        if split == len(words) - 1 or not joined_by_a_hyphen(text, words[split - 1], words[split]):
            first = _joined(text, words[:split]) if "-" in text else words[:split]
            yield Name(first, words[split:], generation)


def joined_by_a_hyphen(text: str, one: str, other: str) -> bool:
    """Tell whether two words of a name are written as one."""
    return "-" in text and f"{one}-{other}" in fold_name(text)


def _only_suffixes(text: str) -> bool:
    return all(word in _GENERATIONS or word in _DEGREES for word in _tokens(text))
