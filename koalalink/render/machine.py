"""Output for programs: JSON, and lines of fields with tabs between them."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from koalalink.domain.links import LinkedCustomer
from koalalink.domain.text import printable
from koalalink.render import records

if TYPE_CHECKING:  # a list of customers prints without knowing what a search finds
    from collections.abc import Sequence
    from datetime import datetime

    from koalalink.domain.backups import Backup
    from koalalink.domain.changes import Change
    from koalalink.domain.checkup import Finding, LocationReport
    from koalalink.domain.connecting import Connected
    from koalalink.domain.customers import Customer
    from koalalink.domain.decisions import Matched, Settled
    from koalalink.domain.directory import Synced
    from koalalink.domain.doubles import Doubles
    from koalalink.domain.hits import Hits
    from koalalink.domain.imports import Imported
    from koalalink.domain.link_problems import LinkProblem
    from koalalink.domain.links import Link, Page
    from koalalink.domain.pages import CustomerPage, StripePage
    from koalalink.domain.remaps import Remapped
    from koalalink.domain.standing import Standing
    from koalalink.render.records import Record

_LINK = ("customer", "location", "stripe_id")
_CARD = ("brand", "last4", "exp_month", "exp_year", "funding", "wallet", "default", "expired")
_CUSTOMER = tuple("external_id first_name last_name company email phone address city state zip country notes".split())


class JsonOutput:
    """Prints one JSON array or object, in ASCII: no terminal or pipe can spoil it."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def hits(self, found: Hits) -> None:
        self._print([records.hit_record(hit, self._now) for hit in found.hits])

    def connected(self, done: Connected) -> None:
        self._print(records.connected_record(done, self._now))

    def unlinked(self, customer: Customer, links: Sequence[Link]) -> None:
        self._print([records.link_record(link) for link in links])

    def switched(self, customer: Customer, link: Link) -> None:
        self._print({**records.link_record(link), "enabled": link.enabled})

    def cards(self, page: CustomerPage) -> None:
        self._print([row for cards in page.cards for row in records.card_records(cards, self._now)])

    def customer_page(self, page: CustomerPage) -> None:
        self._print(records.customer_page_record(page, self._now))

    def stripe_page(self, page: StripePage) -> None:
        self._print(records.stripe_page_record(page, self._now))

    def customers(self, page: Page) -> None:
        self._print([records.customer_record(linked) for linked in page.customers])

    def added(self, customer: Customer) -> None:
        self._print(records.customer_record(LinkedCustomer(customer=customer, links=())))

    edited = added

    def removed(self, customer: Customer, links: Sequence[Link]) -> None:
        self._print(records.customer_record(LinkedCustomer(customer=customer, links=tuple(links))))

    def imported(self, done: Imported) -> None:
        self._print(records.imported_record(done))

    def remapped(self, done: Remapped) -> None:
        self._print(records.remapped_record(done))

    def problems(self, problems: Sequence[LinkProblem], checked: int) -> None:
        self._print([records.problem_record(problem) for problem in problems])

    def synced(self, done: Sequence[Synced]) -> None:
        self._print([records.synced_record(each) for each in done])

    def standings(self, found: Sequence[Standing]) -> None:
        self._print([records.standing_record(each) for each in found])

    def doubles(self, found: Sequence[Doubles]) -> None:
        self._print([records.doubles_record(each, self._now) for each in found])

    def matched(self, found: Matched) -> None:
        self._print([records.proposal_record(each, found.location) for each in found.proposals])

    def settled(self, done: Settled) -> None:
        self._print(records.settled_record(done))

    def backed_up(self, done: Backup) -> None:
        self._print(records.backup_record(done))

    restored = backed_up

    def history(self, changes: Sequence[Change]) -> None:
        self._print([records.change_record(change) for change in changes])

    def undone(self, change: Change) -> None:
        self._print(records.change_record(change))

    def locations(self, reports: Sequence[LocationReport]) -> None:
        self._print([records.location_record(report) for report in reports])

    def findings(self, findings: Sequence[Finding]) -> None:
        self._print([records.finding_record(finding) for finding in findings])

    def _print(self, data: Record | list[Record]) -> None:
        sys.stdout.write(json.dumps(data, indent=2) + "\n")


