"""Copies of the store: whole, checked, and brought back without losing what was there."""

import os
import sqlite3
import stat
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pytest

from koalalink.atomic_files import Disk
from koalalink.domain.customers.customer import CustomerDetails
from koalalink.domain.customers.links import Link
from koalalink.domain.history.changes import Action
from koalalink.domain.stripe.ids import StripeId
from koalalink.errors import KoalaError, NotFoundError, StoreError
from koalalink.store.backup import daily, restore, snapshot
from koalalink.store.repository import Store
from koalalink.store.sqlite.migrations import STEPS, migrate
from tests.conftest import NOW
from tests.fakes import the_only
from tests.store.conftest import open_store
from tests.torture.checks import disagreements, dump


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A store with Ann, who is linked."""
    path = tmp_path / "home" / "customers.db"
    path.parent.mkdir()
    store = open_store(path)
    ann = store.add(CustomerDetails(first_name="Ann"))
    link = Link(customer=1, location="downtown", stripe_id=StripeId("cus_1"))
    store.save_link(ann, link, previous=None, action=Action.CONNECTED)
    store.close()
    return path


def add(path: Path, name: str) -> None:
    """Add a customer to a store."""
    store = open_store(path)
    store.add(CustomerDetails(first_name=name))
    store.close()


def names(path: Path) -> list[str]:
    """Who is in a store."""
    store = open_store(path)
    found = [each.customer.details.first_name for each in store.everybody()]
    store.close()
    return found


def test_copy_is_equal_and_yours_alone(path: Path, tmp_path: Path) -> None:
    """Taken while others have the store open and write; one file, whatever SQLite keeps beside the store."""
    others = open_store(path)
    others.add(CustomerDetails(first_name="Bob"))
    held = snapshot.back_up(path, tmp_path / "copy.db", Disk())
    others.close()
    assert (held.customers, held.links, held.changes, held.changed_at) == (2, 1, 3, NOW)
    assert dump(tmp_path / "copy.db") == dump(path)
    assert stat.S_IMODE((tmp_path / "copy.db").stat().st_mode) == 0o600
    assert sorted(file.name for file in tmp_path.iterdir()) == ["copy.db", "home"]


def test_copy_of_no_store(tmp_path: Path) -> None:
    """There is nothing to copy."""
    with pytest.raises(NotFoundError, match="There is no store"):
        snapshot.back_up(tmp_path / "customers.db", tmp_path / "copy.db", Disk())


def test_copy_that_cannot_be_written_leaves_nothing(path: Path, tmp_path: Path) -> None:
    """Neither half a file nor a temporary one."""
    with pytest.raises(KoalaError, match="cannot be written"):
        snapshot.back_up(path, tmp_path / "missing" / "copy.db", Disk())
    assert [file.name for file in tmp_path.iterdir()] == ["home"]


@pytest.mark.parametrize("harm", ["text", "other", "newer", "bytes", "orphan"])
def test_copy_that_is_none_is_refused(path: Path, tmp_path: Path, harm: str) -> None:
    """Before anything is touched."""
    copy = tmp_path / "copy.db"
    snapshot.back_up(path, copy, Disk())
    if harm == "text":
        copy.write_text("no database" * 99)
    elif harm == "bytes":
        content = bytearray(copy.read_bytes())
        content[8192:16384] = bytes(8192)
        copy.write_bytes(content)
    else:
        with closing(sqlite3.connect(copy)) as db:
            sql = {
                "other": "PRAGMA application_id = 1",
                "newer": "PRAGMA user_version = 999",
                "orphan": "INSERT INTO links VALUES (9, 'uptown', 'cus_9', 1, NULL, NULL, NULL, '', '', '')",
            }
            db.execute(sql[harm])
            db.commit()
    before = dump(path)
    with pytest.raises(StoreError):
        snapshot.check(copy)
    assert dump(path) == before


def test_restore_keeps_what_was_there(path: Path, tmp_path: Path) -> None:
    """And whoever has the store open sees the copy then."""
    snapshot.back_up(path, tmp_path / "copy.db", Disk())
    add(path, "Bob")
    watching = open_store(path)
    kept = restore.restore(tmp_path / "copy.db", path, NOW)
    assert kept is not None
    assert [each.customer.details.first_name for each in watching.everybody()] == ["Ann"]
    watching.add(CustomerDetails(first_name="Cy"))
    watching.close()
    assert (names(path), names(kept)) == (["Ann", "Cy"], ["Ann", "Bob"])
    assert disagreements(path) == disagreements(kept) == []


def test_restore_of_a_damaged_store(path: Path, tmp_path: Path) -> None:
    """That is what copies are for; the damaged one is moved, not copied."""
    snapshot.back_up(path, tmp_path / "copy.db", Disk())
    path.write_bytes(b"damaged" * 999)
    kept = restore.restore(tmp_path / "copy.db", path, NOW)
    assert kept is not None
    assert kept.read_bytes() == b"damaged" * 999
    assert names(path) == ["Ann"]


def test_restore_where_there_is_no_store(path: Path, tmp_path: Path) -> None:
    """On a new computer."""
    snapshot.back_up(path, tmp_path / "copy.db", Disk())
    assert restore.restore(tmp_path / "copy.db", tmp_path / "new.db", NOW) is None
    assert names(tmp_path / "new.db") == ["Ann"]


def test_restore_of_an_older_version(path: Path, tmp_path: Path) -> None:
    """It is brought up to date when it is opened."""
    with closing(sqlite3.connect(tmp_path / "old.db", isolation_level=None)) as db:
        migrate(db, STEPS[:2])
    restore.restore(tmp_path / "old.db", path, NOW)
    assert names(path) == []
    assert disagreements(path) == []


def test_restore_while_another_writes(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It gives up after a while, and nothing is changed."""
    monkeypatch.setattr(snapshot, "_PATIENCE", 0.05)
    snapshot.back_up(path, tmp_path / "copy.db", Disk())
    add(path, "Bob")
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="is in use by another program"):
            restore.restore(tmp_path / "copy.db", path, NOW)
    assert names(path) == ["Ann", "Bob"]


