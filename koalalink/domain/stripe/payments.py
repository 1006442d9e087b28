"""Payments, as exports tell of them: the surest evidence of who is whom."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple


class Booking(NamedTuple):
    """A row of a bookings export: who has paid, and the IDs of the payments."""

    name: str
    email: str
    phone: str
    payments: tuple[str, ...]


class Payments(NamedTuple):
    """What exports of payments and bookings tell."""

    of_stripe: Mapping[str, Sequence[str]] = {}
    """The IDs of payments by Stripe customer."""
    bookings: Sequence[Booking] = ()
