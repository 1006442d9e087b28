"""Deciding at the terminal: one person a screen, one key an answer."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import NamedTuple, Protocol

from koalalink.domain.changes import Action, Change
from koalalink.domain.decisions import Decision, Seen, Settled, SideBySide
from koalalink.domain.desk import Choice, Progress, Question
from koalalink.domain.people.identity import Pair, Tier, doubt_of_the_person
from koalalink.domain.people.person import of_store, of_stripe
from koalalink.domain.stripe_customers import StripeCustomer
from koalalink.domain.text import counted
from koalalink.errors import ConflictError, KoalaError, NetworkError
from koalalink.hints import Command
from koalalink.operations.ports import Conversation

_ALIKE = 6
"""Proposals of one reason, from which on they may be confirmed together."""

_LOOKED_AT = 5


class Desk(Protocol):
    """Where a person sits."""

    def ask(self, question: Question) -> str:
        """Show a screen and return the key that was pressed, one of the question's."""

    def browse(self, url: str) -> None:
        """Open a page in the browser."""


class Undoing(Protocol):
    """The part of the store that undoing needs."""

    def change(self, number: int | None) -> Change:
        """Return a change."""

    def undo(self, change: Change, *, keep_touched: bool = False) -> Change:
        """Put back what was there before a change."""


class Reviewed(NamedTuple):
    """What was decided."""

    connected: int
    refused: int
    later: int
    left: int
    """Nobody has come to them."""


Settle = Callable[[Sequence[Decision], Action], Settled]
"""Carries decisions out in one change."""


@dataclass
class _Step:
    """A screen that was answered."""

    place: int
    connected: int
    refused: int
    later: int
    change: int | None


@dataclass
class _Sitting:
    groups: list[Sequence[SideBySide]]
    steps: list[_Step] = field(default_factory=list)
    place: int = 0

    @property
    def done(self) -> int:
        return sum(step.connected + step.refused + step.later for step in self.steps)

    def reviewed(self) -> Reviewed:
        connected, refused, later = (
            sum(getattr(step, what) for step in self.steps) for what in ("connected", "refused", "later")
        )
        return Reviewed(connected, refused, later, sum(map(len, self.groups)) - self.done)


def review(
    pairs: Iterable[SideBySide],
    desk: Desk,
    store: Undoing,
    settle: Settle,
    conversation: Conversation,
    *,
    now: datetime,
    clock: Callable[[], float],
    sample: Callable[[Sequence[SideBySide], int], Sequence[SideBySide]],
) -> Reviewed:
    """Ask about every proposal, and carry each answer out at once; what was answered stays, however it ends.

    `clock` counts seconds, `sample` chooses at random. Raises ConflictError where nobody is there to answer.
    """
    if not conversation.can_ask:
        raise ConflictError(
            "A review asks questions, and nobody is at a terminal to answer them.",
            hint="In a spreadsheet: " + Command("match", sheet="decisions.csv"),
        )
    sitting = _Sitting(_alike(pairs, now))
    began = clock()
    try:
        while sitting.place < len(sitting.groups):
            group = sitting.groups[sitting.place]
            progress = Progress(sitting.done, sum(map(len, sitting.groups)), clock() - began)
            shown = sample(group, min(_LOOKED_AT, len(group)))
            key = desk.ask(Question(shown, len(group), progress, can_undo=bool(sitting.steps)))
            if key == Choice.QUIT:
                break
            _answer(key, group, sitting, desk, store, settle, conversation)
    except KeyboardInterrupt:
        conversation.note(in_words(sitting.reviewed()))
        raise
    return sitting.reviewed()


