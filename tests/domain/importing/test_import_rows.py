"""Whom a row means, and what it changes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from koalalink.domain.customers.customer import CustomerDetails
from koalalink.domain.identity.field_comparison import Agreement
from koalalink.domain.importing.import_rows import OnMatch, differing, merged, same_name, split_name

JANE = CustomerDetails(first_name="Jane", last_name="Doe", email="jane@x.com", extra='{"Tag": "a", "Team": "1"}')


@pytest.mark.parametrize(
    ("full", "parts"),
    [
        ("Jane Doe", ("Jane", "Doe")),
        ("Doe, Jane", ("Jane", "Doe")),
        ("Mary Ann Smith", ("Mary Ann", "Smith")),
        ("Maria de la Cruz", ("Maria", "de la Cruz")),
        ("Ludwig van Beethoven", ("Ludwig", "van Beethoven")),
        ("John Baker Jr", ("John", "Baker Jr")),
        ("John Baker, Jr.", ("John", "Baker, Jr.")),
        ("De Niro", ("De", "Niro")),
        ("Cher", ("Cher", "")),
    ],
)
def test_full_name_is_divided_as_people_do(full: str, parts: tuple[str, str]) -> None:
    """Surnames of several words stay whole."""
    assert split_name(full) == parts


@given(st.lists(st.text(st.characters(categories=["L"]), min_size=1), min_size=1))
def test_full_name_loses_nothing(words: list[str]) -> None:
    """Every word is in one of the two parts, in its place."""
    assert " ".join(split_name(" ".join(words))).split() == words


def test_update_takes_over_what_is_there_and_empties_nothing() -> None:
    """An empty cell is no wish; columns that fit no field are put together."""
    given_ = CustomerDetails(first_name="Janet", phone="555", extra='{"Tag": "b", "Size": "L"}')
    updated = merged(JANE, given_, OnMatch.UPDATE)
    assert (updated.first_name, updated.last_name, updated.email, updated.phone) == (
        "Janet",
        "Doe",
        "jane@x.com",
        "555",
    )
    assert updated.extra == '{"Size": "L", "Tag": "b", "Team": "1"}'
    filled = merged(JANE, given_, OnMatch.FILL)
    assert (filled.first_name, filled.phone) == ("Jane", "555")
    assert filled.extra == '{"Size": "L", "Tag": "a", "Team": "1"}'


@pytest.mark.parametrize("policy", [OnMatch.UPDATE, OnMatch.FILL])
def test_the_same_again_changes_nothing(policy: OnMatch) -> None:
    """An import can be run twice."""
    assert merged(JANE, JANE, policy) == JANE


def test_fields_differ_only_where_both_have_one() -> None:
    """And columns that fit no field are nobody's identity."""
    assert differing(JANE, CustomerDetails(first_name="Jane", phone="555", extra="{}")) == ["phone"]
    assert differing(JANE, CustomerDetails(first_name="Jane")) == []


@pytest.mark.parametrize(
    ("name", "agreement"),
    [
        (("Jane", "Doe"), Agreement.SAME),
        (("jane", "DOE"), Agreement.SAME),
        (("Jane M.", "Doe"), Agreement.SAME),
        (("", ""), Agreement.SAME),
        (("Jane", "Miller"), Agreement.SIMILAR),
        (("John", "Doe"), Agreement.DIFFERENT),
        (("Joan", "Doe"), Agreement.DIFFERENT),
    ],
)
def test_who_shares_an_email_is_told_apart_by_name(name: tuple[str, str], agreement: Agreement) -> None:
    """Husband and wife are two; who has married is asked for."""
    assert same_name(JANE, CustomerDetails(first_name=name[0], last_name=name[1])) is agreement
