"""What must be reached on people of whom the truth is known."""

import pytest

from koalalink.domain.matching.proposing import Proposal, propose
from koalalink.domain.matching.rules import Tier
from tests.linkage import Name, best_f1, labelled, people_of, scored


def _proposals(name: Name) -> tuple[list[Proposal], dict[int, frozenset[str]]]:
    ours, theirs, truth = people_of(labelled(name))
    return propose(ours, theirs), truth


@pytest.mark.parametrize(
    ("name", "certain", "likely", "precision", "any_tier"),
    [("typical", 0.65, 0.83, 0.996, 0.966), ("hard", 0.33, 0.62, 0.985, 0.845)],
)
def test_households(name: Name, certain: float, likely: float, precision: float, any_tier: float) -> None:
    """Not one certain one is wrong, and as many are found as were asked for."""
    score = scored(*_proposals(name))
    assert score[Tier.CERTAIN].wrong == 0
    assert score[Tier.CERTAIN].recall >= certain
    assert score[Tier.LIKELY].precision >= precision
    assert score[Tier.LIKELY].recall >= likely
    assert score[Tier.REVIEW].recall >= any_tier


def test_names_and_addresses_alone() -> None:
    """Febrl's fourth set, ranked one to one; nothing there is ever certain."""
    found, truth = _proposals("febrl4")
    assert best_f1(found, truth) >= 0.99
    assert not any(each.tier is Tier.CERTAIN for each in found)
