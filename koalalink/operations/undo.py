"""Taking changes back."""

from itertools import islice
from typing import Protocol

from koalalink.domain.changes import Change
from koalalink.domain.chronicle import consequences, in_words
from koalalink.errors import Aborted, LookCloser
from koalalink.operations.ports import Conversation

_SHOWN = 10


class Undoing(Protocol):
    """The part of the store that undoing needs."""

    def change(self, number: int | None) -> Change:
        """Return a change, or the newest that can be undone."""

    def check_undo(self, change: Change) -> None:
        """Raise LookCloser where it cannot be put back."""

    def undo(self, change: Change) -> Change:
        """Put back what was there before a change."""


def undo(store: Undoing, conversation: Conversation, number: int | None, *, agreed: bool) -> Change:
    """Show what taking a change back will do, ask, and do it; raises LookCloser where that is not possible any more."""
    change = store.change(number)
    store.check_undo(change)
    conversation.note(f"Change {change.number} {in_words(change)}. Undoing it:")
    for sentence in islice(consequences(change), _SHOWN):
        conversation.note(f"- {sentence}")
    if len(change.items) > _SHOWN:
        conversation.note(f"- and {len(change.items) - _SHOWN:,} more.")
    if not agreed and not conversation.can_ask:
        raise LookCloser(
            "Nobody is there to say yes.", hint=f"If this is meant, type: koalalink undo {change.number} --yes"
        )
    if not agreed and not conversation.confirm("Undo it?"):
        raise Aborted("Nothing was changed.")
    return store.undo(change)
