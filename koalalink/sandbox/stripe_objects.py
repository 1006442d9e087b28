"""Stripe's objects as its API answers them, with every field that it always sends."""

from typing import Any

_Object = dict[str, Any]

NOBODY = {"address": None, "email": None, "name": None, "phone": None, "tax_id": None}
_NO_ADDRESS = dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"))


def customer(
    stripe_id: str, created: int, *, livemode: bool, name: str = "", email: str = "", phone: str = "", **more: Any
) -> _Object:
    """Return a customer; `more` takes the place of what most have not."""
    return {
        "id": stripe_id,
        "object": "customer",
        "address": None,
        "balance": 0,
        "created": created,
        "currency": None,
        "default_source": None,
        "delinquent": False,
        "description": None,
        "discount": None,
        "email": email or None,
        "invoice_prefix": stripe_id[-8:].upper(),
        "invoice_settings": {
            "custom_fields": None,
            "default_payment_method": None,
            "footer": None,
            "rendering_options": None,
        },
        "livemode": livemode,
        "metadata": {},
        "name": name or None,
        "next_invoice_sequence": 1,
        "phone": phone or None,
        "preferred_locales": [],
        "shipping": None,
        "tax_exempt": "none",
        "test_clock": None,
        **more,
    }


def billing_details(name: str = "", *, email: str = "", postal_code: str = "") -> _Object:
    """Return whom a payment method is made out to."""
    address = _NO_ADDRESS | {"country": "US", "postal_code": postal_code or None}
    return NOBODY | {"name": name or None, "email": email or None, "address": address}


def payment_method(
    method_id: str, kind: str, details: _Object, billing: _Object, customer_id: str, created: int, *, livemode: bool
) -> _Object:
    """Return a payment method of a kind, with what is told of that kind."""
    return {
        "id": method_id,
        "object": "payment_method",
        "allow_redisplay": "unspecified",
        "billing_details": billing,
        "created": created,
        "customer": customer_id,
        "livemode": livemode,
        "metadata": {},
        "type": kind,
        kind: details,
    }


def card(brand: str, last4: str, month: int, year: int, fingerprint: str) -> _Object:
    """Return what a payment method tells of a card."""
    return {
        "brand": brand,
        "checks": {"address_line1_check": None, "address_postal_code_check": "pass", "cvc_check": "pass"},
        "country": "US",
        "display_brand": brand,
        "exp_month": month,
        "exp_year": year,
        "fingerprint": fingerprint,
        "funding": "credit",
        "generated_from": None,
        "last4": last4,
        "networks": {"available": [brand], "preferred": None},
        "three_d_secure_usage": {"supported": True},
        "wallet": None,
    }


def old_card(card_id: str, customer_id: str, details: _Object, holder: str, postal_code: str) -> _Object:
    """Return a card of the older kind."""
    kept = {name: details[name] for name in ("country", "exp_month", "exp_year", "fingerprint", "funding", "last4")}
    return {
        "id": card_id,
        "object": "card",
        **dict.fromkeys(("address_city", "address_country", "address_line1", "address_line1_check", "address_line2")),
        "address_state": None,
        "address_zip": postal_code or None,
        "address_zip_check": "pass" if postal_code else None,
        # The older kind spells brands as they are printed on cards.
        "brand": {"visa": "Visa", "mastercard": "MasterCard"}.get(details["brand"], "Unknown"),
        "customer": customer_id,
        "cvc_check": "pass",
        "dynamic_last4": None,
        "metadata": {},
        "name": holder or None,
        "tokenization_method": None,
        **kept,
    }


def bank_account(last4: str, fingerprint: str, *, blocked: str = "") -> _Object:
    """Return what a payment method tells of a bank account; `blocked` is the code of what has failed."""
    status = {"blocked": {"network_code": blocked, "reason": "bank_account_closed"}} if blocked else {}
    return {
        "account_holder_type": "individual",
        "account_type": "checking",
        "bank_name": "STRIPE TEST BANK",
        "financial_connections_account": None,
        "fingerprint": fingerprint,
        "last4": last4,
        "networks": {"preferred": "ach", "supported": ["ach"]},
        "routing_number": "110000000",
        "status_details": status,
    }


def old_bank_account(account_id: str, customer_id: str, holder: str, last4: str, status: str) -> _Object:
    """Return a bank account of the older kind."""
    return {
        "id": account_id,
        "object": "bank_account",
        "account_holder_name": holder or None,
        "account_holder_type": "individual",
        "account_type": None,
        "bank_name": "STRIPE TEST BANK",
        "country": "US",
        "currency": "usd",
        "customer": customer_id,
        "fingerprint": f"fp{last4}",
        "last4": last4,
        "metadata": {},
        "routing_number": "110000000",
        "status": status,
    }
