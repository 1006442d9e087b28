"""Taking changes back."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from koalalink.domain.changes import Change
from koalalink.domain.chronicle import consequences, in_words
from koalalink.domain.customers import CustomerDetails
from koalalink.domain.links import Link, LinkedCustomer
from koalalink.domain.text import counted
from koalalink.operations.consent import Stakes, consent
from koalalink.operations.contradicting import although, consent_to_contradict
from koalalink.operations.examining import contradicted
from koalalink.operations.ports import Conversation, Directory


class Undoing(Protocol):
    """The part of the store that undoing needs."""

    def change(self, number: int | None) -> Change:
        """Return a change, or the newest that can be undone."""

    def check_undo(self, change: Change, *, keep_touched: bool) -> tuple[Change, int]:
        """Return what would be put back, and how many customers would not; raises ConflictError where it cannot be."""

    def edited_back(self, change: Change) -> Iterator[tuple[int, CustomerDetails]]:
        """Yield who would get which details again."""

    def known(self, numbers: Iterable[int]) -> Mapping[int, LinkedCustomer]:
        """Return the customers of these numbers."""

    def undo(self, change: Change, *, keep_touched: bool, unverify: Sequence[Link], note: str) -> Change:
        """Put back what was there before a change; some links are not verified any more then."""


def undo(
    store: Undoing,
    directory: Directory,
    conversation: Conversation,
    number: int | None,
    *,
    now: datetime,
    agreed: bool,
    keep_touched: bool = False,
    force: bool = False,
) -> Change:
    """Show what taking a change back will do, ask, and do it; raises ConflictError where that is not possible any more.

    With `keep_touched` the customers that later changes have touched stay as they are. Details that come back, and
    contradict the Stripe customer of a link that was made since, need `force`.
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
    back = dict(store.edited_back(change))
    found = [
        each
        for number, linked in store.known(back).items()
        for each in (contradicted(linked, back[number], directory, now) if linked.links else ())
    ]
    if found:
        consent_to_contradict(conversation, found, force=force)
    consent(conversation, "Undo it?", Stakes.CAN_BE_UNDONE, agreed=agreed)
    unverify = [each.link for each in found]
    return store.undo(change, keep_touched=keep_touched, unverify=unverify, note=although(found))
