"""The gate to a link: it looks Stripe up, judges the pair, and builds the link; nothing else builds one to be saved."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple, Protocol

from koalalink.domain.customers.customer import Customer, CustomerDetails
from koalalink.domain.customers.links import Holder, Link, LinkedCustomer
from koalalink.domain.identity.contacts import phone_key
from koalalink.domain.linking.checks import Verdict, doubt_of, judge, seen_at
from koalalink.domain.stripe.account import KnownAccount, StripeAccount
from koalalink.domain.stripe.customer import Absence, PaymentMethod, StripeCustomer, StripeProfile, told_besides
from koalalink.domain.stripe.ids import StripeId
from koalalink.domain.text import fold
from koalalink.operations.linking.account_guard import refuse_another
from koalalink.operations.linking.batch_lookup import look_up
from koalalink.operations.ports import Talk

if TYPE_CHECKING:
    from koalalink.store.stripe_mirror import Directory
    from koalalink.stripe_client.client import StripeGateway


class OurPeople(Protocol):
    """The part of the store, or of a change of many, that knows who of ours has an email, a phone or a name."""

    def people(
        self, *, external_ids: set[str], emails: set[str], phones: set[str], names: set[str]
    ) -> Sequence[LinkedCustomer]:
        """Return everybody who has one of these."""


class Account(NamedTuple):
    """What is known of customers at a location's Stripe account."""

    location: str
    found: Mapping[StripeId, StripeCustomer | Absence]
    account: str | None
    """The account's ID, where it is known."""
    livemode: bool | None
    """The key's mode; None where there is no key, and a customer's own mode counts."""
    asked_at: datetime | None
    """None where Stripe was not asked: a link is as good as the last sync then, and not verified."""
    cards: Mapping[StripeId, tuple[PaymentMethod, ...] | None] = {}
    """The cards of customers, where they were asked for."""


def asked(
    stripe: StripeGateway,
    stripe_ids: Collection[StripeId],
    talk: Talk,
    what: str,
    now: datetime,
    *,
    known: KnownAccount | None,
) -> Account:
    """Look IDs up at Stripe, by the cheaper way; raises KoalaError where it does not answer.

    `known` is the account that the location has in the list; raises ConflictError where the key opens another, before
    anything is looked up. It is None where that is what is being changed.
    """
    with talk.counting(what, len(stripe_ids)) as count:
        opened = stripe.account()
        if known:
            refuse_another(known, opened)
        found = look_up(stripe, stripe_ids, count)
    return Account(stripe.location, found, opened.id, opened.livemode, now)


def of_profile(
    location: str, stripe_id: StripeId, profile: StripeProfile, now: datetime, known: KnownAccount
) -> Account:
    """Return the same of one customer whose cards were asked for as well; raises as `asked`."""
    refuse_another(known, profile.account)
    cards = {stripe_id: profile.cards}
    return Account(location, {stripe_id: profile.customer}, profile.account.id, profile.account.livemode, now, cards)


def copied(directory: Directory, location: str, stripe_ids: Iterable[StripeId]) -> Account:
    """Return what the last sync has copied, without asking Stripe; nothing where there was none."""
    state = directory.state(location)
    return Account(location, directory.known(location, stripe_ids), state.account if state else None, None, None)


class Others:
    """Who of our own list shares an email, a phone or a name with customers at Stripe."""

    def __init__(self, store: OurPeople, found: Iterable[StripeCustomer | Absence]) -> None:
        """Look everybody up at once."""
        theirs = [each for each in found if isinstance(each, StripeCustomer)]
        self._people = store.people(
            external_ids=set(),
            emails={fold(each.email) for each in theirs} - {""},
            phones={phone_key(each.phone) for each in theirs} - {""},
            names={name for each in theirs for name in _called(each)},
        )
        self._by: dict[str, list[Customer]] = {}
        for each in self._people:
            details = each.customer.details
            for key in {fold(details.email), phone_key(details.phone), fold(details.name)} - {""}:
                self._by.setdefault(key, []).append(each.customer)

    def beside(self, customer: Customer, theirs: StripeCustomer) -> list[Customer]:
        """Return who of ours, besides this customer, has something of this Stripe customer."""
        keys = (fold(theirs.email), phone_key(theirs.phone), *_called(theirs))
        found = {each.number: each for key in keys if key for each in self._by.get(key, ())}
        found.pop(customer.number, None)
        return [found[number] for number in sorted(found)]


