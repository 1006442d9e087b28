"""Finding customers at Stripe, at all locations at the same time."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple, Protocol

from koalalink.command_line import Command, Text
from koalalink.domain.history.descriptions import ago
from koalalink.domain.mirror.mirror import DirectoryState
from koalalink.domain.search.query import IdQuery, OwnIdQuery, SearchQuery, TextQuery, read_query
from koalalink.domain.search.results import Hit, Hits
from koalalink.domain.text import listed
from koalalink.errors import KoalaError, NetworkError, NotFoundError, StripeError
from koalalink.operations.concurrency import Asking
from koalalink.operations.partial import Partial, raise_first
from koalalink.operations.ports import HasAccounts, HasBrowser, HasConfig, HasDirectory, HasStore, HasTalk, HasTime
from koalalink.operations.resolve_location import copied_locations, the_locations
from koalalink.operations.search.stripe_search import search_at

if TYPE_CHECKING:
    from koalalink.domain.customers.links import LinkedCustomer
    from koalalink.store.repository import Store
    from koalalink.store.stripe_mirror import Directory

_OURS = 5
"""Customers of our own list that are shown above Stripe's."""
_SERVER_ERROR, _TOO_MANY = 500, 429
"""HTTP statuses of Stripe's own trouble, and of too many requests."""


class Needs(HasConfig, HasStore, HasDirectory, HasAccounts, HasTalk, HasTime, HasBrowser, Protocol):
    """What searching works with."""


class SearchRequest(NamedTuple):
    """What is looked for, and where; without locations everywhere."""

    query: str
    locations: Sequence[str] | None = None
    limit: int = 20
    offline: bool = False
    """In what sync has copied."""
    web: bool = False
    """Open the page of the one that is found."""
    ours: bool = False
    """Also look for who of our own list fits."""


def search(need: Needs, request: SearchRequest) -> Partial[Hits]:
    """Return the best matches; a location that fails does not lose the others' rows.

    Where Stripe cannot be reached, or finds nobody, the directory answers, and it is said. Raises KoalaError where all
    have failed.
    """
    query = read_query(request.query)
    found = _offline(need, query, request) if request.offline else _online(need, query, request)
    if request.web:
        _browse(need, found.value)
    return found


def _browse(need: Needs, found: Hits) -> None:
    """Open the page of the one who is meant: of several a person chooses, and nobody else is guessed at."""
    number: int | None = 1
    if len(found.hits) > 1:
        if not need.talk.can_ask:
            need.talk.warn(
                f"{len(found.hits)} customers fit, so no page was opened. Search for one of them: "
                + Command("search", found.hits[0].customer.stripe_id, web=True)
            )
            return
        need.talk.hits(found)
        number = need.talk.choose("Whose page do you want to open?", len(found.hits))
    if found.hits and number:
        need.browse(found.hits[number - 1].customer.url)


def _online(need: Needs, query: SearchQuery, request: SearchRequest) -> Partial[Hits]:
    locations, limit = the_locations(need.config, request.locations), request.limit
    found: list[Hit] = []
    notes: list[Text] = []
    failures: list[KoalaError] = []
    answered: list[str] = []
    more = False
    with need.talk.counting("Searching customers at Stripe") as count:
        askings = {location: Asking(search_at(need, query, location, limit, count)) for location in locations}
        for location, asking in askings.items():
            try:
                hits, goes_on, remarks = asking.result()
            except KoalaError as failure:
                copied = need.directory.state(location) if _may_pass(failure) else None
                if copied and copied.is_filled:
                    need.talk.warn(f"{failure.message} {_age(copied, need.now)}")
                    found += _in_directory(query, location, need.directory, limit)
                    continue
                failures.append(failure)
                continue
            answered.append(location)
            found += hits
            more = more or goes_on
            notes += remarks
    if len(failures) == len(locations):
        raise_first(failures, need.talk)
    if not found and not isinstance(query, IdQuery):
        for state in _copied(need, answered):
            if similar := _in_directory(query, state.location, need.directory, limit):
                notes.append(f"Stripe's search found nobody. {_age(state, need.now)}")
                found += similar
    return Partial(_hits(need, query, request, found, more=more, notes=notes), tuple(failures))


def _may_pass(failure: KoalaError) -> bool:
    """Tell whether Stripe may answer later: the key and the question are not what is wrong."""
    if isinstance(failure, NetworkError):
        return True
    return isinstance(failure, StripeError) and (failure.status >= _SERVER_ERROR or failure.status == _TOO_MANY)


