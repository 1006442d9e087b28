"""Carrying decisions out: links and refusals, checked like a single link, in one change."""

from collections.abc import Container, Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from koalalink.command_line import Command, Text
from koalalink.domain.customers.links import Holder, Link, LinkedCustomer
from koalalink.domain.history.changes import Action, Refused
from koalalink.domain.history.notes import Note, NoteKind
from koalalink.domain.matching.decisions import Decision, Origin, Seen, Settled, SideBySide, Untrue, settled_in_words
from koalalink.domain.stripe.customer import StripeCustomer
from koalalink.domain.stripe.ids import StripeId
from koalalink.domain.text import counted
from koalalink.errors import ConflictError
from koalalink.operations.consent import Stakes, consent
from koalalink.operations.linking.account_guard import known_account
from koalalink.operations.linking.link_gate import Account, Others, asked, copied, examine
from koalalink.operations.matching import propose
from koalalink.operations.ports import HasAccounts, HasConfig, HasDirectory, HasStore, HasTalk, HasTime
from koalalink.operations.resolve_location import location_to_match

_SHOWN = 5


class Settling(HasConfig, HasStore, HasDirectory, HasAccounts, HasTalk, HasTime, Protocol):
    """What carrying decisions out works with."""


class Needs(Settling, propose.Needs, Protocol):
    """What deciding works with: proposals are made anew, to see who is certain now."""


class Batch(NamedTuple):
    """Decisions that are carried out in one change."""

    location: str
    decisions: Sequence[Decision]
    action: Action
    note: Note
    certain: Container[tuple[int, str]] = ()
    """Who is certain now, by customer and Stripe ID: only they are linked as such."""
    dry_run: bool = False


def settle(need: Settling, batch: Batch) -> Settled:
    """Connect who was accepted and remember who was not, in one change; what is not true any more is left alone.

    Raises ConflictError where two accepted ones contradict each other, and whatever keeps Stripe from answering; then
    nothing is changed.
    """
    location, decisions = batch.location, batch.decisions
    _refuse_contradictions(decisions)
    with need.store.bulk(batch.action, batch.note, rehearsal=True) as bulk:
        known = bulk.known(each.customer for each in decisions)
        remembered = bulk.refusals(location)
    open_ = [each for each in decisions if not _is_so(each, known, remembered, location)]
    account = _look_up(need, location, {each.stripe_id for each in open_ if each.accepted})
    with need.store.bulk(batch.action, batch.note, rehearsal=batch.dry_run) as bulk:
        known = bulk.known(each.customer for each in open_)
        held = {holder.stripe_id: holder for holder in bulk.holders({each.stripe_id for each in open_})}
        others = Others(bulk, account.found.values())
        noes = bulk.refused_by(location, [(each.customer, each.stripe_id) for each in open_ if each.accepted])
        links: list[tuple[Link | None, Link]] = []
        refused: list[tuple[int, StripeId]] = []
        problems: list[Untrue] = []
        for each in open_:
            outcome = _examined(each, known, held.get(each.stripe_id), account, others, need.now)
            no = noes.get((each.customer, each.stripe_id))
            if isinstance(outcome, Link) and no and (each.since is None or no.change > each.since):
                outcome = _refused_since(no)
            if isinstance(outcome, Link) and each.certain and (each.customer, each.stripe_id) not in batch.certain:
                outcome = "It is not certain any more. If it is right, write yes."
            if isinstance(outcome, str):
                problems.append(Untrue(each.row, each.customer, each.stripe_id, outcome))
            elif outcome:
                links.append((None, outcome))
            else:
                refused.append((each.customer, each.stripe_id))
        if links and any(new.livemode for _, new in links) and not batch.dry_run:
            cards = f"the real cards of {counted(len(links), 'customer')}"
            need.talk.note(f"This is live mode: {cards} can be charged from now on.")
        bulk.write([], [], links)
        bulk.refuse(location, refused)
        return Settled(
            location=location,
            linked=len(links),
            refused=len(refused),
            unchanged=len(decisions) - len(open_),
            later=0,
            verified=_has_a_key(need, location),
            change=None if batch.dry_run else bulk.change,
            problems=problems,
            dry_run=batch.dry_run,
        )


