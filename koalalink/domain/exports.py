"""Customers on their way out: which columns their file has, and what stands in them."""

import json
from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import NamedTuple

from koalalink.domain.columns import kept_title
from koalalink.domain.customers import FIELDS, Shape
from koalalink.domain.links import Link, LinkedCustomer
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


class ExportColumn(NamedTuple):
    """A column of an export; `name` is what it is chosen by."""

    name: str
    title: str
    cell: Callable[[LinkedCustomer], str]


def columns_for(shape: Shape) -> list[ExportColumn]:
    """Return all columns; those that fit no field get a title that fits none when they come back."""
    return [
        ExportColumn("number", "KoalaLink number", lambda linked: str(linked.customer.number)),
        *(ExportColumn(field.name, field.title, _field(field.name)) for field in FIELDS),
        *(ExportColumn("stripe_ids", f"Stripe ID ({location})", _stripe_id(location)) for location in shape.locations),
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
    known = dict.fromkeys(["number", *(field.name for field in FIELDS), "stripe_ids", "extra"])
    wanted = [name.strip().lower().replace("-", "_").replace(" ", "_") for name in names.split(",")]
    for name in wanted:
        if name not in known:
            raise UsageError(f"There is no column “{printable(name)}”.", hint=f"The columns: {', '.join(known)}.")
    return [column for name in dict.fromkeys(wanted) for column in columns if column.name == name]


def metadata_columns(location: str) -> list[ExportColumn]:
    """Return the columns that write our customers' numbers into Stripe's metadata, for tools that can do that."""
    return [
        ExportColumn("id", "id", _stripe_id(location)),
        ExportColumn("number", "metadata[customer_number]", lambda linked: str(linked.customer.number)),
        ExportColumn("external_id", "metadata[external_id]", _field("external_id")),
    ]


def _field(name: str) -> Callable[[LinkedCustomer], str]:
    return lambda linked: str(getattr(linked.customer.details, name))


def _link(linked: LinkedCustomer, location: str) -> Link | None:
    return next((link for link in linked.links if link.location == location), None)


def _stripe_id(location: str) -> Callable[[LinkedCustomer], str]:
    def cell(linked: LinkedCustomer) -> str:
        link = _link(linked, location)
        return link.stripe_id if link else ""

    return cell


def _switched(location: str) -> Callable[[LinkedCustomer], str]:
    def cell(linked: LinkedCustomer) -> str:
        link = _link(linked, location)
        return "" if link is None else "on" if link.enabled else "off"

    return cell


def _extra(title: str) -> Callable[[LinkedCustomer], str]:
    def cell(linked: LinkedCustomer) -> str:
        extra = linked.customer.details.extra
        return str(json.loads(extra).get(title, "")) if extra else ""

    return cell
