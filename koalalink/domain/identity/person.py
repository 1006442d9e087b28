"""One person of either side, normalised once; and the one comparison of two.

Names are in words, contacts are keys, an address is in parts.

What many have in common is interned: a hundred thousand customers fit into a small part of the memory.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from itertools import pairwise
from sys import intern
from typing import NamedTuple

from koalalink.domain.customers.customer import Customer
from koalalink.domain.identity.contacts import email_key, is_an_offices, is_made_up, names_a_country, phone_key
from koalalink.domain.identity.evidence import Hint, Kind, hints_of, ids_in
from koalalink.domain.identity.field_comparison import (
    WORSE,
    Level,
    Reach,
    Told,
    compare_emails,
    compare_given,
    compare_houses,
    compare_phones,
    compare_surnames,
    compare_words,
)
from koalalink.domain.identity.names import (
    Name,
    company_key,
    generation_of,
    given_words,
    name_words,
    names_a_company,
    readings,
)
from koalalink.domain.identity.nicknames import is_known
from koalalink.domain.stripe.customer import NOTHING_TOLD, StripeCustomer
from koalalink.domain.text import fold, fold_name

_PAYMENT = re.compile(r"\b(?:pi|ch|py)_[A-Za-z0-9]+")
_OF_A_HOUSE = re.compile(r"[a-z0-9]+")

_NAMES_AN_ID = re.compile(
    r"(?:customer|client|external|koala|booking|bk|crm|member|account|user|patient)[ _-]?"
    r"(?:id|number|no|num|ref|reference|key|code)?$|^(?:id|ref|reference)$"
)
"""The metadata that can hold an ID of ours: a zip, a year or an order that equals one does so by chance."""

_LONGEST_LINE = 1000

_NUMBER = "customer_number"
"""The metadata that an export for Stripe's metadata writes our numbers into."""

_KINDS = frozenset(
    "street st str avenue ave av aven road rd drive dr lane ln la court ct crt place pl boulevard blvd circle cir "
    "terrace ter highway hwy way wy crescent cres cr parkway pkwy square sq trail trl north south east west "
    "northeast northwest southeast southwest ne nw se sw apartment apt unit suite".split()
)
"""What is said of many streets, and written in many ways."""


class Person(NamedTuple):
    """One side of a pair; an empty text is not known."""

    ref: int | str
    """The number of a customer of the store, or a Stripe ID."""
    names: tuple[Name, ...]
    """Every way in which the name can be read; none for somebody nameless."""
    generation: str
    company: str
    """The words of a company's name."""
    email: str
    """The key of the mailbox; empty where that is a business's, and says nothing of a person."""
    phone: str
    """Its key; empty where it is made up."""
    phone_has_country: bool
    number: str
    """Of the house."""
    street: str
    """Its words, without what kind of street it is."""
    zip: str
    city: str
    ids: tuple[str, ...] = ()
    """Of the store's: its ID in the booking system, its number, and its Stripe IDs at other locations, as an account
    that was copied keeps them. Of Stripe's: the values of its metadata, and its own ID."""
    payments: tuple[str, ...] = ()
    """The IDs of payments that belong to this one."""
    has_card: bool = False
    """Whether a card can be charged."""
    age: float = 0.0
    """Of Stripe's: minus the time of creation, so that the newest come first."""
    marked: tuple[str, ...] = ()
    """The words of the name that have marks, which are left out in `names`."""
    is_latin: bool = True
    """Whether the name is written in our alphabet."""
    hints: tuple[Hint, ...] = ()
    """What Stripe tells of somebody besides."""
    owner: int = 0
    """Of Stripe's: the only customer of the store who may get it, being linked to it at another location."""

    @property
    def is_a_company(self) -> bool:
        """Whether the name is that of the company."""
        return bool(self.company) and _in_words(self) in ("", self.company)

    @property
    def local(self) -> str:
        """The part of the email before the @."""
        return self.email.partition("@")[0]


