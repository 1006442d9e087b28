"""The store's own customers: the people a business works for."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerDetails:
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

    @property
    def name(self) -> str:
        """The person's full name, or the company's where no person is named."""
        return f"{self.first_name} {self.last_name}".strip() or self.company


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """A customer of the store; `number` is given once and never to another."""

    number: int
    details: CustomerDetails

    def __str__(self) -> str:
        return f"{self.details.name or self.details.email or 'customer'} ({self.number})"
