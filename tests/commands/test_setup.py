"""init, locations and doctor."""

import json
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import Result

from koalalink.app import App
from koalalink.sandbox.fake_stripe import CUSTOMER_READ, Account, Key
from tests.commands.conftest import KEY as LIVE
from tests.conftest import NOW, Run, in_a_file, runner
from tests.fakes import Somebody
from tests.stripe_server import StripeServer

KEY = "rk_test_0123456789abcdefghij"
NO_STRIPE = {"KOALALINK_API_BASE": "http://127.0.0.1:1"}


@pytest.fixture
def real(home: Path) -> Iterator[App]:
    """A fresh machine: no configuration, nobody there to answer."""
    koala = App(home=home, environ=NO_STRIPE, now=lambda: NOW, may_ask=False)
    yield koala
    koala.close()


def again(koala: App, **environ: str) -> Run:
    """Return what runs a command as the next process does, with a context of its own."""

    def invoke(*arguments: str, input: str | None = None) -> Result:
        following = App(home=koala.home, environ=NO_STRIPE | environ, now=lambda: NOW, may_ask=False)
        try:
            return runner(following)(*arguments, input=input)
        finally:
            following.close()

    return invoke


def test_init_takes_the_key_from_stdin(real: App) -> None:
    """It shows where a key is made, writes the file for its owner alone, and does not show the key."""
    result = runner(real)("init", "--location", "downtown", "--name", "Downtown", input=f"{KEY}\n")
    assert result.exit_code == 0, result.stderr
    assert "permissions%5B%5D=rak_customer_read&permissions%5B%5D=rak_payment_method_read" in result.stderr
    assert KEY not in result.output + result.stderr
    assert real.config_file.stat().st_mode & 0o777 == 0o600
    assert KEY in real.config_file.read_text()
    assert again(real)("customers", "list", "--json").stdout == "[]\n"


def test_init_asks_a_person(real: App) -> None:
    """For the location and the key."""
    person = real.__dict__["talk"] = Somebody(answers=("shop", KEY))
    assert runner(real)("init").exit_code == 0
    assert person.asked == ["What do you call your location?", "Paste the key (it is not shown)"]
    assert "[locations.shop]" in real.config_file.read_text()


def test_init_does_not_overwrite(real: App) -> None:
    """Unless it is told to; and it asks for no key before."""
    assert runner(real)("init", "--api-key-env", "K").exit_code == 0
    before = real.config_file.read_text()
    result = again(real)("init", "--api-key-env", "OTHER")
    assert result.exit_code == 2
    assert "--force" in result.stderr
    assert real.config_file.read_text() == before
    assert again(real)("init", "--api-key-env", "OTHER", "--force").exit_code == 0
    assert "OTHER" in real.config_file.read_text()


@pytest.mark.parametrize(
    ("typed", "said"), [("", "is empty"), ("pk_test_abc123", "publishable"), ("hello", "does not look")]
)
def test_init_refuses_what_is_no_key(real: App, typed: str, said: str) -> None:
    """And writes nothing."""
    result = runner(real)("init", input=f"{typed}\n")
    assert result.exit_code == 3
    assert said in result.stderr
    assert not real.config_file.exists()


def test_locations_are_added_listed_and_removed(real: App) -> None:
    """The list shows the mode and the key shortened, and why Stripe does not answer."""
    runner(real)("init", "--location", "downtown", "--api-key-env", "KEY_D")
    (real.home / "kept").write_text(KEY)
    result = again(real)("locations", "add", "uptown", "--api-key-command", f"cat '{real.home / 'kept'}'")
    assert "Added uptown" in result.stderr
    base = {"KOALALINK_API_BASE": "http://127.0.0.1:1"}
    rows = json.loads(again(real, **base)("locations", "list", "--json").stdout)
    assert [(row["location"], row["mode"], row["key"], row["answers"]) for row in rows] == [
        ("downtown", None, None, False),
        ("uptown", "test", "rk_test_…ghij", False),
    ]
    assert "KEY_D, which is not set" in rows[0]["problem"]
    assert "cannot be reached" in rows[1]["problem"]
    refused = again(real)("locations", "remove", "uptown")
    assert (refused.exit_code, "uptown will no longer be set up. Nothing was changed." in refused.stderr) == (8, True)
    assert again(real)("locations", "remove", "uptown", "--yes").exit_code == 0
    assert again(real)("locations", "remove", "uptown", "--yes").exit_code == 2


