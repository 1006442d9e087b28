"""Which of several columns tells a field of a customer, row by row; what is left over is kept beside it."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence

from koalalink.domain.customers.customer import CustomerDetails
from koalalink.domain.importing.cell_parsing import EMPTY, address_of_lines
from koalalink.domain.importing.columns import Column
from koalalink.domain.importing.header_vocabulary import ADDRESS

OTHER_ADDRESS = "Other address"
_NAME = frozenset({"first_name", "last_name"})
_ALONE = frozenset({*CustomerDetails._fields, "name"}) - ADDRESS - _NAME
_WORDS_ARE_NAMES = frozenset({*_NAME, "name", "company"})
"""Fields in which a word such as None can be somebody's name, and only dashes are nothing."""

_Group = Mapping[str, Sequence[Column]]
_MayBe = Callable[[Column, str], bool]


_LOOKED_AT = ("phone", "external_id")
"""Fields of which a cell may be spoiled; the others are taken at their word."""


class Chooser:
    """Reads the cells of a row as the columns of the file say."""

    def __init__(self, columns: Sequence[Column]) -> None:
        """Put the columns in the order in which they are looked at."""
        meant = [column for column in columns if column.field in (*CustomerDetails._fields, "name")]
        meant += [column for column in columns if column.field in ("apartment", "address_line")]
        extra = [column for column in columns if column.field == "extra"]
        self._extra = [*_unlike(extra)]
        ranked = sorted((column for column in meant if column.field != "extra"), key=lambda each: each.rank)
        alone = [column for column in ranked if column.field in _ALONE]
        self._alone = {field: [each for each in alone if each.field == field] for field in {c.field for c in alone}}
        self._names = _groups(column for column in ranked if column.field in _NAME)
        self._addresses = _completed(_groups(column for column in ranked if column.field in ADDRESS))
        lists = (
            *self._alone.values(),
            *(each for group in (*self._names, *self._addresses) for each in group.values()),
        )
        self._is_plain = (
            len(self._names) < 2
            and len(self._addresses) < 2
            and all(len(each) == 1 and each[0].field != "address_line" for each in lists)
        )
        self._plain = [(each[0].position, each[0].field) for each in lists]
        words = EMPTY - {text for text in EMPTY if not text.isalpha()}
        self._nothing = {
            column.position: EMPTY - words if column.field in _WORDS_ARE_NAMES else EMPTY for column in columns
        }
        self._looked_at = [column for column in ranked if column.field in _LOOKED_AT]

    def values(self, cells: Sequence[str], may_be: _MayBe | None = None) -> tuple[dict[str, str], dict[str, str]]:
        """Return the fields of a row, and what is kept beside them, by title.

        `may_be` tells of a cell whether it can be taken; without it the cells are taken at their word.
        """
        if may_be and not EMPTY.isdisjoint(cells):
            cells = ["" if cell in self._nothing[index] else cell for index, cell in enumerate(cells)]
        extra = {title: cells[index] for index, title in self._extra if cells[index]}
        if self._is_plain:
            values = {field: cells[index] for index, field in self._plain}
            for column in self._looked_at if may_be else ():
                if may_be and values[column.field] and not may_be(column, values[column.field]):
                    values[column.field] = ""
            return values, extra
        return self._best(cells, extra, may_be or (lambda *_: True)), extra

    def _best(self, cells: Sequence[str], extra: dict[str, str], may_be: _MayBe) -> dict[str, str]:
        values: dict[str, str] = {}
        for field, columns in self._alone.items():
            values[field] = _first(columns, cells, may_be, extra)
        values |= self._best_name(cells, extra)
        called = [values.get("name", ""), f"{values.get('first_name', '')} {values.get('last_name', '')}".strip()]
        values |= self._best_address(cells, [*called, values.get("company", "")], extra)
        return values

    def _best_name(self, cells: Sequence[str], extra: dict[str, str]) -> dict[str, str]:
        """Return the first and last name, both of one kind: not the customer's with that of who pays."""
        best: dict[str, str] = {}
        for group in self._names:
            found = {field: _first(columns, cells, None, extra) for field, columns in group.items()}
            if not any(found.values()):
                continue
            if not best:
                best = found
                continue
            for field, text in found.items():
                if text != best.get(field):
                    keep(extra, group[field][0].title, text)
        return best

    def _best_address(self, cells: Sequence[str], called: Sequence[str], extra: dict[str, str]) -> dict[str, str]:
        """Return the address of one kind; others are kept, each as a line."""
        found = [address for group in self._addresses if (address := _address(group, cells, called, extra))]
        best = next((address for address in found if address.get("address")), found[0] if found else {})
        for address in found:
            if address is not best and not {*address.items()} <= {*best.items()}:
                keep(extra, OTHER_ADDRESS, line_of(address))
        return best


