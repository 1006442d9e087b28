"""The Stripe Dashboard's exports, with the columns and the dirt that were met."""

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from koalalink.domain.stripe.customer import PaymentMethod
from koalalink.errors import UsageError
from koalalink.files.stripe_exports import StripeExport

SHORT = (
    "id,Description,Email,Name,Created (UTC),Delinquent,Plan,Status,Total Spend,Payment Count,Refunded Volume,"
    "Dispute Losses,Client (metadata)\n"
    "cus_1,,ann@x.com,Ann Lee,2024-03-05 17:01:02,false,,,10.00,1,0,0,BK-7\n"
)


_opened: list[StripeExport] = []


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    while _opened:
        _opened.pop().close()


def read(tmp_path: Path, text: str, encoding: str = "utf-8") -> StripeExport:
    """Read this text as a file."""
    file = tmp_path / "unified_customers.csv"
    file.write_bytes(text.encode(encoding))
    _opened.append(StripeExport(str(file), io.BytesIO()))
    return _opened[-1]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("stray", ["", "Customers\n"])
def test_customers_export_is_read(tmp_path: Path, delimiter: str, encoding: str, stray: str) -> None:
    """However it was saved, and with a stray line above it."""
    [ann] = read(tmp_path, stray + SHORT.replace(",", delimiter), encoding).customers()
    assert (ann.stripe_id, ann.name, ann.email) == ("cus_1", "Ann Lee", "ann@x.com")
    assert ann.created == datetime(2024, 3, 5, 17, 1, 2, tzinfo=UTC)
    assert ann.metadata == {"Client": "BK-7"}
    assert ann.card is None


def test_card_columns_are_read(tmp_path: Path) -> None:
    """A last4 that a spreadsheet has shortened, a year of two digits."""
    text = (
        "id,Email,Card ID,Card Last4,Card Brand,Card Funding,Card Exp Month,Card Exp Year,Card Fingerprint,"
        "Address Line1,Address Postal Code\ncus_1,a@x.com,pm_1,42,American Express,credit,7,29,fp1,1 Elm St,98101\n"
    )
    [ann] = read(tmp_path, text).customers()
    assert ann.card == PaymentMethod("pm_1", "amex", "0042", 7, 2029, "credit", "", "fp1")
    assert (ann.address.line1, ann.address.postal_code) == ("1 Elm St", "98101")


def test_payments_export_ties_a_customer_to_email_and_card(tmp_path: Path) -> None:
    """Guests, who have no customer, are left out."""
    text = (
        "id,PaymentIntent ID,Created date (UTC),Mode,Customer ID,Customer Email,Card Last4,Card Brand,Card Exp Month,"
        "Card Exp Year,Card Name\n"
        "ch_1,pi_1,2024-03-05 17:01,Live,cus_1,ann@x.com,4242,Visa,1,2030,Ann Lee\n"
        "ch_2,pi_2,2024-03-05 17:01,Live,,guest@x.com,4242,Visa,1,2030,Guest\n"
    )
    export = read(tmp_path, text)
    [payment] = export.payments
    assert (payment.stripe_id, payment.email, payment.holder.name) == ("cus_1", "ann@x.com", "Ann Lee")
    assert payment.ids == ("ch_1", "pi_1")
    assert payment.card is not None
    assert export.livemode is True


@pytest.mark.parametrize("expiry", ["13,2030", "0,2030", "1,20300", "1,99999999", "²,2030", "٣,2030", "1,", ","])
def test_card_that_expires_at_no_time_is_not_known(tmp_path: Path, expiry: str) -> None:
    """The customer is."""
    header = "id,Email,Card Last4,Card Exp Month,Card Exp Year\n"
    [ann] = read(tmp_path, f"{header}cus_1,ann@x.com,4242,{expiry}\n").customers()
    assert (ann.email, ann.card) == ("ann@x.com", None)
    [ann] = read(tmp_path, f"{header}cus_1,ann@x.com,4242,07,30\n").customers()
    assert ann.card is not None
    assert (ann.card.exp_month, ann.card.exp_year) == (7, 2030)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Name,Phone\nAnn,555\n", "not a customers or payments export"),
        (SHORT.splitlines()[0] + "\n", "no customers in it"),
        ("id,Email,Name\ncus_1,a@x.com,4242424242424242\n", "card number"),
        ("", "is empty"),
    ],
)
def test_other_files_are_refused(tmp_path: Path, text: str, said: str) -> None:
    """With a sentence."""
    with pytest.raises(UsageError, match=said):
        read(tmp_path, text)


@pytest.mark.parametrize(
    "stripe_id", ["cus_", "cus_1\x1b[2J", "cus_1 2", "cus_" + "a" * 999, "cus_ü", "x" * 256, "ch_1", "gcus_1"]
)
def test_row_without_a_customers_id_is_left_out(tmp_path: Path, stripe_id: str) -> None:
    """What cannot be one is never stored, and is named."""
    path = tmp_path / "unified_customers.csv"
    path.write_text(f'id,Email,Name\n"{stripe_id}",a@x.com,Ann\ncus_1,b@x.com,Bob\n')
    export = StripeExport(str(path), io.BytesIO())
    _opened.append(export)
    assert [customer.stripe_id for customer in export.customers()] == ["cus_1"]
    assert [*export.left_out] == ["row 2"]


def test_ids_that_somebody_chose_are_kept(tmp_path: Path) -> None:
    """Stripe lets integrations choose them when they make a customer."""
    chosen = ["user_8842", "jane@x.com", "1042", "Zoë Müller / 7", "cus_john.smith", "x" * 255]
    path = tmp_path / "unified_customers.csv"
    path.write_text("id,Email,Name\n" + "".join(f'"{each}",a@x.com,Ann\n' for each in chosen))
    export = StripeExport(str(path), io.BytesIO())
    _opened.append(export)
    assert [customer.stripe_id for customer in export.customers()] == chosen
    assert (export.size, export.left_out) == (len(chosen), {})
