"""Locations that get another name: nothing of theirs is lost, and nothing is silently passed over."""

import json
from pathlib import Path

import pytest

from koalalink.app import App
from koalalink.sandbox.fake_stripe import Account
from tests.commands.conftest import KEY
from tests.conftest import NOW, Run, file_of, in_a_file, runner
from tests.fakes import the_only
from tests.stripe_server import StripeServer
from tests.torture.checks import disagreements, dump


@pytest.fixture
def again(koala: App, live: Run) -> Run:
    """Run each command as the next process does; Jane is linked, Robert was refused one, and Stripe was copied."""
    assert live("sync").exit_code == 0
    assert live("verify").exit_code in (0, 9)
    Path("no.csv").write_text("Decision,Customer,Stripe ID\nno,2,cus_JaneMoved\n")
    assert live("apply", "no.csv").exit_code == 0
    koala.close()

    def run(*arguments: str, **options: str) -> object:
        following = App(home=koala.home, environ=koala.environ, now=lambda: NOW, may_ask=False)
        try:
            return runner(following)(*arguments, **options)
        finally:
            following.close()

    return run  # type: ignore[return-value]


def rows_at(koala: App, place: str) -> list[str]:
    """Everything in the tables, but for the history, that names a location."""
    return [row for row in dump(file_of(koala)) if f"'{place}'" in row and not row.startswith("change")]


def test_links_refusals_and_copy_go_with_the_name(again: Run, koala: App, server: StripeServer) -> None:
    """The link works as before; one undo takes both parts back, and another brings them again."""
    before, settings = dump_of(koala), koala.config_file.read_text()
    done = again("locations", "rename", "default", "shop")
    assert (done.exit_code, "default is now called shop. 1 link was moved." in done.stderr) == (0, True)
    assert "[locations.shop]" in koala.config_file.read_text()
    assert rows_at(koala, "default") == []
    assert len(rows_at(koala, "shop")) > 60
    assert disagreements(file_of(koala)) == []
    assert again("cards", "1").exit_code == again("verify").exit_code == 0
    assert again("search", "jane", "--offline").exit_code == 0
    assert "renamed the location default to shop" not in again("history").stdout  # a pipe has the fields
    assert json.loads(again("history", "--limit", "1", "--json").stdout)[0]["note"] == "default → shop"
    server.fault = None
    undone = again("undo")
    assert (undone.exit_code, "The location shop will be called default again." in undone.stderr) == (0, True)
    assert dump_of(koala) == before
    assert koala.config_file.read_text() == settings
    assert again("cards", "1").exit_code == 0
    assert again("undo", "6").exit_code == 0
    assert rows_at(koala, "default") == []
    assert "[locations.shop]" in koala.config_file.read_text()


def test_undo_that_is_refused_leaves_the_configuration(again: Run, koala: App) -> None:
    """And where the configuration was changed by hand already, only the store's part is left to do."""
    settings = koala.config_file.read_text()
    assert again("locations", "rename", "default", "shop").exit_code == 0
    renamed = koala.config_file.read_text()
    assert again("unlink", "1").exit_code == 0
    assert (again("undo", "5").exit_code, koala.config_file.read_text()) == (8, renamed)
    assert again("undo").exit_code == 0
    koala.config_file.write_text(settings)
    assert (again("undo", "5").exit_code, koala.config_file.read_text()) == (0, settings)
    assert rows_at(koala, "shop") == []


def dump_of(koala: App) -> list[str]:
    """The store without its history."""
    return [row for row in dump(file_of(koala)) if not row.startswith(("change", "sqlite_sequence"))]


