"""How much longer each command takes where there are more customers."""

import shutil
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from koalalink.store.sqlite.migrations import STEPS
from tests.bench.measure import TOP, koalalink, ratio
from tests.bench.stores import write_customers, write_stripe_customers

SIZES = (1_000, 10_000, 100_000, 1_000_000)
_RUNS = 7
_ALL = 3
"""Runs of what goes through all customers."""

_QUICK = {
    "customers list": ("customers", "list", "--json"),
    "customers list NAME": ("customers", "list", "maria garcia", "--json"),
    "search --offline": ("search", "ava johnsonbergton", "--offline", "--json"),
    "history": ("history", "--json"),
    "history CUSTOMER": ("history", "42", "--json"),
    "customers edit": ("customers", "edit", "42", "--notes", "of today"),
    "undo": ("undo",),
}
"""What touches few customers: as quick among many as among few."""
_WHOLE = {
    "status": ("status", "--json"),
    "duplicates": ("duplicates", "--json"),
    "customers export": ("customers", "export", "-", "--format", "csv"),
}
"""What goes through all customers: ten times as many take ten times as long."""
_FIRST_WRITE = ("customers", "add", "--first-name", "Ann")


def growth() -> None:
    """Every command that needs no Stripe at 10,000, 100,000 and 1,000,000 customers against the same at 1,000."""
    homes = {size: str(_home(size)) for size in SIZES}
    few = homes[SIZES[0]]
    for size in SIZES[1:]:
        print(f"{size:,} customers against {SIZES[0]:,}:")
        for commands, what, goal, runs in (
            (_QUICK, "a command about few", 1.3, _RUNS),
            (_WHOLE, "a command about all", 1.1 * size / SIZES[0], _ALL),
        ):
            for name, arguments in commands.items():
                print(f"{name}: ", end="")
                ours = koalalink(f"{what}, {size:,} customers", *arguments, KOALALINK_HOME=homes[size])
                rival = koalalink(f"{SIZES[0]:,}", *arguments, KOALALINK_HOME=few)
                if name == "undo":  # of a change of one customer
                    edit = _QUICK["customers edit"][:-1]
                    ours, rival = (
                        replace(each, prepare=koalalink("edit", *edit, "before", KOALALINK_HOME=home).run)
                        for each, home in ((ours, homes[size]), (rival, few))
                    )
                ratio(ours, rival, goal=goal, runs=runs)
        day = [
            replace(
                koalalink(f"the first change of a day, {count:,}", *_FIRST_WRITE, KOALALINK_HOME=homes[count]),
                prepare=lambda count=count: shutil.rmtree(Path(homes[count]) / "backups", ignore_errors=True),  # type: ignore[misc]
            )
            for count in (size, SIZES[0])
        ]
        ratio(day[0], day[1], goal=2, runs=_ALL, by="wall")
        for name, arguments in _WHOLE.items():
            koalalink(f"{name} at {size:,}", *arguments, KOALALINK_HOME=homes[size]).within(200)


def _home(size: int) -> Path:
    """Return a home with so many customers, imported in one change, and as many at Stripe; made once and kept."""
    home = Path(tempfile.gettempdir()) / f"koalalink-bench-grown-{size}-{len(STEPS)}"
    if not (home / "ready").exists():
        made = Path(tempfile.mkdtemp(prefix="koalalink-bench-"))
        # In a process of its own: what a process has taken counts as its children's memory, too.
        subprocess.run([sys.executable, "-m", "tests.bench.growth", str(made), str(size)], check=True, cwd=TOP)
        (made / "ready").touch()
        shutil.rmtree(home, ignore_errors=True)
        made.rename(home)
    return home


def _make(home: Path, size: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        ours, theirs = Path(folder) / "customers.csv", Path(folder) / "stripe.csv"
        write_customers(ours, size)
        write_stripe_customers(theirs, size)
        import_ = ("customers", "import", str(ours), "--no-verify", "-l", "main")
        koalalink("import", *import_, KOALALINK_HOME=str(home)).run()
        koalalink("sync", "sync", "-l", "main", "--from-csv", str(theirs), KOALALINK_HOME=str(home)).run()


if __name__ == "__main__":
    _make(Path(sys.argv[1]), int(sys.argv[2]))
