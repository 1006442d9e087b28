"""The daily copy of a large store: made by a process of its own, of the moment before the first change."""

import signal
import sqlite3
import subprocess
import sys
from contextlib import closing, suppress
from datetime import date, timedelta
from pathlib import Path

import pytest

from koalalink.atomic_files import Disk
from koalalink.domain.customers.customer import CustomerDetails
from koalalink.store.backup import background, copy_mark, copy_worker, daily
from koalalink.store.backup.copy_mark import Copying
from tests.conftest import NOW
from tests.store.conftest import open_store
from tests.test_cli import TOP, environment

_DAY = date(2026, 11, 2)


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store with Ann, which is large enough."""
    monkeypatch.setattr(daily, "_LARGE", 0)
    path = tmp_path / "home" / "customers.db"
    path.parent.mkdir()
    add(path, "Ann")
    return path


def add(path: Path, name: str) -> None:
    """Add a customer."""
    store = open_store(path)
    store.add(CustomerDetails(first_name=name))
    store.close()


def names(path: Path) -> list[str]:
    """Who is in a store, without opening it as one."""
    with closing(sqlite3.connect(path)) as db:
        return [name for (name,) in db.execute("SELECT first_name FROM customers ORDER BY customer")]


def wait_until_made(target: Path) -> None:
    """Return when the process that makes a copy has ended: it holds the mark until then."""
    mark = copy_mark.mark_of(target)
    # Once the mark is gone, it has ended.
    uri = f"{mark.as_uri()}?mode=rw"
    with suppress(sqlite3.OperationalError), closing(sqlite3.connect(uri, timeout=30, uri=True)) as held:
        held.execute("BEGIN EXCLUSIVE")


def target_of(path: Path) -> Path:
    """Where the copy of the day goes."""
    return path.parent / "backups" / f"customers-{_DAY}.db"


def test_copy_is_of_the_moment_before_the_change(path: Path) -> None:
    """Whatever is written while the other process goes on."""
    assert daily.back_up_daily(path, _DAY) is False
    add(path, "Bob")
    target = target_of(path)
    wait_until_made(target)
    assert names(target) == ["Ann"]
    assert names(path) == ["Ann", "Bob"]
    assert target.stat().st_mode & 0o777 == 0o600
    add(path, "Cy")
    assert daily.back_up_daily(path, _DAY) is False
    assert names(target) == ["Ann"]


def test_nothing_is_loaded_from_the_folder_of_the_copies(path: Path) -> None:
    """A sqlite3.py that somebody has put there, or where the environment says, is not run."""
    target = target_of(path)
    target.parent.mkdir()
    for folder in (target.parent, path.parent):
        for name in ("sqlite3", "sitecustomize"):
            (folder / f"{name}.py").write_text(f"open({str(path.parent / 'was run')!r}, 'w')\n")
    assert daily.back_up_daily(path, _DAY) is False
    wait_until_made(target)
    assert names(target) == ["Ann"]
    assert not (path.parent / "was run").exists()


def test_copy_that_goes_on_is_not_begun_again(path: Path) -> None:
    """Whoever writes meanwhile goes on at once."""
    target = target_of(path)
    target.parent.mkdir()
    with closing(sqlite3.connect(copy_mark.mark_of(target), isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert copy_mark.standing(target) is Copying.GOING_ON
        assert daily.back_up_daily(path, _DAY) is False
        # Two that have begun at one moment: the second leaves it to the first.
        assert background.begun(path, target) is True
    assert not target.exists()


def test_copy_in_the_making_counts_as_a_copy(path: Path) -> None:
    """Who is erased meanwhile is in it."""
    target = target_of(path)
    target.parent.mkdir()
    copies = daily.Backups(path, Disk(), lambda: NOW, are_daily=True, say=lambda _: None).copies
    assert copies() == []
    copy_mark.mark_of(target).touch()
    assert copies() == [target]
    assert daily.back_up_daily(path, _DAY) is True
    assert copies() == [target]


def test_copy_that_was_broken_off_is_made_by_the_next_command(path: Path) -> None:
    """Which says so; and nothing half is there under a good name."""
    target = target_of(path)
    target.parent.mkdir()
    copy_mark.mark_of(target).touch()
    assert copy_mark.standing(target) is Copying.BROKEN_OFF
    add(path, "Bob")
    assert daily.back_up_daily(path, _DAY) is True
    assert names(target) == ["Ann", "Bob"]
    assert not copy_mark.mark_of(target).exists()
    assert daily.back_up_daily(path, _DAY) is False


def test_process_that_cannot_begin_leaves_it_to_the_command(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is no Python to start, or what was started ends without a word."""
    for wrong in ("/nowhere/python", "/bin/false"):
        monkeypatch.setattr(sys, "executable", wrong)
        assert daily.back_up_daily(path, _DAY) is False
        assert names(target_of(path)) == ["Ann"]
        target_of(path).unlink()


def test_killed_process_leaves_its_mark_and_no_copy(path: Path) -> None:
    """At the moment at which it has told that it has begun."""
    target = target_of(path)
    target.parent.mkdir()
    program = (
        "import os, signal; from koalalink.store.backup import copy_worker\n"
        f"copy_worker._tell = lambda: os.kill(os.getpid(), {signal.SIGKILL:d})\n"
        "copy_worker.main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(path), str(target)], env=environment(path.parent), cwd=TOP, check=False
    )
    assert done.returncode == -signal.SIGKILL
    assert not target.exists()
    assert copy_mark.standing(target) is Copying.BROKEN_OFF
    assert daily.back_up_daily(path, _DAY) is True


def test_failed_process_leaves_its_mark(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A damaged store is found out after the moment was fixed."""
    target = target_of(path)
    target.parent.mkdir()
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("PRAGMA foreign_keys = OFF")
        db.execute("INSERT INTO links VALUES (9, 'uptown', 'cus_9', 1, NULL, NULL, NULL, '', '', '')")
    monkeypatch.setattr(sys, "argv", ["", str(path), str(target)])
    told: list[bool] = []
    monkeypatch.setattr(copy_worker, "_tell", lambda: told.append(True))
    copy_worker.main()
    assert told == [True]
    assert not target.exists()
    assert copy_mark.standing(target) is Copying.BROKEN_OFF
    assert [*target.parent.iterdir()] == [copy_mark.mark_of(target)]


def test_process_by_itself(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It makes the copy, takes its mark away, and leaves the last seven."""
    target = target_of(path)
    target.parent.mkdir()
    for day in range(7, 0, -1):
        (target.parent / f"customers-{_DAY - timedelta(days=day)}.db").touch()
    monkeypatch.setattr(sys, "argv", ["", str(path), str(target)])
    monkeypatch.setattr(copy_worker, "_tell", lambda: None)
    copy_worker.main()
    assert names(target) == ["Ann"]
    kept = [f"customers-{_DAY - timedelta(days=day)}.db" for day in range(6, 0, -1)]
    assert sorted(file.name for file in target.parent.iterdir()) == [*kept, target.name]
