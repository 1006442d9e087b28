"""Whole cold processes, run in turns, and the ratio of their medians.

These machines are noisy: only a ratio against a rival in the same run means anything.
"""

import os
import platform
import resource
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Literal, NamedTuple

TOP = Path(__file__).parents[2]
RUNS = 21
_HOME = tempfile.TemporaryDirectory(prefix="koalalink-bench-home-")  # Stripe's library writes into the user's


@dataclass(frozen=True)
class Contender:
    """A command, and the environment that it needs besides the usual."""

    name: str
    command: Sequence[str]
    environ: dict[str, str]
    prepare: Callable[[], object] = lambda: None
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

    def megabytes(self) -> float:
        """Run it once and return the most memory that it has taken."""
        # From a small process of its own: what a process has taken counts as its children's, too.
        measure = "import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True, stdout=sys.stderr); "
        measure += "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
        return int(replace(self, command=[sys.executable, "-c", measure, *self.command]).run()) / 1024

    def within(self, megabytes: float) -> None:
        """Run it once and print the most memory that it has taken, and whether that is within a goal."""
        used = self.megabytes()
        verdict = "reached" if used <= megabytes else "missed"
        print(f"{self.name}: {used:.0f} MB (goal at most {megabytes:.0f}, {verdict})", flush=True)

    def seconds(self) -> "Seconds":
        """Run it once and return how long it took."""
        self.prepare()
        before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        replace(self, prepare=lambda: None).run()
        wall, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
        return Seconds(wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


class Seconds(NamedTuple):
    """How long a process took, by the clock and of the processor's time."""

    wall: float
    cpu: float


class Ratio(NamedTuple):
    """What was measured."""

    ours: str
    rival: str
    quotient: float
    goal: float | None = None
    """None is a yardstick that is only looked at."""

    @property
    def verdict(self) -> str:
        """Whether the goal was reached; nothing where there is none."""
        return "" if self.goal is None else "reached" if self.quotient <= self.goal else "missed"


RATIOS: list[Ratio] = []
"""Everything that this process has measured."""


def worst_of(measured: Sequence[Ratio]) -> list[Ratio]:
    """Return of each two that were compared several times the worst ratio, in the order in which they came."""
    worst: dict[tuple[str, str], Ratio] = {}
    for each in measured:
        known = worst.setdefault((each.ours, each.rival), each)
        if each.quotient > known.quotient:
            worst[each.ours, each.rival] = each
    return list(worst.values())


def table(rows: Sequence[tuple[str, Ratio]]) -> str:
    """Return ratios by benchmark as a table in Markdown, with what they were measured on."""
    lines = [
        f"| {name} | {each.ours} | {each.rival} | {each.quotient:.2f} | "
        f"{'' if each.goal is None else format(each.goal, '.3g')} | {each.verdict} |"
        for name, each in rows
    ]
    versions = ", ".join(f"{name} {version(name)}" for name in ("typer", "stripe", "rich"))
    machine = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores"
    where = (
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {versions}; {machine}; {date.today()}"
    )
    head = ["| Benchmark | KoalaLink | compared with | Ratio | Goal | |", "|---|---|---|---|---|---|"]
    return "\n".join([f"{where}.", "", *head, *lines])


def koalalink(name: str, *arguments: str, **environ: str) -> Contender:
    """The program itself, as its console script starts it."""
    start = "import sys; sys.argv[0] = 'koalalink'; from koalalink.__main__ import main; main()"
    return Contender(name, [sys.executable, "-c", start, *arguments], environ)


def script(name: str, file: str, *arguments: str, **environ: str) -> Contender:
    """A rival in `tests/bench/rivals`."""
    return Contender(name, [sys.executable, str(Path(__file__).parent / "rivals" / file), *arguments], environ)


def ratio(
    ours: Contender,
    rival: Contender,
    *,
    goal: float | None = None,
    runs: int = RUNS,
    by: Literal["wall", "cpu"] = "cpu",
) -> float:
    """Run both in turns, print the median times and the median ratios of neighbouring runs, and return that of `by`.

    Where something else than the processor is waited for, only the clock tells.
    """
    for contender in (ours, rival) * (2 if runs > 5 else 1):  # byte-code and the disk's cache
        contender.run()
    times: dict[str, list[Seconds]] = {ours.name: [], rival.name: []}
    for _ in range(runs):
        for contender in (ours, rival):
            times[contender.name].append(contender.seconds())
    # Of two runs side by side: what slows the machine for a while slows both.
    pairs = [*zip(times[ours.name], times[rival.name], strict=True)]
    quotients = {
        "wall": statistics.median(mine.wall / its.wall for mine, its in pairs),
        "cpu": statistics.median(mine.cpu / its.cpu for mine, its in pairs),
    }
    for name, measured in times.items():
        wall, cpu = (statistics.median(getattr(each, what) for each in measured) * 1000 for what in ("wall", "cpu"))
        print(f"{name}: {wall:.0f} ms, of which CPU {cpu:.0f}; ", end="")
    quotient = quotients[by]
    RATIOS.append(found := Ratio(ours.name, rival.name, quotient, goal))
    both = ", ".join(f"{what} {each:.3g}" for what, each in quotients.items())
    aim = f"goal by {by} at most {goal:.3g}, {found.verdict}; " if goal else ""
    print(f"ratio {both} ({aim}medians of {runs})", flush=True)
    return quotient
