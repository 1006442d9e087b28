"""Adding, changing and removing customers of the store."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from koalalink.domain.customers import Customer, CustomerDetails
from koalalink.domain.links import Link, LinkedCustomer
from koalalink.domain.text import trimmed
from koalalink.errors import ConflictError, UsageError
from koalalink.hints import Command
from koalalink.operations.consent import CanAsk
from koalalink.operations.contradicting import although, consent_to_contradict
from koalalink.operations.examining import contradicted
from koalalink.operations.ports import Directory


class Customers(Protocol):
    """The part of the store that customers need."""

    def add(self, details: CustomerDetails) -> Customer:
        """Add a customer under the next number."""

    def edit(self, customer: Customer, details: CustomerDetails, *, unverify: Sequence[Link], note: str) -> Customer:
        """Give `customer` other details, for which some links are not verified any more."""

    def record(self, customer: Customer) -> LinkedCustomer:
        """Return the customer with all links."""

    def remove(self, record: LinkedCustomer) -> None:
        """Remove a customer and all links."""


def add(store: Customers, fields: Mapping[str, str | None]) -> Customer:
    """Add a customer; somebody without a name, company or email could never be found again."""
    return store.add(_named(CustomerDetails(**{name: trimmed(value or "") for name, value in fields.items()})))


def edit(
    store: Customers,
    directory: Directory,
    conversation: CanAsk,
    customer: Customer,
    fields: Mapping[str, str | None],
    *,
    force: bool,
    now: datetime,
) -> Customer:
    """Change the fields that are given; an empty text empties one.

    Where that contradicts the Stripe customer of a link, a person is asked; with `force` the link is not verified any
    more. Raises as `consent`.
    """
    given = {name: trimmed(value) for name, value in fields.items() if value is not None}
    if not given:
        raise UsageError("There is nothing to change.", hint="Name a field, for example: --phone 206-555-0142")
    details = _named(CustomerDetails(**{**customer.details._asdict(), **given}))
    if details == customer.details:
        return customer
    found = contradicted(store.record(customer), details, directory, now)
    if found:
        consent_to_contradict(conversation, found, force=force)
    return store.edit(customer, details, unverify=[each.link for each in found], note=although(found))


def remove(store: Customers, customer: Customer, *, force: bool) -> LinkedCustomer:
    """Remove a customer; one who is linked only with `force`, and the links with the customer."""
    linked = store.record(customer)
    if linked.links and not force:
        places = ", ".join(f"{link.stripe_id} at {link.location}" for link in linked.links)
        raise ConflictError(
            f"{customer} is linked to {places}.",
            hint="Unlink first: " + Command("unlink", customer.number, all=True) + ". Or add --force.",
        )
    store.remove(linked)
    return linked


def _named(details: CustomerDetails) -> CustomerDetails:
    if not (details.name or details.email):
        raise UsageError("A customer needs a name, a company or an email.", hint="Add, for example: --first-name Jane")
    return details
