"""What was done to one customer, or to the links of one."""

from pathlib import Path
from typing import NamedTuple

from koalalink.domain.customers.customer import Customer
from koalalink.domain.customers.links import Link


class Unlinked(NamedTuple):
    """Links that `unlink` has removed."""

    customer: Customer
    links: tuple[Link, ...]


class Switched(NamedTuple):
    """A link as `enable` or `disable` has left it."""

    customer: Customer
    link: Link


class Added(NamedTuple):
    """A customer that was added."""

    customer: Customer


class Edited(NamedTuple):
    """A customer as `customers edit` has left it."""

    customer: Customer


class Merged(NamedTuple):
    """A customer that another entry of the same person was merged into."""

    customer: Customer
    other: Customer
    """As it was."""
    links: tuple[Link, ...]
    """All that the customer has now."""


class AtStripe(NamedTuple):
    """A Stripe customer of somebody who was erased here, as far as the store knew."""

    location: str
    stripe_id: str
    url: str
    """The page in the Stripe Dashboard where it can be deleted."""
    is_gone: bool
    """The last sync found it deleted already."""


class Forgotten(NamedTuple):
    """A customer who was erased, in which change, and what was erased besides."""

    customer: int
    change: int
    links: int
    copies: int
    """Customers in the copy of Stripe's."""
    changes: int
    """Earlier changes whose details are gone."""
    external_id: str = ""
    """The booking system's own ID of the customer."""
    at_stripe: tuple[AtStripe, ...] = ()
    blanked: tuple[str, ...] = ()
    """Other customers, by name and number, whose extra detail with the same email was emptied."""
    mentioned: tuple[str, ...] = ()
    """Other customers whose email or notes still hold the same email."""
    backups: tuple[Path, ...] = ()
    """The files that still have the customer."""


class Removed(NamedTuple):
    """A customer that was removed, with the links that went with it."""

    customer: Customer
    links: tuple[Link, ...]
