"""The pages of one customer: ours with the links and cards, or Stripe's."""

from typing import NamedTuple

from koalalink.domain.customers.customer import Customer
from koalalink.domain.customers.links import LinkedCustomer
from koalalink.domain.stripe.customer import PaymentMethod, StripeCustomer
from koalalink.domain.stripe.ids import StripeId


class LinkCards(NamedTuple):
    """The payment methods of a Stripe customer; `enabled` tells whether a link to it is switched on."""

    location: str
    stripe_id: StripeId
    cards: tuple[PaymentMethod, ...] | None
    """None where the key may not read them."""
    enabled: bool = True


class CustomerPage(NamedTuple):
    """A customer of the store with the cards of every link whose location has answered."""

    linked: LinkedCustomer
    cards: tuple[LinkCards, ...]


class SavedCards(NamedTuple):
    """The same where only the cards matter; without a customer of the store they are of a Stripe customer."""

    linked: LinkedCustomer | None
    cards: tuple[LinkCards, ...]


class StripePage(NamedTuple):
    """A customer of Stripe's with all cards, and the customer of the store that has it."""

    location: str
    customer: StripeCustomer
    cards: tuple[PaymentMethod, ...] | None
    linked_to: Customer | None
