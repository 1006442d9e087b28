"""What is true of every store at every moment, whatever was done to it."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from koalalink.domain.customers.customer import CustomerDetails
from koalalink.domain.identity.contacts import keys_of
from koalalink.errors import KoalaError
from koalalink.store.rows import FIELDS, KEYS
from koalalink.store.search_index import indexed
from koalalink.store.sqlite.database import SQLiteDatabase
from koalalink.store.sqlite.migrations import SEEN
from koalalink.store.tables import COLUMNS, Tables

_LINK_FIELDS = ("stripe_id", "enabled", "account", "livemode", "verified_at", *SEEN)
_EMPTY = CustomerDetails()._asdict()
_COUNTERS = ("entry", "run")
"""Columns that number what is copied from Stripe in the order in which it came."""

Thing = tuple[int, str | None]
"""A customer by number and None, a customer's link by number and location, and a refusal by its Stripe ID besides."""
Values = dict[str, Any]


def disagreements(store_path: Path) -> list[str]:
    """Return everything that is wrong with a store: its file, its links, its history and its search; nothing is."""
    database = SQLiteDatabase(store_path)
    try:
        return [
            *database.problems(),
            *_links_disagree(database),
            *_search_disagrees(database),
            *history_disagrees(store_path),
        ]
    finally:
        database.close()


def history_disagrees(store_path: Path) -> list[str]:
    """Return how the tables differ from what the history gives, done again from nothing in its order.

    Every item must also begin with what the one before it has left: a change that another has overwritten unseen
    shows in this alone.
    """
    with closing(sqlite3.connect(store_path)) as db:
        db.row_factory = sqlite3.Row
        db.execute("BEGIN")
        replayed, found = _replayed(db)
        stored = _stored(db)
    for thing in sorted(replayed.keys() | stored.keys(), key=str):
        if replayed.get(thing) != stored.get(thing):
            found.append(f"{_named(thing)} is {stored.get(thing)}; by the history {replayed.get(thing)}")
    return found


def _replayed(db: sqlite3.Connection) -> tuple[dict[Thing, Values], list[str]]:
    things: dict[Thing, Values] = {}
    found = []
    # Of who was erased nothing is left to be compared; nor may anything be stored.
    erased = "SELECT customer FROM change_items JOIN changes USING (change) WHERE action = 'forgotten'"
    for row in db.execute(f"SELECT * FROM change_items WHERE customer NOT IN ({erased}) ORDER BY change, item"):
        refused = json.loads(row["after"] or row["before"]).get("refused") if row["location"] else None
        thing = row["customer"], f"{row['location']} {refused}" if refused else row["location"]
        before, after = (_values(thing, row[column]) for column in ("before", "after"))
        if things.get(thing) != before:
            found.append(f"change {row['change']} found {_named(thing)} as {before}, and left was {things.get(thing)}")
        things.pop(thing, None)
        if after is not None:
            things[thing] = after
    changes = [change for (change,) in db.execute("SELECT change FROM changes ORDER BY change")]
    if changes != [*range(1, len(changes) + 1)]:
        found.append("the changes are not numbered one after the other")
    return things, found


def _stored(db: sqlite3.Connection) -> dict[Thing, Values]:
    things: dict[Thing, Values] = {}
    for row in db.execute("SELECT * FROM customers ORDER BY customer"):
        things[row["customer"], None] = {name: row[name] for name in FIELDS}
    for row in db.execute("SELECT * FROM links ORDER BY customer, location"):
        things[row["customer"], row["location"]] = {name: row[name] for name in _LINK_FIELDS}
    for row in db.execute("SELECT * FROM refusals ORDER BY customer, location, stripe_id"):
        things[row["customer"], f"{row['location']} {row['stripe_id']}"] = {"refused": row["stripe_id"]}
    return things


def _values(thing: Thing, text: str | None) -> Values | None:
    if text is None:
        return None
    # A change of an older version does not know the fields that came later.
    known: Values = json.loads(text)
    return _EMPTY | known if thing[1] is None else known


def _named(thing: Thing) -> str:
    number, location = thing
    if location is None:
        return f"customer {number}"
    place, _, refused = location.partition(" ")
    what = f"{refused} being refused to" if refused else "the link of"
    return f"{what} customer {number} at {place}"


def _links_disagree(database: SQLiteDatabase) -> Iterator[str]:
    for row in database.rows(
        "SELECT stripe_id, count(DISTINCT customer) AS people FROM links GROUP BY 1 HAVING people > 1 ORDER BY 1"
    ):
        yield f"{row['stripe_id']} belongs to {row['people']} customers"


def _search_disagrees(database: SQLiteDatabase) -> Iterator[str]:
    """Yield who is not found by what is stored, or is found by something else."""
    rows = database.rows(f"SELECT customer, {', '.join((*FIELDS, *KEYS))} FROM customers ORDER BY customer")
    people = Tables(database).with_links(f"SELECT customer, {COLUMNS} FROM customers")
    for row, linked in zip(rows, people, strict=True):
        if tuple(row[key] for key in KEYS) != keys_of(linked.customer.details):
            yield f"{linked.customer} is matched by other keys than the details have"
    expected = dict(map(indexed, people))
    found = {row["rowid"]: row["text"] for row in database.rows("SELECT rowid, text FROM customer_search ORDER BY 1")}
    for number in sorted(expected.keys() | found.keys()):
        if expected.get(number) != found.get(number):
            yield f"customer {number} is found by {found.get(number)!r}, and should be by {expected.get(number)!r}"
    copied, found_by = (
        [row["entry"] for row in database.rows(f"SELECT {column} AS entry FROM {table} ORDER BY 1")]
        for column, table in (("entry", "directory"), ("rowid", "directory_search"))
    )
    if copied != found_by:
        yield "not all of the directory is searched, or more than that"
    try:
        with database.transaction(rehearsal=True):
            # The texts are right; this compares what SQLite has made of them.
            database.execute("INSERT INTO customer_search (customer_search) VALUES ('integrity-check')")
            database.execute("INSERT INTO directory_search (directory_search) VALUES ('integrity-check')")
    except KoalaError as error:
        yield f"the search index: {error.message}"


def dump(store_path: Path) -> list[str]:
    """Return everything that a store holds, times aside: where two are equal, nobody can tell the stores apart."""
    with closing(sqlite3.connect(store_path)) as db:
        db.execute("BEGIN")
        kinds = db.execute("SELECT name, type FROM pragma_table_list WHERE schema = 'main' ORDER BY name").fetchall()
        # What the search index makes of the texts depends on how often it was merged.
        tables = [name for name, kind in kinds if kind == "table" and name != "sqlite_schema"] + ["customer_search"]
        lines = []
        for table in tables:
            rows = db.execute(f"SELECT {'rowid, text' if table == 'customer_search' else '*'} FROM {table}")
            names = [column for column, *_ in rows.description]
            shown = [place for place, name in enumerate(names) if name not in _COUNTERS]
            lines += [f"{table} {[_timeless(names[place], row[place]) for place in shown]}" for row in rows]
    return sorted(lines)


def _timeless(name: str, value: Any) -> Any:
    if name in ("at", "verified_at", "begun_at", "finished_at") and value is not None:
        return "some time"
    if name == "id":
        return "some identity"
    if name in ("before", "after") and value is not None:
        return {key: _timeless(key, each) for key, each in json.loads(value).items()}
    return value
