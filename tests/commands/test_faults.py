"""Everything that can go wrong at Stripe, in every command that asks: the exit code, and nothing is written."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import stripe

from koalalink import gateway
from koalalink.context import AppContext
from koalalink.domain.customers import CustomerDetails
from koalalink.sandbox.people import KEYS, accounts
from koalalink.sandbox.stripe_api import CUSTOMER_READ, Account, Key
from tests.conftest import NOW, Run, runner
from tests.stripe_server import Fault, StripeServer, answers, cut, drop, hang, html, stripe_error

KEY = "rk_live_secret123456"


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Account:
    """Downtown, in live mode."""
    monkeypatch.setattr(gateway, "_CONNECT_AND_READ_TIMEOUT", (0.5, 0.2))
    monkeypatch.setattr(gateway, "_WAITS_WHEN_LIMITED", (0.0, 0.0))
    monkeypatch.setattr(stripe.HTTPClient, "INITIAL_DELAY", 0)
    downtown = accounts(NOW.date())[0]
    downtown.livemode = True
    downtown.keys[KEY] = Key()
    for customer in downtown.customers.values():
        customer["livemode"] = True
    return downtown


@pytest.fixture
def server(account: Account) -> Iterator[StripeServer]:
    """Stripe on loopback; only reading ever reaches it."""
    with StripeServer([account]) as running:
        yield running
    assert {method for method, _, _ in running.requests} <= {"GET"}


@pytest.fixture
def koala(home: Path, server: StripeServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[AppContext]:
    """Jane, who is linked, and Robert, who is not, with a live key; and the files of those who move in."""
    monkeypatch.chdir(tmp_path)
    Path("people.csv").write_text("Email,Phone,Stripe ID\njane@x.com,555,cus_123\nrob@x.com,,cus_RobertCarver1\n")
    Path("mapping.csv").write_text("old_customer_id,stripe_customer_id\ncus_123,cus_RobertCarver1\n")
    environ = {"STRIPE_API_KEY": KEY, "KOALALINK_API_BASE": server.url}
    made = AppContext(home=home, environ=environ, now=lambda: NOW, may_ask=False)
    run = runner(made)
    made.store.add(CustomerDetails(first_name="Jane", last_name="Doe", email="jane@x.com"))
    made.store.add(CustomerDetails(first_name="Robert", last_name="Carver", email="bob.carver@example.com"))
    assert run("connect", "1", "cus_123", "--offline").exit_code == 0
    yield made
    made.close()


@pytest.fixture
def live(koala: AppContext) -> Run:
    """Run a command."""
    return runner(koala)


def test_live_key_says_live_mode_before_it_writes(live: Run) -> None:
    """On stderr, and only where something is written."""
    result = live("connect", "2", "cus_RobertCarver1", "--json")
    assert result.exit_code == 0, result.stderr
    assert "live mode" in result.stderr.splitlines()[-1]
    assert "live mode: " not in live("connect", "2", "cus_RobertCarver1").stderr


def test_customer_of_the_other_mode_is_never_saved(live: Run, account: Account, koala: AppContext) -> None:
    """Not with --force either."""
    account.customers["cus_RobertCarver1"]["livemode"] = False
    result = live("connect", "2", "cus_RobertCarver1", "--force")
    assert (result.exit_code, result.stdout) == (8, "")
    assert "is in test mode" in result.stderr
    assert koala.store.record(koala.store.find("2")).links == ()


def test_customer_who_exists_in_the_other_mode_is_told(live: Run, account: Account, server: StripeServer) -> None:
    """Stripe's hint becomes a sentence."""
    twin = Account(id=account.id, livemode=False, keys={KEYS["uptown"]: Key()}, customers={"cus_inTest": {}})
    server.stand_in.accounts.append(twin)
    result = live("connect", "2", "cus_inTest")
    assert result.exit_code == 4
    assert "cus_inTest is in test mode, and the key of this location is a live key." in result.stderr


_COMMANDS = {
    "search": ("search", "jane"),
    "search-email": ("search", "jane@x.com"),
    "show": ("show", "cus_123"),
    "connect": ("connect", "2", "cus_RobertCarver1", "--force"),
    "verify": ("connect", "1", "cus_123"),
    "cards": ("cards", "1"),
    "import": ("customers", "import", "people.csv"),
    "remap": ("remap", "mapping.csv"),
    "verify-links": ("verify",),
    "sync": ("sync",),
}
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
    "json": (answers(200, b'{"object": "list"}'), 6),
}


@pytest.mark.parametrize("fault", _FAULTS)
@pytest.mark.parametrize("command", _COMMANDS)
def test_fault_ends_a_command_with_its_code(
    live: Run, koala: AppContext, server: StripeServer, command: str, fault: str
) -> None:
    """One sentence and its hint; nothing on stdout, nothing written, and the key nowhere."""
    before = [koala.store.record(koala.store.find(number)) for number in ("1", "2")]
    server.fault, code = _FAULTS[fault]
    result = live(*_COMMANDS[command])
    assert (result.exit_code, result.stdout) == (code, ""), result.stderr
    assert "Error: " in result.stderr
    assert "Hint: " in result.stderr
    assert [koala.store.record(koala.store.find(number)) for number in ("1", "2")] == before
    assert "secret" not in result.stderr
    for file in koala.home.iterdir():
        assert b"secret" not in file.read_bytes()


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
    koala = AppContext(home=home, environ=environ, now=lambda: NOW, may_ask=False)
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


def test_store_that_is_no_store_is_told(live: Run, koala: AppContext) -> None:
    """Exit 7, through every command."""
    koala.close()
    for file in koala.home.iterdir():
        file.unlink()
    (koala.home / "customers.db").write_text("no store" * 1000)
    for arguments in (("customers", "list"), ("unlink", "1"), ("connect", "1", "cus_123"), ("search", "jane")):
        result = live(*arguments)
        assert (result.exit_code, result.stdout) == (7, ""), result.stderr
        assert "is no database" in result.stderr
