"""Choosing among what a search has found, and connecting a customer to it."""

from typing import Protocol

from koalalink.command_line import Command
from koalalink.domain.linking.results import Connected
from koalalink.errors import Aborted, ConflictError
from koalalink.operations.linking import connect as linking
from koalalink.operations.resolve_customer import the_customer
from koalalink.operations.search import search as searching
from koalalink.operations.search.search import SearchRequest


class Needs(searching.Needs, linking.Needs, Protocol):
    """What searching and connecting work with."""


def search_and_connect(need: Needs, request: SearchRequest, reference: str) -> Connected:
    """Show what was found, let the person choose one, and connect the customer called `reference` to it."""
    customer = the_customer(need, reference)
    if not need.talk.can_ask:
        raise ConflictError(
            "Choosing one needs a terminal.",
            hint="Search first, then type: " + Command("connect", customer.number, "cus_…"),
        )
    found, failures = searching.search(need, request)
    need.talk.hits(found)
    for failure in failures:
        need.talk.warn(failure.message)
    number = need.talk.choose(f"Which one is {customer}?", len(found.hits)) if found.hits else None
    if number is None:
        raise Aborted("Nothing was connected.")
    hit = found.hits[number - 1]
    chosen = linking.LinkRequest(str(customer.number), hit.customer.stripe_id, hit.location)
    return linking.connect(need, chosen)
