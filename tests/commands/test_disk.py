"""Disks that are full, locked or gone, in every command that writes: one sentence, and everything is as before."""

import gc
import os
import re
import resource
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from koalalink.app import App
from koalalink.domain.customers.customer import CustomerDetails
from koalalink.store.backup import snapshot
from koalalink.store.sqlite.database import SQLiteDatabase
from tests.commands.samples import SAMPLES, WRITING, prepare, written
from tests.conftest import Run, in_a_file
from tests.test_cli import environment
from tests.torture.checks import disagreements

_LARGE = 10_000_000
_LONG = "".join(f"{number:x} " for number in range(100_000, 125_000))
_SHARED_MEMORY = 32768
"""Bytes of the file beside a store that says who reads and writes; without it the store cannot be opened."""


@contextmanager
def full_at(size: int) -> Iterator[None]:
    """Let no file grow beyond that many bytes: the same for a program as a disk that is full."""
    before, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, most))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (before, most))


def files(folder: Path) -> dict[Path, bytes]:
    """Return the files of a folder and those in it, but for the store's, and the rows that an import leaves for you.

    Those are in their place before the change is: a row must not be in neither.
    """
    found = [file for file in folder.rglob("*") if file.is_file()]
    left = (file for file in found if not re.search(r"customers\.db|\.rejects\.csv$", file.name))
    return {file: file.read_bytes() for file in left if file.parent.name != "backups"}  # made before the change


INTO_THE_CONFIGURATION = ["init", "locations-add", "locations-set-key", "locations-remove"]
INTO_THE_STORE = [name for name in WRITING if name not in INTO_THE_CONFIGURATION]


