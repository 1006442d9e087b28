"""Erasing a customer who asks for it: from every table, the history's details and the file itself.

It goes by number and by ID. Whatever else names the person stands in few places: links of others that were made to the
same Stripe customer, and extra details of others that hold the same email. There the texts go and the rest stays, in
the tables and in the history alike, so that what others did can still be undone.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import NamedTuple

from koalalink.domain.customers.customer import CustomerDetails
from koalalink.domain.customers.results import AtStripe, Forgotten
from koalalink.domain.history.changes import Values
from koalalink.domain.identity.contacts import phone_key
from koalalink.domain.stripe.ids import StripeId, dashboard_url
from koalalink.domain.text import digits
from koalalink.store import search_index
from koalalink.store.database import Database, Row
from koalalink.store.history.log import put_tallies
from koalalink.store.sqlite.migrations import SEEN
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
_OWN = "SELECT CAST(value AS BIGINT) FROM json_each(:numbers)"
_ITEMS = f"""
    SELECT change, location, before, after FROM change_items
    WHERE customer IN ({_OWN}) AND change < :change ORDER BY change, item
"""
# Linked now, or until the customer was removed or merged.
_LINKS = f"""
    SELECT location, stripe_id, livemode FROM links WHERE customer IN ({_OWN})
    UNION
    SELECT location, json_extract(before, '$.stripe_id'), CAST(json_extract(before, '$.livemode') AS BIGINT)
    FROM change_items AS ended
    WHERE customer IN ({_OWN}) AND location IS NOT NULL AND after IS NULL
        AND json_extract(before, '$.stripe_id') IS NOT NULL AND EXISTS (
            SELECT 1 FROM change_items AS person
            WHERE person.change = ended.change AND person.customer = ended.customer
                AND person.location IS NULL AND person.after IS NULL
        )
    ORDER BY location, stripe_id
"""
# Whom another customer is linked to is that customer's, whatever they share.
_COPIES = f"""
    SELECT entry, location, stripe_id, email, name, phone, livemode, CAST(gone AS INTEGER) AS gone FROM directory
    WHERE (stripe_id IN (SELECT value FROM json_each(:stripe_ids))
            OR lower(email) IN (SELECT value FROM json_each(:emails))
            OR lower(name) IN (SELECT value FROM json_each(:names)))
        AND NOT EXISTS (
            SELECT 1 FROM links WHERE links.location = directory.location AND links.stripe_id = directory.stripe_id
                AND links.customer NOT IN ({_OWN})
        )
    ORDER BY entry
"""
_MARK = """
    INSERT INTO change_items (change, item, customer, location, before, after)
    VALUES (:change, :item, :number, NULL, '{}', NULL)
"""
_ERASE_ITEMS = f"""
    UPDATE change_items SET before = CASE WHEN before IS NOT NULL THEN '{{}}' END,
        after = CASE WHEN after IS NOT NULL THEN '{{}}' END
    WHERE customer IN ({_OWN}) AND change < :change
"""
# Of a note that names the customer, or is of a change that was about nobody else, the kind stays.
_ERASE_NOTES = f"""
    UPDATE changes SET note = '{{"kind": "' || json_extract(note, '$.kind') || '"}}'
    WHERE note <> '' AND change < :change AND (
        EXISTS (
            SELECT 1 FROM json_each(json_extract(note, '$.customers')) AS named
            WHERE CAST(named.value AS BIGINT) IN ({_OWN})
        )
        OR change IN (SELECT change FROM change_items WHERE customer IN ({_OWN})) AND NOT EXISTS (
            SELECT 1 FROM change_items AS other WHERE other.change = changes.change AND other.customer NOT IN ({_OWN})
        )
    )
"""
_NAMES_THEM = """
    (json_extract({0}, '$.stripe_id') IN (SELECT value FROM json_each(:stripe_ids))
        OR lower(json_extract({0}, '$.seen_email')) IN (SELECT value FROM json_each(:emails))
        OR lower(json_extract({0}, '$.seen_name')) IN (SELECT value FROM json_each(:names))
        OR json_extract({0}, '$.seen_phone') IN (SELECT value FROM json_each(:phones)))
"""
_SEEN_BY_OTHERS = f"""
    SELECT change, item, before, after FROM change_items
    WHERE customer NOT IN ({_OWN}) AND location IS NOT NULL
        AND ({_NAMES_THEM.format("before")} OR {_NAMES_THEM.format("after")})
    ORDER BY change, item
"""
_LINKS_OF_OTHERS = f"""
    UPDATE links SET seen_name = '', seen_email = '', seen_phone = ''
    WHERE customer NOT IN ({_OWN}) AND (stripe_id IN (SELECT value FROM json_each(:stripe_ids))
        OR lower(seen_email) IN (SELECT value FROM json_each(:emails))
        OR lower(seen_name) IN (SELECT value FROM json_each(:names))
        OR seen_phone IN (SELECT value FROM json_each(:phones)))
