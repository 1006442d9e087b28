"""A store that offices share, as they meet it: set up, moved in and out, looked after, and out of reach."""

import io
import json
import os
import re
import sqlite3
import stat
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import Result

from koalalink.app import App
from koalalink.atomic_files import Disk, IfThere
from koalalink.domain.customers.customer import Customer, CustomerDetails
from koalalink.domain.customers.links import Link
from koalalink.domain.history.changes import Action
from koalalink.domain.history.notes import Note, NoteKind
from koalalink.domain.settings.store_url import Address
from koalalink.domain.stripe.ids import StripeId
from koalalink.errors import KoalaError
from koalalink.sandbox import sample_data
from koalalink.store.backup.daily import Backups
from koalalink.store.backup.restore import _TABLES
from koalalink.store.repository import Store
from koalalink.store.sqlite.database import SQLiteDatabase
from tests import postgres
from tests.commands.test_disk import full_at
from tests.conftest import NOW, Run, runner
from tests.proxy import Proxy
from tests.torture.checks import disagreements

pytestmark = [pytest.mark.long, pytest.mark.usefixtures("postgres_server")]  # one server is enough for CI

LOCATION = '[locations.downtown]\napi_key = "rk_test_0123456789abcdef"\n'
NOBODY = "postgresql://jo@127.0.0.1:1/koala"


Office = Callable[..., App]


@pytest.fixture
def office(home: Path) -> Iterator[Office]:
    """Makes the program of an office, with what its configuration says of the store."""
    made: list[App] = []

    def make(store: str = "", *, locations: str = LOCATION, now: datetime = NOW, **environ: str) -> App:
        home.mkdir(exist_ok=True)
        if store:
            (home / "config.toml").write_text(f"[store]\n{store}\n{locations}")
            (home / "config.toml").chmod(0o600)
        made.append(App(home=home, environ=environ, now=lambda: now, may_ask=False))
        return made[-1]

    yield make
    for each in made:
        each.close()


def at(database: str, user: str = "postgres") -> str:
    """Return what a configuration says of a database."""
    return f'url = "{postgres.url_of(database, user)}"'


# Set up


def test_init_prepares_a_database_and_says_what_is_next(office: Office, empty: str, home: Path) -> None:
    """And writes down where it is, for the owner of the file alone."""
    done = runner(office())("init", "--store", postgres.url_of(empty))
    assert done.exit_code == 0, done.stderr
    assert f"The database {empty} is a shared store now" in done.stderr
    assert "CREATE ROLE downtown LOGIN PASSWORD '…';\nGRANT koalalink_office TO downtown;\n" in done.stderr
    assert "koalalink locations add NAME" in done.stderr
    assert stat.S_IMODE((home / "config.toml").stat().st_mode) == 0o600
    assert runner(office())("customers", "add", "--first-name", "Ann").exit_code == 0
    assert not (home / "customers.db").exists()
    again = runner(office())("init", "--store", postgres.url_of(empty))
    assert (again.exit_code, "is a shared store already" in again.stderr) == (0, True)


def test_password_is_asked_for_and_shown_nowhere(office: Office, empty: str, home: Path) -> None:
    """It may have any letters; a wrong one is told."""
    postgres.administer(f"ALTER DATABASE {empty} OWNER TO {postgres.GUARDED}")
    postgres.administer(f"ALTER ROLE {postgres.GUARDED} CREATEROLE")
    url = postgres.url_of(empty, postgres.GUARDED)
    wrong = runner(office())("init", "--store", url, input="hunter2\n")
    assert (wrong.exit_code, "the name or the password is wrong" in wrong.stderr) == (3, True)
    assert not (home / "config.toml").exists()
    done = runner(office())("init", "--store", url, input=f"{postgres.PASSWORD}\n")
    assert done.exit_code == 0, done.stderr
    assert postgres.PASSWORD not in done.stdout + done.stderr + wrong.stdout + wrong.stderr
    shown = [runner(office())(*line) for line in (("customers", "list"), ("doctor",), ("doctor", "--json"))]
    assert shown[0].exit_code == 0
    for each in shown:
        assert postgres.PASSWORD not in each.stdout + each.stderr
        assert "a%2Fb" not in each.stdout + each.stderr
    postgres.administer(f"REASSIGN OWNED BY {postgres.GUARDED} TO postgres", database=empty)


