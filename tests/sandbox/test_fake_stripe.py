"""The stand-in for Stripe: its endpoints, its pages and its refusals."""

import json
import subprocess
import sys
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from koalalink.sandbox.fake_stripe import CUSTOMER_READ, Account, Answer, Key, StripeStandIn

FULL, CARDLESS, POWERLESS, EXPIRED = (
    "sk_test_full_of_power",
    "rk_test_no_cards_here",
    "rk_test_no_rights_at_all",
    "rk_old",
)
DEFAULT_METHOD = "invoice_settings.default_payment_method"


def customer(number: int, **fields: Any) -> dict[str, Any]:
    """Return a customer created `number` seconds after 1970."""
    made = {
        "id": f"cus_{number}",
        "object": "customer",
        "created": number,
        "default_source": None,
        "email": f"{number}@example.com",
        "invoice_settings": {"default_payment_method": None, "footer": "Thank you"},
        "metadata": {},
        "name": "Somebody",
        "phone": None,
    }
    return made | fields


def card(number: int, kind: str = "card") -> dict[str, Any]:
    """Return a payment method."""
    return {"id": f"pm_{number}", "object": "payment_method", "type": kind, kind: {"last4": f"{number:04}"}}


@pytest.fixture
def account() -> Account:
    """Twenty-five customers; the seventh has two cards, the eighth one of the older kind, the ninth is deleted."""
    customers = [customer(number) for number in range(1, 26)]
    customers[6]["invoice_settings"]["default_payment_method"] = "pm_2"
    customers[7]["default_source"] = {"id": "card_8", "object": "card", "last4": "0008"}
    customers[8] = {"id": "cus_9", "object": "customer", "deleted": True}
    return Account(
        id="acct_one",
        keys={
            FULL: Key(),
            CARDLESS: Key(frozenset({CUSTOMER_READ})),
            POWERLESS: Key(frozenset()),
            EXPIRED: Key(None, True),
        },
        customers={made["id"]: made for made in customers},
        payment_methods={"cus_7": [card(1), card(2), card(3, "us_bank_account")]},
    )


@pytest.fixture
def stripe(account: Account) -> StripeStandIn:
    """Stripe with that one account."""
    return StripeStandIn([account])


def asked(stripe: StripeStandIn, path: str, key: str = FULL, method: str = "GET", **params: str) -> Answer:
    """Ask with a key; `created_gt` is sent as created[gt], and `expand` in brackets."""
    spelled = {"created_gt": "created[gt]", "created_gte": "created[gte]", "created_lt": "created[lt]"}
    spelled |= {"created_lte": "created[lte]", "expand": "expand[]"}
    pairs = [(spelled.get(name, name), value) for name, value in params.items()]
    return stripe.answer(method, f"{path}?{urlencode(pairs)}", {"AUTHORIZATION": f"Bearer {key}"})


def got(stripe: StripeStandIn, path: str, key: str = FULL, **params: str) -> dict[str, Any]:
    """Return the answer to what is not refused."""
    answer = asked(stripe, path, key, **params)
    assert answer.status == 200, answer.body
    body: dict[str, Any] = json.loads(answer.body)
    return body


def refused(stripe: StripeStandIn, path: str, key: str = FULL, method: str = "GET", **params: str) -> dict[str, Any]:
    """Return the error of what is refused, with its status."""
    answer = asked(stripe, path, key, method, **params)
    error: dict[str, Any] = json.loads(answer.body)["error"]
    assert error["type"] == "invalid_request_error"
    return error | {"status": answer.status}


def ids(page: dict[str, Any]) -> list[str]:
    """Return who is on a page."""
    return [found["id"].removeprefix("cus_") for found in page["data"]]


def test_list_is_newest_first_without_the_deleted(stripe: StripeStandIn) -> None:
    """Ten where no limit is given."""
    page = got(stripe, "/v1/customers")
    assert (page["object"], page["url"], page["has_more"]) == ("list", "/v1/customers", True)
    assert ids(page) == [str(number) for number in range(25, 15, -1)]
    assert "9" not in ids(got(stripe, "https://api.stripe.com/v1/customers", limit="100"))


