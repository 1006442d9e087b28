"""Many Stripe IDs at once, by the cheaper way."""

from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

from koalalink.domain.stripe.customer import Absence, StripeCustomer
from koalalink.domain.stripe.ids import StripeId
from koalalink.errors import UnreadableRecord

Found = dict[StripeId, StripeCustomer | Absence]

_FEW = 40
_PAGE = 100
"""Customers that Stripe lists in one request."""


class Account(Protocol):
    """The part of a Stripe account that this needs."""

    def customer(self, stripe_id: StripeId) -> StripeCustomer | Absence:
        """Return one customer, or why there is none."""

    def all_customers(self) -> Iterator[StripeCustomer]:
        """Yield every customer."""


def looking_up(
    stripe: Account, stripe_ids: Iterable[StripeId], count: Callable[[int], None]
) -> Iterator[tuple[StripeId, StripeCustomer | Absence]]:
    """Yield what Stripe has under each ID, in any order.

    A few are retrieved one by one. Where there are more the account is listed, until that has cost as much as
    retrieving would have; the list leaves out the deleted ones, so the rest is retrieved.
    """
    missing = set(stripe_ids)
    most = len(missing) * _PAGE
    if len(missing) > _FEW:
        for read, customer in enumerate(stripe.all_customers()):
            if not missing or read >= most:
                break
            if customer.stripe_id in missing:
                missing.remove(customer.stripe_id)
                count(1)
                yield customer.stripe_id, customer
    for stripe_id in sorted(missing):
        try:
            found = stripe.customer(stripe_id)
        except UnreadableRecord:  # which is told of the account as a whole
            found = Absence.UNREADABLE
        count(1)
        yield stripe_id, found


def look_up(stripe: Account, stripe_ids: Iterable[StripeId], count: Callable[[int], None]) -> Found:
    """Return what Stripe has under each ID, by ID."""
    return dict(looking_up(stripe, stripe_ids, count))
