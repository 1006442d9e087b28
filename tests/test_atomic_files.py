"""How files get into their place: whole, where nobody else's is, and never over what is KoalaLink's own."""

import os
import re
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from koalalink.atomic_files import STORE_SIDES, Disk, IfThere, free_name
from koalalink.errors import ConflictError, ExitCode, KoalaError, StoreError, UsageError
from koalalink.store.sqlite.database import SQLiteDatabase


def write(
    path: Path, content: bytes = b"new", if_there: IfThere = IfThere.REFUSE, disk: Disk | None = None
) -> Path | None:
    """Write a file, and return what one that was there is called now."""
    with (disk or Disk()).writing(path, if_there) as file:
        file.stream.write(content)
    return file.set_aside


def left(folder: Path) -> list[str]:
    """The names of all files in a folder, those that begin with a dot, too."""
    return sorted(path.name for path in folder.iterdir())


def test_file_is_written_whole_and_for_its_owner_alone(tmp_path: Path) -> None:
    """And nothing is left beside it."""
    write(tmp_path / "new.csv")
    assert (tmp_path / "new.csv").read_bytes() == b"new"
    assert stat.S_IMODE((tmp_path / "new.csv").stat().st_mode) == 0o600
    assert left(tmp_path) == ["new.csv"]


def test_file_that_is_there_is_not_lost(tmp_path: Path) -> None:
    """It is refused, replaced where that was agreed, or gets another name."""
    path = tmp_path / "a.csv"
    path.write_text("old")
    with pytest.raises(ConflictError, match=r"a\.csv already exists"):
        write(path)
    assert path.read_text() == "old"
    assert write(path, b"2", IfThere.REPLACE) is None
    assert write(path, b"3", IfThere.SET_ASIDE) == tmp_path / "a.old.csv"
    assert write(path, b"4", IfThere.SET_ASIDE) == tmp_path / "a.old2.csv"
    assert {file.name: file.read_text() for file in tmp_path.iterdir()} == {
        "a.csv": "4",
        "a.old.csv": "2",
        "a.old2.csv": "3",
    }


@pytest.mark.parametrize("links", [True, False])
def test_file_that_appears_meanwhile_is_not_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, links: bool) -> None:
    """Also on a disk that has no links."""
    if not links:

        def none(source: Path, target: Path) -> None:
            if target.exists():
                raise FileExistsError(17, "File exists")
            raise PermissionError(1, "Operation not permitted")

        monkeypatch.setattr(os, "link", none)
    path = tmp_path / "a.csv"
    with pytest.raises(ConflictError), Disk().writing(path) as file:
        file.stream.write(b"mine")
        path.write_text("somebody's")
    assert (path.read_text(), left(tmp_path)) == ("somebody's", ["a.csv"])
    write(tmp_path / "b.csv")
    assert (tmp_path / "b.csv").read_bytes() == b"new"


def test_failure_leaves_everything_as_it_was(tmp_path: Path) -> None:
    """The old file, and nothing beside it."""
    path = tmp_path / "a.csv"
    path.write_text("old")
    with pytest.raises(ZeroDivisionError), Disk().writing(path, IfThere.SET_ASIDE) as file:
        file.stream.write(b"half")
        raise ZeroDivisionError
    assert (path.read_text(), left(tmp_path)) == ("old", ["a.csv"])


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """A store in use, with the files beside it."""
    path = tmp_path / "home" / "customers.db"
    SQLiteDatabase(path).close()
    (path.parent / "config.toml").write_text("")
    (path.parent / "backups").mkdir()
    return path


@pytest.mark.parametrize("side", ["", *STORE_SIDES])
@pytest.mark.parametrize("spelling", ["as it is", "dots", "link", "link to the folder", "hard link", "dangling link"])
@pytest.mark.parametrize("if_there", IfThere)
def test_nothing_lands_on_the_store(store: Path, tmp_path: Path, side: str, spelling: str, if_there: IfThere) -> None:
    """Nor on the files beside it, whether they are there or not, and whatever leads there."""
    own = store.with_name(store.name + side)
    if spelling == "hard link" and not own.exists():
        own.touch()
    path = tmp_path / "other"
    if spelling == "as it is":
        path = own
    elif spelling == "dots":
        path = store.parent / ".." / "home" / own.name
    elif spelling in ("link", "dangling link"):
        if spelling == "dangling link" and not side:
            store.unlink()
        path.symlink_to(own)
    elif spelling == "link to the folder":
        path.symlink_to(store.parent)
        path /= own.name
    else:
        path.hardlink_to(own)
    before = own.read_bytes() if own.exists() else None
    with pytest.raises(ConflictError, match="belongs to KoalaLink") as refused:
        write(path, if_there=if_there, disk=Disk([store, *(store.with_name(store.name + s) for s in STORE_SIDES)]))
    assert str(own.resolve()) in refused.value.message or own.name in refused.value.message
    assert (own.read_bytes() if own.exists() else None) == before


