"""What Stripe knows of a customer."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from koalalink.domain.stripe.account import StripeAccount
from koalalink.domain.stripe.ids import StripeId, dashboard_url

OUR_ID_AT_STRIPE = "external_id"
"""Which of the metadata holds our own ID of a customer, where the configuration names no other."""

# Stripe writes brands in small letters; people know them otherwise.
BRANDS = {
    "amex": "American Express",
    "diners": "Diners Club",
    "eftpos_au": "eftpos",
    "jcb": "JCB",
    "mastercard": "Mastercard",
    "unionpay": "UnionPay",
}


_PRINTED = {"american express": "amex", "diners club": "diners", "union pay": "unionpay"}


def brand_in(text: str) -> str:
    """Return a brand as Stripe writes it, where it stands as it is printed on cards: Visa, American Express."""
    brand = text.lower() or "card"
    return _PRINTED.get(brand, brand)


class Absence(StrEnum):
    """Why Stripe has no customer to show under an ID."""

    DELETED = "deleted"
    NEVER_EXISTED = "never existed"
    OTHER_MODE = "in the other mode"
    """A similar object exists in live mode where a test key asked, or the other way round."""
    UNREADABLE = "unreadable"
    """There is one, and its record makes no sense."""


class Holder(NamedTuple):
    """Whom a payment method is made out to, as its billing details say."""

    name: str = ""
    email: str = ""
    phone: str = ""
    zip: str = ""


NO_HOLDER = Holder()


class PaymentMethod(NamedTuple):
    """What a customer has saved to pay with: a card, a bank account, Link, and whatever else Stripe offers."""

    payment_method: str
    """Its ID: pm_…, or card_…, ba_… and src_… of the older kinds."""
    brand: str = ""
    last4: str = ""
    exp_month: int = 0
    """0 where nothing expires."""
    exp_year: int = 0
    funding: str = ""
    wallet: str = ""
    fingerprint: str = ""
    default: bool = False
    type: str = "card"
    """Stripe's word for its kind."""
    bank: str = ""
    account: str = ""
    """The email address of a Link or PayPal account."""
    problem: str = ""
    """Why it cannot be charged, where Stripe says so: a bank account that is not verified, or has failed."""
    holder: Holder = NO_HOLDER

    @property
    def is_card(self) -> bool:
        """Whether it is a card."""
        return self.type == "card"

    def expired(self, now: datetime) -> bool:
        """Tell whether its last month is over; a card is good through the end of that month."""
        return self.exp_year > 0 and (self.exp_year, self.exp_month) < (now.year, now.month)

    def usable(self, now: datetime) -> bool:
        """Tell whether it can be charged, as far as is known."""
        return not self.problem and not self.expired(now)

    def __str__(self) -> str:
        if self.is_card:
            return f"{BRANDS.get(self.brand, self.brand.capitalize())} ending {self.last4}"
        kind = _KINDS.get(self.type) or self.type.replace("_", " ")
        if self.last4:
            return f"{kind} ending {self.last4}"
        return f"{kind} ({self.account})" if self.account else kind

    @property
    def until(self) -> str:
        """Until when it is good, as text to follow its name; empty where it does not expire."""
        return f", good until {self.exp_month:02}/{self.exp_year}" if self.exp_year else ""


def days_left(card: PaymentMethod, now: datetime) -> int:
    """Return the days until the last day of a card's last month."""
    year, month = card.exp_year + card.exp_month // 12, card.exp_month % 12 + 1
    following = date(year, month, 1) if year <= date.max.year else date.max
    return (following - now.astimezone(UTC).date()).days - 1


_KINDS = {
    "us_bank_account": "bank account",
    "bank_account": "bank account",
    "acss_debit": "bank account",
    "au_becs_debit": "bank account",
    "bacs_debit": "bank account",
    "nz_bank_account": "bank account",
    "sepa_debit": "SEPA bank account",
    "link": "Link",
    "cashapp": "Cash App Pay",
    "paypal": "PayPal",
    "amazon_pay": "Amazon Pay",
    "revolut_pay": "Revolut Pay",
}
"""How people know the kinds; others are called by Stripe's word."""


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


