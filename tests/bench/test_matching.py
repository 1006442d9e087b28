"""What `match` prints, as far as it is counted here."""

from tests.bench.matching import Tier, tiers
from tests.bench.pairs import Pair, Score


def test_tiers_are_scored_one_by_one() -> None:
    """Each by itself, and the recall with those before it."""
    truth = {"L1": frozenset({"cus_1"}), "L2": frozenset({"cus_2"}), "L3": frozenset[str]()}
    pairs = [Pair("L2", "cus_2", 1, "likely"), Pair("L1", "cus_1", 9, "certain"), Pair("L3", "cus_3", 2, "likely")]
    assert tiers(pairs, truth, {"certain": 1, "likely": 1, "review": 1}) == [
        Tier("certain", Score(1, 1, 2), 0.5),
        Tier("likely", Score(2, 1, 2), 1.0),
        Tier("review", Score(0, 0, 2), 1.0),
    ]
