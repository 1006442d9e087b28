"""Finding customers at Stripe, at all locations at once."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime

from koalalink.domain.chronicle import ago
from koalalink.domain.directory import DirectoryState
from koalalink.domain.hits import Hit, Hits
from koalalink.domain.search_query import IdQuery, SearchQuery, TextQuery
from koalalink.domain.stripe_customers import Absence, Card, StripeCustomer, best_card, cards_in_order
from koalalink.errors import KoalaError, NetworkError, NotFoundError, SearchUnavailable
from koalalink.hints import Command, Text
from koalalink.operations.asking import Asking, raise_first
from koalalink.operations.ports import Conversation, Directory, Links, Stripe, StripeAt

_Found = tuple[list[Hit], bool, list[str]]


def search(
    query: SearchQuery,
    locations: Mapping[str, StripeAt],
    store: Links,
    directory: Directory,
    conversation: Conversation,
    *,
    limit: int,
    now: datetime,
) -> Hits:
    """Return up to `limit` customers, best match first; a location that fails does not lose the others' rows.

    Where Stripe cannot be reached the directory answers, and it is said. Raises KoalaError where all have failed.
    """
    with conversation.counting("Looking through customers at Stripe") as count:
        askings = {place: Asking(_search_at(query, at, limit, now, count)) for place, at in locations.items()}
        found: list[Hit] = []
        notes: list[Text] = []
        failures: list[KoalaError] = []
        more = False
        for place, asking in askings.items():
            try:
                hits, goes_on, remarks = asking.result()
            except KoalaError as failure:
                copied = directory.state(place) if isinstance(failure, NetworkError) else None
                if copied and copied.customers:
                    conversation.warn(f"{failure.message} {_age(copied, now)}")
                    found += _in_directory(query, place, directory, limit)
                    continue
                failures.append(failure)
                continue
            found += hits
            more = more or goes_on
            notes += remarks
    if len(failures) == len(locations):
        raise_first(failures, conversation)
    if isinstance(query, TextQuery):
        found.sort(key=lambda hit: query.rank(hit.customer))
    return _with_holders(found, store, limit, more=more, notes=notes, failures=failures)


def search_offline(
    query: SearchQuery, places: Sequence[str], store: Links, directory: Directory, *, limit: int, now: datetime
) -> Hits:
    """Return what the directory has, typing errors forgiven.

    Raises NotFoundError where there is no directory of any of these locations.
    """
    found: list[Hit] = []
    notes: list[Text] = []
    missing = []
    for place in places:
        state = directory.state(place)
        if state is None or not state.customers:
            missing.append(place)
            continue
        notes.append(_age(state, now))
        found += _in_directory(query, place, directory, limit)
    if len(missing) == len(places):
        raise NotFoundError(
            "Stripe's customers were not copied to this computer yet.",
            hint="When you are online, type: " + Command("sync"),
        )
    notes += [
        f"The customers of {place} were not copied yet. Type: " + Command("sync", location=place) for place in missing
    ]
    if isinstance(query, TextQuery):
        found.sort(key=lambda hit: (query.errors(hit.customer) or 0, query.rank(hit.customer)))
    return _with_holders(found, store, limit, more=False, notes=notes, failures=[])


def _in_directory(query: SearchQuery, place: str, directory: Directory, limit: int) -> list[Hit]:
    return [
        Hit(location=place, customer=customer, card=customer.card, linked_to=None)
        for customer in directory.find(query, place, limit + 1)
    ]


def _age(state: DirectoryState, now: datetime) -> str:
    told = f"copied {ago(state.finished_at, now)}" if state.finished_at else "not copied to the end yet"
    return f"These are the customers of {state.location} as they were {told}."


def _with_holders(
    found: list[Hit], store: Links, limit: int, *, more: bool, notes: Sequence[Text], failures: list[KoalaError]
) -> Hits:
    holders = {
        (holder.stripe_id, holder.location): holder.customer
        for holder in store.holders(*(hit.customer.stripe_id for hit in found[:limit]))
    }
    return Hits(
        hits=tuple(
            hit._replace(linked_to=holders.get((hit.customer.stripe_id, hit.location))) for hit in found[:limit]
        ),
        more=more or len(found) > limit,
        notes=tuple(notes),
        failures=tuple(failures),
    )


def _search_at(
    query: SearchQuery, stripe_at: StripeAt, limit: int, now: datetime, count: Callable[[int], None]
) -> Callable[[], _Found]:
    def ask() -> _Found:
        stripe = stripe_at()
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
            notes.append(f"The key of {stripe.location} may not read payment methods: its cards are not shown.")
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
        note = [f"Stripe does not offer search for {stripe.location}: looked through the list of customers instead."]
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
) -> list[tuple[StripeCustomer, Card | None]]:
    """Add a card to each: the default, else the one that would be used, else any."""
    askings = {
        customer.stripe_id: Asking(lambda c=customer: cards_in_order(c, stripe.cards(c.stripe_id)) or ())  # type: ignore[misc]
        for customer in customers
        if customer.card is None and not stripe.cards_are_hidden
    }
    shown = []
    for customer in customers:
        cards = askings[customer.stripe_id].result() if customer.stripe_id in askings else ()
        shown.append((customer, customer.card or best_card(cards, now) or (cards[0] if cards else None)))
    return shown