def test_a_copy_a_day_and_the_last_seven(path: Path) -> None:
    """As the store was before the first change of the day; a second one of that day is not made."""
    first = date(2026, 11, 1)
    for day in range(10):
        daily.back_up_daily(path, first + timedelta(days=day))
        add(path, f"Day {day}")
        daily.back_up_daily(path, first + timedelta(days=day))
    found = daily.daily_backups(path)
    assert [file.name for file in found] == [f"customers-2026-11-{day:02}.db" for day in range(4, 11)]
    assert names(found[0]) == ["Ann", "Day 0", "Day 1", "Day 2"]
    assert stat.S_IMODE(found[0].parent.stat().st_mode) == 0o700


def test_new_store_is_not_copied(tmp_path: Path) -> None:
    """There is nothing in it."""
    open_store(tmp_path / "customers.db").close()
    daily.back_up_daily(tmp_path / "customers.db", NOW.date())
    assert daily.daily_backups(tmp_path / "customers.db") == []


def test_store_is_copied_before_its_first_write(path: Path) -> None:
    """Once, and not for reading or a rehearsal."""
    from koalalink.store.sqlite.database import SQLiteDatabase

    copied: list[int] = []
    database = SQLiteDatabase(path, before_first_write=lambda: copied.append(1))
    store = Store(database, user=lambda: "me", now=lambda: NOW)
    store.shape()
    with store.bulk(Action.IMPORTED, rehearsal=True):
        pass
    assert copied == []
    store.add(CustomerDetails(first_name="Bob"))
    store.add(CustomerDetails(first_name="Cy"))
    store.close()
    assert copied == [1]


def test_clock_that_was_wrong_does_not_cost_todays_copy(path: Path) -> None:
    """Of seven copies dated in the future the oldest goes; and then those first that a wrong clock has made."""
    for day in range(7):
        daily.back_up_daily(path, date(2030, 1, 1) + timedelta(days=day))
    for day in range(3):
        daily.back_up_daily(path, date(2026, 11, 1) + timedelta(days=day))
    found = [file.name for file in daily.daily_backups(path)]
    assert found == [
        *(f"customers-2030-01-0{day}.db" for day in range(4, 8)),
        *(f"customers-2026-11-0{day}.db" for day in range(1, 4)),
    ]
    ahead = daily.daily_backups(path)[0].parent / "customers-2026-11-03.db"
    os.utime(ahead, (2e9, 2e9))
    daily.back_up_daily(path, date(2026, 11, 9))
    assert daily.daily_backups(path)[-1].name == "customers-2026-11-09.db"
    assert not ahead.exists()


def test_clock_that_ran_ahead_costs_no_copy_of_before(path: Path) -> None:
    """Seven days ahead, for a week, and then set right: seven of before stay until there are seven new ones."""
    today = date(2026, 11, 8)

    def back_up(day: date) -> list[str]:
        daily.back_up_daily(path, day)
        add(path, f"{day}")
        return [file.name.removeprefix("customers-").removesuffix(".db") for file in daily.daily_backups(path)]

    real = [f"{today - timedelta(days=ago)}" for ago in range(7, 0, -1)]
    for day in real:
        back_up(date.fromisoformat(day))
    for days in range(7):
        assert {*real} <= {*back_up(today + timedelta(days=7 + days))}
    for days in range(7):
        found = back_up(today + timedelta(days=days))
        assert {*real[days + 1 :]} <= {*found}
    assert found == [f"{today + timedelta(days=days)}" for days in range(7)]
    assert names(path.parent / "backups" / f"customers-{found[-1]}.db")[-1] == f"{today + timedelta(days=5)}"


