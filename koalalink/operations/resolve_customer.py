"""Whom of the store a person means, asked where several fit."""

from typing import Protocol

from koalalink.domain.customers.customer import Customer
from koalalink.domain.customers.customer_reference import only_one
from koalalink.errors import Aborted
from koalalink.operations.ports import HasStore, HasTalk

_MOST_CHOICES = 20
_LONG = 19
"""Digits; a number of so many does not fit into a store."""


class Needs(HasStore, HasTalk, Protocol):
    """What finding somebody works with."""


def the_customer(need: Needs, reference: str) -> Customer:
    """Return the customer with a number (42), an email, an external ID (ext:ID), or a name that nobody else has.

    Where several fit, a person at a terminal chooses. Raises NotFoundError elsewhere, and where nobody fits.
    """
    found = need.store.fitting(reference)
    if not 1 < len(found) <= _MOST_CHOICES or not need.talk.can_ask:
        return only_one(found, reference)
    need.talk.note(f"{len(found)} customers fit:")
    for number, customer in enumerate(found, 1):
        details = customer.details
        told = [str(customer), details.email, details.phone, details.place]
        need.talk.note(f"{number}  " + "  ".join(part for part in told if part))
    chosen = need.talk.choose("Which one do you mean?", len(found))
    if chosen is None:
        raise Aborted("Nobody was chosen, and nothing was changed.")
    return found[chosen - 1]


def number_of(need: Needs, reference: str) -> int:
    """Return the number of a customer; one who was removed is found by number."""
    typed = int(reference) if reference.isascii() and reference.isdigit() and len(reference) < _LONG else None
    return typed if typed and need.store.changes(typed, limit=1) else the_customer(need, reference).number
