"""Erasing a customer who asks for it: from every table, the history's details and the file itself."""

from koalalink.domain.edits import Forgotten
from koalalink.domain.text import fold
from koalalink.store import finding
from koalalink.store.history import put_tallies
from koalalink.store.tables import Tables

# Who was merged into whom, however often, and is not in the list any more.
_SAME = """
    WITH RECURSIVE same (customer) AS (
        SELECT CAST(:number AS BIGINT)
        UNION
        SELECT other.customer FROM same
        JOIN change_items AS mine USING (customer)
        JOIN changes ON changes.change = mine.change AND action = 'merged'
        JOIN change_items AS other ON other.change = mine.change AND other.location IS NULL AND other.after IS NULL
    )
    SELECT customer FROM same
    WHERE customer = :number OR customer NOT IN (SELECT customer FROM customers) ORDER BY customer
"""
_IDS = """
    SELECT DISTINCT location, id FROM (
        SELECT location, stripe_id AS id FROM links WHERE customer = :number
        UNION SELECT location, json_extract(before, '$.stripe_id') FROM change_items WHERE customer = :number
        UNION SELECT location, json_extract(after, '$.stripe_id') FROM change_items WHERE customer = :number
    ) WHERE location IS NOT NULL AND id IS NOT NULL ORDER BY location, id
"""
# Whom another customer is linked to is that customer's, whatever they share.
_NOBODY_ELSES = """
    NOT EXISTS (
        SELECT 1 FROM links WHERE links.location = directory.location AND links.stripe_id = directory.stripe_id
            AND links.customer <> :number
    )
"""
_COPIES = f"""
    SELECT entry FROM directory
    WHERE location = :location AND stripe_id = :stripe_id AND {_NOBODY_ELSES} ORDER BY entry
"""
_COPIES_BY_EMAIL = f"SELECT entry FROM directory WHERE lower(email) = :email AND {_NOBODY_ELSES} ORDER BY entry"
_ERASE_ITEMS = """
    UPDATE change_items SET before = CASE WHEN before IS NOT NULL THEN '{}' END,
        after = CASE WHEN after IS NOT NULL THEN '{}' END
    WHERE customer = :number AND change < :change
"""
# A note tells of the customer where the change was about nobody else, or says why it was made all the same.
_ERASE_NOTES = """
    UPDATE changes SET note = '' WHERE note <> '' AND change < :change
        AND change IN (SELECT change FROM change_items WHERE customer = :number)
        AND (note LIKE 'although%' OR NOT EXISTS (
            SELECT 1 FROM change_items AS other WHERE other.change = changes.change AND other.customer <> :number
        ))
"""
_MARK = """
    INSERT INTO change_items (change, item, customer, location, before, after)
    VALUES (:change, :item, :number, NULL, '{}', NULL)
"""


def erase(tables: Tables, number: int, change: int) -> Forgotten:
    """Erase a customer within a transaction, as `change`, which is the only one that still tells that there was one."""
    db = tables.db
    numbers = [row["customer"] for row in db.rows(_SAME, number=number)]
    links, copies, changes = 0, set[int](), set[int]()
    for item, each in enumerate(numbers, 1):
        # First: what allows the history's details to be erased is this line in the history.
        db.execute(_MARK, change=change, item=item, number=each)
        copies |= _copies_of(tables, each)
        linked = tables.known([each]).get(each)
        links += len(linked.links) if linked else 0
        told = "SELECT DISTINCT change FROM change_items WHERE customer = :number AND change < :change ORDER BY change"
        changes |= {row["change"] for row in db.rows(told, number=each, change=change)}
        db.execute("DELETE FROM links WHERE customer = :number", number=each)
        db.execute("DELETE FROM refusals WHERE customer = :number", number=each)
        finding.forget(db, [each])
        db.execute("DELETE FROM customers WHERE customer = :number", number=each)
        db.execute(_ERASE_NOTES, number=each, change=change)
        db.execute(_ERASE_ITEMS, number=each, change=change)
    for entry in sorted(copies):
        db.execute("DELETE FROM directory_search WHERE rowid = :entry", entry=entry)
        db.execute("DELETE FROM directory WHERE entry = :entry", entry=entry)
    db.tidy("customer_search", "directory_search")
    put_tallies(db, change, {("customer", "gone"): len(numbers)})
    return Forgotten(number, change, links, len(copies), len(changes))


def _copies_of(tables: Tables, number: int) -> set[int]:
    """Return the copies of who is or was linked to a customer, or has the same email."""
    found = {
        row["entry"]
        for link in tables.db.rows(_IDS, number=number)
        for row in tables.db.rows(_COPIES, number=number, location=link["location"], stripe_id=link["id"])
    }
    customer = tables.customer(number)
    if customer and customer.details.email:
        email = fold(customer.details.email)
        found |= {row["entry"] for row in tables.db.rows(_COPIES_BY_EMAIL, number=number, email=email)}
    return found
