"""Every result as the fields that CONTRACT promises to programs: plain texts, numbers, lists and nulls.

A text that is not known is null.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # a list of customers prints without knowing what a search finds
    from koalalink.domain.backups import Backup
    from koalalink.domain.changes import Change, Values
    from koalalink.domain.checkup import Finding, LocationReport
    from koalalink.domain.connecting import Connected
    from koalalink.domain.customers import Customer
    from koalalink.domain.decisions import Settled
    from koalalink.domain.directory import Synced
    from koalalink.domain.doubles import Doubles
    from koalalink.domain.hits import Hit
    from koalalink.domain.imports import Imported
    from koalalink.domain.link_problems import LinkProblem
    from koalalink.domain.links import Link, LinkedCustomer
    from koalalink.domain.matching.proposing import Proposal
    from koalalink.domain.pages import CustomerPage, LinkCards, StripePage
    from koalalink.domain.remaps import Remapped
    from koalalink.domain.standing import Standing
    from koalalink.domain.stripe_customers import Card, StripeCustomer

Record = dict[str, Any]

_CARD_IN_BRIEF = ("brand", "last4", "exp_month", "exp_year", "expired")


def iso(moment: datetime | None) -> str | None:
    """Return a time as ISO 8601 in UTC."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None


def hit_record(hit: Hit, now: datetime) -> Record:
    """A row of `search`."""
    return {
        "location": hit.location,
        **_stripe_customer(hit.customer),
        "card": _card_in_brief(hit.card, now),
        "linked_to": _person(hit.linked_to),
        "url": hit.customer.url,
    }


def customer_record(linked: LinkedCustomer) -> Record:
    """A row of `customers list`."""
    details = linked.customer.details
    names = ("external_id", "first_name", "last_name", "company", "email", "phone")
    more = ("address", "city", "state", "zip", "country", "notes")
    return {
        "customer": linked.customer.number,
        **{name: getattr(details, name) or None for name in (*names, *more)},
        "links": [
            {
                "location": link.location,
                "stripe_id": link.stripe_id,
                "enabled": link.enabled,
                "verified_at": iso(link.verified_at),
            }
            for link in linked.links
        ],
    }


def export_record(linked: LinkedCustomer) -> Record:
    """A customer in an export: as in `customers list`, with the columns of files that fitted no field."""
    extra = linked.customer.details.extra
    return {**customer_record(linked), "extra": json.loads(extra) if extra else {}}


def customer_page_record(page: CustomerPage, now: datetime) -> Record:
    """The page of a customer of the store."""
    return {**customer_record(page.linked), "cards": [row for cards in page.cards for row in card_records(cards, now)]}


def stripe_page_record(page: StripePage, now: datetime) -> Record:
    """The page of a customer at Stripe."""
    return {
        "location": page.location,
        **_stripe_customer(page.customer),
        "address": str(page.customer.address) or None,
        "metadata": dict(page.customer.metadata),
        "linked_to": _person(page.linked_to),
        "url": page.customer.url,
        "cards": None if page.cards is None else [_card(card, now) for card in page.cards],
    }


def connected_record(done: Connected, now: datetime) -> Record:
    """What `connect` did."""
    return {
        "customer": done.customer.number,
        "name": done.customer.details.name or None,
        "location": done.link.location,
        "stripe_id": done.link.stripe_id,
        "status": done.status.value,
        "checks": [{"check": c.check.value, "result": c.result.value, "detail": c.detail} for c in done.checks],
        "cards": [_card(card, now) for card in done.cards],
    }


def link_record(link: Link) -> Record:
    """A link that `unlink`, `enable` or `disable` has touched."""
    return {"customer": link.customer, "location": link.location, "stripe_id": link.stripe_id}


def card_records(cards: LinkCards, now: datetime) -> list[Record]:
    """The rows of `cards` for one link."""
    link = cards.link
    place = {"location": link.location, "stripe_id": link.stripe_id}
    return [{**place, **_card(card, now), "enabled": link.enabled} for card in cards.cards or ()]


def imported_record(done: Imported) -> Record:
    """What `customers import` did."""
    counts = done._asdict()
    troubles, rejects = counts.pop("troubles"), counts.pop("rejects")
    del counts["dry_run"], counts["again"]
    return {**counts, "rejects": str(rejects) if rejects else None, "problems": [each._asdict() for each in troubles]}


def remapped_record(done: Remapped) -> Record:
    """What `remap` did."""
    return {**done._asdict(), "problems": [conflict._asdict() for conflict in done.problems]}