class About(NamedTuple):
    """What Stripe knows of a customer besides name, email, phone and address: it may tell who that is."""

    description: str = ""
    individual_name: str = ""
    business_name: str = ""
    shipping_name: str = ""
    shipping_phone: str = ""
    shipping_address: PostalAddress = PostalAddress()
    holder: Holder = NO_HOLDER
    """Of the payment method that is used by default, or of the only one."""


NOTHING_TOLD = About()


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
    card: PaymentMethod | None = None
    """What is charged by default, a card or not, where Stripe told it."""
    default_payment_method: str = ""
    """The ID of what is charged by default, a card or not."""
    metadata: Mapping[str, str] = MappingProxyType({})
    metadata_key: str = ""
    """Which of the metadata holds our ID, where the configuration says so."""
    about: About | None = NOTHING_TOLD
    """None where it was copied before this was read."""
    sources: tuple[PaymentMethod, ...] = ()
    """Cards and bank accounts of the older kind, which are not listed with the others."""

    @property
    def holder(self) -> Holder:
        """Whom the payment method is made out to that is charged by default."""
        if self.card and any(self.card.holder):
            return self.card.holder
        return self.about.holder if self.about else NO_HOLDER

    @property
    def url(self) -> str:
        """The customer's page in the Stripe Dashboard."""
        return dashboard_url(self.stripe_id, livemode=self.livemode)

    def __str__(self) -> str:
        return self.name or self.email or self.stripe_id


def told_besides(customer: StripeCustomer) -> list[tuple[str, str]]:
    """Return what Stripe tells of who somebody is, besides name, email, phone and address, with a title for each."""
    about = customer.about or NOTHING_TOLD
    texts = (
        ("Individual name", about.individual_name),
        ("Business name", about.business_name),
        ("Description", about.description),
        ("Card holder", customer.holder.name),
        ("Ships to", ", ".join(part for part in (about.shipping_name, str(about.shipping_address)) if part)),
    )
    return [(title, text) for title, text in texts if text]


class StripeProfile(NamedTuple):
    """A customer with everything that a link is judged by."""

    customer: StripeCustomer | Absence
    cards: tuple[PaymentMethod, ...] | None
    """Best first, the default leading; None where the key may not read them."""
    account: StripeAccount
    """Whose customer it is, as far as the key may say."""


def best_method(cards: tuple[PaymentMethod, ...], now: datetime) -> PaymentMethod | None:
    """Return what will be used: the default if it can be charged, else the first one that can."""
    good = [card for card in cards if card.usable(now)]
    return next((card for card in good if card.default), good[0] if good else None)


class Business(NamedTuple):
    """What is going on with a customer at Stripe."""

    subscriptions: int
    """Those that are active."""
    invoices: int
    """Those that are open."""


class KeyReport(NamedTuple):
    """What a key may read, and whose it is."""

    reads_customers: bool
    reads_payment_methods: bool
    reads_business: bool
    """Whether it may read subscriptions and invoices, which is not needed."""
    account: str | None
    business: str
    """What the account is called; empty where that may not be read."""
    clock: datetime | None
    """The time at Stripe when it answered, where it said so."""


def methods_in_order(
    customer: StripeCustomer, saved: tuple[PaymentMethod, ...] | None
) -> tuple[PaymentMethod, ...] | None:
    """Return `saved` with the default marked and first; those of the older kinds that Stripe lists apart are added."""
    if saved is None:
        return None
    known = {method.payment_method for method in saved}
    apart = (*customer.sources, *((customer.card,) if customer.card else ()))
    every = [*saved, *({each.payment_method: each for each in apart if each.payment_method not in known}.values())]
    default = customer.default_payment_method or (customer.card.payment_method if customer.card else "")
    marked = [method._replace(default=method.payment_method == default) for method in every]
    return tuple(sorted(marked, key=lambda method: not method.default))
