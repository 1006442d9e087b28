"""A person who asks to be erased is erased wherever we have something."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from koalalink.app import App
from koalalink.domain.customers.links import Link
from koalalink.domain.history.changes import Action
from koalalink.domain.history.notes import Note, NoteKind
from koalalink.domain.stripe.ids import StripeId
from koalalink.store.backup import copy_mark
from tests.conftest import NOW, file_of, in_a_file, runner
from tests.fakes import Somebody
from tests.torture.checks import disagreements, dump

SECRETS = ("zebulon", "quagmire", "zq@secret.example", "425-555-7788", "cus_zebulon")


@pytest.fixture
def shop(home: Path, in_config: str) -> Iterator[App]:
    """Zebulon, who was added, changed, linked, refused, merged with himself, and copied; and Bob."""
    home.mkdir()
    (home / "config.toml").write_text(f'{in_config}[locations.main]\napi_key_env = "K"\n')
    (home / "config.toml").chmod(0o600)
    koala = App(home=home, environ={}, now=lambda: NOW, may_ask=False)
    run = runner(koala)
    add = ("customers", "add", "--first-name", "Zebulon", "--last-name", "Quagmire")
    run(*add, "--email", "zq@secret.example", "--phone", "425-555-7788", "--external-id", "BK-7")
    run("customers", "add", "--first-name", "Bob")
    run(*add, "--notes", "gate code quagmire", "--force")
    Path(home / "stripe.csv").write_text(
        "id,Email,Name,Created (UTC)\ncus_zebulon,zq@secret.example,Zebulon Quagmire,2021-01-01 00:00\n"
        "cus_zebulon2,ZQ@secret.example,Zebulon Q,2021-01-01 00:00\ncus_other,o@x.com,Other,2021-01-01 00:00\n"
    )
    synced = run("sync", "-l", "main", "--from-csv", str(home / "stripe.csv"))
    assert synced.exit_code == 0, synced.stderr
    (home / "stripe.csv").unlink()
    with koala.store.bulk(Action.REFUSED, rehearsal=False) as bulk:
        bulk.refuse("main", [(1, koala.directory.beginning("cus_other", 1)[0].stripe_id)])
    assert run("connect", "1", "cus_zebulon", "--offline").exit_code == 0
    assert run("customers", "edit", "1", "--notes", "zebulon likes tea").exit_code == 0
    merged = run("customers", "merge", "1", "3")
    assert merged.exit_code == 0, merged.stderr
    yield koala
    koala.close()


def everything(koala: App) -> str:
    """All bytes of the store, the log beside it included; of one on a server every row of every table."""
    if koala.shared:
        return "\n".join(dump(file_of(koala))).lower()
    koala.close()
    return "".join(path.read_bytes().decode("latin-1").lower() for path in koala.home.glob("customers.db*"))


def test_nothing_is_left_but_that_somebody_was_erased(shop: App) -> None:
    """In the list, the history, the copies, the index, and in no byte of the file."""
    run = runner(shop)
    assert all(secret in everything(shop) for secret in SECRETS)
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
    assert [secret for secret in SECRETS if secret in everything(shop)] == []
    assert disagreements(file_of(shop)) == []
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
    from koalalink.domain.history.descriptions import in_words

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
    before = dump(file_of(shop))
    result = run("customers", "forget", "1")
    assert (result.exit_code, "If you are sure, add --yes" in result.stderr) == (8, True)
    shop.__dict__["talk"] = Somebody()
    assert run("customers", "forget", "1").exit_code == 1
    assert dump(file_of(shop)) == before
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
    assert "quagmire" not in everything(shop)
    assert run("customers", "forget", "99", "--yes").exit_code == 4


def link_bob(shop: App) -> None:
    """Link Bob in spite of Zebulon, whose name was seen at that Stripe customer, and whose email Bob has noted."""
    bob = shop.store.fitting("2")[0]
    details = bob.details._replace(extra='{"Billing email": "ZQ@secret.example", "Gate": "17"}', notes="pays by check")
    bob = shop.store.edit(bob, details)
    for stripe_id, seen in (("cus_bob1", "zebulon quagmire"), ("cus_bob2", "Bob")):
        previous = shop.store.link(bob, "main")
        link = Link(
            2, "main", StripeId(stripe_id), seen_name=seen, seen_email="zq@secret.example", seen_phone="555-0100"
        )
        note = Note(NoteKind.DOUBTED, checks=("name",), customers=(1,))
        shop.store.save_link(bob, link, previous=previous, action=Action.CONNECTED, note=note)


def test_person_goes_from_what_is_told_of_others(shop: App) -> None:
    """From notes, from what was seen when they were linked, and from their extra details; and they are named."""
    run = runner(shop)
    link_bob(shop)
    assert "customer 1 matches as well" in run("history").stdout
    result = run("customers", "forget", "1", "--yes", "--json")
    assert json.loads(result.stdout)["blanked"] == ["Bob (2)"]
    assert "An extra detail that held the same email was emptied: Bob (2)." in result.stderr
    assert [secret for secret in SECRETS if secret in everything(shop)] == []
    notes = [row["note"] for row in json.loads(run("history", "2", "--json").stdout)]
    assert notes[:2] == ["although it was in doubt"] * 2
    [bob] = json.loads(run("customers", "list", "Bob", "--json").stdout)
    assert [link["stripe_id"] for link in bob["links"]] == ["cus_bob2"]
    assert json.loads(shop.store.fitting("2")[0].details.extra) == {"Billing email": "", "Gate": "17"}
    assert (2, "cus_other") not in shop.store.refusals("main")


def test_what_others_did_can_still_be_undone(shop: App) -> None:
    """Back to the first of their changes, although the person's texts went out of them."""
    run = runner(shop)
    link_bob(shop)
    run("customers", "forget", "1", "--yes")
    for left in (["cus_bob1"], []):
        done = run("undo")
        assert done.exit_code == 0, done.stderr
        [bob] = json.loads(run("customers", "list", "Bob", "--json").stdout)
        assert [link["stripe_id"] for link in bob["links"]] == left
    assert run("undo").exit_code == 0
    assert shop.store.fitting("2")[0].details.extra == ""
    assert run("undo", "2").exit_code == 0
    assert json.loads(run("customers", "list", "--json").stdout) == []
    assert run("undo").exit_code == 4


