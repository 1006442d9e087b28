"""The directory: a copy of what Stripe knows of a location's customers, and how it is made."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

from koalalink.domain.stripe.customer import NOTHING_TOLD, About, Holder, PaymentMethod, PostalAddress, StripeCustomer
from koalalink.domain.stripe.ids import StripeId

_STRIPE_BEGAN = int(datetime(2010, 1, 1, tzinfo=UTC).timestamp())
_GOES_ON_WITHIN = timedelta(days=1)
_CLOCKS_DIFFER = timedelta(hours=1)


class Listed(NamedTuple):
    """A page of an account's customers; `more` tells that the list goes on."""

    customers: tuple[StripeCustomer, ...]
    more: bool
    last: str = ""
    """The ID of the last record, where some could not be read and are left out."""


class Window(NamedTuple):
    """The customers that are still to be listed: created from `after` on and before `before`, in Unix seconds.

    They come newest first, and go on behind the one whose ID is `cursor`.
    """

    after: int = 0
    before: int | None = None
    cursor: str = ""

    def rest(self, listed: Listed) -> "Window | None":
        """Return what is left when a page was read; None where nothing is."""
        if not listed.more or not (listed.customers or listed.last):
            return None
        cursor = listed.last or listed.customers[-1].stripe_id
        created = [int(customer.created.timestamp()) for customer in listed.customers if customer.created]
        if not created or any(later > earlier for earlier, later in pairwise(created)):
            # Not newest first: then the last one's time says nothing of those that follow.
            return self._replace(cursor=cursor)
        return Window(self.after, created[-1] + 1, cursor)

    def halves(self) -> "tuple[Window, ...]":
        """Return the same as two windows that can be listed at the same time; as one where it is too small."""
        low = max(self.after, _STRIPE_BEGAN)
        if self.before is None or self.before - low < 2:
            return (self,)
        middle = (low + self.before) // 2
        return self._replace(after=middle), Window(self.after, middle)


class DirectoryState(NamedTuple):
    """How far the directory of one location is."""

    location: str
    account: str | None
    """The ID of the Stripe account; None where that is not known."""
    account_name: str
    """What the business is called at Stripe; nothing where that is not known."""
    livemode: bool | None
    is_filled: bool
    """Whether anybody was copied who is at Stripe still, as far as is known."""
    begun_at: datetime
    finished_at: datetime | None
    """When the last copy was complete; None where none was yet."""
    left: tuple[Window, ...]
    """What an interrupted copy has left to do."""

    def windows(self, now: datetime) -> tuple[Window, ...]:
        """Return what is to be listed: what an interrupted copy of today has left, and what came since; else all."""
        if not self.left or now - self.begun_at > _GOES_ON_WITHIN:
            return (Window(),)
        since = min(self.begun_at, now) - _CLOCKS_DIFFER
        return (*self.left, Window(after=int(since.timestamp())))


class ExportedCustomer(NamedTuple):
    """A row of a customers export; an empty text is not known, or not there."""

    stripe_id: StripeId
    name: str
    email: str
    phone: str
    created: datetime | None
    address: PostalAddress
    card: PaymentMethod | None
    metadata: Mapping[str, str]
    description: str = ""
    holder: Holder = Holder()


class ExportedPayment(NamedTuple):
    """A row of a payments export."""

    stripe_id: StripeId
    email: str
    card: PaymentMethod | None
    holder: Holder
    description: str
    """Of the customer."""
    at: datetime | None
    ids: tuple[str, ...]
    """Of the charge and of the payment intent."""


def with_export(known: StripeCustomer | None, row: ExportedCustomer, *, livemode: bool) -> StripeCustomer:
    """Return a customer with what an export tells; what it leaves out stays as it was known."""
    known = known or StripeCustomer(row.stripe_id, "", "", "", None, livemode)
    return known._replace(
        name=row.name or known.name,
        email=row.email or known.email,
        phone=row.phone or known.phone,
        created=row.created or known.created,
        address=row.address if any(row.address) else known.address,
        card=row.card or known.card,
        metadata={**known.metadata, **row.metadata},
        about=_about(known, row.description, row.holder),
    )


def with_payment(known: StripeCustomer | None, row: ExportedPayment, *, livemode: bool) -> StripeCustomer:
    """Return a customer with what a payment tells, where that was not known.

    Whom the card is made out to is kept apart from the name: it may be a spouse.
    """
    known = known or StripeCustomer(row.stripe_id, "", "", "", None, livemode)
    holder = Holder() if any((known.about or NOTHING_TOLD).holder) else row.holder
    return known._replace(
        email=known.email or row.email,
        card=known.card or row.card,
        about=_about(known, (known.about or NOTHING_TOLD).description or row.description, holder),
    )


def _about(known: StripeCustomer, description: str, holder: Holder) -> About:
    about = known.about or NOTHING_TOLD
    return about._replace(description=description or about.description, holder=holder if any(holder) else about.holder)


class Verification(NamedTuple):
    """What the last `verify` of a location has found."""

    at: datetime
    checked: int
    problems: Mapping[str, int]
    """How many, by kind."""


class SyncedLocation(NamedTuple):
    """What a sync of one location's customers has brought."""

    location: str
    customers: int
    """How many there are now."""
    new: int
    changed: int
    gone: int
    """How many were in the directory and are no longer at Stripe."""


class Synced(NamedTuple):
    """What a sync has brought, at the locations that have answered."""

    locations: tuple[SyncedLocation, ...]
