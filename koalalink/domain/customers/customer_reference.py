"""Which customer of the store a person means, by what was typed: a number, an email, ext:ID, or a name."""

import re
from collections.abc import Sequence

from koalalink.command_line import Command
from koalalink.domain.customers.customer import Customer, CustomerDetails
from koalalink.domain.text import fold, printable
from koalalink.errors import NotFoundError

_FEW = 5
_LONGEST_SHOWN = 60
"""Characters of what was typed; a page that was pasted by mistake has thousands."""
_LONGEST = 20
"""Letters of a word that are proposed to be looked for."""
_WORD = re.compile(r"\w+")


def words_of(name: str) -> list[str]:
    """Return the words of a name, whatever its case, its accents and what stands between them."""
    return _WORD.findall(fold(name))


def is_called(details: CustomerDetails, words: Sequence[str]) -> bool:
    """Tell whether every one of these words is a whole word of a customer's name."""
    return {*words} <= {*words_of(f"{details.first_name} {details.last_name} {details.company}")}


def only_one(found: Sequence[Customer], reference: str) -> Customer:
    """Return the only customer that fits; raises NotFoundError where nobody does, or several of whom one is meant."""
    if len(found) == 1:
        return found[0]
    reference = printable(reference).strip()
    reference = reference if len(reference) <= _LONGEST_SHOWN else f"{reference[:_LONGEST_SHOWN]}…"
    if found:
        people = "; ".join(f"{customer}{_contact(customer, reference)}" for customer in found[:_FEW])
        more = "; …" if len(found) > _FEW else ""
        raise NotFoundError(
            f"{'Several' if more else len(found)} customers fit “{reference}”: {people}{more}.",
            hint="Type the number of the one you mean, which is in parentheses.",
        )
    raise NotFoundError(
        f"There is no customer “{reference}”.",
        hint="Look by a part of the name, email or phone: " + Command("customers", "list", _part_of(reference)),
    )


def _part_of(reference: str) -> str:
    """Return the longest word that was typed: most mistakes are in another one, or at its end."""
    words = [word for word in words_of(reference) if not word.isdecimal()]
    return max(words, key=len)[:_LONGEST] if words else "NAME"


def _contact(customer: Customer, reference: str) -> str:
    """Return what tells somebody from the others."""
    details = customer.details
    told = [text for text in (details.email, details.phone, details.place) if text and fold(text) != fold(reference)]
    return f", {told[0]}" if told else ""
