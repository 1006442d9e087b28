"""People's names: when two of them can be one person's.

The same name is written in many ways ("Jane M. Doe", "DOE, JANE"), and people are called by several
("Liz" for Elizabeth). What is never forgiven is another given name: families share surname, address, phone and
email, and nothing else tells a mother from her daughter. That is why a typing error in a given name counts as
another name here: Joan and Jean, Mario and Maria are one letter apart.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from sys import intern
from typing import NamedTuple

from koalalink.domain.people.agreement import Agreement
from koalalink.domain.people.nicknames import share_a_nickname
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


def compare_names(first_name: str, last_name: str, company: str, theirs: str) -> Agreement:
    """Compare a customer of the store with the one line that Stripe has for a name.

    SAME is the same given name and surname, middle names and initials aside; SIMILAR contradicts nothing but
    leaves room for somebody else.
    """
    ours = f"{first_name} {last_name}".strip()
    if not name_words(theirs) or not name_words(ours or company):
        return Agreement.UNKNOWN
    if company_key(company) and company_key(company) == company_key(theirs):
        return Agreement.SIMILAR if ours else Agreement.SAME
    given, surname = name_words(first_name), name_words(last_name)
    if given and surname:
        named = Name(given, surname, generation_of(ours))
        return _best(_compare(named, reading) for reading in readings(theirs))
    return _compare_texts(ours or company, theirs)


def compare_full_names(one: str, other: str) -> Agreement:
    """Compare two lines that each hold a whole name, as Stripe has them."""
    if not name_words(one) or not name_words(other):
        return Agreement.UNKNOWN
    return _compare_texts(one, other)


def _compare_texts(ours: str, theirs: str) -> Agreement:
    return _best(_compare(one, other) for one in readings(ours) for other in readings(theirs))


def _best(outcomes: Iterator[Agreement]) -> Agreement:
    found = set(outcomes)
    return next((a for a in (Agreement.SAME, Agreement.SIMILAR) if a in found), Agreement.DIFFERENT)


@lru_cache(maxsize=512)  # the same text is asked for words, generation and company
def _tokens(text: str) -> list[str]:
    # An apostrophe joins (O'Brien is OBrien), everything else that is no letter separates.
    return [intern(word) for word in _WORD.findall(_APOSTROPHE.sub("", fold(text)))]


def name_words(text: str) -> tuple[str, ...]:
    """Return the words of a name, folded, without titles, degrees and Jr or Sr."""
    words = [word for word in _tokens(text) if word not in _TITLES]
    # The first word is somebody's name, whatever it is: Junior Jones is no son of Mr Jones.
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
    """Return the words of a company's name without its legal form."""
    return " ".join(word for word in _tokens(text) if word not in _COMPANY_FORMS)


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


def _compare(one: Name, other: Name) -> Agreement:
    if one.generation and other.generation and one.generation != other.generation:
        return Agreement.DIFFERENT
    straight = _compare_in_order(one, other)
    if straight is Agreement.DIFFERENT:
        # Without a comma nothing tells James Thomas from Thomas James: never the same, yet no contradiction.
        swapped = _compare_in_order(Name(one.surname, one.given), other)
        return Agreement.SIMILAR if swapped is Agreement.SAME else Agreement.DIFFERENT
    # A couple's entry may be the other one's; and of "John Doe" and "John Doe Jr" nobody knows who the first is.
    alike = one.generation == other.generation and not (one.of_a_couple or other.of_a_couple)
    return straight if alike else Agreement.SIMILAR


def _compare_in_order(one: Name, other: Name) -> Agreement:
    parts = {_compare_given(one.given, other.given), _compare_surnames(one.surname, other.surname)}
    # Jane Marie Doe is not Jane Louise Doe: each has a word that the other lacks.
    each_has_more = (len(one.given) - len(other.given)) * (len(one.surname) - len(other.surname)) < 0
    if Agreement.DIFFERENT in parts or (each_has_more and parts != {Agreement.SAME}):
        return Agreement.DIFFERENT
    return Agreement.SAME if parts == {Agreement.SAME} else Agreement.SIMILAR


def _compare_given(one: tuple[str, ...], other: tuple[str, ...]) -> Agreement:
    if not one or not other:
        return Agreement.SIMILAR
    if "".join(one) == "".join(other):
        return Agreement.SAME
    first = _compare_word(one[0], other[0])
    middle = {_compare_word(a, b) for a, b in zip(one[1:], other[1:], strict=False)}
    return Agreement.DIFFERENT if Agreement.DIFFERENT in middle else first


def _compare_word(one: str, other: str) -> Agreement:
    if one == other:
        return Agreement.SAME
    short, long = sorted((one, other), key=len)
    initial = len(short) == 1 and long.startswith(short)
    return Agreement.SIMILAR if initial or share_a_nickname(one, other) else Agreement.DIFFERENT


def _compare_surnames(one: tuple[str, ...], other: tuple[str, ...]) -> Agreement:
    if not one or not other:
        return Agreement.SIMILAR
    if "".join(one) == "".join(other):
        return Agreement.SAME
    # One half of a double surname is often all that is written, at a marriage or on a card. A letter is no half.
    more = set(one) ^ set(other)
    if more in (set(one) - set(other), set(other) - set(one)) and all(len(word) > 1 for word in more):
        return Agreement.SIMILAR
    short, long = sorted(("".join(one), "".join(other)), key=len)
    return Agreement.SIMILAR if len(short) == 1 and long.startswith(short) else Agreement.DIFFERENT
