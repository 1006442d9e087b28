"""Who is in our own list twice: by the rule of identity, so that a family stays a family."""

import pytest

from koalalink.domain.customers.customer import Customer, CustomerDetails
from koalalink.domain.customers.links import Link, LinkedCustomer
from koalalink.domain.matching.duplicates import own_duplicates
from koalalink.domain.stripe.ids import StripeId

JANE = CustomerDetails(first_name="Jane", last_name="Doe", email="jane@x.com", phone="206-555-0142", address="1 Elm St")


def groups(*people: CustomerDetails, linked: int = 0) -> list[tuple[tuple[int, ...], tuple[str, ...]]]:
    """The numbers of each group, and what they share."""
    everybody = []
    for number, details in enumerate(people, 1):
        links = (Link(number, "downtown", StripeId("cus_1")),) if number == linked else ()
        everybody.append(LinkedCustomer(Customer(number, details), links))
    return [
        (tuple(each.customer.number for each in group.customers), group.same) for group in own_duplicates(everybody)
    ]


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (JANE, ("email", "phone", "name and address")),
        (JANE._replace(email="", phone="", first_name="JANE"), ("name and address",)),
        (JANE._replace(email="j.doe@y.com", address=""), ("phone",)),
        (JANE._replace(phone="", address="", last_name=""), ("email",)),
    ],
)
def test_two_entries_of_one_person(other: CustomerDetails, same: tuple[str, ...]) -> None:
    """By what they share."""
    assert groups(JANE, other) == [((1, 2), same)]


@pytest.mark.parametrize(
    "other",
    [
        JANE._replace(first_name="Robert"),
        JANE._replace(first_name="Joan"),
        JANE._replace(email="jane@y.com", phone="", address=""),
        CustomerDetails(first_name="Bob"),
    ],
)
def test_family_and_namesakes_are_two(other: CustomerDetails) -> None:
    """Another first name, or nothing but the name in common."""
    assert groups(JANE, other) == []


def test_linked_one_is_the_pick() -> None:
    """It would stay; three are one group, and what may be two people comes last, with the doubt."""
    third = JANE._replace(email="", phone="")
    assert groups(JANE, JANE._replace(phone=""), third, linked=2) == [((2, 1, 3), ("email", "name and address"))]


def test_what_may_be_two_people_comes_last() -> None:
    """With the doubt that connect would have."""
    ann = CustomerDetails(first_name="Ann", last_name="Lee", email="ann@x.com", address="2 Elm St")
    people = [ann, ann._replace(email="lee@y.com"), JANE, JANE]
    found = own_duplicates([LinkedCustomer(Customer(n, details), ()) for n, details in enumerate(people, 1)])
    assert [each.customers[0].customer.number for each in found] == [3, 1]
    assert [each.doubt is None for each in found] == [True, False]


def test_number_of_an_office_tells_nothing() -> None:
    """More than a family has it."""
    office = [CustomerDetails(first_name="Jane", last_name="Doe", phone="206-555-0100")] * 25
    assert groups(*office) == []
