"""What `connect` looks at before it saves a link, and what it did."""

from enum import StrEnum
from typing import NamedTuple

from koalalink.domain.customers.customer import Customer
from koalalink.domain.customers.links import Link
from koalalink.domain.linking.checks import CheckResult, Verdict
from koalalink.domain.stripe.customer import PaymentMethod, StripeProfile
from koalalink.domain.stripe.ids import StripeId


class LinkReview(NamedTuple):
    """A link before it is saved: both people, the verdict on them, and the cards found."""

    ours: Customer
    location: str
    stripe_id: StripeId
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
    cards: tuple[PaymentMethod, ...]
    card: PaymentMethod | None
