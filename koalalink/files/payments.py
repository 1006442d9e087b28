"""What exports of payments and of bookings tell of who has paid with what."""

import re
from collections import defaultdict
from collections.abc import Sequence
from contextlib import closing
from typing import BinaryIO

from koalalink.domain.importing.columns import best_of
from koalalink.domain.stripe.payments import Booking, Payments
from koalalink.domain.text import fold
from koalalink.errors import UsageError
from koalalink.files.customer_file import CustomerFile
from koalalink.files.stripe_exports import StripeExport

_PAYMENT = re.compile(r"(?:pi|ch|py)_[A-Za-z0-9]+")


def read_payments(files: Sequence[str], stdin: BinaryIO) -> Payments:
    """Read payments exports of the Stripe Dashboard, and bookings exports with a column of transactions.

    Raises UsageError where a file is neither.
    """
    of_stripe: defaultdict[str, list[str]] = defaultdict(list)
    bookings: list[Booking] = []
    for file in files:
        try:
            with closing(StripeExport(file, stdin)) as export:
                for payment in export.payments:
                    of_stripe[payment.stripe_id] += payment.ids
        except UsageError as refused:
            bookings += _bookings(file, stdin, refused)
    return Payments(of_stripe, bookings)


def _bookings(file: str, stdin: BinaryIO, refused: UsageError) -> list[Booking]:
    if file == "-":  # it was read to find that it is no export of Stripe's
        raise refused
    with CustomerFile(file, stdin, {}) as table:
        position = best_of(table.columns)
        paid = [column.position for column in table.columns if fold(column.title) in ("transaction id", "transaction")]
        if not paid:
            raise UsageError(
                f"{table.name} is neither a payments export of the Stripe Dashboard nor an export of bookings with "
                "a column “Transaction id”.",
                hint="In the Stripe Dashboard open Payments, then Export, and choose all columns.",
            )
        found = []
        for row in table.rows():
            payments = tuple(_PAYMENT.findall(row.cells[paid[0]])) if not row.problem else ()
            if payments:
                cells = {field: row.cells[where] for field, where in position.items()}
                name = cells.get("name") or f"{cells.get('first_name', '')} {cells.get('last_name', '')}"
                found.append(Booking(name.strip(), cells.get("email", ""), cells.get("phone", ""), payments))
    return found
