"""Adding, changing and removing customers of the store."""

from collections.abc import Mapping
from typing import Protocol

from koalalink.command_line import Command
from koalalink.domain.customers.customer import Customer, CustomerDetails
from koalalink.domain.customers.results import Added, Edited, Removed
from koalalink.domain.identity.contacts import email_key
from koalalink.domain.identity.field_comparison import Agreement
from koalalink.domain.importing.import_rows import same_name
from koalalink.domain.text import fold, trimmed
from koalalink.errors import ConflictError, UsageError
from koalalink.operations.consent import Stakes, consent
from koalalink.operations.linking.contradictions import although, consent_to_contradict
from koalalink.operations.linking.link_gate import contradicted
from koalalink.operations.ports import HasDirectory, HasStore, HasTalk, HasTime
from koalalink.operations.resolve_customer import the_customer


class Needs(HasStore, HasDirectory, HasTalk, HasTime, Protocol):
    """What changing customers works with."""


def add(need: Needs, fields: Mapping[str, str | None], *, force: bool) -> Added:
    """Add a customer; one without a name, company or email address could never be found again.

    Where somebody with the email and the name is there already, a person is asked. Raises as `consent`.
    """
    details = _named(CustomerDetails(**{name: trimmed(value or "") for name, value in fields.items()}))
    there = _already_there(need, details)
    if there:
        told = f"{there} is in your list already, with the same email and name."
        consent(
            need.talk,
            f"{told} Add another one?",
            Stakes.IS_IN_DOUBT,
            agreed=force,
            refusal=f"{told} Nothing was added.",
            hint="To look, type: " + Command("show", there.number) + ". If it is another person, add --force.",
            declined="Nothing was added.",
        )
    return Added(need.store.add(details))


def _already_there(need: Needs, details: CustomerDetails) -> Customer | None:
    if not email_key(details.email):
        return None
    found = need.store.people(external_ids=set(), emails={fold(details.email)}, phones=set(), names=set())
    return next((each.customer for each in found if same_name(each.customer.details, details) is Agreement.SAME), None)


def edit(need: Needs, reference: str, fields: Mapping[str, str | None], *, force: bool) -> Edited:
    """Change the fields that are given; an empty text empties one.

    Where that contradicts the Stripe customer of a link, a person is asked; with `force` the link is not verified any
    more. Raises as `consent`.
    """
    customer = the_customer(need, reference)
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
    linked = need.store.record(the_customer(need, reference))
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