def test_list_goes_forward_and_back(stripe: StripeStandIn) -> None:
    """Both cursors leave out the customer that they name."""
    page = got(stripe, "/v1/customers", limit="3", starting_after="cus_4")
    assert (ids(page), page["has_more"]) == (["3", "2", "1"], False)
    page = got(stripe, "/v1/customers", limit="3", ending_before="cus_20")
    assert (ids(page), page["has_more"]) == (["23", "22", "21"], True)
    page = got(stripe, "/v1/customers", limit="3", ending_before="cus_23")
    assert (ids(page), page["has_more"]) == (["25", "24"], False)


def test_list_by_email_minds_the_case(stripe: StripeStandIn, account: Account) -> None:
    """Two people can have one email; another case is another email."""
    account.customers |= {name: customer(30, id=name, email="Jane@x.com") for name in ("cus_a", "cus_b")}
    assert ids(got(stripe, "/v1/customers", email="Jane@x.com")) == ["a", "b"]
    assert ids(got(stripe, "/v1/customers", email="jane@x.com")) == []


@pytest.mark.parametrize(
    ("bounds", "found"),
    [
        ({"created_gt": "23"}, ["25", "24"]),
        ({"created_gte": "24"}, ["25", "24"]),
        ({"created_lt": "3"}, ["2", "1"]),
        ({"created_lte": "2"}, ["2", "1"]),
        ({"created_gt": "3", "created_lt": "6"}, ["5", "4"]),
        ({"created": "5"}, ["5"]),
    ],
)
def test_list_by_time_of_creation(stripe: StripeStandIn, bounds: dict[str, str], found: list[str]) -> None:
    """Each bound, two together, and the very second."""
    assert ids(got(stripe, "/v1/customers", **bounds)) == found


def test_search_names_its_next_page(stripe: StripeStandIn) -> None:
    """The last one names none."""
    found: list[str] = []
    cursor: dict[str, str] = {}
    while cursor or not found:
        page = got(stripe, "/v1/customers/search", query='name:"SOMEBODY"', limit="10", **cursor)
        cursor = {"page": page["next_page"]} if page["next_page"] else {}
        assert page["object"] == "search_result"
        assert page["has_more"] == (page["next_page"] is not None)
        assert "total_count" not in page
        found += ids(page)
    assert found == [str(number) for number in range(25, 0, -1) if number != 9]


def test_search_counts_where_asked_to(stripe: StripeStandIn) -> None:
    """Only when it is expanded."""
    assert got(stripe, "/v1/customers/search", query="created>5", expand="total_count", limit="1")["total_count"] == 19


def test_search_is_late(stripe: StripeStandIn, account: Account) -> None:
    """Who is new is listed at once, and found later."""
    account.search_hides_after = 24
    assert ids(got(stripe, "/v1/customers/search", query="created>=24")) == ["24"]
    assert ids(got(stripe, "/v1/customers", created_gte="24")) == ["25", "24"]


def test_search_is_not_offered_everywhere(stripe: StripeStandIn, account: Account) -> None:
    """To merchants in India it is refused, whatever they search."""
    account.can_search = False
    assert refused(stripe, "/v1/customers/search", query="created>5")["status"] == 400


def test_search_refuses_a_query_outside_the_language(stripe: StripeStandIn) -> None:
    """With the reason, and the name of the parameter."""
    error = refused(stripe, "/v1/customers/search", query='email~"ab"')
    assert (error["status"], error["param"]) == (400, "query")
    assert "at least 3 characters" in error["message"]
    assert refused(stripe, "/v1/customers/search")["code"] == "parameter_missing"
    assert refused(stripe, "/v1/customers/search", query="created>5", page="2")["param"] == "page"


def test_customer_is_retrieved(stripe: StripeStandIn) -> None:
    """With cards as IDs."""
    found = got(stripe, "/v1/customers/cus_7")
    assert (found["email"], found["invoice_settings"]["default_payment_method"]) == ("7@example.com", "pm_2")
    assert got(stripe, "/v1/customers/cus_8")["default_source"] == "card_8"
    assert got(stripe, "/v1/customers/cus%5F7") == found


