"""Everything that can go wrong at Stripe, in every command that asks: the exit code, and nothing is written."""

from pathlib import Path

import pytest
from typer.testing import Result

from koalalink.app import App
from koalalink.sandbox.fake_stripe import CUSTOMER_READ, Account, Key
from koalalink.sandbox.sample_data import KEYS
from tests.commands.conftest import KEY
from tests.commands.samples import ASKING, SAMPLES, code_of, prepare, written
from tests.conftest import NOW, Run, in_a_file, runner
from tests.fakes import the_only
from tests.stripe_server import (
    Fault,
    StripeServer,
    answers,
    as_asked,
    bomb,
    cut,
    drip,
    drop,
    hang,
    html,
    redirect,
    stripe_error,
)


def test_live_key_says_live_mode_before_it_writes(live: Run) -> None:
    """On stderr, and only where something is written."""
    result = live("connect", "2", "cus_RobertCarver1", "--json")
    assert result.exit_code == 0, result.stderr
    assert "live mode" in result.stderr.splitlines()[-1]
    assert "live mode: " not in live("connect", "2", "cus_RobertCarver1").stderr


def test_customer_of_the_other_mode_is_never_saved(live: Run, account: Account, koala: App) -> None:
    """Not with --force either."""
    account.customers["cus_RobertCarver1"]["livemode"] = False
    result = live("connect", "2", "cus_RobertCarver1", "--force")
    assert (result.exit_code, result.stdout) == (8, "")
    assert "is in test mode" in result.stderr
    assert koala.store.record(the_only(koala.store, "2")).links == ()


def test_customer_who_exists_in_the_other_mode_is_told(live: Run, account: Account, server: StripeServer) -> None:
    """Stripe's hint becomes a sentence."""
    twin = Account(id=account.id, livemode=False, keys={KEYS["uptown"]: Key()}, customers={"cus_inTest": {}})
    server.stand_in.accounts.append(twin)
    result = live("connect", "2", "cus_inTest")
    assert result.exit_code == 4
    assert "cus_inTest is in test mode, and the key of this location is a live key." in result.stderr


_FAULTS: dict[str, tuple[Fault, int]] = {
    "401": (stripe_error(401, f"Invalid API Key: {KEY}"), 3),
    "403": (stripe_error(403, f"No: {KEY}"), 5),
    "403-named": (stripe_error(403, f"{KEY} lacks 'rak_customer_read'"), 5),
    "429": (stripe_error(429, "Too many", "rate_limit"), 5),
    "500": (stripe_error(500, f"Oh {KEY}"), 5),
    "hang": (hang, 6),
    "cut": (cut, 6),
    "drop": (drop, 6),
    "html": (html(200), 6),
    "redirect": (redirect("/v1/customers/cus_123"), 6),
    "text": (answers(200, b'"cus_123"'), 6),
    "json": (answers(200, b'{"object": "list"}'), 6),
    "429-odd": (stripe_error(429, "Too many", "rate_limit", Retry_After="\u00b2"), 5),
    "drip": (drip, 6),
    "bomb": (bomb("gzip"), 6),
    "deep": (answers(200, b'{"a":' * 700 + b"1" + b"}" * 700), 6),
    "strange": (answers(400, b'{"error": {"message": 5, "code": []}}'), 5),
}


@pytest.mark.parametrize(
    "fault", [pytest.param(name, marks=[pytest.mark.long] * (name in ("hang", "drip"))) for name in _FAULTS]
)
@pytest.mark.parametrize("name", ASKING)
def test_fault_ends_a_command_with_its_code(live: Run, koala: App, server: StripeServer, name: str, fault: str) -> None:
    """One sentence and its hint; nothing on stdout, nothing written, and the key nowhere."""
    prepare(live, name)
    before = written(koala.home, name)
    server.fault, code = _FAULTS[fault]
    result = live(*SAMPLES[name].line)
    assert result.exit_code == code_of(name, code), result.stderr
    assert (result.stdout == "") == (not SAMPLES[name].prints_first and SAMPLES[name].without_stripe is None)
    assert ("Error: " in result.stderr) == ("Hint: " in result.stderr) == (result.exit_code != 0)
    assert written(koala.home, name) == before
    _expect_no_key(result)


