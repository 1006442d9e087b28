"""`python -m tests.bench NAME`."""

import argparse
import json
import platform
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import replace
from functools import partial
from pathlib import Path

from koalalink.sandbox.sample_data import KEYS
from tests.bench.growth import growth
from tests.bench.matching import match
from tests.bench.measure import RATIOS, TOP, Contender, koalalink, ratio, script, table, worst_of
from tests.bench.sharing import shared
from tests.bench.stores import home_with, write_customers, write_stripe_customers


def startup() -> None:
    """A cold local command against a one-command Typer app, and a script with argparse, that print the same."""
    home = str(home_with(60))
    ours = koalalink("customers list --json", "customers", "list", "--json", KOALALINK_HOME=home)
    printed = ours.run()
    ratio(ours, script("a bare Typer app", "bare_typer.py", PRINTED=printed), goal=1.1)
    ratio(ours, script("argparse, sqlite3 and json", "plain_argparse.py", "--json", PRINTED=printed))


def search() -> None:
    """A cold search against the shortest script with Stripe's library that asks the same."""
    for delay in (0.1, 0.0):
        with tempfile.TemporaryDirectory() as home, _stripe(delay) as url:
            (Path(home) / "config.toml").write_text('[locations.downtown]\napi_key_env = "STRIPE_API_KEY"\n')
            asked = {"STRIPE_API_KEY": KEYS["downtown"], "KOALALINK_API_BASE": url, "KOALALINK_HOME": home}
            when = f"search, Stripe answering after {delay * 1000:.0f} ms"
            ours = koalalink(when, "search", "jane@x.com", "--json", **asked)
            rival = script("the shortest script", "stripe_search.py", EMAIL="jane@x.com", **asked)
            found = sorted(row["stripe_id"] for row in json.loads(ours.run()))
            if not found or found != sorted(row["id"] for row in json.loads(rival.run())):
                raise SystemExit(f"The two do not find the same customers; KoalaLink found {found}.")
            print(f"Stripe answers after {delay * 1000:.0f} ms; both find {', '.join(found)}.")
            # Where there is nothing to wait for, the processor's time tells more.
            ratio(ours, rival, goal=1.1, by="wall" if delay else "cpu")


def locations() -> None:
    """A search at eight locations against one at one location, Stripe answering after 300 ms."""
    with tempfile.TemporaryDirectory() as home, _stripe(0.3) as url:
        names = [f"shop{n}" for n in range(8)]
        sections = [f'[locations.{name}]\napi_key_env = "KEY"\napi_base = "{url}"\n' for name in names]
        (Path(home) / "config.toml").write_text("\n".join(sections))
        asked = {"KEY": KEYS["downtown"], "KOALALINK_HOME": home}
        eight = koalalink("eight locations", "search", "jane@x.com", "--json", **asked)
        one = koalalink("one location", "search", "jane@x.com", "--json", "-l", "shop0", **asked)
        answered = [len({row["location"] for row in json.loads(asking.run())}) for asking in (eight, one)]
        if answered != [8, 1]:
            raise SystemExit(f"Not all locations answered: {answered}.")
        ratio(eight, one, goal=1.3, by="wall")


def find() -> None:
    """A list with a query at a million customers against the same at a thousand."""
    many, few = str(home_with(1_000_000)), str(home_with(1_000))
    queries = (
        "jane;maria garcia;ava johnsonbergton;emily.bell17@example;5550;0142;cus_000;cus_00000003c4;bo;x;"
        "nobody at all;garcia wu"
    )
    worst = 0.0
    for query in queries.split(";"):
        print(f"“{query}”: ", end="")
        contenders = [
            koalalink(name, "customers", "list", query, "--json", KOALALINK_HOME=home)
            for name, home in (("a million", many), ("a thousand", few))
        ]
        worst = max(worst, ratio(contenders[0], contenders[1], goal=1.3, runs=15))
    print(f"worst ratio: {worst:.2f}")


def offline() -> None:
    """A search among 20,000 copied Stripe customers against a one-command Typer app that prints the same."""
    with tempfile.TemporaryDirectory() as folder:
        file, home = Path(folder) / "customers.csv", str(Path(folder) / "home")
        write_stripe_customers(file, 20_000)
        koalalink("sync", "sync", "-l", "main", "--from-csv", str(file), KOALALINK_HOME=home).run()
        queries = {"as it is written": "ava johnsonbergton", "with a typing error": "ava johnsnbergton"}
        for how, query in queries.items():
            ours = koalalink(f"a name {how}", "search", query, "--offline", "--json", KOALALINK_HOME=home)
            found = ours.run()
            if "Johnsonbergton" not in found:
                raise SystemExit("KoalaLink does not find her.")
            ratio(ours, script("a bare Typer app", "bare_typer.py", PRINTED=found), goal=1.2)


