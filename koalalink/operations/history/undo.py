"""Taking changes back."""

from contextlib import AbstractContextManager, nullcontext
from typing import NamedTuple, Protocol

from koalalink.domain.history.changes import Change, Undone
from koalalink.domain.history.descriptions import consequences, in_words
from koalalink.domain.text import counted
from koalalink.operations.consent import Stakes, consent
from koalalink.operations.history.history import FEW
from koalalink.operations.linking.contradictions import although, consent_to_contradict
from koalalink.operations.linking.link_gate import contradicted
from koalalink.operations.ports import HasConfig, HasDirectory, HasSettings, HasStore, HasTalk, HasTime


class Needs(HasConfig, HasSettings, HasStore, HasDirectory, HasTalk, HasTime, Protocol):
    """What undoing works with."""


class UndoRequest(NamedTuple):
    """What is taken back; without a number the newest change that can be."""

    change: int | None = None
    keep_touched: bool = False
    """The customers that later changes have touched stay as they are."""
    force: bool = False
    """Details may come back that contradict the Stripe customer of a link that was made since."""
    agreed: bool = False
    everyone: bool = False
    """All who are in the change are named, not the first few."""


def undo(need: Needs, request: UndoRequest) -> Undone:
    """Show what taking a change back will do, ask, and do it; raises ConflictError where it cannot be taken back."""
    store, talk = need.store, need.talk
    change = store.change(request.change)
    going, kept = change, 0
    if request.keep_touched or (talk.can_ask and not request.agreed):  # else it will be found out in doing it
        going, kept = store.check_undo(change, keep_touched=request.keep_touched)
    talk.note(f"Change {change.number} {in_words(change)}. Undoing it:")
    for sentence in consequences(going):
        talk.note(f"- {sentence}")
    if not change.items and not change.moved:
        people, count = store.people_of(change, None if request.everyone else FEW)
        more = f", and {count - len(people):,} more (add --all to see them)" if count > len(people) else ""
        talk.note(f"- That is {', '.join(people)}{more}.")
    if kept:
        talk.note(f"- {counted(kept, 'customer')} changed since by others: not changed.")
    found = [
        each
        for linked, details in store.edited_back(change)
        for each in (contradicted(linked, details, need.directory, need.now) if linked.links else ())
    ]
    if found:
        consent_to_contradict(talk, found, force=request.force)
    consent(talk, "Undo it?", Stakes.CAN_BE_UNDONE, agreed=request.agreed)
    unverify = [each.link for each in found]
    with _also_in_the_configuration(need, change):
        done = store.undo(change, keep_touched=request.keep_touched, unverify=unverify, note=although(found))
    return Undone(done)


def _also_in_the_configuration(need: Needs, change: Change) -> AbstractContextManager[None]:
    """Give a location its former name in config.toml, too, once the store has."""
    if change.moved is None:
        return nullcontext()
    former, current = change.moved
    configured = need.config.locations
    if current not in configured or former in configured:  # another office's, or changed by hand already
        return nullcontext()
    return need.settings.renaming(current, former)