def line_of(address: Mapping[str, str]) -> str:
    """Return an address in one line."""
    order = ("address", "apartment", "city", "state", "zip", "country")
    return ", ".join(text for field in order if (text := address.get(field, "")))


def keep(extra: dict[str, str], title: str, text: str) -> bool:
    """Put a text beside a customer, under a title that is free; return whether it was not there yet."""
    names = [name for name in extra if name == title or (name.startswith(f"{title} (") and name.endswith(")"))]
    if not text or any(extra[name] == text for name in names):
        return False
    extra[f"{title} ({len(names) + 1})" if names else title] = text
    return True


def as_extra(texts: Mapping[str, str]) -> str:
    """Return texts by title as they are stored beside a customer."""
    return json.dumps(texts, ensure_ascii=False, sort_keys=True)


def _first(columns: Sequence[Column], cells: Sequence[str], may_be: _MayBe | None, extra: dict[str, str]) -> str:
    """Return the first cell with something in it; others that say something else are kept."""
    best = ""
    for column in columns:
        text = cells[column.position]
        if not text or text == best or (may_be and not may_be(column, text)):
            continue
        if best:
            keep(extra, column.title, text)
        else:
            best = text
    return best


def _address(group: _Group, cells: Sequence[str], called: Sequence[str], extra: dict[str, str]) -> dict[str, str]:
    """Return the fields of one kind of address that have something in them."""
    address: dict[str, str] = {}
    for field, columns in group.items():
        texts = [text for column in columns if (text := cells[column.position])]
        if field == "address_line":
            address |= address_of_lines(texts, called)
        elif field == "apartment":
            address[field] = ", ".join(texts)
        elif texts:
            address[field] = texts[0]
            for column in columns:
                text = cells[column.position]
                # The address in one line, beside its parts, says nothing more; nor does a state's code beside its name.
                if text and field == "address" and texts[0] not in text:
                    keep(extra, column.title, text)
    return {field: text for field, text in address.items() if text}


def _groups(columns: Iterator[Column]) -> list[dict[str, list[Column]]]:
    """Return columns by kind, the best kind first, and within a kind by field."""
    groups: dict[str, dict[str, list[Column]]] = {}
    for column in columns:
        groups.setdefault(column.kind, {}).setdefault(column.field, []).append(column)
    return [*groups.values()]


def _completed(groups: Sequence[dict[str, list[Column]]]) -> list[dict[str, list[Column]]]:
    """Return the groups, of which two that need each other are one: "Service Address" and a plain "City"."""
    whole: list[dict[str, list[Column]]] = []
    for group in groups:
        kind = next(iter(group.values()))[0].kind
        for other in whole:
            if not group.keys() & other.keys() and "" in (kind, next(iter(other.values()))[0].kind):
                other.update(group)
                break
        else:
            whole.append(group)
    return whole


def _unlike(columns: Sequence[Column]) -> Iterator[tuple[int, str]]:
    """Yield indexes with titles of which no two are the same."""
    seen: dict[str, int] = {}
    for column in columns:
        name = column.title or f"Column {column.position + 1}"
        seen[name] = seen.get(name, 0) + 1
        yield column.position, name if seen[name] == 1 else f"{name} ({seen[name]})"
