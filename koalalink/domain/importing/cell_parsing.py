"""What stands in the cells of customer files: several values in one, signs for nothing, an address in one line."""

import re
from collections.abc import Sequence

from koalalink.domain.identity.contacts import EMAIL, emails_in, mailbox_in
from koalalink.domain.text import digits, fold

_ALONE = re.compile(r"[^@\s,;|<>:]+@[^@\s,;|<>:]+")
_ROUNDED_ID = re.compile(r"\d(?:[.,]\d+)?E\+\d{1,3}", re.IGNORECASE)
_ROUNDED = re.compile(r"\d(?:[.,]\d+)?E\+?\d+", re.IGNORECASE)
_WRITTEN_PHONE = re.compile(r"\+?[\d(][\d ().\-/]{6,20}\d(?: ?(?:x|ext\.?) ?\d+)?", re.IGNORECASE)
_PHONES = re.compile(r":::|[,;|\n/&]| and | or ")
_ZIP = re.compile(r"\d{5}(?:-\d{4})?|[A-Za-z]\d[A-Za-z] ?\d[A-Za-z]\d")
_SHORTEST_PHONE, _LONGEST_PHONE = 7, 15

_DASHES = frozenset("- -- --- ---- – — . N/A n/a N/a n.a. #N/A".split())
_WORDS = frozenset("none None NONE null Null NULL nil (none) (null) (blank) (empty) undefined nan NaN".split())
EMPTY = _DASHES | _WORDS
"""What programs and people write into a cell that has nothing to say."""

_WORDS_AND_NUMBERS = re.compile(r"[a-z]+|\d+")
_COUNTED = frozenset("record records row rows customer customers client clients contact contacts entry entries".split())
_OF_TOTALS = _COUNTED | frozenset(
    "grand sub report total totals subtotal subtotals number of results items count found exported listed in".split()
)
_OF_ENDS = frozenset("end of the report file list export page".split())
_BEGINS_A_FOOTER = frozenset("exported generated printed created".split())
_LONGEST_FOOTER = 100
_MONEY = re.compile(r"[$€£]?[\d,. ]*")

_DIVIDES = re.compile(r"[,•·\n|]")
_COUNTRIES = frozenset("us,usa,u.s.,u.s.a.,united states,united states of america,canada".split(","))


def is_written_phone(cell: str) -> bool:
    """Tell whether a cell is a phone number as people write one, which a number of another kind does not look like."""
    return bool(_WRITTEN_PHONE.fullmatch(cell)) and not cell.isdigit() and 10 <= len(digits(cell)) <= _LONGEST_PHONE


def is_phone(cell: str) -> bool:
    """Tell whether a cell can be a phone number, where nothing says that it is a number of another kind."""
    return is_written_phone(cell) or (cell.isdigit() and len(cell) in (10, 11))


def is_zip(cell: str) -> bool:
    """Tell whether a cell can be a ZIP code, or Canada's postal code."""
    return bool(_ZIP.fullmatch(cell))


def is_rounded_id(cell: str) -> bool:
    """Tell whether a spreadsheet has rounded an ID, so that several have become one: 7.21045E+12.

    It always writes the plus sign; 12E12 and 219E01 are IDs as they stand.
    """
    return bool(_ROUNDED_ID.fullmatch(cell))


def is_rounded(phone: str) -> bool:
    """Tell whether a spreadsheet has rounded a phone number: 2.06556E+09."""
    return ("E" in phone or "e" in phone) and bool(_ROUNDED.search(phone))


def email_of(cell: str) -> tuple[str, str]:
    """Return the first email address in a cell, and what else stands there; a cell without one is returned whole."""
    if _ALONE.fullmatch(cell):
        return cell, ""
    alone = mailbox_in(cell) if cell.count("@") == 1 else cell
    if EMAIL.fullmatch(alone) and not {*",;|"} & {*alone}:
        return alone.removeprefix("mailto:"), ""
    found = emails_in(cell)
    if not found:
        return cell, ""
    first, *others = found
    if others:
        return first, ", ".join(each for each in dict.fromkeys(others) if each != first)
    rest = cell.replace(first, "").removeprefix("mailto:")
    return first, cell if any(character.isalnum() for character in rest) else ""


