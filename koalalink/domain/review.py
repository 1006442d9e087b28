"""What operations find out, as values to be shown."""

from enum import StrEnum
from typing import NamedTuple

from koalalink.domain.checks import CheckResult, Verdict
from koalalink.domain.customers import Customer
from koalalink.domain.links import Link, LinkedCustomer
from koalalink.domain.stripe_customers import Card, StripeCustomer, StripeProfile
from koalalink.errors import KoalaError
from koalalink.hints import Text


class LinkReview(NamedTuple):
    """A link before it is saved: both people, the verdict on them, and the cards found."""

    ours: Customer
    location: str
    stripe_id: str
    profile: StripeProfile
    verdict: Verdict


class Status(StrEnum):
    """What `connect` did."""

    CONNECTED = "connected"
    REPLACED = "replaced"
    UNCHANGED = "unchanged"


class Connected(NamedTuple):
    """A link as `connect` left it; `card` is the one that will be used."""

    customer: Customer
    link: Link
    status: Status
    replaced: str | None
    checks: tuple[CheckResult, ...]
    cards: tuple[Card, ...]
    card: Card | None


class LinkCards(NamedTuple):
    """The cards that a link gives; None where the key may not read them."""

    link: Link
    cards: tuple[Card, ...] | None


class CustomerPage(NamedTuple):
    """A customer of the store with the cards of every link, and the locations that could not be asked."""

    linked: LinkedCustomer
    cards: tuple[LinkCards, ...]
    failures: tuple[KoalaError, ...]


class StripePage(NamedTuple):
    """A customer of Stripe's with all cards, and the customer of the store that has it."""

    location: str
    customer: StripeCustomer
    cards: tuple[Card, ...] | None
    linked_to: Customer | None


class Health(StrEnum):
    """How a finding of `doctor` is meant."""

    GOOD = "good"
    NOTE = "note"
    BAD = "bad"


class Finding(NamedTuple):
    """One thing that was looked at, how it is, and what to do about it."""

    about: str
    health: Health
    text: str
    advice: Text = ""


class LocationReport(NamedTuple):
    """A location with its key, shortened, and whether Stripe answers to it."""

    location: str
    title: str
    default: bool
    mode: str
    key: str
    answers: bool
    problem: str