def of_store(customer: Customer, stripe_ids: Iterable[str] = (), payments: Iterable[str] = ()) -> Person:
    """Return a customer of the store, with its Stripe IDs at other locations, and the payments of its bookings."""
    details = customer.details
    name = f"{details.first_name} {details.last_name}"
    given, surname = given_words(details.first_name), name_words(details.last_name)
    if given and surname:
        names: Iterable[Name] = [Name(given, surname)]
    else:
        line = name.strip() or details.company
        names = () if names_a_company(line) else _names(line)
    number, street = _house(details.address)
    return Person(
        ref=customer.number,
        names=tuple(names),
        company=company_key(details.company),
        generation=generation_of(name),
        email=_own_email(details.email, is_company=bool(details.company) and not names),
        phone=_own_phone(details.phone),
        phone_has_country=names_a_country(details.phone),
        marked=_marked(name),
        is_latin=_is_latin(name),
        number=number,
        street=street,
        zip=_zip(details.zip),
        city=_city(details.city),
        ids=(
            *_our_ids(details.external_id),
            *stripe_ids,
            _numbered(str(customer.number)),
        ),
        payments=(*_PAYMENT.findall(details.extra), *payments),
    )


def of_stripe(
    customer: StripeCustomer, now: datetime, payments: Iterable[str] = (), owner: Customer | None = None
) -> Person:
    """Return a customer at Stripe, with the payments that are known to be its own, and who has it elsewhere."""
    address, about = customer.address, customer.about or NOTHING_TOLD
    number, street = _house(address.line1)
    is_company = names_a_company(customer.name)
    return Person(
        ref=customer.stripe_id,
        names=() if is_company else _names(customer.name),
        company=company_key(customer.name) if is_company else "",
        generation=generation_of(customer.name),
        email=_own_email(customer.email, is_company=is_company),
        phone=_own_phone(customer.phone),
        phone_has_country=names_a_country(customer.phone),
        marked=_marked(customer.name),
        is_latin=_is_latin(customer.name),
        number=number,
        street=street,
        # The ZIP of a card is that of a household, and a person's ZIP is never more than that.
        zip=_zip(address.postal_code or about.shipping_address.postal_code or customer.holder.zip),
        city=_city(address.city),
        hints=hints_of(customer),
        ids=(
            customer.stripe_id,
            *filter(_tells, ids_in(about.description) if about.description else ()),
            *_ids_in(customer.metadata, customer.metadata_key),
        ),
        payments=tuple(payments),
        has_card=customer.card is not None and customer.card.usable(now),
        age=-customer.created.timestamp() if customer.created else 0.0,
        owner=owner.number if owner else 0,
    )


def _own_email(email: str, *, is_company: bool) -> str:
    """Return the key of a mailbox, unless it is an office's: that says which company it is, and nothing of a person."""
    key = email_key(email)
    return "" if is_an_offices(key) and not is_company else key


def _own_phone(phone: str) -> str:
    key = phone_key(phone)
    return "" if key and is_made_up(key) else key


def _is_latin(name: str) -> bool:
    return name.isascii() or not any(map(str.isalpha, name)) or any("a" <= letter <= "z" for letter in fold_name(name))


def _marked(name: str) -> tuple[str, ...]:
    """Return the words with marks on Latin letters: Thủy and Thúy are two names, José is Jose."""
    if name.isascii():
        return ()
    words = unicodedata.normalize("NFC", name.casefold()[:_LONGEST_LINE]).split()
    return tuple(word for word in words if not word.isascii() and fold_name(word).isascii())


def _names(line: str) -> tuple[Name, ...]:
    names = tuple(readings(line))
    if len(names) == 1 and not names[0].surname:
        return (*names, Name((), names[0].given))  # one word is a given name, or it is a surname
    return names


def _numbered(number: str) -> str:
    return f"{_NUMBER} {number.strip()}"


def _our_ids(external_id: str) -> tuple[str, ...]:
    text = external_id.strip().lower()
    return () if not text else (_named(text), text) if _tells(text) else (_named(text),)


def _ids_in(metadata: Mapping[str, str], key: str) -> list[str]:
    ids: list[str] = []
    for name, value in metadata.items():
        text = value.strip().lower()
        if text and name == key:
            ids.append(_named(text))
        if name == _NUMBER:
            ids.append(_numbered(value))
        if _tells(text) and _NAMES_AN_ID.search(fold(name)):
            ids.append(text)
    return ids


