"""The gateway against a real HTTP server: what it reads, and every way to fail."""

import json
import re
import traceback
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from itertools import count
from pathlib import Path
from urllib.parse import unquote

import pytest
import requests
import stripe

from koalalink.domain.settings.configuration import KeySource, Location
from koalalink.domain.stripe.account import StripeAccount
from koalalink.domain.stripe.api_key import ApiKey
from koalalink.domain.stripe.customer import (
    About,
    Absence,
    Business,
    Holder,
    PostalAddress,
    StripeCustomer,
    methods_in_order,
)
from koalalink.errors import (
    ConfigError,
    ExitCode,
    KoalaError,
    NetworkError,
    SearchUnavailable,
    StripeError,
)
from koalalink.factory import open_account
from koalalink.sandbox.fake_stripe import ACCOUNT_READ, CUSTOMER_READ, PAYMENT_METHOD_READ, Account, Answer, Key
from koalalink.sandbox.sample_data import KEYS, accounts
from koalalink.sandbox.stripe_objects import card, old_bank_account, old_card, payment_method
from koalalink.stripe_client import client, http_session
from koalalink.stripe_client.client import StripeGateway
from tests.conftest import NOW
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

KEY = "rk_test_" + "secret" * 12 + "cdef"


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "_CONNECT_AND_READ_TIMEOUT", (0.5, 0.2))
    monkeypatch.setattr(http_session, "DEADLINE", 0.6)
    monkeypatch.setattr(stripe.HTTPClient, "INITIAL_DELAY", 0)


@pytest.fixture
def account() -> Account:
    """Downtown's account, with a key that may read everything that is needed."""
    downtown = accounts(NOW.date())[0]
    downtown.keys[KEY] = Key(frozenset({CUSTOMER_READ, PAYMENT_METHOD_READ, ACCOUNT_READ}))
    return downtown


@pytest.fixture
def server(account: Account) -> Iterator[StripeServer]:
    """Stripe on loopback."""
    with StripeServer([account]) as running:
        yield running


class Waits(list[float]):
    """Notes how long was waited, and does not wait."""


@pytest.fixture
def waits() -> Waits:
    """No time is waited."""
    return Waits()


@pytest.fixture
def asking(server: StripeServer, waits: Waits) -> Iterator[StripeGateway]:
    """The gateway."""
    made = StripeGateway("downtown", ApiKey(KEY, origin="it"), api_base=server.url, sleep=waits.append)
    yield made
    made.close()


def test_customer_is_read_whole(asking: StripeGateway) -> None:
    """Every field that is compared or shown."""
    jane = asking.customer("cus_123")
    assert isinstance(jane, StripeCustomer)
    assert (jane.stripe_id, jane.name, jane.email, jane.phone) == ("cus_123", "Jane Doe", "jane@x.com", "+12065550142")
    assert jane.created
    assert (jane.livemode, jane.created.isoformat(), jane.metadata) == (
        False,
        "2021-01-01T00:00:00+00:00",
        {"booking": "B-1042"},
    )
    assert jane.card is not None
    assert (jane.card.brand, jane.card.last4, jane.default_payment_method) == ("visa", "4242", jane.card.payment_method)


def test_account_of_a_location_knows_which_metadata_hold_our_ids(server: StripeServer) -> None:
    """As its section in the configuration says, whether one customer is read or all."""
    location = Location("downtown", "Downtown", KeySource("api_key", (KEY,)), server.url, metadata_key="booking")
    asking = open_account(location.name, {location.name: location}, {}, NOW, in_sandbox=False)
    jane = asking.customer("cus_123")
    assert isinstance(jane, StripeCustomer)
    assert {jane.metadata_key, *(each.metadata_key for each in asking.all_customers())} == {"booking"}
    asking.close()


def test_customer_who_is_not_there_is_told_why(asking: StripeGateway, server: StripeServer, account: Account) -> None:
    """Deleted, never there, or in the other mode."""
    live = Account(id=account.id, livemode=True, customers={"cus_live": {}})
    server.stand_in.accounts.append(live)
    assert asking.customer("cus_OlgaDeleted01") is Absence.DELETED
    assert asking.customer("cus_nobody") is Absence.NEVER_EXISTED
    assert asking.customer("cus_live") is Absence.OTHER_MODE