def test_nothing_lands_in_a_folder_that_is_protected(store: Path) -> None:
    """Where the daily backups are."""
    disk = Disk([store.parent / "backups"])
    for path in ("backups", "backups/customers-2026-11-24.db", "backups/deep/new.csv"):
        with pytest.raises(ConflictError, match="belongs to KoalaLink"):
            write(store.parent / path, if_there=IfThere.REPLACE, disk=disk)


@pytest.mark.parametrize("side", ["", *STORE_SIDES])
def test_store_of_somebody_else_is_known_by_its_header(store: Path, side: str) -> None:
    """Another configuration may name it; a backup, which is no store in use, can be replaced."""
    with pytest.raises(ConflictError, match="a store of customers that is in use"):
        write(store.with_name(store.name + side), if_there=IfThere.REPLACE)
    with closing(sqlite3.connect(store)) as db:
        db.execute("PRAGMA journal_mode = DELETE")
    write(store, if_there=IfThere.REPLACE)
    assert store.read_bytes() == b"new"


def test_what_is_no_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder, a pipe, a socket, nothing; the command cannot be meant."""
    import socket

    os.mkfifo(tmp_path / "pipe")
    monkeypatch.chdir(tmp_path)  # a socket's name is short
    with closing(socket.socket(socket.AF_UNIX)) as listening:
        listening.bind("socket")
        for path in (tmp_path, tmp_path / "pipe", tmp_path / "socket", Path(), tmp_path / "no" / "a.csv", Path("a\0b")):
            with pytest.raises(UsageError):
                write(path, if_there=IfThere.REPLACE)
    assert stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)


def test_disk_that_does_not_do_it_is_no_wrong_command(tmp_path: Path) -> None:
    """A name that is too long; and one that is as long as names can be is written."""
    with pytest.raises(StoreError, match="File name too long") as refused:
        write(tmp_path / ("a" * 300))
    assert refused.value.exit_code is ExitCode.STORE
    write(tmp_path / ("a" * 255))
    assert left(tmp_path) == ["a" * 255]


def test_link_to_a_file_stays_a_link(tmp_path: Path) -> None:
    """A link that leads nowhere yet, too."""
    (tmp_path / "link").symlink_to("real")
    write(tmp_path / "link")
    write(tmp_path / "link", b"again", IfThere.REPLACE)
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_bytes() == b"again"
    (tmp_path / "round").symlink_to("round")
    with pytest.raises(KoalaError):
        write(tmp_path / "round")


def test_what_killed_runs_have_left_is_swept_after_a_day(tmp_path: Path) -> None:
    """What another run is writing now is not, nor what has another name."""
    killed = Disk().new(tmp_path / "a.csv")
    killed.stream.close()
    old = killed.beside
    journal = old.with_name(f"{old.name}-journal")
    journal.touch()
    other = tmp_path / ".koalalink-notes"
    other.touch()
    going_on = Disk().new(tmp_path / "b.csv")
    for path in (old, journal, other):
        os.utime(path, (1, 1))
    write(tmp_path / "c.csv")
    assert left(tmp_path) == sorted([".koalalink-notes", going_on.beside.name, "c.csv"])
    going_on.discard()


def test_names_do_not_repeat_where_processes_do(tmp_path: Path) -> None:
    """In a container every run may have the same process ID."""
    made = [Disk().new(tmp_path / "a.csv") for _ in range(3)]
    assert len({file.beside for file in made}) == 3
    assert not any(re.search(rf"\b{os.getpid()}\b", file.beside.name) for file in made)
    for file in made:
        file.discard()
    assert left(tmp_path) == []


def test_free_name_is_one_that_nothing_has(tmp_path: Path) -> None:
    """Not even a link that leads nowhere."""
    (tmp_path / "a.old.csv").symlink_to("nowhere")
    assert free_name(tmp_path / "a.csv", "old") == tmp_path / "a.old2.csv"
