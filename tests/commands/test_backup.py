"""`backup`, `restore`, and the copies that are made every day."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from koalalink.app import App
from koalalink.domain.customers.customer import CustomerDetails
from tests.conftest import NOW, Run, runner
from tests.fakes import Somebody

FIELDS = ["file", "customers", "links", "changes", "changed_at", "kept"]


@pytest.fixture
def shop(home: Path) -> Iterator[App]:
    """A shop with Ann."""
    koala = App(home=home, environ={}, now=lambda: NOW, may_ask=False)
    koala.store.add(CustomerDetails(first_name="Ann"))
    yield koala
    koala.close()


@pytest.fixture
def type_(shop: App) -> Run:
    """Type a command in the shop."""
    return runner(shop)


def names(koala: App) -> list[str]:
    """Who is in the store."""
    return [each.customer.details.first_name for each in koala.store.everybody()]


def test_backup_and_restore(type_: Run, shop: App, tmp_path: Path) -> None:
    """What was copied is there again, and what was there is kept and can be brought back."""
    copy = tmp_path / "copy.db"
    record = json.loads(type_("backup", str(copy), "--json").stdout)
    assert list(record) == FIELDS
    assert (record["customers"], record["links"], record["kept"]) == (1, 0, None)
    shop.store.add(CustomerDetails(first_name="Bob"))
    shop.close()
    record = json.loads(type_("restore", str(copy), "--yes", "--json").stdout)
    assert names(shop) == ["Ann"]
    shop.close()
    assert type_("restore", record["kept"], "--yes").exit_code == 0
    assert names(shop) == ["Ann", "Bob"]


def test_backup_into_a_folder_and_over_a_file(type_: Run, tmp_path: Path, shop: App) -> None:
    """A folder gets a name of today; a file that is there is not written over unasked."""
    written = Path(json.loads(type_("backup", str(tmp_path), "--json").stdout)["file"])
    assert written.parent == tmp_path
    assert written.name.startswith("koalalink-2026-11-23-")
    result = type_("backup", str(written))
    assert (result.exit_code, result.stdout) == (8, "")
    assert "already exists" in result.stderr
    assert type_("backup", str(written), "--yes").exit_code == 0
    assert type_("backup", str(shop.config.store_path), "--yes").exit_code == 8


def test_restore_is_asked_about(type_: Run, shop: App, tmp_path: Path) -> None:
    """After both were shown; where nobody is there it is refused, and so is what is no copy."""
    copy = tmp_path / "copy.db"
    assert type_("backup", str(copy)).exit_code == 0
    shop.store.add(CustomerDetails(first_name="Bob"))
    result = type_("restore", str(copy))
    assert result.exit_code == 8
    assert "The backup has 1 customer and 0 links, last changed just now." in result.stderr
    assert "Your store has 2 customers and 0 links" in result.stderr
    shop.__dict__["talk"] = person = Somebody(says_yes=False)
    assert type_("restore", str(copy)).exit_code == 1
    assert person.asked == ["Put the backup in its place?"]
    copy.write_text("nothing")
    assert type_("restore", str(copy), "--yes").exit_code == 7
    assert type_("restore", str(tmp_path / "none.db"), "--yes").exit_code == 4
    assert names(shop) == ["Ann", "Bob"]


def test_first_change_of_a_day_is_preceded_by_a_copy(home: Path, shop: App) -> None:
    """And doctor tells where the copies are."""
    shop.close()
    for day in (0, 0, 1):
        koala = App(home=home, environ={}, now=partial(_after, day), may_ask=False)
        assert runner(koala)("customers", "add", "--first-name", "Bob").exit_code == 0
        koala.close()
    found = [file.name for file in sorted((home / "backups").iterdir())]
    assert found == ["customers-2026-11-23.db", "customers-2026-11-24.db"]
    assert "customers-2026-11-23.db to customers-2026-11-24.db" in runner(shop)("doctor").stdout


def _after(days: int) -> datetime:
    return NOW + timedelta(days=days)


def test_copy_that_cannot_be_made_does_not_stop_the_work(home: Path, shop: App) -> None:
    """It is said."""
    shop.close()
    (home / "backups").write_text("in the way")
    result = runner(shop)("customers", "add", "--first-name", "Bob")
    assert result.exit_code == 0
    assert "No daily backup of the store was made" in result.stderr
    assert names(shop) == ["Ann", "Bob"]


def test_sandbox_has_no_daily_copies(run: Run, sandbox: App) -> None:
    """It is made anew in a moment."""
    assert run("customers", "add", "--first-name", "Bob").exit_code == 0
    sandbox.close()
    assert run("customers", "add", "--first-name", "Cy").exit_code == 0
    assert not (sandbox.home / "backups").exists()
    assert "Copies" not in run("doctor").stdout


def test_store_that_was_tampered_with_is_told_and_replaced(type_: Run, shop: App, tmp_path: Path) -> None:
    """Only doctor, which names what does not belong there, and restore, which brings a backup back, still run."""
    assert type_("backup", str(tmp_path / "copy.db")).exit_code == 0
    shop.close()
    with closing(sqlite3.connect(shop.config.store_path)) as db:
        db.execute("CREATE TRIGGER evil AFTER INSERT ON links BEGIN UPDATE links SET stripe_id = 'cus_evil'; END")
    for line in (("customers", "list"), ("unlink", "1"), ("history",), ("customers", "export", "out.csv")):
        result = type_(*line)
        assert (result.exit_code, result.stdout) == (7, "")
    told = type_("doctor")
    assert (told.exit_code, "the trigger “evil” does not belong there" in told.stdout) == (9, True)
    assert type_("restore", str(tmp_path / "copy.db"), "--yes").exit_code == 0
    assert names(shop) == ["Ann"]
    assert "evil" not in type_("doctor").stdout
