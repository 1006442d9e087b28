"""What must be reached on people of whom the truth is known."""

import pytest

from tests.bench.matching import GOALS, MISSED, tiers
from tests.bench.pairs import Pair, best_f1
from tests.bench.proposals import proposals
from tests.linkage import Name, labelled


@pytest.mark.parametrize("name", GOALS)
def test_households(name: Name) -> None:
    """Not one certain one is wrong, and as many are found as were asked for, or as are reached where that is missed."""
    people, goals = labelled(name), GOALS[name]
    pairs = [Pair(*pair) for pair in proposals(people.locals, people.stripes)]
    for tier, own, recall in tiers(pairs, people.truth, goals.recalls):
        assert recall >= MISSED.get((name, tier), goals.recalls[tier])
        assert (recall < goals.recalls[tier]) is ((name, tier) in MISSED)
        assert own.precision >= goals.precisions.get(tier, 0.7)


def test_names_and_addresses_alone() -> None:
    """Febrl's fourth set, ranked one to one; nothing there is ever certain."""
    people = labelled("febrl4")
    pairs = [Pair(*pair) for pair in proposals(people.locals, people.stripes)]
    assert best_f1(pairs, people.truth)[0] >= 0.99
    assert not any(pair.tier == "certain" for pair in pairs)
