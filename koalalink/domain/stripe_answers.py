"""What Stripe answers, as values: anything of another shape raises, and is not believed."""

from datetime import MAXYEAR, UTC, datetime
from typing import Any

from koalalink.domain.stripe_customers import Card, PostalAddress, StripeCustomer
from koalalink.domain.stripe_ids import is_customer_id

_LAST_SECOND = datetime.max.replace(tzinfo=UTC).timestamp()


def text_in(found: dict[str, Any], name: str) -> str:
    """Return a text, "" where Stripe has none; raises TypeError where it is something else."""
    value = found.get(name)
    if not isinstance(value, str | None):
        raise TypeError(f"{name} is not a text")
    # Half a character, as JSON can have it, goes into no file.
    return (value or "").encode("utf-8", "replace").decode()


def customer_in(found: dict[str, Any], metadata_key: str = "") -> StripeCustomer:
    """Return a customer; raises where it is none, or from no time that there is."""
    default = (found.get("invoice_settings") or {}).get("default_payment_method") or found.get("default_source")
    address, metadata = found.get("address") or {}, found.get("metadata") or {}
    if not is_customer_id(text_in(found, "id")) or not 0 <= found["created"] <= _LAST_SECOND:
        raise ValueError("nobody, or of no time")
    return StripeCustomer(
        stripe_id=found["id"],
        name=text_in(found, "name"),
        email=text_in(found, "email"),
        phone=text_in(found, "phone"),
        created=datetime.fromtimestamp(int(found["created"]), UTC),
        livemode=found["livemode"] is True,
        address=PostalAddress(*(text_in(address, part) for part in PostalAddress._fields)),
        card=card_in(default) if isinstance(default, dict) else None,
        default_payment_method=text_in(default if isinstance(default, dict) else {"id": default}, "id"),
        metadata={name.encode("utf-8", "replace").decode(): text_in(metadata, name) for name in metadata},
        metadata_key=metadata_key,
    )


def card_in(found: dict[str, Any]) -> Card | None:
    """Return the card of a payment method or source; None where it is of another kind."""
    # A payment method holds its card under "card"; one of the older kind is the card.
    card = found.get("card") if found["object"] == "payment_method" else found
    if not card or "last4" not in card or "exp_year" not in card:
        return None
    if not 1 <= card["exp_month"] <= 12 or not 0 <= card["exp_year"] <= MAXYEAR:
        raise ValueError("expires at no time")
    return Card(
        payment_method=text_in(found, "id"),
        brand=(text_in(card, "brand") or "card").lower(),
        last4=text_in(card, "last4"),
        exp_month=int(card["exp_month"]),
        exp_year=int(card["exp_year"]),
        funding=text_in(card, "funding"),
        wallet=text_in(card.get("wallet") or {}, "type"),
        fingerprint=text_in(card, "fingerprint"),
    )
