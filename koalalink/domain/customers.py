"""The store's own customers: the people a business works for.

The values that every command loads are named tuples: a class of them is made in an eighth of a data class's time.
"""

from typing import NamedTuple


class CustomerDetails(NamedTuple):
    """What is known of a customer, as typed and trimmed; an empty text means not known."""

    external_id: str = ""
    first_name: str = ""
    last_name: str = ""
    company: str = ""
    email: str = ""
    phone: str = ""
    address: str = ""
    city: str = ""
    state: str = ""
    zip: str = ""
    country: str = ""
    notes: str = ""
    extra: str = ""
    """The columns of a customer file that fit no field: a JSON object of texts; empty where there are none."""

    @property
    def name(self) -> str:
        """The person's full name, or the company's where no person is named."""
        return f"{self.first_name} {self.last_name}".strip() or self.company


class Customer(NamedTuple):
    """A customer of the store; `number` is given once and never to another."""

    number: int
    details: CustomerDetails

    def __str__(self) -> str:
        return f"{self.details.name or self.details.email or 'customer'} ({self.number})"


class Shape(NamedTuple):
    """What customers of a store have besides the fields that all have."""

    locations: tuple[str, ...]
    switched_off_at: tuple[str, ...]
    """The locations where a link is switched off."""
    extra: tuple[str, ...]
    """The titles of columns that fitted no field."""
