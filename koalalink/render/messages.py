"""Results that are a sentence, at a terminal and in a pipe."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from koalalink.domain.customers.customer import Customer
    from koalalink.domain.customers.results import Added, Edited, Forgotten, Merged, Removed


def _called(customer: Customer) -> str:
    return f"customer {customer.number}, {customer.details.name or customer.details.email}"


def _added(done: Added) -> str:
    return f"Added {_called(done.customer)}."


def _edited(done: Edited) -> str:
    return f"Changed {_called(done.customer)}."


def _removed(done: Removed) -> str:
    return f"Removed {_called(done.customer)}."


def _merged(done: Merged) -> str:
    return f"Merged {_called(done.other)}, into {_called(done.customer)}."


def _forgotten(done: Forgotten) -> str:
    return f"Erased customer {done.customer}, in change {done.change}."


SENTENCES: dict[str, Callable[[Any], str]] = {
    "Added": _added,
    "Edited": _edited,
    "Removed": _removed,
    "Merged": _merged,
    "Forgotten": _forgotten,
}
"""By the name of the type of result."""
