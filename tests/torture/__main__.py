"""`python -m tests.torture NAME`."""

import argparse
import random
import shutil
import sys
import tempfile
from collections import Counter
from datetime import UTC, datetime
from itertools import cycle
from pathlib import Path

from koalalink.sandbox.people import accounts
from tests.stripe_server import StripeServer
from tests.torture.crash import SCENARIOS, Crashes, Moment


def crash(options: argparse.Namespace) -> int:
    """Kill commands at random moments; return how often something was lost."""
    print(f"Seed {options.seed}; imports are of {options.rows:,} rows. Kills in turns at:", *Moment, sep="\n- ")
    total: Counter[str] = Counter()
    folder = Path(tempfile.mkdtemp(prefix="koalalink-torture-"))
    with StripeServer(accounts(datetime.now(UTC).date())) as stripe:
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


def main() -> None:
    """Run what is named; exit 1 where something was lost."""
    parser = argparse.ArgumentParser(prog="python -m tests.torture")
    names = parser.add_subparsers(required=True)
    crashing = names.add_parser("crash", help=crash.__doc__)
    crashing.add_argument("--runs", type=int, default=200)
    crashing.add_argument("--rows", type=int, default=3000)
    crashing.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    crashing.set_defaults(run=crash)
    options = parser.parse_args()
    sys.exit(1 if options.run(options) else 0)


if __name__ == "__main__":
    main()