_TAMPERED = {
    "trigger": "CREATE TRIGGER evil AFTER INSERT ON links BEGIN UPDATE links SET stripe_id = 'cus_evil'; END",
    "trigger of ours": "DROP TRIGGER changes_delete",
    "index": "DROP INDEX customers_by_email",
    "view": "CREATE VIEW people AS SELECT * FROM customers",
    "table": "ALTER TABLE links ADD COLUMN more TEXT",
    "shadow": "CREATE TRIGGER evil AFTER INSERT ON customer_search_docsize BEGIN DELETE FROM links; END",
}


@pytest.mark.parametrize("sql", _TAMPERED.values(), ids=_TAMPERED)
def test_copy_that_was_tampered_with_is_refused(path: Path, tmp_path: Path, sql: str) -> None:
    """A trigger in it could make the store save other IDs than it says."""
    snapshot.back_up(path, tmp_path / "copy.db", Disk())
    tamper(tmp_path / "copy.db", sql)
    before = dump(path)
    for refused in (
        lambda: snapshot.check(tmp_path / "copy.db"),
        lambda: restore.restore(tmp_path / "copy.db", path, NOW),
    ):
        with pytest.raises(StoreError, match="was changed by another program"):
            refused()
    assert dump(path) == before
    assert [file.name for file in path.parent.iterdir()] == ["customers.db"]


def test_older_copy_that_was_tampered_with_is_refused(path: Path, tmp_path: Path) -> None:
    """It is looked at when it was brought to this version."""
    with closing(sqlite3.connect(tmp_path / "old.db", isolation_level=None)) as db:
        migrate(db, STEPS[:2])
    tamper(tmp_path / "old.db", _TAMPERED["view"])
    assert snapshot.check(tmp_path / "old.db").customers == 0
    with pytest.raises(StoreError, match="“people” does not belong there"):
        restore.restore(tmp_path / "old.db", path, NOW)
    assert names(path) == ["Ann"]


@pytest.mark.parametrize("sql", _TAMPERED.values(), ids=_TAMPERED)
def test_store_that_was_tampered_with_is_replaced_whole(path: Path, tmp_path: Path, sql: str) -> None:
    """It is not opened any more; a backup brings back its tables, its triggers and what is in them."""
    snapshot.back_up(path, tmp_path / "copy.db", Disk())
    before = dump(path)
    tamper(path, sql)
    with pytest.raises(StoreError, match="was changed by another program") as refused:
        open_store(path)
    assert "koalalink restore" in str(refused.value.hint)
    kept = restore.restore(tmp_path / "copy.db", path, NOW)
    assert (dump(path), disagreements(path)) == (before, [])
    assert kept is not None
    assert kept.exists()


def tamper(path: Path, sql: str) -> None:
    """Change a store as another program can."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute(sql)


def test_next_numbers_come_back_with_a_copy(path: Path, tmp_path: Path) -> None:
    """A number that was somebody's is never another's."""
    add(path, "Bob")
    store = open_store(path)
    store.remove(store.record(the_only(store, "2")))
    store.close()
    snapshot.back_up(path, tmp_path / "copy.db", Disk())
    add(path, "Cy")
    restore.restore(tmp_path / "copy.db", path, NOW)
    add(path, "Dee")
    store = open_store(path)
    assert [each.customer.number for each in store.everybody()] == [1, 3]
    assert [change.number for change in store.changes(limit=9)] == [5, 4, 3, 2, 1]
    store.close()


def test_restore_that_fails_in_the_middle_changes_nothing(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The store is as it was, and no copy of it is left that was not needed."""
    snapshot.back_up(path, tmp_path / "copy.db", Disk())
    add(path, "Bob")
    before = dump(path)
    monkeypatch.setattr(restore, "_TABLES", [*restore._TABLES, "nonsense"])
    with pytest.raises(KoalaError):
        restore.restore(tmp_path / "copy.db", path, NOW)
    assert (dump(path), disagreements(path)) == (before, [])
    assert [file.name for file in path.parent.iterdir()] == ["customers.db"]


def test_kept_stores_have_names_of_their_own(path: Path, tmp_path: Path) -> None:
    """Several in a second, too."""
    snapshot.back_up(path, tmp_path / "copy.db", Disk())
    kept = [restore.restore(tmp_path / "copy.db", path, NOW) for _ in range(3)]
    assert len({file for file in kept if file}) == 3
    assert all(file and names(file) == ["Ann"] for file in kept)
