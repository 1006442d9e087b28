"""A stand-in for the part of Stripe that is read here: it answers requests as Stripe's API does.

It has no network and no clock of its own. Behind the official library as its HTTP client it makes the sandbox;
behind a server on loopback it makes the tests.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit

from koalalink.sandbox import request_params
from koalalink.sandbox.api_errors import Refusal, forbidden, masked, missing, unknown_address, unknown_parameter
from koalalink.sandbox.query_parser import QueryError, parse
from koalalink.sandbox.request_params import Parameters

CUSTOMER_READ = "rak_customer_read"
PAYMENT_METHOD_READ = "rak_payment_method_read"
SUBSCRIPTION_READ = "rak_subscription_read"
INVOICE_READ = "rak_invoice_read"
ACCOUNT_READ = "rak_accounts_kyc_basic_read"

_API_VERSION = "2026-10-28.endive"
_DEFAULT_METHOD = "invoice_settings.default_payment_method"
_DEFAULT_SOURCE = "default_source"
_SOURCES = "sources"
_EXPANDABLE = (_DEFAULT_METHOD, _DEFAULT_SOURCE, _SOURCES)
_COMPARED: dict[str, Callable[[int, int], bool]] = {
    "gt": lambda one, other: one > other,
    "gte": lambda one, other: one >= other,
    "lt": lambda one, other: one < other,
    "lte": lambda one, other: one <= other,
}

_Object = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Key:
    """An API key of an account: what it may read (None: everything), and whether its time is over."""

    permissions: frozenset[str] | None = None
    expired: bool = False


@dataclass(slots=True, kw_only=True)
class Account:
    """A Stripe account in one mode; tests change it as they like.

    `customers` holds Stripe's own objects, but a `default_source` as the whole card: it is shown only when expanded.
    A deleted customer stays, as the `{id, object, deleted}` that Stripe answers.
    """

    id: str
    business: str = ""
    """What the account is called in the Dashboard."""
    livemode: bool = False
    keys: dict[str, Key] = field(default_factory=dict)
    customers: dict[str, _Object] = field(default_factory=dict)
    payment_methods: dict[str, list[_Object]] = field(default_factory=dict)
    sources: dict[str, list[_Object]] = field(default_factory=dict)
    """Of the older kinds, those that are no default, too; the default stands with the customer."""
    subscriptions: dict[str, list[_Object]] = field(default_factory=dict)
    invoices: dict[str, list[_Object]] = field(default_factory=dict)
    can_search: bool = True
    """False for merchants in India, whom the search endpoint refuses."""
    search_hides_after: int | None = None
    """Unix time; who was created later is not in search yet."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP response."""

    status: int
    headers: dict[str, str]
    body: bytes


