"""`python -m tests.mutants`: break the rules of identity in every way, and count how many of these a test notices."""

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue

from tests.mutants import Mutant, mutants
from tests.test_cli import TOP

MODULES = ("domain/identity/rules.py", "domain/identity/person.py", "operations/linking/link_gate.py")
TESTS = ("tests/domain", "tests/operations", "tests/commands/test_links.py", "tests/commands/test_contradicting.py")
_PATIENCE = 180  # seconds


def main() -> None:
    """Try them, several at the same time; 1 where more live than were agreed to."""
    options = argparse.ArgumentParser()
    options.add_argument("--sample", type=int, default=0, help="only so many, chosen at random")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--floor", type=float, default=0.0, help="the share that has to be noticed")
    told = options.parse_args()
    every = [(module, each) for module in MODULES for each in mutants((TOP / "koalalink" / module).read_text())]
    chosen = random.Random(told.seed).sample(every, min(told.sample or len(every), len(every)))
    workers = os.cpu_count() or 1
    copies: SimpleQueue[Path] = SimpleQueue()
    with tempfile.TemporaryDirectory() as folder:
        for number in range(workers):
            copies.put(_copied(Path(folder) / str(number)))
        with ThreadPoolExecutor(workers) as pool:
            noticed = [*pool.map(lambda pair: _is_noticed(pair[0], pair[1], copies), chosen)]
    for (module, mutant), seen in zip(chosen, noticed, strict=True):
        if not seen:
            print(f"lives: {module}:{mutant.line}: {mutant.what}")
    share = sum(noticed) / len(noticed)
    print(f"{sum(noticed)} of {len(noticed)} noticed ({share:.1%}); there are {len(every)}.")
    sys.exit(share < told.floor)


def _copied(place: Path) -> Path:
    ignored = shutil.ignore_patterns(".git", "__pycache__", ".*_cache", ".hypothesis")
    shutil.copytree(TOP, place, ignore=ignored)
    return place


def _is_noticed(module: str, mutant: Mutant, copies: "SimpleQueue[Path]") -> bool:
    """Tell whether a test fails where a module was changed, in one of the copies."""
    top = copies.get()
    file = top / "koalalink" / module
    before = file.read_text()
    try:
        file.write_text(mutant.source)
        line = [sys.executable, "-m", "pytest", "-x", "-n", "0", "-p", "no:cacheprovider", *TESTS]
        environ = {**os.environ, "PYTHONPATH": str(top), "PYTHONDONTWRITEBYTECODE": "1"}
        done = subprocess.run(line, cwd=top, env=environ, capture_output=True, timeout=_PATIENCE, check=False)
        return done.returncode != 0
    except subprocess.TimeoutExpired:  # it goes round for ever
        return True
    finally:
        file.write_text(before)
        copies.put(top)


if __name__ == "__main__":
    main()
