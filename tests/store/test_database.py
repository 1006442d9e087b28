"""Files that are no store, and stores that cannot be used: a sentence each, and nothing changed."""

import os
import resource
import signal
import sqlite3
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from koalalink.atomic_files import Disk
from koalalink.domain.customers.customer import CustomerDetails
from koalalink.errors import StoreError
from koalalink.store.backup import snapshot
from koalalink.store.sqlite.database import SQLiteDatabase
from koalalink.store.sqlite.migrations import STEPS, migrate, strangers
from tests.store.conftest import open_store

JANE = CustomerDetails(first_name="Jane")


def test_newer_store_is_refused(path: Path) -> None:
    """An old program does not write into what it does not know."""
    open_store(path).close()
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version = 999")
    db.close()
    with pytest.raises(StoreError, match="newer KoalaLink"):
        open_store(path)


def test_database_of_another_program_is_refused(path: Path) -> None:
    """No table of ours appears in somebody else's file."""
    path.parent.mkdir()
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE theirs (x)")
    db.close()
    with pytest.raises(StoreError, match="another program"):
        open_store(path)
    with sqlite3.connect(path) as db:
        assert db.execute("SELECT name FROM sqlite_schema").fetchall() == [("theirs",)]
    db.close()


def test_file_that_is_no_database_is_refused(path: Path) -> None:
    """It stays as it is."""
    path.parent.mkdir()
    path.write_text("a letter to a friend, long enough to be read as a page" * 50)
    with pytest.raises(StoreError, match="is not a database"):
        open_store(path)
    assert path.read_text().startswith("a letter")


def test_store_in_a_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    """The path is said."""
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="cannot be opened"):
        open_store(tmp_path / "file" / "customers.db")


@pytest.mark.parametrize("kind", ["folder", "pipe"])
def test_store_that_is_no_file_is_refused(tmp_path: Path, kind: str) -> None:
    """And left as it is: its permissions, too."""
    path = tmp_path / "store"
    path.mkdir(0o755) if kind == "folder" else os.mkfifo(path, 0o644)
    before = path.stat().st_mode
    with pytest.raises(StoreError, match="is a folder, a device or a pipe"):
        open_store(path)
    assert path.stat().st_mode == before


def test_locked_store_is_waited_for_and_then_told(path: Path) -> None:
    """Reading goes on while another writes; writing waits, and then says so."""
    store = open_store(path, busy_wait=0.05)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert store.page(limit=1).customers == ()
    with pytest.raises(StoreError, match="in use by another program"):
        store.add(JANE)
    other.execute("ROLLBACK")
    assert store.add(JANE).number == 1
    other.close()
    store.close()


