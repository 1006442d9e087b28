"""Listing what was changed, when, and by whom."""

from typing import NamedTuple, Protocol

from koalalink.domain.history.changes import Action, History
from koalalink.domain.history.descriptions import read_since
from koalalink.operations import resolve_customer
from koalalink.operations.ports import HasTime
from koalalink.operations.resolve_customer import number_of

FEW = 10
"""Customers of a change that are named unless all are asked for."""


class Needs(resolve_customer.Needs, HasTime, Protocol):
    """What listing changes works with."""


class HistoryRequest(NamedTuple):
    """Which changes are listed."""

    customer: str | None = None
    since: str | None = None
    by: str | None = None
    action: Action | None = None
    limit: int = 50
    change: int | None = None
    """One change alone, with who is in it."""
    everyone: bool = False
    """All who are in it, not the first few."""


def history(need: Needs, request: HistoryRequest) -> History:
    """Return changes, newest first; those of a customer who was removed are found by number."""
    if request.change is not None:
        change = need.store.change(request.change)
        people, count = need.store.people_of(change, None if request.everyone else FEW)
        return History((change,), tuple(people), count - len(people))
    since = read_since(request.since, need.now) if request.since else None
    number = number_of(need, request.customer) if request.customer else None
    found = need.store.changes(number, since=since, by=request.by, action=request.action, limit=request.limit)
    return History(tuple(found))
