"""Links moved to the IDs that Stripe gave after a move between accounts or processors."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

from koalalink.command_line import Command
from koalalink.domain.customers.customer import Customer
from koalalink.domain.customers.links import Holder, Link, LinkedCustomer
from koalalink.domain.history.changes import Action
from koalalink.domain.history.notes import Note
from koalalink.domain.stripe.account import StripeAccount
from koalalink.domain.stripe.customer import Absence
from koalalink.domain.stripe.id_moves import Conflict, MovedId, Remapped, by_old
from koalalink.domain.text import counted, listed
from koalalink.errors import ConflictError
from koalalink.operations.consent import Stakes, consent
from koalalink.operations.linking.link_gate import Account, Others, asked, examine
from koalalink.operations.ports import HasAccounts, HasConfig, HasFiles, HasStore, HasTalk, HasTime
from koalalink.operations.resolve_location import the_location

if TYPE_CHECKING:
    from koalalink.store.bulk_writer import Bulk

_SEVERAL = 2


class Needs(HasConfig, HasStore, HasAccounts, HasFiles, HasTalk, HasTime, Protocol):
    """What moving links works with."""


class RemapRequest(NamedTuple):
    """What the person wants; without `source` the links of `location` itself are moved."""

    file: str
    location: str | None = None
    source: str | None = None
    """The location whose links are moved to `location`."""
    dry_run: bool = False
    agreed: bool = False


class _Route(NamedTuple):
    source: str
    target: str

    @property
    def stays(self) -> bool:
        """Whether links stay at their location."""
        return self.source == self.target


class _Move(NamedTuple):
    linked: LinkedCustomer
    old: Link
    previous: Link | None
    """The link at the location it moves to."""
    row: MovedId

    @property
    def customer(self) -> Customer:
        return self.linked.customer

    def conflict(self, reason: str) -> Conflict:
        return Conflict(str(self.customer), self.old.stripe_id, self.row.new, reason)


def remap(need: Needs, request: RemapRequest) -> Remapped:
    """Verify the new IDs with Stripe, and put them in the place of the old ones in one change.

    Raises ConflictError where two customers would share an ID, naming the rows; then nothing is changed.
    """
    location = the_location(need.config, request.location)
    route = _Route(request.source or location, location)
    rows = by_old(need.files.moved_ids(request.file))
    file = "the input" if request.file == "-" else Path(request.file).name
    note = Note.of_file(file)
    opened = need.accounts(location).account()
    with need.store.bulk(Action.REMAPPED, note, rehearsal=True) as bulk:
        moves, _ = _sorted_out(bulk, rows, route, opened)
    question = f"Move {counted(len(moves), 'link')} at {location}?"
    consent(need.talk, question, Stakes.CAN_BE_UNDONE, agreed=request.agreed or request.dry_run)
    wanted = {move.row.new for move in moves}
    account = asked(need.accounts(location), wanted, need.talk, "Looking up new IDs", need.now, known=None)
    _refuse_the_former(account, moves, opened)
    with need.store.bulk(Action.REMAPPED, note, rehearsal=request.dry_run) as bulk:
        moves, (size, unchanged, missing) = _sorted_out(bulk, rows, route, opened)
        _refuse_shared(moves)
        holders = bulk.holders([move.row.new for move in moves])
        others = Others(bulk, account.found.values())
        going: list[_Move] = []
        conflicts: list[Conflict] = []
        links: dict[int, Link] = {}
        for move in moves:
            if move.row.new not in account.found:  # linked by somebody else since
                conflicts.append(move.conflict("Somebody else has just changed it."))
                continue
            examined = examine(
                move.linked, move.row.new, account, others, holders=(), now=need.now, enabled=move.old.enabled
            )
            if move.previous and not route.stays:
                conflicts.append(
                    move.conflict(f"{move.customer} is already connected to {move.previous.stripe_id} there.")
                )
            elif examined.objection:
                conflicts.append(move.conflict(examined.objection))
            else:
                going.append(move)
                links[move.customer.number] = examined.link
        going, held = _without_held(going, holders, route)
        conflicts += held
        bulk.write([], [], [(move.previous, links[move.customer.number]) for move in going])
        return Remapped(
            file=file,
            location=location,
            links=size,
            moved=len(going),
            unchanged=unchanged,
            missing=missing,
            conflicts=len(conflicts),
            change=None if request.dry_run else bulk.change,
            problems=tuple(conflicts),
            dry_run=request.dry_run,
        )


def _refuse_the_former(account: Account, moves: Sequence[_Move], opened: StripeAccount) -> None:
    """Raise ConflictError where the key knows none of the new IDs: it opens the account of before."""
    is_known = (found not in (Absence.NEVER_EXISTED, Absence.OTHER_MODE) for found in account.found.values())
    if len(moves) < _SEVERAL or any(is_known):  # a single ID may as well be a wrong one
        return
    size, location = counted(len({move.row.new for move in moves}), "new ID"), account.location
    former = ", where the links are now" if opened.id and opened.id in {move.old.account for move in moves} else ""
    raise ConflictError(
        f"The key of {location} opens {opened}{former}. It knows none of the {size}. Nothing was changed.",
        hint="Give it the key of the new account first: " + Command("locations", "set-key", location),
    )


def _is_of_another(link: Link, opened: StripeAccount) -> bool:
    return bool(link.account and opened.id and link.account != opened.id)


def _sorted_out(
    bulk: Bulk, rows: dict[str, MovedId], route: _Route, opened: StripeAccount
) -> tuple[list[_Move], tuple[int, int, int]]:
    """Return the links to be moved; and how many there are, are right already, and are not in the file.

    A copied account may keep its customers' IDs: a link of the former account is not right yet.
    """
    moves, links, unchanged, missing = [], 0, 0, 0
    for linked in bulk.links_at(route.source):
        at = {link.location: link for link in linked.links}
        old, previous = at[route.source], at.get(route.target)
        links += 1
        row = rows.get(old.stripe_id)
        if row is None:
            missing += 1
        elif previous and previous.stripe_id == row.new and not _is_of_another(previous, opened):
            unchanged += 1
        else:
            moves.append(_Move(linked, old, previous, row))
    return moves, (links, unchanged, missing)


def _refuse_shared(moves: Sequence[_Move]) -> None:
    by_new: dict[str, list[_Move]] = {}
    for move in moves:
        by_new.setdefault(move.row.new, []).append(move)
    for new, sharing in by_new.items():
        if len(sharing) > 1:
            in_order = sorted(sharing, key=lambda move: move.row.row)
            which = listed(f"{move.row.row} ({move.customer})" for move in in_order)
            raise ConflictError(
                f"Two customers would share {new}: rows {which}.",
                hint="Nothing was changed. Stripe gave one ID to both: ask Stripe, or fix the file.",
            )


def _without_held(going: list[_Move], holders: Sequence[Holder], route: _Route) -> tuple[list[_Move], list[Conflict]]:
    """Leave out moves to an ID that somebody else has and keeps; who stays may keep another's new ID in turn."""
    conflicts: list[Conflict] = []
    while True:
        # With another location as the source nobody gives an ID up.
        leaving = {move.customer.number for move in going} if route.stays else set()
        kept = {
            holder.stripe_id: holder
            for holder in holders
            if holder.customer.number not in leaving or holder.location != route.target
        }
        held = [
            move
            for move in going
            if move.row.new in kept and kept[move.row.new].customer.number != move.customer.number
        ]
        if not held:
            return going, conflicts
        conflicts += [move.conflict(f"It belongs to {kept[move.row.new].customer}.") for move in held]
        going = [move for move in going if move not in held]
