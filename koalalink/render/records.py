"""Every result as the fields that programs may rely on: plain texts, numbers, lists and nulls.

A text that is not known is null. `RECORDS` has one function for each type of result; JSON prints what it returns, and
in a pipe its fields are columns with tabs between them.

It is longer than other rooms, because it has every type of result.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from koalalink.domain.customers.customer import FIELDS
from koalalink.domain.customers.links import LinkedCustomer

if TYPE_CHECKING:  # a list of customers prints without knowing what a search finds
    from koalalink.domain.customers.customer import Customer
    from koalalink.domain.customers.customer_profile import CustomerPage, LinkCards, SavedCards, StripePage
    from koalalink.domain.customers.links import CustomerList, Link
    from koalalink.domain.customers.results import Added, Edited, Forgotten, Merged, Removed, Switched, Unlinked
    from koalalink.domain.history.changes import Change, History, Undone, Values
    from koalalink.domain.importing.import_rows import Imported
    from koalalink.domain.linking.link_health import Verified
    from koalalink.domain.linking.results import Connected
    from koalalink.domain.matching.decisions import Matched, Settled
    from koalalink.domain.matching.duplicates import Duplicates, OwnDuplicates
    from koalalink.domain.mirror.mirror import Synced
    from koalalink.domain.mirror.status import Status
    from koalalink.domain.search.results import Hits
    from koalalink.domain.setup.backups import BackedUp, Restored
    from koalalink.domain.setup.doctor import Checkup, Locations
    from koalalink.domain.stripe.customer import PaymentMethod, StripeCustomer
    from koalalink.domain.stripe.id_moves import Remapped

Record = dict[str, Any]


class Form(NamedTuple):
    """How a type of result is printed for programs."""

    record: Callable[[Any, datetime], Record | list[Record]]
    """The object, or one for each row."""
    fields: str
    """The names of an object's fields, in order: also where there is no row, and checked by a test."""
    lines: Callable[[Any, datetime], list[Record]] | None = None
    """The lines in a pipe, where they are not the objects."""
    columns: str = ""
    """The names of a line's fields, where they are not an object's."""