def _tells(text: str) -> bool:
    # "1", "yes" and "no" stand in metadata for anything; an ID of four characters with a digit is rarely two things.
    return len(text) >= 4 and any(map(str.isdigit, text))


def _named(text: str) -> str:
    # Where the configuration names the metadata that holds our IDs, short ones tell as well.
    return f"id {text}"


def _house(line: str) -> tuple[str, str]:
    words = _OF_A_HOUSE.findall(fold(line))
    number = words.pop(0) if words and words[0][0].isdigit() else ""
    named = [word for word in words if word not in _KINDS and len(word) > 1]
    return intern(number), intern(" ".join((named or words)[:2]))


@lru_cache(maxsize=4096)  # a business serves few towns
def _zip(text: str) -> str:
    """Return a postal code as it is compared: of an American one the first five digits."""
    key = fold(text).replace(" ", "").replace("-", "")
    return intern(key[:5] if key[:5].isdecimal() else key)


@lru_cache(maxsize=4096)
def _city(text: str) -> str:
    return intern(fold(text))


class Around(NamedTuple):
    """What is known of others, of both sides: it tells how much two people's agreement says."""

    given_names: frozenset[str] = frozenset()
    """Those that several people have."""
    shared: frozenset[str] = frozenset()
    """Emails and phones that people of different given names have."""


NOBODY = Around()
"""Where nothing is known of others."""


class Likeness(NamedTuple):
    """How two people agree, field by field."""

    given: Level
    surname: Level
    swapped: bool
    """Where one's given name is the other's surname, and no comma tells which is which."""
    generation: bool
    """False where one is Jr and the other Sr."""
    same_generation: bool
    """False also where one of them says and the other does not."""
    couple: bool
    company: bool
    """A name is a company's, on one side at least."""
    email: Reach
    email_is_shared: bool
    """The common email is one that people of different given names have."""
    phone: Reach
    phone_is_shared: bool
    """The same of our customer's phone."""
    house: Reach
    zip: Reach
    city: Reach
    same_id: bool
    same_payment: bool
    other_script: bool = False
    """The names are written in two scripts, and cannot be compared."""
    told: Told = Told.NOTHING
    """What is told of Stripe's customer besides the name."""
    by_hint: Kind | None = None
    """Where the name stands that is compared, if there is none at Stripe."""
    told_contact: bool = False
    """An email or phone that is told besides is our customer's."""


def _differ_in_their_marks(ours: Sequence[str], theirs: Sequence[str]) -> bool:
    """Tell whether a word of one name is a word of the other with other marks."""
    mine = {fold_name(word) for word in ours if word not in theirs}
    return any(fold_name(word) in mine for word in theirs if word not in ours)


def compare(ours: Person, theirs: Person, around: Around = NOBODY) -> Likeness:
    """Compare two people by the reading of their names that fits best."""
    told, hint, told_contact = _told(ours, theirs) if theirs.hints else (Told.NOTHING, None, False)
    by_hint = hint is not None and not theirs.names and not theirs.company
    names = hint.names if hint and by_hint else theirs.names
    given, surname, swapped, couple = compare_readings(ours.names, names)
    other_script = ours.is_latin != theirs.is_latin and bool(ours.names and theirs.names)
    if other_script:
        given = surname = Level.MISSING
    company = bool(theirs.company) or ours.is_a_company
    same = ours.company and ours.company == (theirs.company or _in_words(theirs))
    # A company may stand where a person's name is asked for.
    if same or (theirs.company and ours.names and company_key(_in_words(ours)) == theirs.company):
        given = surname = Level.SAME
        company = True
    if ours.marked and _differ_in_their_marks(ours.marked, theirs.marked):
        given = Level.OTHER
    if by_hint and hint and hint.company and hint.company == ours.company:
        given = surname = Level.SAME
        company = True
    one, other = ours.generation, hint.generation if hint and by_hint else theirs.generation
    email = compare_emails(ours.email, theirs.email)
    alike = Likeness(
        given,
        surname,
        swapped,
        generation=not (one and other and one != other),
        same_generation=one == other,
        couple=couple,
        company=company,
        email=email,
        email_is_shared=email is Reach.SAME and ours.email in around.shared,
        phone=compare_phones(
            ours.phone, theirs.phone, both_name_a_country=ours.phone_has_country and theirs.phone_has_country
        ),
        phone_is_shared=ours.phone in around.shared,
        other_script=other_script,
        house=compare_houses((ours.number, ours.street), (theirs.number, theirs.street)),
        zip=compare_words(ours.zip, theirs.zip),
        city=compare_words(ours.city, theirs.city),
        same_id=not {*ours.ids}.isdisjoint(theirs.ids),
        same_payment=bool(ours.payments) and any(each in theirs.payments for each in ours.payments),
        told=told,
        by_hint=hint.kind if hint and by_hint else None,
        told_contact=told_contact,
    )
    return _KNOWN.setdefault(alike, alike)


