"""Linking a customer of the store to a Stripe customer, one at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

from koalalink.command_line import Command
from koalalink.domain.customers.customer import Customer
from koalalink.domain.customers.links import Holder, Link, LinkedCustomer
from koalalink.domain.history.changes import Action
from koalalink.domain.history.notes import Note, NoteKind
from koalalink.domain.linking.checks import Check, CheckResult, Result, Verdict
from koalalink.domain.linking.results import Connected, LinkReview, Status
from koalalink.domain.stripe.customer import Absence, PaymentMethod, StripeCustomer, best_method
from koalalink.domain.stripe.ids import StripeId, is_customer_id, not_an_id
from koalalink.errors import ConflictError, KoalaError, NotFoundError
from koalalink.operations.consent import Stakes, consent
from koalalink.operations.linking.account_guard import known_account
from koalalink.operations.linking.link_gate import Others, copied, examine, of_profile, unexamined
from koalalink.operations.linking.show import stripe_profile
from koalalink.operations.location_of_id import location_with
from koalalink.operations.ports import HasAccounts, HasBrowser, HasConfig, HasDirectory, HasStore, HasTalk, HasTime
from koalalink.operations.resolve_customer import the_customer

if TYPE_CHECKING:
    from koalalink.store.repository import Store


class Needs(HasConfig, HasStore, HasDirectory, HasAccounts, HasTalk, HasTime, HasBrowser, Protocol):
    """What connecting works with."""


class LinkRequest(NamedTuple):
    """What the person wants, and has agreed to beforehand."""

    customer: str
    """As it was typed: a number, an email address, or ext:ID."""
    stripe_id: StripeId
    location: str | None = None
    replace: bool = False
    """Another ID at this location may be replaced."""
    force: bool = False
    """A doubtful link may be saved; one that fails a check never is."""
    offline: bool = False
    """Stripe is not asked, and the link is not verified."""
    web: bool = False
    """The customer's page in the Stripe Dashboard is opened before anything is asked."""


class _Wanted(NamedTuple):
    """A request whose customer and location were found."""

    linked: LinkedCustomer
    stripe_id: StripeId
    location: str
    previous: Link | None
    """The link that the customer has at the location."""
    request: LinkRequest

    @property
    def customer(self) -> Customer:
        """The customer without the links."""
        return self.linked.customer


def connect(need: Needs, request: LinkRequest) -> Connected:
    """Check that a Stripe customer is this person, show what was found, and save the link.

    Raises NotFoundError where Stripe has no such customer, ConflictError where the link is refused or in doubt, and
    whatever keeps Stripe from answering; then nothing is saved.
    """
    customer = the_customer(need, request.customer)
    with need.talk.counting("Looking for the location"):
        location = location_with(need, request.stripe_id, request.location, offline=request.offline)
    linked = need.store.record(customer)
    wanted = _Wanted(linked, request.stripe_id, location, _replaceable(linked, location, request), request)
    return _connect_unverified(need, wanted) if request.offline else _connect_verified(need, wanted)


def _connect_verified(need: Needs, wanted: _Wanted) -> Connected:
    linked, stripe_id, location, previous, request = wanted
    customer = linked.customer
    store, now = need.store, need.now
    stripe = need.accounts(location)
    with need.talk.counting(f"Asking Stripe about {stripe_id}"):
        profile = stripe_profile(stripe, stripe_id)
    if profile.customer is Absence.NEVER_EXISTED and not is_customer_id(stripe_id):
        raise not_an_id(stripe_id)
    holders = _others(store, customer, stripe_id)
    known = previous if previous and previous.stripe_id == stripe_id else None
    verdict, link = examine(
        linked,
        stripe_id,
        of_profile(location, stripe_id, profile, now, known_account(store, need.directory, location)),
        Others(store, [profile.customer]),
        holders=holders,
        now=now,
        enabled=known.enabled if known else True,
    )
    if request.web and isinstance(profile.customer, StripeCustomer):
        need.browse(profile.customer.url)
    need.talk.review(
        LinkReview(ours=customer, location=location, stripe_id=stripe_id, profile=profile, verdict=verdict)
    )
    _refuse_failed(verdict, holders, location)
    _settle_doubts(need, verdict, wanted)
    if known and known.verified_at and _same_account(known, link):
        link = known
    else:
        if link.livemode:
            need.talk.note(
                f"This is live mode: the real cards of {stripe_id} can be charged for {customer} from now on."
            )
        action = Action.VERIFIED if known else Action.REPLACED if previous else Action.CONNECTED
        store.save_link(customer, link, previous=previous, action=action, note=_note_of(verdict))
    cards = profile.cards or ()
    return _connected(customer, link, previous, checks=verdict.checks, cards=cards, card=best_method(cards, now))


