"""`python -m tests.torture NAME`."""

import argparse
import random
import shutil
import sys
import tempfile
import traceback
from collections import Counter
from itertools import cycle
from math import ceil
from pathlib import Path

from tests import postgres
from tests.stripe_server import StripeServer
from tests.torture.answers import COMMANDS, Commands, business, faults
from tests.torture.crash import SCENARIOS, Crashes, Moment, large_account
from tests.torture.fuzz import PARSERS
from tests.torture.fuzz import fuzz as read_anything
from tests.torture.restores import race
from tests.torture.servers import kill_the_server
from tests.torture.together import work_together


def crash(options: argparse.Namespace) -> int:
    """Kill commands at random moments; return how often something was lost."""
    print(f"Seed {options.seed}; imports are of {options.rows:,} rows. Kills in turns at:", *Moment, sep="\n- ")
    total: Counter[str] = Counter()
    folder = Path(tempfile.mkdtemp(prefix="koalalink-torture-"))
    with StripeServer([large_account()]) as stripe:
        crashes = Crashes(folder, stripe.url, seed=options.seed, rows=options.rows)
        for place, scenario in enumerate(SCENARIOS):
            model = crashes.model(scenario)
            moments = cycle(Moment)
            counts: Counter[str] = Counter()
            for _ in range(place, options.runs, len(SCENARIOS)):
                done = crashes.kill(scenario, model, next(moments))
                counts.update(
                    runs=1,
                    killed=done.killed,
                    in_transaction=done.in_transaction,
                    half_written=done.half_written,
                    losses=bool(done.losses),
                )
                for loss in done.losses:
                    print(f"LOST by {scenario.name}: {loss}")
            takes = " ".join(f"{seconds * 1000:4.0f}" for seconds in model.seconds.values())
            print(f"{scenario.name:18} {takes} ms: {_told(counts)}", flush=True)
            total += counts
    print(f"{'all':36} {_told(total)}")
    if not total["losses"]:
        shutil.rmtree(folder)
    return total["losses"]


def _told(counts: Counter[str]) -> str:
    return (
        f"{counts['runs']} runs, {counts['killed']} killed, {counts['in_transaction']} in a transaction "
        f"({counts['half_written']} half written), {counts['losses']} losses"
    )


def together(options: argparse.Namespace) -> int:
    """Let many processes work on one store, and one alone for comparison; return how much went wrong."""
    problems = 0
    for processes in (1, options.processes):
        with tempfile.TemporaryDirectory(prefix="koalalink-torture-") as home:
            done = work_together(Path(home), processes, "--seconds", str(options.seconds))
        latencies = sorted(done.latencies)
        p95, most = (round(latencies[ceil(share * len(latencies)) - 1] * 1000) for share in (0.95, 1))
        print(f"{processes:2} at work: {done.commands:,} commands, {done.refused:,} refused,", end=" ")
        print(f"{done.changes:,} changes, {len(done.problems)} problems;", end=" ")
        print(f"connect took {p95} ms (p95), {most} at the most", flush=True)
        for problem in done.problems:
            print(f"WRONG: {problem}")
        problems += len(done.problems)
    return problems


def shared(options: argparse.Namespace) -> int:
    """Let many processes work on one store on a server; return how much went wrong."""
    with postgres.store() as database, tempfile.TemporaryDirectory(prefix="koalalink-torture-") as home:
        length = ("--seconds", str(options.seconds))
        done = work_together(Path(home), options.processes, *length, url=postgres.url_of(database))
        [gaps] = postgres.administer("SELECT max(change) - count(*) AS size FROM changes", database=database)
    print(f"{options.processes} at work: {done.commands:,} commands, {done.refused:,} refused,", end=" ")
    print(f"{done.changes:,} changes, {gaps['size']} gaps, {len(done.problems)} problems")
    for problem in done.problems:
        print(f"WRONG: {problem}")
    return len(done.problems) + int(gaps["size"])


def servers(options: argparse.Namespace) -> int:
    """Kill a server at random moments; return how often something was lost, or half there."""
    done = kill_the_server(options.runs, seed=options.seed)
    told = ", ".join(f"{size:,} {what}" for what, size in done.said.most_common())
    print(f"Seed {options.seed}: {done.kills} kills; {told}; {len(done.problems)} problems")
    for problem in done.problems:
        print(f"WRONG: {problem}")
    return len(done.problems)