def _alike(pairs: Iterable[SideBySide], now: datetime) -> list[Sequence[SideBySide]]:
    """Return who is asked about together: the certain, or the likely ones of one reason, of whom nothing is in doubt.

    Everybody else is shown alone.
    """
    groups: list[Sequence[SideBySide]] = []
    proposed = (pair for pair in pairs if pair.theirs)
    for (tier, _), alike in groupby(proposed, key=_kind):
        group: list[SideBySide] = []
        alone: list[SideBySide] = []
        for pair in alike:
            (alone if tier not in (Tier.CERTAIN, Tier.LIKELY) or _is_in_doubt(pair, now) else group).append(pair)
        if len(group) < _ALIKE:
            group, alone = [], [*group, *alone]
        groups += [group] * bool(group) + [[pair] for pair in alone]
    return groups


def _is_in_doubt(pair: SideBySide, now: datetime) -> bool:
    if pair.theirs is None:
        return True
    return doubt_of_the_person(Pair.of(of_store(pair.ours), of_stripe(pair.theirs, now))) is not None


def _kind(pair: SideBySide) -> tuple[Tier, str]:
    return pair.proposal.tier, "" if pair.proposal.tier is Tier.CERTAIN else pair.proposal.reason


def _answer(
    key: str,
    group: Sequence[SideBySide],
    sitting: _Sitting,
    desk: Desk,
    store: Undoing,
    settle: Settle,
    conversation: Conversation,
) -> None:
    if key == Choice.OPEN:
        theirs = group[0].theirs
        desk.browse(theirs.url if theirs else "")
    elif key == Choice.UNDO:
        _take_back(sitting, store, conversation)
    elif key == Choice.SINGLY:
        sitting.groups[sitting.place : sitting.place + 1] = [[pair] for pair in group]
    elif key == Choice.LATER:
        sitting.steps.append(_Step(sitting.place, 0, 0, len(group), None))
        sitting.place += 1
    else:
        _carry_out(key, group, sitting, settle, conversation)


def _carry_out(
    key: str, group: Sequence[SideBySide], sitting: _Sitting, settle: Settle, conversation: Conversation
) -> None:
    picked = int(key) - 1 if key.isdigit() else None
    decisions = []
    for pair in group:
        theirs = pair.theirs if picked is None else pair.others[picked]
        if isinstance(theirs, StripeCustomer):
            seen = Seen.of(pair.ours, theirs)
            # Of a group a few were looked at: the others are judged as by `connect` without --force.
            alone = len(group) == 1
            decisions.append(Decision(pair.ours.number, theirs.stripe_id, key != Choice.NO, seen, looked_at=alone))
    try:
        done = settle(decisions, Action.REFUSED if key == Choice.NO else Action.CONNECTED)
    except NetworkError as error:
        conversation.warn(f"{error.message} The answer was not kept.")
        return
    for problem in done.problems:
        conversation.warn(f"Not carried out for customer {problem.customer}: {problem.reason}")
    connected, refused = done.linked, done.refused
    if len(group) > 1:
        conversation.note(f"Connected {connected:,} of {len(group):,}.")
    elif connected or refused:
        said = "Connected" if connected else "For good not"
        conversation.note(f"{said}: {group[0].ours} and {decisions[0].stripe_id}.")
    later = len(group) - connected - refused
    sitting.steps.append(_Step(sitting.place, connected, refused, later, done.change))
    sitting.place += 1


def _take_back(sitting: _Sitting, store: Undoing, conversation: Conversation) -> None:
    step = sitting.steps[-1]
    if step.change is not None:
        try:
            store.undo(store.change(step.change))
        except KoalaError as error:
            conversation.warn(error.message)
            return
    sitting.steps.pop()
    sitting.place = step.place


def in_words(done: Reviewed) -> str:
    """Return what was decided, as a sentence."""
    fates = {"connected": done.connected, "refused for good": done.refused, "left for later": done.later}
    parts = [f"{size:,} {what}" for what, size in fates.items() if size]
    rest = f" {counted(done.left, 'proposal')} left." if done.left else ""
    return f"{', '.join(parts) or 'Nothing decided'}.{rest}"
