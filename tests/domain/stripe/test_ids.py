"""Stripe's IDs, and what people paste instead."""

import pytest

from koalalink.domain.stripe.ids import StripeId, customer_id, dashboard_url, looks_like_stripe
from koalalink.errors import UsageError


@pytest.mark.parametrize(
    "text",
    [
        "cus_123",
        "https://dashboard.stripe.com/customers/cus_123",
        "https://dashboard.stripe.com/test/customers/cus_123/",
        "https://dashboard.stripe.com/acct_1A/customers/cus_123?tab=details#top",
        "dashboard.stripe.com/customers/cus_123",
    ],
)
def test_customer_id_is_found_in_what_is_pasted(text: str) -> None:
    """An ID is taken as it is, or from the end of a Dashboard address."""
    assert customer_id(text) == "cus_123"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("pm_1A", "one payment method"),
        ("acct_1A", "a whole Stripe account"),
        ("gcus_1A", "a guest has no saved cards"),
        ("pi_1A", "one payment"),
        ("ch_1A", "one charge"),
        ("card_1A", "one card"),
        ("sub_1A", "a subscription"),
        ("in_1A", "an invoice"),
        ("cs_test_1A", "one checkout"),
        ("https://dashboard.stripe.com/payments/pi_1A", "not a customer's page"),
        ("https://example.com/customers/cus_123", "not an address of the Stripe Dashboard"),
        ("https://dashboard.stripe.com.example.com/customers/cus_123", "not an address of the Stripe Dashboard"),
        ("cus_1 23", "a space or a line break"),
        ("cus_", "not a Stripe customer ID"),
        ("cus_12'; DROP", "not a Stripe customer ID"),
        ("jane", "not a Stripe customer ID"),
        ("", "not a Stripe customer ID"),
    ],
)
def test_customer_id_explains_what_was_pasted_instead(text: str, said: str) -> None:
    """The sentence says what it is, and the hint what to do."""
    with pytest.raises(UsageError, match=said) as error:
        customer_id(text)
    assert error.value.hint


def test_customer_id_of_a_key_does_not_repeat_it() -> None:
    """A key that is pasted by mistake is not shown."""
    with pytest.raises(UsageError) as error:
        customer_id("sk_live_abcdef123")
    assert "abcdef" not in f"{error.value.message} {error.value.hint}"


def test_text_that_is_no_id_is_a_name() -> None:
    """Only what begins as one of Stripe's is taken for one."""
    assert not any(looks_like_stripe(text) for text in ("jane", "jane@x.com", "42", "ext:cus_1", "O'Brien"))


def test_dashboard_url_leads_to_the_mode() -> None:
    """Test customers have their own pages."""
    assert dashboard_url(StripeId("cus_1"), livemode=True) == "https://dashboard.stripe.com/customers/cus_1"
    assert dashboard_url(StripeId("cus_1"), livemode=False) == "https://dashboard.stripe.com/test/customers/cus_1"