def iso(moment: datetime | None) -> str | None:
    """Return a time as ISO 8601 in UTC."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None


def _hits(found: Hits, now: datetime) -> list[Record]:
    return [
        {
            "location": hit.location,
            **_stripe_customer(hit.customer),
            "card": _card_in_brief(hit.card, now) if hit.card and hit.card.is_card else None,
            "payment_method": _method_in_brief(hit.card, now),
            "linked_to": _person(hit.linked_to),
            "url": hit.customer.url,
        }
        for hit in found.hits
    ]


def customer_record(linked: LinkedCustomer) -> Record:
    """A customer of the store, with all links."""
    links = [
        {
            "location": link.location,
            "stripe_id": link.stripe_id,
            "enabled": link.enabled,
            "verified_at": iso(link.verified_at),
        }
        for link in linked.links
    ]
    return {**_details(linked.customer), "links": links}


def export_record(linked: LinkedCustomer) -> Record:
    """A customer in an export: as in `customers list`, with the columns of files that fitted no field."""
    extra = linked.customer.details.extra
    return {**customer_record(linked), "extra": json.loads(extra) if extra else {}}


def _customers(found: CustomerList, now: datetime) -> list[Record]:
    return [customer_record(linked) for linked in found.customers]


def _changed(done: Added | Edited, now: datetime) -> Record:
    return {**_details(done.customer), "links": []}


def _forgotten(done: Forgotten, now: datetime) -> Record:
    at_stripe = [each._asdict() for each in done.at_stripe]
    listed = {"at_stripe": at_stripe, "blanked": [*done.blanked], "mentioned": [*done.mentioned]}
    return {**done._asdict(), **listed, "backups": [str(path) for path in done.backups]}


def _merged(done: Merged, now: datetime) -> Record:
    return customer_record(LinkedCustomer(done.customer, done.links))


def _removed(done: Removed, now: datetime) -> Record:
    return customer_record(LinkedCustomer(done.customer, done.links))


def _customer_page(page: CustomerPage, now: datetime) -> Record:
    return {**customer_record(page.linked), "cards": [row for cards in page.cards for row in _cards_of(cards, now)]}


def _stripe_page(page: StripePage, now: datetime) -> Record:
    return {
        "location": page.location,
        **_stripe_customer(page.customer),
        "address": str(page.customer.address) or None,
        "description": (page.customer.about.description if page.customer.about else "") or None,
        "card_holder": page.customer.holder.name or None,
        "metadata": dict(page.customer.metadata),
        "linked_to": _person(page.linked_to),
        "url": page.customer.url,
        "cards": None if page.cards is None else [_card(card, now) for card in page.cards],
    }


def _connected(done: Connected, now: datetime) -> Record:
    return {
        "customer": done.customer.number,
        "name": done.customer.details.name or None,
        "location": done.link.location,
        "stripe_id": done.link.stripe_id,
        "status": done.status.value,
        "checks": [{"check": c.check.value, "result": c.result.value, "detail": c.detail} for c in done.checks],
        "cards": [_card(card, now) for card in done.cards],
    }


def _connected_line(done: Connected, now: datetime) -> list[Record]:
    return [{**_connected(done, now), "checks": [{c.check.value: c.result.value} for c in done.checks]}]


def _unlinked(done: Unlinked, now: datetime) -> list[Record]:
    return [_link(link) for link in done.links]


def _switched(done: Switched, now: datetime) -> Record:
    return {**_link(done.link), "enabled": done.link.enabled}


def _saved_cards(page: SavedCards, now: datetime) -> list[Record]:
    return [row for cards in page.cards for row in _cards_of(cards, now)]


def _imported(done: Imported, now: datetime) -> Record:
    counts = done.counts
    return {
        "file": done.file,
        "rows": done.rows,
        "added": counts.added,
        "sharing": counts.sharing,
        "updated": counts.updated,
        "unchanged": counts.unchanged,
        "skipped": counts.skipped,
        "repeated": counts.repeated,
        "other_addresses": counts.other_addresses,
        "rejected": counts.rejected,
        "linked": counts.linked,
        "already_linked": counts.already_linked,
        "links_rejected": counts.links_rejected,
        "change": done.change,
        "rejects": str(done.rejects) if done.rejects else None,
        "columns": [
            {
                "column": column.title,
                "field": column.field,
                "location": column.location,
                "meaning": column.meaning,
                "doubt": column.doubt or None,
            }
            for column in done.columns
        ],
        "left_out": [{"row": each.row, "column": each.column, "value": each.value} for each in done.left_out],
        "problems": [each._asdict() for each in done.troubles],
    }


def _remapped(done: Remapped, now: datetime) -> Record:
    record = done._asdict()
    del record["dry_run"]
    return {**record, "problems": [conflict._asdict() for conflict in done.problems]}


def _matched(found: Matched, now: datetime) -> list[Record]:
    return [
        {
            "customer": each.customer,
            "location": found.location,
            "stripe_id": each.stripe_id,
            "tier": each.tier.value,
            "reason": each.reason_with_names,
            "agrees": [*each.agrees],
            "differs": [*each.differs],
            "rivals": [*each.rivals],
            "duplicates": [*each.duplicates],
        }
        for each in found.proposals
    ]


def _settled(done: Settled, now: datetime) -> Record:
    record = done._asdict()
    del record["dry_run"]
    return {**record, "problems": [problem._asdict() for problem in done.problems]}


def _backed_up(done: BackedUp | Restored, now: datetime) -> Record:
    held, kept = done.contents, getattr(done, "kept", None)
    return {
        "file": str(done.file),
        "customers": held.customers,
        "links": held.links,
        "changes": held.changes,
        "changed_at": iso(held.changed_at),
        "kept": str(kept) if kept else None,
    }


def _verified(found: Verified, now: datetime) -> list[Record]:
    return [
        {**_link(each.link), "customer": each.customer.number, "problem": each.problem.value, "detail": each.detail}
        for each in found.problems
    ]


def _verified_lines(found: Verified, now: datetime) -> list[Record]:
    rows = []
    for each, links in found.lines:
        detail = each.detail if links == 1 else f"{each.detail} This concerns {links:,} links."
        whose = {"customer": each.customer.number, "stripe_id": each.link.stripe_id}
        shown = whose if links == 1 else dict.fromkeys(whose)
        rows.append({"location": each.link.location, "problem": each.problem.value, "detail": detail, **shown})
    return rows


def _synced(done: Synced, now: datetime) -> list[Record]:
    return [each._asdict() for each in done.locations]


def _status(found: Status, now: datetime) -> list[Record]:
    rows = []
    for each in found.standings:
        record = each._asdict()
        del record["calls"]
        times = {name: iso(record[name]) for name in ("verified_at", "copied_at")}
        rows.append(record | times | {"expiring": dict(each.expiring), "problems": dict(each.problems)})
    return rows


def _duplicates(found: Duplicates, now: datetime) -> list[Record]:
    return [
        {
            "location": each.location,
            "same": list(each.same),
            "pick": each.customers[0].stripe_id,
            "reason": each.reason,
            "customers": [
                {
                    **_stripe_customer(customer),
                    "card": _card_in_brief(customer.card, now) if customer.card and customer.card.is_card else None,
                    "payment_method": _method_in_brief(customer.card, now),
                    "subscriptions": business.subscriptions if business else None,
                    "invoices": business.invoices if business else None,
                    "linked_to": _person(holder),
                    "url": customer.url,
                }
                for customer, holder, business in zip(
                    each.customers, each.linked_to, each.business or [None] * len(each.customers), strict=True
                )
            ],
        }
        for each in found.groups
    ]


def _own_duplicates(found: OwnDuplicates, now: datetime) -> list[Record]:
    return [
        {
            "same": list(each.same),
            "pick": each.customers[0].customer.number,
            "reason": each.doubt,
            "customers": [customer_record(linked) for linked in each.customers],
        }
        for each in found.groups
    ]


def _own_duplicate_lines(found: OwnDuplicates, now: datetime) -> list[Record]:
    """Return a line for each entry; those of one `person` belong together."""
    return [
        {**record, **each, "pick": each["customer"] == record["pick"], "person": number}
        for number, record in enumerate(_own_duplicates(found, now), 1)
        for each in record["customers"]
    ]


def _duplicate_lines(found: Duplicates, now: datetime) -> list[Record]:
    """Return a line for each Stripe customer; those of one `person` belong together."""
    return [
        {**record, **each, "pick": each["stripe_id"] == record["pick"], "person": number}
        for number, record in enumerate(_duplicates(found, now), 1)
        for each in record["customers"]
    ]


def _history(found: History, now: datetime) -> list[Record]:
    return [_change(change) for change in found.changes]


def _undone(done: Undone, now: datetime) -> Record:
    return _change(done.change)


def _change(change: Change) -> Record:
    """What was there `before` is the row of the customer or link that the change is about."""
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
        "note": _note(change),
        "undone_by": change.undone_by,
    }


def _note(change: Change) -> str | None:
    if change.action not in ("undone", "merged"):
        from koalalink.domain.history.notes import worded

        return (change.note and worded(change.note)) or None
    from koalalink.domain.history.descriptions import in_words

    return in_words(change)


def _row(values: Values, *, of_link: bool) -> Record:
    """A customer's or a link's row as it is shown elsewhere; one that was erased has nothing."""
    if not of_link or not values:
        return {name: value or None for name, value in values.items()}
    verified_at, livemode = values["verified_at"], values["livemode"]
    return {
        **{name: value for name, value in values.items() if not name.startswith("seen_")},
        "enabled": bool(values["enabled"]),
        "livemode": None if livemode is None else bool(livemode),
        "verified_at": None if verified_at is None else iso(datetime.fromtimestamp(float(verified_at), UTC)),
    }


def _locations(found: Locations, now: datetime) -> list[Record]:
    return [
        {
            "location": report.location,
            "name": report.title,
            "default": report.default,
            "mode": report.mode or None,
            "key": report.key or None,
            "answers": report.answers,
            "problem": report.problem or None,
            "account": min(report.known.ids, default=None),
            "account_name": report.known.name or None,
        }
        for report in found.reports
    ]


def _checkup(found: Checkup, now: datetime) -> list[Record]:
    return [
        {
            "about": finding.about,
            "health": finding.health.value,
            "finding": finding.text,
            "advice": str(finding.advice) or None,
        }
        for finding in found.findings
    ]


def _details(customer: Customer) -> Record:
    return {
        "customer": customer.number,
        **{field.name: getattr(customer.details, field.name) or None for field in FIELDS},
    }


def _link(link: Link) -> Record:
    return {"customer": link.customer, "location": link.location, "stripe_id": link.stripe_id}


def _cards_of(cards: LinkCards, now: datetime) -> list[Record]:
    place = {"location": cards.location, "stripe_id": cards.stripe_id}
    return [{**place, **_card(card, now), "enabled": cards.enabled} for card in cards.cards or ()]


def _stripe_customer(customer: StripeCustomer) -> Record:
    return {
        "stripe_id": customer.stripe_id,
        "name": customer.name or None,
        "email": customer.email or None,
        "phone": customer.phone or None,
        "created": iso(customer.created),
        "livemode": customer.livemode,
    }


def _card_in_brief(card: PaymentMethod | None, now: datetime) -> Record | None:
    return None if card is None else {name: _card(card, now)[name] for name in _CARD_IN_BRIEF}


def _method_in_brief(method: PaymentMethod | None, now: datetime) -> Record | None:
    return None if method is None else {name: _card(method, now)[name] for name in _METHOD_IN_BRIEF}


def _card(card: PaymentMethod, now: datetime) -> Record:
    return {
        "payment_method": card.payment_method,
        "brand": card.brand or None,
        "last4": card.last4 or None,
        "exp_month": card.exp_month or None,
        "exp_year": card.exp_year or None,
        "funding": card.funding or None,
        "wallet": card.wallet or None,
        "default": card.default,
        "expired": card.expired(now),
        "type": card.type,
        "bank": card.bank or None,
        "holder": card.holder.name or None,
        "usable": card.usable(now),
    }


def _person(customer: Customer | None) -> Record | None:
    return None if customer is None else {"customer": customer.number, "name": customer.details.name or None}


_METHOD_IN_BRIEF = ("payment_method", "type", "last4", "bank", "usable")
_CARD_IN_BRIEF = ("brand", "last4", "exp_month", "exp_year", "expired")
_OF_STRIPE = "stripe_id name email phone created livemode"
_CUSTOMER = f"customer {' '.join(field.name for field in FIELDS)} links"
_FORGOTTEN = "customer change links copies changes external_id at_stripe blanked mentioned backups"
_CHANGE = "change at by action customer location stripe_id before note undone_by"
_BACKUP = "file customers links changes changed_at kept"
_IMPORT = (
    "file rows added sharing updated unchanged skipped repeated other_addresses rejected linked already_linked "
    "links_rejected change rejects"
)
_CARDS = (
    "location stripe_id payment_method brand last4 exp_month exp_year funding wallet default expired type bank holder "
    "usable enabled"
)
_STATUS = "location customers linked switched_off ready no_card expired gone expiring problems verified_at copied_at"

RECORDS: dict[str, Form] = {
    "Hits": Form(_hits, f"location {_OF_STRIPE} card payment_method linked_to url"),
    "CustomerPage": Form(_customer_page, f"{_CUSTOMER} cards"),
    "StripePage": Form(
        _stripe_page, f"location {_OF_STRIPE} address description card_holder metadata linked_to url cards"
    ),
    "Connected": Form(_connected, "customer name location stripe_id status checks cards", _connected_line),
    "Unlinked": Form(_unlinked, "customer location stripe_id"),
    "Switched": Form(_switched, "customer location stripe_id enabled"),
    "SavedCards": Form(_saved_cards, _CARDS),
    "History": Form(_history, _CHANGE),
    "Undone": Form(_undone, _CHANGE),
    "CustomerList": Form(_customers, _CUSTOMER),
    "Added": Form(_changed, _CUSTOMER),
    "Edited": Form(_changed, _CUSTOMER),
    "Removed": Form(_removed, _CUSTOMER),
    "Merged": Form(_merged, _CUSTOMER),
    "Forgotten": Form(_forgotten, _FORGOTTEN),
    "Imported": Form(_imported, f"{_IMPORT} columns left_out problems", columns=f"{_IMPORT} left_out problems"),
    "Remapped": Form(_remapped, "file location links moved unchanged missing conflicts change problems"),
    "Matched": Form(_matched, "customer location stripe_id tier reason agrees differs rivals duplicates"),
    "Settled": Form(_settled, "location linked refused unchanged later verified change problems"),
    "Synced": Form(_synced, "location customers new changed gone"),
    "Status": Form(_status, _STATUS),
    "Duplicates": Form(
        _duplicates,
        "location same pick reason customers",
        _duplicate_lines,
        f"location person same pick reason {_OF_STRIPE} card payment_method subscriptions invoices linked_to url",
    ),
    "OwnDuplicates": Form(
        _own_duplicates,
        "same pick reason customers",
        _own_duplicate_lines,
        f"person same pick reason {_CUSTOMER}",
    ),
    "Verified": Form(_verified, "customer location stripe_id problem detail", _verified_lines),
    "BackedUp": Form(_backed_up, _BACKUP),
    "Restored": Form(_backed_up, _BACKUP),
    "Locations": Form(_locations, "location name default mode key answers problem account account_name"),
    "Checkup": Form(_checkup, "about health finding advice"),
}
"""By the name of the type of result, so that printing one type does not load all others."""
