"""A stand-in for the part of Stripe that is read here: it answers requests as Stripe's API does.

It has no network and no clock of its own. Behind the official library as its HTTP client it makes the sandbox;
behind a server on loopback it makes the tests.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from koalalink.sandbox.search_language import QueryError, parse

CUSTOMER_READ = "rak_customer_read"
PAYMENT_METHOD_READ = "rak_payment_method_read"
ACCOUNT_READ = "rak_accounts_kyc_basic_read"

_Object = dict[str, Any]
_EXPANDABLE = ("invoice_settings.default_payment_method", "default_source")


@dataclass(frozen=True, slots=True)
class Key:
    """An API key of an account: what it may read (None: everything), and whether its time is over."""

    permissions: frozenset[str] | None = None
    expired: bool = False


@dataclass(slots=True, kw_only=True)
class Account:
    """A Stripe account in one mode; tests change it as they like."""

    id: str
    livemode: bool = False
    keys: dict[str, Key] = field(default_factory=dict)
    customers: dict[str, _Object] = field(default_factory=dict)
    payment_methods: dict[str, list[_Object]] = field(default_factory=dict)
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


class _Refusal(Exception):
    def __init__(self, status: int, message: str, *, code: str = "", param: str = "") -> None:
        super().__init__(message)
        error = {"type": "invalid_request_error", "message": message, "code": code, "param": param}
        self.status = status
        self.body = {"error": {key: value for key, value in error.items() if value}}


class StripeStandIn:
    """Stripe's API over some accounts."""

    def __init__(self, accounts: list[Account]) -> None:
        self.accounts = accounts
        self._requests = 0

    def answer(self, method: str, url: str, headers: Mapping[str, str]) -> Answer:
        """Answer one request; `url` may be a whole address or a path with its query."""
        self._requests += 1
        status, body = 200, {}
        try:
            body = self._answer(method, urlsplit(url).path, _parameters(urlsplit(url).query), headers)
        except _Refusal as refusal:
            status, body = refusal.status, refusal.body
        told = {
            "Content-Type": "application/json",
            "Request-Id": f"req_standin{self._requests:08}",
            "Stripe-Version": next((v for k, v in headers.items() if k.lower() == "stripe-version"), ""),
        }
        return Answer(status, told, json.dumps(body, indent=2).encode())

    def _answer(self, method: str, path: str, params: dict[str, Any], headers: Mapping[str, str]) -> _Object:
        account, key = self._authenticate(headers)
        if method.upper() != "GET":
            raise _Refusal(403, f"This stand-in is read-only: {method} is refused.")
        match path.strip("/").split("/"):
            case ["v1", "customers"]:
                _allow(key, CUSTOMER_READ)
                return _list_customers(account, key, params)
            case ["v1", "customers", "search"]:
                _allow(key, CUSTOMER_READ)
                return _search_customers(account, key, params)
            case ["v1", "customers", customer]:
                _allow(key, CUSTOMER_READ)
                return self._retrieve_customer(account, key, customer, params)
            case ["v1", "customers", customer, "payment_methods"]:
                _allow(key, PAYMENT_METHOD_READ)
                return self._list_payment_methods(account, customer, params)
            case ["v1", "account"]:
                _allow(key, ACCOUNT_READ)
                _known(params, "expand")
                return {"id": account.id, "object": "account", "type": "standard"}
        raise _Refusal(404, f"Unrecognized request URL ({method}: {path}).")

    def _authenticate(self, headers: Mapping[str, str]) -> tuple[Account, Key]:
        sent = next((value for name, value in headers.items() if name.lower() == "authorization"), "")
        text = sent.removeprefix("Bearer ").strip()
        if not text:
            raise _Refusal(401, "You did not provide an API key.")
        for account in self.accounts:
            if text in account.keys:
                if account.keys[text].expired:
                    raise _Refusal(401, f"Expired API Key provided: {_masked(text)}", code="api_key_expired")
                return account, account.keys[text]
        raise _Refusal(401, f"Invalid API Key provided: {_masked(text)}")

    def _retrieve_customer(self, account: Account, key: Key, customer: str, params: dict[str, Any]) -> _Object:
        _known(params, "expand")
        found = self._find(account, customer)
        return found if found.get("deleted") else _expanded(account, key, found, params, prefix="")

    def _list_payment_methods(self, account: Account, customer: str, params: dict[str, Any]) -> _Object:
        _known(params, "type", "limit", "starting_after", "ending_before", "expand")
        if self._find(account, customer).get("deleted"):
            raise _missing("customer", customer)
        kind = params.get("type")
        saved = [m for m in account.payment_methods.get(customer, []) if kind in (None, m["type"])]
        return _page(saved, params, f"/v1/customers/{customer}/payment_methods", "payment_method")

    def _find(self, account: Account, customer: str) -> _Object:
        if customer in account.customers:
            return account.customers[customer]
        twins = [other for other in self.accounts if other.id == account.id and other.livemode != account.livemode]
        if any(customer in twin.customers for twin in twins):
            has, used = ("test", "live") if account.livemode else ("live", "test")
            also = f"; a similar object exists in {has} mode, but a {used} mode key was used to make this request."
            raise _missing("customer", customer, also)
        raise _missing("customer", customer)