def test_deleted_customer_is_retrieved_as_deleted(stripe: StripeStandIn) -> None:
    """And has no payment methods to list."""
    gone = {"id": "cus_9", "object": "customer", "deleted": True}
    assert got(stripe, "/v1/customers/cus_9") == gone
    assert got(stripe, "/v1/customers/cus_9", expand=DEFAULT_METHOD) == gone
    assert refused(stripe, "/v1/customers/cus_9/payment_methods")["code"] == "resource_missing"


def test_customer_that_never_was_is_missing(stripe: StripeStandIn) -> None:
    """Under its address, and under that of its cards."""
    for path in ("/v1/customers/cus_none", "/v1/customers/cus_none/payment_methods"):
        error = refused(stripe, path)
        assert (error["status"], error["code"], error["param"]) == (404, "resource_missing", "id")
        assert error["message"] == "No such customer: 'cus_none'"
        assert error["doc_url"].endswith("/resource-missing")


@pytest.mark.parametrize(("livemode", "has", "used"), [(True, "live", "test"), (False, "test", "live")])
def test_customer_of_the_other_mode_is_told(account: Account, livemode: bool, has: str, used: str) -> None:
    """Only of the same account, not of somebody else's."""
    account.livemode = not livemode
    twin = Account(id=account.id, livemode=livemode, customers={"cus_twin": customer(1)})
    stranger = Account(id="acct_other", livemode=livemode, customers={"cus_strange": customer(1)})
    stripe = StripeStandIn([account, twin, stranger])
    assert refused(stripe, "/v1/customers/cus_twin")["message"].endswith(
        f"a similar object exists in {has} mode, but a {used} mode key was used to make this request."
    )
    assert "similar" not in refused(stripe, "/v1/customers/cus_strange")["message"]


def test_cards_are_expanded(stripe: StripeStandIn, account: Account) -> None:
    """In one customer, and with another path in lists; what is stored stays as it was."""
    assert got(stripe, "/v1/customers/cus_7", expand=DEFAULT_METHOD)["invoice_settings"] == {
        "default_payment_method": card(2),
        "footer": "Thank you",
    }
    assert got(stripe, "/v1/customers/cus_8", expand="default_source")["default_source"]["last4"] == "0008"
    [seventh] = got(stripe, "/v1/customers", created="7", expand=f"data.{DEFAULT_METHOD}")["data"]
    assert seventh["invoice_settings"]["default_payment_method"] == card(2)
    [eighth] = got(stripe, "/v1/customers/search", query="created:8", expand="data.default_source")["data"]
    assert eighth["default_source"]["last4"] == "0008"
    assert account.customers["cus_7"]["invoice_settings"]["default_payment_method"] == "pm_2"


@pytest.mark.parametrize(
    ("path", "expand", "said"),
    [
        ("/v1/customers", DEFAULT_METHOD, f"expanding 'data.{DEFAULT_METHOD}' instead"),
        ("/v1/customers/cus_7", f"data.{DEFAULT_METHOD}", "cannot be expanded"),
        ("/v1/customers/cus_7", "name", "cannot be expanded"),
        ("/v1/customers/cus_7/payment_methods", "data.card", "cannot be expanded"),
        ("/v1/account", "owner", "cannot be expanded"),
    ],
)
def test_path_that_cannot_be_expanded_is_refused(stripe: StripeStandIn, path: str, expand: str, said: str) -> None:
    """With the path that was meant, where there is one."""
    error = refused(stripe, path, expand=expand)
    assert (error["status"], said in error["message"]) == (400, True)


