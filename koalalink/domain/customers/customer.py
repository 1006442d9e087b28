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

    @property
    def place(self) -> str:
        """The address in one line, without the country."""
        return ", ".join(part for part in (self.address, self.city, self.state, self.zip) if part)


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


class Field(NamedTuple):
    """What there is to know about a field of a customer, wherever it is typed, read, written or shown."""

    name: str
    """In CustomerDetails, in the store and in JSON; with hyphens it is an option."""
    label: str
    """What people read."""
    help: str
    """What the option says."""

    @property
    def title(self) -> str:
        """The label as it stands at the head of a column."""
        return self.label[0].upper() + self.label[1:]


FIELDS = (
    Field("external_id", "external ID", "The customer's ID in your booking system."),
    Field("first_name", "first name", "Given name."),
    Field("last_name", "last name", "Family name."),
    Field("company", "company", "Company."),
    Field("email", "email", "Email address."),
    Field("phone", "phone", "Phone number, in any form."),
    Field("address", "address", "Street and number."),
    Field("city", "city", "City."),
    Field("state", "state", "State or province."),
    Field("zip", "ZIP code", "ZIP or postal code."),
    Field("country", "country", "Country."),
    Field("notes", "notes", "Notes."),
)
"""Every field of CustomerDetails but `extra`, in the order in which people see them."""
