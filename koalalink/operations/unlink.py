"""Switching links off and on, and taking them away."""

from collections.abc import Sequence

from koalalink.domain.changes import Action
from koalalink.domain.customers import Customer
from koalalink.domain.links import Link, LinkedCustomer
from koalalink.domain.pages import CustomerPage
from koalalink.errors import NotFoundError, UsageError
from koalalink.hints import Command, Text
from koalalink.operations.ports import Links


def unlink(store: Links, customer: Customer, location: str | None, *, everywhere: bool) -> list[Link]:
    """Remove the customer's link at one location, or everywhere; nothing happens at Stripe."""
    if everywhere and location:
        raise UsageError("--all and --location contradict each other.", hint="Leave one of them out.")
    linked = store.record(customer)
    links = list(linked.links) if everywhere and linked.links else [_meant(linked, location)]
    store.delete_links(customer, links)
    return links


def switch(store: Links, customer: Customer, location: str | None, *, on: bool) -> Link:
    """Switch the customer's link on or off without losing its ID; one that is so already stays as it is."""
    link = _meant(store.record(customer), location)
    switched = link._replace(enabled=on)
    if switched != link:
        action = Action.ENABLED if on else Action.DISABLED
        store.save_link(customer, switched, previous=link, action=action, note="")
    return switched


def links_at(linked: LinkedCustomer, locations: Sequence[str]) -> LinkedCustomer:
    """Return the customer with the links at `locations` alone, or all of them where none is named."""
    return linked._replace(links=tuple(link for link in linked.links if not locations or link.location in locations))


def _meant(linked: LinkedCustomer, location: str | None) -> Link:
    customer, links = linked.customer, linked.links
    if not links:
        raise NotFoundError(
            f"{customer} is not linked to Stripe.",
            hint="To link, type: " + Command("connect", customer.number, "cus_…"),
        )
    places = ", ".join(link.location for link in links)
    if location:
        for link in links:
            if link.location == location:
                return link
        raise NotFoundError(f"{customer} is not linked at {location}.", hint=f"There is a link at: {places}.")
    if len(links) > 1:
        raise UsageError(
            f"{customer} is linked at several locations: {places}.",
            hint=f"Name one, for example: --location {links[0].location}",
        )
    return links[0]


def why_no_cards(page: CustomerPage) -> list[Text]:
    """Return remarks on the links that give no card to show."""
    customer = page.linked.customer
    if not page.linked.links:
        how = Command("connect", customer.number, "cus_…")
        return [f"{customer} is not linked to Stripe here. To link, type: " + how]
    remarks: list[Text] = []
    for link_cards in page.cards:
        if link_cards.cards is None:
            remarks.append(f"The key of {link_cards.link.location} may not read payment methods.")
        elif not link_cards.cards:
            remarks.append(f"{link_cards.link.stripe_id} at {link_cards.link.location} has no saved card.")
    return remarks