def _note_of(verdict: Verdict) -> Note | None:
    """Return why a link was saved in spite of doubts; None where there were none."""
    if not verdict.doubts:
        return None
    warned = tuple(line.check.value for line in verdict.checks if line.result is Result.WARN)
    return Note(NoteKind.DOUBTED, checks=warned, customers=(verdict.another.number,) if verdict.another else ())


def _same_account(known: Link, now: Link) -> bool:
    """Tell whether a link was verified in this account; an account that was copied keeps its customers' IDs."""
    return known.livemode is now.livemode and (now.account is None or known.account == now.account)


def _connect_unverified(need: Needs, wanted: _Wanted) -> Connected:
    """Save a link without asking Stripe, not verified; what the store knows against it counts, and so does a sync."""
    linked, stripe_id, location, previous, _ = wanted
    customer = linked.customer
    store, talk = need.store, need.talk
    holders = _others(store, customer, stripe_id)
    if holders:
        raise _held(holders[0])
    account = copied(need.directory, location, [stripe_id])
    if stripe_id not in account.found and not is_customer_id(stripe_id):  # it is one only where Stripe has said so
        raise not_an_id(stripe_id)
    link, doubt = unexamined(customer.number, location, stripe_id), None
    if stripe_id in account.found:
        others = Others(store, account.found.values())
        examined = examine(linked, stripe_id, account, others, holders=(), now=need.now)
        link, doubt = examined.link, examined.objection
    if doubt:
        talk.warn(f"According to the last sync this may be somebody else. {doubt}")
    if previous and previous.stripe_id == stripe_id:
        link = previous
    else:
        action = Action.REPLACED if previous else Action.CONNECTED
        store.save_link(customer, link, previous=previous, action=action, note=Note(NoteKind.OFFLINE))
    if link.verified_at is None:
        again = Command("connect", customer.number, stripe_id, location=location)
        talk.warn("This link is not verified with Stripe. When you are online, type: " + again)
    return _connected(customer, link, previous, checks=(), cards=(), card=None)


def _settle_doubts(need: Needs, verdict: Verdict, wanted: _Wanted) -> None:
    """Return only where there is no doubt, or a person has looked and said yes."""
    if not verdict.doubts:
        return
    customer, stripe_id = wanted.customer, wanted.stripe_id
    consent(
        need.talk,
        f"Connect {customer} to {stripe_id} anyway?",
        Stakes.IS_IN_DOUBT,
        agreed=wanted.request.force,
        refusal=f"{customer} was not connected to {stripe_id}. {' '.join(verdict.doubts)}",
        hint="Look at both: "
        + Command("show", customer.number)
        + ", and "
        + Command("show", stripe_id, location=wanted.location)
        + ". If you are sure, add --force.",
        declined="Nothing was saved.",
    )


def _connected(
    customer: Customer,
    link: Link,
    previous: Link | None,
    *,
    checks: tuple[CheckResult, ...],
    cards: tuple[PaymentMethod, ...],
    card: PaymentMethod | None,
) -> Connected:
    replaced = previous.stripe_id if previous and previous.stripe_id != link.stripe_id else None
    status = Status.REPLACED if replaced else Status.UNCHANGED if previous else Status.CONNECTED
    return Connected(
        customer=customer, link=link, status=status, replaced=replaced, checks=checks, cards=cards, card=card
    )


def _replaceable(linked: LinkedCustomer, location: str, request: LinkRequest) -> Link | None:
    previous = next((link for link in linked.links if link.location == location), None)
    if previous and previous.stripe_id != request.stripe_id and not request.replace:
        raise ConflictError(
            f"{linked.customer} is already connected to {previous.stripe_id} at {location}.",
            hint=f"To put {request.stripe_id} in its place, add --replace.",
        )
    return previous


def _others(store: Store, customer: Customer, stripe_id: StripeId) -> list[Holder]:
    """Return who else has this ID; at another location, too, since a copied account keeps its IDs."""
    return [holder for holder in store.holders(stripe_id) if holder.customer.number != customer.number]


def _held(holder: Holder) -> KoalaError:
    return ConflictError(
        f"{holder.stripe_id} belongs to {holder.customer} at {holder.location}.",
        hint="If that is wrong, type: " + Command("unlink", holder.customer.number, location=holder.location),
    )


def _refuse_failed(verdict: Verdict, holders: list[Holder], location: str) -> None:
    failed = verdict.failed
    if failed is None:
        return
    if failed.check is Check.NOT_LINKED_ELSEWHERE:
        raise _held(holders[0])
    if failed.check is Check.MODE:
        raise ConflictError(
            failed.detail, hint=f"Which key does {location} have? Type: " + Command("locations", "list")
        )
    raise NotFoundError(failed.detail, hint="Look for the right one: " + Command("search", "NAME", location=location))
