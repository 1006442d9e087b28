"""What a person types into `search`, and how Stripe is asked for it.

Stripe's query language (docs.stripe.com/search): `field:"exact"`, `field~"part"` with three letters or more, clauses
joined by AND or by OR but not by both, ten at the most. What is typed becomes quoted values and never syntax.
Whatever Stripe returns is compared again here, because its matching is looser in places, and tighter in others.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from koalalink.domain.identity.contacts import email_key, phone_key
from koalalink.domain.identity.nicknames import is_known, names_like
from koalalink.domain.stripe.customer import NOTHING_TOLD, StripeCustomer
from koalalink.domain.stripe.ids import StripeId, customer_id, looks_like_stripe
from koalalink.domain.text import digits, fold, printable
from koalalink.errors import UsageError

_MOST_CLAUSES = 10
_MOST_LETTERS = 100
_LONGEST_FORGIVEN = 20
_SHORTEST = 3
"""Letters that can be looked up."""
_LAST = 4
"""Digits of a card that are shown."""
_OUR_ID = "ext:"
_PHONE = re.compile(r"[\d\s().+/-]+")


class IdQuery(NamedTuple):
    """One customer by its ID."""

    stripe_id: StripeId


class OwnIdQuery(NamedTuple):
    """Who has our own ID of a customer in the metadata at Stripe."""

    external_id: str

    def clauses(self, metadata_key: str) -> str:
        """Return the query for Stripe."""
        return f"metadata[{_quoted(metadata_key)}]:{_quoted(self.external_id)}"

    def matches(self, customer: StripeCustomer) -> bool:
        """Tell whether the customer is one that was asked for."""
        return fold(self.external_id) in map(fold, customer.metadata.values())


class TextQuery(NamedTuple):
    """A name, an email, a phone, or a part of one."""

    text: str

    @property
    def last4(self) -> str | None:
        """The four digits, where they may be the last of a card."""
        return self.text if len(self.text) == _LAST and self.text.isascii() and self.text.isdigit() else None

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

    def looser(self) -> Iterator[str]:
        """Yield queries for Stripe that find who was mistyped, or goes by another first name; most of them too many.

        First all who have the rarest word; then who has every word but a part of one, as a slip leaves one end of it.
        """
        if self.email or self.phone:
            return
        parts = [part for word in self.text.split() for part in _searchable(word)[:1]][:_MOST_CLAUSES]
        parts.sort(key=lambda part: (is_known(fold(part)), -len(part)))
        if len(parts) == 1:
            [part] = parts
            spelled = [*_ends(part), *sorted(name for name in names_like(fold(part)) if len(name) >= _SHORTEST)]
            if spelled:
                yield " OR ".join(_clause("name", "~", each) for each in spelled[:_MOST_CLAUSES])
        elif parts:
            yield _clause("name", "~", parts[0])
            for index, part in enumerate(parts):
                others = parts[:index] + parts[index + 1 :]
                for end in _ends(part):
                    yield " AND ".join(_clause("name", "~", each) for each in (*others, end))

    def matches(self, customer: StripeCustomer) -> bool:
        """Tell whether the customer is one that was asked for."""
        if self.email:
            same_mailbox = email_key(self.text) == email_key(customer.email) != ""
            return same_mailbox or fold(self.text) == fold(customer.email)
        if self.phone:
            key = phone_key(self.text) or self.phone
            return key in digits(customer.phone) or (bool(phone_key(self.text)) and key == phone_key(customer.phone))
        words = _comparable(self.text).split()
        names = map(_comparable, (customer.name, *_told(customer)))
        return any(all(word in name for word in words) for name in names) or fold(self.text) in fold(customer.email)

    @property
    def words(self) -> tuple[str, ...]:
        """What is to be found, each on its own: of an email what stands before the @, of a phone number the digits."""
        if self.email:
            local = fold(self.email).partition("@")[0]
            return (local if len(local) >= 3 else fold(self.email),)
        if self.phone:
            return (phone_key(self.text) or self.phone,)
        return tuple(_comparable(self.text).split()[:_MOST_CLAUSES])

    def spellings(self) -> list[list[tuple[str, ...]]]:
        """Return for each word parts, all of one tuple of which it has in it, however it is mistyped.

        Nothing for a word too short to look up.
        """
        return [
            [*_kept(word), *((name,) for name in sorted(names_like(word)) if len(name) >= _SHORTEST)]
            for word in self.words
            if len(word) >= _SHORTEST
        ]

    def with_other_names(self) -> Iterator[str]:
        """Yield the text with other first names of the same person in the place of each."""
        words = fold(self.text).split()
        for index, word in enumerate(words[:_MOST_CLAUSES]):
            for name in sorted(names_like(word)):
                yield " ".join((*words[:index], name, *words[index + 1 :]))

    def errors(self, customer: StripeCustomer) -> int | None:
        """Return how much has to be forgiven for the customer to fit; None where it does not.

        Of each word another first name of the same person is 1, a slip 2; so is another domain.
        """
        names = " ".join(map(_comparable, (customer.name, *_told(customer))))
        texts = (names, fold(customer.email))
        theirs = {word for text in texts for word in re.findall(r"[^\W_]+", text)} | {*texts[0].split()}
        theirs |= {texts[1].partition("@")[0], digits(customer.phone), phone_key(customer.phone)}
        domains = None if self.email is None else (fold(self.email).rpartition("@")[2], texts[1].rpartition("@")[2])
        errors = 2 if domains and domains[0] != domains[1] else 0
        for word in self.words:
            if any(other.startswith(word) for other in theirs):
                continue
            if not names_like(word).isdisjoint(theirs):
                errors += 1
                continue
            # What is typed can be the beginning of a word, as it can where nothing is forgiven.
            lengths = range(len(word) - 1, len(word) + 2)
            if not any(other[:length] in _near(word) for other in theirs for length in lengths):
                return None
            errors += 2
        return errors

    def rank(self, customer: StripeCustomer) -> tuple[bool, bool, float]:
        """Return a key that sorts the best match first: exact email, exact name in any order, then the newest."""
        text = fold(self.text)
        return (
            text != fold(customer.email),
            sorted(text.split()) != sorted(fold(customer.name).split()),
            -(customer.created.timestamp() if customer.created else 0),
        )


def _told(customer: StripeCustomer) -> tuple[str, str]:
    """Return the description and the holder of the card: who is nameless is found by them."""
    return (customer.about or NOTHING_TOLD).description, customer.holder.name


@lru_cache(maxsize=64)
def _near(word: str) -> frozenset[str]:
    """Return `word`, and what it may have been meant for: a letter wrong, missing, too many, or two exchanged."""
    if len(word) < 4 or len(word) > _LONGEST_FORGIVEN:
        return frozenset({word})
    letters = "0123456789" if word.isdecimal() else "abcdefghijklmnopqrstuvwxyz"
    cuts = [(word[:place], word[place:]) for place in range(len(word) + 1)]
    missing = {f"{start}{letter}{end}" for start, end in cuts for letter in letters}
    wrong = {f"{start}{letter}{end[1:]}" for start, end in cuts if end for letter in letters}
    too_many = {start + end[1:] for start, end in cuts if end}
    exchanged = {start + end[1] + end[0] + end[2:] for start, end in cuts if len(end) > 1}
    return frozenset({word} | missing | wrong | too_many | exchanged)


def _kept(word: str) -> list[tuple[str, ...]]:
    """Return the parts of `word` that a slip leaves as they are, wherever it is; as few as may be.

    Two thirds in a row, or the first and the last; in a short word, and between two thirds, every spelling that is
    left. A thousand spellings would take fifty times as long to look up.
    """
    third = len(word) // 3 if len(word) > 3 else 0
    long: list[tuple[str, ...]] = [(word[: len(word) - third],), (word[third:],)]
    if third >= _SHORTEST:
        long.append((word[:third], word[-third:]))
    near = _near(word)
    return sorted({next((kept for kept in long if all(part in each for part in kept)), (each,)) for each in near})


def _ends(part: str) -> list[str]:
    """Return both ends of a word, of which a slip leaves one as it is."""
    half = max(_SHORTEST, (len(part) + 1) // 2)
    return [part[:half], part[-half:]] if len(part) > half else []


SearchQuery = IdQuery | OwnIdQuery | TextQuery


def read_query(typed: str) -> SearchQuery:
    """Return what was typed as a query; raises UsageError where there is nothing in it to look for."""
    text = printable(typed).strip()
    if not text:
        raise UsageError("There is nothing to search for.", hint="Type a name, an email, a phone number or a cus_… ID.")
    if text.lower().startswith(_OUR_ID) and (external_id := text[len(_OUR_ID) :].strip()):
        return OwnIdQuery(external_id)
    return IdQuery(customer_id(text)) if looks_like_stripe(text) else TextQuery(text)


def _clause(field: str, operator: str, value: str) -> str:
    return f"{field}{operator}{_quoted(value)}"


def _quoted(value: str) -> str:
    quoted = value[:_MOST_LETTERS].replace("\\", "\\\\").replace('"', '\\"')
    return f'"{quoted}"'


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
