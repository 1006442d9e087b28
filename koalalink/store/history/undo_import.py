"""Taking back a change that has only added, as an import does: by whole tables, not one customer after the other.

It is the same as `undoing` does to each, where nothing stands against it; else that is asked, which says what does.
"""

from koalalink.domain.history.changes import Change
from koalalink.store.database import Database
from koalalink.store.rows import FIELDS, LINK_FIELDS

_OF_CUSTOMERS = "change = :change AND location IS NULL"
_OF_LINKS = "change = :change AND location IS NOT NULL"


def _differs(name: str) -> str:
    # "IS NOT" between values is SQLite's alone, and "IS DISTINCT FROM" not known to older ones.
    is_now, was = f"CAST({name} AS TEXT)", f"CAST(json_extract(after, '$.{name}') AS TEXT)"
    return f"{is_now} <> {was} OR ({is_now} IS NULL) <> ({was} IS NULL)"


_NOT_AS_LEFT = f"""
    SELECT EXISTS (
        SELECT 1 FROM change_items LEFT JOIN customers USING (customer)
        WHERE {_OF_CUSTOMERS} AND (customers.customer IS NULL
            OR {" OR ".join(map(_differs, FIELDS))})
    ) OR EXISTS (
        SELECT 1 FROM change_items LEFT JOIN links USING (customer, location)
        WHERE {_OF_LINKS} AND (stripe_id IS NULL
            OR {" OR ".join(map(_differs, LINK_FIELDS))})
    ) OR EXISTS (
        SELECT 1 FROM links WHERE customer IN (SELECT customer FROM change_items WHERE {_OF_CUSTOMERS})
            AND NOT EXISTS (
                SELECT 1 FROM change_items AS made
                WHERE made.change = :change AND made.customer = links.customer AND made.location = links.location
            )
    ) AS found
"""
_NOTE = """
    INSERT INTO change_items (change, item, customer, location, before, after)
    SELECT CAST(:undo AS BIGINT), (SELECT max(item) FROM change_items WHERE change = :change) + 1 - item,
        customer, location, after, NULL
    FROM change_items WHERE change = :change ORDER BY item DESC
"""


def has_only_added(db: Database, change: Change) -> bool:
    """Tell whether a large change has made customers and links and nothing else, and all are as it has left them."""
    added = all(tally.kind == "new" and tally.noun in ("customer", "link") for tally in change.tallies)
    if change.items or not change.tallies or not added or change.moved:
        return False
    [row] = db.rows(_NOT_AS_LEFT, change=change.number)
    return not row["found"]


def take_away(db: Database, change: Change, undo: int) -> list[int]:
    """Take away what a change has added, note it as change `undo`, and return who of others has lost a link."""
    others = db.rows(
        f"SELECT DISTINCT customer FROM change_items WHERE {_OF_LINKS} AND customer NOT IN "
        f"(SELECT customer FROM change_items WHERE {_OF_CUSTOMERS}) ORDER BY customer",
        change=change.number,
    )
    db.execute(
        "DELETE FROM links WHERE (customer, location) IN "
        f"(SELECT customer, location FROM change_items WHERE {_OF_LINKS})",
        change=change.number,
    )
    ours = f"(SELECT customer FROM change_items WHERE {_OF_CUSTOMERS})"
    db.execute(f"DELETE FROM customer_search WHERE rowid IN {ours}", change=change.number)
    db.execute(f"DELETE FROM customers WHERE customer IN {ours}", change=change.number)
    db.execute(_NOTE, change=change.number, undo=undo)
    return [row["customer"] for row in others]
