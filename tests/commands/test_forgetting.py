"""A person who asks to be erased is erased wherever we have something."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from koalalink.app import App
from tests.conftest import NOW, runner
from tests.fakes import Somebody
from tests.torture.checks import disagreements, dump

SECRETS = ("zebulon", "quagmire", "zq@secret.example", "425-555-7788", "cus_zebulon")


@pytest.fixture
def shop(home: Path) -> Iterator[App]:
    """Zebulon, who was added, changed, linked, refused, merged with himself, and copied; and Bob."""
    koala = App(home=home, environ={}, now=lambda: NOW, may_ask=False)
    run = runner(koala)
    add = ("customers", "add", "--first-name", "Zebulon", "--last-name", "Quagmire")
    run(*add, "--email", "zq@secret.example", "--phone", "425-555-7788")
    run("customers", "add", "--first-name", "Bob")
    run(*add, "--notes", "gate code quagmire", "--force")
    Path(home / "stripe.csv").write_text(
        "id,Email,Name,Created (UTC)\ncus_zebulon,zq@secret.example,Zebulon Quagmire,2021-01-01 00:00\n"
        "cus_zebulon2,ZQ@secret.example,Zebulon Q,2021-01-01 00:00\ncus_other,o@x.com,Other,2021-01-01 00:00\n"
    )
    assert run("sync", "-l", "main", "--from-csv", str(home / "stripe.csv")).exit_code == 0
    (home / "stripe.csv").unlink()
    with koala.store.bulk(koala.store.changes(limit=1)[0].action, "", rehearsal=False) as bulk:
        bulk.refuse("main", [(1, koala.directory.beginning("cus_other", 1)[0].stripe_id)])
    (home / "config.toml").write_text('[locations.main]\napi_key_env = "K"\n')
    koala.close()
    koala.__dict__.pop("config", None)
    assert run("connect", "1", "cus_zebulon", "--offline").exit_code == 0
    assert run("customers", "edit", "1", "--notes", "zebulon likes tea").exit_code == 0
    merged = run("customers", "merge", "1", "3")
    assert merged.exit_code == 0, merged.stderr
    yield koala
    koala.close()


def everything(home: Path) -> str:
    """All bytes of the store, the log beside it included."""
    return "".join(path.read_bytes().decode("latin-1").lower() for path in home.glob("customers.db*"))


def test_nothing_is_left_but_that_somebody_was_erased(shop: App) -> None:
    """In the list, the history, the copies, the index, and in no byte of the file."""
    run = runner(shop)
    assert all(secret in everything(shop.home) for secret in SECRETS)
    result = run("customers", "forget", "Zebulon", "--yes", "--json")
    assert result.exit_code == 0, result.stderr
    done = json.loads(result.stdout)
    assert (done["customer"], done["links"], done["copies"]) == (1, 1, 2)
    assert done["changes"] == 6
    for line in (("customers", "list", "zebulon"), ("history",), ("history", "1"), ("search", "zebulon", "--offline")):
        shown = run(*line)
        assert "ebulon" not in shown.stdout + shown.stderr
    [newest] = json.loads(run("history", "--limit", "1", "--json").stdout)
    assert (newest["action"], newest["by"]) == ("forgotten", "tester")
    shop.close()
    assert [secret for secret in SECRETS if secret in everything(shop.home)] == []
    assert disagreements(shop.config.store_path) == []
    assert "Bob" in run("customers", "list").stdout
    assert run("customers", "list", "other").exit_code == 0


def test_copy_of_whom_another_is_linked_to_stays(shop: App) -> None:
    """A couple shares an email; each has a Stripe customer."""
    run = runner(shop)
    run("customers", "edit", "2", "--last-name", "Quagmire", "--email", "zq@secret.example")
    assert run("connect", "2", "cus_zebulon2", "--offline").exit_code == 0
    done = json.loads(run("customers", "forget", "1", "--yes", "--json").stdout)
    assert done["copies"] == 1
    assert [each.stripe_id for each in shop.directory.beginning("cus_zeb", 9)] == ["cus_zebulon2"]


def test_history_is_still_shown(shop: App) -> None:
    """In every form, without what it was about."""
    run = runner(shop)
    run("customers", "forget", "1", "--yes")
    rows = json.loads(run("history", "--json").stdout)
    assert [row["action"] for row in rows][:3] == ["forgotten", "merged", "edited"]
    assert all(row["before"] in (None, {}) for row in rows if row["customer"] == 1)
    from koalalink.domain.chronicle import in_words

    told = [in_words(change) for change in shop.store.changes(limit=9)]
    assert told[0] == "erased customer 1 and customer 3"
    assert "connected customer (1) to an ID that was erased at main" in told


def test_it_cannot_be_undone(shop: App) -> None:
    """Nor can what was done to that customer before; of others it can."""
    run = runner(shop)
    done = json.loads(run("customers", "forget", "1", "--yes", "--json").stdout)
    result = run("undo", str(done["change"]))
    assert (result.exit_code, "Who was erased cannot be brought back" in result.stderr) == (8, True)
    result = run("undo", "1")
    assert (result.exit_code, "customer 1 was erased since" in result.stderr) == (8, True)
    run("customers", "edit", "2", "--notes", "x")
    assert run("undo").exit_code == 0


def test_it_is_asked_for(shop: App) -> None:
    """With --yes, or by a person; backups that still have the customer are named."""
    run = runner(shop)
    before = dump(shop.config.store_path)
    result = run("customers", "forget", "1")
    assert (result.exit_code, "If you are sure, add --yes" in result.stderr) == (8, True)
    shop.__dict__["talk"] = Somebody()
    assert run("customers", "forget", "1").exit_code == 1
    assert dump(shop.config.store_path) == before
    kept = shop.home / "backups" / f"customers-{NOW.astimezone():%Y-%m-%d}.db"
    somebody = shop.__dict__["talk"] = Somebody(says_yes=True)
    assert run("customers", "forget", "1").exit_code == 0
    assert somebody.asked == ["Erase everything that is stored about Zebulon Quagmire (1)? This cannot be undone."]
    assert kept.exists() is (f"  {kept}" in somebody.heard)
    assert any("the next sync copies it again" in told for told in somebody.heard)


def test_one_who_was_removed_is_erased_by_number(shop: App) -> None:
    """The history still has the details."""
    run = runner(shop)
    assert run("customers", "remove", "1", "--force").exit_code == 0
    assert run("customers", "forget", "1", "--yes").exit_code == 0
    shop.close()
    assert "quagmire" not in everything(shop.home)
    assert run("customers", "forget", "99", "--yes").exit_code == 4


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE change_items SET after = '{}' WHERE customer = 2",
        'UPDATE change_items SET after = \'{"email": "x"}\' WHERE customer = 1 AND after IS NOT NULL',
        "UPDATE change_items SET before = '{}' WHERE customer = 1 AND before IS NULL",
        "UPDATE change_items SET customer = 2 WHERE customer = 1",
        "UPDATE changes SET note = 'x' WHERE change = 1",
        "UPDATE changes SET at = at + 1, note = '' WHERE change = 1",
        "UPDATE changes SET note = '' WHERE change = 2",
        "DELETE FROM change_items WHERE customer = 1",
    ],
)
def test_triggers_allow_this_one_way_and_no_other(shop: App, sql: str) -> None:
    """What was erased stays so, and nothing else is altered."""
    runner(shop)("customers", "forget", "1", "--yes")
    shop.close()
    refused = pytest.raises(sqlite3.IntegrityError, match="the history cannot be altered")
    with closing(sqlite3.connect(shop.config.store_path)) as db, refused:
        db.execute(sql)
