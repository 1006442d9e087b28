"""A description that names somebody else, in other programs' words: no way to link passes it over."""

import json

import pytest

from koalalink.app import App
from koalalink.domain.customers.customer import CustomerDetails
from koalalink.sandbox.fake_stripe import Account
from tests.conftest import Run, in_a_file

SAID = ["Name: Una Hale, Guest", "User 42: Una Hale", "Hale, Una", "Customer: Una Hale, Booking #881", "Una Hale #1042"]


def give(account: Account, description: str, name: str | None) -> None:
    """Let Stripe have a customer of this description with Tom's email and a good card."""
    tom = {"id": "cus_tom", "name": name, "email": "tom@x.com", "phone": None, "description": description}
    account.customers["cus_tom"] = account.customers["cus_RobertCarver1"] | tom
    account.payment_methods["cus_tom"] = account.payment_methods["cus_123"]


@in_a_file
@pytest.mark.parametrize("description", [*SAID, "Una Hale | 1 Elm St"])
def test_nameless_customer_of_somebody_elses_description_is_a_doubt(
    live: Run, koala: App, account: Account, description: str
) -> None:
    """Families share mailboxes: connect asks, match does not call it certain, and an import rejects the link."""
    number = koala.store.add(CustomerDetails(first_name="Tom", last_name="Hale", email="tom@x.com")).number
    give(account, description, None)
    refused = live("connect", str(number), "cus_tom")
    assert (refused.exit_code, f"There is no name at Stripe. The description is {description}" in refused.stderr) == (
        8,
        True,
    )
    assert live("sync").exit_code == 0
    pairs = json.loads(live("match", "--json").stdout)
    assert [pair["tier"] for pair in pairs if pair["customer"] == number] != ["certain"]


@in_a_file
@pytest.mark.parametrize(
    ("description", "name"),
    [("Tuesdays, gate code 4411", None), ("Premium Lawn Care", None), ("Tom Hale #12", None), ("Una Hale", "Tom Hale")],
)
def test_other_descriptions_are_no_doubt(
    live: Run, koala: App, account: Account, description: str, name: str | None
) -> None:
    """Plans and gate codes, our customer's own name, and whatever stands beside a name of Stripe's own."""
    number = koala.store.add(CustomerDetails(first_name="Tom", last_name="Hale", email="tom@x.com")).number
    give(account, description, name)
    assert live("connect", str(number), "cus_tom").exit_code == 0