@in_a_file
def test_store_follows_a_name_that_was_changed_by_hand(again: Run, koala: App) -> None:
    """Until then verify, status and doctor tell what is not looked at any more."""
    text = koala.config_file.read_text().replace("locations.default", "locations.shop")
    koala.config_file.write_text(text)
    for command in ("verify", "status", "doctor"):
        done = again(command)
        assert done.exit_code == (0 if command == "status" else 9)
        assert "1 link is at “default”, which is not in the configuration" in done.stderr + done.stdout
        assert "koalalink locations rename default NEW_NAME" in done.stderr + done.stdout
    [row] = json.loads(again("verify", "--json").stdout)
    assert (row["customer"], row["location"], row["problem"]) == (1, "default", "no_location")
    assert again("verify", "-l", "shop").exit_code == 0
    assert again("locations", "rename", "default", "shop").exit_code == 0
    assert koala.config_file.read_text() == text
    assert again("verify").exit_code == again("doctor").exit_code == 0


@pytest.mark.parametrize(
    ("names", "code", "said"),
    [
        (("nowhere", "shop"), 2, "There is no location “nowhere”."),
        (("default", "default"), 2, "There already is a location “default”."),
        (("default", "Main Street"), 2, "cannot be the name of a location"),
    ],
)
def test_name_that_cannot_be_given_is_refused(
    again: Run, koala: App, names: tuple[str, str], code: int, said: str
) -> None:
    """Nothing changes, neither the file nor the store."""
    before = koala.config_file.read_text(), dump(file_of(koala))
    done = again("locations", "rename", *names)
    assert (done.exit_code, said in done.stderr) == (code, True), done.stderr
    assert (koala.config_file.read_text(), dump(file_of(koala))) == before


def test_rename_that_was_killed_in_the_middle_is_finished(again: Run, koala: App) -> None:
    """After the store's part, before the configuration's: it is typed again."""
    text = koala.config_file.read_text()
    assert again("locations", "rename", "default", "shop").exit_code == 0
    koala.config_file.write_text(text)
    done = again("locations", "rename", "default", "shop")
    assert (done.exit_code, "1 link was moved" in done.stderr) == (0, True)
    assert again("verify").exit_code == 0


def test_name_whose_links_are_there_still_is_refused(again: Run, koala: App) -> None:
    """Two locations would become one."""
    koala.config_file.write_text(koala.config_file.read_text() + '[locations.old]\napi_key_env = "K"\n')
    assert again("connect", "2", "cus_RobertCarver1", "-l", "old", "--offline").exit_code == 0
    assert again("locations", "remove", "old", "--yes").exit_code == 0
    done = again("locations", "rename", "default", "old")
    assert (done.exit_code, "There are links at old already" in done.stderr) == (8, True)
    assert "[locations.default]" in koala.config_file.read_text()


def test_same_id_in_another_account_is_verified_again(again: Run, koala: App, account: Account) -> None:
    """A copied account keeps its IDs; the link says in which it was verified last, and undo puts the old one back."""
    assert again("connect", "1", "cus_123").exit_code == 0
    account.id, account.business = "acct_copied", "Beta"
    refused = again("connect", "1", "cus_123")
    assert (refused.exit_code, "this key opens Beta (acct_copied)" in refused.stderr) == (8, True)
    assert again("sync", "--replace").exit_code == 0
    done = again("connect", "1", "cus_123", "--json")
    assert (done.exit_code, json.loads(done.stdout)["status"]) == (0, "unchanged")
    assert account_of(koala) == "acct_copied"
    newest = json.loads(again("history", "--limit", "1", "--json").stdout)[0]
    assert (newest["action"], newest["before"]["account"]) == ("verified", "acct_sandboxdowntown")
    assert again("connect", "1", "cus_123").exit_code == 0
    assert json.loads(again("history", "--limit", "1", "--json").stdout)[0] == newest
    account.keys[KEY] = type(account.keys[KEY])(frozenset({"rak_customer_read", "rak_payment_method_read"}))
    assert again("connect", "1", "cus_123").exit_code == 0
    assert account_of(koala) == "acct_copied"


def account_of(koala: App) -> str | None:
    """The account that Jane's link was verified in."""
    link = koala.store.link(the_only(koala.store, "1"), "default")
    koala.close()
    return link.account if link else None
