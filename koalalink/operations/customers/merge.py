"""Two entries of one person in our own list become one."""

import json
from collections.abc import Iterator
from typing import NamedTuple, Protocol

from koalalink.command_line import Command
from koalalink.domain.customers.customer import FIELDS, Customer, CustomerDetails
from koalalink.domain.customers.links import Link, LinkedCustomer
from koalalink.domain.customers.results import Merged
from koalalink.domain.identity.person import of_store
from koalalink.domain.identity.rules import Pair, doubt_of_the_person, the_names_contradict
from koalalink.domain.text import fold, listed
from koalalink.errors import Aborted, ConflictError, UsageError
from koalalink.operations.consent import Stakes, consent
from koalalink.operations.linking.contradictions import although, consent_to_contradict
from koalalink.operations.linking.link_gate import Contradicted, contradicted
from koalalink.operations.ports import HasDirectory, HasStore, HasTalk, HasTime
from koalalink.operations.resolve_customer import the_customer


class Needs(HasStore, HasDirectory, HasTalk, HasTime, Protocol):
    """What merging works with."""


class MergeRequest(NamedTuple):
    """Who stays, and who is merged into that one."""

    customer: str
    other: str
    agreed: bool = False
    force: bool = False
    """They may be two people, or a link's Stripe customer another one."""


def merge(need: Needs, request: MergeRequest) -> Merged:
    """Make one customer of two, in one change: the first number stays, with the details and the links of both.

    A person chooses where both have something and it is not the same; elsewhere the first one's is kept. Raises
    ConflictError where both have a link at one location, or may be two people, and whatever `consent` raises.
    """
    kept = need.store.record(the_customer(need, request.customer))
    other = need.store.record(the_customer(need, request.other))
    if kept.customer.number == other.customer.number:
        raise UsageError(
            "Both are the same customer.",
            hint="Name two different entries. To find them, type: " + Command("duplicates", mine=True),
        )
    _refuse_two_people(need, kept.customer, other.customer, force=request.force)
    links = [*_links(need, kept, other)]
    details = _details(need, kept.customer, other.customer)
    moved = [link._replace(customer=kept.customer.number) for link in links]
    _refuse_refused(need, kept, moved, force=request.force)
    found = _contradicted(need, kept.customer, details, moved)
    if found:
        consent_to_contradict(need.talk, found, force=request.force)
    doubtful = {(each.link.location, each.link.stripe_id) for each in found}
    moved = [link._replace(verified_at=None) if (link.location, link.stripe_id) in doubtful else link for link in moved]
    consent(
        need.talk,
        f"Merge {other.customer} into {kept.customer}?",
        Stakes.CAN_BE_UNDONE,
        agreed=request.agreed,
    )
    merged = need.store.merge(kept, other, details, moved, note=although(found))
    return Merged(merged, other.customer, tuple(moved))


def _refuse_two_people(need: Needs, kept: Customer, other: Customer, *, force: bool) -> None:
    pair = Pair.of(of_store(kept), of_store(other))
    doubt = "The names are different." if the_names_contradict(pair) else doubt_of_the_person(pair)
    if not doubt:
        return
    told = f"{kept} and {other} may be two people. {doubt}"
    consent(
        need.talk,
        f"{told} Are they the same person?",
        Stakes.IS_IN_DOUBT,
        agreed=force,
        refusal=f"{told} Nothing was changed.",
        hint="If they are the same person, add --force.",
    )


def _refuse_refused(need: Needs, kept: LinkedCustomer, links: list[Link], *, force: bool) -> None:
    """Ask where somebody has said that the one who stays is not the Stripe customer of a link that comes to it."""
    for link in links:
        if link in kept.links or (kept.customer.number, link.stripe_id) not in need.store.refusals(link.location):
            continue
        told = f"It was said that {kept.customer} is not {link.stripe_id} at {link.location}."
        consent(
            need.talk,
            f"{told} Is it the same person after all?",
            Stakes.IS_IN_DOUBT,
            agreed=force,
            refusal=f"{told} Nothing was changed.",
            hint="If it is the same person after all, add --force.",
        )


def _links(need: Needs, kept: LinkedCustomer, other: LinkedCustomer) -> Iterator[Link]:
    """Yield the links that stay; where both have one at a location, a person chooses which."""
    mine = {link.location: link for link in kept.links}
    theirs = {link.location: link for link in other.links}
    for location in sorted({*mine, *theirs}):
        both = [links[location] for links in (mine, theirs) if location in links]
        if len(both) == 1:
            yield both[0]
            continue
        told = f"Both are linked at {location}: {kept.customer} to {both[0].stripe_id}, "
        told += f"{other.customer} to {both[1].stripe_id}."
        if not need.talk.can_ask:
            hint = "Remove the wrong one first: " + Command("unlink", other.customer.number, location=location)
            raise ConflictError(f"{told} Nothing was changed.", hint=hint)
        need.talk.warn(told)
        for number, link in enumerate(both, 1):
            seen = ", ".join(part for part in (link.seen_name, link.seen_email) if part)
            need.talk.note(f"{number}  {link.stripe_id}{f' ({seen})' if seen else ''}")
        chosen = need.talk.choose("Which one stays?", len(both))
        if chosen is None:
            raise Aborted("Nothing was changed.")
        yield both[chosen - 1]


def _details(need: Needs, kept: Customer, other: Customer) -> CustomerDetails:
    """Return the details of both; where they differ, a person chooses field by field."""
    mine, its = kept.details._asdict(), other.details._asdict()
    values = {name: mine[name] or its[name] for name in mine if name != "extra"}
    left_out = []
    for field in FIELDS:
        first, second = mine[field.name], its[field.name]
        if not (first and second) or fold(first) == fold(second):
            continue
        chosen: int | None = 1
        if need.talk.can_ask:
            need.talk.note(f"1  {first}")
            need.talk.note(f"2  {second}")
            chosen = need.talk.choose(f"{field.title}: which one stays?", 2)
            if chosen is None:
                raise Aborted("Nothing was changed.")
        values[field.name] = first if chosen == 1 else second
        left_out.append(f"{field.label} “{second if chosen == 1 else first}”")
    if left_out:
        need.talk.note(f"Not kept: {listed(left_out)}. The history has it, and undo brings it back.")
    extra = {**json.loads(its["extra"] or "{}"), **json.loads(mine["extra"] or "{}")}
    return CustomerDetails(**values, extra=json.dumps(extra, ensure_ascii=False, sort_keys=True) if extra else "")


def _contradicted(need: Needs, kept: Customer, details: CustomerDetails, links: list[Link]) -> list[Contradicted]:
    """Return the links that the details of both speak against."""
    return contradicted(LinkedCustomer(kept, tuple(links)), details, need.directory, need.now)
