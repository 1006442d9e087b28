"""Changes taken back: what was there before is put back, unless something later stands against it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, NamedTuple

from koalalink.domain.changes import Action, Change, ChangeItem, Values, moved_note
from koalalink.domain.customers import CustomerDetails
from koalalink.domain.links import Link
from koalalink.errors import ConflictError
from koalalink.hints import Command
from koalalink.store.database import Database
from koalalink.store.history import begin, changing, items, name_at, put_tallies, tallies, undone_by
from koalalink.store.migrations import SEEN
from koalalink.store.rows import link_from, link_values
from koalalink.store.tables import Tables
from koalalink.store.taking_back import has_only_added, take_away

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
    note: str = "",
) -> Undone:
    """Put back what every item of a change was before, last first; and note that some links are not verified any more.

    Raises ConflictError where later changes touched them; with `keep_touched` those customers are left as they are, and
    it is raised where that leaves nothing to be put back.
    """
    if change.action is Action.FORGOTTEN:
        raise ConflictError("Who was erased cannot be brought back.", hint="A backup of before may have the customer.")
    undoing = undone_by(tables.db, change.number)
    if undoing is not None:
        raise ConflictError(
            f"Change {change.number} was already undone, by change {undoing}.",
            hint="To bring it back, type: " + Command("undo", undoing),
        )
    later = _later(tables.db, change)
    if not later and not unverify and has_only_added(tables.db, change):
        number = begin(tables.db, at, by, Action.UNDONE, note, undoes=change.number)
        put_tallies(tables.db, number, {(tally.noun, "gone"): tally.size for tally in change.tallies})
        tables.index_anew(take_away(tables.db, change, number))
        return Undone(number, frozenset())
    every = change.items or tuple(items(tables.db, change.number))
    touched = {item.customer for item in every if _key(item) in later}
    # Who is removed goes with all links, so a link that was made since counts, too.
    touched |= {i.customer for i in every if i.location is None and i.before is None} & {who for who, _ in later}
    if touched and not keep_touched:
        _refuse_erased(tables.db, change, touched)
        first, *others = (item for item in every if item.customer in touched)
        named = first._replace(name=name_at(tables.db, change.number, first.customer))
        raise _touched_later(change, [named, *others], later)
    if every and touched >= {item.customer for item in every}:
        raise ConflictError(
            f"Everything that change {change.number} did has been changed since: nothing is left to undo.",
            hint="See what was done: " + Command("history"),
        )
    note = moved_note(*reversed(change.moved)) if change.moved else note
    with changing(tables.db, at, by, Action.UNDONE, note, undoes=change.number) as write:
        with tables.indexing_once():
            for item in reversed(every):
                if item.customer not in touched:
                    _restore(tables, change, item, later)
                    write(item.customer, item.location, item.after, item.before)
        for link in unverify:
            if tables.link(link.customer, link.location) == link:
                unverified = link._replace(verified_at=None)
                tables.put_link(unverified)
                write(link.customer, link.location, link_values(link), link_values(unverified))
    if change.moved:
        tables.move_copy(*reversed(change.moved))
    return Undone(write.change, frozenset(touched))


def _refuse_erased(db: Database, change: Change, touched: set[int]) -> None:
    """Raise ConflictError where a customer was erased since: nothing of it can come back."""
    rows = db.rows(
        "SELECT DISTINCT customer FROM changes JOIN change_items USING (change) "
        "WHERE action = 'forgotten' ORDER BY customer"
    )
    erased = [row["customer"] for row in rows if row["customer"] in touched]
    if erased:
        raise ConflictError(
            f"Change {change.number} cannot be undone: customer {erased[0]} was erased since.",
            hint="To undo it for the others: " + Command("undo", change.number, keep_touched=True),
        )


def can_be_taken_away(db: Database, change: Change) -> bool:
    """Tell whether all of a large change can be undone as a whole, which need not be tried to be known."""
    return undone_by(db, change.number) is None and not _later(db, change) and has_only_added(db, change)


def part(db: Database, change: Change, undone: Undone) -> Change:
    """Return a change with what of it was taken back alone."""
    kinds: dict[str, Literal["new", "changed", "gone"]] = {"new": "gone", "changed": "changed", "gone": "new"}
    return change._replace(
        items=tuple(item for item in change.items if item.customer not in undone.kept),
        tallies=tuple(tally._replace(kind=kinds[tally.kind]) for tally in tallies(db, undone.number)),
    )


def _key(item: ChangeItem) -> tuple[int, str | None]:
    return item.customer, f"{item.location} {item.refused}" if item.refused else item.location


def _later(db: Database, change: Change) -> _Later:
    """Return what later changes have done to the customers of a change, and to their links."""
    rows = db.rows(
        """
        SELECT DISTINCT later.customer, later.change, changes.undoes,
            later.location || coalesce(' ' || json_extract(coalesce(later.after, later.before), '$.refused'), '')
                AS place
        FROM (SELECT DISTINCT customer FROM change_items WHERE change = :change) AS touched
        JOIN change_items AS later ON later.customer = touched.customer AND later.change > :change
        JOIN changes ON changes.change = later.change
        ORDER BY later.change
        """,
        change=change.number,
    )
    # One that was taken back since, and the taking back, are as if they had never been.
    standing = {
        row["change"]: (row["undoes"] is None or row["undoes"] <= change.number)
        and undone_by(db, row["change"]) is None
        for row in {row["change"]: row for row in rows}.values()
    }
    return {(row["customer"], row["place"]): row["change"] for row in rows if standing[row["change"]]}


def _restore(tables: Tables, change: Change, item: ChangeItem, later: _Later) -> None:
    if item.location is None:
        _restore_customer(tables, change, item, later)
    elif item.refused:
        tables.put_refusal(item.customer, item.location, item.refused, stands=item.before is not None)
    else:
        _restore_link(tables, change, item, item.location, later)


def _restore_customer(tables: Tables, change: Change, item: ChangeItem, later: _Later) -> None:
    customer = tables.customer(item.customer)
    details = _details(item.before)
    if (customer and customer.details) != _details(item.after):
        raise _touched_later(change, [item], later)
    for other in tables.customers("external_id", details.external_id if details else ""):
        if other.number != item.customer:
            raise ConflictError(
                f"The external ID {other.details.external_id} belongs to {other} now.",
                hint="Look at that customer: " + Command("show", other.number),
            )
    if details is None:
        if customer and tables.links_of(customer.number):
            raise _touched_later(change, [item], later)
        tables.delete_customer(item.customer)
    elif customer is None:
        tables.insert_customer(item.customer, details)
    else:
        tables.update_customer(item.customer, details)


def _restore_link(tables: Tables, change: Change, item: ChangeItem, location: str, later: _Later) -> None:
    link = tables.link(item.customer, location)
    if link != _link(item.customer, location, item.after):
        raise _touched_later(change, [item], later)
    restored = _link(item.customer, location, item.before)
    if restored is None:
        tables.delete_link(item.customer, location)
        return
    if tables.customer(item.customer) is None:
        raise _touched_later(change, [item], later)
    for holder in tables.holders(restored.stripe_id):
        if holder.customer.number != item.customer:
            raise ConflictError(
                f"{restored.stripe_id} belongs to {holder.customer} at {holder.location} now.",
                hint="If that is wrong, type: " + Command("unlink", holder.customer.number, location=holder.location),
            )
    tables.put_link(restored)


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