def test_import_that_the_person_was_in_is_undone_for_everyone_else(shop: App, tmp_path: Path) -> None:
    """Plainly it is refused, with how to; what nothing is left of is passed over."""
    run = runner(shop)
    people = tmp_path / "people.csv"
    people.write_text("First Name,Email,Stripe ID\nAnn,ann@x.com,cus_ann\nZebulon Q,zebulon@x.com,cus_zebulon9\n")
    assert run("customers", "import", str(people), "-l", "main", "--no-verify").exit_code == 0
    run("enable", "5")
    run("disable", "5")
    made = json.loads(run("history", "--action", "imported", "--json").stdout)[0]["change"]
    assert run("customers", "forget", "5", "--yes").exit_code == 0
    refused = run("undo")
    assert (refused.exit_code, "customer 5 was erased since" in refused.stderr) == (8, True)
    assert f"koalalink undo {made} --keep-touched" in refused.stderr
    assert run("undo", str(made + 1)).exit_code == 8
    done = run("undo", str(made), "--keep-touched")
    assert done.exit_code == 0, done.stderr
    assert json.loads(run("customers", "list", "ann", "--json").stdout) == []
    again = json.loads(run("history", "--limit", "1", "--json").stdout)[0]["change"]
    assert run("undo", str(again)).exit_code == 0
    assert json.loads(run("customers", "list", "ann", "--json").stdout)[0]["links"][0]["stripe_id"] == "cus_ann"


def test_answer_says_where_else_to_delete(shop: App) -> None:
    """At Stripe, by its pages; and in the booking system by its ID."""
    told = runner(shop)("customers", "forget", "1", "--yes").stderr
    for stripe_id in ("cus_zebulon", "cus_zebulon2"):
        assert f"  {stripe_id} at main: https://dashboard.stripe.com/customers/{stripe_id}\n" in told
    assert "In your booking system, delete the customer with the ID BK-7." in told


