"""What can be told of all links at once from the directory: the status of locations, and duplicates."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple, Protocol

from koalalink.command_line import Command
from koalalink.domain.customers.customer import Customer
from koalalink.domain.matching.duplicates import (
    KEYS,
    OWN_KEYS,
    DuplicateGroup,
    Duplicates,
    OwnDuplicates,
    duplicates_at,
    with_business,
)
from koalalink.domain.matching.duplicates import own_duplicates as duplicates_of_ours
from koalalink.domain.matching.recurring import Recurring
from koalalink.domain.mirror.status import Counting, Overall, Standing, Status
from koalalink.domain.stripe.customer import Business
from koalalink.domain.stripe.ids import StripeId
from koalalink.domain.text import counted
from koalalink.errors import KoalaError, NotFoundError, UsageError
from koalalink.operations.concurrency import Asking
from koalalink.operations.consent import consent_to_write
from koalalink.operations.linking.orphaned_links import strays
from koalalink.operations.ports import (
    HasAccounts,
    HasConfig,
    HasDirectory,
    HasFiles,
    HasPictures,
    HasStore,
    HasTalk,
    HasTime,
)
from koalalink.operations.rate_limit import RateLimit
from koalalink.operations.resolve_location import copied_locations

_AT_ONCE = 10
_BATCH = 1000
_PER_SECOND = 1
"""Batches, of which each asks twenty times: Stripe allows 25 requests a second of one kind."""


class Needs(HasConfig, HasStore, HasDirectory, HasAccounts, HasFiles, HasPictures, HasTalk, HasTime, Protocol):
    """What an overview is made from."""


class StatusRequest(NamedTuple):
    """Which locations, and what is written into files beside."""

    locations: Sequence[str] | None = None
    call_list: Path | None = None
    within: int | None = None
    """Days: whose card expires so soon is to be called, too."""
    svg: Path | None = None
    html: Path | None = None
    agreed: bool = False
    """Files that exist may be written over."""


def status(need: Needs, request: StatusRequest) -> Status:
    """Return how each location stands, and write what was asked for."""
    files = (request.call_list, request.svg, request.html)
    if_there = {path: consent_to_write(need.talk, need.files, path, agreed=request.agreed) for path in files if path}
    places = copied_locations(need.config, need.directory.states(), request.locations)
    if request.within is not None and not (request.call_list or request.html):
        raise UsageError("--within is about the call list.", hint="Add, for example: --call-list calls.csv")
    keeps_calls = request.call_list is not None or request.html is not None
    found, overall = _standings(need, places, keeps_calls=keeps_calls, within=request.within)
    if not request.locations:
        for text, advice in strays(need, need.store.links_by_location()).values():
            need.talk.warn(f"{text} " + advice)
    result = Status(tuple(found), overall)
    if path := request.svg:
        need.files.write_text(path, if_there[path], need.pictures.svg(found))
        need.talk.note(f"Wrote {path}.")
    if path := request.html:
        need.files.write_text(path, if_there[path], need.pictures.html(result))
        need.talk.note(f"Wrote {path}. It names customers, so only you can read it.")
    if path := request.call_list:
        calls = [call for each in found for call in each.calls]
        need.files.write_calls(path, if_there[path], calls)
        need.talk.note(f"Wrote {counted(len(calls), 'customer')} to call into {path}.")
    return result


def _standings(
    need: Needs, locations: Sequence[str], *, keeps_calls: bool, within: int | None
) -> tuple[list[Standing], Overall]:
    counting = [Counting(location, need.now, keeps_calls=keeps_calls, within=within) for location in locations]
    customers = linked_somewhere = ready_somewhere = 0
    everybody = need.store.everybody()
    while batch := [*islice(everybody, _BATCH)]:
        ready: set[int] = set()
        linked_here: set[int] = set()
        for each in counting:
            ids = [link.stripe_id for linked in batch if (link := each.link_of(linked))]
            stripes = need.directory.known(each.location, ids) if ids else {}
            for linked in batch:
                link = each.link_of(linked)
                if each.add(linked, stripes.get(link.stripe_id) if link else None):
                    ready.add(linked.customer.number)
                if link:
                    linked_here.add(linked.customer.number)
        customers += len(batch)
        linked_somewhere += len(linked_here)
        ready_somewhere += len(ready)
    found = []
    for each in counting:
        state = need.directory.state(each.location)
        found.append(each.standing(state, need.directory.verification(each.location)))
        if state is None:
            sync = Command("sync", location=each.location)
            need.talk.note(f"To see who can be charged at {each.location}, type: " + sync)
    return found, Overall(customers, linked_somewhere, ready_somewhere)


def duplicates(need: Needs, locations: Sequence[str] | None) -> Duplicates:
    """Return who has several Stripe customers; raises NotFoundError where none were copied yet."""
    places = copied_locations(need.config, need.directory.states(), locations)
    copied = [location for location in places if need.directory.state(location)]
    if not copied:
        raise NotFoundError(
            "Stripe's customers have not been copied to this computer yet.", hint="Type: " + Command("sync")
        )
    found: list[DuplicateGroup] = []
    for location in copied:
        recurring = Recurring(KEYS)
        for each in need.directory.customers(location):
            recurring.add(each)
        people = [each for each in need.directory.customers(location) if recurring.has(each)]
        holders: dict[str, Customer] = {}
        for batch in _batches([each.stripe_id for each in people], _BATCH):
            held = need.store.holders(*batch)
            holders |= {holder.stripe_id: holder.customer for holder in held if holder.location == location}
        groups = duplicates_at(location, people, holders, need.now)
        business = _business(need, location, [each.stripe_id for group in groups for each in group.customers])
        found += [with_business(group, business, need.now) for group in groups] if business else groups
    return Duplicates(tuple(found))


def own_duplicates(need: Needs) -> OwnDuplicates:
    """Return who is in our own list several times."""
    recurring = Recurring(OWN_KEYS)
    for each in need.store.everybody():
        recurring.add(each)
    groups = duplicates_of_ours([each for each in need.store.everybody() if recurring.has(each)])
    return OwnDuplicates(tuple(groups))


def _batches(stripe_ids: Sequence[StripeId], size: int) -> Iterator[Sequence[StripeId]]:
    """Yield so many at a time."""
    return (stripe_ids[first : first + size] for first in range(0, len(stripe_ids), size))


def _business(need: Needs, location: str, stripe_ids: Sequence[StripeId]) -> Mapping[StripeId, Business | None]:
    """Return what is going on with customers, as far as Stripe tells; nothing where the key may not read it."""
    if not stripe_ids or location not in need.config.locations:
        return {}
    found: dict[StripeId, Business | None] = {}
    limit = RateLimit(_PER_SECOND)
    try:
        stripe = need.accounts(location)
        with need.talk.counting("Looking for subscriptions and invoices", len(stripe_ids)) as count:
            # The first alone: a key that may not read this is asked once.
            for batch in (stripe_ids[:1], *_batches(stripe_ids[1:], _AT_ONCE)):
                limit.wait()
                askings = {each: Asking(lambda each=each: stripe.business(each)) for each in batch}  # type: ignore[misc]
                found |= {each: asking.result() for each, asking in askings.items()}
                if found[stripe_ids[0]] is None:
                    return {}
                count(len(batch))
    except KoalaError as failure:
        need.talk.note(f"{failure.message} Subscriptions and invoices are not looked at.")
        return {}
    return found
