"""Finding customers at Stripe, at all locations at the same time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple, Protocol

from koalalink.domain.chronicle import ago
from koalalink.domain.directory import DirectoryState
from koalalink.domain.hits import Hit, Hits
from koalalink.domain.search_query import IdQuery, SearchQuery, TextQuery, read_query
from koalalink.domain.stripe_customers import Absence, PaymentMethod, StripeCustomer, best_method, methods_in_order
from koalalink.errors import KoalaError, NetworkError, NotFoundError, SearchUnavailable
from koalalink.hints import Command, Text
from koalalink.operations.asking import Asking
from koalalink.operations.needs import HasAccounts, HasBrowser, HasConfig, HasDirectory, HasStore, HasTalk, HasTime
from koalalink.operations.partial import Partial, raise_first
from koalalink.operations.places import copied_locations, the_locations

if TYPE_CHECKING:
    from koalalink.operations.ports import Directory, Store, Stripe

_Found = tuple[list[Hit], bool, list[str]]


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
    """Open the page of the best match."""


def search(need: Needs, request: SearchRequest) -> Partial[Hits]:
    """Return the best matches; a location that fails does not lose the others' rows.

    Where Stripe cannot be reached the directory answers, and it is said. Raises KoalaError where all have failed.
    """
    query = read_query(request.query)
    found = _offline(need, query, request) if request.offline else _online(need, query, request)
    for best in found.value.hits[:1] if request.web else ():
        need.browse(best.customer.url)
    return found


def _online(need: Needs, query: SearchQuery, request: SearchRequest) -> Partial[Hits]:
    locations, limit = the_locations(need.config, request.locations), request.limit
    found: list[Hit] = []
    notes: list[Text] = []
    failures: list[KoalaError] = []
    more = False
    with need.talk.counting("Searching customers at Stripe") as count:
        askings = {location: Asking(_search_at(need, query, location, limit, count)) for location in locations}
        for location, asking in askings.items():
            try:
                hits, goes_on, remarks = asking.result()
            except KoalaError as failure:
                copied = need.directory.state(location) if isinstance(failure, NetworkError) else None
                if copied and copied.is_filled:
                    need.talk.warn(f"{failure.message} {_age(copied, need.now)}")
                    found += _in_directory(query, location, need.directory, limit)
                    continue
                failures.append(failure)
                continue
            found += hits
            more = more or goes_on
            notes += remarks
    if len(failures) == len(locations):
        raise_first(failures, need.talk)
    if isinstance(query, TextQuery):
        found.sort(key=lambda hit: query.rank(hit.customer))
    return Partial(_with_holders(found, need.store, limit, more=more, notes=notes), tuple(failures))


def _offline(need: Needs, query: SearchQuery, request: SearchRequest) -> Partial[Hits]:
    """Return what the directory has, typing errors forgiven; raises NotFoundError where there is none at all."""
    locations = copied_locations(need.config, need.directory.states(), request.locations)
    found: list[Hit] = []
    notes: list[Text] = []
    missing = []
    for location in locations:
        state = need.directory.state(location)
        if state is None or not state.is_filled:
            missing.append(location)
            continue
        notes.append(_age(state, need.now))
        found += _in_directory(query, location, need.directory, request.limit)
    if len(missing) == len(locations):
        raise NotFoundError(
            "Stripe's customers have not been copied to this computer yet.",
            hint="When you are online, type: " + Command("sync"),
        )
    notes += [
        f"The customers of {location} have not been copied yet. Type: " + Command("sync", location=location)
        for location in missing
    ]
    if isinstance(query, TextQuery):
        found.sort(key=lambda hit: (query.errors(hit.customer) or 0, query.rank(hit.customer)))
    return Partial(_with_holders(found, need.store, request.limit, more=False, notes=notes))


def _in_directory(query: SearchQuery, location: str, directory: Directory, limit: int) -> list[Hit]:
    return [
        Hit(location=location, customer=customer, card=customer.card, linked_to=None)
        for customer in directory.find(query, location, limit + 1)
    ]


def _age(state: DirectoryState, now: datetime) -> str:
    told = f"copied {ago(state.finished_at, now)}" if state.finished_at else "not copied completely yet"
    return f"These are the customers of {state.location} as they were {told}."


def _with_holders(found: list[Hit], store: Store, limit: int, *, more: bool, notes: Sequence[Text]) -> Hits:
    holders = {
        (holder.stripe_id, holder.location): holder.customer
        for holder in store.holders(*(hit.customer.stripe_id for hit in found[:limit]))
    }
    return Hits(
        hits=tuple(
            hit._replace(linked_to=holders.get((hit.customer.stripe_id, hit.location))) for hit in found[:limit]
        ),
        more=more or len(found) > limit,
        limit=limit,
        notes=tuple(notes),
    )


def _search_at(
    need: Needs, query: SearchQuery, location: str, limit: int, count: Callable[[int], None]
) -> Callable[[], _Found]:
    accounts, now = need.accounts, need.now  # what is made here is made once, and not by several threads

    def ask() -> _Found:
        stripe = accounts(location)
        if isinstance(query, IdQuery):
            found = stripe.customer(query.stripe_id)
            customers = [found] if isinstance(found, StripeCustomer) else []
            notes = [f"{query.stripe_id} was deleted at Stripe ({stripe.location})."] * (found is Absence.DELETED)
        else:
            customers, notes = _customers(stripe, query, limit, count)
            customers.sort(key=query.rank)
        shown = [
            Hit(location=stripe.location, customer=customer, card=card, linked_to=None)
            for customer, card in _with_cards(stripe, customers[:limit], now)
        ]
        if stripe.cards_are_hidden:
            notes.append(
                f"The key of {stripe.location} has no permission to read payment methods: its cards are not shown."
            )
        return shown, len(customers) > limit, notes

    return ask


def _customers(
    stripe: Stripe, query: TextQuery, limit: int, count: Callable[[int], None]
) -> tuple[list[StripeCustomer], list[str]]:
    """Return the customers of one account that match, and what the user should know about how they were found."""
    clauses = query.clauses()
    # Search does not know what was created a moment ago, the list by email does; the list minds case, search does not.
    listed = [Asking(lambda e=email: stripe.with_email(e)) for email in _spellings(query.email)]  # type: ignore[misc]
    note: list[str] = []
    searched: list[StripeCustomer] = []
    try:
        if clauses:
            searched = stripe.search(clauses, limit + 1)
    except SearchUnavailable:
        note = [f"Stripe does not offer search for {stripe.location}: searched the list of customers instead."]
        clauses = None
    if clauses is None and not query.email:
        searched = list(_through_the_list(stripe, query, limit, count))
    every = {customer.stripe_id: customer for customer in searched}
    for asking in listed:
        every |= {customer.stripe_id: customer for customer in asking.result()}
    return [customer for customer in every.values() if query.matches(customer)], note


def _spellings(email: str | None) -> list[str]:
    return list(dict.fromkeys((email, email.lower()))) if email else []


def _through_the_list(
    stripe: Stripe, query: TextQuery, limit: int, count: Callable[[int], None]
) -> Iterator[StripeCustomer]:
    # The newest come first, as they do in a search.
    found = 0
    for customer in stripe.all_customers():
        count(1)
        if query.matches(customer):
            found += 1
            yield customer
        if found > limit:
            return


def _with_cards(
    stripe: Stripe, customers: list[StripeCustomer], now: datetime
) -> list[tuple[StripeCustomer, PaymentMethod | None]]:
    """Add a card to each: the default, else the one that would be used, else any."""
    askings = {
        customer.stripe_id: Asking(lambda c=customer: methods_in_order(c, stripe.cards(c.stripe_id)) or ())  # type: ignore[misc]
        for customer in customers
        if customer.card is None and not stripe.cards_are_hidden
    }
    shown = []
    for customer in customers:
        cards = askings[customer.stripe_id].result() if customer.stripe_id in askings else ()
        shown.append((customer, customer.card or best_method(cards, now) or (cards[0] if cards else None)))
    return shown