def phone_of(cell: str) -> tuple[str, str]:
    """Return the first phone number in a cell, and the others; a cell with one number is returned whole."""
    if len(cell) < 2 * _SHORTEST_PHONE:
        return cell, ""
    parts = [part.strip() for part in _PHONES.split(cell) if part.strip()]
    if len(parts) < 2 or not all(len(digits(part)) >= _SHORTEST_PHONE for part in parts):
        return cell, ""
    return parts[0], ", ".join(dict.fromkeys(parts[1:]))


def is_footer(cells: Sequence[str]) -> bool:
    """Tell whether a row closes a report, as "Total records: 3" does, and is nobody."""
    filled = [text for cell in cells[:_FEW] if (text := cell.strip())]
    if not filled or len(filled[0]) > _LONGEST_FOOTER:
        return False
    closing = [_closes(text) for text in filled]
    return any(closing) and all(closes or _MONEY.fullmatch(text) for closes, text in zip(closing, filled, strict=True))


def _closes(text: str) -> bool:
    words = _WORDS_AND_NUMBERS.findall(text[: _LONGEST_FOOTER + 1].lower())
    letters = {word for word in words if word.isalpha()}
    has_number = len(letters) < len({*words})
    if not letters or len(text) > _LONGEST_FOOTER:
        return False
    if letters <= _OF_TOTALS:
        return bool(letters & {"total", "totals", "subtotal"}) or (has_number and bool(letters & _COUNTED))
    if letters <= _OF_ENDS:
        return "end" in letters or (has_number and "page" in letters)
    return words[0] in _BEGINS_A_FOOTER and has_number


_FEW = 20
"""Cells of a row that are looked at."""


def address_parts(line: str) -> dict[str, str]:
    """Return the fields of an address that stands in one line, "1 Elm St, Seattle, WA 98101"; none where it does not.

    Only addresses of the United States and Canada are told apart.
    """
    parts = [part.strip() for part in _DIVIDES.split(line) if part.strip()]
    country = parts.pop() if parts and fold(parts[-1]) in _COUNTRIES else ""
    words = parts.pop().split() if parts else []
    if not country and words and fold(words[-1]) in _COUNTRIES:
        country = words.pop()
    size = next((size for size in (1, 2) if is_zip(" ".join(words[-size:]))), 0)
    if not size:
        return {}
    code, words = " ".join(words[-size:]), words[:-size]
    if not words and parts:  # Seattle, WA, 98101
        words = parts.pop().split()
    if len(words) > 1 and len(words[-1]) == len("WA") and words[-1].isupper():
        city, state = " ".join(words[:-1]), words[-1]
    else:
        city, state = parts.pop() if parts else "", " ".join(words)
    if not parts or not city or not state or any(map(str.isdigit, city + state)):
        return {}
    found = {"address": ", ".join(parts), "city": city, "state": state, "zip": code, "country": country}
    return {field: text for field, text in found.items() if text}


def address_of_lines(lines: Sequence[str], names: Sequence[str]) -> dict[str, str]:
    """Return the fields of an address that stands in lines one below the other, without the `names` above it."""
    known = {fold(name) for name in names if name}
    kept = [line for line in lines if line and fold(line) not in known]
    while len(kept) > 1 and not any(map(str.isdigit, kept[0])):
        if address_parts("\n".join(kept)).get("city"):
            kept = kept[1:]  # a name that is another than the customer's: c/o, attention
        else:
            break
    parts = address_parts("\n".join((", ".join(kept[:-1]), kept[-1]))) if len(kept) > 1 else {}
    if not parts and len(kept) > 2:
        parts = address_parts("\n".join((", ".join(kept[:-2]), ", ".join(kept[-2:]))))
    return parts or ({"address": ", ".join(kept)} if kept else {})