def _called(theirs: StripeCustomer) -> set[str]:
    """Return what a Stripe customer is called, folded: where it has no name, what is told besides."""
    texts = [theirs.name] if theirs.name else [text for _, text in told_besides(theirs)]
    return {fold(text) for text in texts} - {""}


class Examined(NamedTuple):
    """A pair that was judged, and the link that it would be."""

    verdict: Verdict
    link: Link

    @property
    def objection(self) -> str | None:
        """Why it is not linked unasked, as a sentence: a refusal, or a doubt of the person.

        Doubts of the payment are told elsewhere: whether a card can be charged is no question of whose it is.
        """
        failed = self.verdict.failed
        return failed.detail if failed else self.verdict.doubt_of_the_person


def examine(
    linked: LinkedCustomer,
    stripe_id: StripeId,
    account: Account,
    others: Others,
    *,
    holders: Sequence[Holder],
    now: datetime,
    enabled: bool = True,
) -> Examined:
    """Judge whether a Stripe customer is ours; `holders` are others of ours that have the ID, at any location."""
    theirs = account.found[stripe_id]
    livemode = account.livemode
    if livemode is None:
        livemode = isinstance(theirs, StripeCustomer) and theirs.livemode
    customer = linked.customer
    seen = theirs if isinstance(theirs, StripeCustomer) else None
    verdict = judge(
        customer,
        stripe_id,
        StripeProfile(theirs, account.cards.get(stripe_id), StripeAccount(account.account, "", livemode)),
        livemode=livemode,
        holders=holders,
        elsewhere=[link.stripe_id for link in linked.links if link.location != account.location],
        others=others.beside(customer, theirs) if isinstance(theirs, StripeCustomer) else (),
        now=now,
    )
    link = Link(
        customer=customer.number,
        location=account.location,
        stripe_id=stripe_id,
        enabled=enabled,
        account=account.account,
        livemode=livemode,
        verified_at=account.asked_at,
        seen_name=seen.name if seen else "",
        seen_email=seen.email if seen else "",
        seen_phone=seen.phone if seen else "",
    )
    return Examined(verdict, link)


class Contradicted(NamedTuple):
    """A link that other details of our customer speak against, and why, as a sentence."""

    link: Link
    reason: str


def contradicted(
    linked: LinkedCustomer, details: CustomerDetails, directory: Directory, now: datetime
) -> list[Contradicted]:
    """Return the links that would be in doubt if a customer had these details, and are not so already.

    As far as the store knows the Stripe customer: by the last sync, or as it was when it was linked.
    """
    found = []
    after = linked.customer._replace(details=details)
    for link in linked.links:
        theirs = directory.known(link.location, [link.stripe_id]).get(link.stripe_id) or seen_at(link)
        if theirs is None:
            continue
        before, then = (doubt_of(each, theirs, now) for each in (linked.customer, after))
        if then and then != before:
            who = ", ".join(part for part in (theirs.name, theirs.email) if part) or "a customer with no name"
            at = f"{link.stripe_id} at {link.location}"
            found.append(Contradicted(link, f"{linked.customer} is linked to {at}, who is {who} there. {then}"))
    return found


def unexamined(customer: int, location: str, stripe_id: StripeId, *, enabled: bool = True) -> Link:
    """Return a link to an ID of which nothing is known: not verified, which every list of links says."""
    return Link(customer=customer, location=location, stripe_id=stripe_id, enabled=enabled)
