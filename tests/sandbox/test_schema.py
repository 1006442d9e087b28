"""The stand-in answers as Stripe's own description of its API says: every answer, over all sandbox people."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from jsonschema import Draft4Validator

from koalalink.sandbox.fake_stripe import Account, StripeStandIn
from koalalink.sandbox.sample_data import KEYS, accounts
from tests.conftest import NOW

_FILE = Path(__file__).parents[3] / "shared" / "stripe-schema.json"
"""Stripe's OpenAPI description, pruned to what is read here; it is no part of the project."""

pytestmark = pytest.mark.skipif(not _FILE.exists(), reason="Stripe's description is not beside the project.")

_METHOD, _SOURCE, _SOURCES = "invoice_settings.default_payment_method", "default_source", "sources"


def _draft4(node: Any) -> Any:
    """Return a schema in which what may be null says so as JSON Schema does."""
    if isinstance(node, list):
        return [_draft4(each) for each in node]
    if not isinstance(node, dict):
        return node
    plain = {name: _draft4(value) for name, value in node.items() if name != "nullable"}
    return {"anyOf": [plain, {"type": "null"}]} if node.get("nullable") is True else plain


@pytest.fixture(scope="module")
def schemas() -> dict[str, Any]:
    """The components, by name."""
    described: dict[str, Any] = _draft4(json.loads(_FILE.read_text(encoding="utf-8")))
    return described


@pytest.fixture(scope="module")
def stripe() -> StripeStandIn:
    """Both accounts of the sandbox."""
    return StripeStandIn(accounts(NOW.date()))


def got(stripe: StripeStandIn, location: str, path: str, **params: Any) -> Any:
    """Ask as the key of a location, and return the whole answer."""
    answer = stripe.answer(
        "GET", f"{path}?{urlencode(params, doseq=True)}", {"Authorization": f"Bearer {KEYS[location]}"}
    )
    assert answer.status == 200, answer.body
    return json.loads(answer.body)


def deviations(schemas: dict[str, Any], name: str, found: Any) -> list[str]:
    """What is not as the schema of this name says; what Stripe always sends is there, too."""
    schema = {"$ref": f"#/components/schemas/{name}", "components": schemas["components"]}
    errors = [
        f"{'.'.join(map(str, each.path))}: {each.message[:120]}" for each in Draft4Validator(schema).iter_errors(found)
    ]
    return [f"{found.get('id')} {error}" for error in errors]


def everybody(stripe: StripeStandIn) -> Iterator[tuple[str, Account, str]]:
    """Yield each customer's ID with its location and account."""
    for location, account in zip(KEYS, stripe.accounts, strict=True):
        for stripe_id in account.customers:
            yield location, account, stripe_id


@pytest.mark.parametrize("expand", [(), (_METHOD,), (_SOURCE,), (_SOURCES,), (_METHOD, _SOURCE, _SOURCES)])
def test_customers_are_as_described(schemas: dict[str, Any], stripe: StripeStandIn, expand: tuple[str, ...]) -> None:
    """Retrieved one by one, listed, and searched; expanded or not."""
    wrong = []
    for location, account, stripe_id in everybody(stripe):
        name = "deleted_customer" if account.customers[stripe_id].get("deleted") else "customer"
        found = got(stripe, location, f"/v1/customers/{stripe_id}", **{"expand[]": expand})
        wrong += deviations(schemas, name, found)
    for location in KEYS:
        for path, params in (("/v1/customers", {}), ("/v1/customers/search", {"query": "created>0"})):
            paths = [f"data.{each}" for each in expand]
            page = got(stripe, location, path, limit=100, **params, **{"expand[]": paths})
            assert isinstance(page["has_more"], bool)
            for each in page["data"]:
                wrong += deviations(schemas, "customer", each)
    assert wrong == []


def test_every_field_that_stripe_sends_is_there(schemas: dict[str, Any], stripe: StripeStandIn) -> None:
    """But for those that come only where they are expanded, or where an account uses them."""
    only_expanded = {"sources", "subscriptions", "tax_ids", "tax", "cash_balance", "invoice_credit_balance"}
    used_by_some = {"customer_account", "individual_name", "business_name"}
    described = {*schemas["components"]["schemas"]["customer"]["properties"]} - only_expanded - used_by_some
    for location, account, stripe_id in everybody(stripe):
        if not account.customers[stripe_id].get("deleted"):
            assert {*got(stripe, location, f"/v1/customers/{stripe_id}")} == described


def test_payment_methods_are_as_described(schemas: dict[str, Any], stripe: StripeStandIn) -> None:
    """Of every kind that somebody in the sandbox has."""
    wrong, kinds = [], set()
    for location, account, stripe_id in everybody(stripe):
        if account.customers[stripe_id].get("deleted"):
            continue
        for each in got(stripe, location, f"/v1/customers/{stripe_id}/payment_methods", limit=100)["data"]:
            kinds.add(each["type"])
            wrong += deviations(schemas, "payment_method", each)
    assert (wrong, kinds) == ([], {"card", "us_bank_account", "link"})


def test_deviation_is_noticed(schemas: dict[str, Any], stripe: StripeStandIn) -> None:
    """A payment method without whom it is made out to is none of Stripe's."""
    [method] = got(stripe, "downtown", "/v1/customers/cus_123/payment_methods")["data"]
    assert deviations(schemas, "payment_method", method) == []
    del method["billing_details"]
    assert deviations(schemas, "payment_method", method)