@in_a_file
@pytest.mark.parametrize("name", INTO_THE_STORE)
def test_full_disk_in_the_middle_of_a_change_leaves_nothing_of_it(live: Run, koala: App, name: str) -> None:
    """Half a page of it can still be written. Once there is room the command goes through."""
    prepare(live, name)
    with closing(sqlite3.connect(koala.config.store_path)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM customers").fetchall()  # for its sake the log is kept, and grows
        koala.store.add(CustomerDetails(first_name="Ann", notes=_LONG))
        koala.close()
        before = written(koala.home, name), files(Path.cwd())
        log = koala.home / "customers.db-wal"
        assert log.stat().st_size > _SHARED_MEMORY
        with full_at(log.stat().st_size + 2000):
            result = live(*SAMPLES[name].line)
        _expect_refusal(result, 7, "customers.db cannot be read or written.")
        koala.close()
        assert (written(koala.home, name), files(Path.cwd())) == before
        assert disagreements(koala.config.store_path) == []
    assert live(*SAMPLES[name].line).exit_code == 0


@in_a_file
@pytest.mark.parametrize("name", INTO_THE_STORE)
def test_full_disk_from_the_start_is_told(live: Run, koala: App, name: str) -> None:
    """The store cannot be opened then, nor read."""
    prepare(live, name)
    koala.close()
    before = written(koala.home, name), files(Path.cwd())
    with full_at(0):
        result = live(*SAMPLES[name].line)
    koala.close()
    _expect_refusal(result, 7, "db cannot be read or written.")
    assert (written(koala.home, name), files(Path.cwd())) == before


@pytest.mark.parametrize("name", INTO_THE_CONFIGURATION)
def test_full_disk_leaves_the_configuration_as_it_was(live: Run, koala: App, name: str) -> None:
    """Whole, and nothing beside it."""
    before = files(Path.cwd())
    with full_at(0):
        result = live(*SAMPLES[name].line)
    _expect_refusal(result, 7, "config.toml cannot be written: File too large.")
    assert files(Path.cwd()) == before


@in_a_file
@pytest.mark.parametrize("name", INTO_THE_STORE)
def test_store_that_another_program_keeps_locked_is_told(
    live: Run, koala: App, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """After a while of waiting."""
    monkeypatch.setattr(snapshot, "_PATIENCE", 0.01)
    prepare(live, name)
    koala.close()
    before = written(koala.home, name), files(Path.cwd())
    with closing(sqlite3.connect(koala.config.store_path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        koala.__dict__["_database"] = SQLiteDatabase(koala.config.store_path, busy_wait=0.01)
        result = live(*SAMPLES[name].line)
        koala.close()
    _expect_refusal(result, 7, "customers.db is in use by another program.")
    assert (written(koala.home, name), files(Path.cwd())) == before


def _expect_refusal(result: Result, code: int, said: str) -> None:
    assert result.exit_code == code, result.stderr
    # verify and match tell before they note
    assert result.stdout == "" or result.stdout.startswith("customer\tlocation\tstripe_id\t")
    [error] = [line for line in result.stderr.splitlines() if line.startswith("Error: ")]
    assert error.endswith(said)
    assert result.stderr.splitlines()[-1].startswith("Hint: ")


_FILES = [
    *[("customers", "export", f"out.{kind}") for kind in ("csv", "json", "xlsx")],
    ("status", "--call-list", "out.csv"),
    ("status", "--svg", "out.svg"),
    ("status", "--html", "out.html"),
]


@pytest.mark.parametrize("line", _FILES, ids=" ".join)
def test_full_disk_leaves_the_old_file(live: Run, koala: App, line: tuple[str, ...]) -> None:
    """And nothing beside it, nor anything that complains when it is cleaned up."""
    assert live(*line).exit_code == 0
    Path(line[-1]).write_text("old")
    before = files(Path.cwd())
    with full_at(10):
        result = live(*line, "--yes")
    assert result.exit_code == 7
    assert f"Error: {line[-1]} cannot be written: File too large.\nHint: " in result.stderr
    assert files(Path.cwd()) == before
    koala.close()
    gc.collect()


def test_full_disk_keeps_an_import_from_losing_rejected_rows(live: Run, koala: App) -> None:
    """The rows that are in neither the store nor the file of rejects."""
    before = written(koala.home, "")
    with full_at(10):
        result = live("customers", "import", "people.csv")
    assert result.exit_code == 7
    assert "Error: people.rejects.csv cannot be written: File too large." in result.stderr
    assert written(koala.home, "") == before
    assert not [*Path.cwd().glob("*rejects*")]


def test_full_disk_for_what_comes_through_a_pipe_is_told(live: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is kept in a file, to be read more than once; also where none can be made at all."""
    with full_at(10):
        result = live("customers", "import", "-", input="Email\njane@x.com\n")
    assert (result.exit_code, "cannot be saved to the disk: File too large." in result.stderr) == (7, True)
    monkeypatch.setattr(tempfile, "tempdir", None)
    with full_at(0):
        result = live("customers", "import", "-", input="Email\njane@x.com\n")
    assert (result.exit_code, "cannot be saved to the disk: No usable temporary" in result.stderr) == (7, True)


def test_what_is_no_file_is_not_replaced_by_one(live: Run) -> None:
    """Whoever may would have a file where /dev/null was."""
    os.mkfifo("pipe")
    result = live("customers", "export", "pipe")
    assert (result.exit_code, "is a device or a pipe" in result.stderr) == (2, True)
    assert Path("pipe").is_fifo()


def test_link_to_a_file_stays_a_link(live: Run) -> None:
    """What is written is in the file that it leads to."""
    Path("folder").mkdir()
    Path("link.csv").symlink_to("folder/real.csv")
    assert live("customers", "export", "link.csv").exit_code == 0
    assert Path("link.csv").is_symlink()
    assert "jane@x.com" in Path("folder/real.csv").read_text()
    assert [file.name for file in Path("folder").iterdir()] == ["real.csv"]


@pytest.mark.parametrize(
    "line",
    [
        ("customers", "list"),
        ("customers", "list", "--json"),
        ("customers", "add", "--first-name", "Ann"),
        ("customers", "export", "-"),
        ("customers", "export", "-", "--format", "json"),
        ("customers", "export", "-", "--format", "xlsx"),
        ("history",),
        ("doctor",),
        ("--help",),
    ],
    ids=" ".join,
)
@pytest.mark.parametrize("unbuffered", [{}, {"PYTHONUNBUFFERED": "1"}], ids=["", "unbuffered"])
def test_output_into_a_full_disk_is_told(koala: App, line: tuple[str, ...], unbuffered: dict[str, str]) -> None:
    """Exit 7, and no traceback of Python's, which would like to write the rest at its end; as in a container, too."""
    for name in ("Bea", "Cea"):
        koala.store.add(CustomerDetails(first_name=name, notes=_LONG))
    koala.close()
    done = _run_with_full_file("stdout", koala.home, line, **unbuffered)
    error, hint = done.stderr.splitlines()
    assert (done.returncode, error) == (7, "Error: The output cannot be written: File too large.")
    assert hint.startswith("Hint: ")


@pytest.mark.parametrize(("line", "code"), [(("show", "99"), 4), (("customers", "list"), 0), (("connect",), 2)])
def test_code_tells_where_stderr_cannot_be_written(koala: App, line: tuple[str, ...], code: int) -> None:
    """There is nothing else that could."""
    koala.close()
    assert _run_with_full_file("stderr", koala.home, line).returncode == code


def _run_with_full_file(
    stream: str, home: Path, line: tuple[str, ...], **more: str
) -> "subprocess.CompletedProcess[str]":
    streams: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with Path("full").open("ab") as full:
        full.truncate(_LARGE)
        with full_at(_LARGE):
            return subprocess.run(
                [sys.executable, "-m", "koalalink", *line],
                env=environment(home, **more),
                **streams | {stream: full},
                text=True,
                check=False,
            )


def test_folder_that_is_gone_keeps_nobody_from_working(koala: App, tmp_path: Path) -> None:
    """Where the shell stands in it; a file in it is told to be missing."""
    koala.close()
    gone = tmp_path / "gone"
    for typed, code, said in (
        ("customers list", 0, ""),
        ("unlink 1", 0, "To link again"),
        ("customers import people.csv", 4, "There is no file people.csv."),
        ("customers export out.csv", 2, "out.csv cannot be written: No such file or directory."),
        ("customers list", 7, "The store home/customers.db cannot be opened: No such file or directory."),
    ):
        script = f'cd "{gone}" && rmdir "{gone}" && exec "{sys.executable}" -P -m koalalink {typed}'
        gone.mkdir()
        done = subprocess.run(
            ["sh", "-c", script],
            env=environment(Path("home") if code == 7 else koala.home),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == code, done.stderr
        assert said in done.stderr
        assert "Traceback" not in done.stderr
