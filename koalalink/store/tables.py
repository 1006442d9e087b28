"""Rows of customers and links, read and written one by one; the rules stand in store.py and history.py."""

import json
from collections.abc import Iterable, Iterator, Sequence, Set
from contextlib import contextmanager
from datetime import UTC, datetime
from operator import attrgetter
from typing import NamedTuple

from koalalink.domain.customers.customer import Customer, CustomerDetails
from koalalink.domain.customers.links import AccountOfLinks, Holder, Link, LinkedCustomer
from koalalink.domain.history.changes import Refused
from koalalink.store import search_index
from koalalink.store.database import Database, Query, Row, Value
from koalalink.store.rows import FIELDS, KEYS, customer_from, customer_values, link_from, link_values
from koalalink.store.sqlite.migrations import SEEN

COLUMNS = ", ".join(FIELDS)
_OF_LINK = "location, stripe_id, enabled, account, livemode, verified_at, " + ", ".join(SEEN)
LINK_COLUMNS = f"customer, {_OF_LINK}"

_PEOPLE = f"""
    SELECT customer, {COLUMNS} FROM customers WHERE customer IN (
        SELECT customer FROM customers JOIN json_each(:external_ids) ON external_id = value AND external_id <> ''
        UNION SELECT customer FROM customers JOIN json_each(:emails) ON email_key = value AND email_key <> ''
        UNION SELECT customer FROM customers JOIN json_each(:phones) ON phone_key = value AND phone_key <> ''
        UNION SELECT customer FROM customers JOIN json_each(:names) ON name_key = value AND name_key <> ''
    )
"""
_ACCOUNTS = """
    SELECT account, livemode, count(*) AS size FROM links
    WHERE location = :location AND (account IS NOT NULL OR livemode IS NOT NULL)
    GROUP BY account, livemode ORDER BY size DESC, account, livemode
"""
_LINKED = f"SELECT customer, {COLUMNS} FROM customers WHERE customer = :number"
_KNOWN = f"""
    SELECT customer, {COLUMNS} FROM customers
    WHERE customer IN (SELECT CAST(value AS BIGINT) FROM json_each(:numbers))
"""
_HOLDERS = f"""
    SELECT stripe_id, location, customer, {COLUMNS} FROM links JOIN customers USING (customer)
    WHERE stripe_id IN (SELECT value FROM json_each(:stripe_ids)) ORDER BY stripe_id, location
"""
_OWNERS = f"""
    SELECT customer, {COLUMNS} FROM customers JOIN json_each(:external_ids) ON external_id = value AND external_id <> ''
    ORDER BY customer
"""
# The history keeps every change and everybody who was removed; what was refused, or only rehearsed, leaves no gap.
_LAST = """
    SELECT (SELECT max(change) FROM changes) AS change, (SELECT max(customer) FROM customers) AS living,
        (SELECT max(customer) FROM change_items) AS known
"""
_REFUSE = """
    INSERT INTO refusals (customer, location, stripe_id) VALUES (:customer, :location, :stripe_id)
    ON CONFLICT DO NOTHING
"""
_REFUSED_BY = """
    SELECT change_items.customer, json_extract(after, '$.refused') AS stripe_id, change_items.change,
        changes.by, changes.at
    FROM change_items JOIN changes ON changes.change = change_items.change
    WHERE change_items.customer IN (SELECT CAST(value AS BIGINT) FROM json_each(:numbers))
        AND location = :location AND json_extract(after, '$.refused') IS NOT NULL
    ORDER BY change_items.change
"""
_REFUSE_NO_MORE = "DELETE FROM refusals WHERE customer = :customer AND location = :location AND stripe_id = :stripe_id"


class Looked(NamedTuple):
    """What a change is judged by, and needs to be written."""

    holders: list[Holder]
    """Who is linked to the Stripe IDs that were asked about."""
    owners: list[Customer]
    """Who has the external IDs that were asked about."""
    next_change: int
    next_customer: int
    """The number of the next customer: one that nobody ever had, and the next after the last."""