def test_cards_are_read(asking: StripeGateway) -> None:
    """The account's, too; nobody has none."""
    cards = asking.cards("cus_123")
    assert cards is not None
    assert [(card.brand, card.last4, card.funding) for card in cards] == [("visa", "4242", "credit")]
    assert asking.cards("cus_nobody") == ()
    assert asking.account() == StripeAccount("acct_sandboxdowntown", "", False)


_ADDRESS = {"city": None, "country": "US", "line1": None, "line2": None, "postal_code": "98101", "state": None}
_MADE_OUT_TO = {"address": _ADDRESS, "email": "jane@x.com", "name": "Jane Doe", "phone": None, "tax_id": None}


@pytest.mark.parametrize(
    ("kind", "details", "shown", "usable"),
    [
        ("card", {"brand": "visa", "last4": "4242", "exp_month": 1, "exp_year": 2029}, "Visa ending 4242", True),
        ("card", {"brand": "visa", "last4": "4242", "exp_month": 1, "exp_year": 2020}, "Visa ending 4242", False),
        ("us_bank_account", {"bank_name": "TEST BANK", "last4": "6789"}, "bank account ending 6789", True),
        ("us_bank_account", {"last4": "6789", "status_details": {}}, "bank account ending 6789", True),
        (
            "us_bank_account",
            {"last4": "1116", "status_details": {"blocked": {"network_code": "R02", "reason": "bank_account_closed"}}},
            "bank account ending 1116",
            False,
        ),
        ("link", {"email": "jane@x.com"}, "Link (jane@x.com)", True),
        ("sepa_debit", {"bank_code": "37040044", "last4": "3000"}, "SEPA bank account ending 3000", True),
        ("bacs_debit", {"last4": "2345", "sort_code": "108800"}, "bank account ending 2345", True),
        ("au_becs_debit", {"bsb_number": "000000", "last4": "3456"}, "bank account ending 3456", True),
        ("acss_debit", {"bank_name": "TEST BANK", "last4": "6789"}, "bank account ending 6789", True),
        ("cashapp", {"buyer_id": None, "cashtag": "$jane"}, "Cash App Pay", True),
        ("paypal", {"payer_email": "jane@x.com", "payer_id": "P1"}, "PayPal (jane@x.com)", True),
        ("amazon_pay", {}, "Amazon Pay", True),
        ("brand_new_pay", {}, "brand new pay", True),
    ],
)
def test_every_kind_of_payment_method_is_read(
    asking: StripeGateway, account: Account, kind: str, details: dict[str, object], shown: str, usable: bool
) -> None:
    """A kind that nobody knows yet is shown by Stripe's word for it; what is expired or has failed is not ready."""
    method = payment_method("pm_new", kind, details, _MADE_OUT_TO, "cus_123", 1, livemode=False)
    account.payment_methods["cus_123"] = [method]
    account.customers["cus_123"]["invoice_settings"]["default_payment_method"] = "pm_new"
    [found] = asking.cards("cus_123") or ()
    assert (str(found), found.type, found.usable(NOW)) == (shown, kind, usable)
    assert found.holder == Holder("Jane Doe", "jane@x.com", "", "98101")
    jane = asking.customer("cus_123")
    assert isinstance(jane, StripeCustomer)
    assert jane.card == found
    assert jane.holder == found.holder


@pytest.mark.parametrize(
    ("source", "shown", "problem"),
    [
        (old_card("card_1", "cus_123", card("visa", "4242", 1, 2029, "f"), "Jane Doe", ""), "Visa ending 4242", ""),
        (old_bank_account("ba_1", "cus_123", "Jane Doe", "6789", "verified"), "bank account ending 6789", ""),
        (old_bank_account("ba_1", "cus_123", "Jane Doe", "6789", "new"), "bank account ending 6789", "is not verified"),
        (
            old_bank_account("ba_1", "cus_123", "Jane Doe", "6789", "verification_failed"),
            "bank account ending 6789",
            "has failed",
        ),
        (
            {
                "id": "src_1",
                "object": "source",
                "type": "sepa_debit",
                "status": "chargeable",
                "owner": _MADE_OUT_TO,
                "sepa_debit": {"last4": "3000"},
            },
            "SEPA bank account ending 3000",
            "",
        ),
    ],
)
def test_every_older_kind_is_read(
    asking: StripeGateway, account: Account, source: dict[str, object], shown: str, problem: str
) -> None:
    """They come with the customer, and are the default where there is no other."""
    account.payment_methods["cus_123"] = []
    account.customers["cus_123"]["invoice_settings"]["default_payment_method"] = None
    account.customers["cus_123"]["default_source"] = source
    jane = asking.customer("cus_123")
    assert isinstance(jane, StripeCustomer)
    [found] = methods_in_order(jane, asking.cards("cus_123")) or ()
    assert (str(found), found.problem, found.default, found.holder.name) == (shown, problem, True, "Jane Doe")


