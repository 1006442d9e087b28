"""Adding, changing and removing customers of the store."""

from collections.abc import Mapping
from typing import Protocol

from koalalink.domain.customers import CustomerDetails
from koalalink.domain.edits import Added, Edited, Removed
from koalalink.domain.text import trimmed
from koalalink.errors import ConflictError, UsageError
from koalalink.hints import Command
from koalalink.operations.contradicting import although, consent_to_contradict
from koalalink.operations.examining import contradicted
from koalalink.operations.needs import HasDirectory, HasStore, HasTalk, HasTime


class Needs(HasStore, HasDirectory, HasTalk, HasTime, Protocol):
    """What changing customers works with."""


def add(need: Needs, fields: Mapping[str, str | None]) -> Added:
    """Add a customer; one without a name, company or email address could never be found again."""
    details = _named(CustomerDetails(**{name: trimmed(value or "") for name, value in fields.items()}))
    return Added(need.store.add(details))


def edit(need: Needs, reference: str, fields: Mapping[str, str | None], *, force: bool) -> Edited:
    """Change the fields that are given; an empty text empties one.

    Where that contradicts the Stripe customer of a link, a person is asked; with `force` the link is not verified any
    more. Raises as `consent`.
    """
    customer = need.store.find(reference)
    given = {name: trimmed(value) for name, value in fields.items() if value is not None}
    if not given:
        raise UsageError("There is nothing to change.", hint="Name a field, for example: --phone 206-555-0142")
    details = _named(CustomerDetails(**{**customer.details._asdict(), **given}))
    if details == customer.details:
        return Edited(customer)
    found = contradicted(need.store.record(customer), details, need.directory, need.now)
    if found:
        consent_to_contradict(need.talk, found, force=force)
    unverify = [each.link for each in found]
    return Edited(need.store.edit(customer, details, unverify=unverify, note=although(found)))


def remove(need: Needs, reference: str, *, force: bool) -> Removed:
    """Remove a customer; one who is linked only with `force`, and the links with the customer."""
    linked = need.store.record(need.store.find(reference))
    customer = linked.customer
    if linked.links and not force:
        places = ", ".join(f"{link.stripe_id} at {link.location}" for link in linked.links)
        raise ConflictError(
            f"{customer} is linked to {places}.",
            hint="Unlink first: " + Command("unlink", customer.number, all=True) + ". Or add --force.",
        )
    need.store.remove(linked)
    return Removed(customer, linked.links)


def _named(details: CustomerDetails) -> CustomerDetails:
    if not (details.name or details.email):
        raise UsageError(
            "A customer needs a name, a company or an email address.", hint="Add, for example: --first-name Jane"
        )
    return details