class TabOutput:
    """Prints a header line and a line for each row, whole values with tabs between them."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def hits(self, found: Hits) -> None:
        columns = tuple("location stripe_id name email phone created livemode card linked_to url".split())
        self._rows(columns, [records.hit_record(hit, self._now) for hit in found.hits])

    def connected(self, done: Connected) -> None:
        columns = ("customer", "name", "location", "stripe_id", "status", "checks", "cards")
        record = records.connected_record(done, self._now)
        record["checks"] = [{check["check"]: check["result"]} for check in record["checks"]]
        self._rows(columns, [record])

    def unlinked(self, customer: Customer, links: Sequence[Link]) -> None:
        self._rows(_LINK, [records.link_record(link) for link in links])

    def switched(self, customer: Customer, link: Link) -> None:
        self._rows((*_LINK, "enabled"), [{**records.link_record(link), "enabled": link.enabled}])

    def cards(self, page: CustomerPage) -> None:
        rows = [row for cards in page.cards for row in records.card_records(cards, self._now)]
        self._rows(("location", "stripe_id", "payment_method", *_CARD, "enabled"), rows)

    def customer_page(self, page: CustomerPage) -> None:
        self._fields(records.customer_page_record(page, self._now))

    def stripe_page(self, page: StripePage) -> None:
        self._fields(records.stripe_page_record(page, self._now))

    def customers(self, page: Page) -> None:
        self._rows(("customer", *_CUSTOMER, "links"), [records.customer_record(linked) for linked in page.customers])

    def added(self, customer: Customer) -> None:
        self._sentence(f"Added customer {customer.number}, {customer.details.name or customer.details.email}.")

    def edited(self, customer: Customer) -> None:
        self._sentence(f"Changed customer {customer.number}, {customer.details.name or customer.details.email}.")

    def removed(self, customer: Customer, links: Sequence[Link]) -> None:
        self._sentence(f"Removed customer {customer.number}, {customer.details.name or customer.details.email}.")

    def imported(self, done: Imported) -> None:
        self._with_problems(records.imported_record(done))

    def remapped(self, done: Remapped) -> None:
        self._with_problems(records.remapped_record(done))

    def problems(self, problems: Sequence[LinkProblem], checked: int) -> None:
        columns = ("customer", "location", "stripe_id", "problem", "detail")
        self._rows(columns, [records.problem_record(problem) for problem in problems])

    def synced(self, done: Sequence[Synced]) -> None:
        columns = ("location", "customers", "new", "changed", "gone")
        self._rows(columns, [records.synced_record(each) for each in done])

    def standings(self, found: Sequence[Standing]) -> None:
        numbers = "location customers linked switched_off ready no_card expired gone"
        columns = (*numbers.split(), "expiring", "problems", "verified_at", "copied_at")
        self._rows(columns, [records.standing_record(each) for each in found])

    def doubles(self, found: Sequence[Doubles]) -> None:
        person = ("stripe_id", "name", "email", "phone", "created", "livemode", "card", "linked_to", "url")
        rows = [
            {**record, **each, "pick": each["stripe_id"] == record["pick"], "person": number}
            for number, record in enumerate((records.doubles_record(each, self._now) for each in found), 1)
            for each in record["customers"]
        ]
        self._rows(("location", "person", "same", "pick", "reason", *person), rows)

    def matched(self, found: Matched) -> None:
        columns = tuple("customer location stripe_id tier reason agrees differs rivals duplicates".split())
        rows = [records.proposal_record(each, found.location) for each in found.proposals]
        self._rows(columns, rows)

    def settled(self, done: Settled) -> None:
        self._with_problems(records.settled_record(done))

    def backed_up(self, done: Backup) -> None:
        record = records.backup_record(done)
        self._rows(tuple(record), [record])

    restored = backed_up

    def history(self, changes: Sequence[Change]) -> None:
        columns = tuple("change at by action customer location stripe_id before note undone_by".split())
        self._rows(columns, [records.change_record(change) for change in changes])

    def undone(self, change: Change) -> None:
        self.history([change])

    def locations(self, reports: Sequence[LocationReport]) -> None:
        columns = ("location", "name", "default", "mode", "key", "answers", "problem")
        self._rows(columns, [records.location_record(report) for report in reports])

    def findings(self, findings: Sequence[Finding]) -> None:
        self._rows(("about", "health", "finding", "advice"), [records.finding_record(finding) for finding in findings])

    def _rows(self, columns: Sequence[str], rows: Sequence[Record]) -> None:
        lines = [columns, *([_cell(row[column]) for column in columns] for row in rows)]
        sys.stdout.write("".join("\t".join(line) + "\n" for line in lines))

    def _with_problems(self, record: Record) -> None:
        problems = record.pop("problems")
        self._rows(tuple(record), [record])
        if problems:
            self._rows(tuple(problems[0]), problems)

    def _fields(self, record: Record) -> None:
        self._rows(("field", "value"), [{"field": name, "value": value} for name, value in record.items()])

    def _sentence(self, text: str) -> None:
        sys.stdout.write(printable(text) + "\n")


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return " ".join(f"{printable(name)}={_cell(part)}" for name, part in value.items())
    if isinstance(value, list):
        return "; ".join(_cell(part) for part in value)
    return printable(str(value))