def _in_a_child(act: Callable[[], object]) -> str:
    """Return what `act` raises, or returns, in a process of its own."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            told = f"{act()}"
        except BaseException as error:
            told = f"{type(error).__name__}: {error}"
        os.write(writing, told.encode())
        os._exit(0)
    os.close(writing)
    os.waitpid(child, 0)
    with os.fdopen(reading) as pipe:
        return pipe.read()


def test_read_only_store_is_told() -> None:
    """Writing says so, and changes nothing; reading goes on."""
    with tempfile.TemporaryDirectory() as folder:  # pytest's own folders are closed to others
        path = Path(folder) / "customers.db"
        open_store(path).close()
        path.chmod(0o444)
        Path(folder).chmod(0o777)

        def write_as_nobody() -> object:
            if os.getuid() == 0:  # root may write anywhere
                os.setuid(65534)
            store = open_store(path)
            assert store.page(limit=1).customers == ()
            return store.add(JANE)

        assert _in_a_child(write_as_nobody) == f"StoreError: The store {path} is read-only."


def test_full_disk_is_told_and_nothing_is_written(path: Path) -> None:
    """A file that may not grow is a full disk; the store is as before, and usable."""
    open_store(path).close()

    def write_too_much() -> object:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
        return open_store(path).add(CustomerDetails(first_name="J" * 1_000_000))

    told = _in_a_child(write_too_much)
    assert told.startswith("StoreError: The store"), told
    assert "disk is full" in told or "cannot be read or written" in told
    store = open_store(path)
    assert (store.page(limit=9).customers, store.problems()) == ((), [])
    assert store.add(JANE).number == 1
    store.close()


def test_store_is_made_once_by_many_processes(path: Path) -> None:
    """Everybody who comes first at the same moment finds the same store, whole."""
    code = (
        "import sys; from pathlib import Path; from tests.store.test_database import JANE;"
        "from tests.store.conftest import open_store; open_store(Path(sys.argv[1])).add(JANE)"
    )
    top = Path(__file__).parents[2]
    environment = {"PYTHONPATH": os.pathsep.join([str(top), *filter(None, sys.path)])}
    children = [subprocess.Popen([sys.executable, "-c", code, str(path)], cwd=top, env=environment) for _ in range(6)]
    assert [child.wait() for child in children] == [0] * 6
    store = open_store(path)
    assert len(store.page(limit=99).customers) == 6
    assert store.problems() == []
    store.close()


@pytest.mark.parametrize("statement", range(5))
def test_store_that_another_process_makes_meanwhile_is_used(tmp_path: Path, statement: int) -> None:
    """Between any two statements of opening it."""

    class Overtaken(sqlite3.Connection):
        statements = 0

        def execute(self, *args: Any) -> sqlite3.Cursor:
            if self.statements == statement and not self.in_transaction:
                other = sqlite3.connect(tmp_path / "x", isolation_level=None)
                migrate(other)
                other.close()
            self.statements += 1
            return super().execute(*args)

    db = sqlite3.connect(tmp_path / "x", isolation_level=None, factory=Overtaken)
    migrate(db)
    assert db.execute("PRAGMA user_version").fetchone() == (len(STEPS),)
    db.close()


def _schema(db: sqlite3.Connection) -> list[tuple[str, ...]]:
    return db.execute("SELECT type, name, sql FROM sqlite_schema ORDER BY type, name").fetchall()


def test_store_of_every_version_becomes_the_newest(tmp_path: Path) -> None:
    """Whatever version it was, it has the same tables as a new one."""
    fresh = sqlite3.connect(tmp_path / "fresh", isolation_level=None)
    migrate(fresh)
    for version in range(len(STEPS) + 1):
        old = sqlite3.connect(tmp_path / f"v{version}", isolation_level=None)
        migrate(old, STEPS[:version])
        migrate(old)
        assert _schema(old) == _schema(fresh)
        old.close()
    fresh.close()


def test_step_that_fails_leaves_the_store_as_it_was(tmp_path: Path) -> None:
    """Half a migration does not happen."""
    db = sqlite3.connect(tmp_path / "x", isolation_level=None)
    migrate(db)
    before = _schema(db)
    with pytest.raises(sqlite3.OperationalError):
        migrate(db, (*STEPS, ("CREATE TABLE half (x)", "CREATE NONSENSE")))
    assert _schema(db) == before
    assert db.execute("PRAGMA user_version").fetchone() == (len(STEPS),)
    db.close()


def test_schema_is_pinned(tmp_path: Path) -> None:
    """What a store is compared with is what the steps make; each part of it is missed."""
    with closing(sqlite3.connect(tmp_path / "x", isolation_level=None)) as db:
        migrate(db)
        assert strangers(db) == []
        names = db.execute(
            "SELECT type, name FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' AND name NOT GLOB '*_search_*'"
        ).fetchall()
        assert len(names) > 20
        for kind, name in names:
            db.execute("BEGIN")
            db.execute(f"DROP {kind} {name}")
            assert f"the {kind} “{name}” is missing" in strangers(db)
            db.execute("ROLLBACK")


def test_store_behind_a_link_is_its_owners_alone(tmp_path: Path) -> None:
    """Also where the link leads to a file that is not there yet."""
    (tmp_path / "link.db").symlink_to(tmp_path / "deep" / "real.db")
    database = SQLiteDatabase(tmp_path / "link.db")
    database.execute("CREATE TABLE x (x)")
    assert {stat.S_IMODE(file.stat().st_mode) for file in (tmp_path / "deep").iterdir()} == {0o600}
    database.close()


def test_store_that_others_can_read_is_closed_to_them(path: Path) -> None:
    """And that is said, once."""
    said: list[str] = []
    SQLiteDatabase(path, say=said.append).close()
    assert said == []
    path.chmod(0o644)
    for _ in range(2):
        SQLiteDatabase(path, say=said.append).close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    [sentence] = said
    assert "could read your customers" in sentence


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Let nobody write in a folder, not even root, who becomes somebody else."""
    was_root = os.geteuid() == 0
    for file in folder.iterdir():
        file.chmod(0o444)
    folder.chmod(0o555)
    if was_root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if was_root:
            os.seteuid(0)
        folder.chmod(0o700)


@pytest.fixture
def shared() -> Iterator[Path]:
    """A folder that others can reach."""
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        (Path(folder) / "home").mkdir()
        yield Path(folder) / "home"


@pytest.mark.parametrize("state", ["whole", "with a log", "of an older version"])
def test_store_that_cannot_be_written_can_be_read(shared: Path, state: str) -> None:
    """On a disk that is mounted read-only: whole, and what was committed last as well."""
    path = shared / "customers.db"
    if state == "of an older version":
        with closing(sqlite3.connect(path, isolation_level=None)) as db:
            migrate(db, STEPS[:-1])
    store = open_store(path) if state != "of an older version" else None
    if store:
        store.add(CustomerDetails(first_name="Ann"))
        if state == "with a log":
            log = shared / "customers.db-wal"
            content = path.read_bytes(), log.read_bytes()
            store.close()
            path.write_bytes(content[0])
            log.write_bytes(content[1])
        else:
            store.close()
    before = {file.name: file.read_bytes() for file in shared.iterdir()}
    with read_only(shared):
        reader = open_store(path)
        found = [each.customer.details.first_name for each in reader.everybody()]
        with pytest.raises(StoreError, match="is read-only"):
            reader.add(CustomerDetails(first_name="Bob"))
        reader.close()
        with TemporaryDirectory() as folder:
            held = snapshot.back_up(path, Path(folder) / "copy.db", Disk())
    assert found == ([] if state == "of an older version" else ["Ann"])
    assert held.customers == len(found)
    assert {file.name: file.read_bytes() for file in shared.iterdir()} == before
