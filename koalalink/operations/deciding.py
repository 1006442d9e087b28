"""Carrying decisions out: links and refusals, checked like a single link, in one change."""

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import NamedTuple, Protocol

from koalalink.domain.changes import Action
from koalalink.domain.decisions import Decision, Seen, Settled, Sheet, SideBySide, Untrue, settled_in_words
from koalalink.domain.links import Holder, Link, LinkedCustomer
from koalalink.domain.stripe_customers import StripeCustomer
from koalalink.domain.text import counted
from koalalink.errors import ConflictError
from koalalink.hints import Command, Text
from koalalink.operations.consent import Stakes, consent
from koalalink.operations.examining import Account, Others, asked, copied, examine
from koalalink.operations.ports import BulkStore, Conversation, Directory, StripeAt


class Deciding(BulkStore, Protocol):
    """A change of many that knows who is not whom."""

    def known(self, numbers: Iterable[int]) -> Mapping[int, LinkedCustomer]:
        """Return the customers of these numbers."""

    def refusals(self, location: str) -> set[tuple[int, str]]:
        """Return who at Stripe is not which customer."""

    def refuse(self, location: str, pairs: Sequence[tuple[int, str]]) -> None:
        """Write down that these Stripe customers are not these customers."""


class Decisions(Protocol):
    """The part of the store that this needs."""

    def bulk(self, action: Action, note: str, *, rehearsal: bool) -> AbstractContextManager[Deciding]:
        """Begin a change of many."""


class Place(NamedTuple):
    """Where links are made: at a location, by asking its Stripe account, or where it is not set up by its directory."""

    location: str
    stripe_at: StripeAt | None
    directory: Directory


_SHOWN = 5


def settle(
    decisions: Sequence[Decision],
    store: Decisions,
    place: Place,
    conversation: Conversation,
    *,
    action: Action,
    note: str,
    now: datetime,
    dry_run: bool = False,
    certain: Container[tuple[int, str]] = (),
) -> Settled:
    """Connect who was accepted and remember who was not, in one change; what is not true any more is left alone.

    Raises ConflictError where two accepted ones contradict each other, and whatever keeps Stripe from answering; then
    nothing is changed.
    """
    _refuse_contradictions(decisions)
    with store.bulk(action, note, rehearsal=True) as bulk:
        known = bulk.known(each.customer for each in decisions)
        remembered = bulk.refusals(place.location)
    open_ = [each for each in decisions if not _is_so(each, known, remembered, place.location)]
    account = _ask({each.stripe_id for each in open_ if each.accepted}, place, conversation, now)
    with store.bulk(action, note, rehearsal=dry_run) as bulk:
        known = bulk.known(each.customer for each in open_)
        held = {holder.stripe_id: holder for holder in bulk.holders({each.stripe_id for each in open_})}
        others = Others(bulk, account.found.values())
        links: list[tuple[Link | None, Link]] = []
        refused: list[tuple[int, str]] = []
        problems: list[Untrue] = []
        for each in open_:
            outcome = _examined(each, known, held.get(each.stripe_id), account, others, now)
            if isinstance(outcome, Link) and each.certain and (each.customer, each.stripe_id) not in certain:
                outcome = "It is not certain by the copy of Stripe's customers here. If it is right, write yes."
            if isinstance(outcome, str):
                problems.append(Untrue(each.row, each.customer, each.stripe_id, outcome))
            elif outcome:
                links.append((None, outcome))
            else:
                refused.append((each.customer, each.stripe_id))
        if links and any(new.livemode for _, new in links) and not dry_run:
            cards = f"the real cards of {counted(len(links), 'customer')}"
            conversation.note(f"This is live mode: {cards} can be charged from now on.")
        bulk.write([], [], links)
        bulk.refuse(place.location, refused)
        return Settled(
            location=place.location,
            linked=len(links),
            refused=len(refused),
            unchanged=len(decisions) - len(open_),
            later=0,
            verified=place.stripe_at is not None,
            change=None if dry_run else bulk.change,
            problems=problems,
        )


def apply(
    sheet: Sheet,
    store: Decisions,
    place: Place,
    conversation: Conversation,
    *,
    identity: str,
    certain_now: Callable[[], Container[tuple[int, str]]],
    now: datetime,
    dry_run: bool,
) -> Settled:
    """Carry out what a sheet says; `identity` is the store's.

    What the program has written as certain is carried out where it is among those that are `certain_now`, by customer
    and Stripe ID. Raises as `settle`, and where it is another's sheet.
    """
    sheet.check(place.location, identity)
    certain = certain_now() if any(each.certain for each in sheet.decisions) else ()
    done = settle(
        sheet.decisions,
        store,
        place,
        conversation,
        action=Action.APPLIED,
        note=sheet.name,
        now=now,
        dry_run=dry_run,
        certain=certain,
    )
    if done.linked and not done.verified:
        conversation.warn(unverified(place.location))
    problems = sorted((*sheet.problems, *done.problems), key=lambda problem: problem.row)
    return done._replace(later=sheet.later, problems=problems)


