"""Looking closely: a customer at Stripe with cards and account, or a customer of the store with all links."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Protocol

from koalalink.command_line import Command
from koalalink.domain.customers.customer_profile import CustomerPage, LinkCards, SavedCards, StripePage
from koalalink.domain.customers.links import Link, LinkedCustomer
from koalalink.domain.stripe.customer import Absence, StripeCustomer, StripeProfile, methods_in_order
from koalalink.domain.stripe.ids import StripeId, customer_id, dashboard_url, looks_like_stripe
from koalalink.errors import KoalaError, NotFoundError
from koalalink.operations.concurrency import Asking
from koalalink.operations.location_of_id import KnowsIds, location_with
from koalalink.operations.partial import Partial, raise_first
from koalalink.operations.ports import Accounts, HasBrowser, HasStore, HasTalk
from koalalink.operations.resolve_customer import the_customer
from koalalink.operations.resolve_location import the_location, the_locations

if TYPE_CHECKING:
    from koalalink.store.repository import Store
    from koalalink.stripe_client.client import StripeGateway


class Needs(KnowsIds, HasStore, HasTalk, HasBrowser, Protocol):
    """What the pages of customers are made from."""


def show(need: Needs, who: str, location: str | None, *, web: bool) -> StripePage | Partial[CustomerPage]:
    """Return the page of a customer of the store, or where `who` is a Stripe ID, of a Stripe customer.

    `web` opens it in the Stripe Dashboard.
    """
    if looks_like_stripe(who):
        stripe_id = customer_id(who)
        with need.talk.counting(f"Asking Stripe about {stripe_id}"):
            page = _stripe_page(need.accounts(location_with(need, stripe_id, location)), need.store, stripe_id)
        if web:
            need.browse(page.customer.url)
        return page
    linked = need.store.record(the_customer(need, who))
    linked = _links_at(linked, [_of_links(need, linked, location)] if location else [])
    cards, failures = _cards_of(need, linked)
    if web and not linked.links:
        need.talk.warn(
            f"{linked.customer} is not linked to Stripe{f' at {location}' if location else ''}: no page to open."
        )
    for link in linked.links if web else ():
        need.browse(dashboard_url(link.stripe_id, livemode=link.livemode is not False))
    return Partial(CustomerPage(linked, cards), failures)


def saved_cards(need: Needs, reference: str, locations: Sequence[str] | None) -> Partial[SavedCards]:
    """Return the cards of every link of a customer; raises KoalaError where no location has answered."""
    if looks_like_stripe(reference):
        return Partial(SavedCards(None, tuple(_cards_at_stripe(need, customer_id(reference), locations))))
    if locations:
        locations = the_locations(need.config, locations)
    linked = _links_at(need.store.record(the_customer(need, reference)), locations or [])
    cards, failures = _cards_of(need, linked)
    if not cards:
        raise_first(failures, need.talk)
    return Partial(SavedCards(linked, cards), failures)


def _of_links(need: Needs, linked: LinkedCustomer, location: str) -> str:
    """Return the location called so; one that is not set up any more may still have links."""
    return location if location in {link.location for link in linked.links} else the_location(need.config, location)


def _cards_at_stripe(need: Needs, stripe_id: StripeId, locations: Sequence[str] | None) -> Iterator[LinkCards]:
    """Yield the cards of a Stripe customer, whether somebody is linked to it or not."""
    for location in (*locations,) if locations else (None,):
        page = _stripe_page(need.accounts(location_with(need, stripe_id, location)), need.store, stripe_id)
        yield LinkCards(page.location, stripe_id, page.cards)


def stripe_profile(stripe: StripeGateway, stripe_id: StripeId) -> StripeProfile:
    """Return everything that a link is judged by; three requests at the same time."""
    customer = Asking(lambda: stripe.customer(stripe_id))
    cards = Asking(lambda: stripe.cards(stripe_id))
    account = Asking(stripe.account)
    found = customer.result()
    if isinstance(found, Absence):
        return StripeProfile(customer=found, cards=(), account=account.result())
    return StripeProfile(customer=found, cards=methods_in_order(found, cards.result()), account=account.result())


def present(found: StripeCustomer | Absence, stripe_id: StripeId, stripe: StripeGateway) -> StripeCustomer:
    """Return the customer, or raise NotFoundError with the reason why Stripe has none."""
    if isinstance(found, StripeCustomer):
        return found
    mode, other = ("live", "test") if stripe.key.livemode else ("test", "live")
    sentences = {
        Absence.DELETED: f"{stripe_id} was deleted at Stripe.",
        Absence.UNREADABLE: f"Stripe's record of {stripe_id} cannot be read.",
        Absence.NEVER_EXISTED: f"There is no customer {stripe_id} in the Stripe account of {stripe.location}.",
        Absence.OTHER_MODE: f"{stripe_id} is in {other} mode, and the key of {stripe.location} is a {mode} key.",
    }
    raise NotFoundError(
        sentences[found], hint="Look for the right one: " + Command("search", "NAME", location=stripe.location)
    )


def _stripe_page(stripe: StripeGateway, store: Store, stripe_id: StripeId) -> StripePage:
    """Return a customer at Stripe, with all cards and the customer of the store that it is linked to here."""
    profile = stripe_profile(stripe, stripe_id)
    customer = present(profile.customer, stripe_id, stripe)
    holders = [holder.customer for holder in store.holders(stripe_id) if holder.location == stripe.location]
    return StripePage(
        location=stripe.location,
        customer=customer,
        cards=profile.cards,
        linked_to=holders[0] if holders else None,
    )


def _links_at(linked: LinkedCustomer, locations: Sequence[str]) -> LinkedCustomer:
    return linked._replace(links=tuple(link for link in linked.links if not locations or link.location in locations))


def _cards_of(need: Needs, linked: LinkedCustomer) -> tuple[tuple[LinkCards, ...], tuple[KoalaError, ...]]:
    """Return the cards of every link, asked for at the same time, and what has failed."""
    askings = [Asking(_link_cards(link, need.accounts)) for link in linked.links]
    cards: list[LinkCards] = []
    failures: list[KoalaError] = []
    with need.talk.counting("Asking Stripe about payment methods"):
        for asking in askings:
            try:
                cards.append(asking.result())
            except KoalaError as failure:
                failures.append(failure)
    return tuple(cards), tuple(failures)


def _link_cards(link: Link, accounts: Accounts) -> Callable[[], LinkCards]:
    def ask() -> LinkCards:
        stripe = accounts(link.location)
        saved = Asking(lambda: stripe.cards(link.stripe_id))
        customer = present(stripe.customer(link.stripe_id), link.stripe_id, stripe)
        cards = methods_in_order(customer, saved.result())
        return LinkCards(link.location, link.stripe_id, cards, link.enabled)

    return ask