def test_older_kinds_that_are_refused_are_done_without(asking: StripeGateway, server: StripeServer) -> None:
    """Once, and no more; the rest is read as ever."""

    def refuses(server: StripeServer, handler: BaseHTTPRequestHandler) -> Answer | None:
        if "=sources" in unquote(handler.path):
            return stripe_error(400, "This property cannot be expanded (sources).")(server, handler)
        return as_asked(server, handler)

    server.fault = refuses
    for _ in range(2):
        jane = asking.customer("cus_123")
        assert isinstance(jane, StripeCustomer)
        assert jane.card is not None
    assert len(server.requests) == 3


def test_many_payment_methods_are_read_page_after_page(asking: StripeGateway, account: Account) -> None:
    """All, each once."""
    methods = [
        payment_method(f"pm_{number}", "link", {"email": None}, _MADE_OUT_TO, "cus_123", number, livemode=False)
        for number in range(230)
    ]
    account.payment_methods["cus_123"] = methods
    assert [each.payment_method for each in asking.cards("cus_123") or ()] == [method["id"] for method in methods]


def test_business_is_read_where_the_key_may(asking: StripeGateway, account: Account) -> None:
    """Subscriptions that go on and invoices that are open; who is not there has none."""
    assert asking.business("cus_PriyaRaman001") is None
    assert asking.report().reads_business is False
    account.keys[KEY] = Key()
    assert asking.business("cus_PriyaRaman001") == Business(1, 1)
    assert asking.business("cus_123") == asking.business("cus_nobody") == Business(0, 0)
    assert asking.report().reads_business is True


def test_what_tells_who_somebody_is_is_read(asking: StripeGateway, account: Account) -> None:
    """Description, shipping, and the names of newer accounts."""
    account.customers["cus_123"] |= {
        "description": "Customer for jane",
        "individual_name": "Jane Doe",
        "business_name": "Doe Ltd",
        "shipping": {"name": "Jane D", "phone": "+12065550142", "address": {**_ADDRESS, "line1": "1 Elm St"}},
    }
    jane = asking.customer("cus_123")
    assert isinstance(jane, StripeCustomer)
    place = PostalAddress("1 Elm St", "", "", "", "98101", "US")
    assert jane.about == About("Customer for jane", "Jane Doe", "Doe Ltd", "Jane D", "+12065550142", place)


def test_search_reads_page_after_page(asking: StripeGateway, server: StripeServer, account: Account) -> None:
    """As many as wanted, a hundred at a time."""
    for number in range(250):
        account.customers[f"cus_n{number}"] = account.customers["cus_123"] | {
            "id": f"cus_n{number}",
            "name": "Crowd",
            "created": number,
        }
    assert len(asking.search('name~"crowd"', 1000)) == 250
    assert len(asking.search('name~"crowd"', 20)) == 20
    assert [path.count("search") for _, path, _ in server.requests] == [1] * 4


def test_all_customers_are_listed_once(asking: StripeGateway, account: Account) -> None:
    """Newest first, those who are deleted left out."""
    for number in range(230):
        account.customers[f"cus_n{number}"] = account.customers["cus_123"] | {"id": f"cus_n{number}", "created": number}
    listed = [customer.stripe_id for customer in asking.all_customers()]
    assert len(listed) == len(set(listed)) == len(account.customers) - 1


def test_with_email_minds_the_case(asking: StripeGateway) -> None:
    """As Stripe's list does; search finds the others."""
    assert [found.stripe_id for found in asking.with_email("jane@x.com", 9)] == ["cus_123"]
    assert asking.with_email("JANE@X.COM", 9) == []
    assert [found.stripe_id for found in asking.search('email:"JANE@X.COM"', 20)] == ["cus_123"]


