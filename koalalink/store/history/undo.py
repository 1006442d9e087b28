"""Changes taken back: what was there before is put back, unless something later stands against it."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Literal, NamedTuple

from koalalink.command_line import Command
from koalalink.domain.customers.customer import Customer, CustomerDetails
from koalalink.domain.customers.links import Holder, Link
from koalalink.domain.history.changes import Action, Change, ChangeItem, Values
from koalalink.domain.history.notes import Note
from koalalink.errors import ConflictError
from koalalink.store.database import Database
from koalalink.store.history.log import (
    ERASED,
    begin,
    changing,
    items,
    name_at,
    put_tallies,
    standing,
    tallies,
    undoings,
    undoings_of,
)
from koalalink.store.history.undo_import import has_only_added, take_away
from koalalink.store.rows import link_from, link_values
from koalalink.store.sqlite.migrations import SEEN
from koalalink.store.tables import Tables

_Later = dict[tuple[int, str | None], int]
"""For a customer, or what a customer has at a place, the newest change that touched it and still stands."""


class Undone(NamedTuple):
    """A change that has taken another back, but for the customers that it has left as they were."""

    number: int
    kept: frozenset[int]


def undo(
    tables: Tables,
    change: Change,
    *,
    at: datetime,
    by: str,
    keep_touched: bool = False,
    unverify: Sequence[Link] = (),
    note: Note | None = None,
) -> Undone:
    """Put back what every item of a change was before, last first; and note that some links are not verified any more.

    Raises ConflictError where later changes touched them; with `keep_touched` those customers are left as they are, and
    it is raised where that leaves nothing to be put back.
    """
    if change.action is Action.FORGOTTEN:
        raise ConflictError("Who was erased cannot be brought back.", hint="A backup of before may have the customer.")
    undoing, later = _against(tables.db, change)
    if undoing is not None:
        raise ConflictError(
            f"Change {change.number} was already undone, by change {undoing}.",
            hint="To bring it back, type: " + Command("undo", undoing),
        )
    if not later and not unverify and has_only_added(tables.db, change):
        number = tables.look(()).next_change
        begin(tables.db, number, at, by, Action.UNDONE, note, undoes=change.number)
        put_tallies(tables.db, number, {(tally.noun, "gone"): tally.size for tally in change.tallies})
        tables.index_anew({*take_away(tables.db, change, number)})
        return Undone(number, frozenset())
    every = change.items or tuple(items(tables.db, change.number))
    # Of who was erased nothing can be put back, whatever of it the change has touched.
    erased = _erased_of(tables.db, every)
    touched = erased | {item.customer for item in every if _key(item) in later}
    # Who is removed goes with all links, so a link that was made since counts, too.
    touched |= {i.customer for i in every if i.location is None and i.before is None} & {who for who, _ in later}
    if touched and not keep_touched:
        if erased:
            raise _erased_since(change, min(erased))
        first, *others = (item for item in every if item.customer in touched)
        named = first._replace(name=name_at(tables.db, change.number, first.customer))
        raise _touched_later(change, [named, *others], later)
    if every and touched >= {item.customer for item in every}:
        raise ConflictError(
            f"Everything that change {change.number} did has been changed since: nothing is left to undo.",
            hint="See what was done: " + Command("history"),
        )
    note = Note.moved(*reversed(change.moved)) if change.moved else note
    restored = [item for item in reversed(every) if item.customer not in touched]
    with tables.indexing_once():
        restoring = _Restoring(tables, change, restored, later)
        number = restoring.next_change
        with changing(tables.db, number, at, by, Action.UNDONE, note, undoes=change.number) as write:
            for item in restored:
                restoring.restore(item)
                write(item.customer, item.location, item.after, item.before)
            for link in unverify:
                if tables.link(link.customer, link.location) == link:
                    unverified = link._replace(verified_at=None)
                    tables.put_link(unverified)
                    write(link.customer, link.location, link_values(link), link_values(unverified))
    if change.moved:
        tables.move_copy(*reversed(change.moved))
    return Undone(write.change, frozenset(touched))


def _erased_of(db: Database, items: Iterable[ChangeItem]) -> set[int]:
    """Return which customers of these items were erased."""
    return {row["customer"] for row in db.rows(f"{ERASED} ORDER BY mark.customer")} & {item.customer for item in items}


def _erased_since(change: Change, customer: int) -> ConflictError:
    return ConflictError(
        f"Change {change.number} cannot be undone: customer {customer} was erased since.",
        hint="To undo it for the others: " + Command("undo", change.number, keep_touched=True),
    )


def can_be_taken_away(db: Database, change: Change) -> bool:
    """Tell whether all of a large change can be undone as a whole, which need not be tried to be known."""
    return _against(db, change) == (None, {}) and has_only_added(db, change)


def part(db: Database, change: Change, undone: Undone) -> Change:
    """Return a change with what of it was taken back alone."""
    kinds: dict[str, Literal["new", "changed", "gone"]] = {"new": "gone", "changed": "changed", "gone": "new"}
    return change._replace(
        items=tuple(item for item in change.items if item.customer not in undone.kept),
        tallies=tuple(tally._replace(kind=kinds[tally.kind]) for tally in tallies(db, undone.number)),
    )


def _key(item: ChangeItem) -> tuple[int, str | None]:
    return item.customer, f"{item.location} {item.refused}" if item.refused else item.location


_LATER = """
    SELECT DISTINCT later.customer, later.change, changes.undoes,
        later.location || coalesce(' ' || json_extract(coalesce(later.after, later.before), '$.refused'), '')
            AS place
    FROM (SELECT DISTINCT customer FROM change_items WHERE change = :change) AS touched
    JOIN change_items AS later ON later.customer = touched.customer AND later.change > :change
    JOIN changes ON changes.change = later.change
    ORDER BY later.change