class StripeStandIn:
    """Stripe's API over some accounts; two of the same ID are the live and the test mode of one."""

    def __init__(self, accounts: list[Account]) -> None:
        self.accounts = accounts
        self._requests = 0

    def answer(self, method: str, url: str, headers: Mapping[str, str]) -> Answer:
        """Answer one request; `url` may be a whole address or a path with its query."""
        self._requests += 1
        sent = {name.lower(): value for name, value in headers.items()}
        address = urlsplit(url)
        status, body = 200, {}
        try:
            body = self._answer(method.upper(), address.path, address.query, sent.get("authorization", ""))
        except Refusal as refusal:
            status, body = refusal.status, refusal.body
        told = {
            "Content-Type": "application/json",
            "Request-Id": f"req_standin{self._requests:08}",
            "Stripe-Version": sent.get("stripe-version") or _API_VERSION,
        }
        return Answer(status, told, json.dumps(body, indent=2).encode())

    def _answer(self, method: str, path: str, query: str, authorization: str) -> _Object:
        account, key = self._authenticate(authorization)
        parts = [unquote(part) for part in path.split("/")]
        if method != "GET":
            if parts[:3] == ["", "v1", "customers"]:
                _allow(account, key, "rak_customer_write")
            raise unknown_address(method, path)
        params = request_params.read(query)
        match parts:
            case ["", "v1", "customers"]:
                _allow(account, key, CUSTOMER_READ)
                return _list_customers(account, key, params)
            case ["", "v1", "customers", "search"]:
                _allow(account, key, CUSTOMER_READ)
                return _search_customers(account, key, params)
            case ["", "v1", "customers", customer] if customer:
                _allow(account, key, CUSTOMER_READ)
                return self._retrieve_customer(account, key, customer, params)
            case ["", "v1", "customers", customer, "payment_methods"] if customer:
                _allow(account, key, PAYMENT_METHOD_READ)
                return self._list_payment_methods(account, customer, params)
            case ["", "v1", "subscriptions"]:
                _allow(account, key, SUBSCRIPTION_READ)
                return self._list_of_customer(account, account.subscriptions, params, "subscription")
            case ["", "v1", "invoices"]:
                _allow(account, key, INVOICE_READ)
                return self._list_of_customer(account, account.invoices, params, "invoice")
            case ["", "v1", "account"]:
                _allow(account, key, ACCOUNT_READ)
                request_params.only(params, "expand")
                request_params.expansions(params, ())
                settings = {"dashboard": {"display_name": account.business or None, "timezone": "Etc/UTC"}}
                about = {"country": "US", "type": "standard", "business_profile": None, "settings": settings}
                return {"id": account.id, "object": "account", **about}
        raise unknown_address(method, path)

    def _authenticate(self, authorization: str) -> tuple[Account, Key]:
        text = authorization.removeprefix("Bearer ").strip()
        if not text:
            raise Refusal(
                401, "You did not provide an API key. Send it in the Authorization header, as in 'Bearer YOUR_KEY'."
            )
        for account in self.accounts:
            if text in account.keys:
                if account.keys[text].expired:
                    raise Refusal(401, f"Expired API Key provided: {masked(text)}", code="api_key_expired")
                return account, account.keys[text]
        raise Refusal(401, f"Invalid API Key provided: {masked(text)}")

    def _retrieve_customer(self, account: Account, key: Key, customer: str, params: Parameters) -> _Object:
        request_params.only(params, "expand")
        wanted = _expansions(account, key, params)
        found = self._find(account, customer)
        return found if found.get("deleted") else _shown(account, found, wanted)

    def _list_payment_methods(self, account: Account, customer: str, params: Parameters) -> _Object:
        request_params.only(params, "type", "limit", "starting_after", "ending_before", "expand")
        request_params.expansions(params, (), prefix="data.")
        if self._find(account, customer).get("deleted"):
            raise missing("customer", customer)
        kind = request_params.text(params, "type")
        saved = [m for m in account.payment_methods.get(customer, []) if kind in (None, m["type"])]
        return _page(saved, params, f"/v1/customers/{customer}/payment_methods", "PaymentMethod")

    def _list_of_customer(
        self, account: Account, objects: Mapping[str, list[_Object]], params: Parameters, kind: str
    ) -> _Object:
        request_params.only(params, "customer", "status", "limit", "starting_after", "ending_before", "expand")
        request_params.expansions(params, (), prefix="data.")
        customer, status = request_params.text(params, "customer"), request_params.text(params, "status")
        if customer is not None:
            self._find(account, customer)
        every = [each for owner, several in objects.items() if customer in (None, owner) for each in several]
        # Without a status Stripe leaves out subscriptions that have ended.
        ended = () if status or kind != "subscription" else ("canceled",)
        found = [each for each in every if status in (None, each["status"]) and each["status"] not in ended]
        return _page(found, params, f"/v1/{kind}s", kind)

    def _find(self, account: Account, customer: str) -> _Object:
        if customer in account.customers:
            return account.customers[customer]
        twins = [other for other in self.accounts if other.id == account.id and other.livemode != account.livemode]
        also = ""
        if any(customer in twin.customers for twin in twins):
            has, used = ("test", "live") if account.livemode else ("live", "test")
            also = f"; a similar object exists in {has} mode, but a {used} mode key was used to make this request."
        raise missing("customer", customer, also=also)


def _list_customers(account: Account, key: Key, params: Parameters) -> _Object:
    request_params.only(params, "email", "limit", "starting_after", "ending_before", "created", "expand")
    wanted = _expansions(account, key, params, prefix="data.")
    email, was_created = request_params.text(params, "email"), _created(params)
    listed = [c for c in _newest_first(account) if email in (None, c["email"]) and was_created(c["created"])]
    page = _page(listed, params, "/v1/customers", "customer")
    return page | {"data": [_shown(account, customer, wanted) for customer in page["data"]]}