def test_key_that_may_not_read_cards_reads_the_rest(asking: StripeGateway, account: Account) -> None:
    """The refusal is noticed once."""
    account.keys[KEY] = Key(frozenset({CUSTOMER_READ}))
    jane = asking.customer("cus_123")
    assert isinstance(jane, StripeCustomer)
    assert jane.card is None
    assert asking.cards_are_hidden
    assert [found.stripe_id for found in asking.with_email("jane@x.com", 9)] == ["cus_123"]
    assert asking.cards("cus_123") is None
    assert asking.account().id is None
    report = asking.report()
    assert (report.reads_customers, report.reads_payment_methods) == (True, False)


def test_report_tells_what_the_key_may_read(asking: StripeGateway, account: Account) -> None:
    """Also where that is nothing."""
    report = asking.report()
    assert (report.reads_customers, report.reads_payment_methods, report.account) == (True, True, account.id)
    account.keys[KEY] = Key(frozenset())
    report = asking.report()
    assert (report.reads_customers, report.reads_payment_methods, report.account) == (False, False, None)


def test_search_that_is_not_offered_is_told_apart(asking: StripeGateway, account: Account) -> None:
    """So that the list can be looked through instead."""
    account.can_search = False
    with pytest.raises(SearchUnavailable):
        asking.search('name~"jane"', 20)


_MASKED = "rk_test_" + "*" * 60 + "cdef"
_FAULTS: list[tuple[Fault, type[KoalaError], ExitCode, str]] = [
    (stripe_error(401, f"Invalid API Key provided: {_MASKED}"), ConfigError, ExitCode.SETUP, "is not accepted"),
    (stripe_error(401, f"Expired: {_MASKED}", "api_key_expired"), ConfigError, ExitCode.SETUP, "has expired"),
    (
        stripe_error(403, f"The key {_MASKED} lacks 'rak_customer_read'"),
        StripeError,
        ExitCode.STRIPE_REFUSED,
        "does not have the permission rak_customer_read",
    ),
    (stripe_error(403, f"No, {_MASKED}"), StripeError, ExitCode.STRIPE_REFUSED, "is not allowed to do that"),
    (stripe_error(400, f"Bad {_MASKED}"), StripeError, ExitCode.STRIPE_REFUSED, "refused the request"),
    (stripe_error(429, "Too many", "rate_limit"), StripeError, ExitCode.STRIPE_REFUSED, "limiting our requests"),
    (stripe_error(500, f"Oh {_MASKED}"), StripeError, ExitCode.STRIPE_REFUSED, "had a problem"),
    (stripe_error(503, "Oh"), StripeError, ExitCode.STRIPE_REFUSED, "had a problem"),
    (html(200), NetworkError, ExitCode.NETWORK, "other than Stripe"),
    (html(502), NetworkError, ExitCode.NETWORK, "other than Stripe"),
    (answers(200, b"{"), NetworkError, ExitCode.NETWORK, "other than Stripe"),
    (answers(200, b"{}"), NetworkError, ExitCode.NETWORK, "other than Stripe"),
    (answers(200, b"[]"), NetworkError, ExitCode.NETWORK, "other than Stripe"),
    (answers(200, b'"text"'), NetworkError, ExitCode.NETWORK, "other than Stripe"),
    (
        answers(200, b'{"data": [{"id": "cus_1"}], "has_more": false}'),
        NetworkError,
        ExitCode.NETWORK,
        "other than Stripe",
    ),
    (answers(200, b"\xff\xfe\x00"), NetworkError, ExitCode.NETWORK, "other than Stripe"),
    (answers(400, b'{"error": "text"}'), NetworkError, ExitCode.NETWORK, "other than Stripe"),
    (hang, NetworkError, ExitCode.NETWORK, "did not answer in time"),
    (drop, NetworkError, ExitCode.NETWORK, "cannot be reached"),
    (cut, NetworkError, ExitCode.NETWORK, "cannot be reached"),
    (drip, NetworkError, ExitCode.NETWORK, "did not answer in time"),
    (bomb("gzip"), NetworkError, ExitCode.NETWORK, "other than Stripe"),
    (bomb("gzip, gzip"), NetworkError, ExitCode.NETWORK, "other than Stripe"),
    (answers(200, b'{"a":' * 700 + b"1" + b"}" * 700), NetworkError, ExitCode.NETWORK, "other than Stripe"),
    (answers(200, b"[" * 100_000), NetworkError, ExitCode.NETWORK, "other than Stripe"),
    (
        answers(400, b'{"error": {"message": 5, "code": []}}'),
        StripeError,
        ExitCode.STRIPE_REFUSED,
        "refused the request",
    ),
    (answers(403, b'{"error": {"message": ["rak_"]}}'), StripeError, ExitCode.STRIPE_REFUSED, "not allowed"),
    (answers(200, b'{"id": ' + b"9" * 5000 + b"}"), NetworkError, ExitCode.NETWORK, "other than Stripe"),
]