def test_url_with_a_password_is_refused(office: Office, home: Path) -> None:
    """Others can see what is typed."""
    done = runner(office())("init", "--store", "postgresql://jo:hunter2@db/koala")
    assert (done.exit_code, "There is a password in that URL" in done.stderr) == (2, True)
    assert "hunter2" not in done.stderr
    assert not (home / "config.toml").exists()


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--store", "mysql://jo@db/koala"), 2, "begins with mysql://"),
        (("--store", "postgresql://jo@db"), 2, "names no database"),
        (("--store", NOBODY, "--store-env", "URL"), 2, "Two places for one store"),
        (("--store-command", ""), 2, "cannot be understood"),
        (("--store-env", "NOT_SET"), 3, "environment variable NOT_SET, which is not set"),
        (("--store-command", "false"), 3, "which failed (1)"),
        (("--store", NOBODY), 6, "cannot be reached"),
    ],
)
def test_store_that_cannot_be_meant_is_told(
    office: Office, home: Path, arguments: tuple[str, ...], code: int, said: str
) -> None:
    """In one sentence, and nothing is written."""
    done = runner(office())("init", *arguments)
    assert (done.exit_code, said in done.stderr) == (code, True), done.stderr
    assert not (home / "config.toml").exists()


def test_sandbox_is_not_shared(run: Run) -> None:
    """It has a store of its own."""
    assert run("init", "--store", NOBODY).exit_code == 2


def test_url_may_be_kept_elsewhere(office: Office, database: str, home: Path) -> None:
    """In the environment, or where a command prints it; the rest of the file stays as it is."""
    home.mkdir()
    url = postgres.url_of(database)
    (home / "config.toml").write_text(f'# Ours\n[store]\npath = "x.db" # here\n\n{LOCATION}')
    (home / "x.db").write_bytes(b"")
    done = runner(office(OUR_STORE=url))("init", "--store-env", "OUR_STORE")
    assert done.exit_code == 0, done.stderr
    assert f"koalalink restore {home / 'x.db'}" in done.stderr
    assert (home / "config.toml").read_text() == f'# Ours\n[store]\nurl_env = "OUR_STORE"\n\n{LOCATION}'
    assert runner(office(OUR_STORE=url))("customers", "add", "--first-name", "Ann").exit_code == 0
    assert runner(office())("customers", "list").exit_code == 3
    assert runner(office())("init", "--store-command", f"echo '{url}'").exit_code == 0
    assert "url_command = [" in (home / "config.toml").read_text()
    assert "Ann" in runner(office())("customers", "list").stdout


@pytest.mark.parametrize(
    ("store", "said"),
    [
        ('path = "x.db"\nurl_env = "X"', "needs one of path, url_env, url, url_command, and has path and url_env"),
        ('url_command = "op"', "store.url_command must be a list of words"),
        ("url = 5", "store.url must be text"),
        ('url = "mysql://jo@db/x"', "The URL of the shared store, in config.toml, is not the URL of a PostgreSQL"),
    ],
)
def test_wrong_setting_is_named(office: Office, store: str, said: str) -> None:
    """Before anything is asked."""
    done = runner(office(store))("customers", "list")
    assert (done.exit_code, said in done.stderr) == (3, True), done.stderr


def test_file_with_a_url_that_others_can_read_is_warned_about(office: Office, database: str, home: Path) -> None:
    """It may hold a password."""
    koala = office(at(database), locations="")
    (home / "config.toml").chmod(0o644)
    assert "holds the URL of your store, and other people" in runner(koala)("customers", "list").stderr


# Looked after


def test_doctor_says_how_the_server_is(office: Office, database: str) -> None:
    """And what each finding costs."""
    koala = office(at(database), now=datetime.now(UTC))
    found = json.loads(runner(koala)("doctor", "--json").stdout)
    told = {row["finding"]: row["health"] for row in found if row["about"] in ("Shared store", "Store", "Backups")}
    texts = " ".join(told)
    assert re.search(r"answers: PostgreSQL \d+\.\d+, connected in \d+ ms, an answer takes \d+ ms\.", texts)
    for said in (
        "is on this computer",
        "will be made after the next command",
        "is complete, and its history is guarded",
    ):
        assert said in texts
    assert "up to whoever runs it" in texts
    assert [text for text, health in told.items() if health == "note"] == [
        "You work as postgres, who owns the store: a mistake could alter its history."
    ]
    assert "bad" not in told.values()


