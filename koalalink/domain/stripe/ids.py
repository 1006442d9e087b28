"""Stripe's IDs: which is a customer's, and what the others are."""

import re
from typing import NewType
from urllib.parse import quote, unquote

from koalalink.errors import UsageError

StripeId = NewType("StripeId", str)
"""A customer's ID: `cus_…`, or what an integration has chosen when it made the customer, as Stripe has sent it."""

_LONGEST = 255
"""Characters of an ID that somebody chose."""

_CHOSEN_CUS = re.compile(r"cus_[!-~]+")
_CUSTOMER_ID = re.compile(r"cus_[A-Za-z0-9]{1,30}")
_ANOTHER_PROGRAMS = re.compile(r"cus_[0-9A-Fa-f]{32}")
"""Housecall Pro's own IDs look so."""
_WHERE = "Open the customer in the Stripe Dashboard: the ID that begins with cus_ is on the page, under Details."

# What people copy by mistake, by how it begins.
_OTHERS = {
    "gcus_": "a guest customer's ID: a guest has no saved cards to use",
    "acct_": "the ID of a whole Stripe account",
    "pm_": "the ID of one payment method",
    "card_": "the ID of one card",
    "src_": "the ID of one payment source",
    "ba_": "the ID of a bank account",
    "pi_": "the ID of one payment",
    "ch_": "the ID of one charge",
    "py_": "the ID of one payment",
    "sub_": "the ID of a subscription",
    "in_": "the ID of an invoice",
    "cs_": "the ID of one checkout",
    "seti_": "the ID of a card set-up",
    "re_": "the ID of a refund",
    "evt_": "the ID of an event",
    "prod_": "the ID of a product",
    "price_": "the ID of a price",
}
_AROUND = " \t\r\n\"'`“”‘’«»<>()[],;."
"""What is copied together with an ID."""
_KEY = re.compile(r"(?:sk|rk|pk|ek)_|whsec_")


def looks_like_stripe(text: str) -> bool:
    """Tell whether `text` is meant as something of Stripe's: an ID of any kind, or an address of the Dashboard."""
    text = text.strip(_AROUND)
    return text.startswith(("cus_", "dashboard.stripe.com", *_OTHERS)) or "://" in text or bool(_KEY.match(text))


def is_customer_id(text: str) -> bool:
    """Tell whether `text` has the form of a customer's ID."""
    return bool(_CUSTOMER_ID.fullmatch(text))


def is_any_id(text: str) -> bool:
    """Tell whether `text` can be a customer's ID: Stripe lets integrations choose `user_8842`, or an email.

    What begins like the ID of another thing of Stripe's is that thing's.
    """
    if not 0 < len(text) <= _LONGEST or not text.isprintable() or text != text.strip():
        return False
    return bool(_CHOSEN_CUS.fullmatch(text)) if text.startswith("cus_") else not text.startswith((*_OTHERS,))


def chosen_id(text: str) -> StripeId:
    """Return the ID that `text` is, also one that somebody chose, of which only Stripe can say whether it is one.

    Raises UsageError as `customer_id`, where it cannot be one.
    """
    try:
        return customer_id(text)
    except UsageError:
        text = text.strip()
        if looks_like_stripe(text) or not is_any_id(text):
            raise
        return StripeId(text)


def not_an_id(text: str) -> UsageError:
    """Return what is said of a text that is no customer's ID."""
    return UsageError(f"{_quoted(text)} is not a Stripe customer ID.", hint=_WHERE)


def customer_id(text: str) -> StripeId:
    """Return the `cus_…` that `text` is, or that the Dashboard address `text` ends in.

    Raises UsageError with what the text is instead, and where the right ID is found.
    """
    text = text.strip(_AROUND)
    if _CUSTOMER_ID.fullmatch(text):
        return StripeId(text)
    if "://" in text or text.strip().startswith("dashboard.stripe.com"):
        return _from_address(text.strip())
    # A key must not be repeated on the screen, nor is anything gained by doing so.
    if _KEY.match(text.strip()):
        raise UsageError("That is an API key, not a customer's ID. Keep it secret.", hint=_WHERE)
    squeezed = "".join(text.split())
    if squeezed != text and _CUSTOMER_ID.fullmatch(squeezed):
        raise UsageError("There is a space or a line break in that ID.", hint=f"Did you mean {squeezed}?")
    if _ANOTHER_PROGRAMS.fullmatch(squeezed):
        raise UsageError(f"{_quoted(text)} is a customer ID of another program, not of Stripe.", hint=_WHERE)
    for prefix, meaning in _OTHERS.items():
        if text.strip().startswith(prefix):
            raise UsageError(f"{_quoted(text)} is {meaning}, not a customer's.", hint=_WHERE)
    raise not_an_id(text)


def _from_address(text: str) -> StripeId:
    address = re.fullmatch(r"(?:https://)?dashboard\.stripe\.com(/[^\s?#]*)(?:[?#]\S*)?", text)
    if address is None:
        raise UsageError(f"{_quoted(text)} is not an address of the Stripe Dashboard.", hint=_WHERE)
    *above, last = address[1].rstrip("/").split("/")
    last = unquote(last)
    if _CUSTOMER_ID.fullmatch(last) or (above[-1:] == ["customers"] and is_any_id(last)):
        return StripeId(last)
    raise UsageError("That page of the Stripe Dashboard is not a customer's page.", hint=_WHERE)


def _quoted(text: str) -> str:
    shown = text.strip()
    return f"“{shown if len(shown) <= 40 else shown[:40] + '…'}”"


def dashboard_url(stripe_id: StripeId, *, livemode: bool) -> str:
    """Return the address of a customer's page in the Stripe Dashboard."""
    return f"https://dashboard.stripe.com/{'' if livemode else 'test/'}customers/{quote(stripe_id, safe='')}"