class Tables:
    """The tables of customers and links, and the index that customers are found by."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self._to_index: set[int] | None = None
        self._seen: dict[int, LinkedCustomer | None] = {}

    @contextmanager
    def indexing_once(self) -> Iterator[None]:
        """Read customers once within a transaction, and index those that are touched several times only at its end.

        Nobody else writes meanwhile, so that who was read is as we have left them.
        """
        self._to_index, self._seen = set(), {}
        try:
            yield
            touched, self._to_index = self._to_index, None
            self.index_anew(touched)
        finally:
            self._to_index, self._seen = None, {}

    def look(
        self, numbers: Iterable[int], *, stripe_ids: Iterable[str] = (), external_ids: Iterable[str] = ()
    ) -> Looked:
        """Read, on one way, what a change of these customers is judged by, and needs to be written."""
        numbers = {*numbers}
        known, held, owned, [last] = self.db.answers(
            _linked(_KNOWN, numbers=json.dumps(sorted(numbers))),
            (_HOLDERS, {"stripe_ids": json.dumps(sorted({*stripe_ids}))}),
            (_OWNERS, {"external_ids": json.dumps(sorted({*external_ids} - {""}))}),
            (_LAST, {}),
        )
        self._seen |= dict.fromkeys(numbers) | {each.customer.number: each for each in _grouped(known)}
        return Looked(
            holders=[_holder(row) for row in held],
            owners=[customer_from(row) for row in owned],
            next_change=(last["change"] or 0) + 1,
            next_customer=max(last["living"] or 0, last["known"] or 0) + 1,
        )

    def index_anew(self, numbers: Set[int]) -> None:
        """Let customers be found by what is stored now, and by nothing else."""
        if not numbers:
            return
        seen = {number: self._seen[number] for number in numbers if number in self._seen}
        unseen = numbers - seen.keys()
        found = [*filter(None, seen.values()), *(self.known(unseen).values() if unseen else ())]
        search_index.forget(self.db, sorted(numbers))
        search_index.index(self.db, found)

    def customers(self, column: str, value: str | int) -> list[Customer]:
        """Return the customers that have `value` in a column; an empty text is nobody's."""
        # As the indexes of these columns say it, else they are not used.
        of_somebody = "" if column == "customer" else f"AND {column} <> ''"
        sql = f"SELECT customer, {COLUMNS} FROM customers WHERE {column} = :value {of_somebody} ORDER BY customer"
        return [customer_from(row) for row in self.db.rows(sql, value=value)]

    def customer(self, number: int) -> Customer | None:
        """Return a customer by number."""
        linked = self.linked(number)
        return linked.customer if linked else None

    def linked(self, number: int) -> LinkedCustomer | None:
        """Return a customer by number, with all links."""
        if number in self._seen:
            return self._seen[number]
        found = self.with_links(_LINKED, number=number)
        return found[0] if found else None

    def known(self, numbers: Iterable[int]) -> dict[int, LinkedCustomer]:
        """Return the customers of these numbers, those who are there."""
        listed = json.dumps(sorted(set(numbers)))
        return {each.customer.number: each for each in self.with_links(_KNOWN, numbers=listed)}

    def people(
        self, *, external_ids: set[str], emails: set[str], phones: set[str], names: set[str]
    ) -> Sequence[LinkedCustomer]:
        """Return everybody who has one of these external IDs, folded emails, phone keys or folded names."""
        return self.with_links(
            _PEOPLE,
            external_ids=json.dumps(sorted(external_ids)),
            emails=json.dumps(sorted(emails)),
            phones=json.dumps(sorted(phones)),
            names=json.dumps(sorted(names)),
        )

    def numbered(self, beginning: str, most: int) -> list[Customer]:
        """Return up to `most` customers whose number begins with these digits."""
        found: list[Customer] = []
        # 4 begins 4, 40 to 49, 400 to 499: a range for each length keeps this quick at a million.
        low, high = (int(beginning), int(beginning) + 1) if beginning else (0, 10**18)
        while len(found) < most and low < 10**18:
            sql = (
                f"SELECT customer, {COLUMNS} FROM customers "
                "WHERE customer >= :low AND customer < :high ORDER BY customer LIMIT :most"
            )
            rows = self.db.rows(sql, low=low, high=high, most=most - len(found))
            found += [customer_from(row) for row in rows]
            low, high = low * 10 or 10**18, high * 10
        return found

    def insert_customer(self, number: int, details: CustomerDetails) -> None:
        """Add a customer."""
        names = ("customer", *FIELDS, *KEYS)
        sql = f"INSERT INTO customers ({', '.join(names)}) VALUES (:{', :'.join(names)})"
        self.db.execute(sql, customer=number, **customer_values(details))
        self._seen[number] = LinkedCustomer(Customer(number, details), ())
        self._index(number)

    def update_customer(self, number: int, details: CustomerDetails) -> None:
        """Give a customer other details."""
        assignments = ", ".join(f"{name} = :{name}" for name in (*FIELDS, *KEYS))
        sql = f"UPDATE customers SET {assignments} WHERE customer = :customer"
        self.db.execute(sql, **customer_values(details), customer=number)
        if linked := self._seen.get(number):
            self._seen[number] = linked._replace(customer=Customer(number, details))
        self._index(number)

    def delete_customer(self, number: int) -> None:
        """Delete a customer who has no links."""
        self.db.execute("DELETE FROM customers WHERE customer = :customer", customer=number)
        self._seen[number] = None
        self._index(number)

    def link(self, customer: int, location: str) -> Link | None:
        """Return a customer's link at a location."""
        found = (link for link in self.links_of(customer) if link.location == location)
        return next(found, None)

    def put_link(self, link: Link) -> None:
        """Add a link, in the place of the one that the customer has there."""
        values = link_values(link)
        names = ("customer", "location", *values)
        replaced = ", ".join(f"{name} = excluded.{name}" for name in values)
        # Not INSERT OR REPLACE: that would take the Stripe ID away from whoever else has it.
        self.db.execute(
            f"INSERT INTO links ({', '.join(names)}) VALUES (:{', :'.join(names)}) "
            f"ON CONFLICT (customer, location) DO UPDATE SET {replaced}",
            customer=link.customer,
            location=link.location,
            **values,
        )
        self._replace_seen(link.customer, link.location, link)

    def delete_link(self, customer: int, location: str) -> None:
        """Delete a link."""
        sql = "DELETE FROM links WHERE customer = :customer AND location = :location"
        self.db.execute(sql, customer=customer, location=location)
        self._replace_seen(customer, location, None)

    def links_at(self, location: str) -> list[Link]:
        """Return all links at a location."""
        sql = f"SELECT {LINK_COLUMNS} FROM links WHERE location = :location ORDER BY customer"
        return [link_from(row) for row in self.db.rows(sql, location=location)]

    def some_links_at(self, location: str, most: int) -> list[Link]:
        """Return up to `most` links at a location, those that were verified last first."""
        sql = (
            f"SELECT {LINK_COLUMNS} FROM links WHERE location = :location "
            "ORDER BY coalesce(verified_at, 0) DESC, customer LIMIT :most"
        )
        return [link_from(row) for row in self.db.rows(sql, location=location, most=most)]

    def accounts_of_links(self, location: str) -> list[AccountOfLinks]:
        """Return the accounts and modes of a location's links, the most frequent first."""
        return [
            AccountOfLinks(row["account"], None if row["livemode"] is None else bool(row["livemode"]), row["size"])
            for row in self.db.rows(_ACCOUNTS, location=location)
        ]

    def is_used(self, location: str) -> bool:
        """Tell whether a location has links, refusals, or a copy of its Stripe customers."""
        [row] = self.db.rows(
            "SELECT EXISTS (SELECT 1 FROM links WHERE location = :location) "
            "OR EXISTS (SELECT 1 FROM refusals WHERE location = :location) "
            "OR EXISTS (SELECT 1 FROM directories WHERE location = :location) AS used",
            location=location,
        )
        return bool(row["used"])

    def move_copy(self, old: str, new: str) -> None:
        """Give the copy of a location's Stripe customers another name; one that has the name already is kept."""
        if self.db.rows("SELECT 1 FROM directories WHERE location = :new ORDER BY location", new=new):
            return
        self.db.execute(
            "INSERT INTO directories (location, account, account_name, livemode, run, begun_at, finished_at, windows) "
            "SELECT :new, account, account_name, livemode, run, begun_at, finished_at, windows "
            "FROM directories WHERE location = :old",
            old=old,
            new=new,
        )
        self.db.execute("UPDATE directory SET location = :new WHERE location = :old", old=old, new=new)
        self.db.execute("DELETE FROM directories WHERE location = :old", old=old)
        self.db.execute("DELETE FROM verifications WHERE location = :new", new=new)
        self.db.execute("UPDATE verifications SET location = :new WHERE location = :old", old=old, new=new)

    def refusals(self, location: str) -> set[tuple[int, str]]:
        """Return who at Stripe is not which customer, as somebody has said."""
        rows = self.db.rows(
            "SELECT customer, stripe_id FROM refusals WHERE location = :location ORDER BY customer, stripe_id",
            location=location,
        )
        return {(row["customer"], row["stripe_id"]) for row in rows}

    def refusals_of(self, customer: int) -> list[tuple[str, str]]:
        """Return who at Stripe a customer is not, as location and Stripe ID."""
        rows = self.db.rows(
            "SELECT location, stripe_id FROM refusals WHERE customer = :customer ORDER BY location, stripe_id",
            customer=customer,
        )
        return [(row["location"], row["stripe_id"]) for row in rows]

    def refused_by(self, location: str, pairs: Iterable[tuple[int, str]]) -> dict[tuple[int, str], Refused]:
        """Return who has said no to pairs of a customer and a Stripe ID that are refused now, and when."""
        wanted = self.refusals(location) & {*pairs}
        numbers = json.dumps(sorted({customer for customer, _ in wanted}))
        found: dict[tuple[int, str], Refused] = {}
        for row in self.db.rows(_REFUSED_BY, location=location, numbers=numbers) if wanted else ():
            if (pair := (row["customer"], row["stripe_id"])) in wanted:  # the newest comes last
                found[pair] = Refused(row["change"], row["by"], datetime.fromtimestamp(row["at"], UTC))
        return found

    def put_refusal(self, customer: int, location: str, stripe_id: str, *, stands: bool) -> None:
        """Write down that a Stripe customer is not this one, or where it does not stand any more forget it."""
        sql = _REFUSE if stands else _REFUSE_NO_MORE
        self.db.execute(sql, customer=customer, location=location, stripe_id=stripe_id)

    def holders(self, *stripe_ids: str) -> list[Holder]:
        """Return the customers that are linked to one of `stripe_ids`, at any location."""
        return [_holder(row) for row in self.db.rows(_HOLDERS, stripe_ids=json.dumps(stripe_ids))]

    def with_links(self, customers: str, **values: Value) -> Sequence[LinkedCustomer]:
        """Return those whom a query finds that names their columns, by number, with all their links."""
        [rows] = self.db.answers(_linked(customers, **values))
        return _grouped(rows)

    def links_of(self, customer: int) -> tuple[Link, ...]:
        """Return all links of a customer."""
        if linked := self._seen.get(customer):
            return linked.links
        sql = f"SELECT {LINK_COLUMNS} FROM links WHERE customer = :customer ORDER BY location"
        return tuple(link_from(row) for row in self.db.rows(sql, customer=customer))

    def _replace_seen(self, customer: int, location: str, link: Link | None) -> None:
        if linked := self._seen.get(customer):
            links = [each for each in linked.links if each.location != location] + ([link] if link else [])
            self._seen[customer] = linked._replace(links=tuple(sorted(links, key=attrgetter("location"))))
        self._index(customer)

    def _index(self, number: int) -> None:
        """Make the customer found by what is stored now."""
        if self._to_index is not None:
            self._to_index.add(number)
        else:
            self._seen.pop(number, None)
            self.index_anew({number})


def _linked(customers: str, **values: Value) -> Query:
    """Return the query for those whom another finds, with all their links."""
    sql = (
        f"SELECT customer, {COLUMNS}, {_OF_LINK} FROM ({customers}) AS found LEFT JOIN links USING (customer) "
        "ORDER BY customer, location"
    )
    return sql, values


def _grouped(rows: Iterable[Row]) -> list[LinkedCustomer]:
    found: list[LinkedCustomer] = []
    last = None
    for row in rows:
        links = (link_from(row),) if row["location"] else ()
        if row["customer"] == last:
            found[-1] = found[-1]._replace(links=(*found[-1].links, *links))
        else:
            last = row["customer"]
            found.append(LinkedCustomer(customer_from(row), links))
    return found


def _holder(row: Row) -> Holder:
    return Holder(stripe_id=row["stripe_id"], customer=customer_from(row), location=row["location"])