@in_a_file
def test_doctor_finds_nothing_wrong_in_the_sandbox(run: Run) -> None:
    """Every finding is good, with the account and what the key is."""
    result = run("doctor", "--json")
    assert result.exit_code == 0, result.stdout
    findings = json.loads(result.stdout)
    assert {finding["health"] for finding in findings} == {"good"}
    told = " ".join(finding["finding"] for finding in findings)
    assert "rk_test_…town, a restricted key in test mode, of account acct_sandboxdowntown" in told


def test_doctor_without_a_configuration_says_what_to_type(real: App) -> None:
    """Exit 9, and the next step."""
    result = runner(real)("doctor")
    assert result.exit_code == 9
    assert "koalalink init" in result.stderr


def test_doctor_tells_every_bad_thing(real: App) -> None:
    """A key in the open, and a Stripe that does not answer; a store in the open is closed, and that is said."""
    runner(real)("init", "--location", "downtown", input=f"{KEY}\n")
    run = again(real, KOALALINK_API_BASE="http://127.0.0.1:1")
    run("customers", "add", "--first-name", "Ann")
    real.config_file.chmod(0o644)
    (real.home / "customers.db").chmod(0o644)
    result = again(real, KOALALINK_API_BASE="http://127.0.0.1:1")("doctor", "--json")
    assert result.exit_code == 9
    bad = [finding for finding in json.loads(result.stdout) if finding["health"] == "bad"]
    assert [finding["about"] for finding in bad] == ["Configuration", "downtown"]
    assert all(finding["advice"] for finding in bad)
    assert "could read your customers" in result.stderr
    assert stat.S_IMODE((real.home / "customers.db").stat().st_mode) == 0o600
    assert KEY not in result.stdout + result.stderr


def test_sandbox_has_its_locations_built_in(run: Run) -> None:
    """They are neither added nor removed, and init writes nothing."""
    for arguments in (("init",), ("locations", "add", "x"), ("locations", "remove", "downtown")):
        result = run(*arguments)
        assert result.exit_code == 2
        assert "built in" in result.stderr


def test_local_commands_need_neither_a_key_nor_a_network(real: App) -> None:
    """A missing key keeps nobody from the list."""
    runner(real)("init", "--location", "downtown", "--api-key-env", "MISSING")
    run = again(real)
    assert run("customers", "add", "--first-name", "Ann").exit_code == 0
    assert run("connect", "1", "cus_9", "--offline").exit_code == 0
    assert run("unlink", "1").exit_code == 0
    result = run("connect", "1", "cus_9")
    assert result.exit_code == 3
    assert "MISSING, which is not set" in result.stderr


@pytest.fixture
def offered(home: Path, server: StripeServer) -> Iterator[App]:
    """A fresh machine that reaches Stripe."""
    koala = App(home=home, environ={"KOALALINK_API_BASE": server.url}, now=lambda: NOW, may_ask=False)
    yield koala
    koala.close()


def test_key_is_tried_at_once(offered: App, account: Account) -> None:
    """And it is said whose account it opens."""
    account.business = "Downtown Cleaning"
    result = runner(offered)("init", "-l", "downtown", input=f"{LIVE}\n")
    assert result.exit_code == 0, result.stderr
    assert f"The key works: live mode, of the account {account.id} (Downtown Cleaning)." in result.stderr


def test_wrong_key_is_asked_for_again(offered: App) -> None:
    """By a person; a third wrong one is the end. In a script the first is, and nothing is written."""
    result = runner(offered)("init", "-l", "downtown", input="rk_live_wrong_123456789\n")
    assert (result.exit_code, "is not accepted by Stripe" in result.stderr) == (3, True)
    assert not offered.config_file.exists()
    answers = ("!", "Main Street", "hello", "rk_live_wrong_1234567", LIVE)
    person = offered.__dict__["talk"] = Somebody(answers=answers)
    assert runner(offered)("init").exit_code == 0
    assert len(person.asked) == 5
    assert person.heard[:2] == [
        "The name needs a letter or a digit, as in: downtown",
        "In commands, type it as main-street",
    ]
    assert '[locations.main-street]\nname = "Main Street"' in offered.config_file.read_text()
    person = offered.__dict__["talk"] = Somebody(answers=("x", "y", "z"))
    assert runner(offered)("locations", "add", "other").exit_code == 3
    assert "[locations.other]" not in offered.config_file.read_text()