_NAMES = [f"{place} {said}" for place, (*_, said) in enumerate(_FAULTS)]


@pytest.mark.parametrize(("fault", "kind", "code", "said"), _FAULTS, ids=_NAMES)
@pytest.mark.parametrize("question", ["customer", "cards", "search", "list"])
def test_fault_is_a_sentence_without_a_key(
    asking: StripeGateway,
    server: StripeServer,
    question: str,
    fault: Fault,
    kind: type[KoalaError],
    code: ExitCode,
    said: str,
) -> None:
    """Whatever goes wrong in whichever request: the sentence, the exit code, and no text of Stripe's."""
    server.fault = fault
    questions: dict[str, Callable[[], object]] = {
        "customer": lambda: asking.customer("cus_123"),
        "cards": lambda: asking.cards("cus_123"),
        "search": lambda: asking.search('name~"jane"', 20),
        "list": lambda: list(asking.all_customers()),
    }
    with pytest.raises(kind) as caught:
        questions[question]()
    error = caught.value
    assert error.exit_code is code
    if not isinstance(error, SearchUnavailable):
        assert re.search(said, error.message), error.message
    assert error.hint
    told = f"{error.message} {error.hint} {error!r} {''.join(traceback.format_exception(error))}"
    assert "secret" not in told
    assert "***" not in told
    assert "downtown" in told


_JANE: dict[str, object] = {"id": "cus_123", "object": "customer", "created": 1_600_000_000, "livemode": False}
_CARD = {"brand": "visa", "last4": "4242", "exp_month": 1, "exp_year": 2030}
_ODD: list[dict[str, object]] = [
    {"id": ""},
    {"id": 123},
    {"id": "cus_somebody_else"},
    {"id": "cus_123\x1b[2J"},
    {"id": "cus_\ud800"},
    {"id": "foo"},
    {"id": "cus_" + "a" * 9999},
    {"name": ["Jane"]},
    {"email": 5},
    {"created": "yesterday"},
    {"created": -1},
    {"created": 10**12},
    {"metadata": {"booking": {"id": 1}}},
    {"metadata": "B-1"},
    {"address": "Main Street"},
    {"default_source": {"id": "card_1", "object": "card"} | _CARD | {"last4": 4242}},
    {"default_source": {"id": "card_1", "object": "card"} | _CARD | {"exp_month": 13}},
    {"default_source": {"id": "card_1", "object": "card"} | _CARD | {"exp_year": "2030"}},
]


@pytest.mark.parametrize("odd", _ODD, ids=str)
def test_customer_of_another_shape_is_not_believed(
    asking: StripeGateway, server: StripeServer, odd: dict[str, object]
) -> None:
    """Nor is one who was not asked for."""
    server.fault = answers(200, json.dumps(_JANE).encode())
    assert isinstance(asking.customer("cus_123"), StripeCustomer)
    server.fault = answers(200, json.dumps(_JANE | odd).encode())
    with pytest.raises(NetworkError, match="other than Stripe"):
        asking.customer("cus_123")


def test_rate_limit_is_waited_out(asking: StripeGateway, server: StripeServer, waits: Waits) -> None:
    """As long as Stripe says, or longer each time; and then the answer comes."""
    slow_down = stripe_error(429, "Too many", "rate_limit")
    server.faults = [slow_down, stripe_error(429, "Too many", "rate_limit", Retry_After="7"), slow_down]
    assert isinstance(asking.customer("cus_123"), StripeCustomer)
    assert waits == [1, 7, 4]
    server.faults = [stripe_error(429, "Too many", "rate_limit", Retry_After="3600")]
    with pytest.raises(StripeError):
        asking.customer("cus_123")
    assert waits == [1, 7, 4]