"""
_EXTRA_OF_OTHERS = """
    SELECT customer, extra FROM customers WHERE extra <> '' AND instr(lower(extra), :email) > 0 ORDER BY customer
"""
_EXTRA_IN_HISTORY = f"""
    SELECT change, item, before, after FROM change_items
    WHERE customer NOT IN ({_OWN}) AND location IS NULL
        AND (instr(lower(before), :email) > 0 OR instr(lower(after), :email) > 0)
    ORDER BY change, item
"""
_PUT_EXTRA = "UPDATE customers SET extra = :extra WHERE customer = :customer"
_PUT_ITEM = "UPDATE change_items SET before = :before, after = :after WHERE change = :change AND item = :item"
_MENTIONED = """
    SELECT customer FROM customers WHERE instr(lower(notes), :email) > 0 OR lower(email) = :email ORDER BY customer
"""


class _Person(NamedTuple):
    """Everything that a customer was ever known by, in small letters where it is a text.

    Stripe IDs are those that nobody else is linked to now.
    """

    numbers: tuple[int, ...]
    stripe_ids: frozenset[str]
    emails: frozenset[str]
    names: frozenset[str]
    phones: frozenset[str]
    external_id: str

    def listed(self) -> dict[str, str]:
        """Return the values of the queries above that name none other."""
        named = {"stripe_ids": self.stripe_ids, "emails": self.emails, "names": self.names, "phones": self.phones}
        return {"numbers": json.dumps(self.numbers), **{key: json.dumps(sorted(each)) for key, each in named.items()}}


def erase(tables: Tables, number: int, change: int) -> Forgotten:
    """Erase a customer within a transaction, as `change`, which is the only one that still tells that there was one."""
    db = tables.db
    numbers = tuple(row["customer"] for row in db.rows(_SAME, number=number))
    person, changes = _known_of(tables, numbers, change)
    everywhere = person.listed()
    own = everywhere["numbers"]
    at_stripe = {(row["location"], row["stripe_id"]): row for row in db.rows(_LINKS, numbers=own)}
    copies = [row for row in _some(db, _COPIES, everywhere) if _is_of(person, row)]
    links = sum(len(linked.links) for linked in tables.known(numbers).values())
    for item, each in enumerate(numbers, 1):
        # First: what allows the history's details to be erased is this line in the history.
        db.execute(_MARK, change=change, item=item, number=each)
    blanked = _blank_extra(tables, person)
    _blank_seen(db, person)
    for table in ("links", "refusals", "customers"):
        db.execute(f"DELETE FROM {table} WHERE customer IN ({_OWN})", numbers=own)
    search_index.forget(db, numbers)
    db.execute(_ERASE_NOTES, numbers=own, change=change)
    db.execute(_ERASE_ITEMS, numbers=own, change=change)
    db.execute_many("DELETE FROM directory_search WHERE rowid = :entry", [{"entry": row["entry"]} for row in copies])
    db.execute_many("DELETE FROM directory WHERE entry = :entry", [{"entry": row["entry"]} for row in copies])
    db.tidy("customer_search", "directory_search")
    put_tallies(db, change, {("customer", "gone"): len(numbers)})
    mentioned = {row["customer"] for email in sorted(person.emails) for row in db.rows(_MENTIONED, email=email)}
    return Forgotten(
        customer=number,
        change=change,
        links=links,
        copies=len(copies),
        changes=changes,
        external_id=person.external_id,
        at_stripe=_at_stripe(at_stripe, copies),
        blanked=_named(tables, blanked),
        mentioned=_named(tables, mentioned - blanked),
    )


def _some(db: Database, sql: str, values: dict[str, str]) -> Sequence[Row]:
    """Return what a query finds that takes some of these values."""
    return db.rows(sql, **{name: value for name, value in values.items() if f":{name}" in sql})


def _known_of(tables: Tables, numbers: Sequence[int], change: int) -> tuple[_Person, int]:
    """Return what the tables and the history have of a person, and in how many changes."""
    linked = tables.known(numbers)
    details: list[Values] = [each.customer.details._asdict() for each in linked.values()]
    links: list[Values] = [{"stripe_id": link.stripe_id} for each in linked.values() for link in each.links]
    changes = set[int]()
    for row in tables.db.rows(_ITEMS, numbers=json.dumps(numbers), change=change):
        changes.add(row["change"])
        rows: list[Values] = [json.loads(row[side]) for side in ("before", "after") if row[side]]
        (details if row["location"] is None else links).extend(rows)
    stripe_ids = {str(link["stripe_id"]) for link in links if link.get("stripe_id")}
    # A former link to somebody else's Stripe customer was a mistake: that one is not this person.
    held = {each.stripe_id for each in tables.holders(*sorted(stripe_ids)) if each.customer.number not in numbers}
    people = [CustomerDetails(**values) for values in details if values]  # type: ignore[arg-type]
    person = _Person(
        numbers=tuple(numbers),
        stripe_ids=frozenset(stripe_ids - held),
        emails=_lowered(each.email for each in people),
        names=_lowered(each.name for each in people if each.first_name or each.last_name),
        phones=frozenset(_spelled(each.phone for each in people)),
        external_id=next((each.external_id for each in people if each.external_id), ""),
    )
    return person, len(changes)


def _lowered(texts: Iterable[str]) -> frozenset[str]:
    """Return texts in small letters: SQLite makes those of ASCII small alone, so both are looked for."""
    small = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")
    return frozenset({each for text in texts for each in (text.lower(), text.translate(small))} - {""})


def _spelled(phones: Iterable[str]) -> Iterator[str]:
    """Yield phones as they may stand at Stripe."""
    for phone in phones:
        yield from {phone, phone_key(phone), f"+{digits(phone)}", f"+1{digits(phone)}"} - {"", "+", "+1"}


def _is_of(person: _Person, copy: Row) -> bool:
    """Tell whether a copy is of the person: by the ID, the email, or the name with the phone."""
    if copy["stripe_id"] in person.stripe_ids or _lowered([copy["email"]]) & person.emails:
        return True
    keys = {phone_key(phone) for phone in person.phones} - {""}
    return bool(_lowered([copy["name"]]) & person.names) and phone_key(copy["phone"]) in keys


def _blank_seen(db: Database, person: _Person) -> None:
    """Take off the links of others what was seen of the person, in the table and in the history."""

    def without(values: Values) -> Values:
        if not _was_seen(person, values):
            return values
        return {**values, **{name: "" for name in SEEN if name in values}}

    for row in _some(db, _SEEN_BY_OTHERS, person.listed()):
        _put_item(db, row, without)
    db.execute(_LINKS_OF_OTHERS, **person.listed())


def _was_seen(person: _Person, link: Values) -> bool:
    seen = {name: str(link.get(name) or "") for name in SEEN}
    return bool(
        link.get("stripe_id") in person.stripe_ids
        or _lowered([seen["seen_email"]]) & person.emails
        or _lowered([seen["seen_name"]]) & person.names
        or seen["seen_phone"] in person.phones
    )


def _blank_extra(tables: Tables, person: _Person) -> set[int]:
    """Empty the extra details of others that hold the person's email; return whose they are."""
    blanked = set[int]()
    for email in sorted(person.emails):
        for row in tables.db.rows(_EXTRA_OF_OTHERS, email=email):
            kept = _without(email, row["extra"])
            if row["customer"] not in person.numbers and kept != row["extra"]:
                tables.db.execute(_PUT_EXTRA, extra=kept, customer=row["customer"])
                blanked.add(row["customer"])
        for row in tables.db.rows(_EXTRA_IN_HISTORY, numbers=json.dumps(person.numbers), email=email):
            _put_item(tables.db, row, partial(_without_extra, email))
    return blanked


