"""Searching the customers of one Stripe account: by its search, by its list where that is not offered, and by less."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from koalalink.domain.search.query import IdQuery, OwnIdQuery, SearchQuery, TextQuery
from koalalink.domain.search.results import Hit
from koalalink.domain.stripe.customer import (
    OUR_ID_AT_STRIPE,
    Absence,
    PaymentMethod,
    StripeCustomer,
    best_method,
    methods_in_order,
)
from koalalink.errors import SearchUnavailable
from koalalink.operations.concurrency import Asking
from koalalink.operations.ports import HasAccounts, HasConfig, HasTime
from koalalink.operations.unreadable_records import left_out_in_words

if TYPE_CHECKING:
    from koalalink.stripe_client.client import StripeGateway

_MOST_SIMILAR = 100
"""Customers that have a part of what was typed, of whom those are shown who are similar in everything."""

Found = tuple[list[Hit], bool, list[str]]
"""The best matches of an account, whether there are more, and what should be known of how they were found."""


class Needs(HasConfig, HasAccounts, HasTime, Protocol):
    """What searching one account works with."""


def search_at(
    need: Needs, query: SearchQuery, location: str, limit: int, count: Callable[[int], None]
) -> Callable[[], Found]:
    """Return what asks an account for who fits, in a thread of its own."""
    accounts, now = need.accounts, need.now  # what is made here is made once, and not by several threads
    metadata_key = need.config.locations[location].metadata_key or OUR_ID_AT_STRIPE

    def ask() -> Found:
        stripe = accounts(location)
        if isinstance(query, IdQuery):
            found = stripe.customer(query.stripe_id)
            customers = [found] if isinstance(found, StripeCustomer) else []
            notes = [f"{query.stripe_id} was deleted at Stripe ({stripe.location})."] * (found is Absence.DELETED)
        elif isinstance(query, OwnIdQuery):
            found_all = stripe.search(query.clauses(metadata_key), limit + 1)
            customers, notes = [customer for customer in found_all if query.matches(customer)], []
        else:
            customers, notes = _customers(stripe, query, limit, count)
            customers.sort(key=lambda each: (query.errors(each) or 0, query.rank(each)))
        shown = [
            Hit(location=stripe.location, customer=customer, card=card, linked_to=None)
            for customer, card in _with_cards(stripe, customers[:limit], now)
        ]
        if told := left_out_in_words(stripe.location, stripe.left_out):
            notes.append(told)
        if stripe.cards_are_hidden:
            notes.append(
                f"The key of {stripe.location} has no permission to read payment methods: its cards are not shown."
            )
        return shown, len(customers) > limit, notes

    return ask


def _customers(
    stripe: StripeGateway, query: TextQuery, limit: int, count: Callable[[int], None]
) -> tuple[list[StripeCustomer], list[str]]:
    """Return the customers of one account that match, and what the user should know about how they were found."""
    clauses = query.clauses()
    # Search does not know what was created a moment ago, the list by email does; the list minds case, search does not.
    listed = [Asking(lambda e=email: stripe.with_email(e, limit + 1)) for email in _spellings(query.email)]  # type: ignore[misc]
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
    found = [customer for customer in every.values() if query.matches(customer)]
    for looser in query.looser() if clauses and not found else ():
        similar = [each for each in stripe.search(looser, _MOST_SIMILAR) if query.errors(each) is not None]
        if similar:
            return similar, [*note, f"Nobody at {stripe.location} is called exactly that; these are similar."]
    return found, note


def _spellings(email: str | None) -> list[str]:
    return list(dict.fromkeys((email, email.lower()))) if email else []


def _through_the_list(
    stripe: StripeGateway, query: TextQuery, limit: int, count: Callable[[int], None]
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
    stripe: StripeGateway, customers: list[StripeCustomer], now: datetime
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
