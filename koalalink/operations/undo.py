"""Taking changes back."""

from typing import Protocol

from koalalink.domain.changes import Change
from koalalink.domain.chronicle import consequences, in_words
from koalalink.domain.text import counted
from koalalink.operations.consent import Stakes, consent
from koalalink.operations.ports import Conversation


class Undoing(Protocol):
    """The part of the store that undoing needs."""

    def change(self, number: int | None) -> Change:
        """Return a change, or the newest that can be undone."""

    def check_undo(self, change: Change, *, keep_touched: bool) -> tuple[Change, int]:
        """Return what would be put back, and how many customers would not; raises LookCloser where it cannot be."""

    def undo(self, change: Change, *, keep_touched: bool) -> Change:
        """Put back what was there before a change."""


def undo(
    store: Undoing, conversation: Conversation, number: int | None, *, agreed: bool, keep_touched: bool = False
) -> Change:
    """Show what taking a change back will do, ask, and do it; raises LookCloser where that is not possible any more.

    With `keep_touched` the customers that later changes have touched stay as they are.
    """
    change = store.change(number)
    going, kept = change, 0
    if keep_touched or (conversation.can_ask and not agreed):  # else it will be found out in doing it
        going, kept = store.check_undo(change, keep_touched=keep_touched)
    conversation.note(f"Change {change.number} {in_words(change)}. Undoing it:")
    for sentence in consequences(going):
        conversation.note(f"- {sentence}")
    if kept:
        conversation.note(f"- {counted(kept, 'customer')} that other changes have touched since: not changed.")
    consent(conversation, "Undo it?", Stakes.CAN_BE_UNDONE, agreed=agreed)
    return store.undo(change, keep_touched=keep_touched)
