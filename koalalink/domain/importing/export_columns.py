"""Customers on their way out: which columns their file has, and what stands in them."""

import json
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from operator import attrgetter
from types import MappingProxyType
from typing import NamedTuple

from koalalink.domain.customers.customer import FIELDS, Shape
from koalalink.domain.customers.links import Link, LinkedCustomer
from koalalink.domain.importing.columns import OUR_NUMBER, kept_title
from koalalink.domain.stripe.customer import OUR_ID_AT_STRIPE, StripeCustomer
from koalalink.domain.text import printable
from koalalink.errors import UsageError


class Format(StrEnum):
    """Kinds of files."""

    CSV = "csv"
    TSV = "tsv"
    JSON = "json"
    JSONL = "jsonl"
    XLSX = "xlsx"


class Purpose(StrEnum):
    """What an export is for, where not for a spreadsheet and for coming back."""

    STRIPE_METADATA = "stripe-metadata"
    PLAIN = "plain"
    YARDBOOK = "yardbook"
    """The form that Yardbook's import of customers takes."""


class ExportRow(NamedTuple):
    """A customer, and what the last sync has found of the linked ones at Stripe, by location."""

    linked: LinkedCustomer
    at_stripe: Mapping[str, StripeCustomer] = MappingProxyType({})


class ExportColumn(NamedTuple):
    """A column of an export; `name` is what it is chosen by."""

    name: str
    title: str
    cell: Callable[[ExportRow], str]


def columns_for(shape: Shape, copied: Sequence[str]) -> list[ExportColumn]:
    """Return all columns; those that fit no field get a title that fits none when they come back.

    For the locations that were `copied` by sync, what a link opens up stands beside its Stripe ID.
    """
    return [
        ExportColumn("number", OUR_NUMBER, lambda row: str(row.linked.customer.number)),
        *(ExportColumn(field.name, field.title, _field(field.name)) for field in FIELDS),
        *(ExportColumn("stripe_ids", f"Stripe ID ({location})", _stripe_id(location)) for location in shape.locations),
        *(ExportColumn("payment_methods", f"Payment method ({each})", _payment_method(each)) for each in copied),
        *(ExportColumn("cards", f"Card ({each})", _card(each)) for each in copied),
        *(
            ExportColumn("stripe_ids", f"Stripe link ({location})", _switched(location))
            for location in shape.switched_off_at
        ),
        *(ExportColumn("extra", kept_title(title), _extra(title)) for title in shape.extra),
    ]


def chosen(columns: Sequence[ExportColumn], names: str | None) -> list[ExportColumn]:
    """Return the columns called by `names`, divided by commas, in that order; raises UsageError."""
    if names is None:
        return [*columns]
    known = dict.fromkeys(
        ["number", *(field.name for field in FIELDS), "stripe_ids", "payment_methods", "cards", "extra"]
    )
    wanted = [name.strip().lower().replace("-", "_").replace(" ", "_") for name in names.split(",")]
    for name in wanted:
        if name not in known:
            raise UsageError(f"There is no column “{printable(name)}”.", hint=f"The columns: {', '.join(known)}.")
    return [column for name in dict.fromkeys(wanted) for column in columns if column.name == name]


def metadata_columns(location: str) -> list[ExportColumn]:
    """Return the columns that write our customers' numbers into Stripe's metadata, for tools that can do that."""
    return [
        ExportColumn("id", "id", _stripe_id(location)),
        ExportColumn("number", "metadata[customer_number]", lambda row: str(row.linked.customer.number)),
        ExportColumn("external_id", f"metadata[{OUR_ID_AT_STRIPE}]", _field("external_id")),
    ]


_YARDBOOK = {
    "contact_first_name": "first_name",
    "contact_last_name": "last_name",
    "business_name": "company",
    "email": "email",
    "phone": "phone",
    "address_line1": "address",
    "city": "city",
    "state": "state",
    "zip_code": "zip",
    "country": "country",
}


def yardbook_columns() -> list[ExportColumn]:
    """Return the columns of the file that Yardbook's import takes."""
    return [ExportColumn(field, title, _field(field)) for title, field in _YARDBOOK.items()]


def _field(name: str) -> Callable[[ExportRow], str]:
    return attrgetter(f"linked.customer.details.{name}")


def _payment_method(location: str) -> Callable[[ExportRow], str]:
    def cell(row: ExportRow) -> str:
        found = row.at_stripe.get(location)
        card = found.card if found else None
        return (card.payment_method if card else found.default_payment_method) if found else ""

    return cell


def _card(location: str) -> Callable[[ExportRow], str]:
    def cell(row: ExportRow) -> str:
        found = row.at_stripe.get(location)
        card = found.card if found else None
        expiry = f", {card.exp_month:02}/{card.exp_year}" if card and card.exp_year else ""
        return f"{card}{expiry}" if card else ""

    return cell


def _link(linked: LinkedCustomer, location: str) -> Link | None:
    return next((link for link in linked.links if link.location == location), None)


def _stripe_id(location: str) -> Callable[[ExportRow], str]:
    def cell(row: ExportRow) -> str:
        link = _link(row.linked, location)
        return link.stripe_id if link else ""

    return cell


def _switched(location: str) -> Callable[[ExportRow], str]:
    def cell(row: ExportRow) -> str:
        link = _link(row.linked, location)
        return "" if link is None else "on" if link.enabled else "off"

    return cell


def _extra(title: str) -> Callable[[ExportRow], str]:
    def cell(row: ExportRow) -> str:
        extra = row.linked.customer.details.extra
        return str(json.loads(extra).get(title, "")) if extra else ""

    return cell
