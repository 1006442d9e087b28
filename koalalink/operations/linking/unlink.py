"""Switching links off and on, and removing them."""

from __future__ import annotations

from typing import Protocol

from koalalink.command_line import Command
from koalalink.domain.customers.links import Link, LinkedCustomer
from koalalink.domain.customers.results import Switched, Unlinked
from koalalink.domain.history.changes import Action
from koalalink.errors import NotFoundError, UsageError
from koalalink.operations.ports import HasStore, HasTalk
from koalalink.operations.resolve_customer import the_customer


class Needs(HasStore, HasTalk, Protocol):
    """What unlinking works with."""


def unlink(need: Needs, reference: str, location: str | None, *, everywhere: bool) -> Unlinked:
    """Remove a customer's link at one location, or everywhere; nothing happens at Stripe."""
    if everywhere and location:
        raise UsageError("--all and --location contradict each other.", hint="Leave one of them out.")
    linked = need.store.record(the_customer(need, reference))
    links = linked.links if everywhere and linked.links else (_meant(linked, location),)
    need.store.delete_links(linked.customer, links)
    return Unlinked(linked.customer, links)


def switch(need: Needs, reference: str, location: str | None, *, on: bool) -> Switched:
    """Switch a customer's link on or off without losing its ID; one that is so already stays as it is."""
    customer = the_customer(need, reference)
    link = _meant(need.store.record(customer), location)
    switched = link._replace(enabled=on)
    if switched != link:
        action = Action.ENABLED if on else Action.DISABLED
        need.store.save_link(customer, switched, previous=link, action=action)
    return Switched(customer, switched)


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
