"""Changes: written with every write, read newest first, and taken back."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

from koalalink.command_line import Command
from koalalink.domain.customers.customer import Customer, CustomerDetails
from koalalink.domain.history.changes import REFUSED, Action, Change, ChangeItem, Tally, Values
from koalalink.domain.history.notes import Note, from_text, to_text
from koalalink.errors import NotFoundError
from koalalink.store.database import Database, Query, Row, Value

_ANY = 2**62
"""More than any number that is stored."""

_FEW = 10
"""A change of more things than these is told by counting them."""


ERASED = """
    SELECT mark.customer FROM changes AS forgetting JOIN change_items AS mark ON mark.change = forgetting.change
    WHERE forgetting.action = 'forgotten'
"""
"""SQL for who was erased, in any change."""

_Kind = tuple[str, str]
"""What was touched, and how, as in a Tally."""


class Touched:
    """Writes the items of one change."""

    def __init__(self, db: Database, change: int) -> None:
        self.change = change
        self.kinds: Counter[_Kind] = Counter()
        self._db = db
        self._items = 0

    def __call__(self, customer: int, location: str | None, before: Values | None, after: Values | None) -> None:
        """Write that a customer, or a customer's link at a location, was `before` and is `after`."""
        self._items += 1
        self.kinds[kind_of(location, before, after)] += 1
        self._db.execute(
            "INSERT INTO change_items (change, item, customer, location, before, after) "
            "VALUES (:change, :item, :customer, :location, :before, :after)",
            change=self.change,
            item=self._items,
            customer=customer,
            location=location,
            before=None if before is None else json.dumps(before),
            after=None if after is None else json.dumps(after),
        )


def kind_of(location: str | None, before: Values | None, after: Values | None) -> _Kind:
    """Return as what an item is counted."""
    noun = "customer" if location is None else "refusal" if REFUSED in (after or before or {}) else "link"
    return noun, "new" if before is None else "gone" if after is None else "changed"


@contextmanager
def changing(
    db: Database, number: int, at: datetime, by: str, action: Action, note: Note | None, *, undoes: int | None = None
) -> Iterator[Touched]:
    """Write a change within a transaction, and at its end how much it has touched."""
    begin(db, number, at, by, action, note, undoes=undoes)
    touched = Touched(db, number)
    yield touched
    put_tallies(db, touched.change, touched.kinds)


def put_tallies(db: Database, change: int, kinds: Mapping[_Kind, int]) -> None:
    """Write how much a change has touched: counting it again would take a second for each million."""
    db.insert_many(
        "change_tallies",
        ("change", "noun", "kind", "size"),
        [(change, noun, kind, size) for (noun, kind), size in kinds.items()],
    )


def begin(
    db: Database, number: int, at: datetime, by: str, action: Action, note: Note | None, *, undoes: int | None = None
) -> None:
    """Begin a change within a transaction."""
    db.execute(
        "INSERT INTO changes (change, at, by, action, note, undoes) "
        "VALUES (:change, :at, :by, :action, :note, :undoes)",
        change=number,
        at=int(at.timestamp()),
        by=by,
        action=action.value,
        note=to_text(note),
        undoes=undoes,
    )


def read(
    db: Database,
    customer: int | None = None,
    *,
    since: datetime | None = None,
    by: str | None = None,
    action: Action | None = None,
    limit: int,
) -> list[Change]:
    """Return changes, newest first."""
    values: dict[str, Value] = {
        "since": None if since is None else int(since.timestamp()),
        "by": by,
        "action": None if action is None else action.value,
        "customer": customer,
    }
    given = {name: value for name, value in values.items() if value is not None}
    # Only what is asked: SQLite uses no index where a condition may be none.
    where = " AND ".join(_CONDITIONS[name] for name in given)
    rows = db.rows(
        f"SELECT change FROM changes {'WHERE ' if where else ''}{where} ORDER BY change DESC LIMIT :limit",
        **given,
        limit=limit,
    )
    return _changes(db, [row["change"] for row in rows])


_CONDITIONS = {
    "since": "at >= :since",
    "by": "by = :by",
    "action": "action = :action",
    "customer": "change IN (SELECT change FROM change_items WHERE customer = :customer)",
}


