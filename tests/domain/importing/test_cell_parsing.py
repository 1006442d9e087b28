"""What stands in the cells of customer files, however it was written."""

import pytest

from koalalink.domain.importing.cell_parsing import address_of_lines, address_parts, email_of, is_footer, phone_of


@pytest.mark.parametrize(
    ("cell", "first", "others"),
    [
        ("a@x.com", "a@x.com", ""),
        ("a@x.com, b@x.com", "a@x.com", "b@x.com"),
        ("a@x.com ::: b@x.com;c@x.com", "a@x.com", "b@x.com, c@x.com"),
        ("a@x.com; a@x.com", "a@x.com", ""),
        ("Jane Doe <a@x.com>", "a@x.com", ""),
        ("Jane <a@x.com>, Bob <b@x.com>", "a@x.com", "b@x.com"),
        ("mailto:a@x.com", "a@x.com", ""),
        ("a@x.com;", "a@x.com", ""),
        ("Home: a@x.com", "a@x.com", "Home: a@x.com"),
        ("nowhere", "nowhere", ""),
        ("@", "@", ""),
    ],
)
def test_first_email_of_a_cell_is_taken_and_the_others_kept(cell: str, first: str, others: str) -> None:
    """What is no address stays whole, to be told."""
    assert email_of(cell) == (first, others)


@pytest.mark.parametrize(
    ("cell", "first", "others"),
    [
        ("206-555-0101, 206-555-0102", "206-555-0101", "206-555-0102"),
        ("206.555.0101 ::: 2065550102", "206.555.0101", "2065550102"),
        ("2065550101/2065550102", "2065550101", "2065550102"),
        ("206-555-0101 or 206-555-0102", "206-555-0101", "206-555-0102"),
        ("(206) 555-0101 ext 5", "(206) 555-0101 ext 5", ""),
        ("206-555-0101; call after 5", "206-555-0101; call after 5", ""),
        ("555-0101", "555-0101", ""),
    ],
)
def test_first_phone_of_a_cell_is_taken_and_the_others_kept(cell: str, first: str, others: str) -> None:
    """A remark beside a number is no second one."""
    assert phone_of(cell) == (first, others)


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        ("1 Elm St, Seattle, WA 98101", "1 Elm St|Seattle|WA|98101"),
        ("1 Elm St, Apt 4, Seattle, WA 98101-1234", "1 Elm St, Apt 4|Seattle|WA|98101-1234"),
        ("1 Elm St • Fort Worth, Texas 76102", "1 Elm St|Fort Worth|Texas|76102"),
        ("1 Elm St, Seattle WA 98101", "1 Elm St|Seattle|WA|98101"),
        ("1 Elm St, Seattle, WA, 98101, USA", "1 Elm St|Seattle|WA|98101|USA"),
        ("1 Elm St\nVancouver, BC V6B 1A1\nCanada", "1 Elm St|Vancouver|BC|V6B 1A1|Canada"),
        ("1 Elm St, Seattle, WA 98101 USA", "1 Elm St|Seattle|WA|98101|USA"),
        ("1 Elm St", ""),
        ("1 Elm St, Seattle", ""),
        ("98101", ""),
        ("Seattle, WA 98101", ""),
        ("1 Elm St, Suite 5, 98101", ""),
        ("", ""),
    ],
)
def test_address_in_one_line_is_divided_where_it_is_clear(line: str, parts: str) -> None:
    """Of the United States and Canada; anything else stays a line."""
    assert "|".join(address_parts(line).values()) == parts


@pytest.mark.parametrize(
    ("lines", "parts"),
    [
        (["Jane Doe", "1 Elm St", "Seattle, WA 98101", "", ""], "1 Elm St|Seattle|WA|98101"),
        (["1 Elm St", "Suite 4", "Seattle, WA 98101", "USA"], "1 Elm St, Suite 4|Seattle|WA|98101|USA"),
        (["Acme", "c/o Bob", "1 Elm St", "Seattle, WA 98101"], "1 Elm St|Seattle|WA|98101"),
        (["JANE DOE", "Hauptstr. 1", "10115 Berlin"], "Hauptstr. 1, 10115 Berlin"),
        (["Jane Doe"], ""),
        (["Nowhere Street"], "Nowhere Street"),
    ],
)
def test_address_in_lines_is_read_without_the_names_above_it(lines: list[str], parts: str) -> None:
    """The customer's own, and another's who takes the mail."""
    assert "|".join(address_of_lines(lines, ["Jane Doe", "Acme"]).values()) == parts


@pytest.mark.parametrize(
    "cells",
    [
        ["Total records: 3"] * 4,
        ["Total", "", "$1,200.00"],
        ["Grand Total"],
        ["3 customers"],
        ["Records: 12", "12"],
        ["Exported on 2026-01-01"],
        ["Page 1 of 3"],
        ["-- End of report --"],
    ],
)
def test_what_closes_a_report_is_nobody(cells: list[str]) -> None:
    """However a program counts."""
    assert is_footer(cells)


@pytest.mark.parametrize(
    "cells",
    [["Total Wine"], ["Customer"], ["Jane", "Doe"], ["5"], ["Total", "Recall"], ["x" * 200], [""], ["€"]],
)
def test_people_are_no_footer(cells: list[str]) -> None:
    """Whatever they are called."""
    assert not is_footer(cells)