def test_payment_methods_are_listed(stripe: StripeStandIn) -> None:
    """All, those of one type, and those after another."""
    path = "/v1/customers/cus_7/payment_methods"
    assert [method["id"] for method in got(stripe, path)["data"]] == ["pm_1", "pm_2", "pm_3"]
    assert [method["id"] for method in got(stripe, path, type="card")["data"]] == ["pm_1", "pm_2"]
    assert [method["id"] for method in got(stripe, path, limit="1", starting_after="pm_1")["data"]] == ["pm_2"]
    assert got(stripe, path, limit="1")["has_more"]
    assert got(stripe, "/v1/customers/cus_1/payment_methods")["data"] == []


def test_account_is_told_to_whom_may_know(stripe: StripeStandIn) -> None:
    """A restricted key may not."""
    assert got(stripe, "/v1/account")["id"] == "acct_one"
    assert refused(stripe, "/v1/account", CARDLESS)["status"] == 403


@pytest.mark.parametrize(
    ("path", "params", "key", "permission"),
    [
        ("/v1/customers", {}, POWERLESS, "rak_customer_read"),
        ("/v1/customers/search", {"query": "created>5"}, POWERLESS, "rak_customer_read"),
        ("/v1/customers/cus_none", {}, POWERLESS, "rak_customer_read"),
        ("/v1/customers/cus_7/payment_methods", {}, CARDLESS, "rak_payment_method_read"),
        ("/v1/customers/cus_1", {"expand": DEFAULT_METHOD}, CARDLESS, "rak_payment_method_read"),
        ("/v1/customers", {"expand": "data.default_source"}, CARDLESS, "rak_payment_method_read"),
    ],
)
def test_restricted_key_is_refused_by_permission(
    stripe: StripeStandIn, path: str, params: dict[str, str], key: str, permission: str
) -> None:
    """The permission is named beside a long masked key, and before it is told whether the customer exists."""
    error = refused(stripe, path, key, **params)
    assert (error["status"], f"'{permission}'" in error["message"]) == (403, True)
    assert "*" * 60 in error["message"]


def test_restricted_key_reads_what_it_may(stripe: StripeStandIn) -> None:
    """Customers, without their cards."""
    assert got(stripe, "/v1/customers/cus_7", CARDLESS)["id"] == "cus_7"


def test_key_decides_the_account(account: Account) -> None:
    """The other account's customers are not there."""
    other = Account(id="acct_two", keys={"sk_test_of_the_other": Key()})
    stripe = StripeStandIn([account, other])
    assert got(stripe, "/v1/account", "sk_test_of_the_other")["id"] == "acct_two"
    assert refused(stripe, "/v1/customers/cus_7", "sk_test_of_the_other")["status"] == 404


@pytest.mark.parametrize(("key", "said"), [("sk_test_unknown_to_stripe", "Invalid API Key"), ("", "did not provide")])
def test_wrong_key_is_refused_without_being_repeated(stripe: StripeStandIn, key: str, said: str) -> None:
    """Stripe repeats its ends only."""
    error = refused(stripe, "/v1/customers", key)
    assert (error["status"], said in error["message"]) == (401, True)
    assert "unknown_to" not in error["message"]
    assert stripe.answer("GET", "/v1/customers", {}).status == 401


def test_expired_key_is_refused_as_expired(stripe: StripeStandIn) -> None:
    """With its own code."""
    error = refused(stripe, "/v1/customers", EXPIRED)
    assert (error["status"], error["code"]) == (401, "api_key_expired")


@pytest.mark.parametrize(
    ("query", "code", "param"),
    [
        ("name=Jane", "parameter_unknown", "name"),
        ("created[after]=3", "parameter_unknown", "created[after]"),
        ("limit=0", "parameter_invalid_integer", "limit"),
        ("limit=101", "parameter_invalid_integer", "limit"),
        ("limit=", "parameter_invalid_integer", "limit"),
        ("limit=1.5", "parameter_invalid_integer", "limit"),
        ("limit[gt]=1", "parameter_invalid_integer", "limit"),
        (f"limit={'9' * 5000}", "parameter_invalid_integer", "limit"),
        ("created=yesterday", "parameter_invalid_integer", "created"),
        ("created[gt]=x", "parameter_invalid_integer", "created[gt]"),
        ("starting_after=cus_none", "resource_missing", "starting_after"),
        ("ending_before=cus_9", "resource_missing", "ending_before"),
        ("email[]=a", None, "email"),
        ("starting_after[x]=a", None, "starting_after"),
        ("expand=default_source", None, "expand"),
        ("created=5&created[gt]=3", None, "created"),
    ],
)
def test_wrong_parameter_is_refused(stripe: StripeStandIn, query: str, code: str | None, param: str) -> None:
    """By its name."""
    answer = stripe.answer("GET", f"/v1/customers?{query}", {"Authorization": f"Bearer {FULL}"})
    error = json.loads(answer.body)["error"]
    assert (answer.status, error.get("code"), error["param"]) == (400, code, param)


