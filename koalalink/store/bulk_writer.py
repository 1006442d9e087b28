"""Many customers and links in one change, a batch at a time."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from json.encoder import encode_basestring_ascii as _quoted

from koalalink.domain.customers.customer import Customer, CustomerDetails
from koalalink.domain.customers.links import Holder, Link, LinkedCustomer
from koalalink.domain.history.changes import REFUSED, Refused
from koalalink.domain.identity.contacts import keys_of
from koalalink.store import search_index
from koalalink.store.database import Value
from koalalink.store.history.log import put_tallies
from koalalink.store.rows import FIELDS, KEYS, customer_values, link_values
from koalalink.store.tables import COLUMNS, LINK_COLUMNS, Tables

_CUSTOMER = ("customer", *FIELDS, *KEYS)
_LINK = (*LINK_COLUMNS.split(", "),)
_ITEM = ("change", "item", "customer", "location", "before", "after")
_UPDATE = (
    f"UPDATE customers SET {', '.join(f'{name} = :{name}' for name in (*FIELDS, *KEYS))} WHERE customer = :customer"
)
_DELETE_LINK = "DELETE FROM links WHERE customer = :customer AND location = :location"
_AS_JSON = "{" + ", ".join(f'"{name}": %s' for name in FIELDS) + "}"


class Bulk:
    """The batches of one change, within its transaction."""

    def __init__(self, tables: Tables, next_number: int, begin: Callable[[], int]) -> None:
        """Write to `tables`; `begin` begins the change, once there is something to write, and returns its number."""
        self.change: int | None = None
        """The number of the change; None where nothing was written."""
        self._begin = begin
        self._tables = tables
        self._items = 0
        self._kinds: Counter[tuple[str, str]] = Counter()
        self.next_number = next_number
        """The number of the next customer."""

    def people(
        self, *, external_ids: set[str], emails: set[str], phones: set[str], names: set[str]
    ) -> Sequence[LinkedCustomer]:
        """Return everybody who has one of these external IDs, folded emails, phone keys or folded names."""
        return self._tables.people(external_ids=external_ids, emails=emails, phones=phones, names=names)

    def holders(self, stripe_ids: Iterable[str]) -> list[Holder]:
        """Return who is linked to one of these Stripe IDs."""
        return self._tables.holders(*stripe_ids)

    def known(self, numbers: Iterable[int]) -> dict[int, LinkedCustomer]:
        """Return the customers of these numbers, those who are there."""
        return self._tables.known(numbers)

    def refusals(self, location: str) -> set[tuple[int, str]]:
        """Return who at Stripe is not which customer, as somebody has said."""
        return self._tables.refusals(location)

    def refused_by(self, location: str, pairs: Iterable[tuple[int, str]]) -> dict[tuple[int, str], Refused]:
        """Return who has said no to pairs of a customer and a Stripe ID that are refused now, and when."""
        return self._tables.refused_by(location, pairs)

    def refuse(self, location: str, pairs: Sequence[tuple[int, str]]) -> None:
        """Write down that these Stripe customers are not these customers, where it is not written yet."""
        known = self._tables.refusals(location)
        pairs = [pair for pair in pairs if pair not in known]
        if pairs and self.change is None:
            self.change = self._begin()
        for customer, stripe_id in pairs:
            self._tables.put_refusal(customer, location, stripe_id, stands=True)
        items = [self._item(who, location, None, {REFUSED: theirs}) for who, theirs in pairs]
        self._tables.db.insert_many("change_items", _ITEM, items)
        self._kinds["refusal", "new"] += len(pairs)

    def finish(self) -> None:
        """Write how much the change has touched."""
        if self.change is not None:
            put_tallies(self._tables.db, self.change, +self._kinds)

    def links_at(self, location: str) -> Sequence[LinkedCustomer]:
        """Return everybody who is linked at a location, with all links."""
        return self._tables.with_links(
            f"SELECT customer, {COLUMNS} FROM customers "
            "WHERE customer IN (SELECT customer FROM links WHERE location = :location)",
            location=location,
        )

    def write(
        self,
        added: Sequence[Customer],
        edited: Sequence[tuple[Customer, CustomerDetails]],
        links: Sequence[tuple[Link | None, Link]],
    ) -> None:
        """Add customers, give others other details, and put links in the place of others, or of none."""
        if not (added or edited or links):
            return
        if self.change is None:
            self.change = self._begin()
        db = self._tables.db
        db.insert_many("customers", _CUSTOMER, ((c.number, *c.details, *keys_of(c.details)) for c in added))
        db.execute_many(_UPDATE, ({"customer": c.number, **customer_values(details)} for c, details in edited))
        # All old ones go first: two customers may exchange theirs.
        db.execute_many(_DELETE_LINK, ({"customer": old.customer, "location": old.location} for old, _ in links if old))
        db.insert_many(
            "links",
            _LINK,
            ((new.customer, new.location, *link_values(new).values()) for _, new in links),
        )
        # The row's JSON is put together here, as the library takes thrice the time for it.
        self._kinds["customer", "new"] += len(added)
        self._kinds["customer", "changed"] += len(edited)
        replacing = sum(old is not None for old, _ in links)
        self._kinds["link", "changed"] += replacing
        self._kinds["link", "new"] += len(links) - replacing
        first = self._items + 1
        self._items += len(added)
        db.insert_many(
            "change_items",
            _ITEM,
            (
                (self.change, item, customer.number, None, None, _AS_JSON % tuple(map(_quoted, customer.details)))
                for item, customer in enumerate(added, first)
            ),
        )
        db.insert_many(
            "change_items",
            _ITEM,
            (self._item(c.number, None, c.details._asdict(), details._asdict()) for c, details in edited),
        )
        db.insert_many(
            "change_items",
            _ITEM,
            (
                self._item(new.customer, new.location, link_values(old) if old else None, link_values(new))
                for old, new in links
            ),
        )
        of_new: dict[int, list[Link]] = {customer.number: [] for customer in added}
        changed = {customer.number for customer, _ in edited}
        for _, new in links:
            if new.customer in of_new:
                of_new[new.customer].append(new)
            else:
                changed.add(new.customer)
        self._index([LinkedCustomer(customer, tuple(of_new[customer.number])) for customer in added], changed)

    def _item(self, customer: int, location: str | None, before: object | None, after: object) -> tuple[Value, ...]:
        self._items += 1
        was = None if before is None else json.dumps(before)
        return (self.change, self._items, customer, location, was, json.dumps(after))

    def _index(self, new: Iterable[LinkedCustomer], changed: set[int]) -> None:
        self._tables.index_anew(changed)
        search_index.index(self._tables.db, new)
