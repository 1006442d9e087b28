"""Deciding at the terminal: one person a screen, one key an answer."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple, Protocol

from koalalink.command_line import Command
from koalalink.domain.history.changes import Action
from koalalink.domain.history.notes import Note, NoteKind
from koalalink.domain.identity.rules import Tier
from koalalink.domain.matching.decisions import Decision, Seen, Settled, SideBySide, is_in_doubt
from koalalink.domain.matching.review import Choice, Progress, Question
from koalalink.domain.stripe.customer import StripeCustomer
from koalalink.domain.text import counted
from koalalink.errors import ConflictError, KoalaError, NetworkError
from koalalink.operations.matching import apply_decisions
from koalalink.operations.matching.propose import propose_at, side_by_side
from koalalink.operations.matching.review_search import who_is_meant
from koalalink.operations.ports import HasBrowser, HasDesk, HasStore, HasTalk, HasTime
from koalalink.operations.resolve_location import location_to_match

if TYPE_CHECKING:
    from koalalink.store.repository import Store

_ALIKE = 6
"""Proposals of one reason, from which on they may be confirmed together."""

_LOOKED_AT = 5


class Sitting(HasStore, HasDesk, HasTalk, HasTime, HasBrowser, Protocol):
    """What a person who decides one by one works with."""


class Needs(Sitting, apply_decisions.Needs, Protocol):
    """What a review works with."""


class Reviewed(NamedTuple):
    """What was decided."""

    connected: int
    refused: int
    later: int
    left: int
    """Proposals that were not shown yet."""


Settle = Callable[[Sequence[Decision], Action], Settled]
"""Carries decisions out in one change."""


class Open(NamedTuple):
    """Who is still to be decided of a screen, just before it is shown."""

    pairs: Sequence[SideBySide]
    since: int | None
    """The newest change then."""


def _all_open(pairs: Sequence[SideBySide]) -> Open:
    return Open(pairs, None)


@dataclass
class _Step:
    """A screen that was answered."""

    index: int
    connected: int
    refused: int
    later: int
    change: int | None
    unchanged: int = 0


@dataclass
class _Session:
    groups: list[Sequence[SideBySide]]
    steps: list[_Step] = field(default_factory=list)
    index: int = 0
    elsewhere: int = 0
    """Pairs that another desk has decided before they were shown here."""
    by_hand: set[int] = field(default_factory=set)
    """The screens that were put before another, because somebody else is meant there."""

    @property
    def total(self) -> int:
        return sum(len(group) for index, group in enumerate(self.groups) if index not in self.by_hand)

    @property
    def decided(self) -> int:
        return sum(step.connected + step.refused for step in self.steps)

    @property
    def unchanged(self) -> int:
        return sum(step.unchanged for step in self.steps)

    @property
    def later(self) -> int:
        return sum(step.later for step in self.steps)

    def reviewed(self) -> Reviewed:
        connected, refused, later = (
            sum(getattr(step, what) for step in self.steps) for what in ("connected", "refused", "later")
        )
        return Reviewed(connected, refused, later, self.total - self.decided - self.later - self.unchanged)


def review(need: Needs, location: str | None) -> None:
    """Propose who everybody is at a location, have a person decide one by one, and say what was decided."""
    location = location_to_match(need.config, need.directory.states(), location)
    found = propose_at(need, location)
    pairs = side_by_side(need.store, need.directory, location, found.proposals)

    def settle(decided: Sequence[Decision], action: Action) -> Settled:
        return apply_decisions.settle(need, apply_decisions.Batch(location, decided, action, Note(NoteKind.REVIEW)))

    def somebody_else(pair: SideBySide) -> SideBySide | None:
        return who_is_meant(need, location, pair)

    def look_again(shown: Sequence[SideBySide]) -> Open:
        return still_open(need.store, location, shown)

    need.talk.note(in_words(sit(need, pairs, settle, somebody_else, look_again=look_again)))


def still_open(store: Store, location: str, pairs: Sequence[SideBySide]) -> Open:
    """Return which of these pairs nobody has decided meanwhile: linked there, given to another, or refused."""
    since = store.newest_change()
    known = store.known(pair.ours.number for pair in pairs)
    held = {holder.stripe_id for holder in store.holders(*(p.theirs.stripe_id for p in pairs if p.theirs))}
    refused = store.refusals(location)
    left = [
        pair
        for pair in pairs
        if pair.theirs
        and (linked := known.get(pair.ours.number))
        and not any(link.location == location for link in linked.links)
        and pair.theirs.stripe_id not in held
        and (pair.ours.number, pair.theirs.stripe_id) not in refused
    ]
    return Open(left, since)


def sit(
    need: Sitting,
    pairs: Iterable[SideBySide],
    settle: Settle,
    somebody_else: Callable[[SideBySide], SideBySide | None],
    *,
    look_again: Callable[[Sequence[SideBySide]], Open] = _all_open,
    clock: Callable[[], float] = time.monotonic,
    sample: Callable[[Sequence[SideBySide], int], Sequence[SideBySide]] = random.sample,
) -> Reviewed:
    """Ask about every proposal, and carry each answer out at once; what was answered stays, however it ends.

    `look_again` returns which pairs of a screen are still to be decided, just before it is shown. `somebody_else`
    returns who is meant in the place of a pair, both to be decided, or None where nobody was found.
    `clock` counts seconds, `sample` chooses at random. Raises ConflictError where nobody can answer.
    """
    if not need.talk.can_ask:
        raise ConflictError(
            "A review asks questions, which needs a terminal.",
            hint="In a spreadsheet: " + Command("match", sheet="decisions.csv"),
        )
    session = _Session(_alike(pairs, need.now))
    began = clock()
    try:
        while session.index < len(session.groups):
            group, since = session.groups[session.index], None
            if session.index not in session.by_hand:
                group, since = _left_of(session, look_again)
            if not group:
                continue
            progress = Progress(session.decided, session.total, clock() - began, session.later)
            shown = sample(group, min(_LOOKED_AT, len(group)))
            key = need.desk.ask(Question(shown, len(group), progress, can_undo=bool(session.steps)))
            if key == Choice.QUIT:
                break
            if key == Choice.ELSE:
                if instead := somebody_else(group[0]):
                    session.groups.insert(session.index, [instead])
                    session.by_hand = {at + (at >= session.index) for at in session.by_hand} | {session.index}
                continue
            _answer(need, key, Open(group, since), session, settle)
    except KeyboardInterrupt:
        need.talk.note(in_words(session.reviewed()))
        raise
    if session.elsewhere:
        verb = "was" if session.elsewhere == 1 else "were"
        need.talk.note(f"{counted(session.elsewhere, 'pair')} {verb} decided by someone else meanwhile.")
    return session.reviewed()


def _left_of(session: _Session, look_again: Callable[[Sequence[SideBySide]], Open]) -> Open:
    """Return what of the next screen is still to be decided; where nothing is, it is taken out."""
    group = session.groups[session.index]
    left = look_again(group)
    session.elsewhere += len(group) - len(left.pairs)
    if left.pairs:
        session.groups[session.index] = left.pairs
    else:
        del session.groups[session.index]
        session.by_hand = {at - (at > session.index) for at in session.by_hand}
    return left


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
            (alone if tier not in (Tier.CERTAIN, Tier.LIKELY) or is_in_doubt(pair, now) else group).append(pair)
        if len(group) < _ALIKE:
            group, alone = [], [*group, *alone]
        groups += [group] * bool(group) + [[pair] for pair in alone]
    return groups


def _kind(pair: SideBySide) -> tuple[Tier, str]:
    return pair.proposal.tier, "" if pair.proposal.tier is Tier.CERTAIN else pair.proposal.reason


def _answer(need: Sitting, key: str, shown: Open, session: _Session, settle: Settle) -> None:
    group = shown.pairs
    if key == Choice.OPEN:
        theirs = group[0].theirs
        need.browse(theirs.url if theirs else "")
    elif key == Choice.UNDO:
        _take_back(need, session)
    elif key == Choice.SINGLY:
        session.groups[session.index : session.index + 1] = [[pair] for pair in group]
    elif key == Choice.LATER:
        later = 0 if session.index in session.by_hand else len(group)
        session.steps.append(_Step(session.index, 0, 0, later, None))
        session.index += 1
    else:
        _carry_out(need, key, shown, session, settle)


def _carry_out(need: Sitting, key: str, shown: Open, session: _Session, settle: Settle) -> None:
    group = shown.pairs
    picked = int(key) - 1 if key.isdigit() else None
    decisions = []
    for pair in group:
        theirs = pair.theirs if picked is None else pair.others[picked]
        if isinstance(theirs, StripeCustomer):
            seen = Seen.of(pair.ours, theirs)
            # Of a group a few were looked at: the others are judged as by `connect` without --force.
            alone = len(group) == 1
            said_yes = key != Choice.NO
            decision = Decision(pair.ours.number, theirs.stripe_id, said_yes, seen, looked_at=alone, since=shown.since)
            decisions.append(decision)
    try:
        done = settle(decisions, Action.REFUSED if key == Choice.NO else Action.CONNECTED)
    except NetworkError as error:
        need.talk.warn(f"{error.message} The answer was not kept.")
        return
    for problem in done.problems:
        need.talk.warn(f"Not carried out for customer {problem.customer}: {problem.reason}")
    connected, refused = done.linked, done.refused
    if done.unchanged:
        who = str(group[0].ours) if len(group) == 1 else counted(done.unchanged, "customer")
        need.talk.note(f"{who}: decided just so already, perhaps in another window. Nothing was changed.")
    if len(group) > 1:
        need.talk.note(f"Connected {connected:,} of {len(group):,}.")
    elif connected or refused:
        said = "Connected" if connected else "Will not be suggested again"
        need.talk.note(f"{said}: {group[0].ours} and {decisions[0].stripe_id}.")
    is_by_hand = session.index in session.by_hand
    later = 0 if is_by_hand else len(group) - connected - refused - done.unchanged
    session.steps.append(_Step(session.index, connected, refused, later, done.change, done.unchanged))
    session.index += 1
    if is_by_hand and connected:  # in the place of the pair that it was put before
        session.index += 1


def _take_back(need: Sitting, session: _Session) -> None:
    step = session.steps[-1]
    if step.change is not None:
        try:
            need.store.undo(need.store.change(step.change))
        except KoalaError as error:
            need.talk.warn(error.message)
            return
    session.steps.pop()
    session.index = step.index


def in_words(done: Reviewed) -> str:
    """Return what was decided, as a sentence."""
    fates = {"connected": done.connected, "will not be suggested again": done.refused, "left for later": done.later}
    parts = [f"{size:,} {what}" for what, size in fates.items() if size]
    rest = f" {counted(done.left, 'proposal')} left." if done.left else ""
    return f"{', '.join(parts) or 'Nothing was decided'}.{rest}"
