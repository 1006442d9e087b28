"""What a search finds at Stripe."""

from typing import NamedTuple

from koalalink.command_line import Text
from koalalink.domain.customers.customer import Customer
from koalalink.domain.customers.links import LinkedCustomer
from koalalink.domain.stripe.customer import PaymentMethod, StripeCustomer


class Hit(NamedTuple):
    """A customer at Stripe that a search has found; `linked_to` is the customer of the store that has it."""

    location: str
    customer: StripeCustomer
    card: PaymentMethod | None
    linked_to: Customer | None


class Hits(NamedTuple):
    """What a search has found, best match first."""

    hits: tuple[Hit, ...]
    more: bool
    """There are more than `limit`."""
    limit: int
    notes: tuple[Text, ...]
    """What should be known of how they were found."""
    ours: tuple[LinkedCustomer, ...] = ()
    """Who of our own list fits: for people at a terminal."""
    needs_location: bool = False
    """To go on, a location has to be named."""
