"""People's names, read: the same name is written in many ways ("Jane M. Doe", "DOE, JANE")."""

import re
from collections.abc import Iterator
from functools import lru_cache
from sys import intern
from typing import NamedTuple

from koalalink.domain.text import fold

_TITLES = frozenset("mr mrs ms miss mx dr prof rev sir madam mme mlle sra srta herr frau".split())
_DEGREES = frozenset("esq phd md dds cpa rn".split())
_GENERATIONS = {"jr": "jr", "jnr": "jr", "junior": "jr", "sr": "sr", "snr": "sr", "senior": "sr"} | {
    numeral: numeral for numeral in ("ii", "iii", "iv")
}
_COMPANY_FORMS = frozenset("llc inc ltd co corp corporation company limited gmbh plc pty lp llp the".split())
_TRADES = frozenset(
    "associates cafe cleaning clinic consulting design enterprises group holdings lawn partners plumbing realty "
    "restaurant salon services solutions studio studios".split()
)
_TOGETHER = re.compile(r" ?(?:&|\+|/|\band\b) ?")
_MOST_WORDS = 20
"""Of a longer text it is not tried where the given names could end: nobody is called that."""


_WORD = re.compile(r"[^\W_]+")
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
    return [intern(word) for word in _WORD.findall(_APOSTROPHE.sub("", fold(text)))]


def name_words(text: str) -> tuple[str, ...]:
    """Return the words of a name, folded, without titles, degrees and Jr or Sr."""
    words = [word for word in _tokens(text) if word not in _TITLES]
    # The first word is somebody's name, whatever it is: Junior Jones need not be the son of Mr Jones.
    return tuple(words[:1] + [word for word in words[1:] if word not in _GENERATIONS and word not in _DEGREES])


def generation_of(text: str) -> str:
    """Return "jr", "sr", "ii" … where a name says so."""
    return next((_GENERATIONS[word] for word in _tokens(text)[1:] if word in _GENERATIONS), "")


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
    generation = generation_of(text)
    surname, comma, given = text.partition(",")
    if comma and name_words(given) and name_words(surname) and not _only_suffixes(given):
        yield Name(name_words(given), name_words(surname), generation)
        return
    together = [name_words(part) for part in _TOGETHER.split(fold(text)) if name_words(part)]
    if 1 < len(together) <= _MOST_WORDS:  # "John & Jane Doe": the last surname is everybody's
        for part in together:
            yield Name(part[:1], part[1:] or together[-1][1:], of_a_couple=True)
        return
    words = name_words(text)
    if len(words) == 1 or len(words) > _MOST_WORDS:
        yield Name(words, (), generation)
        return
    for split in range(1, len(words)):
        yield Name(words[:split], words[split:], generation)


def _only_suffixes(text: str) -> bool:
    return all(word in _GENERATIONS or word in _DEGREES for word in _tokens(text))
