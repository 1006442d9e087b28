"""What is checked before a link is saved, and what follows from it.

One of three things: this is the person; a human being has to look (a doubt); or no, whatever anybody says (a refusal).
Whether it is the person is for the room of people to say.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from koalalink.domain.customers.customer import Customer
from koalalink.domain.customers.links import Holder, Link
from koalalink.domain.identity.field_comparison import Agreement, Reach, Told
from koalalink.domain.identity.person import Likeness, compare, of_store, of_stripe
from koalalink.domain.identity.rules import Pair, doubt_of_the_person, fields_of, who_else_is_told, who_fits_better
from koalalink.domain.stripe.customer import Absence, PaymentMethod, StripeCustomer, StripeProfile, best_method
from koalalink.domain.text import listed


class Check(StrEnum):
    """What is checked, in the order it is shown."""

    EXISTS = "exists"
    NOT_DELETED = "not_deleted"
    MODE = "mode"
    EMAIL = "email"
    NAME = "name"
    PHONE = "phone"
    NOT_LINKED_ELSEWHERE = "not_linked_elsewhere"
    HAS_CARD = "has_card"


class Result(StrEnum):
    """The outcome of one check."""

    PASS = "pass"  # noqa: S105
    WARN = "warn"
    FAIL = "fail"
    UNKNOWN = "unknown"


class CheckResult(NamedTuple):
    """One line of the table that is shown before a link is saved."""

    check: Check
    result: Result
    detail: str


class Verdict(NamedTuple):
    """All checks of one link, and what follows from them."""

    checks: tuple[CheckResult, ...]
    doubt_of_the_person: str | None = None
    """The reason, as a sentence, why it may be somebody else: a human being has to look before the link is saved."""
    doubt_of_the_payment: str | None = None
    """The reason why it may be of no use; `connect` asks about it, and nothing else is kept from linking by it."""
    another: Customer | None = None
    """Another of ours who matches as well, where that is the doubt."""

    @property
    def doubts(self) -> tuple[str, ...]:
        """Both, where there are any."""
        return tuple(doubt for doubt in (self.doubt_of_the_person, self.doubt_of_the_payment) if doubt)

    @property
    def failed(self) -> CheckResult | None:
        """The first check that forbids the link, if one does."""
        return next((check for check in self.checks if check.result is Result.FAIL), None)


def why_nothing_can_be_charged(cards: tuple[PaymentMethod, ...] | None, now: datetime) -> str | None:
    """Return the reason to doubt that the link is of use, or None; what may not be read is no reason."""
    if cards is None or best_method(cards, now):
        return None
    if not cards:
        return "There is no saved payment method."
    if all(card.is_card for card in cards):
        return "The saved card has expired." if len(cards) == 1 else "Every saved card has expired."
    if len(cards) == 1:
        return f"The saved {cards[0]} {cards[0].problem or 'has expired'}."
    return "No saved payment method can be charged."


def judge(
    customer: Customer,
    stripe_id: str,
    profile: StripeProfile,
    *,
    livemode: bool,
    holders: Sequence[Holder],
    now: datetime,
    elsewhere: Sequence[str] = (),
    others: Sequence[Customer] = (),
) -> Verdict:
    """Check that `profile`, found under `stripe_id` with a key of this mode, is our customer.

    `holders` are the other customers of the store, at any location, that have the same Stripe ID; `elsewhere` are the
    customer's own Stripe IDs at other locations, and `others` those of ours who share an email, a phone or a name with
    the Stripe customer.
    """
    theirs, ours = profile.customer, customer.details
    if isinstance(theirs, Absence):
        return Verdict(checks=tuple(_absence(theirs, stripe_id, livemode=livemode)))
    pair = Pair.of(of_store(customer, elsewhere), of_stripe(theirs, now))
    fields = fields_of(pair)
    checks = (
        CheckResult(Check.EXISTS, Result.PASS, f"Stripe knows {stripe_id}."),
        CheckResult(Check.NOT_DELETED, Result.PASS, "It is not deleted."),
        _mode(theirs, livemode=livemode),
        _field(Check.EMAIL, "email", fields.email, ours.email, theirs.email),
        _name_told_besides(pair) or _field(Check.NAME, "name", fields.name, ours.name, theirs.name),
        _field(Check.PHONE, "phone", fields.phone, ours.phone, theirs.phone),
        _not_linked_elsewhere(stripe_id, holders),
        _has_card(profile.cards, now),
    )
    doubt, another = doubt_of_the_person(pair), None
    people = [of_store(each) for each in others]
    if doubt is None and (place := who_fits_better(pair, people)) is not None:
        another = others[place]
        doubt = _doubt_of_another(another, compare(people[place], pair.theirs))
    whose = None if doubt else who_else_is_told(pair)
    return Verdict(checks, doubt, why_nothing_can_be_charged(profile.cards, now) or whose, another)


def doubt_of(customer: Customer, theirs: StripeCustomer, now: datetime) -> str | None:
    """Return the reason to doubt that two are one person, as far as these two are concerned."""
    return doubt_of_the_person(Pair.of(of_store(customer), of_stripe(theirs, now)))


def seen_at(link: Link) -> StripeCustomer | None:
    """Return the Stripe customer as it was when the link was made; None where that is not known."""
    if not (link.seen_name or link.seen_email or link.seen_phone):
        return None
    livemode = link.livemode is not False
    return StripeCustomer(link.stripe_id, link.seen_name, link.seen_email, link.seen_phone, None, livemode)


def is_verified(customer: Customer, link: Link, now: datetime) -> bool:
    """Tell whether a link was verified for the details that the customer has now."""
    seen = seen_at(link)
    return link.verified_at is not None and (seen is None or doubt_of(customer, seen, now) is None)


def _doubt_of_another(another: Customer, alike: Likeness) -> str:
    same = [what for what, reach in (("email", alike.email), ("phone", alike.phone)) if reach is Reach.SAME]
    if not same:
        return f"{another} has the same name, and nothing else tells them apart."
    return f"{another} has exactly this {listed(same)}."


def _absence(absence: Absence, stripe_id: str, *, livemode: bool) -> Iterator[CheckResult]:
    if absence is Absence.DELETED:
        yield CheckResult(Check.EXISTS, Result.PASS, f"Stripe knows {stripe_id}.")
        yield CheckResult(Check.NOT_DELETED, Result.FAIL, f"{stripe_id} was deleted at Stripe.")
    elif absence is Absence.OTHER_MODE:
        has, asked = ("test", "live") if livemode else ("live", "test")
        yield CheckResult(
            Check.EXISTS, Result.FAIL, f"{stripe_id} is in {has} mode, and the key of this location is a {asked} key."
        )
    elif absence is Absence.UNREADABLE:
        yield CheckResult(Check.EXISTS, Result.FAIL, f"Stripe's record of {stripe_id} cannot be read.")
    else:
        yield CheckResult(Check.EXISTS, Result.FAIL, f"There is no customer {stripe_id} in this Stripe account.")


def _mode(theirs: StripeCustomer, *, livemode: bool) -> CheckResult:
    mode = "live" if theirs.livemode else "test"
    if theirs.livemode is livemode:
        return CheckResult(Check.MODE, Result.PASS, f"It is in {mode} mode, as the key is.")
    return CheckResult(
        Check.MODE, Result.FAIL, f"{theirs.stripe_id} is in {mode} mode, and the key of this location is not."
    )


def _field(check: Check, noun: str, agreement: Agreement, ours: str, theirs: str) -> CheckResult:
    if agreement is Agreement.SAME:
        return CheckResult(check, Result.PASS, f"The same: {theirs}" if ours == theirs else f"{ours} is {theirs}")
    if agreement is Agreement.SIMILAR:
        return CheckResult(check, Result.PASS, f"{ours} can be {theirs}")
    if agreement is Agreement.DIFFERENT:
        return CheckResult(check, Result.WARN, f"{ours} here, {theirs} at Stripe")
    if ours and theirs:
        return CheckResult(check, Result.UNKNOWN, f"{ours} here, {theirs} at Stripe: these cannot be compared")
    where = "on either side" if not ours and not theirs else "at Stripe" if ours else "here"
    return CheckResult(check, Result.UNKNOWN, f"No {noun} {where}")


def _name_told_besides(pair: Pair) -> CheckResult | None:
    """Return what is found of the name where Stripe has none, but a description, or the holder of the card, has."""
    kind = pair.alike.by_hint
    hint = next((hint for hint in pair.theirs.hints if hint.kind is kind), None)
    if hint is None:
        return None
    result = Result.PASS if pair.alike.told is Told.WHOLE else Result.UNKNOWN
    return CheckResult(Check.NAME, result, f"No name at Stripe; {kind}: {hint.text}")


def _not_linked_elsewhere(stripe_id: str, holders: Sequence[Holder]) -> CheckResult:
    if not holders:
        return CheckResult(Check.NOT_LINKED_ELSEWHERE, Result.PASS, "It is not linked to anybody else.")
    holder = holders[0]
    return CheckResult(
        Check.NOT_LINKED_ELSEWHERE, Result.FAIL, f"{stripe_id} belongs to {holder.customer} at {holder.location}."
    )


def _has_card(cards: tuple[PaymentMethod, ...] | None, now: datetime) -> CheckResult:
    if cards is None:
        return CheckResult(Check.HAS_CARD, Result.UNKNOWN, "The key has no permission to read payment methods.")
    card, problem = best_method(cards, now), why_nothing_can_be_charged(cards, now)
    if card is None:
        return CheckResult(Check.HAS_CARD, Result.WARN, problem or "")
    return CheckResult(Check.HAS_CARD, Result.PASS, f"{card}{card.until}")
