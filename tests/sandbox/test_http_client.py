"""The stand-in under Stripe's own library, as the sandbox uses it."""

from datetime import date

import pytest
import stripe

from koalalink.sandbox.fake_stripe import CUSTOMER_READ, Account, Key, StripeStandIn
from koalalink.sandbox.http_client import SandboxHTTPClient
from koalalink.sandbox.sample_data import KEYS, accounts

CARDLESS = "rk_test_no_cards_here"


@pytest.fixture
def downtown() -> Account:
    """Downtown's account."""
    account = accounts(date(2026, 11, 23))[0]
    account.keys[CARDLESS] = Key(frozenset({CUSTOMER_READ}))
    return account


@pytest.fixture(autouse=True)
def _no_telemetry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stripe, "enable_telemetry", False)


def client(account: Account, key: str = KEYS["downtown"]) -> stripe.StripeClient:
    """Return the library over the stand-in, as the gateway makes it."""
    return stripe.StripeClient(key, http_client=SandboxHTTPClient(StripeStandIn([account])), max_network_retries=2)


@pytest.fixture
def asking(downtown: Account) -> stripe.StripeClient:
    """The library with downtown's key."""
    return client(downtown)


def test_search_pages_through_everybody(asking: stripe.StripeClient, downtown: Account) -> None:
    """By the library's own paging, five at a time."""
    pages = asking.v1.customers.search({"query": "created>0", "limit": 5})
    found = [customer.id for customer in pages.auto_paging_iter()]
    assert len(found) == len(set(found)) == len(downtown.customers) - 1


def test_list_pages_through_everybody(asking: stripe.StripeClient, downtown: Account) -> None:
    """The deleted one is not there."""
    listed = [customer.id for customer in asking.v1.customers.list({"limit": 7}).auto_paging_iter()]
    assert set(listed) == {name for name, customer in downtown.customers.items() if not customer.get("deleted")}
    assert len(listed) == len(set(listed))


def test_customer_is_retrieved_with_the_card(asking: stripe.StripeClient) -> None:
    """The parameters reach the stand-in as the library writes them."""
    jane = asking.v1.customers.retrieve("cus_123", {"expand": ["invoice_settings.default_payment_method"]}).to_dict()
    assert jane["invoice_settings"]["default_payment_method"]["card"]["last4"] == "4242"


def test_list_by_email_and_time(asking: stripe.StripeClient) -> None:
    """Nested parameters, and characters that an address does not hold."""
    assert [found.id for found in asking.v1.customers.list({"email": "jane@x.com"}).data] == ["cus_123"]
    assert asking.v1.customers.list({"email": "jane@x.com", "created": {"gt": 1_800_000_000}}).data == []
    assert [found.name for found in asking.v1.customers.search({"query": 'name:"Rita [red] Vance"'}).data] == [
        "Rita [red] Vance"
    ]


def test_payment_methods_and_account_are_read(asking: stripe.StripeClient) -> None:
    """The rest of what the gateway asks."""
    [method] = asking.v1.customers.payment_methods.list("cus_123", {"type": "card"}).data
    assert method.card is not None
    assert method.card.last4 == "4242"
    assert asking.v1.accounts.retrieve_current().id == "acct_sandboxdowntown"


def test_deleted_customer_is_deleted(asking: stripe.StripeClient) -> None:
    """As the library tells it."""
    assert asking.v1.customers.retrieve("cus_OlgaDeleted01").to_dict()["deleted"] is True


def test_missing_customer_is_the_librarys_error(asking: stripe.StripeClient) -> None:
    """With code and request ID; the headers are read whatever their case."""
    with pytest.raises(stripe.InvalidRequestError) as caught:
        asking.v1.customers.retrieve("cus_nobody")
    assert (caught.value.http_status, caught.value.code) == (404, "resource_missing")
    assert (caught.value.request_id or "").startswith("req_")


def test_key_without_permission_is_the_librarys_error(downtown: Account) -> None:
    """It names the permission."""
    with pytest.raises(stripe.PermissionError, match="rak_payment_method_read"):
        client(downtown, CARDLESS).v1.customers.payment_methods.list("cus_123")


def test_wrong_key_is_the_librarys_error(downtown: Account) -> None:
    """Not found, and expired."""
    with pytest.raises(stripe.AuthenticationError, match="Invalid API Key"):
        client(downtown, "rk_test_unknown_here").v1.customers.list()
    downtown.keys[CARDLESS] = Key(expired=True)
    with pytest.raises(stripe.AuthenticationError, match="Expired API Key"):
        client(downtown, CARDLESS).v1.customers.list()


def test_writing_is_refused(asking: stripe.StripeClient, downtown: Account) -> None:
    """Even where somebody tries."""
    before = len(downtown.customers)
    with pytest.raises(stripe.PermissionError, match="rak_customer_write"):
        asking.v1.customers.create({"email": "new@example.com"})
    assert len(downtown.customers) == before
