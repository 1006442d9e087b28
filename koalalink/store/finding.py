"""Finding customers by any part of their details, at a million customers as fast as at ten.

SQLite's index knows every three letters that stand beside each other (a trigram). A word of three letters or more
is looked up as such; a shorter one by all the threes that begin with it.
"""

import re
from collections.abc import Sequence
from sqlite3 import Row

from koalalink.domain.links import LinkedCustomer
from koalalink.domain.people.contact import phone_key
from koalalink.domain.text import digits, fold, printable
from koalalink.store.database import Database

_PHONE = re.compile(r"(?=.*\d)[\d\s().+/-]*", re.DOTALL)


INDEX = "INSERT INTO customer_search (rowid, text) VALUES (:number, :text)"
FORGET = "DELETE FROM customer_search WHERE rowid = :number"


def index(db: Database, linked: LinkedCustomer) -> None:
    """Let a customer be found by what is stored now, and by nothing else."""
    forget(db, linked.customer.number)
    db.execute(INDEX, **indexed(linked))


def indexed(linked: LinkedCustomer) -> dict[str, str | int | None]:
    """Return the values of INDEX for a customer."""
    details = linked.customer.details
    texts = (details.name, details.company, details.email, details.phone, *(link.stripe_id for link in linked.links))
    lines = _plainly_folded(texts) or [fold(printable(text)) if text else "" for text in texts]
    lines += [digits(line) for line in lines if line and not line[0].isalpha() and _PHONE.fullmatch(line)]
    # The last letters, too, begin three: hence the two lines at the end.
    return {"number": linked.customer.number, "text": "\n".join(lines) + "\n\n"}


def _plainly_folded(texts: Sequence[str]) -> list[str]:
    """Return texts folded where that is plainly done, else nothing; one by one it takes thrice the time."""
    whole = "\n".join(texts)
    lines = whole.lower().split("\n")
    is_plain = whole.isascii() and "  " not in whole and len(lines) == len(texts) and "".join(lines).isprintable()
    return lines if is_plain else []


def forget(db: Database, number: int) -> None:
    """Let customer `number` be found by nothing."""
    db.execute(FORGET, number=number)


def matching(db: Database, query: str) -> tuple[list[str], dict[str, str | int | None]]:
    """Return SQL conditions on customer_search, and their values, for customers that every word of `query` finds."""
    words = _words(query)
    # A single letter stands in nearly everybody's name: reading until the page is full is quickest.
    read = [word for word in words if len(word) == 1 and word.isascii() and word.isalnum()]
    phrases = [[_local_part(w)] if len(w) >= 3 else _trigrams_from(db, w) for w in words if w not in read]
    # An email is looked up by what stands before the @, and compared whole: what stands behind it is everybody's.
    compared = read + [word for word in words if len(word) >= 3 and word != _local_part(word)]
    clauses = [f"instr(customer_search.text, :word{i}) > 0" for i in range(len(compared))]
    values: dict[str, str | int | None] = {f"word{i}": word for i, word in enumerate(compared)}
    if phrases:
        clauses.insert(0, "customer_search MATCH :match")
        values["match"] = " AND ".join(_any_phrase(phrase) for phrase in phrases)
    return clauses, values


def _local_part(word: str) -> str:
    local, _, _ = word.partition("@")
    return local if len(local) >= 3 else word


def _words(query: str) -> list[str]:
    """Return what to look for: the words of a query, of a phone number its digits alone."""
    # A few digits of another script may stand in a name, where they are found as they are written.
    if _PHONE.fullmatch(query) and (query.isascii() or phone_key(query)):
        return [phone_key(query) or digits(query)]
    # Nobody means more words than these; a page pasted by mistake has thousands.
    return list(dict.fromkeys(fold(query).split()))[:20]


def _trigrams_from(db: Database, word: str) -> list[str]:
    rows: list[Row] = db.rows(
        "SELECT term FROM customer_trigrams WHERE term >= :first AND term < :after ORDER BY term",
        first=word,
        after=word[:-1] + chr(ord(word[-1]) + 1),
    )
    # A phrase that no text holds stands for "none", which the query language cannot say.
    return [row["term"] for row in rows] or ["\n\n\n\n"]


def _any_phrase(phrases: list[str]) -> str:
    quoted = (phrase.replace('"', '""') for phrase in phrases)
    return "(" + " OR ".join(f'"{phrase}"' for phrase in quoted) + ")"
