"""The store: customers, their links, and the history of both.

Every write is one transaction that holds the rows and the change that tells of them.

It is longer than other rooms, because it is one class: all that the contract of a store asks for.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from koalalink.command_line import Command
from koalalink.domain.customers.customer import Customer, CustomerDetails, Shape
from koalalink.domain.customers.customer_reference import is_called, words_of
from koalalink.domain.customers.links import AccountOfLinks, CustomerList, Holder, Link, LinkedCustomer
from koalalink.domain.history.changes import REFUSED, Action, Change, Values
from koalalink.domain.history.notes import Note
from koalalink.domain.text import fold, printable
from koalalink.errors import ConflictError, UsageError
from koalalink.store import search_index
from koalalink.store.bulk_writer import Bulk
from koalalink.store.database import Database, Value
from koalalink.store.history import log, undo
from koalalink.store.rows import link_values
from koalalink.store.tables import COLUMNS, Looked, Tables

if TYPE_CHECKING:
    from koalalink.domain.customers.results import Forgotten

_MANY = 50
"""Namesakes; of more than these nobody chooses from a list."""
_BATCH = 1000


class Store:
    """The customers of one business, in one database."""

    def __init__(
        self, database: Database, *, now: Callable[[], datetime], user: Callable[[], str] | None = None
    ) -> None:
        """Read and write `database`; every change is signed with what `user` (who is logged in) and `now` return."""
        self._db = database
        self._tables = Tables(database)
        self._user = user or _logged_in
        self._now = now

    @property
    def path(self) -> Path:
        """The file."""
        return self._db.path

    # Customers

    def fitting(self, reference: str) -> list[Customer]:
        """Return who has a number (42), an external ID (ext:ID), an email, or every word of a name as whole words.

        A number that is somebody's is nobody else's name. Of many namesakes only some are returned.
        """
        reference = printable(reference).strip()
        found: list[Customer] = []
        if _is_number(reference):
            found = self._tables.customers("customer", int(reference))
        elif reference.lower().startswith("ext:"):
            return self._tables.customers("external_id", reference[4:].strip())
        elif "@" in reference:
            found = self._tables.customers("email_key", fold(reference))
        return found or self._called(reference)

    def _called(self, name: str) -> list[Customer]:
        """Return whose name has all these words, some of them where there are many."""
        found: list[Customer] = []
        words = words_of(name)
        more, offset = bool(words), 0
        while more and len(found) < _MANY:
            page = self.page(" ".join(words), limit=_BATCH, offset=offset)
            found += [each.customer for each in page.customers if is_called(each.customer.details, words)]
            more, offset = page.more, offset + _BATCH
        return found[:_MANY]

    def known(self, numbers: Iterable[int]) -> dict[int, LinkedCustomer]:
        """Return the customers of these numbers, those who are there."""
        return self._tables.known(numbers)

    def people(
        self, *, external_ids: set[str], emails: set[str], phones: set[str], names: set[str]
    ) -> Sequence[LinkedCustomer]:
        """Return everybody who has one of these external IDs, folded emails, phone keys or folded names."""
        return self._tables.people(external_ids=external_ids, emails=emails, phones=phones, names=names)

    def numbered(self, beginning: str, most: int) -> list[Customer]:
        """Return up to `most` customers whose number begins with these digits, all where there are none."""
        return self._tables.numbered(beginning, most) if not beginning or beginning.isdecimal() else []

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    @property
    def identity(self) -> str:
        """What tells this store from another."""
        [row] = self._db.rows("SELECT id FROM identity ORDER BY id")
        return str(row["id"])

    def problems(self) -> list[str]:
        """Return what is wrong with the file, as sentences; nothing as a rule."""
        return self._db.problems()

    def page(
        self, query: str = "", *, linked: bool | None = None, location: str | None = None, limit: int, offset: int = 0
    ) -> CustomerList:
        """Return customers by number, those in whose details or Stripe IDs every word of `query` occurs.

        Where `linked` is given, only those who have (or lack) a link, at `location` if one is named.
        """
        if query and not printable(query).strip():
            raise UsageError("There is nothing to search for.", hint="Type part of a name or an email address.")
        clauses, values = search_index.matching(self._db, printable(query))
        if linked is not None:
            clauses.append(_has_link(linked, location))
        if linked is not None and location is not None:
            values["location"] = location
        source = "customer_search JOIN customers ON customers.customer = customer_search.rowid"
        order = "customer_search.rowid"
        if not query.strip():
            source, order = "customers", "customers.customer"
        sql = (
            f"SELECT customers.customer, {COLUMNS} FROM {source} "
            f"{'WHERE ' if clauses else ''}{' AND '.join(clauses)} ORDER BY {order} LIMIT :limit OFFSET :offset"
        )
        found = self._tables.with_links(sql, **values, limit=limit + 1, offset=offset)
        return CustomerList(customers=tuple(found[:limit]), more=len(found) > limit)

    def everybody(self, *, linked: bool | None = None, location: str | None = None) -> Iterator[LinkedCustomer]:
        """Yield all customers by number, those of one moment; `linked` and `location` as for `page`."""
        clause = "" if linked is None else f"AND {_has_link(linked, location)}"
        values: dict[str, Value] = {} if linked is None or location is None else {"location": location}
        sql = f"SELECT customer, {COLUMNS} FROM customers WHERE customer > :last {clause} ORDER BY customer LIMIT 1000"
        last = 0
        with self._db.snapshot():
            while found := self._tables.with_links(sql, **values, last=last):
                yield from found
                last = found[-1].customer.number

    def shape(self) -> Shape:
        """Return what there is besides the fields that every customer has."""
        locations = self._db.rows("SELECT location, min(enabled) AS on_ FROM links GROUP BY location ORDER BY location")
        titles = self._db.rows(
            "SELECT DISTINCT each.key AS title FROM customers, json_each(extra) AS each "
            "WHERE extra <> '' ORDER BY title"
        )
        return Shape(
            locations=tuple(row["location"] for row in locations),
            switched_off_at=tuple(row["location"] for row in locations if not row["on_"]),
            extra=tuple(row["title"] for row in titles),
        )

    def record(self, customer: Customer) -> LinkedCustomer:
        """Return the customer with all links."""
        return LinkedCustomer(customer=customer, links=self._tables.links_of(customer.number))

    def add(self, details: CustomerDetails) -> Customer:
        """Add a customer under the next number."""
        with self._change(Action.ADDED, external_ids=[details.external_id]) as (touched, looked):
            _refuse_taken_external_id(looked.owners, besides=0)
            number = looked.next_customer
            self._tables.insert_customer(number, details)
            touched(number, None, None, details._asdict())
        return Customer(number=number, details=details)

    def fill(self, people: Iterable[CustomerDetails], links: Iterable[Link], *, note: Note | None = None) -> None:
        """Fill an unused store in one change; a store that was ever written to stays as it is."""
        with self._db.transaction():
            looked = self._tables.look(())
            if looked.next_change > 1:
                return
            with self._begun(looked, Action.ADDED, note) as touched, self._tables.indexing_once():
                for number, details in enumerate(people, looked.next_customer):
                    self._tables.insert_customer(number, details)
                    touched(number, None, None, details._asdict())
                for link in links:
                    self._tables.put_link(link)
                    touched(link.customer, link.location, None, link_values(link))

    def edit(
        self, customer: Customer, details: CustomerDetails, *, unverify: Sequence[Link] = (), note: Note | None = None
    ) -> Customer:
        """Give `customer` other details, for which some links are not verified any more.

        Refused where somebody else has changed either meanwhile.
        """
        number = customer.number
        with self._change(Action.EDITED, note, number, external_ids=[details.external_id]) as (touched, looked):
            if self._tables.customer(number) != customer:
                raise _changed_meanwhile(customer)
            _refuse_taken_external_id(looked.owners, besides=number)
            self._tables.update_customer(number, details)
            touched(number, None, customer.details._asdict(), details._asdict())
            for link in unverify:
                if self._tables.link(number, link.location) != link:
                    raise _changed_meanwhile(customer)
                unverified = link._replace(verified_at=None)
                self._tables.put_link(unverified)
                touched(number, link.location, link_values(link), link_values(unverified))
        return Customer(number=number, details=details)

    def merge(
        self,
        kept: LinkedCustomer,
        other: LinkedCustomer,
        details: CustomerDetails,
        links: Sequence[Link],
        *,
        note: Note | None = None,
    ) -> Customer:
        """Give `kept` these details and links, and remove `other`, in one change; its refusals hold for `kept`, too.

        Refused where somebody else has changed one of them meanwhile.
        """
        number = kept.customer.number
        with self._change(Action.MERGED, note, number, other.customer.number) as (touched, _):
            for linked in (kept, other):
                if self._tables.linked(linked.customer.number) != linked:
                    raise _changed_meanwhile(linked.customer)
            before = {link.location: link for link in kept.links}
            after = {link.location: link for link in links}
            for link in other.links:
                self._tables.delete_link(link.customer, link.location)
                touched(link.customer, link.location, link_values(link), None)
            self._tables.delete_customer(other.customer.number)
            touched(other.customer.number, None, other.customer.details._asdict(), None)
            self._tables.update_customer(number, details)
            # Also where nothing of it has changed: the history tells into whom the other one was merged.
            touched(number, None, kept.customer.details._asdict(), details._asdict())
            for location, link in after.items():
                old = before.get(location)
                if link != old:
                    self._tables.put_link(link)
                    touched(number, location, link_values(old) if old else None, link_values(link))
            for location, stripe_id in self._tables.refusals_of(other.customer.number):
                linked_to = after[location].stripe_id if location in after else None
                if stripe_id != linked_to and (number, stripe_id) not in self._tables.refusals(location):
                    self._tables.put_refusal(number, location, stripe_id, stands=True)
                    said: Values = {REFUSED: stripe_id}
                    touched(number, location, None, said)
        return Customer(number=number, details=details)

    def forget(self, number: int) -> "Forgotten":
        """Erase a customer wherever the store has something of it, and who was merged into it.

        The history keeps that there were changes, when and by whom, and none of what they were about.
        """
        from koalalink.store.history.erase import erase  # noqa: PLC0415 - hardly anybody is erased

        with self._db.erasing(), self._db.transaction():
            change = self._tables.look(()).next_change
            log.begin(self._db, change, self._now(), self._user(), Action.FORGOTTEN, None)
            return erase(self._tables, number, change)

    def remove(self, linked: LinkedCustomer) -> None:
        """Remove a customer and all links; the history keeps both."""
        customer = linked.customer
        with self._change(Action.REMOVED, None, customer.number) as (touched, _):
            if self._tables.linked(customer.number) != linked:
                raise _changed_meanwhile(customer)
            for link in linked.links:
                self._tables.delete_link(link.customer, link.location)
                touched(customer.number, link.location, link_values(link), None)
            self._tables.delete_customer(customer.number)
            touched(customer.number, None, customer.details._asdict(), None)

    # Links

    def link(self, customer: Customer, location: str) -> Link | None:
        """Return the customer's link at one location."""
        return self._tables.link(customer.number, location)

    def holders(self, *stripe_ids: str) -> list[Holder]:
        """Return the customers that are linked to one of `stripe_ids`, at any location."""
        return self._tables.holders(*stripe_ids)

    def refusals(self, location: str) -> set[tuple[int, str]]:
        """Return who at Stripe is not which customer, as somebody has said."""
        return self._tables.refusals(location)

    def save_link(
        self, customer: Customer, link: Link, *, previous: Link | None, action: Action, note: Note | None = None
    ) -> None:
        """Put `link` in the place of `previous`.

        `customer` and `previous` are what the link was judged by: raises ConflictError where one of them has changed
        meanwhile, or where somebody else has got the Stripe ID.
        """
        with self._change(action, note, customer.number, stripe_ids=[link.stripe_id]) as (touched, looked):
            linked = self._tables.linked(customer.number)
            there = {each.location: each for each in linked.links} if linked else {}
            if linked is None or linked.customer != customer or there.get(link.location) != previous:
                raise _changed_meanwhile(customer)
            for holder in looked.holders:
                if holder.customer.number != customer.number:
                    raise ConflictError(
                        f"{link.stripe_id} has just been linked to {holder.customer} at {holder.location}.",
                        hint="Look at both: " + Command("show", holder.customer.number),
                    )
            self._tables.put_link(link)
            touched(link.customer, link.location, link_values(previous) if previous else None, link_values(link))

    def delete_links(self, customer: Customer, links: Sequence[Link]) -> None:
        """Unlink the customer from all of `links` in one change."""
        with self._change(Action.UNLINKED, None, customer.number) as (touched, _):
            for link in links:
                if self._tables.link(customer.number, link.location) != link:
                    raise _changed_meanwhile(customer)
                self._tables.delete_link(link.customer, link.location)
                touched(link.customer, link.location, link_values(link), None)

    def links_by_location(self) -> dict[str, int]:
        """Return how many links there are at each location, those that are switched off included."""
        rows = self._db.rows("SELECT location, count(*) AS size FROM links GROUP BY location ORDER BY location")
        return {row["location"]: row["size"] for row in rows}

    def some_links(self, location: str, most: int) -> list[Link]:
        """Return up to `most` links at a location, those that were verified last first."""
        return self._tables.some_links_at(location, most)

    def accounts_of_links(self, location: str) -> list[AccountOfLinks]:
        """Return the accounts and modes of a location's links, the most frequent first."""
        return self._tables.accounts_of_links(location)

    def rename_location(self, old: str, new: str) -> int:
        """Give a location another name in one change: its links, refusals and copy; return how many links there are.

        Raises ConflictError where the new name has links or a copy of its own.
        """
        with self._db.transaction():
            if self._tables.is_used(new):
                raise ConflictError(
                    f"There are links at {new} already, or a copy of its Stripe customers.",
                    hint="Choose another name.",
                )
            moving = self._tables.links_at(old)
            renaming = self._begun(self._tables.look(()), Action.RENAMED, Note.moved(old, new))
            with renaming as touched, self._tables.indexing_once():
                for link in moving:
                    self._tables.delete_link(link.customer, old)
                    touched(link.customer, old, link_values(link), None)
                    self._tables.put_link(link._replace(location=new))
                    touched(link.customer, new, None, link_values(link))
                for customer, stripe_id in sorted(self._tables.refusals(old)):
                    for location, stands in ((old, False), (new, True)):
                        self._tables.put_refusal(customer, location, stripe_id, stands=stands)
                        said: Values = {REFUSED: stripe_id}
                        touched(customer, location, None if stands else said, said if stands else None)
            self._tables.move_copy(old, new)
        return len(moving)

    @contextmanager
    def bulk(self, action: Action, note: Note | None = None, *, rehearsal: bool) -> Iterator[Bulk]:
        """Write many customers and links in one change; a rehearsal finds out what would happen, and keeps nothing."""
        with self._db.transaction(rehearsal=rehearsal):
            looked = self._tables.look(())

            def begin() -> int:
                log.begin(self._db, looked.next_change, self._now(), self._user(), action, note)
                return looked.next_change

            made = Bulk(self._tables, looked.next_customer, begin)
            yield made
            made.finish()

    # History

    def changes(
        self,
        customer: int | None = None,
        *,
        since: datetime | None = None,
        by: str | None = None,
        action: Action | None = None,
        limit: int,
    ) -> list[Change]:
        """Return up to `limit` changes, newest first, those that touched a customer or fit the other conditions."""
        return log.read(self._db, customer, since=since, by=by, action=action, limit=limit)

    def change(self, number: int | None) -> Change:
        """Return a change by its number; where it is None, the newest that can be undone.

        Raises NotFoundError where there is none.
        """
        return log.find(self._db, number)

    def newest_change(self) -> int:
        """Return the number of the newest change; 0 where there was none."""
        [row] = self._db.rows("SELECT coalesce(max(change), 0) AS newest FROM changes")
        return int(row["newest"])

    def people_of(self, change: Change, most: int | None) -> tuple[list[str], int]:
        """Return whom a change touched, by name and number as they were then, up to `most`; and how many they are."""
        return log.people(self._db, change.number, most)

    def check_undo(self, change: Change, *, keep_touched: bool = False) -> tuple[Change, int]:
        """Return what of a change would be taken back, and how many customers would stay as they are.

        Raises ConflictError where a later change touched the same thing, or somebody else has what would be put back.
        """
        if undo.can_be_taken_away(self._db, change):
            return change, 0
        with self._db.transaction(rehearsal=True):
            undone = undo.undo(self._tables, change, at=self._now(), by=self._user(), keep_touched=keep_touched)
            return undo.part(self._db, change, undone), len(undone.kept)

    def edited_back(self, change: Change) -> list[tuple[LinkedCustomer, CustomerDetails]]:
        """Return who would get which details again if a change were undone, of those who are as it has left them."""
        if not any(tally.kind == "changed" for tally in change.tallies):
            return []
        items = change.items or log.items(self._db, change.number)
        edits = {i.customer: i for i in items if i.location is None and i.before and i.after}
        return [
            (linked, CustomerDetails(**(edits[number].before or {})))  # type: ignore[arg-type]
            for number, linked in (self._tables.known(edits) if edits else {}).items()
            if linked.customer.details == CustomerDetails(**(edits[number].after or {}))  # type: ignore[arg-type]
        ]

    def undo(
        self, change: Change, *, keep_touched: bool = False, unverify: Sequence[Link] = (), note: Note | None = None
    ) -> Change:
        """Put back what was there before a change, as a change of its own, and return that; raises as check_undo.

        The links in `unverify` are not verified any more then.
        """
        with self._db.transaction():
            undone = undo.undo(
                self._tables,
                change,
                at=self._now(),
                by=self._user(),
                keep_touched=keep_touched,
                unverify=unverify,
                note=note,
            )
        return log.find(self._db, undone.number)

    # The parts of writes

    @contextmanager
    def _change(
        self,
        action: Action,
        note: Note | None = None,
        *numbers: int,
        stripe_ids: Sequence[str] = (),
        external_ids: Sequence[str] = (),
    ) -> Iterator[tuple[log.Touched, Looked]]:
        """Make a change of these customers, judged by who has these IDs."""
        with self._db.transaction(), self._tables.indexing_once():
            looked = self._tables.look(numbers, stripe_ids=stripe_ids, external_ids=external_ids)
            with self._begun(looked, action, note) as touched:
                yield touched, looked

    def _begun(self, looked: Looked, action: Action, note: Note | None) -> AbstractContextManager[log.Touched]:
        return log.changing(self._db, looked.next_change, self._now(), self._user(), action, note)


def _refuse_taken_external_id(owners: Iterable[Customer], *, besides: int) -> None:
    for other in owners:
        if other.number != besides:
            raise ConflictError(
                f"The external ID {other.details.external_id} belongs to {other}.",
                hint="Look at that customer: " + Command("show", other.number),
            )


def _has_link(wanted: bool, location: str | None) -> str:
    """Return the SQL that is true of customers who have, or lack, a link: at :location where one is named."""
    there = "" if location is None else " AND links.location = :location"
    return f"{'' if wanted else 'NOT '}EXISTS (SELECT 1 FROM links WHERE links.customer = customers.customer{there})"


def _is_number(reference: str) -> bool:
    return reference.isascii() and reference.isdigit() and len(reference) < 19  # more do not fit into SQLite's integer


def _changed_meanwhile(customer: Customer) -> ConflictError:
    return ConflictError(f"{customer} was just changed by somebody else.", hint="Type the command again.")


def _logged_in() -> str:
    import getpass  # noqa: PLC0415 - only what writes needs it

    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a number without a name, as in some containers
        return f"user {os.getuid()}"
