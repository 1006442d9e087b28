"""What the columns of a file mean: as somebody has said, else as their titles say, else as their cells tell."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from koalalink.domain.customers.customer import FIELDS
from koalalink.domain.identity.contacts import is_email
from koalalink.domain.importing.cell_parsing import EMPTY, is_phone, is_written_phone, is_zip
from koalalink.domain.importing.columns import (
    KEPT,
    NAMES,
    OUR_NUMBER,
    Column,
    fields_in_words,
    is_of_a_link,
    is_our_own,
    listed_titles,
    parsed,
    said,
)
from koalalink.domain.importing.header_vocabulary import key_of, kind_alone, meaning_of, words_of
from koalalink.domain.stripe.ids import is_customer_id
from koalalink.domain.text import fold, printable
from koalalink.errors import UsageError

_OUR_TITLES = {key for field in FIELDS for key in (fold(field.title), field.name.replace("_", " "))}
"""As exports have them, the older ones, too."""

_OTHER_PEOPLE = frozenset(
    "provider employee staff technician tech rep sales salesperson assigned assignee referred referrer emergency "
    "spouse partner owner created updated modified agent cleaner walker sitter manager assistant author by".split()
)
_SAYS_NOTHING = re.compile(r"(?:unnamed|column|field|custom|untitled|col|value)?(?: ?\w)?(?: \d+)*")
_OF_A_BOOKING = frozenset("booking service frequency transaction appointment start end visit job provider".split())
_A_FILES_NAME = re.compile(r"[^\n/]*\.[A-Za-z][A-Za-z0-9]{1,4}")
_MOST = 0.8
"""The share of a column's cells that tells what it holds."""
_BY_CELLS = 8
"""The rank of a column whose title says nothing."""


def columns_of(titles: Sequence[str], sample: Sequence[Sequence[str]], chosen: Mapping[str, str]) -> list[Column]:
    """Return what every column means: as chosen, else as its title says, else as the cells of `sample` tell.

    Raises UsageError where no title is recognized, or one title stands for two different things.
    """
    wanted = {key_of(title): field for title, field in chosen.items()}
    known = {key_of(title) for title in titles}
    for title in chosen:
        if key_of(title) not in known:
            raise UsageError(f"The file has no column “{printable(title)}”.", hint=f"It has: {listed_titles(titles)}.")
    if is_our_own(titles):
        return [_ours(index, title, wanted) for index, title in enumerate(titles)]
    cells = [_filled(sample, index) for index in range(len(titles))]
    columns = [_titled(index, title, cells[index], wanted) for index, title in enumerate(titles)]
    if not any(column.field in (*NAMES, "stripe_id", "address_line", "number") for column in columns):
        raise UsageError(_nothing_recognized(titles), hint=_how_to_map(titles))
    columns = [*_by_cells(columns, cells)]
    columns = [*_of_links_only(_without_bookings(columns), cells)]
    _refuse_two_of_a_title(columns, cells)
    _refuse_files(columns, cells)
    return [*_in_turn(columns)]


def without_names(columns: Sequence[Column], sample: Sequence[Sequence[str]]) -> list[Column]:
    """Return the columns that may hold the names, where none was taken for a name and something could be one."""
    fields = {column.field for column in columns}
    links = {"stripe_id", "stripe_link", "external_id", "number", "extra", "ignore"}
    if fields & {"first_name", "last_name", "name", "company"} or ("stripe_id" in fields and fields <= links):
        return []
    texts = ((column, _filled(sample, column.position)) for column in columns if column.field == "extra")
    return [column for column, cells in texts if _share(cells, _may_be_a_name) >= _MOST]


def _ours(index: int, title: str, wanted: Mapping[str, str]) -> Column:
    """Return a column of a file of ours: its titles are known, and what is not among them was kept beside."""
    if key_of(title) in wanted:
        return Column(index, title, *parsed(wanted[key_of(title)]))
    if title.startswith(KEPT):
        return Column(index, title.removeprefix(KEPT), "extra")
    field, location = said(title)
    if location or field in {"number", "ignore"} or key_of(title) in _OUR_TITLES:
        return Column(index, title, field, location)
    return Column(index, title, "ignore" if is_of_a_link(title) else "extra")


def _titled(index: int, title: str, cells: Sequence[str], wanted: Mapping[str, str]) -> Column:
    if key_of(title) in wanted:
        return Column(index, title, *parsed(wanted[key_of(title)]), rank=-_BY_CELLS)
    if title.startswith(KEPT):
        return Column(index, title.removeprefix(KEPT), "extra")
    field, location = said(title)
    meaning = meaning_of(title)
    # Where somebody has said which column is the email, another is none.
    if (field, location) in {parsed(choice) for choice in wanted.values()}:
        return Column(index, title, "extra")
    if field == "number" and key_of(title) != key_of(OUR_NUMBER):
        field = "extra"
    if field == "external_id" and _share(cells, is_customer_id) > 1 / 2:  # Stripe calls its own "id", too
        return Column(index, title, "stripe_id")
    return Column(index, title, field, location, meaning.rank if field != "extra" else 0, meaning.kind)


