"""`match`: how right the proposals are, and how quick and small the process that makes them."""

import sys
import tempfile
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from itertools import accumulate
from pathlib import Path
from typing import NamedTuple, get_args

from tests.bench.measure import Contender, ratio, script
from tests.bench.pairs import Pair, Result, Score, Truth, best_f1, read_result, score
from tests.linkage import Name, labelled, read


class Goals(NamedTuple):
    """What the proposals of a set have to reach."""

    recalls: Mapping[str, float]
    """Of each tier with those before it, surest first."""
    precisions: Mapping[str, float]


GOALS: Mapping[Name, Goals] = {
    "typical": Goals({"certain": 0.6, "likely": 0.85, "review": 0.972}, {"certain": 1.0, "likely": 0.997}),
    "hard": Goals({"certain": 0.3, "likely": 0.66, "review": 0.897}, {"certain": 1.0, "likely": 0.99}),
    "typical2": Goals({"certain": 0.6, "likely": 0.85, "review": 0.972}, {"certain": 1.0, "likely": 0.997}),
    "hard2": Goals({"certain": 0.3, "likely": 0.66, "review": 0.897}, {"certain": 1.0, "likely": 0.99}),
    # With descriptions, and the holders of cards.
    "typical2+": Goals({"certain": 0.638, "likely": 0.873, "review": 0.979}, {"certain": 1.0, "likely": 0.997}),
    "hard2+": Goals({"certain": 0.358, "likely": 0.718, "review": 0.924}, {"certain": 1.0, "likely": 0.99}),
}
MISSED: Mapping[tuple[Name, str], float] = {("typical2+", "certain"): 0.627, ("hard2+", "certain"): 0.345}
"""Goals that are not reached, and what is held meanwhile: a card of somebody else is never certain."""
_FEBRL = 0.9916
_RIVALS = {"splink": 0.09, "recordlinkage": 1.0}
"""The goals of the time, as a share of theirs."""


class Tier(NamedTuple):
    """The proposals of a tier, and the recall with those before it."""

    name: str
    own: Score
    recall: float


def tiers(pairs: Sequence[Pair], truth: Truth, names: Mapping[str, float]) -> list[Tier]:
    """Score each tier by itself, in the order of the names."""
    own = [score([pair for pair in pairs if pair.tier == name], truth) for name in names]
    recalls = accumulate(each.recall for each in own)
    return [Tier(*each) for each in zip(names, own, recalls, strict=True)]


def match() -> None:
    """Proposals: right ones and wrong ones of labelled people; time and memory against Splink and recordlinkage."""
    with tempfile.TemporaryDirectory() as folder:
        top = Path(folder)
        _quality(top)
        _speed(top)
        _growth(top)


def _quality(top: Path) -> None:
    for name in get_args(Name):
        truth = labelled(name).truth
        ours = _koalalink(name, top, name)
        ours.run()
        pairs = _result(ours).pairs
        if name not in GOALS:
            f1, points = best_f1(pairs, truth)
            print(f"{name}: best F1 {_beside(f1, _FEBRL)}, from {points:.1f} points on", flush=True)
            continue
        goals = GOALS[name]
        for tier, own, recall in tiers(pairs, truth, goals.recalls):
            print(f"{name}, {tier}: {own.proposed} proposals, {own.wrong} wrong, ", end="")
            print(f"precision {_beside(own.precision, goals.precisions.get(tier))}; ", end="")
            print(f"recall so far {_beside(recall, goals.recalls[tier])}", flush=True)


def _speed(top: Path) -> None:
    files = _people(top, 10_000, 10_000)
    truth = read(*files).truth
    ours = _koalalink("KoalaLink", top, *map(str, files))
    ours.run()
    found = _result(ours)
    print("10,000 customers and 10,000 of Stripe's, who are harder to tell apart than those above:")
    for tier, own, recall in tiers(found.pairs, truth, GOALS["typical"].recalls):
        print(f"KoalaLink, {tier}: {_in_words(own)}; recall so far {recall:.4f}", flush=True)
    for name, goal in _RIVALS.items():
        if find_spec(name) is None:
            print(f"{name} is not installed: pip install --group bench", flush=True)
            continue
        rival = script(name, f"{name}_people.py", *map(str, files), str(top / name))
        ratio(ours, rival, goal=goal, runs=5)
        found = _result(rival)
        print(f"{name}: {_in_words(score(found.pairs, truth))}, {found.megabytes:.0f} MB", flush=True)


def _growth(top: Path) -> None:
    many, few = (
        _koalalink(f"{size:,}", top, *map(str, _people(top, size, size * 105 // 100))) for size in (100_000, 10_000)
    )
    ratio(many, few, goal=11, runs=1)
    memory = _result(many).megabytes
    print(f"memory for 100,000: {memory:.0f} MB (goal at most 320, {'reached' if memory <= 320 else 'missed'})")


def _koalalink(name: str, top: Path, *people: str) -> Contender:
    return Contender(name, [sys.executable, "-m", "tests.bench.proposals", *people, str(top / name)], {})


def _result(contender: Contender) -> Result:
    return read_result(Path(contender.command[-1]))


def _people(top: Path, locals: int, stripes: int) -> tuple[Path, Path]:
    folder = top / f"{locals}-{stripes}"
    folder.mkdir()
    command = [sys.executable, "-m", "tests.bench.people", str(folder), str(locals), str(stripes), "1"]
    Contender("people", command, {}).run()
    return folder / "local.csv", folder / "stripe.csv"


def _beside(value: float, goal: float | None) -> str:
    if goal is None:
        return f"{value:.4f}"
    return f"{value:.4f} (goal at least {goal:g}, {'reached' if value >= goal else 'missed'})"


def _in_words(own: Score) -> str:
    return f"{own.proposed} proposals, {own.wrong} wrong, precision {own.precision:.4f}, recall {own.recall:.4f}"
