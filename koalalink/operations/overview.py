"""What can be told of all links at once from the directory: how locations stand, and who is there twice."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Protocol

from koalalink.domain.customers import Customer
from koalalink.domain.doubles import Doubles, doubles
from koalalink.domain.links import LinkedCustomer
from koalalink.domain.standing import Standing, standing
from koalalink.errors import NotFoundError
from koalalink.hints import Command
from koalalink.operations.ports import Conversation, Directory


class Customers(Protocol):
    """The part of the store that this needs."""

    def everybody(self, *, linked: bool | None = None, location: str | None = None) -> Iterator[LinkedCustomer]:
        """Yield the customers of the store."""


def standings(
    store: Customers, directory: Directory, places: Sequence[str], conversation: Conversation, now: datetime
) -> list[Standing]:
    """Return how each location stands, and remark where its Stripe customers were never copied."""
    everybody = [*store.everybody()]
    found = []
    for place in places:
        linked = [link.stripe_id for each in everybody for link in each.links if link.location == place]
        stripes, state = directory.known(place, linked), directory.state(place)
        found.append(standing(place, everybody, stripes, state, directory.verification(place), now))
        if state is None:
            conversation.note(f"For the cards of {place}, type: " + Command("sync", location=place))
    return found


def all_doubles(store: Customers, directory: Directory, places: Sequence[str], now: datetime) -> list[Doubles]:
    """Return who has several Stripe customers; raises NotFoundError where none were copied yet."""
    copied = [place for place in places if directory.state(place)]
    if not copied:
        raise NotFoundError("Stripe's customers were not copied to this computer yet.", hint="Type: " + Command("sync"))
    holders: dict[str, dict[str, Customer]] = {place: {} for place in copied}
    for each in store.everybody(linked=True):
        for link in each.links:
            if link.location in holders:
                holders[link.location][link.stripe_id] = each.customer
    return [found for place in copied for found in doubles(place, directory.customers(place), holders[place], now)]
