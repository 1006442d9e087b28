"""The customers and payments exports of the Stripe Dashboard.

Columns are chosen at export and vary; what is not there is not known. Titles as they were seen in such files.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import BinaryIO

from koalalink.command_line import Command, Text
from koalalink.domain.importing.import_rows import Row
from koalalink.domain.mirror.mirror import ExportedCustomer, ExportedPayment
from koalalink.domain.stripe.customer import Holder, PaymentMethod, PostalAddress, brand_in
from koalalink.domain.stripe.ids import StripeId, is_any_id
from koalalink.domain.text import printable
from koalalink.errors import UsageError
from koalalink.files.cell_cleaning import is_card_number, plain
from koalalink.files.table_reader import Grid

_CUSTOMER = {"id", "email", "name", "created (utc)", "description", "delinquent"}
_PAYMENT = {"id", "customer id", "customer email", "paymentintent id", "card last4", "amount", "status"}
_METADATA = " (metadata)"
_TIMES = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d")

_Cells = Mapping[str, str]


class StripeExport:
    """An export of customers or of payments, read through once to find out that it is one, and then again."""

    def __init__(self, file: str, stdin: BinaryIO) -> None:
        """Read `file`, or stdin for "-", to its end; raises a KoalaError with a sentence where it is no such export."""
        self.payments: list[ExportedPayment] = []
        """Each payment, where it is an export of payments."""
        self.livemode: bool | None = None
        """Whether it says that it is of live mode; None where it says nothing."""
        self.size = 0
        """How many customers an export of customers has."""
        self.left_out: dict[str, None] = {}
        """The rows of an export of customers that are of no customer: their ID is another thing's, or none."""
        self._grid = Grid(file, stdin, _known)
        self.name = self._grid.name
        try:
            rows = self._grid.rows()
            self._titles, self._are_payments = self._header(
                [plain(cell) for cell in row.cells] for row in islice(rows, 5)
            )
            for row, cells in self._cells(rows):
                self._look_at(row, cells)
            if not self.size and not self.payments:
                raise UsageError(f"{self.name} has no customers in it.", hint="Is it the right file?")
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Close the file."""
        self._grid.close()

    def customers(self) -> Iterator[ExportedCustomer]:
        """Yield the rows of an export of customers."""
        if self._are_payments:
            return
        rows = self._grid.rows()
        self._header([plain(cell) for cell in row.cells] for row in islice(rows, 5))
        yield from (_customer(cells) for _, cells in self._cells(rows) if is_any_id(cells["id"]))

    def _cells(self, rows: Iterator[Row]) -> Iterator[tuple[Row, _Cells]]:
        for row in rows:
            cells = {
                title: printable(plain(cell)) for title, cell in zip(self._titles, row.cells, strict=False) if title
            }
            if not row.problem and any(cells.values()) and "id" in cells:
                raw = dict(zip(self._titles, row.cells, strict=False))
                for title in ("id", "customer id"):  # with what an ID never has it is none
                    if title in cells and plain(raw[title]) != cells[title]:
                        cells[title] = ""
                yield row, cells

    def _header(self, first: Iterator[list[str]]) -> tuple[list[str], bool]:
        for cells in first:
            titles = [cell.strip() if cell.endswith(_METADATA) else cell.strip().lower() for cell in cells]
            if "customer id" in titles and "id" in titles:
                return titles, True
            if "id" in titles and {"email", "name"} & {*titles}:
                return titles, False
        raise UsageError(
            f"{self.name} is not a customers or payments export of the Stripe Dashboard.",
            hint="In the Stripe Dashboard open Customers, then Export, and choose all columns.",
        )

    def _look_at(self, row: Row, cells: _Cells) -> None:
        if any(is_card_number(cell) for cell in cells.values() if len(cell) >= 13):
            raise UsageError(
                f"Row {row.number} of {self.name} holds a card number. Nothing was read.",
                hint="An export of the Stripe Dashboard has none. Card numbers do not belong here.",
            )
        mode = (cells.get("mode") or cells.get("livemode") or "").lower()
        if mode in ("live", "true", "test", "false"):
            self.livemode = mode in ("live", "true")
        if not self._are_payments:
            self.size += is_any_id(cells["id"])
            if not is_any_id(cells["id"]):
                self.left_out[f"row {row.number}"] = None
        elif is_any_id(cells.get("customer id", "")):
            self.payments.append(_payment(cells))


_LISTS = {
    "payments": ("ch_", "py_", "pi_"),
    "subscriptions": ("sub_",),
    "invoices": ("in_",),
    "balance transactions": ("txn_",),
    "refunds": ("re_", "pyr_"),
    "payouts": ("po_",),
    "disputes": ("dp_", "du_"),
    "checkouts": ("cs_",),
    "products": ("prod_", "price_"),
}
_OF_OTHERS = {"payments": "amount refunded", "subscriptions": "interval", "invoices": "amount due"}
"""A title that says it where there is no row."""


def refuse_other_lists(titles: Sequence[str], sample: Sequence[Sequence[str]], name: str) -> None:
    """Raise UsageError where a file is a list of Stripe's, and not one of customers."""
    keys = [title.strip().lower() for title in titles]
    if "id" not in keys:
        return
    ids = [row[keys.index("id")] for row in sample]
    of_ids = (what for what, prefixes in _LISTS.items() if any(each.startswith(prefixes) for each in ids))
    of_titles = (what for what, title in _OF_OTHERS.items() if title in keys and "customer id" in keys and not ids)
    what = next(of_ids, None) or next(of_titles, None)
    if what is None:
        return
    hint: Text = "In the Stripe Dashboard open Customers, then Export."
    if what == "payments":
        hint = "It tells who has paid; to use that, type: " + Command("sync", from_csv=name) + ". " + hint
    raise UsageError(f"{name} is Stripe's list of {what}, not of customers. Nothing was imported.", hint=hint)