def find(db: Database, number: int | None) -> Change:
    """Return a change, or the newest that is neither undone nor an undo itself."""
    if number is not None:
        found = _changes(db, [number])
        if not found:
            raise NotFoundError(f"There is no change {number}.", hint="Type: " + Command("history"))
        return found[0]
    last = _ANY
    while page := db.rows(_CANDIDATES, last=last):
        undone = standing(page)
        numbers = dict.fromkeys(row["first"] for row in page)
        if left := [number for number in numbers if number not in undone]:
            return find(db, left[0])
        last = min(numbers)
    raise NotFoundError("There is nothing to undo.", hint="To undo an undo, give its number: " + Command("history"))


def undoings(db: Database, changes: Iterable[int]) -> dict[int, int]:
    """Return by which change each was taken back, of those that were and that stand so."""
    [rows] = db.answers(undoings_of(changes))
    return standing(rows)


def undoings_of(changes: Iterable[int]) -> Query:
    """Return the query whose answer `standing` understands."""
    return _UNDOINGS, {"changes": json.dumps([*changes])}


_UNDOING = """
        UNION ALL
        SELECT first, changes.change, changes.undoes FROM undoing JOIN changes ON changes.undoes = undoing.change
    )
    SELECT first, change, undoes FROM undoing ORDER BY first DESC, change DESC
"""
_UNDOINGS = f"""
    WITH RECURSIVE undoing (first, change, undoes) AS (
        SELECT undoes, change, undoes FROM changes
        WHERE undoes IN (SELECT CAST(value AS BIGINT) FROM json_each(:changes))
    {_UNDOING}
"""
# Of a change whose customers were all erased since, nothing is left to be undone.
_IS_ERASED = f"""
    EXISTS ({ERASED}) AND EXISTS (SELECT 1 FROM change_items WHERE change_items.change = changes.change)
    AND NOT EXISTS (
        SELECT 1 FROM change_items WHERE change_items.change = changes.change AND customer NOT IN ({ERASED})
    )
"""
# The newest that are no undos, each once by itself and once by each that has taken it back.
_CANDIDATES = f"""
    WITH RECURSIVE undoing (first, change, undoes) AS (
        SELECT change, change, undoes FROM (
            SELECT change, undoes FROM changes WHERE undoes IS NULL AND action <> 'forgotten' AND change < :last
                AND NOT ({_IS_ERASED}) ORDER BY change DESC LIMIT 50
        ) AS newest
    {_UNDOING}
"""


def standing(rows: Iterable[Row]) -> dict[int, int]:
    """Return by which change each was taken back."""
    # Whatever takes a change back comes later, so the newest stand; they may be a thousand, one upon the other.
    found: dict[int, dict[int, int]] = {}
    for row in rows:
        undone_by = found.setdefault(row["first"], {})
        if row["change"] not in undone_by:
            undone_by.setdefault(row["undoes"], row["change"])
    return {first: undone_by[first] for first, undone_by in found.items() if first in undone_by}


def tallies(db: Database, change: int) -> Iterable[Tally]:
    """Return how much a change touched, by kind."""
    return _counted(db.rows(_TALLIES, changes=json.dumps([change]))).get(change, ())


_TALLIES = """
    SELECT change, noun, kind, size FROM change_tallies
    WHERE change IN (SELECT CAST(value AS BIGINT) FROM json_each(:changes)) ORDER BY change, noun, kind
"""


def _counted(rows: Iterable[Row]) -> dict[int, list[Tally]]:
    found: dict[int, list[Tally]] = {}
    for row in rows:
        found.setdefault(row["change"], []).append(Tally(noun=row["noun"], kind=row["kind"], size=row["size"]))
    return found


_ROWS = """
    SELECT change, at, by, action, note, undoes FROM changes
    WHERE change IN (SELECT CAST(value AS BIGINT) FROM json_each(:changes)) ORDER BY change DESC
"""
# Of changes of a few things alone, what they touched, with the names of then. Their items are numbered from 1: that is
# said, too, as a database that thinks of the large ones would rather read all items of all changes.
_SMALL = """
    SELECT change FROM change_tallies WHERE change IN (SELECT CAST(value AS BIGINT) FROM json_each(:changes))
    GROUP BY change HAVING sum(size) <= :few
"""
_NAMES = f"""
    SELECT touched.change, touched.customer, (
        SELECT coalesce(after, before) FROM change_items AS told
        WHERE told.customer = touched.customer AND told.location IS NULL AND told.change <= touched.change
        ORDER BY told.change DESC, told.item DESC LIMIT 1
    ) AS details
    FROM (
        SELECT DISTINCT change, customer FROM change_items WHERE change IN ({_SMALL}) AND item <= :few
    ) AS touched
    ORDER BY touched.change, touched.customer
"""
_ITEMS = f"""
    SELECT change, customer, location, before, after FROM change_items
    WHERE change IN ({_SMALL}) AND item <= :few ORDER BY change, item
"""


