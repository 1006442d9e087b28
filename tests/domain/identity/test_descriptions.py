"""Whom a description names, in other programs' words; and what names nobody."""

import pytest

from koalalink.domain.identity.descriptions import name_in

UNA = """
Una Hale
una hale
UNA HALE
Name: Una Hale, Guest
Name: Una Hale, Username: una
Name: Hale, Una
User 42: Una Hale
Customer: Una Hale, Booking #881
Customer #42 - Una Hale
Customer Una Hale
WooCommerce customer: Una Hale
Guest: Una Hale
Hale, Una
Hale, Una (#12)
Una Hale #1042
#881 Una Hale
1042 - Una Hale
Client ID 42 / Una Hale
Una Hale | 1 Elm St
Una Hale 1 Elm St, Seattle
Una Hale (Guest)
Una Hale [imported]
Una Hale - weekly clean
Weekly cleaning for Una Hale
Booking 12 for Una Hale
Mr Una Hale
Una Hale <una@x.com>
una@x.com Una Hale
Una Hale; 206-555-0100
""".strip().splitlines()


@pytest.mark.parametrize("description", UNA)
def test_name_is_read_among_labels_and_numbers(description: str) -> None:
    """And among addresses, emails and remarks."""
    assert name_in(description).title() == "Una Hale"


@pytest.mark.parametrize("more", ["{}", "{} #12", "Customer: {}", "{} | 1 Elm St"])
def test_given_name_need_not_be_known(more: str) -> None:
    """Where nothing but labels, numbers and addresses stands beside it."""
    assert name_in(more.format("Łukasz Żak")) == "Łukasz Żak"


_WHAT = "deep clean|lawn mowing|window washing|pet sitting|dog walking|carpet cleaning|snow removal|pool service".split(
    "|"
)
_HOW = ["{}", "{} #12", "Weekly {}", "Premium {} (annual)", "{} - 2 beds", "{}, gate code 4411", "Plan: {}", "3 x {}"]
_REMARKS = """
Tuesdays, gate code 4411
Premium Lawn Care
Gold Plan
gate code
Front door
Rose Garden Care
Summer Special
Dog: Bella Blue
12 Elm St
Ring bell twice
Key under mat
Pay by check
Large House
Spring Cleanup
Biweekly (odd weeks)
Mark Down Sale
Will call first
Two Cats
Max (dog), Bella (cat)
Alarm 1234
Seattle, WA
Austin, Texas
Prefers mornings
Bill Monthly
3 bed 2 bath
May 2024 cleaning
June Invoice
Subscription creation
Payment for Invoice
No bleach please
Old Customer
Side gate, code 9
Paid in cash
Net 30
Green bin day
cus_123
B-1042
""".strip().splitlines()
NOBODY = [*_REMARKS, *(how.format(case(what)) for what in _WHAT for how in _HOW for case in (str.lower, str.title))]


def test_plans_codes_and_products_are_nobody() -> None:
    """Two hundred of them and not one is taken for a person."""
    assert len(NOBODY) > 150
    assert {each: name_in(each) for each in NOBODY if name_in(each)} == {}