def completion() -> None:
    """What Tab proposes, at a thousand customers and at a million, against a fixed list in a one-command Typer app."""
    for shell in ("bash", "fish"):
        asked = {"COMP_CWORD": "2", "_TYPER_COMPLETE_FISH_ACTION": "get-args"}
        rival = script(
            "a fixed list",
            "fixed_completion.py",
            _FIXED_COMPLETE=f"complete_{shell}",
            COMP_WORDS="fixed 4",
            _TYPER_COMPLETE_ARGS="fixed 4",
            **{**asked, "COMP_CWORD": "1"},
        )
        for size in (1_000, 1_000_000):
            ours = koalalink(
                f"{shell}, {size:,} customers",
                KOALALINK_HOME=str(home_with(size)),
                _KOALALINK_COMPLETE=f"complete_{shell}",
                COMP_WORDS="koalalink show 4",
                _TYPER_COMPLETE_ARGS="koalalink show 4",
                **asked,
            )
            if "42" not in ours.run() or "42" not in rival.run():
                raise SystemExit("One of the two proposes nothing.")
            ratio(ours, rival, goal=1.2)


def import_() -> None:
    """100,000 customers with Stripe IDs against `sqlite-utils insert --csv` of the same file; and a million."""
    with tempfile.TemporaryDirectory() as folder:
        top = Path(folder)
        contenders = {}
        for size in (100_000, 1_000_000):
            file, home = top / f"{size}.csv", top / f"home{size}"
            write_customers(file, size)
            contenders[size] = replace(
                koalalink(
                    f"import of {size:,}",
                    *("customers", "import", str(file), "--no-verify", "-l", "downtown"),
                    KOALALINK_HOME=str(home),
                ),
                prepare=partial(shutil.rmtree, home, ignore_errors=True),
            )
        database = top / "rival.db"
        insert = [sys.executable, "-m", "sqlite_utils", "insert", str(database), "customers", str(top / "100000.csv")]
        rival = Contender("sqlite-utils", [*insert, "--csv"], {}, prepare=partial(database.unlink, missing_ok=True))
        ratio(contenders[100_000], rival, goal=0.7, runs=5)
        contenders[100_000].within(200)
        ratio(contenders[1_000_000], contenders[100_000], goal=11, runs=1)
        contenders[1_000_000].within(200)
        undoing = replace(
            koalalink("undo of 100,000", "undo", "--yes", KOALALINK_HOME=str(top / "home100000")),
            prepare=contenders[100_000].run,
        )
        ratio(undoing, contenders[100_000], goal=0.6, runs=3)
        undoing.within(150)


def sync() -> None:
    """A copy of 20,000 Stripe customers against a loop with auto_paging_iter, Stripe answering after 200 ms."""
    command = [sys.executable, "-m", "tests.bench.listing_server", "20000", "0.2"]
    with (
        tempfile.TemporaryDirectory() as folder,
        subprocess.Popen(command, cwd=TOP, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server,
    ):
        assert server.stdout
        assert server.stdin
        home, copy = Path(folder) / "home", Path(folder) / "copy.db"
        url = server.stdout.readline().strip()
        asked = {"STRIPE_API_KEY": "rk_test_0123456789abcdef", "KOALALINK_API_BASE": url, "KOALALINK_HOME": str(home)}
        ours = replace(
            koalalink("sync", "sync", "--json", **asked), prepare=partial(shutil.rmtree, home, ignore_errors=True)
        )
        rival = script("auto_paging_iter", "stripe_copy.py", COPY=str(copy), **asked)
        ours.run()
        server.stdin.write("\n")
        server.stdin.flush()
        requests, busiest = map(int, server.stdout.readline().split())
        print(f"{requests} requests, {busiest} within the busiest second (allowed are 25)")
        rival.run()
        with sqlite3.connect(home / "customers.db") as mine, sqlite3.connect(copy) as theirs:
            sql = "SELECT stripe_id, name, email, phone, created, json_extract(card, '$[2]') FROM directory ORDER BY 1"
            if mine.execute(sql).fetchall() != theirs.execute("SELECT * FROM customers ORDER BY 1").fetchall():
                raise SystemExit("The two have not copied the same.")
        ratio(ours, rival, goal=0.25, runs=3, by="wall")
        server.stdin.close()


@contextmanager
def _stripe(delay: float) -> Iterator[str]:
    command = [sys.executable, "-m", "tests.stripe_server", "--delay", str(delay)]
    with subprocess.Popen(command, cwd=TOP, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout
        assert server.stdin
        yield server.stdout.readline().strip()
        server.stdin.close()


BENCHMARKS = {
    benchmark.__name__.strip("_"): benchmark
    for benchmark in (startup, search, locations, offline, find, completion, growth, import_, sync, match, shared)
}


def main() -> None:
    """Run the benchmark that is named, or all, and at the end print a table of them."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="".join(f"\n  {name:10} {benchmark.__doc__}" for name, benchmark in BENCHMARKS.items()),
    )
    parser.add_argument("name", choices=[*BENCHMARKS, "all"])
    parser.add_argument("--markdown", action="store_true", help="print nothing but a table, for README")
    options = parser.parse_args()
    chosen = BENCHMARKS if options.name == "all" else {options.name: BENCHMARKS[options.name]}
    rows = []
    with redirect_stdout(sys.stderr if options.markdown else sys.stdout):
        for name, benchmark in chosen.items():
            print(f"{name}: Python {platform.python_version()}, {platform.machine()}. {benchmark.__doc__}", flush=True)
            RATIOS.clear()
            benchmark()
            rows += [(name, each) for each in worst_of(RATIOS)]
    if options.markdown:
        print(table(rows))


main()
