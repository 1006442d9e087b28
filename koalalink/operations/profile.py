"""Looking closely: a customer at Stripe with cards and account, or a customer of the store with all links."""

from collections.abc import Callable, Sequence
from typing import Protocol

from koalalink.domain.links import Link, LinkedCustomer
from koalalink.domain.pages import CustomerPage, LinkCards, SavedCards, StripePage
from koalalink.domain.stripe_customers import Absence, StripeCustomer, StripeProfile, methods_in_order
from koalalink.domain.stripe_ids import StripeId, customer_id, dashboard_url, looks_like_stripe
from koalalink.errors import KoalaError, NotFoundError
from koalalink.hints import Command
from koalalink.operations.asking import Asking
from koalalink.operations.needs import HasAccounts, HasBrowser, HasConfig, HasStore, HasTalk
from koalalink.operations.partial import Partial, raise_first
from koalalink.operations.places import the_location, the_locations
from koalalink.operations.ports import Accounts, Store, Stripe


class Needs(HasConfig, HasStore, HasAccounts, HasTalk, HasBrowser, Protocol):
    """What the pages of customers are made from."""


def show(need: Needs, who: str, location: str | None, *, web: bool) -> StripePage | Partial[CustomerPage]:
    """Return the page of a customer of the store, or where `who` is a Stripe ID, of a Stripe customer.

    `web` opens it in the Stripe Dashboard.
    """
    if looks_like_stripe(who):
        stripe_id = customer_id(who)
        page = _stripe_page(need.accounts(the_location(need.config, location)), need.store, stripe_id)
        if web:
            need.browse(page.customer.url)
        return page
    linked = _links_at(need.store.record(need.store.find(who)), [location] if location else [])
    cards, failures = _cards_of(need, linked)
    for link in linked.links if web else ():
        need.browse(dashboard_url(link.stripe_id, livemode=link.livemode is not False))
    return Partial(CustomerPage(linked, cards), failures)


def saved_cards(need: Needs, reference: str, locations: Sequence[str] | None) -> Partial[SavedCards]:
    """Return the cards of every link of a customer; raises KoalaError where no location has answered."""
    if locations:
        the_locations(need.config, locations)
    linked = _links_at(need.store.record(need.store.find(reference)), locations or [])
    cards, failures = _cards_of(need, linked)
    if not cards:
        raise_first(failures, need.talk)
    return Partial(SavedCards(linked, cards), failures)


def stripe_profile(stripe: Stripe, stripe_id: StripeId) -> StripeProfile:
    """Return everything that a link is judged by; three requests at the same time."""
    customer = Asking(lambda: stripe.customer(stripe_id))
    cards = Asking(lambda: stripe.cards(stripe_id))
    account = Asking(stripe.account)
    found = customer.result()
    if isinstance(found, Absence):
        return StripeProfile(customer=found, cards=(), account=None)
    return StripeProfile(customer=found, cards=methods_in_order(found, cards.result()), account=account.result())


def present(found: StripeCustomer | Absence, stripe_id: StripeId, stripe: Stripe) -> StripeCustomer:
    """Return the customer, or raise NotFoundError with the reason why Stripe has none."""
    if isinstance(found, StripeCustomer):
        return found
    mode, other = ("live", "test") if stripe.key.livemode else ("test", "live")
    sentences = {
        Absence.DELETED: f"{stripe_id} was deleted at Stripe.",
        Absence.NEVER_EXISTED: f"There is no customer {stripe_id} in the Stripe account of {stripe.location}.",
        Absence.OTHER_MODE: f"{stripe_id} is in {other} mode, and the key of {stripe.location} is a {mode} key.",
    }
    raise NotFoundError(
        sentences[found], hint="Look for the right one: " + Command("search", "NAME", location=stripe.location)
    )


def _stripe_page(stripe: Stripe, store: Store, stripe_id: StripeId) -> StripePage:
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
        return LinkCards(link=link, cards=methods_in_order(customer, saved.result()))

    return ask
