"""Who a Stripe customer may be besides what its name says: a description, the holder of a card, an address to ship to.

Each is evidence and none is the name: the holder of a card is the customer in most cases, else a spouse, a parent or an
employer.
"""

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

from koalalink.domain.identity.contacts import email_key, emails_in, is_an_offices, is_made_up, phone_key
from koalalink.domain.identity.descriptions import name_in
from koalalink.domain.identity.names import Name, company_key, generation_of, names_a_company, readings
from koalalink.domain.stripe.customer import NOTHING_TOLD, StripeCustomer

_INTRODUCED = re.compile(
    r"(?:(?:customer|client|name|account|user|contact|profile|billing|for|of|the)\b|[:#\s-])*", re.IGNORECASE
)
_OUR_ID = re.compile(
    r"\b[a-z]{1,10}[-_]?\d[\w-]{1,20}\b"
    r"|\b(?:customer|client|koala|account|member)\W{0,3}(?:id|no|number)?\W{0,3}(\d{4,12})\b"
)
_LONGEST = 200


class Kind(StrEnum):
    """Where it stands."""

    INDIVIDUAL = "individual name"
    DESCRIPTION = "description"
    SHIPPING = "shipping name"
    HOLDER = "card holder"


class Hint(NamedTuple):
    """What one of these tells."""

    kind: Kind
    text: str
    """As it stands there."""
    names: tuple[Name, ...] = ()
    generation: str = ""
    company: str = ""
    email: str = ""
    """The key of a mailbox."""
    phone: str = ""


def hints_of(customer: StripeCustomer) -> tuple[Hint, ...]:
    """Return what is told of somebody besides name, email and phone; nothing where nothing is."""
    about, holder = customer.about or NOTHING_TOLD, customer.holder
    if about is NOTHING_TOLD and not any(holder):
        return ()
    hints = []
    if about.individual_name or about.business_name:
        hints.append(_named(Kind.INDIVIDUAL, about.individual_name or about.business_name))
    if about.description:
        hints.append(_described(about.description[:_LONGEST]))
    if about.shipping_name or about.shipping_phone:
        hints.append(_named(Kind.SHIPPING, about.shipping_name, phone=about.shipping_phone))
    if holder.name or holder.email or holder.phone:
        hints.append(_named(Kind.HOLDER, holder.name, holder.email, holder.phone))
    return tuple(hints)


def ids_in(description: str) -> Iterator[str]:
    """Yield what may be an ID of ours in a description, "BK-0042" or "customer 1042"; no number by itself is one."""
    for found in _OUR_ID.finditer(description[:_LONGEST].lower()):
        yield found[1] or found[0]


def _named(kind: Kind, name: str, email: str = "", phone: str = "") -> Hint:
    name = name[:_LONGEST]
    mailbox = email_key(email) if email else ""
    number = phone_key(phone) if phone else ""
    told = Hint(
        kind,
        name,
        generation=generation_of(name),
        email="" if is_an_offices(mailbox) else mailbox,
        phone="" if number and is_made_up(number) else number,
    )
    if names_a_company(name):
        return told._replace(company=company_key(name))
    return told._replace(names=tuple(readings(name)) if name.strip() else ())


def _described(text: str) -> Hint:
    """Return what a free text tells: an email address, and a person's or a company's name."""
    emails = emails_in(text)
    return _named(Kind.DESCRIPTION, name_in(text) or _company_in(text), emails[0] if emails else "")._replace(text=text)


def _company_in(text: str) -> str:
    """Return the company that a text is the name of, and nothing else, but for an introduction."""
    rest = " ".join(word for word in text.split() if "@" not in word)
    begins = _INTRODUCED.match(rest)
    name = " ".join((rest[begins.end() :] if begins else rest).strip(" \t\n,;:()[]<>-\"'").split())
    return name if names_a_company(name) else ""