def fuzz(options: argparse.Namespace) -> int:
    """Read that many inputs of all kinds with every parser in turn; return how many parsers fell over."""
    total: Counter[str] = Counter()
    fallen = 0
    for parser in PARSERS:
        try:
            counts = read_anything(parser, options.examples // len(PARSERS))
        except Exception:
            fallen += 1
            print(f"{parser.name:22} FELL OVER", traceback.format_exc(), sep="\n", flush=True)
            continue
        total += counts
        print(f"{parser.name:22} {counts['read']:,} read, {counts['refused']:,} refused", flush=True)
    print(f"{'all':22} {total['read']:,} read, {total['refused']:,} refused; {fallen} fell over")
    return fallen


def restores(options: argparse.Namespace) -> int:
    """Let some processes restore a backup while others add; return how many who were added are nowhere."""
    with tempfile.TemporaryDirectory(prefix="koalalink-torture-") as home:
        done = race(Path(home), "--seconds", str(options.seconds))
    print(f"{done.added:,} added, {done.restored:,} restores, {done.refused:,} came too late; {len(done.lost)} lost")
    for problem in (*done.lost, *done.problems):
        print(f"WRONG: {problem}")
    return len(done.lost) + len(done.problems)


def answers(options: argparse.Namespace) -> int:
    """Try every command with everything that can be wrong with an answer; return how many have ended badly."""
    pairs = [(command, fault, after) for command in COMMANDS for fault in faults() for after in range(options.depth)]
    random.Random(options.seed).shuffle(pairs)
    wrong, longest = 0, ("", 0.0)
    with tempfile.TemporaryDirectory(prefix="koalalink-torture-") as home, StripeServer([business()]) as server:
        commands = Commands(Path(home), server)
        for command, fault, after in pairs[: options.pairs]:
            done = commands.attempt(command, fault, after)
            longest = max(longest, (f"{command}: {done.fault}", done.seconds), key=lambda told: told[1])
            wrong += bool(done.problems)
            for problem in done.problems:
                print(f"WRONG: {command}: {done.fault}: {problem}", flush=True)
    print(f"{min(len(pairs), options.pairs):,} pairs of command and fault, {wrong} ended badly", end="; ")
    print(f"the longest took {longest[1]:.1f} s ({longest[0]})")
    return wrong


def main() -> None:
    """Run what is named; exit 1 where something was lost."""
    parser = argparse.ArgumentParser(prog="python -m tests.torture")
    names = parser.add_subparsers(required=True)
    crashing = names.add_parser("crash", help=crash.__doc__)
    crashing.add_argument("--runs", type=int, default=200)
    crashing.add_argument("--rows", type=int, default=3000)
    crashing.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    crashing.set_defaults(run=crash)
    working = names.add_parser("together", help=together.__doc__)
    working.add_argument("--seconds", type=float, default=30)
    working.add_argument("--processes", type=int, default=16)
    working.set_defaults(run=together)
    restoring = names.add_parser("restores", help=restores.__doc__)
    restoring.add_argument("--seconds", type=float, default=60)
    restoring.set_defaults(run=restores)
    answering = names.add_parser("answers", help=answers.__doc__)
    answering.add_argument("--pairs", type=int, default=sys.maxsize)
    answering.add_argument("--depth", type=int, default=1, help="after how many good answers a fault begins")
    answering.add_argument("--seed", type=int, default=1)
    answering.set_defaults(run=answers)
    sharing = names.add_parser("shared", help=shared.__doc__)
    sharing.add_argument("--seconds", type=float, default=30)
    sharing.add_argument("--processes", type=int, default=16)
    sharing.set_defaults(run=shared)
    killing = names.add_parser("servers", help=servers.__doc__)
    killing.add_argument("--runs", type=int, default=100)
    killing.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    killing.set_defaults(run=servers)
    fuzzing = names.add_parser("fuzz", help=fuzz.__doc__)
    fuzzing.add_argument("--examples", type=int, default=100_000)
    fuzzing.set_defaults(run=fuzz)
    options = parser.parse_args()
    sys.exit(1 if options.run(options) else 0)


if __name__ == "__main__":
    main()
