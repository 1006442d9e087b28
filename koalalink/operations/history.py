"""Listing what was changed, when, and by whom."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple, Protocol

from koalalink.domain.changes import Action, History
from koalalink.domain.chronicle import read_since

if TYPE_CHECKING:
    from koalalink.operations.ports import Store


class Needs(Protocol):
    """What listing changes works with."""

    @property
    def store(self) -> Store: ...
    @property
    def now(self) -> datetime: ...


class HistoryRequest(NamedTuple):
    """Which changes are listed."""

    customer: str | None = None
    since: str | None = None
    by: str | None = None
    action: Action | None = None
    limit: int = 50


def history(need: Needs, request: HistoryRequest) -> History:
    """Return changes, newest first; those of a customer who was removed are found by number."""
    since = read_since(request.since, need.now) if request.since else None
    number = need.store.find_past(request.customer) if request.customer else None
    found = need.store.changes(number, since=since, by=request.by, action=request.action, limit=request.limit)
    return History(tuple(found))
