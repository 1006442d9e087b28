"""Looking for who is meant in the place of a pair that was proposed, on either side, without leaving a review."""

from collections.abc import Sequence
from typing import Protocol

from koalalink.domain.customers.customer import Customer
from koalalink.domain.identity.rules import Tier
from koalalink.domain.matching.decisions import SideBySide
from koalalink.domain.matching.proposals import Proposal
from koalalink.domain.search.query import read_query
from koalalink.domain.stripe.customer import StripeCustomer
from koalalink.domain.text import printable
from koalalink.errors import UsageError
from koalalink.operations.ports import HasDirectory, HasStore, HasTalk

_MOST = 9


class Needs(HasStore, HasDirectory, HasTalk, Protocol):
    """What looking works with."""


def who_is_meant(need: Needs, location: str, pair: SideBySide) -> SideBySide | None:
    """Have a person look for somebody else; return both side by side, to be decided, or None where nobody is found."""
    if pair.theirs is None:
        return None
    need.talk.note(f"1  another customer at Stripe for {pair.ours}")
    need.talk.note(f"2  another customer of yours for {pair.theirs} ({pair.theirs.stripe_id})")
    side = need.talk.choose("Who are you looking for?", 2)
    typed = printable(need.talk.answer("Name, email, phone or ID:", "")).strip() if side else ""
    if not typed:
        return None
    ours, theirs = pair.ours, pair.theirs
    try:
        if side == 1:
            query = read_query(typed)
            theirs = _one_of_stripes(need, need.directory.find(query, location, _MOST)) or theirs
        else:
            ours = _one_of_ours(need, _fitting(need, typed)) or ours
    except UsageError as error:
        need.talk.warn(error.message)
    if (ours, theirs) == (pair.ours, pair.theirs):
        return None
    by_hand = Proposal(ours.number, theirs.stripe_id, Tier.REVIEW, "you have looked for this one")
    return SideBySide(by_hand, ours, theirs, ())


def _fitting(need: Needs, typed: str) -> Sequence[Customer]:
    found = need.store.fitting(typed) or [each.customer for each in need.store.page(typed, limit=_MOST).customers]
    return found[:_MOST]


def _one_of_stripes(need: Needs, found: Sequence[StripeCustomer]) -> StripeCustomer | None:
    number = _chosen(need, [(each.name, each.email, each.phone, each.stripe_id) for each in found])
    return None if number is None else found[number - 1]


def _one_of_ours(need: Needs, found: Sequence[Customer]) -> Customer | None:
    number = _chosen(need, [(str(each), each.details.email, each.details.phone) for each in found])
    return None if number is None else found[number - 1]


def _chosen(need: Needs, people: Sequence[Sequence[str]]) -> int | None:
    if not people:
        need.talk.warn("Nobody was found.")
        return None
    for number, texts in enumerate(people, 1):
        need.talk.note(f"{number}  {', '.join(text for text in texts if text)}")
    return need.talk.choose("Which one?", len(people))
