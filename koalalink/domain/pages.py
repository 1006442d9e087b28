"""The pages of one customer: ours with the links and cards, or Stripe's."""

from typing import NamedTuple

from koalalink.domain.customers import Customer
from koalalink.domain.links import Link, LinkedCustomer
from koalalink.domain.stripe_customers import PaymentMethod, StripeCustomer


class LinkCards(NamedTuple):
    """The cards that a link gives; None where the key may not read them."""

    link: Link
    cards: tuple[PaymentMethod, ...] | None


class CustomerPage(NamedTuple):
    """A customer of the store with the cards of every link whose location has answered."""

    linked: LinkedCustomer
    cards: tuple[LinkCards, ...]


class SavedCards(NamedTuple):
    """The same where only the cards matter."""

    linked: LinkedCustomer
    cards: tuple[LinkCards, ...]


class StripePage(NamedTuple):
    """A customer of Stripe's with all cards, and the customer of the store that has it."""

    location: str
    customer: StripeCustomer
    cards: tuple[PaymentMethod, ...] | None
    linked_to: Customer | None