"""


def _against(db: Database, change: Change) -> tuple[int | None, _Later]:
    """Return by which change one was already taken back; and what later ones have done to its customers and links."""
    undone, rows = db.answers(undoings_of([change.number]), (_LATER, {"change": change.number}))
    numbers = {row["change"]: row["undoes"] for row in rows}
    # One that was taken back since, and the taking back, are as if they had never been.
    gone = undoings(db, numbers) if numbers else {}
    gone |= {number: number for number, undoes in numbers.items() if undoes is not None and undoes > change.number}
    later = {(row["customer"], row["place"]): row["change"] for row in rows if row["change"] not in gone}
    return standing(undone).get(change.number), later


class _Restoring:
    """Puts back what items of a change were before; who has which IDs meanwhile is read once, and followed."""

    def __init__(self, tables: Tables, change: Change, restored: Sequence[ChangeItem], later: _Later) -> None:
        self._tables, self._change, self._later = tables, change, later
        before = [item.before for item in restored if item.before]
        looked = tables.look(
            (item.customer for item in restored),
            stripe_ids=(str(values["stripe_id"]) for values in before if "stripe_id" in values),
            external_ids=(str(values["external_id"]) for values in before if "external_id" in values),
        )
        self.next_change = looked.next_change
        self._holders: dict[str, dict[tuple[int, str], Holder]] = {}
        for holder in looked.holders:
            self._holders.setdefault(holder.stripe_id, {})[holder.customer.number, holder.location] = holder
        self._owners = {owner.details.external_id: owner for owner in looked.owners}

    def restore(self, item: ChangeItem) -> None:
        """Put one back; raises ConflictError where it is not as the change has left it, or somebody has its ID."""
        if item.location is None:
            self._restore_customer(item)
        elif item.refused:
            self._tables.put_refusal(item.customer, item.location, item.refused, stands=item.before is not None)
        else:
            self._restore_link(item, item.location)

    def _restore_customer(self, item: ChangeItem) -> None:
        customer = self._tables.customer(item.customer)
        details = _details(item.before)
        if (customer and customer.details) != _details(item.after):
            raise _touched_later(self._change, [item], self._later)
        other = self._owners.get(details.external_id) if details else None
        if other and other.number != item.customer:
            raise ConflictError(
                f"The external ID {other.details.external_id} belongs to {other} now.",
                hint="Look at that customer: " + Command("show", other.number),
            )
        if customer:
            self._owners.pop(customer.details.external_id, None)
        if details is None:
            if customer and self._tables.links_of(customer.number):
                raise _touched_later(self._change, [item], self._later)
            self._tables.delete_customer(item.customer)
            return
        if customer is None:
            self._tables.insert_customer(item.customer, details)
        else:
            self._tables.update_customer(item.customer, details)
        if details.external_id:
            self._owners[details.external_id] = Customer(item.customer, details)

    def _restore_link(self, item: ChangeItem, location: str) -> None:
        link = self._tables.link(item.customer, location)
        if link != _link(item.customer, location, item.after):
            raise _touched_later(self._change, [item], self._later)
        restored = _link(item.customer, location, item.before)
        place = (item.customer, location)
        if link:
            self._holders.get(link.stripe_id, {}).pop(place, None)
        if restored is None:
            self._tables.delete_link(item.customer, location)
            return
        customer = self._tables.customer(item.customer)
        if customer is None:
            raise _touched_later(self._change, [item], self._later)
        holders = self._holders.setdefault(restored.stripe_id, {})
        for holder in holders.values():
            if holder.customer.number != item.customer:
                where = holder.location
                raise ConflictError(
                    f"{restored.stripe_id} belongs to {holder.customer} at {where} now.",
                    hint="If that is wrong, type: " + Command("unlink", holder.customer.number, location=where),
                )
        holders[place] = Holder(stripe_id=restored.stripe_id, customer=customer, location=location)
        self._tables.put_link(restored)


def _details(values: Values | None) -> CustomerDetails | None:
    return None if values is None else CustomerDetails(**values)  # type: ignore[arg-type]


def _link(customer: int, location: str, values: Values | None) -> Link | None:
    # Changes of older versions do not say what was seen.
    seen = dict.fromkeys(SEEN, "")
    return None if values is None else link_from({"customer": customer, "location": location, **seen, **values})


def _touched_later(change: Change, items: list[ChangeItem], later: _Later) -> ConflictError:
    """Return why the items are not what the change has left."""
    customers = {item.customer: item.name for item in items}
    whom = items[0].name + (f" and {len(customers) - 1:,} more" if len(customers) > 1 else "")
    touched = {_key(item) for item in items} & set(later)
    # Where not the thing itself was touched, it was something that hangs on it: a link of one who would be removed.
    touched |= {key for key in later if key[0] in customers.keys() - {who for who, _ in touched}}
    numbers = sorted({later[key] for key in touched}, reverse=True)
    if not numbers:  # the file was altered by another program
        return ConflictError(
            f"Change {change.number} cannot be undone: {whom} is not as it was left by that change.",
            hint="Look at what was done: " + Command("history", items[0].customer),
        )
    which = f"change {numbers[0]} has" if len(numbers) == 1 else f"changes {', '.join(map(str, numbers[:9]))} have"
    hint = "Undo that first: " + Command("undo", numbers[0]) + ". To see both: " + Command("history", items[0].customer)
    if not change.items:
        hint += ". Or skip those customers: " + Command("undo", change.number, keep_touched=True)
    return ConflictError(
        f"Change {change.number} cannot be undone: {which} touched {whom} since.",
        hint=hint,
    )