def test_doctor_finds_a_clock_that_is_wrong(office: Office, database: str) -> None:
    """The history has the time of whoever writes."""
    koala = office(at(database), now=datetime.now(UTC) - timedelta(hours=2))
    done = runner(koala)("doctor")
    assert (done.exit_code, "stands in the history at the wrong time" in done.stdout) == (9, True)


def test_doctor_finds_a_server_out_of_reach(office: Office) -> None:
    """It does not look at the copy as if that were the store."""
    done = runner(office(f'url = "{NOBODY}"'))("doctor")
    assert (done.exit_code, "cannot be reached" in done.stdout) == (9, True)


def test_location_that_another_office_spells_otherwise_is_noticed(
    office: Office, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has the same Stripe account; those of others are none of our business."""
    koala = office(at(database))
    ann = koala.store.add(CustomerDetails(first_name="Ann"))
    for location in ("down-town", "uptown"):
        link = Link(customer=ann.number, location=location, stripe_id=StripeId(f"cus_{location}"))
        koala.store.save_link(ann, link, previous=None, action=Action.CONNECTED)
    assert "is at" not in runner(koala)("status").stderr
    for location, account in (("downtown", "acct_1"), ("down-town", "acct_1"), ("uptown", "acct_2")):
        koala.directory.begin(location, account, False, NOW)
        koala.directory.finish(location, NOW)
    told = runner(koala)("status").stderr
    assert "1 link is at “down-town”, which has the same Stripe account as your “downtown”." in told
    assert "“uptown”, which" not in told


# Moved in and out


_DETAILS = st.builds(
    CustomerDetails,
    **{
        **dict.fromkeys(CustomerDetails._fields, st.just("")),
        "first_name": st.sampled_from(["Ann", "Zoë", "D'Arcy %_\\"]),
        "email": st.sampled_from(["", "a@x.com"]),
        "extra": st.sampled_from(["", '{"Tag": "x\\u00e9"}']),
    },
)


def _fill(store: Store, found: list[tuple[str, CustomerDetails]]) -> None:
    for what, details in found:
        people = [each.customer for each in store.page(limit=99).customers]
        try:
            if what == "add" or not people:
                store.add(details)
            elif what == "edit":
                store.edit(people[-1], details)
            elif what == "link":
                note = Note(NoteKind.DOUBTED, names=("% \\",), customers=(people[-1].number,))
                link = Link(customer=people[0].number, location="downtown", stripe_id=StripeId("cus_1"))
                store.save_link(people[0], link, previous=None, action=Action.CONNECTED, note=note)
            elif what == "refuse":
                with store.bulk(Action.REFUSED, rehearsal=False) as bulk:
                    bulk.refuse("uptown", [(people[0].number, "cus_2")])
            elif what == "remove":
                store.remove(store.record(people[-1]))
            elif what == "forget":
                store.forget(people[0].number)
            else:
                store.undo(store.change(None))
        except KoalaError:
            pass


_DOINGS = st.sampled_from(["add", "edit", "link", "refuse", "remove", "undo", "forget", "add"])


@given(st.lists(st.tuples(_DOINGS, _DETAILS), max_size=12))
@settings(suppress_health_check=list(HealthCheck), max_examples=25)
def test_moving_in_and_out_changes_nothing(found: list[tuple[str, CustomerDetails]]) -> None:
    """Whatever was done: a backup of the server is the file that was put there, and the next numbers are the same."""
    with postgres.store() as database, tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "customers.db"
        store = Store(SQLiteDatabase(path), now=lambda: NOW, user=lambda: "tester")
        _fill(store, found)
        store.close()
        backups = _shared(database, Path(folder))
        backups.restore(path)
        backups.back_up(Path(folder) / "out.db", IfThere.REFUSE)
        assert _everything(Path(folder) / "out.db") == _everything(path)
        assert disagreements(Path(folder) / "out.db") == []


def _everything(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Return every row of every table; what the search index makes of the texts is SQLite's."""
    with closing(sqlite3.connect(path)) as db:
        tables = ["customer_search", "directory_search", "sqlite_sequence", *_TABLES]
        columns = {name: "rowid, text" if name.endswith("_search") else "*" for name in tables}
        return {name: sorted(db.execute(f"SELECT {columns[name]} FROM {name}"), key=repr) for name in tables}


def _shared(database: str, folder: Path) -> Backups:
    from koalalink.store.postgres.copying import SharedBackups

    address = Address(postgres.url_of(database), origin="The URL")
    return SharedBackups(address, folder / "shared.db", Disk(), lambda: NOW)  # type: ignore[return-value]


def test_whole_sandbox_moves_in_and_out(run: Run, sandbox: App, office: Office, database: str, tmp_path: Path) -> None:
    """With what was copied from Stripe; commands say the same on both."""
    run("sync")
    run("verify")
    run("connect", "42", "cus_123", "-l", "downtown")
    assert run("backup", str(tmp_path / "in.db")).exit_code == 0
    keys = "".join(f'[locations.{name}]\napi_key = "{key}"\n' for name, key in sample_data.KEYS.items())
    koala = office(at(database), locations=keys)
    done = runner(koala)("restore", str(tmp_path / "in.db"), "--yes")
    assert done.exit_code == 0, done.stderr
    assert runner(koala)("backup", str(tmp_path / "out.db")).exit_code == 0
    assert _everything(tmp_path / "out.db") == _everything(tmp_path / "in.db")
    for typed in ("customers list --json", "customers list jane --unlinked", "search jane --offline", "history --json"):
        there, here = runner(koala)(*typed.split()), run(*typed.split())
        assert (there.exit_code, there.stdout) == (here.exit_code, here.stdout)


def test_restore_keeps_what_was_there(office: Office, database: str, home: Path, tmp_path: Path) -> None:
    """Beside the copy, as a backup that can be brought back; it needs a yes."""
    koala = office(at(database))
    run = runner(koala)
    run("customers", "add", "--first-name", "Ann")
    assert run("backup", str(tmp_path / "ann.db")).exit_code == 0
    run("customers", "add", "--first-name", "Bob")
    assert run("restore", str(tmp_path / "ann.db")).exit_code == 8
    done = run("restore", str(tmp_path / "ann.db"), "--yes", "--json")
    kept = Path(json.loads(done.stdout)["kept"])
    assert (kept.parent, stat.S_IMODE(kept.stat().st_mode)) == (home, 0o600)
    assert [row["first_name"] for row in json.loads(run("customers", "list", "--json").stdout)] == ["Ann"]
    run("restore", str(kept), "--yes")
    assert [row["first_name"] for row in json.loads(run("customers", "list", "--json").stdout)] == ["Ann", "Bob"]
    assert run("customers", "forget", "1", "--yes").exit_code == 0
    assert kept in koala.backups.copies()  # forget names it


def test_restore_that_fails_in_the_middle_leaves_the_store(
    office: Office, database: str, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As it was, and without a copy of it; history guards itself again."""
    from koalalink.store.postgres import copying

    koala = office(at(database))
    run = runner(koala)
    run("customers", "add", "--first-name", "Ann")
    run("backup", str(tmp_path / "ann.db"))
    run("customers", "add", "--first-name", "Bob")

    def broken(*_: object) -> Iterator[list[object]]:
        yield ["not", "a", "row"]

    monkeypatch.setattr(copying, "_rows", broken)
    done = run("restore", str(tmp_path / "ann.db"), "--yes")
    assert done.exit_code == 7, done.stderr
    assert [row["first_name"] for row in json.loads(run("customers", "list", "--json").stdout)] == ["Ann", "Bob"]
    assert koala.backups.copies() == []


def test_backup_onto_a_full_disk_is_told(office: Office, database: str, tmp_path: Path) -> None:
    """And leaves nothing."""
    run = runner(office(at(database)))
    run("customers", "add", "--first-name", "Ann")
    with full_at(20_000):
        done = run("backup", str(tmp_path / "out.db"))
    assert done.exit_code == 7, done.stderr
    assert "Error: " in done.stderr
    assert [path.name for path in tmp_path.iterdir() if path.name != "home"] == []


def test_home_in_which_no_copy_can_be_made_is_no_matter(
    office: Office, database: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command is done; there is just no copy."""
    koala = office(at(database))
    assert runner(koala)("customers", "add", "--first-name", "Ann").exit_code == 0
    assert koala.shared
    monkeypatch.setattr(koala.shared.copy, "path", home / "config.toml" / "shared.db")
    koala.leave()
    assert not list(home.glob("shared-*"))


@pytest.mark.parametrize("content", [b"no store", b""])
def test_what_is_no_backup_is_not_put_into_the_store(
    office: Office, database: str, tmp_path: Path, content: bytes
) -> None:
    """It is looked at first."""
    (tmp_path / "x.db").write_bytes(content)
    koala = office(at(database))
    koala.store.add(CustomerDetails(first_name="Ann"))
    assert runner(koala)("restore", str(tmp_path / "x.db"), "--yes").exit_code == 7
    assert len(koala.store.page(limit=9).customers) == 1


# Out of reach


def test_commands_that_look_are_answered_by_the_copy(
    office: Office, database: str, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is made anew after a command, readable by its owner alone, and says how old it is; writing is refused."""
    monkeypatch.chdir(tmp_path)
    proxy = Proxy(postgres.socket_path())
    url = f'url = "postgresql://postgres@127.0.0.1:{proxy.port}/{database}?sslmode=disable"'
    koala = office(url)
    assert runner(koala)("customers", "add", "--first-name", "Ann").exit_code == 0
    koala.leave()
    copy = _waited_for(home)
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    proxy.close()
    hours_ago = (NOW - timedelta(hours=2)).timestamp()
    os.utime(copy, (hours_ago, hours_ago))

    def away(*line: str) -> Result:
        return runner(office(url))(*line)

    for typed in ("customers list", "show 1", "status", "history", "customers export -"):
        done = away(*typed.split())
        assert done.exit_code == 0, done.stderr
        assert "cannot be reached. This is from the copy on this computer, made 2 hours ago." in done.stderr
    assert away("search", "--offline", "ann").exit_code in (0, 4)
    Path("people.csv").write_text("First Name\nBob\n")
    for typed in (
        "customers add --first-name Bob",
        "customers edit 1 --notes x",
        "customers remove 1",
        "undo --yes",
        "connect 1 cus_1",
        "unlink 1",
        "sync",
        "verify",
        "match",
        "search ann --connect 1",
        "customers import people.csv",
        "backup x.db",
    ):
        done = away(*typed.split())
        assert done.exit_code == 6, done.stderr
        assert "The shared store" in done.stderr
    assert (away("restore", str(copy), "--yes").exit_code, copy.exists()) == (8, True)
    assert disagreements(copy) == []


def _waited_for(home: Path) -> Path:
    """Return the copy once the process that makes it is done."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        copies = [path for path in home.glob("shared-*.db") if not list(home.glob(".*.making"))]
        if copies:
            return copies[0]
    raise AssertionError("no copy was made")


def test_copy_is_made_anew_once_an_hour_and_where_somebody_was_erased(
    office: Office, database: str, home: Path
) -> None:
    """Else it stays."""
    koala = office(at(database), now=datetime.now(UTC))
    runner(koala)("customers", "add", "--first-name", "Quillon")
    koala.leave()
    copy = _waited_for(home)
    first = copy.stat().st_ino
    runner(koala)("customers", "list")
    koala.leave()
    assert copy.stat().st_ino == first
    runner(koala)("customers", "forget", "1", "--yes")
    koala.leave()
    until = time.monotonic() + 30
    while copy.stat().st_ino == first and time.monotonic() < until:
        pass
    assert copy.stat().st_ino != first
    assert b"Quillon" not in copy.read_bytes()


def test_process_that_copies_does_so_alone(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another that is at it is not disturbed; and where the server does not answer, the copy stays as it is."""
    from koalalink.store.backup import copy_mark, copy_worker

    copy = tmp_path / "shared.db"
    monkeypatch.setattr("sys.argv", ["", str(copy)])
    for url, expected in ((NOBODY, False), (postgres.url_of(database), True), (NOBODY, True)):
        monkeypatch.setattr("sys.stdin", io.StringIO(url))
        copy_worker.main_of_shared()
        assert (copy.exists(), copy_mark.mark_of(copy).exists()) == (expected, False)
    copy.unlink()
    copy_mark.mark_of(copy).touch()
    with closing(sqlite3.connect(copy_mark.mark_of(copy), isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        monkeypatch.setattr("sys.stdin", io.StringIO(postgres.url_of(database)))
        copy_worker.main_of_shared()
        assert not copy.exists()


def test_tab_asks_no_server(office: Office, database: str, home: Path) -> None:
    """It reads the copy; without one it proposes nobody."""
    koala = office(at(database))
    runner(koala)("customers", "add", "--first-name", "Ann")
    hurried = App(home=home, environ={}, now=lambda: NOW, in_a_hurry=True)
    with pytest.raises(KoalaError, match="no copy"):
        _ = hurried.store
    koala.leave()
    _waited_for(home)
    hurried = App(home=home, environ={}, now=lambda: NOW, in_a_hurry=True)
    assert [each.number for each in hurried.store.numbered("", 9)] == [1]
    hurried.close()


def test_without_the_library_it_says_what_to_install(
    office: Office, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It comes with an extra of the package."""
    import sys

    loaded = [name for name in sys.modules if name.startswith("koalalink.store.postgres.")]
    koala = office(at(database))
    with monkeypatch.context() as without:
        for name in loaded:
            without.delitem(sys.modules, name)
        without.setitem(sys.modules, "psycopg", None)
        done = runner(koala)("customers", "list")
    assert (done.exit_code, 'pip install "koalalink[postgres]"' in done.stderr) == (3, True)


# The way to the server and back


def test_commands_take_few_ways_to_the_server(office: Office, database: str, tmp_path: Path) -> None:
    """At 40 ms each that is what a person waits for; one of them connects."""
    koala = office(at(database))
    for name in ("Ann", "Bob"):
        koala.store.add(CustomerDetails(first_name=name))
    koala.close()
    (tmp_path / "people.csv").write_text("First Name\n" + "".join(f"P{number}\n" for number in range(3000)))
    most = {
        ("customers", "list"): 2,
        ("customers", "list", "ann"): 2,
        ("history",): 3,
        ("show", "1"): 3,
        ("connect", "1", "cus_1", "--offline", "--force"): 8,
        ("undo", "--yes"): 8,
        ("customers", "edit", "1", "--notes", "x"): 6,
        ("undo", "2", "--yes"): 8,
        ("customers", "import", str(tmp_path / "people.csv"), "--yes"): 3 * 3 + 5,
    }
    for line, expected in most.items():
        proxy = Proxy(postgres.socket_path())
        koala = office(f'url = "postgresql://postgres@127.0.0.1:{proxy.port}/{database}?sslmode=disable"')
        done = runner(koala)(*line)
        koala.close()
        assert done.exit_code == 0, done.stderr
        assert proxy.trips <= expected, line
        proxy.close()


def test_sync_takes_two_ways_a_page(database: str) -> None:
    """Whatever is in it."""
    from koalalink.domain.mirror.mirror import Window
    from koalalink.domain.stripe.customer import StripeCustomer
    from koalalink.store.postgres.database import PostgresDatabase
    from koalalink.store.stripe_mirror import Directory

    proxy = Proxy(postgres.socket_path())
    url = f"postgresql://postgres@127.0.0.1:{proxy.port}/{database}?sslmode=disable"
    directory = Directory(PostgresDatabase(Address(url, origin="The URL"), Path("copy.db")))
    directory.begin("downtown", None, False, NOW)
    before = proxy.trips
    for page in range(10):
        listed = [
            StripeCustomer(StripeId(f"cus_{page}x{n}"), f"Ann {n}", "a@x.com", "", NOW, livemode=False)
            for n in range(100)
        ]
        directory.put("downtown", listed, [Window()])
    assert proxy.trips - before <= 20
    directory._db.close()
    proxy.close()


def test_many_customers_that_were_changed_are_put_back_in_few_ways(database: str) -> None:
    """Not in one for each."""
    from koalalink.store.postgres.database import PostgresDatabase

    proxy = Proxy(postgres.socket_path())
    url = f"postgresql://postgres@127.0.0.1:{proxy.port}/{database}?sslmode=disable"
    store = Store(PostgresDatabase(Address(url, origin="The URL"), Path("copy.db")), now=lambda: NOW)
    # Of more the server would begin to answer before all is there.
    people = [Customer(number, CustomerDetails(first_name=f"P{number}")) for number in range(1, 41)]
    with store.bulk(Action.IMPORTED, rehearsal=False) as bulk:
        bulk.write(people, [], [])
    with store.bulk(Action.IMPORTED, rehearsal=False) as bulk:
        bulk.write([], [(each, CustomerDetails(first_name="Q")) for each in people], [])
    before = proxy.trips
    store.undo(store.change(2))
    assert proxy.trips - before <= 8
    assert [each.customer for each in store.page(limit=999).customers] == people
    store.close()
    proxy.close()