def _without_extra(email: str, values: Values) -> Values:
    extra = values.get("extra")
    return {**values, "extra": _without(email, str(extra))} if extra else values


def _without(email: str, extra: str) -> str:
    """Return extra details, as JSON, with every one emptied that holds an email."""
    details: dict[str, str] = json.loads(extra)
    if not any(email in str(value).lower() for value in details.values()):
        return extra
    kept = {title: "" if email in str(value).lower() else value for title, value in details.items()}
    return json.dumps(kept, ensure_ascii=False)


def _put_item(db: Database, row: Row, change: Callable[[Values], Values]) -> None:
    """Write an item of the history again, with other values."""
    sides = {side: row[side] and json.dumps(change(json.loads(row[side]))) for side in ("before", "after")}
    if any(sides[side] != row[side] for side in sides):
        db.execute(_PUT_ITEM, change=row["change"], item=row["item"], **sides)


def _at_stripe(links: Mapping[tuple[str, str], Row], copies: Iterable[Row]) -> tuple[AtStripe, ...]:
    """Return whom to delete at Stripe: who was linked, and copies of the same person."""
    found = {
        place: AtStripe(*place, dashboard_url(StripeId(place[1]), livemode=bool(row["livemode"])), is_gone=False)
        for place, row in links.items()
    }
    for row in copies:
        place = (row["location"], row["stripe_id"])
        if place in links or not found.get(place):
            url = dashboard_url(StripeId(row["stripe_id"]), livemode=bool(row["livemode"]))
            found[place] = AtStripe(*place, url, is_gone=bool(row["gone"]))
    return tuple(found[place] for place in sorted(found))


def _named(tables: Tables, numbers: Iterable[int]) -> tuple[str, ...]:
    return tuple(str(linked.customer) for linked in tables.known(numbers).values())
