"""KoalaLink's proposals for labelled people, from a process of its own.

`python -m tests.bench.proposals LOCAL STRIPE OUT` reads two files of tests.bench.people, and
`python -m tests.bench.proposals NAME OUT` a set of tests.linkage.
"""

import gc
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from koalalink.domain.customers.customer import Customer, CustomerDetails
from koalalink.domain.identity.person import of_store, of_stripe
from koalalink.domain.matching.proposals import propose
from koalalink.domain.stripe.customer import About, Holder, PostalAddress, StripeCustomer
from koalalink.domain.stripe.ids import StripeId
from tests.bench.pairs import write_result
from tests.linkage import Name, Row, labelled, rows

_NOW = datetime(2025, 1, 1, tzinfo=UTC)


def proposals(locals: Iterable[Row], stripes: Iterable[Row]) -> list[tuple[str, str, float, str]]:
    """Return who is proposed to whom, the points, and the tier; no row is kept."""
    ids: list[str] = []
    ours = [of_store(_customer(row, ids)) for row in locals]
    theirs = [of_stripe(_stripe_customer(row), _NOW, ()) for row in stripes]
    return [
        (ids[each.customer - 1], each.stripe_id, each.points, str(each.tier))
        for each in propose(ours, theirs)
        if each.stripe_id is not None
    ]


def _customer(row: Row, ids: list[str]) -> Customer:
    ids.append(row["id"])
    details = CustomerDetails(
        first_name=row["first_name"],
        last_name=row["last_name"],
        email=row["email"],
        phone=row["phone"],
        address=row["street"],
        city=row["city"],
        state=row.get("state", ""),
        zip=row["zip"],
    )
    return Customer(len(ids), details)


def _stripe_customer(row: Row) -> StripeCustomer:
    address = PostalAddress(row["street"], row.get("line2", ""), row["city"], row.get("state", ""), row["zip"])
    created = datetime.fromtimestamp(int(row["created"]), UTC)
    return StripeCustomer(
        StripeId(row["id"]),
        row["name"],
        row["email"],
        row["phone"],
        created,
        livemode=False,
        address=address,
        about=About(row.get("description", ""), holder=Holder(row.get("card_name", ""), zip=row.get("card_zip", ""))),
    )


def main(*arguments: str) -> None:
    """Write the proposals."""
    gc.set_threshold(100_000)  # as the program itself does
    *named, out = arguments
    if len(named) == 1:
        people = labelled(cast(Name, named[0]))
        write_result(proposals(people.locals, people.stripes), out)
    else:
        write_result(proposals(*map(rows, map(Path, named))), out)


if __name__ == "__main__":
    main(*sys.argv[1:])
