"""What Stripe answers, as values: anything of another shape raises, and is not believed."""

from datetime import MAXYEAR, UTC, datetime
from typing import Any

from koalalink.domain.stripe.customer import About, Holder, PaymentMethod, PostalAddress, StripeCustomer, brand_in
from koalalink.domain.stripe.ids import StripeId, is_any_id
from koalalink.domain.text import printable

_LAST_SECOND = datetime.max.replace(tzinfo=UTC).timestamp()


def text_in(found: dict[str, Any], name: str) -> str:
    """Return a text as one line, "" where Stripe has none; raises TypeError where it is something else.

    Every text of Stripe's comes in here, and none goes on that could steer a terminal or hide a part of itself.
    """
    value = found.get(name)
    if not isinstance(value, str | None):
        raise TypeError(f"{name} is not a text")
    # Half a character, as JSON can have it, goes into no file.
    return printable((value or "").encode("utf-8", "replace").decode())


def customer_in(found: dict[str, Any], metadata_key: str = "") -> StripeCustomer:
    """Return a customer; raises where it is none, or from no time that there is."""
    default = (found.get("invoice_settings") or {}).get("default_payment_method") or found.get("default_source")
    metadata = found.get("metadata") or {}
    stripe_id = text_in(found, "id")
    if stripe_id != found["id"] or not is_any_id(stripe_id) or not 0 <= found["created"] <= _LAST_SECOND:
        raise ValueError("nobody, or of no time")
    sources = (found.get("sources") or {}).get("data") or ()
    return StripeCustomer(
        stripe_id=StripeId(stripe_id),
        name=text_in(found, "name"),
        email=text_in(found, "email"),
        phone=text_in(found, "phone"),
        created=datetime.fromtimestamp(int(found["created"]), UTC),
        livemode=found["livemode"] is True,
        address=_address_in(found),
        card=method_in(default) if isinstance(default, dict) else None,
        default_payment_method=text_in(default if isinstance(default, dict) else {"id": default}, "id"),
        metadata={printable(name.encode("utf-8", "replace").decode()): text_in(metadata, name) for name in metadata},
        metadata_key=metadata_key,
        about=_about(found),
        sources=tuple(method_in(source) for source in sources),
    )


def _about(found: dict[str, Any]) -> About:
    shipping = found.get("shipping") or {}
    return About(
        description=text_in(found, "description"),
        individual_name=text_in(found, "individual_name"),
        business_name=text_in(found, "business_name"),
        shipping_name=text_in(shipping, "name"),
        shipping_phone=text_in(shipping, "phone"),
        shipping_address=_address_in(shipping),
    )


def _address_in(found: dict[str, Any]) -> PostalAddress:
    address = found.get("address") or {}
    return PostalAddress(*(text_in(address, part) for part in PostalAddress._fields))


def method_in(found: dict[str, Any]) -> PaymentMethod:
    """Return a payment method of any kind, or a card, bank account or source of the older kinds."""
    if found["object"] == "payment_method":
        kind = text_in(found, "type")
        return _method(found, kind, found.get(kind) or {}, _holder_in(found.get("billing_details") or {}))
    if found["object"] == "card":
        return _method(found, "card", found, Holder(text_in(found, "name"), zip=text_in(found, "address_zip")))
    if found["object"] == "bank_account":
        return _method(found, "bank_account", found, Holder(text_in(found, "account_holder_name")))
    kind = text_in(found, "type") or text_in(found, "object")
    return _method(found, kind, found.get(kind) or {}, _holder_in(found.get("owner") or {}))


def _holder_in(found: dict[str, Any]) -> Holder:
    name, email, phone = (text_in(found, part) for part in ("name", "email", "phone"))
    return Holder(name, email, phone, text_in(found.get("address") or {}, "postal_code"))


def _method(found: dict[str, Any], kind: str, details: dict[str, Any], holder: Holder) -> PaymentMethod:
    month, year = details.get("exp_month") or 0, details.get("exp_year") or 0
    if (month or year) and not (1 <= month <= 12 and 0 <= year <= MAXYEAR):
        raise ValueError("expires at no time")
    return PaymentMethod(
        payment_method=text_in(found, "id"),
        brand=brand_in(text_in(details, "brand")) if kind == "card" else "",
        last4=text_in(details, "last4"),
        exp_month=int(month),
        exp_year=int(year),
        funding=text_in(details, "funding"),
        wallet=text_in(details.get("wallet") or {}, "type"),
        fingerprint=text_in(details, "fingerprint"),
        type=kind,
        bank=text_in(details, "bank_name") or text_in(details, "bank_code"),
        account=text_in(details, "email") or text_in(details, "payer_email"),
        problem=_problem(found, details),
        holder=holder,
    )


def _problem(found: dict[str, Any], details: dict[str, Any]) -> str:
    """Return why a payment method cannot be charged, where Stripe says so.

    A bank account of today says it in `status_details`, one of the older kind in its `status`, and a source of any
    kind is charged only while it is `chargeable`.
    """
    told = details.get("status_details")
    if any((told or {}).values()) if isinstance(told, dict) else told:
        return "has failed"
    status = text_in(found, "status")
    if found["object"] == "bank_account":
        return {"verified": "", "new": "is not verified", "validated": "is not verified"}.get(status, "has failed")
    if found["object"] == "source":
        return {"chargeable": "", "": "", "pending": "is not verified"}.get(status, "has failed")
    return ""