def apply_certain(
    pairs: Iterable[SideBySide],
    store: Decisions,
    place: Place,
    conversation: Conversation,
    *,
    now: datetime,
    agreed: bool,
) -> None:
    """Connect who is certain, and say it; one that `connect` would doubt is left alone.

    Raises Aborted where the person does not want it.
    """
    decisions = []
    names = {}
    for each in pairs:
        if each.theirs:
            names[each.ours.number] = str(each.ours)
            seen = Seen.of(each.ours, each.theirs)
            decisions.append(Decision(each.ours.number, each.theirs.stripe_id, True, seen, looked_at=False))
    if not decisions:
        conversation.note(f"Nobody is certain at {place.location}, so nothing was changed.")
        return
    question = f"Connect the {counted(len(decisions), 'certain one')} at {place.location}?"
    consent(conversation, question, Stakes.CAN_BE_UNDONE, agreed=agreed)
    done = settle(decisions, store, place, conversation, action=Action.MATCHED, note="certain", now=now)
    conversation.note(settled_in_words(done))
    for problem in done.problems[:_SHOWN]:
        who = f"{names[problem.customer]} and {problem.stripe_id}"
        conversation.warn(f"Not connected: {who}. {problem.reason}")
    if len(done.problems) > _SHOWN:
        more = len(done.problems) - _SHOWN
        conversation.warn(
            f"And {more:,} more, which are for you to decide: " + Command("review", location=place.location)
        )
    if not done.verified and done.linked:
        conversation.warn(unverified(place.location))
    if done.change is not None:
        conversation.note("To take all of it back, type: " + Command("undo", done.change))


def _refuse_contradictions(decisions: Sequence[Decision]) -> None:
    by_id: dict[str, Decision] = {}
    by_customer: dict[int, Decision] = {}
    for each in decisions:
        if not each.accepted:
            continue
        other = by_id.setdefault(each.stripe_id, each)
        if other.customer != each.customer:
            raise ConflictError(
                f"Two customers would share {each.stripe_id}: {other.customer} (row {other.row}) and {each.customer} "
                f"(row {each.row}).",
                hint="Nothing was changed. Take one of the two decisions out, then type it again.",
            )
        other = by_customer.setdefault(each.customer, each)
        if other.stripe_id != each.stripe_id:
            raise ConflictError(
                f"Customer {each.customer} would be connected to both {other.stripe_id} (row {other.row}) and "
                f"{each.stripe_id} (row {each.row}).",
                hint="Nothing was changed. Take one of the two decisions out, then type it again.",
            )


def _is_so(
    decision: Decision, known: Mapping[int, LinkedCustomer], remembered: set[tuple[int, str]], location: str
) -> bool:
    if not decision.accepted:
        return (decision.customer, decision.stripe_id) in remembered
    linked = known.get(decision.customer)
    return linked is not None and any(
        link.location == location and link.stripe_id == decision.stripe_id for link in linked.links
    )


def _ask(stripe_ids: set[str], place: Place, conversation: Conversation, now: datetime) -> Account:
    if place.stripe_at is None or not stripe_ids:
        return copied(place.directory, place.location, stripe_ids)
    return asked(place.stripe_at, place.location, stripe_ids, conversation, "Checking with Stripe", now)


def _examined(
    decision: Decision,
    known: Mapping[int, LinkedCustomer],
    holder: Holder | None,
    account: Account,
    others: Others,
    now: datetime,
) -> Link | str | None:
    """Return the link that a decision makes, None where it refuses one, or why it is not carried out."""
    linked = known.get(decision.customer)
    if linked is None:
        return f"There is no customer {decision.customer} any more."
    there = next((link for link in linked.links if link.location == account.location), None)
    if there and (decision.accepted or there.stripe_id == decision.stripe_id):
        return f"{linked.customer} is connected to {there.stripe_id} already."
    if not decision.accepted:
        return decision.seen.changed(linked.customer, None)
    if holder and holder.customer.number != decision.customer:
        return f"{decision.stripe_id} belongs to {holder.customer} at {holder.location}."
    found = account.found.get(decision.stripe_id)
    if found is None:
        return f"{decision.stripe_id} is not among the customers that were copied from Stripe."
    if changed := decision.seen.changed(linked.customer, found if isinstance(found, StripeCustomer) else None):
        return changed
    examined = examine(linked, decision.stripe_id, account, others, holders=(), now=now)
    if examined.verdict.failed or not decision.looked_at:
        return examined.objection or examined.link
    return examined.link


def unverified(location: str) -> Text:
    """Return what is to be known of links that Stripe was not asked of, as sentences."""
    return (
        f"Stripe was not asked, as {location} has no key; the links are as good as the copy. With a key, type: "
    ) + Command("verify", location=location)