def test_broken_connection_is_tried_again(asking: StripeGateway, server: StripeServer) -> None:
    """Twice, and so is an error of Stripe's own."""
    server.faults = [drop, stripe_error(500, "Oh")]
    assert isinstance(asking.customer("cus_123"), StripeCustomer)
    assert len(server.requests) == 3


def test_redirect_is_not_followed(asking: StripeGateway, server: StripeServer, account: Account) -> None:
    """Nobody else gets the key."""
    with StripeServer([account]) as thief:
        server.fault = redirect(f"{thief.url}/v1/customers/cus_123")
        with pytest.raises(NetworkError, match="other than Stripe"):
            asking.customer("cus_123")
        assert thief.requests == []


def test_key_is_sent_in_its_header_alone(
    asking: StripeGateway, server: StripeServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A proxy does not get to see it, and nothing about the requests is kept or sent."""
    with StripeServer([]) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.setenv("http_proxy", proxy.url)
        asking.customer("cus_123")
        asking.customer("cus_123")
        assert proxy.requests == []
    _, path, headers = server.requests[-1]
    assert headers["Authorization"] == f"Bearer {KEY}"
    assert KEY not in path
    assert [name for name, value in headers.items() if KEY in value] == ["Authorization"]
    assert not any("telemetry" in name.lower() for name in headers)
    assert not (tmp_path / ".config").exists()


def test_password_of_netrc_does_not_take_the_place_of_the_key(tmp_path: Path) -> None:
    """Where a proxy may be used, ~/.netrc is read, too."""
    (tmp_path / ".netrc").write_text("machine api.stripe.com login somebody password else\n")
    (tmp_path / ".netrc").chmod(0o600)
    with http_session.Session("https://api.stripe.com") as session:
        request = requests.Request("GET", "https://api.stripe.com/v1/account", headers={"Authorization": "Bearer it"})
        assert session.prepare_request(request).headers["Authorization"] == "Bearer it"


def test_unreachable_host_is_told(waits: Waits) -> None:
    """Nobody listens there."""
    key = ApiKey(KEYS["uptown"], origin="it")
    nobody = StripeGateway("uptown", key, api_base="http://127.0.0.1:1", sleep=waits.append)
    with pytest.raises(NetworkError, match="cannot be reached, for uptown") as caught:
        nobody.customer("cus_123")
    assert "online" in str(caught.value.hint)
    nobody.close()


def test_search_ends_where_nothing_new_comes(asking: StripeGateway, server: StripeServer, account: Account) -> None:
    """On empty pages that always promise another, and on one that repeats."""
    empty = answers(200, b'{"object": "search_result", "data": [], "has_more": true, "next_page": "more"}')
    server.fault = empty
    assert asking.search('name~"jane"', 1000) == []
    page = {"object": "search_result", "data": [_JANE], "has_more": True, "next_page": "more"}
    server.fault = answers(200, json.dumps(page).encode())
    assert [found.stripe_id for found in asking.search('name~"jane"', 1000)] == ["cus_123"]
    assert len(server.requests) == 3


def test_list_ends_where_nothing_new_comes(asking: StripeGateway, server: StripeServer) -> None:
    """Also where the same customers come in another order each time."""
    people = [_JANE | {"id": f"cus_{number}"} for number in range(5)]

    def shuffled(server: StripeServer, handler: object) -> Answer:
        people.append(people.pop(0))
        body = json.dumps({"object": "list", "data": people, "has_more": True})
        return Answer(200, {"Content-Type": "application/json"}, body.encode())

    server.fault = shuffled
    assert len(asking.with_email("jane@x.com", 9)) == 5
    assert len([*asking.all_customers()]) == 5
    assert len(server.requests) == 4


def test_list_of_ever_new_customers_ends(
    asking: StripeGateway, server: StripeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After more pages than any account has."""
    monkeypatch.setattr(client, "_MOST_PAGES", 20)
    new = count()

    def more(server: StripeServer, handler: object) -> Answer:
        people = [_JANE | {"id": f"cus_{next(new)}"} for _ in range(3)]
        body = json.dumps({"object": "list", "data": people, "has_more": True, "next_page": f"p{next(new)}"})
        return Answer(200, {"Content-Type": "application/json"}, body.encode())

    server.fault = more
    assert len([*asking.all_customers()]) == len(asking.search("x", 1000)) == 60
    server.requests.clear()
    assert len(asking.with_email("jane@x.com", 7)) == 7
    assert len(server.requests) == 3


def test_list_goes_on_where_the_last_of_a_page_is_deleted(
    asking: StripeGateway, server: StripeServer, account: Account
) -> None:
    """Nobody is left out, and nobody comes twice."""
    for number in range(230):
        account.customers[f"cus_n{number}"] = account.customers["cus_123"] | {"id": f"cus_n{number}", "created": number}
    expected = {number for number, customer in account.customers.items() if not customer.get("deleted")}
    listed = []
    for place, customer in enumerate(asking.all_customers(), 1):
        listed.append(customer.stripe_id)
        if place == 100:
            del account.customers[customer.stripe_id]
    assert sorted(listed) == sorted(expected)


def test_path_that_is_not_there_is_a_refusal(asking: StripeGateway, server: StripeServer) -> None:
    """Exit 5 wherever it is asked, never 1."""
    server.fault = stripe_error(404, f"No such path {KEY}", "resource_missing")
    questions: list[Callable[[], object]] = [
        lambda: [*asking.all_customers()],
        lambda: asking.with_email("a@x.com", 9),
        lambda: asking.search("x", 9),
    ]
    for ask in questions:
        with pytest.raises(StripeError) as refused:
            ask()
        assert refused.value.exit_code is ExitCode.STRIPE_REFUSED
    assert (asking.count(), asking.account().id) == (None, None)
    with pytest.raises(StripeError):
        asking.report()


@pytest.mark.parametrize("said", [None, "", "foo", "acct_\x1b[2J", 5])
def test_account_that_stripe_does_not_tell_is_not_known(
    asking: StripeGateway, server: StripeServer, said: object
) -> None:
    """And never called None."""
    server.fault = answers(200, json.dumps({"object": "account", "id": said}).encode())
    if said == 5:
        with pytest.raises(NetworkError, match="other than Stripe"):
            asking.account()
    else:
        assert asking.account().id is None


def test_half_a_character_is_no_harm(asking: StripeGateway, server: StripeServer) -> None:
    """JSON can have it, and nothing else."""
    server.fault = answers(200, json.dumps(_JANE | {"name": "J\ud800", "metadata": {"a\udfff": "\ud800"}}).encode())
    jane = asking.customer("cus_123")
    assert isinstance(jane, StripeCustomer)
    assert (jane.name, jane.metadata) == ("J?", {"a?": "?"})


@pytest.mark.parametrize("told", ["\u00b2", "-1", "1e9", "inf", "soon", "9" * 400, ""])
def test_strange_time_to_wait_is_not_believed(
    asking: StripeGateway, server: StripeServer, waits: Waits, told: str
) -> None:
    """It is waited as without one."""
    server.faults = [stripe_error(429, "Too many", "rate_limit", Retry_After=told)]
    assert isinstance(asking.customer("cus_123"), StripeCustomer)
    assert waits == [1]


@pytest.mark.parametrize("date", ["", "yesterday", "Mon, 99 Foo 2026", "Thu, 01 Jan 1970 00:00:00 -0000"])
def test_strange_clock_is_no_clock(asking: StripeGateway, account: Account, server: StripeServer, date: str) -> None:
    """It is compared with this computer's; one without a zone is taken for UTC."""
    body = b'{"object": "list", "data": [], "has_more": false}'
    server.faults = [answers(200, body, Date=date)]
    clock = asking.report().clock
    assert clock is None or clock.tzinfo is not None


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"])
def test_certificates_of_the_environment_are_used(
    tmp_path: Path, waits: Waits, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    """Those of an office's proxy that looks into everything; one that is not there is named."""
    certificates = tmp_path / "office.pem"
    monkeypatch.setenv(variable, str(certificates))
    key = ApiKey(KEY, origin="it")
    asked = StripeGateway("uptown", key, api_base="https://127.0.0.1:1", sleep=waits.append)
    with pytest.raises(ConfigError, match=f"{variable} names certificates that are not there"):
        asked.customer("cus_123")
    certificates.touch()
    used: list[object] = []

    def send(self: object, request: object, **options: object) -> None:
        used.append(options["verify"])
        raise requests.exceptions.SSLError

    monkeypatch.setattr(requests.Session, "send", send)
    with pytest.raises(NetworkError, match="cannot be reached securely"):
        asked.customer("cus_123")
    assert used == [str(certificates)]
    asked.close()
