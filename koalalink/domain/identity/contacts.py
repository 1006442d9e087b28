"""Emails and phones: what makes two of them the same."""

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from koalalink.domain.customers.customer import CustomerDetails
from koalalink.domain.text import digits, fold

# What is typed where a form insists on an email and the customer has none.
# Two people who share such a text share nothing.
_NO_EMAIL = frozenset(
    "na none no noemail nomail noreply donotreply notprovided notavailable unknown null nil test testing email mail "
    "fake abc asdf example customer".split()
)
_OFFICES = frozenset(
    "info office frontdesk reception admin contact hello support sales billing accounts accounting bookings booking "
    "help team mail service services customerservice manager management hr leasing property".split()
)
_MADE_UP = frozenset("5551234 5551212 5555555 1234567 2345678 0000000".split())
_DISPLAYED = re.compile(r"<([^<>@\s]+@[^<>@\s]+)>\s*$")
_GMAIL = frozenset({"gmail.com", "googlemail.com"})
_ROUNDED = re.compile(r"\dE\+?\d", re.IGNORECASE)
_LETTERS = re.compile(r"[a-z]+")
_LETTER = re.compile(r"[^\d\s().+-]")
_EXTENSION = re.compile(r"(?:x|ext\.?|extension|#) ?\d*$", re.IGNORECASE)
_LONGEST_PHONE = 100
"""Characters, white space collapsed; a number with its extension and a remark is half as long."""

_LONGEST_EMAIL = 512
"""Characters, as Stripe takes them; mail servers take 254."""

EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
"""An email address, loosely: one @ between other characters."""
_BETWEEN_EMAILS = re.compile(r"[\s,;|<>()\[\]\":]+")


def is_email(text: str) -> bool:
    """Tell whether a text is an email address, or several."""
    return "@" in text and bool(EMAIL.fullmatch(mailbox_in(text)) or emails_in(text))


def emails_in(text: str) -> list[str]:
    """Return every email address in a text: "a@x.com, b@x.com"; a name or a remark beside them is left out."""
    return [word.rstrip(".") for word in _BETWEEN_EMAILS.split(text) if EMAIL.fullmatch(word)]


def mailbox_in(text: str) -> str:
    """Return an email address without the name that stands before it: Jane Doe <jane@x.com>."""
    shown = _DISPLAYED.search(text) if text.endswith(">") else None
    return shown[1] if shown else text


@lru_cache(maxsize=4096)
def email_key(email: str) -> str:
    """Return the mailbox that `email` delivers to, or "" where it names none.

    Case is ignored, and a `+tag`. Google ignores dots in the part before the @. A placeholder such as
    na@na.com is nobody's mailbox.
    """
    email = mailbox_in(email)
    if len(email) > _LONGEST_EMAIL:  # marks that combine would be put in order for seconds
        return ""
    if email.isascii():
        local, at, domain = "".join(email.lower().split()).rpartition("@")
    else:  # marks stay: jose@ and josé@ are two mailboxes
        text = unicodedata.normalize("NFC", email.casefold())
        local, at, domain = "".join(text.split()).rpartition("@")
        domain = _in_ascii(domain)
    local = local.partition("+")[0]
    if not at or not local or "." not in domain:
        return ""
    if domain in _GMAIL:
        local, domain = local.replace(".", ""), "gmail.com"
    return "" if _is_placeholder(local, domain) else f"{local}@{domain}"


def _in_ascii(domain: str) -> str:
    """Return a domain as it is looked up."""
    if domain.isascii():
        return domain
    try:
        return domain.encode("idna").decode()
    except UnicodeError:
        return domain


def is_an_offices(email: str) -> bool:
    """Tell whether a mailbox is a business's, as info@ or frontdesk@: it says nothing of a person."""
    return email.partition("@")[0] in _OFFICES


def is_made_up(phone: str) -> bool:
    """Tell whether the key of a phone is what is typed where there is none: 206-555-1234, 999-999-9998.

    Of the numbers 555-0100 to 555-0199, which are there for made-up people, each is somebody's own.
    """
    seen = set(phone)
    repeated = len(seen) <= 2 and len(phone) > 1 and max(map(phone.count, seen)) >= len(phone) - 1
    return phone[-7:] in _MADE_UP or repeated


def _is_placeholder(local: str, domain: str) -> bool:
    word = re.sub(r"[^a-z]", "", local)
    label = domain.partition(".")[0]
    repeated = local == label and len(set(local)) == 1
    return repeated or (word in _NO_EMAIL and (word == label or word.startswith(("no", "donot", "unknown", "null"))))


@lru_cache(maxsize=4096)  # a batch of an import asks for each several times
def phone_key(phone: str) -> str:
    """Return the digits that a phone number is dialled with, or "" where it is no usable number.

    Dropped are an extension, a leading 00, a trunk 0, and the 1 before ten North American digits. Numbers of
    fewer than seven digits, of one digit repeated, counting up, or rounded by a spreadsheet (1.55512E+10) name nobody.
    """
    phone = _without_extension(phone)
    if _ROUNDED.search(phone):
        return ""
    number = digits(phone).lstrip("0")
    if len(number) == 11 and number.startswith("1"):
        number = number[1:]
    made_up = len(set(number)) == 1 or number in "12345678901234567890"
    return "" if len(number) < 7 or made_up else number


class Keys(NamedTuple):
    """What the customers of a store are looked up by; an empty text is nobody's."""

    email: str
    """The address without case: another customer's may still be the same mailbox."""
    phone: str
    name: str


@lru_cache(maxsize=4096)
def keys_of(details: CustomerDetails) -> Keys:
    """Return what a customer is looked up by."""
    return Keys(fold(details.email), phone_key(details.phone), fold(details.name))


def _without_extension(phone: str) -> str:
    """Return a number without its extension, on one line; nothing where it is too long for one."""
    phone = " ".join(phone.split())
    if len(phone) > _LONGEST_PHONE:
        return ""
    return _EXTENSION.sub("", phone) if _LETTER.search(phone) else phone


def names_a_country(phone: str) -> bool:
    """Tell whether a phone number is written with its country's number."""
    return phone.lstrip().startswith(("+", "00"))


def letters(local: str) -> list[str]:
    """Return the runs of letters in the part of an email before the @."""
    return _LETTERS.findall(local)