def apply(need: Needs, file: str, location: str | None, *, dry_run: bool) -> Settled:
    """Carry out what a sheet says.

    What the program has written as certain is carried out where that is still so. Raises as `settle`, and where the
    sheet was written for another store or location.
    """
    sheet = need.files.sheet(file)
    place = location_to_match(need.config, need.directory.states(), location or sheet.location)
    sheet.check(Origin(place, need.store.identity))
    certain = propose.certain_now(need, place) if any(each.certain for each in sheet.decisions) else ()
    done = settle(need, Batch(place, sheet.decisions, Action.APPLIED, Note.of_file(sheet.name), certain, dry_run))
    if done.linked and not done.verified:
        need.talk.warn(_unverified(place))
    if file != "-" and not dry_run:
        need.talk.note(
            f"{sheet.name} holds your customers' data, and so does the page or sheet that it came from. When all is "
            "decided, delete both."
        )
    problems = sorted((*sheet.problems, *done.problems), key=lambda problem: problem.row)
    return done._replace(later=sheet.later, problems=problems)


def apply_certain(
    need: Settling, pairs: Iterable[SideBySide], location: str, *, since: int | None = None, agreed: bool
) -> None:
    """Connect who is certain, and say it; one that `connect` would doubt is left alone.

    Raises Aborted where the person does not want it.
    """
    talk = need.talk
    decisions = []
    names = {}
    for each in pairs:
        if each.theirs:
            names[each.ours.number] = str(each.ours)
            seen = Seen.of(each.ours, each.theirs)
            number, stripe_id = each.ours.number, each.theirs.stripe_id
            decisions.append(Decision(number, stripe_id, True, seen, looked_at=False, since=since))
    if not decisions:
        talk.note(f"No certain matches at {location}, so nothing was changed.")
        return
    matches = "match" if len(decisions) == 1 else "matches"
    question = f"Connect {len(decisions):,} certain {matches} at {location}?"
    consent(talk, question, Stakes.CAN_BE_UNDONE, agreed=agreed)
    done = settle(need, Batch(location, decisions, Action.MATCHED, Note(NoteKind.CERTAIN)))
    talk.note(settled_in_words(done))
    for problem in done.problems[:_SHOWN]:
        who = f"{names[problem.customer]} and {problem.stripe_id}"
        talk.warn(f"Not connected: {who}. {problem.reason}")
    if len(done.problems) > _SHOWN:
        more = len(done.problems) - _SHOWN
        talk.warn(f"And {more:,} more to decide yourself: " + Command("review", location=location))
    if not done.verified and done.linked:
        talk.warn(_unverified(location))
    if done.change is not None:
        talk.note("To undo all of it, type: " + Command("undo", done.change))


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
                hint="Nothing was changed. Remove one of the two decisions, then type the command again.",
            )
        other = by_customer.setdefault(each.customer, each)
        if other.stripe_id != each.stripe_id:
            raise ConflictError(
                f"Customer {each.customer} would be connected to both {other.stripe_id} (row {other.row}) and "
                f"{each.stripe_id} (row {each.row}).",
                hint="Nothing was changed. Remove one of the two decisions, then type the command again.",
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


def _has_a_key(need: Settling, location: str) -> bool:
    """Tell whether Stripe can be asked at a location; if not, the last sync has to do."""
    return location in need.config.locations


def _look_up(need: Settling, location: str, stripe_ids: set[StripeId]) -> Account:
    if not _has_a_key(need, location) or not stripe_ids:
        return copied(need.directory, location, stripe_ids)
    known = known_account(need.store, need.directory, location)
    return asked(need.accounts(location), stripe_ids, need.talk, "Checking with Stripe", need.now, known=known)


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
        return f"Customer {decision.customer} does not exist any more."
    there = next((link for link in linked.links if link.location == account.location), None)
    if there and (decision.accepted or there.stripe_id == decision.stripe_id):
        return f"{linked.customer} is already connected to {there.stripe_id}."
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


def _refused_since(no: Refused) -> str:
    """Return why a yes is not carried out that is older than somebody's no."""
    return (
        f"{no.by} has said no to this since, on {no.at.astimezone():%Y-%m-%d at %H:%M} (change {no.change}). "
        "If it is right, connect them by hand."
    )


def _unverified(location: str) -> Text:
    """Return what is to be known of links that Stripe was not asked of, as sentences."""
    return (
        f"{location} has no key, so Stripe was not asked and the links rely on the last sync. With a key, type: "
    ) + Command("verify", location=location)