def _list_customers(account: Account, key: Key, params: dict[str, Any]) -> _Object:
    _known(params, "email", "limit", "starting_after", "ending_before", "created", "expand")
    everyone = [
        customer for customer in _newest_first(account) if "email" not in params or customer["email"] == params["email"]
    ]
    bounds = params.get("created", {})
    for name, bound in (bounds if isinstance(bounds, dict) else {"eq": bounds}).items():
        number = _whole(bound, "created")
        tests = {
            "gt": number.__lt__,
            "gte": number.__le__,
            "lt": number.__gt__,
            "lte": number.__ge__,
            "eq": number.__eq__,
        }
        if name not in tests:
            raise _unknown(f"created[{name}]")
        everyone = [customer for customer in everyone if tests[name](customer["created"])]
    page = _page(everyone, params, "/v1/customers", "customer")
    return page | {"data": [_expanded(account, key, customer, params, prefix="data.") for customer in page["data"]]}


def _search_customers(account: Account, key: Key, params: dict[str, Any]) -> _Object:
    _known(params, "query", "limit", "page", "expand")
    if not account.can_search:
        raise _Refusal(400, "The search feature is not available in your region.")
    if "query" not in params:
        raise _Refusal(400, "Missing required param: query.", code="parameter_missing", param="query")
    try:
        test = parse(params["query"])
    except QueryError as error:
        raise _Refusal(400, str(error), param="query") from error
    hidden = account.search_hides_after
    visible = [c for c in _newest_first(account) if hidden is None or c["created"] <= hidden]
    found = [customer for customer in visible if test(customer)]
    start, limit = _whole(params.get("page", "0"), "page"), _limit(params)
    page, more = found[start : start + limit], len(found) > start + limit
    return {
        "object": "search_result",
        "url": "/v1/customers/search",
        "has_more": more,
        "next_page": str(start + limit) if more else None,
        "data": [_expanded(account, key, customer, params, prefix="data.") for customer in page],
    }


def _newest_first(account: Account) -> list[_Object]:
    living = [customer for customer in account.customers.values() if not customer.get("deleted")]
    return sorted(living, key=lambda customer: (-customer["created"], customer["id"]))


def _page(objects: list[_Object], params: dict[str, Any], url: str, kind: str) -> _Object:
    limit, start, end = _limit(params), 0, None
    places = {found["id"]: place for place, found in enumerate(objects)}
    for cursor in ("starting_after", "ending_before"):
        if cursor in params and params[cursor] not in places:
            raise _missing(kind, params[cursor], param=cursor)
    if "starting_after" in params:
        start = places[params["starting_after"]] + 1
    if "ending_before" in params:
        end = places[params["ending_before"]]
        start = max(0, end - limit)
    page = objects[start : min(start + limit, len(objects) if end is None else end)]
    more = start > 0 if end is not None else len(objects) > start + limit
    return {"object": "list", "url": url, "has_more": more, "data": page}


def _expanded(account: Account, key: Key, customer: _Object, params: dict[str, Any], *, prefix: str) -> _Object:
    paths = params.get("expand", [])
    for path in paths:
        if path not in [prefix + expandable for expandable in _EXPANDABLE]:
            raise _Refusal(400, f"This property cannot be expanded ({path}).", param="expand")
    if paths:
        _allow(key, PAYMENT_METHOD_READ)
    shown = dict(customer)
    methods = {method["id"]: method for method in account.payment_methods.get(customer["id"], [])}
    default = customer["invoice_settings"]["default_payment_method"]
    if prefix + _EXPANDABLE[0] in paths and default:
        shown["invoice_settings"] = shown["invoice_settings"] | {"default_payment_method": methods.get(default)}
    source = customer["default_source"]
    if source:
        # A card of the older kind; it hangs on the customer and is none of its payment methods.
        shown["default_source"] = source if prefix + _EXPANDABLE[1] in paths else source["id"]
    return shown


def _parameters(query: str) -> dict[str, Any]:
    """Return `a=1&created[gt]=2&expand[0]=x` as {"a": "1", "created": {"gt": "2"}, "expand": ["x"]}."""
    params: dict[str, Any] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        base, bracket, inner = name.partition("[")
        if not bracket:
            params[base] = value
        elif inner.rstrip("]").isdigit() or inner == "]":
            params.setdefault(base, []).append(value)
        else:
            params.setdefault(base, {})[inner.rstrip("]")] = value
    return params


def _known(params: dict[str, Any], *names: str) -> None:
    for name in params:
        if name not in names:
            raise _unknown(name)


def _unknown(name: str) -> _Refusal:
    return _Refusal(400, f"Received unknown parameter: {name}", code="parameter_unknown", param=name)


def _missing(kind: str, which: str, also: str = "", *, param: str = "id") -> _Refusal:
    return _Refusal(404, f"No such {kind}: '{which}'{also}", code="resource_missing", param=param)


def _whole(text: Any, name: str) -> int:
    if not (isinstance(text, str) and text.isascii() and text.isdigit()):
        raise _Refusal(400, f"Invalid integer: {text}", code="parameter_invalid_integer", param=name)
    return int(text)


def _limit(params: dict[str, Any]) -> int:
    limit = _whole(params.get("limit", "10"), "limit")
    if not 1 <= limit <= 100:
        raise _Refusal(400, "This value must be from 1 to 100.", code="parameter_invalid_integer", param="limit")
    return limit


def _allow(key: Key, permission: str) -> None:
    if key.permissions is not None and permission not in key.permissions:
        raise _Refusal(
            403,
            f"The provided key '{_masked('rk_test_' + 'standin' * 9)}' does not have the required permissions for this "
            f"endpoint. Having the '{permission}' permission would allow this request to continue.",
        )


def _masked(key: str) -> str:
    return key[:8] + "*" * max(0, len(key) - 12) + key[-4:]
