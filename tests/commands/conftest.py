"""A business in live mode, and its Stripe on loopback; its store is in a file, and on a server."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import stripe

from koalalink.app import App
from koalalink.domain.customers.customer import CustomerDetails
from koalalink.sandbox.fake_stripe import Account, Key
from koalalink.sandbox.sample_data import accounts
from koalalink.stripe_client import client, http_session
from tests import postgres
from tests.conftest import NOW, Run, on_both, runner
from tests.stripe_server import StripeServer

KEY = "rk_live_secret123456"


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Account:
    """Downtown, in live mode."""
    monkeypatch.setattr(client, "_CONNECT_AND_READ_TIMEOUT", (0.5, 0.15))
    monkeypatch.setattr(http_session, "DEADLINE", 0.3)
    monkeypatch.setattr(client, "_WAITS_WHEN_LIMITED", (0.0, 0.0))
    monkeypatch.setattr(stripe.HTTPClient, "INITIAL_DELAY", 0)
    downtown = accounts(NOW.date())[0]
    downtown.livemode = True
    downtown.keys[KEY] = Key()
    for customer in downtown.customers.values():
        customer["livemode"] = True
    downtown.customers["cus_JaneMoved"] = {**downtown.customers["cus_123"], "id": "cus_JaneMoved"}
    return downtown


@pytest.fixture
def server(account: Account) -> Iterator[StripeServer]:
    """Stripe on loopback."""
    with StripeServer([account], now=NOW) as running:
        yield running


@pytest.fixture(params=on_both)
def kept_in(request: pytest.FixtureRequest) -> str:
    """Commands do the same wherever the store is kept."""
    if request.param != "SQLite":
        postgres.needed()
    return str(request.param)


@pytest.fixture
def in_config(kept_in: str) -> Iterator[str]:
    """What the configuration says of the store."""
    if kept_in == "SQLite":
        yield ""
        return
    with postgres.store() as database:
        yield f'[store]\nurl = "{postgres.url_of(database)}"\n'


@pytest.fixture
def koala(
    home: Path, server: StripeServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, in_config: str
) -> Iterator[App]:
    """Jane, who is linked, and Robert, who is not, with a live key; and the files of those who move in."""
    monkeypatch.chdir(tmp_path)
    Path("people.csv").write_text("Email,Phone,Stripe ID\njane@x.com,555,cus_123\nrob@x.com,,cus_RobertCarver1\n")
    Path("mapping.csv").write_text("old_customer_id,stripe_customer_id\ncus_123,cus_JaneMoved\n")
    Path("unified_customers.csv").write_text("id,Email,Name,Created (UTC)\ncus_123,jane@x.com,Jane,2021-01-01 00:00\n")
    Path("decided.csv").write_text("Decision,Customer,Stripe ID\nyes,2,cus_RobertCarver1\n")
    home.mkdir()
    config = f'# Our shop\n{in_config}[locations.default]\napi_key_env = "STRIPE_API_KEY"\n'
    (home / "config.toml").write_text(config)
    (home / "config.toml").chmod(0o600)
    environ = {"STRIPE_API_KEY": KEY, "KOALALINK_API_BASE": server.url}
    made = App(home=home, environ=environ, now=lambda: NOW, may_ask=False)
    run = runner(made)
    made.store.add(CustomerDetails(first_name="Jane", last_name="Doe", email="jane@x.com"))
    made.store.add(CustomerDetails(first_name="Robert", last_name="Carver", email="bob.carver@example.com"))
    assert run("connect", "1", "cus_123", "--offline").exit_code == 0
    yield made
    made.close()


@pytest.fixture
def live(koala: App) -> Run:
    """Run a command."""
    return runner(koala)