def _known(titles: Sequence[str]) -> int:
    cells = {title.strip().strip("\ufeff").lower() for title in titles}
    return max(len(cells & _CUSTOMER), len(cells & _PAYMENT))


def _customer(cells: _Cells) -> ExportedCustomer:
    parts = ("line1", "line2", "city", "state", "postal code", "country")
    address = PostalAddress(*(cells.get(f"address {part}", "") for part in parts))
    return ExportedCustomer(
        stripe_id=StripeId(cells["id"]),
        name=cells.get("name", ""),
        email=cells.get("email", ""),
        phone=cells.get("phone", ""),
        created=_time(cells),
        address=address,
        card=_card(cells),
        description=cells.get("description", ""),
        holder=_holder(cells),
        metadata={
            title.removesuffix(_METADATA): cell for title, cell in cells.items() if title.endswith(_METADATA) and cell
        },
    )


def _payment(cells: _Cells) -> ExportedPayment:
    return ExportedPayment(
        stripe_id=StripeId(cells["customer id"]),
        email=cells.get("customer email", ""),
        card=_card(cells),
        holder=_holder(cells),
        description=cells.get("customer description", ""),
        at=_time(cells),
        ids=tuple(cell for title in ("id", "paymentintent id") if (cell := cells.get(title, ""))),
    )


def _holder(cells: _Cells) -> Holder:
    return Holder(cells.get("card name", ""), zip=cells.get("card address zip", ""))


def _time(cells: _Cells) -> datetime | None:
    text = next((cell for title, cell in cells.items() if title.startswith("created")), "")
    for form in _TIMES:
        try:
            return datetime.strptime(text, form).replace(tzinfo=UTC)
        except ValueError:
            continue
    return None


def _card(cells: _Cells) -> PaymentMethod | None:
    last4 = cells.get("card last4", "").zfill(4)
    month, year = (re.sub(r"\.0$", "", cells.get(f"card exp {part}", "")) for part in ("month", "year"))
    expiry = re.fullmatch(r"(0?[1-9]|1[0-2])/((?:20)?[0-9]{2})", f"{month}/{year}")
    if not re.fullmatch(r"[0-9]{4}", last4) or last4 == "0000" or not expiry:
        return None
    return PaymentMethod(
        payment_method=cells.get("card id", ""),
        brand=brand_in(cells.get("card brand", "")),
        last4=last4,
        exp_month=int(expiry[1]),
        exp_year=int(expiry[2]) % 100 + 2000,
        funding=cells.get("card funding", "").lower(),
        fingerprint=cells.get("card fingerprint", ""),
    )
