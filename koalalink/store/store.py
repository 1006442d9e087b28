"""The store: customers, their links, and the history of both.

Every write is one transaction that holds the rows and the change that tells of them.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from koalalink.domain.changes import Action
from koalalink.domain.customers import Customer, CustomerDetails
from koalalink.domain.links import Holder, Link, LinkedCustomer, Page
from koalalink.domain.text import fold, printable
from koalalink.errors import CorrectTheCommand, LookCloser, LookForAnother
from koalalink.store import finding
from koalalink.store.database import Database
from koalalink.store.rows import FIELDS, Values, customer_from, customer_values, link_from, link_values

_COLUMNS = ", ".join(FIELDS)
_LINK_COLUMNS = "customer, location, stripe_id, enabled, account, livemode, verified_at"


class Store:
    """The customers of one business, in one SQLite file."""

    def __init__(self, database: Database, *, user: str, now: Callable[[], datetime]) -> None:
        """Read and write `database`; every change is signed with `user` and the time `now`."""
        self._db = database
        self._user = user
        self._now = now

    # Customers

    def find(self, reference: str) -> Customer:
        """Return the customer with a number (42), an email, or an external ID (ext:ID).

        Raises LookForAnother where nobody or several people fit.
        """
        reference = printable(reference).strip()
        found = self._found(reference)
        if len(found) == 1:
            return found[0]
        if found:
            people = ", ".join(str(customer) for customer in found[:5])
            raise LookForAnother(
                f"{len(found)} customers have {reference}: {people}{', …' if len(found) > 5 else ''}.",
                hint="Type the number of the one you mean.",
            )
        raise LookForAnother(
            f"There is no customer “{reference}”.",
            hint="Look by name, email or phone: koalalink customers list NAME",
        )

    def _found(self, reference: str) -> list[Customer]:
        value: str | int
        if reference.isascii() and reference.isdigit() and len(reference) < 19:  # more do not fit into SQLite's integer
            condition, value = "customer = :value", int(reference)
        elif reference.lower().startswith("ext:"):
            condition, value = "external_id = :value AND external_id <> ''", reference[4:].strip()
        else:
            condition, value = "email_key = :value AND email_key <> ''", fold(reference)
        sql = f"SELECT customer, {_COLUMNS} FROM customers WHERE {condition} ORDER BY customer"
        return [customer_from(row) for row in self._db.rows(sql, value=value)]

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def problems(self) -> list[str]:
        """Return what is wrong with the file, as sentences; nothing as a rule."""
        return self._db.problems()

    def page(
        self, query: str = "", *, linked: bool | None = None, location: str | None = None, limit: int, offset: int = 0
    ) -> Page:
        """Return customers by number, those in whose details or Stripe IDs every word of `query` occurs.

        Where `linked` is given, only those who have (or lack) a link, at `location` if one is named.
        """
        if query and not printable(query).strip():
            raise CorrectTheCommand("There is nothing in that to look for.", hint="Type a part of a name or an email.")
        clauses, values = finding.matching(self._db, printable(query))
        if linked is not None:
            clauses.append(
                f"{'' if linked else 'NOT '}EXISTS (SELECT 1 FROM links WHERE links.customer = customers.customer "
                "AND (:location IS NULL OR links.location = :location))"
            )
        source = "customer_search JOIN customers ON customers.customer = customer_search.rowid"
        order = "customer_search.rowid"
        if not query.strip():
            source, order = "customers", "customers.customer"
        sql = (
            f"SELECT customers.customer, {_COLUMNS} FROM {source} "
            f"{'WHERE ' if clauses else ''}{' AND '.join(clauses)} ORDER BY {order} LIMIT :limit OFFSET :offset"
        )
        with self._db.snapshot():
            rows = self._db.rows(sql, **values, location=location, limit=limit + 1, offset=offset)
            customers = [customer_from(row) for row in rows[:limit]]
            return Page(customers=self._with_links(customers), more=len(rows) > limit)

    def record(self, customer: Customer) -> LinkedCustomer:
        """Return the customer with all links."""
        return self._with_links([customer])[0]

    def add(self, details: CustomerDetails) -> Customer:
        """Add a customer under the next number."""
        with self._change(Action.ADDED) as touched:
            self._refuse_taken_external_id(details, besides=0)
            number = self._insert_customer(None, details)
            touched(number, None, None, details._asdict())
        return Customer(number=number, details=details)

    def fill(self, people: Iterable[CustomerDetails], links: Iterable[Link], *, note: str) -> None:
        """Fill an unused store in one change; a store that was ever written to stays as it is."""
        with self._db.transaction():
            if self._db.rows("SELECT change FROM changes ORDER BY change LIMIT 1"):
                return
            touched = self._begin_change(Action.ADDED, note)
            for details in people:
                touched(self._insert_customer(None, details), None, None, details._asdict())
            for link in links:
                self._write_link(link)
                self._index(link.customer)
                touched(link.customer, link.location, None, link_values(link))

    def edit(self, customer: Customer, details: CustomerDetails) -> Customer:
        """Give `customer` other details; refused where somebody else has changed them meanwhile."""
        with self._change(Action.EDITED) as touched:
            self._expect_unchanged(customer)
            self._refuse_taken_external_id(details, besides=customer.number)
            assignments = ", ".join(f"{name} = :{name}" for name in (*FIELDS, "email_key"))
            sql = f"UPDATE customers SET {assignments} WHERE customer = :customer"
            self._db.execute(sql, **customer_values(details), customer=customer.number)
            touched(customer.number, None, customer.details._asdict(), details._asdict())
            self._index(customer.number)
        return Customer(number=customer.number, details=details)

    def remove(self, record: LinkedCustomer) -> None:
        """Remove a customer and all links; the history keeps both."""
        customer = record.customer
        with self._change(Action.REMOVED) as touched:
            self._expect_unchanged(customer)
            if self._with_links([customer])[0] != record:
                raise _changed_meanwhile(customer)
            for link in record.links:
                self._delete_link(link)
                touched(customer.number, link.location, link_values(link), None)
            finding.forget(self._db, customer.number)
            self._db.execute("DELETE FROM customers WHERE customer = :customer", customer=customer.number)
            touched(customer.number, None, customer.details._asdict(), None)

    # Links

    def link(self, customer: Customer, location: str) -> Link | None:
        """Return the customer's link at one location."""
        return next((link for link in self.record(customer).links if link.location == location), None)

    def holders(self, *stripe_ids: str) -> list[Holder]:
        """Return the customers that are linked to one of `stripe_ids`, at any location."""
        rows = self._db.rows(
            f"SELECT stripe_id, location, customer, {_COLUMNS} FROM links JOIN customers USING (customer) "
            "WHERE stripe_id IN (SELECT value FROM json_each(:stripe_ids)) ORDER BY stripe_id, location",
            stripe_ids=json.dumps(stripe_ids),
        )
        return [
            Holder(stripe_id=row["stripe_id"], customer=customer_from(row), location=row["location"]) for row in rows
        ]

    def save_link(self, customer: Customer, link: Link, *, previous: Link | None, action: Action, note: str) -> None:
        """Put `link` in the place of `previous`.

        `customer` and `previous` are what the link was judged by: raises LookCloser where one of them has changed
        meanwhile, or where somebody else has got the Stripe ID.
        """
        with self._change(action, note) as touched:
            self._expect_unchanged(customer)
            if self.link(customer, link.location) != previous:
                raise _changed_meanwhile(customer)
            for holder in self.holders(link.stripe_id):
                if holder.customer.number != customer.number:
                    raise LookCloser(
                        f"{link.stripe_id} has just been linked to {holder.customer} at {holder.location}.",
                        hint=f"Look at both: koalalink show {holder.customer.number}",
                    )
            if previous:
                self._delete_link(previous)
            self._write_link(link)
            touched(link.customer, link.location, link_values(previous) if previous else None, link_values(link))
            self._index(customer.number)

    def delete_links(self, customer: Customer, links: Sequence[Link]) -> None:
        """Unlink the customer from all of `links` in one change."""
        with self._change(Action.UNLINKED) as touched:
            for link in links:
                if self.link(customer, link.location) != link:
                    raise _changed_meanwhile(customer)
                self._delete_link(link)
                touched(link.customer, link.location, link_values(link), None)
            self._index(customer.number)

    # The parts of writes

    @contextmanager
    def _change(self, action: Action, note: str = "") -> Iterator["_Touched"]:
        with self._db.transaction():
            yield self._begin_change(action, note)

    def _begin_change(self, action: Action, note: str) -> "_Touched":
        change = self._db.execute(
            "INSERT INTO changes (at, by, action, note) VALUES (:at, :by, :action, :note)",
            at=int(self._now().timestamp()),
            by=self._user,
            action=action.value,
            note=note,
        )
        return _Touched(self._db, change)

    def _expect_unchanged(self, customer: Customer) -> None:
        if self._found(str(customer.number)) != [customer]:
            raise _changed_meanwhile(customer)

    def _refuse_taken_external_id(self, details: CustomerDetails, *, besides: int) -> None:
        if not details.external_id:
            return
        for other in self._found(f"ext:{details.external_id}"):
            if other.number != besides:
                raise LookCloser(
                    f"The external ID {details.external_id} belongs to {other}.",
                    hint=f"Look at that customer: koalalink show {other.number}",
                )

    def _insert_customer(self, number: int | None, details: CustomerDetails) -> int:
        names = ("customer", *FIELDS, "email_key")
        sql = f"INSERT INTO customers ({', '.join(names)}) VALUES (:{', :'.join(names)})"
        number = self._db.execute(sql, customer=number, **customer_values(details))
        self._index(number)
        return number

    def _write_link(self, link: Link) -> None:
        self._db.execute(
            f"INSERT INTO links ({_LINK_COLUMNS}) VALUES "
            "(:customer, :location, :stripe_id, :enabled, :account, :livemode, :verified_at)",
            customer=link.customer,
            location=link.location,
            **link_values(link),
        )

    def _delete_link(self, link: Link) -> None:
        self._db.execute(
            "DELETE FROM links WHERE customer = :customer AND location = :location",
            customer=link.customer,
            location=link.location,
        )

    def _index(self, number: int) -> None:
        """Make the customer found by what is stored now."""
        record = self.record(self._found(str(number))[0])
        details, stripe_ids = record.customer.details, (link.stripe_id for link in record.links)
        finding.index(self._db, number, (details.name, details.company, details.email, details.phone, *stripe_ids))

    def _with_links(self, customers: Sequence[Customer]) -> tuple[LinkedCustomer, ...]:
        rows = self._db.rows(
            f"SELECT {_LINK_COLUMNS} FROM links "
            "WHERE customer IN (SELECT value FROM json_each(:numbers)) ORDER BY customer, location",
            numbers=json.dumps([customer.number for customer in customers]),
        )
        links: dict[int, list[Link]] = {}
        for row in rows:
            links.setdefault(row["customer"], []).append(link_from(row))
        return tuple(
            LinkedCustomer(customer=customer, links=tuple(links.get(customer.number, ()))) for customer in customers
        )


class _Touched:
    """Writes the items of one change."""

    def __init__(self, db: Database, change: int) -> None:
        self._db = db
        self._change = change
        self._items = 0

    def __call__(self, customer: int, location: str | None, before: Values | None, after: Values | None) -> None:
        self._items += 1
        self._db.execute(
            "INSERT INTO change_items (change, item, customer, location, before, after) "
            "VALUES (:change, :item, :customer, :location, :before, :after)",
            change=self._change,
            item=self._items,
            customer=customer,
            location=location,
            before=None if before is None else json.dumps(before),
            after=None if after is None else json.dumps(after),
        )


def _changed_meanwhile(customer: Customer) -> LookCloser:
    return LookCloser(f"{customer} was changed by somebody else a moment ago.", hint="Type the command again.")