def _copied(need: Needs, locations: Sequence[str]) -> list[DirectoryState]:
    """Return how the directories of locations stand that have anybody in them."""
    states = (need.directory.state(location) for location in locations)
    return [state for state in states if state and state.is_filled]


def _offline(need: Needs, query: SearchQuery, request: SearchRequest) -> Partial[Hits]:
    """Return what the directory has, typing errors forgiven; raises NotFoundError where there is none at all."""
    locations = copied_locations(need.config, need.directory.states(), request.locations)
    states = _copied(need, locations)
    if not states:
        raise NotFoundError(
            "Stripe's customers have not been copied to this computer yet.",
            hint="When you are online, type: " + Command("sync"),
        )
    found = [hit for at in states for hit in _in_directory(query, at.location, need.directory, request.limit)]
    filled = {state.location for state in states}
    notes: list[Text] = [_age(state, need.now) for state in states]
    notes += [
        f"The customers of {location} have not been copied yet. Type: " + Command("sync", location=location)
        for location in locations
        if location not in filled
    ]
    return Partial(_hits(need, query, request, found, more=False, notes=notes))


def _hits(
    need: Needs, query: SearchQuery, request: SearchRequest, found: list[Hit], *, more: bool, notes: list[Text]
) -> Hits:
    """Return what was found, best first, with whom it is linked to and who of our own list fits."""
    limit = request.limit
    if isinstance(query, TextQuery):
        found.sort(key=lambda hit: (query.errors(hit.customer) or 0, query.rank(hit.customer)))
        if query.last4:
            found += _with_card(need, query.last4, request, {(hit.location, hit.customer.stripe_id) for hit in found})
            notes.append(_about_cards(need, query.last4, request))
    holders = {
        (holder.stripe_id, holder.location): holder.customer
        for holder in need.store.holders(*(hit.customer.stripe_id for hit in found[:limit]))
    }
    return Hits(
        hits=tuple(
            hit._replace(linked_to=holders.get((hit.customer.stripe_id, hit.location))) for hit in found[:limit]
        ),
        more=more or len(found) > limit,
        limit=limit,
        notes=tuple(notes),
        ours=tuple(_ours(need.store, query)) if request.ours else (),
        needs_location=len(need.config.locations) > 1,
    )


def _with_card(need: Needs, last4: str, request: SearchRequest, known: Collection[tuple[str, str]]) -> list[Hit]:
    """Return who has a card that ends in these digits, as far as it was copied: Stripe's search does not tell."""
    return [
        Hit(location=state.location, customer=customer, card=customer.card, linked_to=None)
        for state in _states(need, request)
        for customer in need.directory.with_last4(state.location, last4, request.limit + 1)
        if (state.location, customer.stripe_id) not in known
    ]


def _about_cards(need: Needs, last4: str, request: SearchRequest) -> Text:
    if copied := [state.location for state in _states(need, request)]:
        return f"Cards ending {last4} were looked for in the copy of {listed(copied)}, not at Stripe."
    return f"To look for cards ending {last4} as well, type: " + Command("sync")


def _states(need: Needs, request: SearchRequest) -> list[DirectoryState]:
    states = need.directory.states()
    return _copied(need, copied_locations(need.config, states, request.locations))


def _ours(store: Store, query: SearchQuery) -> Iterator[LinkedCustomer]:
    """Yield who of our own list fits; where nobody does, who goes by another first name of the same person."""
    if isinstance(query, IdQuery):
        return
    if isinstance(query, OwnIdQuery):
        yield from store.people(external_ids={query.external_id}, emails=set(), phones=set(), names=set())
        return
    found = store.page(query.text, limit=_OURS).customers
    yield from found
    others = [] if found else query.with_other_names()
    yield from islice((each for text in others for each in store.page(text, limit=_OURS).customers), _OURS)


def _in_directory(query: SearchQuery, location: str, directory: Directory, limit: int) -> list[Hit]:
    return [
        Hit(location=location, customer=customer, card=customer.card, linked_to=None)
        for customer in directory.find(query, location, limit + 1)
    ]


def _age(state: DirectoryState, now: datetime) -> str:
    told = f"copied {ago(state.finished_at, now)}" if state.finished_at else "not copied completely yet"
    return f"These are the customers of {state.location} as they were {told}."