def _search_customers(account: Account, key: Key, params: Parameters) -> _Object:
    request_params.only(params, "query", "limit", "page", "expand")
    if not account.can_search:
        raise Refusal(400, "The search feature is not available in your region.")
    query = request_params.text(params, "query")
    if not query:
        raise Refusal(400, "Missing required param: query.", code="parameter_missing", param="query")
    wanted = _expansions(account, key, params, "total_count", prefix="data.")
    try:
        fits = parse(query)
    except QueryError as error:
        raise Refusal(400, str(error), param="query") from error
    hidden = account.search_hides_after
    found = [c for c in _newest_first(account) if (hidden is None or c["created"] <= hidden) and fits(c)]
    start, most = _page_start(params), request_params.limit(params)
    more = len(found) > start + most
    answer = {
        "object": "search_result",
        "url": "/v1/customers/search",
        "has_more": more,
        "next_page": f"page_{start + most}" if more else None,
        "data": [_shown(account, customer, wanted) for customer in found[start : start + most]],
    }
    return answer | {"total_count": len(found)} if "total_count" in wanted else answer


def _page_start(params: Parameters) -> int:
    page = request_params.text(params, "page")
    if page is None:
        return 0
    if not page.startswith("page_") or not page[5:].isdecimal():
        raise Refusal(400, "This page is not one that a search has named.", param="page")
    return request_params.whole_number(page[5:], "page")


def _created(params: Parameters) -> Callable[[int], bool]:
    bounds = params.get("created", {})
    if not isinstance(bounds, dict):
        moment = request_params.whole_number(bounds, "created")
        return lambda created: created == moment
    for name in bounds:
        if name not in _COMPARED:
            raise unknown_parameter(f"created[{name}]")
    tests = [
        (_COMPARED[name], request_params.whole_number(bound, f"created[{name}]")) for name, bound in bounds.items()
    ]
    return lambda created: all(compare(created, bound) for compare, bound in tests)


def _newest_first(account: Account) -> list[_Object]:
    living = [customer for customer in account.customers.values() if not customer.get("deleted")]
    return sorted(living, key=lambda customer: (-customer["created"], customer["id"]))


def _page(objects: list[_Object], params: Parameters, url: str, kind: str) -> _Object:
    most, start, end = request_params.limit(params), 0, None
    indexes = {found["id"]: index for index, found in enumerate(objects)}
    after, before = request_params.text(params, "starting_after"), request_params.text(params, "ending_before")
    for cursor, value in (("starting_after", after), ("ending_before", before)):
        if value is not None and value not in indexes:
            raise missing(kind, value, param=cursor)
    if after is not None:
        start = indexes[after] + 1
    if before is not None:
        end = indexes[before]
        start = max(start, end - most)
    page = objects[start : min(start + most, len(objects) if end is None else end)]
    more = start > 0 if end is not None else len(objects) > start + most
    return {"object": "list", "url": url, "has_more": more, "data": page}


def _expansions(account: Account, key: Key, params: Parameters, *beside: str, prefix: str = "") -> set[str]:
    """Return what is to be expanded in each customer; `beside` can be in the list itself."""
    wanted = request_params.expansions(params, _EXPANDABLE, *beside, prefix=prefix)
    if wanted.intersection(_EXPANDABLE):
        _allow(account, key, PAYMENT_METHOD_READ)
    return wanted


def _shown(account: Account, customer: _Object, wanted: set[str]) -> _Object:
    """Return a customer as it is sent: cards as IDs, unless they are wanted whole."""
    shown, source = dict(customer), customer["default_source"]
    default = customer["invoice_settings"]["default_payment_method"]
    if default and _DEFAULT_METHOD in wanted:
        methods = {method["id"]: method for method in account.payment_methods.get(customer["id"], [])}
        shown["invoice_settings"] = customer["invoice_settings"] | {"default_payment_method": methods.get(default)}
    if source and _DEFAULT_SOURCE not in wanted:
        shown["default_source"] = source["id"]
    if _SOURCES in wanted:
        every = {
            each["id"]: each for each in (*account.sources.get(customer["id"], ()), *((source,) if source else ()))
        }
        url = f"/v1/customers/{customer['id']}/sources"
        shown["sources"] = {"object": "list", "data": [*every.values()], "has_more": False, "url": url}
    return shown


def _allow(account: Account, key: Key, permission: str) -> None:
    if key.permissions is not None and permission not in key.permissions:
        raise forbidden(account.id, permission)