def test_name_is_checked_before_the_secret_is_asked(offered: App) -> None:
    """Nobody pastes a key for nothing."""
    runner(offered)("init", "-l", "downtown", input=f"{LIVE}\n")
    person = offered.__dict__["talk"] = Somebody()
    for name in ("Main Street", "downtown"):
        assert runner(offered)("locations", "add", name).exit_code == 2
    assert runner(offered)("init", "-l", "Main Street", "--force").exit_code == 2
    assert person.asked == []


def test_key_without_permissions_is_told(offered: App, account: Account) -> None:
    """One that reads no customers is no use; one that reads no payment methods is of less."""
    account.keys["rk_live_no_customers_1"] = Key(frozenset())
    account.keys["rk_live_no_methods_12"] = Key(frozenset({CUSTOMER_READ}))
    result = runner(offered)("init", "-l", "downtown", input="rk_live_no_customers_1\n")
    assert (result.exit_code, "is not allowed to read customers" in result.stderr) == (3, True)
    result = runner(offered)("init", "-l", "downtown", input="rk_live_no_methods_12\n")
    assert (result.exit_code, "not allowed to read payment methods" in result.stderr) == (0, True)
    assert "of an account that it may not name" in result.stderr


def test_key_that_cannot_be_tried_is_kept(real: App) -> None:
    """On a train, and where it is not in the environment yet; that is said."""
    result = runner(real)("init", "-l", "downtown", input=f"{KEY}\n")
    told = "The key was not tried. To try it later, type: koalalink doctor"
    assert (result.exit_code, told in result.stderr) == (0, True)
    result = again(real)("locations", "add", "uptown", "--api-key-env", "MISSING")
    assert (result.exit_code, "MISSING, which is not set. It was not tried." in result.stderr) == (0, True)


def test_key_is_replaced(offered: App, account: Account) -> None:
    """In its place in the file, where all else stays; another account is in doubt."""
    text = '# Our shop\n[locations.downtown]\nname = "Downtown"  # the first\napi_key_env = "OLD"\n'
    text += '\n[locations.uptown]\napi_key_env = "UP"\n'
    offered.home.mkdir()
    offered.config_file.write_text(text)
    run = runner(offered)
    result = run("locations", "set-key", "Downtown", input=f"{LIVE}\n")
    assert result.exit_code == 0, result.stderr
    kept = text.replace('api_key_env = "OLD"\n', "")
    kept = kept.replace("[locations.downtown]\n", f'[locations.downtown]\napi_key = "{LIVE}"\n')
    assert offered.config_file.read_text() == kept
    assert LIVE not in result.output
    offered.directory.begin("downtown", "acct_another", True, NOW)
    file = offered.home / "kept"
    file.write_text(LIVE)
    result = run("locations", "set-key", "downtown", "--api-key-command", f"cat '{file}'")
    assert (result.exit_code, "downtown is acct_another in your list; this key opens" in result.stderr) == (8, True)
    assert run("locations", "set-key", "downtown", "--api-key-command", f"cat '{file}'", "--force").exit_code == 0
    assert f'api_key_command = [\n    "cat",\n    "{file}",\n]' in offered.config_file.read_text()
    assert run("locations", "set-key", "nowhere").exit_code == 2


def test_init_where_there_is_a_configuration_offers_what_can_be_done(offered: App) -> None:
    """Another key for a location, or another location."""
    runner(offered)("init", "-l", "downtown", input=f"{LIVE}\n")
    for chosen, answers, expected in ((1, (KEY, LIVE), 1), (2, ("uptown", LIVE), 2), (None, (), 2)):
        koala = App(home=offered.home, environ=offered.environ, now=lambda: NOW)
        person = koala.__dict__["talk"] = Somebody(chooses=chosen, answers=answers)
        result = runner(koala)("init")
        assert result.exit_code == (0 if chosen else 1), result.stderr
        assert person.heard[1:3] == ["1  Give downtown another key", *person.heard[2:3]]
        assert koala.config_file.read_text().count("api_key = ") == expected
        koala.close()