def proposal_record(proposal: Proposal, location: str) -> Record:
    """A row of `match`."""
    record = proposal._asdict()
    del record["points"]
    lists = {name: [*record[name]] for name in ("agrees", "differs", "rivals", "duplicates")}
    first = {"customer": proposal.customer, "location": location}
    return {**first, **record, "tier": proposal.tier.value, **lists}


def settled_record(done: Settled) -> Record:
    """What `apply` did."""
    return {**done._asdict(), "problems": [problem._asdict() for problem in done.problems]}


def backup_record(done: Backup) -> Record:
    """What `backup` and `restore` did."""
    held = done.contents
    return {
        "file": str(done.file),
        "customers": held.customers,
        "links": held.links,
        "changes": held.changes,
        "changed_at": iso(held.changed_at),
        "kept": str(done.kept) if done.kept else None,
    }


def problem_record(found: LinkProblem) -> Record:
    """A row of `verify`."""
    return {
        "customer": found.customer.number,
        "location": found.link.location,
        "stripe_id": found.link.stripe_id,
        "problem": found.problem.value,
        "detail": found.detail,
    }


def synced_record(done: Synced) -> Record:
    """A row of `sync`."""
    return done._asdict()


def standing_record(found: Standing) -> Record:
    """A row of `status`."""
    record = found._asdict()
    del record["calls"]
    times = {name: iso(record[name]) for name in ("verified_at", "copied_at")}
    return record | times | {"expiring": dict(found.expiring), "problems": dict(found.problems)}


def doubles_record(found: Doubles, now: datetime) -> Record:
    """A row of `duplicates`: one person's Stripe customers, the one we would pick first."""
    pairs = zip(found.customers, found.linked_to, strict=True)
    return {
        "location": found.location,
        "same": list(found.same),
        "pick": found.customers[0].stripe_id,
        "reason": found.reason,
        "customers": [
            {
                **_stripe_customer(customer),
                "card": _card_in_brief(customer.card, now),
                "linked_to": _person(holder),
                "url": customer.url,
            }
            for customer, holder in pairs
        ],
    }


def change_record(change: Change) -> Record:
    """A row of `history`; what was there `before` is the row of the customer or link that the change is about."""
    main = change.main
    values = (main.after or main.before or {}) if main and main.location else {}
    return {
        "change": change.number,
        "at": iso(change.at),
        "by": change.by,
        "action": change.action.value,
        "customer": main.customer if main else None,
        "location": main.location if main else None,
        "stripe_id": main.refused or values.get("stripe_id") if main else None,
        "before": _row(main.before, of_link=bool(main.location)) if main and main.before and not main.refused else None,
        "note": f"undid change {change.undoes}" if change.undoes else change.note or None,
        "undone_by": change.undone_by,
    }


def _row(values: Values, *, of_link: bool) -> Record:
    """A customer's or a link's row as it is shown elsewhere."""
    if not of_link:
        return {name: value or None for name, value in values.items()}
    verified_at, livemode = values["verified_at"], values["livemode"]
    return {
        **{name: value for name, value in values.items() if not name.startswith("seen_")},
        "enabled": bool(values["enabled"]),
        "livemode": None if livemode is None else bool(livemode),
        "verified_at": None if verified_at is None else iso(datetime.fromtimestamp(float(verified_at), UTC)),
    }


def location_record(report: LocationReport) -> Record:
    """A row of `locations list`."""
    return {
        "location": report.location,
        "name": report.title,
        "default": report.default,
        "mode": report.mode or None,
        "key": report.key or None,
        "answers": report.answers,
        "problem": report.problem or None,
    }


def finding_record(finding: Finding) -> Record:
    """A row of `doctor`."""
    return {
        "about": finding.about,
        "health": finding.health.value,
        "finding": finding.text,
        "advice": str(finding.advice) or None,
    }


def _stripe_customer(customer: StripeCustomer) -> Record:
    return {
        "stripe_id": customer.stripe_id,
        "name": customer.name or None,
        "email": customer.email or None,
        "phone": customer.phone or None,
        "created": iso(customer.created),
        "livemode": customer.livemode,
    }


def _card_in_brief(card: Card | None, now: datetime) -> Record | None:
    return None if card is None else {name: _card(card, now)[name] for name in _CARD_IN_BRIEF}


def _card(card: Card, now: datetime) -> Record:
    return {
        "payment_method": card.payment_method,
        "brand": card.brand,
        "last4": card.last4,
        "exp_month": card.exp_month,
        "exp_year": card.exp_year,
        "funding": card.funding or None,
        "wallet": card.wallet or None,
        "default": card.default,
        "expired": card.expired(now),
    }


def _person(customer: Customer | None) -> Record | None:
    return None if customer is None else {"customer": customer.number, "name": customer.details.name or None}
