"""Linking a customer of the store to a customer of Stripe's, and taking the link apart again."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple, Protocol

from koalalink.domain.changes import Action
from koalalink.domain.checks import Check, CheckResult, Verdict
from koalalink.domain.connecting import Connected, LinkReview, Status
from koalalink.domain.customers import Customer
from koalalink.domain.links import Holder, Link
from koalalink.domain.stripe_customers import Card, StripeCustomer, best_card
from koalalink.errors import ConflictError, KoalaError, NotFoundError
from koalalink.hints import Command
from koalalink.operations.consent import Stakes, consent
from koalalink.operations.examining import Others, OurPeople, copied, examine, of_profile, unexamined
from koalalink.operations.ports import Conversation, Directory, Links, StripeAt
from koalalink.operations.profile import stripe_profile


class Linking(Links, OurPeople, Protocol):
    """The part of the store that connecting needs."""


class LinkRequest(NamedTuple):
    """What the person wants, and has agreed to beforehand."""

    customer: Customer
    stripe_id: str
    location: str
    replace: bool = False
    """Another ID at this location may be replaced."""
    force: bool = False
    """A doubtful link may be saved; one that fails a check never is."""


def connect(
    store: Linking,
    stripe_at: StripeAt,
    conversation: Conversation,
    request: LinkRequest,
    *,
    now: datetime,
    browse: Callable[[str], None] | None = None,
) -> Connected:
    """Check that a Stripe customer is this person, show what was found, and save the link.

    `browse` opens the customer's page in the Stripe Dashboard before anything is asked. Raises NotFoundError where
    Stripe has no such customer, ConflictError where the link is refused or in doubt, and whatever keeps Stripe from
    answering; then nothing is saved.
    """
    customer, stripe_id, location = request.customer, request.stripe_id, request.location
    previous = _replaceable(store, request)
    stripe = stripe_at()
    profile = stripe_profile(stripe, stripe_id)
    holders = _others(store, customer, stripe_id)
    known = previous if previous and previous.stripe_id == stripe_id else None
    verdict, link = examine(
        store.record(customer),
        stripe_id,
        of_profile(stripe, location, stripe_id, profile, now),
        Others(store, [profile.customer]),
        holders=holders,
        now=now,
        enabled=known.enabled if known else True,
    )
    if browse and isinstance(profile.customer, StripeCustomer):
        browse(profile.customer.url)
    conversation.review(
        LinkReview(ours=customer, location=location, stripe_id=stripe_id, profile=profile, verdict=verdict)
    )
    _refuse_failed(verdict, holders, location)
    _settle_doubts(verdict, conversation, request)
    if known and known.verified_at and _same_account(known, link):
        link = known
    else:
        if link.livemode:
            conversation.note(
                f"This is live mode: the real cards of {stripe_id} can be charged for {customer} from now on."
            )
        action = Action.VERIFIED if known else Action.REPLACED if previous else Action.CONNECTED
        note = f"although: {' '.join(verdict.doubts)}" if verdict.doubts else ""
        store.save_link(customer, link, previous=previous, action=action, note=note)
    cards = profile.cards or ()
    return _connected(customer, link, previous, checks=verdict.checks, cards=cards, card=best_card(cards, now))


def _same_account(known: Link, now: Link) -> bool:
    """Tell whether a link was verified in this account; an account that was copied keeps its customers' IDs."""
    return known.livemode is now.livemode and (now.account is None or known.account == now.account)


def connect_unverified(
    store: Linking, directory: Directory, conversation: Conversation, request: LinkRequest, *, now: datetime
) -> Connected:
    """Save a link without asking Stripe, not verified; what the store knows against it is minded, the copy told."""
    customer, stripe_id, location = request.customer, request.stripe_id, request.location
    previous = _replaceable(store, request)
    holders = _others(store, customer, stripe_id)
    if holders:
        raise _held(holders[0])
    account = copied(directory, location, [stripe_id])
    link, doubt = unexamined(customer.number, location, stripe_id), None
    if stripe_id in account.found:
        others = Others(store, account.found.values())
        examined = examine(store.record(customer), stripe_id, account, others, holders=(), now=now)
        link, doubt = examined.link, examined.objection
    if doubt:
        conversation.warn(f"By the copy of Stripe's customers it may be somebody else. {doubt}")
    if previous and previous.stripe_id == stripe_id:
        link = previous
    else:
        action = Action.REPLACED if previous else Action.CONNECTED
        store.save_link(customer, link, previous=previous, action=action, note="offline, not verified")
    if link.verified_at is None:
        again = Command("connect", customer.number, stripe_id, location=location)
        conversation.warn("This link is not verified with Stripe. When you are online, type: " + again)
    return _connected(customer, link, previous, checks=(), cards=(), card=None)


def _settle_doubts(verdict: Verdict, conversation: Conversation, request: LinkRequest) -> None:
    """Return only where there is no doubt, or a person has looked and said yes."""
    if not verdict.doubts:
        return
    customer, stripe_id = request.customer, request.stripe_id
    consent(
        conversation,
        f"Connect {customer} to {stripe_id} all the same?",
        Stakes.IS_IN_DOUBT,
        agreed=request.force,
        refusal=f"{customer} was not connected to {stripe_id}. {' '.join(verdict.doubts)}",
        hint="Look at both: "
        + Command("show", customer.number)
        + ", and "
        + Command("show", stripe_id, location=request.location)
        + ". If you are sure, add --force.",
        declined="Nothing was saved.",
    )


def _connected(
    customer: Customer,
    link: Link,
    previous: Link | None,
    *,
    checks: tuple[CheckResult, ...],
    cards: tuple[Card, ...],
    card: Card | None,
) -> Connected:
    replaced = previous.stripe_id if previous and previous.stripe_id != link.stripe_id else None
    status = Status.REPLACED if replaced else Status.UNCHANGED if previous else Status.CONNECTED
    return Connected(
        customer=customer, link=link, status=status, replaced=replaced, checks=checks, cards=cards, card=card
    )


def _replaceable(store: Links, request: LinkRequest) -> Link | None:
    previous = store.link(request.customer, request.location)
    if previous and previous.stripe_id != request.stripe_id and not request.replace:
        raise ConflictError(
            f"{request.customer} is connected to {previous.stripe_id} at {request.location} already.",
            hint=f"To put {request.stripe_id} in its place, add --replace.",
        )
    return previous


def _others(store: Links, customer: Customer, stripe_id: str) -> list[Holder]:
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
        raise ConflictError(failed.detail, hint=f"Which key has {location}? Type: " + Command("locations", "list"))
    raise NotFoundError(failed.detail, hint="Look for the right one: " + Command("search", "NAME", location=location))
