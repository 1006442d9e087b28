"""Pairs that somebody proposes for labelled people: passed on between processes, and scored."""

import json
import resource
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

Truth = Mapping[str, frozenset[str]]
"""For a local ID the Stripe IDs of the same person."""


class Pair(NamedTuple):
    """Who is proposed to whom."""

    local: str
    stripe: str
    points: float
    """The more, the surer; of any scale."""
    tier: str = ""


class Result(NamedTuple):
    """What a process found, and the most memory it took."""

    pairs: Sequence[Pair]
    megabytes: float


class Score(NamedTuple):
    """How right pairs are."""

    proposed: int
    right: int
    known: int
    """Of how many customers somebody at Stripe is the same person."""

    @property
    def wrong(self) -> int:
        """How many name somebody else."""
        return self.proposed - self.right

    @property
    def precision(self) -> float:
        """The share of the proposals that is right; 1 where there is none."""
        return self.right / self.proposed if self.proposed else 1.0

    @property
    def recall(self) -> float:
        """The share of those who are at Stripe that is found."""
        return self.right / self.known if self.known else 1.0


def score(pairs: Iterable[Pair], truth: Truth) -> Score:
    """Count who is rightly named; of several pairs of one customer only the surest counts."""
    best = list({pair.local: pair for pair in sorted(pairs, key=_by_points)}.values())
    right = sum(pair.stripe in truth[pair.local] for pair in best)
    return Score(len(best), right, sum(bool(same) for same in truth.values()))


def best_f1(pairs: Iterable[Pair], truth: Truth) -> tuple[float, float]:
    """Return the highest F1 that some threshold reaches, and the threshold."""
    known = sum(bool(same) for same in truth.values())
    best, proposed, right = (0.0, 0.0), 0, 0
    surest_first = sorted(pairs, key=_by_points, reverse=True)
    for points, level in groupby(surest_first, key=lambda pair: pair.points):  # a threshold cannot part equals
        for pair in level:
            proposed += 1
            right += pair.stripe in truth[pair.local]
        best = max(best, (2 * right / (proposed + known), points))
    return best


def write_result(pairs: Iterable[tuple[object, ...]], out: str) -> None:
    """Write pairs, and the most memory that this process has taken."""
    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    Path(out).write_text(json.dumps({"pairs": list(pairs), "megabytes": kilobytes / 1024}), encoding="utf-8")


def read_result(out: Path) -> Result:
    """Read what `write_result` has written."""
    result = json.loads(out.read_text("utf-8"))
    return Result([Pair(*pair) for pair in result["pairs"]], result["megabytes"])


def _by_points(pair: Pair) -> tuple[float, str, str]:
    return pair.points, pair.local, pair.stripe
