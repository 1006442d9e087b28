"""How far one field of two people agrees; what is not known on one side is never evidence."""

from enum import Enum, StrEnum
from functools import lru_cache

from koalalink.domain.identity.contacts import letters
from koalalink.domain.identity.names import Name
from koalalink.domain.identity.nicknames import is_known, share_a_nickname

_BEFORE_A_NAME = frozenset("md mohd mohammed muhammad mohammad ma".split())
"""Names that stand before the one that somebody is called by, and that brothers share."""

_STREET = 5
"""Letters at the beginning of a street that make it nearly the same."""

_NATIONAL, _COUNTRY = 9, 3
"""Digits of a national number, from which on it is whole, and at most of a country's."""

_SHORTEST = 3
"""Letters from which on a run of an email can be a name: "al" and "jo" begin too many others."""


class Agreement(StrEnum):
    """A field as people see it: what both sides have is the same, or not, or tells nothing."""

    SAME = "same"
    SIMILAR = "similar"
    """Neither the same nor contradicted: an initial, a nickname, part of a double name."""
    DIFFERENT = "different"
    UNKNOWN = "unknown"


class Level(Enum):
    """How far a name agrees."""

    SAME = "same"
    NICKNAME = "nickname"
    INITIAL = "initial"
    ERROR = "typing error"
    PART = "part"
    """Half of a double surname."""
    MISSING = "missing"
    OTHER = "other"

    __hash__ = object.__hash__  # Enum's own is Python, and a whole customer base asks for it millions of times


class Reach(Enum):
    """How far a contact or an address agrees."""

    SAME = "same"
    NEAR = "near"
    UNKNOWN = "unknown"
    OTHER = "other"

    __hash__ = object.__hash__


class Told(Enum):
    """What is told of somebody besides the name: by a description, or the holder of a card."""

    NOTHING = "nothing"
    WHOLE = "whole"
    """The whole name is our customer's."""
    ANOTHER = "another"
    """It is somebody of another given name."""

    __hash__ = object.__hash__


WORSE = {level: place for place, level in enumerate(Level)}
"""How far from the same a name is."""


def compare_given(one: tuple[str, ...], other: tuple[str, ...]) -> Level:
    """Tell how far two people's given names agree; Jane Marie is not Jane Louise."""
    if not one or not other:
        return Level.MISSING
    if one == other or "".join(one) == "".join(other):
        return Level.SAME
    if len(one) != len(other):
        short, long = sorted((one, other), key=len)
        if long[1:] == short and word_level(long[0], "maria") in (Level.SAME, Level.NICKNAME):
            return Level.NICKNAME  # María Guadalupe is called Guadalupe
        if len(short) == 1 and short[0] == long[0] and short[0] in _BEFORE_A_NAME:
            return Level.OTHER  # Md alone is the beginning of many names
    if len(one) > 1 and len(other) > 1:
        for mine, its in zip(one[1:], other[1:], strict=False):
            if (middle := word_level(mine, its)) in (Level.OTHER, Level.ERROR):
                return middle
    return word_level(one[0], other[0])


@lru_cache(maxsize=1 << 16)
def word_level(one: str, other: str) -> Level:
    """Tell how two given names agree; Joan and Jean are one letter apart, and two people."""
    if one == other:
        return Level.SAME
    if share_a_nickname(one, other):
        return Level.NICKNAME
    short, long = sorted((one, other), key=len)
    if len(short) == 1:
        return Level.INITIAL if long.startswith(short) else Level.OTHER
    return Level.ERROR if one_error(one, other) else Level.OTHER


def may_be_a_slip(one: str, other: str, given_names: frozenset[str]) -> bool:
    """Tell whether one of two given names that are a letter apart is no name, so that it is a slip for the other.

    Joan and Jean are two names. Another ending makes another name in many languages, and perhaps one that no list
    knows: Paul and Paula, Jianhua and Jianhui, Minjun and Minjung.
    """
    if one[-1] != other[-1]:
        return False
    return not all(is_known(name) or name in given_names for name in (one, other))


def compare_surnames(one: tuple[str, ...], other: tuple[str, ...]) -> Level:
    """Tell how far two surnames agree; one half of a double surname is often all that is written."""
    if not one or not other:
        return Level.MISSING
    if one == other:
        return Level.SAME
    mine, its = "".join(one), "".join(other)
    if mine == its:
        return Level.SAME
    if len(one) > 1 or len(other) > 1:
        more = set(one) ^ set(other)
        if more in (set(one) - set(other), set(other) - set(one)):
            # A letter in front is a middle initial that was read as a part of the surname.
            return Level.PART if any(len(word) > 1 for word in more) else Level.SAME
    if 1 in (len(mine), len(its)):
        return Level.INITIAL if mine[0] == its[0] else Level.OTHER
    return Level.ERROR if one_error(mine, its) else Level.OTHER


def one_error(one: str, other: str) -> bool:
    """Tell whether one letter is wrong, missing or too many, or two neighbours are exchanged; two in a long word."""
    if abs(len(one) - len(other)) > 1 or min(len(one), len(other)) < 4:
        return False
    if one[0] != other[0] and one[-1] != other[-1]:  # by far the most pairs: wrong at both ends
        return False
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    one, other = one[start:], other[start:]
    end = 0
    while end < min(len(one), len(other)) and one[-1 - end] == other[-1 - end]:
        end += 1
    one, other = one[: len(one) - end], other[: len(other) - end]
    exchanged = len(one) == 2 and one == other[::-1]
    return exchanged or max(len(one), len(other)) <= 1