@pytest.mark.parametrize("fault", ["401", "500", "drop"])
@pytest.mark.parametrize("name", ASKING)
def test_fault_in_the_middle_of_a_command_leaves_nothing_behind(
    live: Run, koala: App, server: StripeServer, name: str, fault: str
) -> None:
    """Where Stripe answers at first, and then no more."""
    prepare(live, name)
    before = written(koala.home, name)
    server.faults = [as_asked]
    server.fault, code = _FAULTS[fault]
    result = live(*SAMPLES[name].line)
    assert result.exit_code in (0, code_of(name, code)), result.stderr
    if result.exit_code:
        assert written(koala.home, name) == before
    _expect_no_key(result)


def _expect_no_key(result: Result) -> None:
    assert "secret" not in result.output
    for file in Path.home().rglob("*"):
        assert file.is_dir() or b"secret" not in file.read_bytes()


def test_page_of_a_customer_is_shown_without_stripe(live: Run, server: StripeServer) -> None:
    """What is known here is printed, and the failure told, with its code."""
    server.fault = hang
    result = live("show", "1")
    assert result.exit_code == 6
    assert "jane@x.com" in result.stdout
    assert "did not answer in time" in result.stderr


def test_one_location_that_fails_does_not_lose_the_others_rows(home: Path, server: StripeServer) -> None:
    """They are printed; the failure stands on stderr, and its code is the command's."""
    home.mkdir()
    (home / "config.toml").write_text(
        f'[locations.downtown]\napi_key_env = "GOOD"\napi_base = "{server.url}"\n'
        f'[locations.uptown]\napi_key_env = "BAD"\napi_base = "{server.url}"\n'
        f'[locations.midtown]\napi_key_env = "MISSING"\napi_base = "{server.url}"\n'
    )
    environ = {"GOOD": KEY, "BAD": "rk_test_unknown12345"}
    koala = App(home=home, environ=environ, now=lambda: NOW, may_ask=False)
    result = runner(koala)("search", "jane@x.com", "--json")
    koala.close()
    assert result.exit_code == 3
    assert "cus_123" in result.stdout
    assert "The key of uptown" in result.stderr
    assert "MISSING, which is not set" in result.stderr


def test_verify_looks_at_all_cards_where_the_default_has_expired(live: Run, account: Account) -> None:
    """Another good one is as good; and no card at all is told."""
    assert live("verify", "--json").exit_code == 0
    [card] = account.payment_methods["cus_123"]
    other = {**card, "id": "pm_other", "card": dict(card["card"])}
    card["card"]["exp_year"] = 2020
    assert '"expired"' in live("verify", "--json").stdout
    account.payment_methods["cus_123"].append(other)
    assert live("verify", "--json").exit_code == 0


def test_verify_with_a_key_that_may_not_read_cards_says_so(live: Run, account: Account) -> None:
    """And concludes nothing of them."""
    account.keys[KEY] = Key(frozenset({CUSTOMER_READ}))
    result = live("verify", "--json")
    assert (result.exit_code, result.stdout) == (0, "[]\n")
    assert "its cards were not checked" in result.stderr


@pytest.mark.parametrize("line", [("search", "jane"), ("search", "jane@x.com"), ("sync",), ("verify",)], ids=" ".join)
def test_path_that_is_not_there_is_no_bug(live: Run, server: StripeServer, line: tuple[str, ...]) -> None:
    """A wrong address gives 404 to everything; exit 5 and a hint, or what a link that is gone gives."""
    server.fault = stripe_error(404, f"No such path: {KEY}", "resource_missing")
    result = live(*line)
    assert result.exit_code == (9 if line == ("verify",) else 5), result.stderr
    assert "Hint: " in result.stderr
    _expect_no_key(result)


@in_a_file
def test_store_that_is_no_store_is_told(live: Run, koala: App) -> None:
    """Exit 7, through every command."""
    koala.close()
    for file in koala.home.iterdir():
        file.unlink()
    (koala.home / "customers.db").write_text("no store" * 1000)
    for arguments in (("customers", "list"), ("unlink", "1"), ("connect", "1", "cus_123"), ("search", "jane")):
        result = live(*arguments)
        assert (result.exit_code, result.stdout) == (7, ""), result.stderr
        assert "is not a database" in result.stderr
