"""The history: what was done to customers and links."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Action(StrEnum):
    """What a change did; the words that `history` shows."""

    ADDED = "added"
    EDITED = "edited"
    REMOVED = "removed"
    CONNECTED = "connected"
    REPLACED = "replaced"
    VERIFIED = "verified"
    UNLINKED = "unlinked"
    ENABLED = "enabled"
    DISABLED = "disabled"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeItem:
    """One thing that a change touched: a customer, or (with a location) a customer's link there.

    `before` and `after` are the row as it was and as it became, None where there was none.
    """

    customer: int
    location: str | None
    before: dict[str, str | int | None] | None
    after: dict[str, str | int | None] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One write: who, when, what, and every thing it touched."""

    number: int
    at: datetime
    by: str
    action: Action
    note: str
    items: tuple[ChangeItem, ...]
