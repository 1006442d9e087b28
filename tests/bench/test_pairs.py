"""How pairs are scored."""

from pathlib import Path

import pytest

from tests.bench.pairs import Pair, Score, best_f1, read_result, score, write_result

TRUTH = {
    "L1": frozenset({"cus_1"}),
    "L2": frozenset({"cus_2", "cus_3"}),
    "L3": frozenset[str](),
    "L4": frozenset({"cus_4"}),
}


def test_score_of_right_and_wrong_pairs() -> None:
    """Any Stripe customer of the same person is right; whoever is not at Stripe cannot be found."""
    counted = score([Pair("L1", "cus_1", 9), Pair("L2", "cus_3", 8), Pair("L3", "cus_4", 7)], TRUTH)
    assert counted == Score(proposed=3, right=2, known=3)
    assert counted.wrong == 1
    assert counted.precision == pytest.approx(2 / 3)
    assert counted.recall == pytest.approx(2 / 3)


@pytest.mark.parametrize("order", [1, -1])
def test_score_of_several_pairs_of_one_customer(order: int) -> None:
    """The surest counts, wherever it stands."""
    pairs = [Pair("L1", "cus_2", 1), Pair("L1", "cus_1", 2)]
    assert score(pairs[::order], TRUTH) == Score(proposed=1, right=1, known=3)


def test_score_of_nothing() -> None:
    """Who proposes nobody is never wrong, and finds none."""
    counted = score([], TRUTH)
    assert (counted.precision, counted.recall) == (1, 0)
    assert score([], {}).recall == 1


def test_best_f1_at_some_threshold() -> None:
    """Two right ones of three are known above 5; the two of 5 points come together, or not at all."""
    pairs = [Pair("L3", "cus_9", 1), Pair("L1", "cus_1", 9), Pair("L2", "cus_2", 7), Pair("L4", "cus_1", 5)]
    assert best_f1(pairs, TRUTH) == (0.8, 7)
    assert best_f1([Pair("L1", "cus_1", 5), Pair("L2", "cus_1", 5)], TRUTH) == (0.4, 5)
    assert best_f1([], TRUTH) == (0, 0)


def test_result_is_read_as_it_was_written(tmp_path: Path) -> None:
    """With the memory of the process."""
    write_result([Pair("L1", "cus_1", 1.5, "certain"), ("L2", "cus_2", 0.5)], str(tmp_path / "out"))
    pairs, megabytes = read_result(tmp_path / "out")
    assert pairs == [Pair("L1", "cus_1", 1.5, "certain"), Pair("L2", "cus_2", 0.5)]
    assert 1 < megabytes < 100_000
