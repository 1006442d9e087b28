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
    aliases: str = ""
    """How files call it, besides its label; folded, with commas between them."""

    @property
    def title(self) -> str:
        """The label as it stands at the head of a column."""
        return self.label[0].upper() + self.label[1:]


FIELDS = (
    Field(
        "external_id",
        "external ID",
        "The customer's ID in your booking system.",
        "customer number,client id,client number,booking system id,reference",
    ),
    Field(
        "first_name",
        "first name",
        "Given name.",
        "firstname,given name,forename,first,customer first name,client first name",
    ),
    Field(
        "last_name",
        "last name",
        "Family name.",
        "lastname,surname,family name,last,customer last name,client last name",
    ),
    Field(
        "company",
        "company",
        "Company.",
        "company name,business,business name,organization,organisation,customer company",
    ),
    Field(
        "email",
        "email",
        "Email address.",
        "e mail,email address,e mail address,mail,customer email,client email,primary email",
    ),
    Field(
        "phone",
        "phone",
        "Phone number, in any form.",
        "phone number,telephone,tel,mobile,mobile phone,mobile number,cell,cell phone,customer phone,client phone,"
        "contact number,primary phone",
    ),
    Field(
        "address",
        "address",
        "Street and number.",
        "street address,street,address line1,address line 1,address 1,customer address,home address,service address",
    ),
    Field("city", "city", "City.", "town,address city,customer city"),
    Field("state", "state", "State or province.", "province,region,address state,customer state,state province"),
    Field(
        "zip",
        "ZIP code",
        "ZIP or postal code.",
        "zip,zipcode,postal code,postcode,post code,zip postal code,address postal code,address zip,"
        "customer zip code,customer zip",
    ),
    Field("country", "country", "Country.", "address country,customer country"),
    Field("notes", "notes", "Notes.", "note,comments,comment,customer notes,client notes"),
)
"""Every field of CustomerDetails but `extra`, in the order in which people see them."""
