"""Rows of the tables as values, and values as rows."""

from datetime import UTC, datetime
from operator import itemgetter

from koalalink.domain.customers.customer import Customer, CustomerDetails
from koalalink.domain.customers.links import Link
from koalalink.domain.history.changes import Values
from koalalink.domain.identity.contacts import Keys, keys_of
from koalalink.domain.text import trimmed
from koalalink.store.database import Row

FIELDS = CustomerDetails._fields
_details = itemgetter(*FIELDS)
LINK_FIELDS = ("stripe_id", "enabled", "account", "livemode", "verified_at", "seen_name", "seen_email", "seen_phone")
"""Columns of a link, its key aside."""
KEYS = tuple(f"{name}_key" for name in Keys._fields)
"""Columns that customers are matched by."""


def customer_from(row: Row) -> Customer:
    """Return the customer of a row that has the column `customer` and all of FIELDS."""
    return Customer(row["customer"], CustomerDetails._make(_details(row)))


def customer_values(details: CustomerDetails) -> Values:
    """Return the columns of a customer's row, its number aside."""
    return {**details._asdict(), **dict(zip(KEYS, keys_of(details), strict=True))}


def link_from(row: Row) -> Link:
    """Return the link of a row."""
    verified_at, livemode = row["verified_at"], row["livemode"]
    return Link(
        customer=row["customer"],
        location=row["location"],
        stripe_id=row["stripe_id"],
        enabled=bool(row["enabled"]),
        account=row["account"],
        livemode=None if livemode is None else bool(livemode),
        verified_at=None if verified_at is None else datetime.fromtimestamp(verified_at, UTC),
        seen_name=row["seen_name"],
        seen_email=row["seen_email"],
        seen_phone=row["seen_phone"],
    )


def link_values(link: Link) -> Values:
    """Return the columns of a link's row, its key aside; times in Unix seconds."""
    return {
        "stripe_id": link.stripe_id,
        "enabled": int(link.enabled),
        "account": link.account,
        "livemode": None if link.livemode is None else int(link.livemode),
        "verified_at": None if link.verified_at is None else int(link.verified_at.timestamp()),
        "seen_name": trimmed(link.seen_name),
        "seen_email": trimmed(link.seen_email),
        "seen_phone": trimmed(link.seen_phone),
    }