def compare_emails(one: str, other: str) -> Reach:
    """Tell how far two keys of mailboxes agree; near is the same but for a slip."""
    if not one or not other:
        return Reach.UNKNOWN
    if one == other:
        return Reach.SAME
    mine, _, at = one.partition("@")
    its, _, there = other.partition("@")
    if mine == its and len(mine) >= 5 and (one_error(at, there) or at.partition(".")[0] == there.partition(".")[0]):
        return Reach.NEAR
    if at == there and len(mine) >= 6 and not (mine + its).isalnum() and one_error(mine, its):
        return Reach.NEAR
    return Reach.OTHER


def compare_phones(one: str, other: str, *, both_name_a_country: bool) -> Reach:
    """Tell how far two keys of phone numbers agree.

    One may lack the country's number; a number that lacks the area's too is near: there are many of it.
    """
    if not one or not other:
        return Reach.UNKNOWN
    if one == other:
        return Reach.SAME
    short, long = sorted((one, other), key=len)
    if both_name_a_country or len(short) == len(long) or not long.endswith(short):
        return Reach.OTHER
    whole = len(short) >= _NATIONAL and len(long) - len(short) <= _COUNTRY
    return Reach.SAME if whole else Reach.NEAR


def compare_houses(one: tuple[str, str], other: tuple[str, str]) -> Reach:
    """Compare numbers and streets; the same street is near, whatever the number, or its other words."""
    (number, street), (its_number, its) = one, other
    if not street or not its:
        return Reach.UNKNOWN
    if street == its or street.partition(" ")[0] == its.partition(" ")[0]:
        return Reach.SAME if number and number == its_number else Reach.NEAR
    alike = street.replace(" ", "")[:_STREET] == its.replace(" ", "")[:_STREET]
    near = alike or compare_words(street, its) is Reach.NEAR
    return Reach.NEAR if near and number == its_number else Reach.OTHER


@lru_cache(maxsize=1 << 14)
def compare_words(one: str, other: str) -> Reach:
    """Tell how far two texts of an address agree; near is the same but for a slip."""
    if not one or not other:
        return Reach.UNKNOWN
    if one == other:
        return Reach.SAME
    return Reach.NEAR if one_error(one, other) or one.replace(" ", "") == other.replace(" ", "") else Reach.OTHER


def spells(email: str, names: tuple[Name, ...]) -> bool:
    """Tell whether the email holds one of these readings: the given name, or the surname with the initial."""
    together = "".join(letters(email.partition("@")[0]))
    for name in names:
        if not name.given or not name.surname:
            continue
        given = name.given[0]
        if len(given) > _SHORTEST and given in together:
            return True
        for surname in {"".join(name.surname), *name.surname}:
            if len(surname) >= _SHORTEST and surname in together:
                rest = together.replace(surname, " ", 1).split()
                if any(run == given[0] or (len(given) >= _SHORTEST and given in run) for run in rest):
                    return True
    return False


def spells_a_given_name(email: str, *people: tuple[Name, ...]) -> bool:
    """Tell whether the email holds the whole given name of one of these, as jane.doe@ does, and jdoe@ does not."""
    together = "".join(letters(email.partition("@")[0]))
    given = {text for names in people for name in names[:1] for text in (*name.given[:1], "".join(name.given))}
    return any(len(text) >= _SHORTEST and text in together for text in given)


def spells_a_surname(email: str, *people: tuple[Name, ...]) -> bool:
    """Tell whether the email holds the whole surname of one of these."""
    together = "".join(letters(email.partition("@")[0]))
    return any(
        len(surname) > _SHORTEST and surname in together
        for names in people
        for name in names
        for surname in {"".join(name.surname), *name.surname}
    )


def has_another_initial(email: str, *people: tuple[Name, ...]) -> bool:
    """Tell whether the email has a surname of these with an initial that is none of theirs, as owhited@ of Hannah's."""
    words = {word for names in people for name in names for word in (*name.given, *name.surname)}
    surnames = {word for names in people for name in names for word in name.surname if len(word) >= _SHORTEST}
    for run in letters(email.partition("@")[0]):
        for surname in surnames:
            rest = run.removesuffix(surname) if run.endswith(surname) else run.removeprefix(surname)
            if len(rest) == 1 and rest != run and not any(word.startswith(rest) for word in words):
                return True
    return False


def spells_another(email: str, names: tuple[Name, ...], given_names: frozenset[str]) -> bool:
    """Tell whether the email holds a given name that is none of this person's.

    `given_names` are those of all people at hand: what is a given name is best told by who has one. Beside the
    person's own surname any word is one.
    """
    runs = letters(email.partition("@")[0])
    mine = {word for name in names for word in (*name.given, *name.surname)}
    for name in names:
        if not name.given or any(run.startswith(name.given[0][:3]) for run in runs):
            return False
    for run in runs:
        rest = run
        for surname in sorted({word for name in names for word in name.surname if len(word) >= _SHORTEST}):
            if rest != surname:
                rest = rest.removesuffix(surname)
        if rest in mine or len(rest) < _SHORTEST:
            continue
        beside = rest != run and len(rest) > _SHORTEST
        if (beside or rest in given_names) and all(word_level(rest, word) is Level.OTHER for word in mine):
            return True
    return False
