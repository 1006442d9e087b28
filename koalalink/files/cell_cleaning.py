"""What spreadsheets do to a cell, and how it is undone."""

import re
from collections.abc import Sequence

# A spreadsheet runs what begins with one of these as a formula; and drops a leading apostrophe, which we add.
_SIGNS = "=+\\-@\uff1d\uff0b\uff0d\uff20"  # the last four are the first, as they are typed in East Asia
_RUN = re.compile(rf"'*[{_SIGNS}\t\r]")
_GUARDED = re.compile(rf"''*[{_SIGNS}\t\r]")
# Where another character than ours separates cells, or a line in a cell ends the row, a cell begins in the middle.
_BEGINS = rf"[ \"']*[{_SIGNS}]"
_RUN_INSIDE = re.compile(rf"([;|\t\r\n])(?={_BEGINS})")
_MAY_RUN = re.compile(rf"[;|\t\r\n](?:{_BEGINS}|'*[\t\r])")
"""What is in a row, a line a cell, that has a cell to be guarded."""
_GUARDED_INSIDE = re.compile(rf"([;|\t\r\n])'(?={_BEGINS})")
_TEXT_FOR_SURE = re.compile(r"'+(?:[+(]?\d|cus_)")
# What cannot be computed, as no sign stands between the numbers, stays as it is: people read it.
_PHONE = re.compile(r"\+\d{1,3} [\d ()]*\d")
_AS_TEXT = re.compile(r'="(.*)"', re.DOTALL)


def guarded(text: str) -> str:
    """Return `text` as a cell that no spreadsheet runs."""
    text = _RUN_INSIDE.sub(r"\1'", text)
    return f"'{text}" if _RUN.match(text) and not _PHONE.fullmatch(text) else text


def guarded_row(cells: Sequence[str]) -> Sequence[str]:
    """Return the cells of a row, each `guarded`; asking once for a row is quick, and most have nothing to guard."""
    return [guarded(cell) for cell in cells] if _MAY_RUN.search("\n" + "\n".join(cells)) else cells


def plain(cell: str) -> str:
    """Return the text that a cell stands for: without our apostrophes, and without Excel's ="…" around it."""
    if "'" in cell:
        cell = _GUARDED_INSIDE.sub(r"\1", cell)
    if _GUARDED.match(cell):
        return cell[1:].strip()
    if cell.startswith("=") and (quoted := _AS_TEXT.fullmatch(cell.strip())):
        return quoted[1].replace('""', '"').strip()
    return cell.strip()


def without_apostrophes(cell: str, *, everywhere: bool) -> str:
    """Return the text of a cell without the apostrophe that tells a spreadsheet to leave it alone, or a pair of them.

    It is one before digits, signs and Stripe's IDs, and where the others of the column have one, too (`everywhere`);
    names such as 't Hart and 'Aolani keep theirs.
    """
    text = plain(cell)
    if text.startswith("'") and (everywhere or _TEXT_FOR_SURE.match(text)):
        text = text[1:].strip()
    begins = cell.lstrip().startswith("'") and not text.startswith("'")
    return text.removesuffix("'").rstrip() if begins and text.endswith("'") else text


def mended(text: str) -> str:
    """Return `text` with its accents, where it was UTF-8 that somebody has read as Latin-1; right text stays."""
    if text.isascii():
        return text
    # ftfy knows which sequences no language writes. It takes 25 ms to load, so only where there is something to mend.
    from ftfy import TextFixerConfig, fix_encoding

    return fix_encoding(text, TextFixerConfig(restore_byte_a0=False, replace_lossy_sequences=False))


_NUMBER_OF_A_CARD = re.compile(r"[2-6]\d{3}[ -]?(?:\d[ -]?){9,15}")


def is_card_number(cell: str) -> bool:
    """Tell whether a cell is 13 to 19 digits whose last is the check digit of a card's number (Luhn)."""
    if not 13 <= len(cell) <= 30 or not _NUMBER_OF_A_CARD.fullmatch(cell):
        return False
    number = [int(digit) for digit in cell if digit.isdigit()]
    doubled = (sum(divmod(2 * digit, 10)) for digit in number[-2::-2])
    return 13 <= len(number) <= 19 and (sum(number[-1::-2]) + sum(doubled)) % 10 == 0
