"""What a person types into `search`, and how Stripe is asked for it.

Stripe's query language (docs.stripe.com/search): `field:"exact"`, `field~"part"` with three letters or more, clauses
joined by AND or by OR but not by both, ten at the most. What is typed becomes quoted values and never syntax.
Whatever Stripe returns is compared again here, because its matching is looser in places, and tighter in others.
"""

import re
from typing import NamedTuple

from koalalink.domain.contact import email_key, phone_key
from koalalink.domain.stripe_customers import StripeCustomer
from koalalink.domain.stripe_ids import customer_id, looks_like_stripe
from koalalink.domain.text import digits, fold, printable
from koalalink.errors import CorrectTheCommand

_MOST_CLAUSES = 10
_MOST_LETTERS = 100
_PHONE = re.compile(r"[\d\s().+/-]+")


class IdQuery(NamedTuple):
    """One customer by its ID."""

    stripe_id: str


class TextQuery(NamedTuple):
    """A name, an email, a phone, or a part of one."""

    text: str

    @property
    def email(self) -> str | None:
        """The email, where it is one."""
        return self.text if "@" in self.text else None

    @property
    def phone(self) -> str | None:
        """The digits, where it is a phone number or a part of one."""
        return digits(self.text) if _PHONE.fullmatch(self.text) and digits(self.text) else None

    def clauses(self) -> str | None:
        """Return the query for Stripe, or None where every word is too short for it."""
        if self.email:
            return _clause("email", ":", self.text)
        if self.phone:
            return _phone_clauses(self.text)
        words = self.text.split()
        if len(words) == 1 and len(self.text) >= 3:
            # One word can be a part of an email as well; an apostrophe or an accent need not be typed as it is stored.
            names = [_clause("name", "~", part) for part in _searchable(self.text)[:1]]
            return " OR ".join([*names, _clause("email", "~", self.text)])
        parts = [part for word in words for part in _searchable(word)[:1]]
        return " AND ".join(_clause("name", "~", part) for part in parts[:_MOST_CLAUSES]) or None

    def matches(self, customer: StripeCustomer) -> bool:
        """Tell whether the customer is one that was asked for."""
        if self.email:
            same_mailbox = email_key(self.text) == email_key(customer.email) != ""
            return same_mailbox or fold(self.text) == fold(customer.email)
        if self.phone:
            key = phone_key(self.text) or self.phone
            return key in digits(customer.phone) or (bool(phone_key(self.text)) and key == phone_key(customer.phone))
        words, name = _comparable(self.text).split(), _comparable(customer.name)
        return all(word in name for word in words) or fold(self.text) in fold(customer.email)

    def rank(self, customer: StripeCustomer) -> tuple[bool, bool, float]:
        """Return a key that sorts the best match first: exact email, exact name, then the newest."""
        text = fold(self.text)
        return text != fold(customer.email), text != fold(customer.name), -customer.created.timestamp()


SearchQuery = IdQuery | TextQuery


def read_query(typed: str) -> SearchQuery:
    """Return what was typed as a query; raises CorrectTheCommand where there is nothing in it to look for."""
    text = printable(typed).strip()
    if not text:
        raise CorrectTheCommand(
            "There is nothing in that to look for.", hint="Type a name, an email, a phone number or a cus_… ID."
        )
    return IdQuery(customer_id(text)) if looks_like_stripe(text) else TextQuery(text)


def _clause(field: str, operator: str, value: str) -> str:
    quoted = value[:_MOST_LETTERS].replace("\\", "\\\\").replace('"', '\\"')
    return f'{field}{operator}"{quoted}"'


def _phone_clauses(typed: str) -> str:
    number = digits(typed)
    national = phone_key(typed) or number
    spellings = dict.fromkeys((typed, number, f"+{number}", national, f"+1{national}", f"1{national}"))
    exact = [_clause("phone", ":", spelling) for spelling in spellings]
    # Most people write the last four digits together, however they write the rest.
    part = number[-4:]
    return " OR ".join([*exact, _clause("phone", "~", part)] if len(part) >= 3 else exact)


def _searchable(word: str) -> list[str]:
    """Return the parts of a word that are stored alike however it is spelled: runs of plain letters, longest first."""
    runs = [run for run in re.findall(r"[A-Za-z0-9]+", word) if len(run) >= 3]
    if runs:
        return sorted(runs, key=len, reverse=True)
    return [word] if len(word) >= 3 else []


def _comparable(name: str) -> str:
    return re.sub(r"['\u2018\u2019`\u00b4]", "", fold(name))
