"""The history: what was done to customers and links, by whom, and what was there before."""

from datetime import datetime
from enum import StrEnum
from typing import Literal, NamedTuple

from koalalink.domain.history.notes import Note, NoteKind

Values = dict[str, str | int | None]

REFUSED = "refused"
"""The only column of a refusal's row, as the history has it."""


class Action(StrEnum):
    """What a change did; the words that `history` shows."""

    ADDED = "added"
    EDITED = "edited"
    REMOVED = "removed"
    MERGED = "merged"
    """Two customers became one."""
    CONNECTED = "connected"
    REPLACED = "replaced"
    VERIFIED = "verified"
    UNLINKED = "unlinked"
    IMPORTED = "imported"
    REMAPPED = "remapped"
    ENABLED = "enabled"
    DISABLED = "disabled"
    MATCHED = "matched"
    APPLIED = "applied"
    REFUSED = "refused"
    FORGOTTEN = "forgotten"
    """A customer was erased, details in the history included; it cannot be undone."""
    RENAMED = "renamed"
    """A location got another name; the note has both."""
    UNDONE = "undone"


class ChangeItem(NamedTuple):
    """One thing that a change touched: a customer, or (with a location) a customer's link, or a refusal, there.

    `before` and `after` are the row as it was and as it became, None where there was none. `name` is the customer's
    name and number, as they were then.
    """

    customer: int
    name: str
    location: str | None
    before: Values | None
    after: Values | None

    @property
    def refused(self) -> str | None:
        """The Stripe ID that the customer was said not to be; None where the item is no refusal."""
        found = (self.after or self.before or {}).get(REFUSED)
        return None if found is None else str(found)


class Tally(NamedTuple):
    """How many customers, links or refusals a change has made new, changed, or taken away."""

    noun: Literal["customer", "link", "refusal"]
    kind: Literal["new", "changed", "gone"]
    size: int


class Change(NamedTuple):
    """One write: who, when, and what it touched."""

    number: int
    at: datetime
    by: str
    action: Action
    note: Note | None
    items: tuple[ChangeItem, ...]
    """Every thing it touched; of a change of many none, but for `tallies`."""
    tallies: tuple[Tally, ...]
    undoes: int | None
    """The change that this one has taken back."""
    undone_by: int | None
    """The change that has taken this one back, where that was not taken back in its turn."""

    @property
    def moved(self) -> tuple[str, str] | None:
        """The old and the new name of a location that this change has renamed, or named as before."""
        if self.note is None or self.note.kind is not NoteKind.RENAMED:
            return None
        old, new = self.note.names
        return old, new

    @property
    def main(self) -> ChangeItem | None:
        """The item that stands for all: of a customer removed with links the customer; None where there are many."""
        if len({item.customer for item in self.items}) != 1:
            return None
        of_customer = [item for item in self.items if item.location is None]
        return of_customer[0] if of_customer else self.items[0] if len(self.items) == 1 else None


class Refused(NamedTuple):
    """Somebody's no: that a Stripe customer is not one of ours."""

    change: int
    by: str
    at: datetime


class History(NamedTuple):
    """Changes, newest first."""

    changes: tuple[Change, ...]
    people: tuple[str, ...] = ()
    """Who is in a change that was asked for by its number, with names and numbers as they were then."""
    more: int = 0
    """How many others are."""


class Undone(NamedTuple):
    """The change that took another one back."""

    change: Change
