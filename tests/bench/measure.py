"""Whole cold processes, run in turns, and the ratio of their medians.

These machines are noisy: only a ratio against a rival in the same run means anything.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

TOP = Path(__file__).parents[2]
RUNS = 21
_HOME = tempfile.TemporaryDirectory(prefix="koalalink-bench-home-")  # Stripe's library writes into the user's


@dataclass(frozen=True)
class Contender:
    """A command, and the environment that it needs besides the usual."""

    name: str
    command: Sequence[str]
    environ: dict[str, str]
    prepare: Callable[[], None] = lambda: None
    """Done before each run, and not measured."""

    def run(self) -> str:
        """Run it once and return what it prints."""
        self.prepare()
        usual = {"PATH": os.environ["PATH"], "PYTHONPATH": str(TOP), "LANG": "C.UTF-8", "HOME": _HOME.name}
        done = subprocess.run(
            self.command, env=usual | self.environ, cwd=TOP, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise SystemExit(f"{self.name} failed ({done.returncode}): {done.stderr}")
        return done.stdout

    def seconds(self) -> float:
        """Run it once and return how long it took."""
        self.prepare()
        started = time.perf_counter()
        replace(self, prepare=lambda: None).run()
        return time.perf_counter() - started


def koalalink(name: str, *arguments: str, **environ: str) -> Contender:
    """The program itself, as its console script starts it."""
    start = "import sys; sys.argv[0] = 'koalalink'; from koalalink.cli import app; sys.exit(app())"
    return Contender(name, [sys.executable, "-c", start, *arguments], environ)


def script(name: str, file: str, *arguments: str, **environ: str) -> Contender:
    """A rival in `tests/bench/rivals`."""
    return Contender(name, [sys.executable, str(Path(__file__).parent / "rivals" / file), *arguments], environ)


def ratio(ours: Contender, rival: Contender, *, goal: float, runs: int = RUNS) -> float:
    """Run both in turns, print the median times and the median ratio of neighbouring runs, and return that."""
    for contender in (ours, rival) * (2 if runs > 5 else 1):  # byte-code and the disk's cache
        contender.run()
    times: dict[str, list[float]] = {ours.name: [], rival.name: []}
    for _ in range(runs):
        for contender in (ours, rival):
            times[contender.name].append(contender.seconds())
    mine, its = (statistics.median(times[contender.name]) for contender in (ours, rival))
    # Of two runs side by side: what slows the machine for a while slows both.
    quotient = statistics.median(a / b for a, b in zip(times[ours.name], times[rival.name], strict=True))
    verdict = "reached" if quotient <= goal else "missed"
    print(f"{ours.name}: {mine * 1000:.0f} ms; {rival.name}: {its * 1000:.0f} ms; ", end="")
    print(f"ratio {quotient:.3g} (goal at most {goal:.3g}, {verdict}; medians of {runs})", flush=True)
    return quotient