def _changes(db: Database, numbers: Sequence[int]) -> list[Change]:
    """Return changes with what they touched, newest first: a few queries for all of them, not some for each."""
    if not numbers:
        return []
    values: dict[str, Value] = {"changes": json.dumps([*numbers])}
    few: dict[str, Value] = {**values, "few": _FEW}
    rows, tallied, undone_rows, named, touched_rows = db.answers(
        (_ROWS, values), (_TALLIES, values), (_UNDOINGS, values), (_NAMES, few), (_ITEMS, few)
    )
    sizes, undone, touched = _counted(tallied), standing(undone_rows), _touched(named, touched_rows)
    return [
        Change(
            number=row["change"],
            at=datetime.fromtimestamp(row["at"], UTC),
            by=row["by"],
            action=Action(row["action"]),
            note=from_text(row["note"]),
            items=tuple(touched.get(row["change"], ())),
            tallies=tuple(sizes.get(row["change"], ())),
            undoes=row["undoes"],
            undone_by=undone.get(row["change"]),
        )
        for row in rows
    ]


def _touched(named: Iterable[Row], rows: Iterable[Row]) -> dict[int, list[ChangeItem]]:
    names = {(row["change"], row["customer"]): _name(row["customer"], row["details"]) for row in named}
    found: dict[int, list[ChangeItem]] = {}
    for row in rows:
        found.setdefault(row["change"], []).append(_item(row, names[row["change"], row["customer"]]))
    return found


def _item(row: Row, name: str) -> ChangeItem:
    return ChangeItem(
        customer=row["customer"],
        name=name,
        location=row["location"],
        before=row["before"] and json.loads(row["before"]),
        after=row["after"] and json.loads(row["after"]),
    )


def _name(customer: int, details: str | None) -> str:
    return str(Customer(number=customer, details=CustomerDetails(**json.loads(details or "{}"))))


def items(db: Database, change: int) -> Iterable[ChangeItem]:
    """Yield every thing that a change touched, in order; names are not looked up, which takes a query for each."""
    for row in db.rows(
        "SELECT customer, location, before, after FROM change_items WHERE change = :change ORDER BY item", change=change
    ):
        yield _item(row, f"customer {row['customer']}")


def people(db: Database, change: int, most: int | None) -> tuple[list[str], int]:
    """Return what the customers of a change were called, up to `most`, and how many there are."""
    values: dict[str, Value] = {"change": change, "most": _ANY if most is None else most}
    rows, [count] = db.answers((_PEOPLE, values), (_PEOPLE_COUNTED, values))
    return [_name(row["customer"], row["details"]) for row in rows], count["size"]


_PEOPLE = """
    SELECT customer, (
        SELECT coalesce(after, before) FROM change_items AS told
        WHERE told.customer = touched.customer AND told.location IS NULL AND told.change <= :change
        ORDER BY told.change DESC, told.item DESC LIMIT 1
    ) AS details
    FROM (
        SELECT DISTINCT customer FROM change_items WHERE change = :change ORDER BY customer LIMIT :most
    ) AS touched ORDER BY customer
"""
_PEOPLE_COUNTED = "SELECT count(DISTINCT customer) AS size FROM change_items WHERE change = :change"


def name_at(db: Database, change: int, customer: int) -> str:
    """Return what the customer was called when the change was made, as far as the history tells."""
    rows = db.rows(
        """
        SELECT coalesce(after, before) AS details FROM change_items
        WHERE customer = :customer AND location IS NULL AND change <= :change ORDER BY change DESC, item DESC LIMIT 1
        """,
        customer=customer,
        change=change,
    )
    return _name(customer, rows[0]["details"] if rows else None)
