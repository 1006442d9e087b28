"""What Stripe knows of a customer."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from koalalink.domain.stripe_ids import StripeId, dashboard_url

# Stripe writes brands in small letters; people know them otherwise.
BRANDS = {
    "amex": "American Express",
    "diners": "Diners Club",
    "eftpos_au": "eftpos",
    "jcb": "JCB",
    "mastercard": "Mastercard",
    "unionpay": "UnionPay",
}


class Absence(StrEnum):
    """Why Stripe has no customer to show under an ID."""

    DELETED = "deleted"
    NEVER_EXISTED = "never existed"
    OTHER_MODE = "in the other mode"
    """A similar object exists in live mode where a test key asked, or the other way round."""


class Card(NamedTuple):
    """A saved card."""

    payment_method: str
    brand: str
    last4: str
    exp_month: int
    exp_year: int
    funding: str = ""
    wallet: str = ""
    fingerprint: str = ""
    default: bool = False

    def expired(self, now: datetime) -> bool:
        """Tell whether the card's last month is over; a card is good through the end of that month."""
        return (self.exp_year, self.exp_month) < (now.year, now.month)

    def __str__(self) -> str:
        return f"{BRANDS.get(self.brand, self.brand.capitalize())} ending {self.last4}"


class PostalAddress(NamedTuple):
    """An address as Stripe keeps it."""

    line1: str = ""
    line2: str = ""
    city: str = ""
    state: str = ""
    postal_code: str = ""
    country: str = ""

    def __str__(self) -> str:
        return ", ".join(part for part in self if part)


class StripeCustomer(NamedTuple):
    """A customer as Stripe returns it; an empty text means that Stripe has none."""

    stripe_id: StripeId
    name: str
    email: str
    phone: str
    created: datetime | None
    """None where it was read from a file that does not tell."""
    livemode: bool
    address: PostalAddress = PostalAddress()
    card: Card | None = None
    """The default card, where Stripe told it."""
    default_payment_method: str = ""
    """The ID of what is charged by default, a card or not."""
    metadata: Mapping[str, str] = MappingProxyType({})
    metadata_key: str = ""
    """Which of the metadata holds our ID, where the configuration says so."""

    @property
    def url(self) -> str:
        """The customer's page in the Stripe Dashboard."""
        return dashboard_url(self.stripe_id, livemode=self.livemode)

    def __str__(self) -> str:
        return self.name or self.email or self.stripe_id


class StripeProfile(NamedTuple):
    """A customer with everything that a link is judged by."""

    customer: StripeCustomer | Absence
    cards: tuple[Card, ...] | None
    """Best first, the default leading; None where the key may not read them."""
    account: str | None
    """The account's ID; None where the key may not read it."""


def best_card(cards: tuple[Card, ...], now: datetime) -> Card | None:
    """Return the card that will be used: the default if it is good, else the first good one."""
    good = [card for card in cards if not card.expired(now)]
    return next((card for card in good if card.default), good[0] if good else None)


class KeyReport(NamedTuple):
    """What a key may read, and whose it is."""

    reads_customers: bool
    reads_payment_methods: bool
    account: str | None
    clock: datetime | None
    """The time at Stripe when it answered, where it said so."""


def cards_in_order(customer: StripeCustomer, saved: tuple[Card, ...] | None) -> tuple[Card, ...] | None:
    """Return `saved` with the default marked and first; an old-style default that Stripe lists apart is added."""
    if saved is None:
        return None
    marked = [card._replace(default=card.payment_method == customer.default_payment_method) for card in saved]
    if customer.card and all(card.payment_method != customer.card.payment_method for card in marked):
        marked.append(customer.card._replace(default=True))
    return tuple(sorted(marked, key=lambda card: not card.default))
