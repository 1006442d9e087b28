"""The labelled people are whole, and say nothing that they should not."""

from typing import get_args

import pytest

from tests.linkage import Name, labelled


@pytest.mark.parametrize(
    ("name", "locals_", "stripes", "known"),
    [("typical", 3000, 3128, 2222), ("hard", 3000, 3053, 1787), ("febrl4", 5000, 5000, 5000)],
)
def test_labelled_people_of_each_set(name: Name, locals_: int, stripes: int, known: int) -> None:
    """As many on both sides, and as many known at Stripe, as were made."""
    people = labelled(name)
    assert (len(people.locals), len(people.stripes)) == (locals_, stripes)
    assert len(people.truth) == locals_
    assert sum(bool(same) for same in people.truth.values()) == known
    assert {same for several in people.truth.values() for same in several} <= {row["id"] for row in people.stripes}


@pytest.mark.parametrize("name", get_args(Name))
def test_labelled_people_do_not_tell(name: Name) -> None:
    """No row says who it is."""
    people = labelled(name)
    assert not any("person" in row for row in people.locals + people.stripes)