def test_answer_says_what_is_deleted_already(shop: App) -> None:
    """At Stripe, as the last sync has found; nobody is sent there for that."""
    shop.directory.begin("main", None, True, NOW)
    assert shop.directory.finish("main", NOW) == 3
    told = runner(shop)("customers", "forget", "1", "--yes").stderr
    assert "Already deleted at Stripe: cus_zebulon at main and cus_zebulon2 at main." in told
    assert "https://dashboard.stripe.com" not in told


@in_a_file
def test_copy_of_the_day_is_made_afterwards(shop: App) -> None:
    """Where erasing is the first that is done on a day, its copy does not have the person."""
    run = runner(shop)
    shop.close()
    done = json.loads(run("customers", "forget", "1", "--yes", "--json").stdout)
    [copy] = (shop.home / "backups").iterdir()
    assert done["change"] == json.loads(run("history", "--json").stdout)[0]["change"]
    assert "quagmire" not in copy.read_bytes().decode("latin-1").lower()


def test_what_a_killed_copy_has_left_goes(shop: App) -> None:
    """From the folders that KoalaLink copies to; of others nothing is touched."""
    run = runner(shop)
    folder = shop.home / "backups"
    folder.mkdir(exist_ok=True)
    name = ".koalalink-0123456789abcdef"
    left = [shop.home / name, *([] if shop.shared else [folder / name, folder / f"{name}-wal"])]
    for each in left:
        each.write_text("quagmire")
    (folder / "mine.txt").write_text("mine")
    done = json.loads(run("customers", "forget", "1", "--yes", "--json").stdout)
    assert [each for each in left if each.exists()] == []
    assert not any(name in path for path in done["backups"])
    assert (folder / "mine.txt").exists()


@in_a_file
def test_copy_that_is_being_made_is_named(shop: App) -> None:
    """It is left to finish, and has the person."""
    run = runner(shop)
    target = shop.home / "backups" / "customers-2026-01-01.db"
    target.parent.mkdir(exist_ok=True)
    left = target.with_name(".koalalink-0123456789abcdef")
    left.write_text("quagmire")
    with closing(sqlite3.connect(copy_mark.mark_of(target), isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        done = json.loads(run("customers", "forget", "1", "--yes", "--json").stdout)
    assert {str(target), str(left)} <= {*done["backups"]}


_UPDATES = [
    "UPDATE change_items SET after = '{}' WHERE customer = 2",
    'UPDATE change_items SET after = \'{"email": "x"}\' WHERE customer = 1 AND after IS NOT NULL',
    "UPDATE change_items SET before = '{}' WHERE customer = 1 AND before IS NULL",
    "UPDATE change_items SET customer = 2 WHERE customer = 1",
    """UPDATE change_items SET after = replace(after, '"seen_name": ""', '"seen_name": "Rob"') WHERE customer = 2""",
    """UPDATE change_items SET after = replace(after, '"Gate\\": \\"17', '"Gate\\": \\"18') WHERE customer = 2""",
    """UPDATE change_items SET after = replace(after, 'cus_bob2', 'cus_bob3') WHERE customer = 2""",
    """UPDATE change_items SET after = replace(after, 'pays by check', '') WHERE customer = 2""",
    "UPDATE changes SET note = 'x' WHERE change = 1",
    "UPDATE changes SET note = '{\"kind\": \"certain\"}' WHERE note <> ''",
    "UPDATE changes SET at = at + 1, note = '' WHERE change = 1",
    "UPDATE changes SET note = '' WHERE change = 2",
    "DELETE FROM change_items WHERE customer = 1",
]


@pytest.mark.parametrize("sql", _UPDATES)
def test_triggers_allow_this_one_way_and_no_other(shop: App, sql: str, kept_in: str) -> None:
    """What was erased stays so, and nothing else is altered."""
    link_bob(shop)
    runner(shop)("customers", "forget", "1", "--yes")
    url = shop.shared.address.reveal() if shop.shared else ""
    shop.close()
    if url:
        import psycopg

        with psycopg.connect(url) as server, pytest.raises(psycopg.errors.IntegrityError, match="cannot be altered"):
            server.execute(sql.encode())
        return
    refused = pytest.raises(sqlite3.IntegrityError, match="the history cannot be altered")
    with closing(sqlite3.connect(shop.config.store_path)) as db, refused:
        db.execute(sql)