def _told(ours: Person, theirs: Person) -> tuple[Told, Hint | None, bool]:
    """Return what is told besides of our customer, the hint that fits best, and whether a contact is the same."""
    found = Told.NOTHING
    best, best_rank = None, len(WORSE) * 2
    contact = False
    for hint in theirs.hints:
        contact = (
            contact
            or (hint.email != "" and hint.email == ours.email)
            or (hint.phone != "" and hint.phone == ours.phone)
        )
        if hint.company and ours.company and hint.company == ours.company:
            best, best_rank = hint, 0
            found = Told.WHOLE if found is Told.NOTHING else found
            continue
        if not hint.names or not ours.names:
            continue
        given, surname, swapped, couple = compare_readings(ours.names, hint.names)
        one, other = ours.generation, hint.generation
        if given is Level.OTHER or (one and other and one != other):
            found = Told.ANOTHER
            continue
        if given is Level.ERROR and _both_are_names(ours, hint):
            found = Told.ANOTHER
            continue
        whole = given is Level.SAME and surname is Level.SAME and not swapped and not couple and one == other
        if whole and found is Told.NOTHING:
            found = Told.WHOLE
        if (rank := WORSE[given] + WORSE[surname]) < best_rank:
            best, best_rank = hint, rank
    return found, best, contact


def _both_are_names(ours: Person, hint: Hint) -> bool:
    given = [name.given[0] for name in (ours.names[0], hint.names[0]) if name.given]
    return all(map(is_known, given)) or any(one[-1:] != other[-1:] for one, other in pairwise(given))


_KNOWN: dict[Likeness, Likeness] = {}
"""There are few ways to be alike, and hundreds of thousands of pairs."""


def _in_words(person: Person) -> str:
    return " ".join((*person.names[0].given, *person.names[0].surname)) if person.names else ""


def compare_readings(ours: tuple[Name, ...], theirs: tuple[Name, ...]) -> tuple[Level, Level, bool, bool]:
    """Return how given name and surname agree in the readings that agree best.

    And whether they do so exchanged, and whether one of them is a couple's.
    """
    if ours == theirs and len(ours) == 1 and ours[0].given and ours[0].surname:
        return Level.SAME, Level.SAME, False, ours[0].of_a_couple
    best, found = len(WORSE) * 2, (Level.MISSING, Level.MISSING, False, False)
    for one in ours:
        for other in theirs:
            given, surname = compare_given(one.given, other.given), compare_surnames(one.surname, other.surname)
            swapped = False
            if given is Level.OTHER and one.surname and _are_swapped(one, other):
                # Doe Jane, without a comma
                given, surname = compare_given(one.given, other.surname), compare_surnames(one.surname, other.given)
                swapped = True
            more = (len(one.given) - len(other.given)) * (len(one.surname) - len(other.surname))
            if (
                more < 0
                and not swapped
                and "".join((*one.given, *one.surname)) != "".join((*other.given, *other.surname))
            ):
                given = Level.OTHER  # Jane Marie Doe is not Jane Louise Doe: each has a word that the other lacks
            worse = WORSE[given] + WORSE[surname]
            if worse < best:
                best = worse
                found = given, surname, swapped, one.of_a_couple or other.of_a_couple
    return found


def _are_swapped(one: Name, other: Name) -> bool:
    return "".join(one.given) == "".join(other.surname) or "".join(one.surname) == "".join(other.given)
