"""Names: who is the same, who could be, and who is somebody else."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from koalalink.domain.identity.field_comparison import Agreement
from tests.domain.identity.people import fields

SAME, SIMILAR, DIFFERENT, UNKNOWN = Agreement


@pytest.mark.parametrize(
    ("first", "last", "theirs"),
    [
        ("Jane", "Doe", "Jane Doe"),
        ("Jane", "Doe", "jane doe"),
        ("Jane", "Doe", "DOE, JANE"),
        ("Jane", "Doe", "Jane M. Doe"),
        ("Jane", "Doe", "Ms. Jane Doe"),
        ("Jane Doe", "", "Jane Doe"),
        ("José", "Núñez", "Jose Nunez"),
        ("Siobhan", "O'Brien", "SIOBHAN OBRIEN"),
        ("Siobhan", "O\u2019Brien", "Siobhan O'Brien"),
        ("Mary Ann", "Smith", "Maryann Smith"),
        ("Jean-Luc", "Martin", "Jean Luc Martin"),
        ("Maria", "Garcia Lopez", "Maria Garcia-Lopez"),
        ("John", "Baker Jr.", "Baker, John, Jr"),
        ("Siobhan", "O'Brien", "Siobhan O Brien"),
        ("Junior", "Jones", "Junior Jones"),
        ("Jane", "Doe", "  Jane   Doe  "),
    ],
)
def test_names_written_differently_are_the_same(first: str, last: str, theirs: str) -> None:
    """A name is the same in any order, case and accent, with or without a middle name."""
    assert fields(first, last, "", theirs).name is SAME


@pytest.mark.parametrize(
    ("first", "last", "theirs"),
    [
        ("Bob", "Carver", "Robert Carver"),
        ("Elizabeth", "Nolan", "Liz Nolan"),
        ("Jane", "Doe", "J. Doe"),
        ("Jane", "Doe", "Jane D."),
        ("Jane", "Doe", "Jane"),
        ("Jane", "Doe", "Doe Jane"),
        ("Maria", "Garcia Lopez", "Maria Lopez"),
        ("John", "Doe", "John Doe Jr."),
        ("Jane", "Doe", "John & Jane Doe"),
        ("Mr.", "Smith", "Mr. Smith"),
    ],
)
def test_names_that_leave_room_are_similar(first: str, last: str, theirs: str) -> None:
    """A nickname, an initial or half a name contradicts nothing, and proves nothing."""
    assert fields(first, last, "", theirs).name is SIMILAR


@pytest.mark.parametrize(
    ("first", "last", "theirs", "whom"),
    [
        ("Rosa", "Alvarez", "Miguel Alvarez", "the husband"),
        ("Maria", "Rossi", "Mario Rossi", "the brother, one letter apart"),
        ("Joan", "Day", "Jean Day", "the sister, one letter apart"),
        ("John", "Baker Sr.", "John Baker Jr", "the son"),
        ("William", "Ash", "Liam Ash", "the son who has half the name"),
        ("Jane", "Doe", "Jane Smith", "a namesake"),
        ("Jane Marie", "Doe", "Jane Louise Doe", "the cousin"),
        ("Jane M", "Doe", "Jane L. Doe", "the cousin"),
        ("Jane", "Doe", "John and Mary Doe", "the parents"),
    ],
)
def test_names_of_relatives_are_different(first: str, last: str, theirs: str, whom: str) -> None:
    """Whoever shares a surname, an address and an email is told apart by the given name alone."""
    assert fields(first, last, "", theirs).name is DIFFERENT, whom


@pytest.mark.parametrize(("first", "theirs"), [("", "Jane Doe"), ("Jane", ""), ("Jane", " - "), ("", "")])
def test_names_missing_on_one_side_are_unknown(first: str, theirs: str) -> None:
    """Nothing is no evidence."""
    assert fields(first, "", "", theirs).name is UNKNOWN


def test_company_is_compared_without_its_legal_form() -> None:
    """Harbor View Dental is Harbor View Dental LLC, and for a person who works there it proves nothing."""
    assert fields("", "", "Harbor View Dental", "harbor view dental, LLC").name is SAME
    assert fields("Nora", "Finch", "Harbor View Dental", "Harbor View Dental LLC").name is SIMILAR
    assert fields("", "", "The Company", "The Inc").name is DIFFERENT


@given(st.text(max_size=30), st.text(max_size=30), st.text(max_size=60))
def test_names_of_any_text_are_compared(first: str, last: str, theirs: str) -> None:
    """No text breaks the comparison."""
    assert fields(first, last, "", theirs).name in Agreement


_WORDS = st.text(st.characters(categories=("L", "M"), include_characters=" '-."), max_size=20)


@given(_WORDS, _WORDS)
@example("Ùl", "Úl")
def test_names_of_anybody_are_like_themselves(first: str, last: str) -> None:
    """Nobody is told apart from himself."""
    assert fields(first, last, "", f"{first} {last}").name is not DIFFERENT


def test_names_of_many_words_are_compared_at_once() -> None:
    """Every way to divide them would take hours; nobody is called that, so what is the same may be somebody else."""
    many = "Jane " * 100_000
    assert fields(many, "Doe", "", many).name is Agreement.SIMILAR
    assert fields(many, "", "", many).name is Agreement.SIMILAR
    assert fields(many, "", "", "John Doe").name is Agreement.DIFFERENT
    assert fields("Jane & " * 1000 + "Joan Doe", "", "", "John & " * 1000 + "Jack Roe").name is Agreement.DIFFERENT