@pytest.mark.parametrize("method", ["POST", "DELETE"])
@pytest.mark.parametrize("path", ["/v1/customers", "/v1/customers/cus_7"])
def test_nothing_can_be_changed(stripe: StripeStandIn, account: Account, method: str, path: str) -> None:
    """A key that may only read is told so; for any other, too, there is nothing there."""
    before = json.dumps(account.customers)
    error = refused(stripe, path, CARDLESS, method)
    assert (error["status"], "'rak_customer_write'" in error["message"]) == (403, True)
    error = refused(stripe, path, FULL, method)
    assert (error["status"], f"({method}: {path})" in error["message"]) == (404, True)
    assert json.dumps(account.customers) == before


@pytest.mark.parametrize(
    "path", ["/v1/charges", "/v1/customers/", "/v1/customers//payment_methods", "/v2/customers", "/"]
)
def test_unknown_address_is_refused(stripe: StripeStandIn, path: str) -> None:
    """Also one that ends in a slash because an ID was empty."""
    error = refused(stripe, path)
    assert (error["status"], "Unrecognized request URL" in error["message"]) == (404, True)
    assert ("trailing slash" in error["message"]) == path.endswith("/")


def test_every_answer_has_its_own_request_id(stripe: StripeStandIn) -> None:
    """Refusals, too; and the version that was asked for."""
    good, bad = asked(stripe, "/v1/customers"), asked(stripe, "/v1/customers", "wrong")
    assert good.headers["Request-Id"] != bad.headers["Request-Id"]
    assert all(answer.headers["Request-Id"].startswith("req_") for answer in (good, bad))
    assert good.headers["Stripe-Version"]
    told = stripe.answer("GET", "/v1/account", {"authorization": f"Bearer {FULL}", "stripe-version": "2020-08-27"})
    assert told.headers["Stripe-Version"] == "2020-08-27"


_NAMES = ["email", "limit", "created", "starting_after", "ending_before", "expand", "query", "page", "type"]
_PARAMETER = st.tuples(
    st.sampled_from(_NAMES), st.sampled_from(["", "[]", "[0]", "[gt]", "[", "[]]"]), st.text(max_size=5) | st.just("5")
)


@given(st.sampled_from(["", "/search", "/cus_7", "/cus_7/payment_methods"]), st.lists(_PARAMETER, max_size=4))
def test_any_parameters_have_an_answer(path: str, params: list[tuple[str, str, str]]) -> None:
    """The stand-in never falls over: it answers, or refuses as Stripe does."""
    methods = {"cus_7": [card(1)]}
    stripe = StripeStandIn(
        [Account(id="a", keys={FULL: Key()}, customers={"cus_7": customer(7)}, payment_methods=methods)]
    )
    query = urlencode([(name + bracket, value) for name, bracket, value in params])
    answer = stripe.answer("GET", f"/v1/customers{path}?{query}", {"Authorization": f"Bearer {FULL}"})
    assert answer.status in (200, 400, 404)
    json.loads(answer.body)


def test_import_is_quick() -> None:
    """Neither Stripe's library nor a network is loaded."""
    code = "import sys, koalalink.sandbox.sample_data; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert "koalalink.sandbox.fake_stripe" in loaded
    assert not {"stripe", "requests", "http.server", "socket", "asyncio"}.intersection(loaded)