def _by_cells(columns: Sequence[Column], cells: Sequence[Sequence[str]]) -> Iterator[Column]:
    """Yield the columns; one whose title says nothing, and whose cells all are of one kind, is that."""
    there = {column.field for column in columns}
    for column in columns:
        held = cells[column.position]
        if column.field != "extra" or not held or {*words_of(column.title)} & _OTHER_PEOPLE:
            yield column
            continue
        kind = kind_alone(column.title)
        blank = bool(_SAYS_NOTHING.fullmatch(" ".join(words_of(column.title))))
        field = _held(held, is_blank=blank or kind is not None)
        if kind and field in ("phone", "email"):
            yield column._replace(field=field, rank=kind.rank)
        elif field and field not in there and (blank or field != "zip"):
            there.add(field)
            what = {"email": "email addresses", "phone": "phone numbers", "zip": "ZIP codes", "stripe_id": "Stripe IDs"}
            said = f"Its title does not say so, but it holds {what[field]}."
            yield column._replace(field=field, rank=_BY_CELLS, doubt=said)
        elif "email" not in there and any(map(is_email, held)):
            yield column._replace(doubt="Some of its cells are email addresses, and no other column is the email.")
        else:
            yield column


def _held(cells: Sequence[str], *, is_blank: bool) -> str:
    tests: dict[str, Callable[[str], bool]] = {
        "stripe_id": is_customer_id,
        "email": is_email,
        "phone": is_phone if is_blank else is_written_phone,
        "zip": is_zip,
    }
    return next((field for field, test in tests.items() if _share(cells, test) >= _MOST), "")


def _without_bookings(columns: Sequence[Column]) -> list[Column]:
    """Return the columns of a list of bookings, where the ID is the booking's, without that."""
    others = {word for column in columns for word in words_of(column.title) if column.field in ("extra", "ignore")}
    if len(others & _OF_A_BOOKING) < 2:
        return [*columns]
    return [
        column._replace(field="extra") if words_of(column.title) == ["booking", "id"] else column for column in columns
    ]


def _of_links_only(columns: Sequence[Column], cells: Sequence[Sequence[str]]) -> Iterator[Column]:
    """Yield the columns of a list of numbers and Stripe IDs, where "Number" is the customer's number here."""
    fields = {column.field for column in columns}
    rest = fields - {"name", "extra", "ignore", "stripe_id", "stripe_link", "number"}
    for column in columns:
        numbered = "stripe_id" in fields and not rest and key_of(column.title) in ("number", "no", "customer")
        if numbered and _share(cells[column.position], str.isdigit) == 1:
            yield column._replace(field="number")
        else:
            yield column


def _refuse_two_of_a_title(columns: Sequence[Column], cells: Sequence[Sequence[str]]) -> None:
    seen: dict[tuple[str, str | None, str], Column] = {}
    for column in columns:
        if column.field in ("extra", "ignore"):
            continue
        only_one = column.field in ("stripe_id", "stripe_link", "number")
        other = seen.setdefault((column.field, column.location, "" if only_one else key_of(column.title)), column)
        if other is column:
            continue
        if only_one:
            raise UsageError(
                f"Two columns are the {column._replace(behind='').meaning}: “{other.title}” and “{column.title}”.",
                hint=f'Say what the other is, for example: --map "{column.title}=ignore"',
            )
        if cells[other.position] != cells[column.position] and cells[column.position]:
            raise UsageError(
                f"Two columns are called “{printable(column.title)}”, and hold different things.",
                hint="Give one of them another title, or delete it. Nothing was imported.",
            )


def _refuse_files(columns: Sequence[Column], cells: Sequence[Sequence[str]]) -> None:
    meant = [column for column in columns if column.field in NAMES]
    if all(column.field == "name" for column in meant):
        for column in meant:
            if _share(cells[column.position], lambda cell: bool(_A_FILES_NAME.fullmatch(cell))) > 1 / 2:
                raise UsageError(
                    "This looks like a list of files, not of customers. Nothing was imported.",
                    hint="Is it the right file?",
                )


def _in_turn(columns: Sequence[Column]) -> Iterator[Column]:
    """Yield the columns, each with the title of the one that is looked at before it."""
    before: dict[int, str] = {}
    first: dict[str, Column] = {}
    for column in sorted(columns, key=lambda each: (each.rank, each.position)):
        if column.field not in NAMES or column.field == "apartment":
            continue
        better = first.setdefault(column.field, column)
        if better is not column:
            before[column.position] = better.title
    for column in columns:
        yield column._replace(behind=before.get(column.position, ""))


def _filled(sample: Sequence[Sequence[str]], index: int) -> list[str]:
    return [row[index] for row in sample if index < len(row) and row[index] and row[index] not in EMPTY]


def _share(cells: Sequence[str], test: Callable[[str], bool]) -> float:
    return sum(map(test, cells)) / len(cells) if cells else 0


def _may_be_a_name(cell: str) -> bool:
    letters = sum(character.isalpha() for character in cell)
    return len(cell) <= 60 and letters >= len(cell) * 0.6 and fold(cell) not in ("yes", "no", "true", "false")


def _nothing_recognized(titles: Sequence[str]) -> str:
    if any(is_email(title) or is_written_phone(title) for title in titles):
        return "The first row is a customer, not titles such as Name and Email."
    return f"None of its columns was recognized: {listed_titles(titles)}."


def _how_to_map(titles: Sequence[str]) -> str:
    if any(is_email(title) or is_written_phone(title) for title in titles):
        return "Write a title above each column, save the file, and try again."
    example = next((title for title in titles if title.strip()), "Client")
    return (
        f'Say what they are, for example: --map "{printable(example)[:40]}=full name". The fields: {fields_in_words()}.'
    )
