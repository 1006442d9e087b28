"""Links: which Stripe customer is which of the store's."""

from datetime import datetime
from typing import NamedTuple

from koalalink.domain.customers.customer import Customer
from koalalink.domain.stripe.ids import StripeId


class Link(NamedTuple):
    """One customer's Stripe customer at one location."""

    customer: int
    location: str
    stripe_id: StripeId
    enabled: bool = True
    account: str | None = None
    livemode: bool | None = None
    verified_at: datetime | None = None
    """When the link was last checked with Stripe; None where it was saved offline."""
    seen_name: str = ""
    """What the Stripe customer was like when the link was made; empty where that is not known."""
    seen_email: str = ""
    seen_phone: str = ""


class AccountOfLinks(NamedTuple):
    """A Stripe account and mode that links of a location were made in."""

    account: str | None
    livemode: bool | None
    links: int


class Holder(NamedTuple):
    """A customer of the store that a Stripe ID is linked to, and where."""

    stripe_id: StripeId
    customer: Customer
    location: str


class LinkedCustomer(NamedTuple):
    """A customer of the store with all links."""

    customer: Customer
    links: tuple[Link, ...]


class CustomerList(NamedTuple):
    """A part of a listing of customers."""

    customers: tuple[LinkedCustomer, ...]
    more: bool
    """The listing goes on."""
    following: int = 0
    """The offset of what comes next."""
    is_everybody: bool = False
    """No condition was given: where it is empty, so is the store."""
