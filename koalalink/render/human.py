"""Output and conversation for people at a terminal, by Rich.

Every text from outside is made printable and shown as `Text`, never as markup: a name may hold anything.
"""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from getpass import getpass

from rich import box
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from koalalink.domain.changes import Change
from koalalink.domain.chronicle import ago, in_words
from koalalink.domain.customers import Customer
from koalalink.domain.health import LinkProblem, dead
from koalalink.domain.identity import Check, Result
from koalalink.domain.imports import Column, Imported
from koalalink.domain.links import Link, Page
from koalalink.domain.remaps import Remapped
from koalalink.domain.review import (
    Connected,
    CustomerPage,
    Finding,
    Health,
    Hit,
    Hits,
    LinkReview,
    LocationReport,
    Status,
    StripePage,
)
from koalalink.domain.stripe_customers import BRANDS, Absence, Card
from koalalink.domain.text import printable

_CHECKS = {
    Check.EXISTS: "Exists",
    Check.NOT_DELETED: "Not deleted",
    Check.MODE: "Mode",
    Check.EMAIL: "Email",
    Check.NAME: "Name",
    Check.PHONE: "Phone",
    Check.NOT_LINKED_ELSEWHERE: "Free to link",
    Check.HAS_CARD: "Card",
}
# Each sign is a word, too: colours are not seen by everybody, nor in every terminal.
_RESULTS = {
    Result.PASS: ("ok", "green"),
    Result.WARN: ("look", "bold yellow"),
    Result.FAIL: ("no", "bold red"),
    Result.UNKNOWN: ("unknown", "dim"),
}
_HEALTH = {Health.GOOD: ("ok", "green"), Health.NOTE: ("note", "yellow"), Health.BAD: ("bad", "bold red")}
Spelled = Callable[[str], str]
"""Makes the commands in a text fit to be typed here."""

_WIDE = 110  # columns, from which on a search shows everything
_PROBLEMS = 20
_CELL = 24  # characters of a file's cell that are shown


class RichOutput:
    """Tables and sentences on stdout."""

    def __init__(self, now: datetime, console: Console | None = None, *, spelled: Spelled = str) -> None:
        self._now = now
        self._spelled = spelled
        self._console = console or Console(highlight=False, emoji=False, markup=False)

    def hits(self, found: Hits, *, numbered: bool = False) -> None:
        if not found.hits:
            self._say("Nobody found at Stripe.", "yellow")
            return
        wide = self._console.width >= _WIDE
        several = len({hit.location for hit in found.hits}) > 1 or wide
        headings = [*(["#"] if numbered else []), *(["Location"] if several else []), "Name", "Email"]
        headings += [*(["Phone"] if wide else []), "Card", *(["Since"] if wide else []), "Linked to", "Stripe ID"]
        table = _table(*headings)
        table.columns[-1].no_wrap = True
        for number, hit in enumerate(found.hits, 1):
            cells = [*([str(number)] if numbered else []), *([hit.location] if several else [])]
            cells += [hit.customer.name, hit.customer.email, *([hit.customer.phone] if wide else [])]
            row = [_text(cell) for cell in cells]
            row += [self._card(hit.card), *([_text(f"{hit.customer.created:%Y-%m-%d}")] if wide else [])]
            table.add_row(*row, _linked_to(hit), _text(hit.customer.stripe_id, "cyan"))
        self._console.print(table)

    def connected(self, done: Connected) -> None:
        what = {
            Status.CONNECTED: f"Connected {done.customer} to {done.link.stripe_id} at {done.link.location}.",
            Status.REPLACED: f"Connected {done.customer} to {done.link.stripe_id} at {done.link.location}, "
            f"in place of {done.replaced}.",
            Status.UNCHANGED: f"{done.customer} is connected to {done.link.stripe_id} at {done.link.location} already.",
        }[done.status]
        until = f", good until {done.card.exp_month:02}/{done.card.exp_year}" if done.card else ""
        card = f" Card to be used: {done.card}{until}." if done.card else ""
        self._say(f"{what}{card}", "green")
        if not done.link.enabled:
            again = f"koalalink enable {done.customer.number} --location {done.link.location}"
            self._say(f"The link is switched off. To switch it on, type: {again}", "yellow")

    def unlinked(self, customer: Customer, links: Sequence[Link]) -> None:
        for link in links:
            self._say(f"Unlinked {customer} from {link.stripe_id} at {link.location}.", "green")

    def switched(self, customer: Customer, link: Link) -> None:
        state = "on" if link.enabled else "off"
        self._say(f"The link of {customer} to {link.stripe_id} at {link.location} is switched {state}.", "green")

    def cards(self, page: CustomerPage) -> None:
        table = _table("Location", "Stripe ID", "Card", "Good until", "Kind", "")
        for cards in page.cards:
            for card in cards.cards or ():
                marks = [*(["default"] if card.default else []), *(["expired"] if card.expired(self._now) else [])]
                marks += [] if cards.link.enabled else ["link switched off"]
                table.add_row(
                    _text(cards.link.location),
                    _text(cards.link.stripe_id, "cyan"),
                    _text(str(card)),
                    _text(f"{card.exp_month:02}/{card.exp_year}", "red" if card.expired(self._now) else ""),
                    _text(" ".join(part for part in (card.funding, card.wallet.replace("_", " ")) if part)),
                    _text(", ".join(marks), "red" if card.expired(self._now) else "green"),
                )
        if table.row_count:
            self._console.print(table)

    def customer_page(self, page: CustomerPage) -> None:
        customer, details = page.linked.customer, page.linked.customer.details
        place = ", ".join(part for part in (details.address, details.city, details.state, details.zip) if part)
        self._heading(str(customer))
        self._fields(
            ("Company", details.company),
            ("Email", details.email),
            ("Phone", details.phone),
            ("Address", ", ".join(part for part in (place, details.country) if part)),
            ("External ID", details.external_id),
            ("Notes", details.notes),
            *(json.loads(details.extra).items() if details.extra else ()),
        )
        for link in page.linked.links:
            verified = f"verified {link.verified_at:%Y-%m-%d}" if link.verified_at else "not verified"
            off = "" if link.enabled else ", switched off"
            self._say(f"At {link.location}: {link.stripe_id} ({verified}{off})", "cyan")
        if not page.linked.links:
            self._say(f"Not linked to Stripe. To link, type: koalalink connect {customer.number} cus_…", "yellow")
        self.cards(page)

    def stripe_page(self, page: StripePage) -> None:
        customer = page.customer
        self._heading(f"{customer}: {customer.stripe_id} at {page.location}")
        self._fields(
            ("Email", customer.email),
            ("Phone", customer.phone),
            ("Address", customer.address),
            ("Since", f"{customer.created:%Y-%m-%d}"),
            ("Mode", "live" if customer.livemode else "test"),
            ("Linked to", str(page.linked_to) if page.linked_to else "nobody"),
            *((f"Metadata {name}", value) for name, value in customer.metadata.items()),
            ("Dashboard", customer.url),
        )
        if page.cards is None:
            self._say("The key may not read payment methods.", "yellow")
        for card in page.cards or ():
            default = "default" if card.default else ""
            self._console.print(Text.assemble("Card         ", self._card(card), " ", (default, "green")))
        if page.cards == ():
            self._say("No saved card.", "yellow")

    def customers(self, page: Page) -> None:
        if not page.customers:
            self._say("No customer found.", "yellow")
            return
        table = _table("No.", "Name", "Email", "Phone", "Linked to Stripe")
        for linked in page.customers:
            details = linked.customer.details
            links = [f"{link.location} {link.stripe_id}{'' if link.enabled else ' (off)'}" for link in linked.links]
            table.add_row(
                _text(str(linked.customer.number)),
                _text(details.name),
                _text(details.email),
                _text(details.phone),
                _text("; ".join(links), "cyan"),
            )
        self._console.print(table)

    def added(self, customer: Customer) -> None:
        self._say(f"Added customer {customer.number}, {customer.details.name or customer.details.email}.", "green")

    def edited(self, customer: Customer) -> None:
        self._say(f"Changed customer {customer.number}, {customer.details.name or customer.details.email}.", "green")

    def removed(self, customer: Customer, links: Sequence[Link]) -> None:
        self._say(f"Removed customer {customer.number}, {customer.details.name or customer.details.email}.", "green")
        for link in links:
            self._say(f"The link to {link.stripe_id} at {link.location} went with it.", "yellow")

    def imported(self, done: Imported) -> None:
        parts = [f"{size:,} {what}" for what, size in _fates(done) if size]
        self._say(f"{_counted(done.rows, 'row')} of {done.file}: {', '.join(parts)}.", "green")
        links = (("linked", done.linked), ("linked already", done.already_linked), ("not linked", done.links_rejected))
        if any(size for _, size in links):
            self._say(f"Stripe IDs: {', '.join(f'{size:,} {what}' for what, size in links if size)}.", "green")
        if done.sharing:
            self._say(f"{done.sharing:,} of the new share an email with somebody of another name.", "yellow")
        if done.troubles:
            table = _table("Row", "Column", "Value", "Why it was not imported")
            for trouble in done.troubles:
                value = _text(_shortened(trouble.value))
                table.add_row(_text(str(trouble.row)), _text(trouble.column), value, _text(trouble.reason, "yellow"))
            self._console.print(table)
        if done.rejects:
            self._say(f"What was not imported is in {done.rejects}, with the reasons.", "yellow")
            self._say(f"Mend it there, save it, and type: koalalink customers import {done.rejects}", "yellow")
        if done.change is None:
            self._say("Nothing was changed.", "green")
        else:
            self._say(f"To take all of it back, type: koalalink undo {done.change}")

    def remapped(self, done: Remapped) -> None:
        fates = {"moved": done.moved, "unchanged": done.unchanged, "not in the file": done.missing}
        fates |= {"in conflict": done.conflicts}
        parts = ", ".join(f"{size:,} {what}" for what, size in fates.items() if size)
        self._say(f"{_counted(done.links, 'link')} at {done.location}: {parts or 'nothing to do'}.", "green")
        if done.problems:
            table = _table("Customer", "Old", "New", "Why it was not moved")
            for problem in done.problems[:_PROBLEMS]:
                table.add_row(
                    _text(problem.customer), _text(problem.old), _text(problem.new), _text(problem.reason, "yellow")
                )
            self._console.print(table)
        if len(done.problems) > _PROBLEMS:
            self._say(f"And {len(done.problems) - _PROBLEMS:,} more; --json shows all.", "yellow")
        if done.change is not None:
            self._say(f"To take all of it back, type: koalalink undo {done.change}")

    def problems(self, problems: Sequence[LinkProblem], checked: int) -> None:
        if not problems:
            self._say(f"{_counted(checked, 'link')} checked: nothing wrong.", "green")
            return
        table = _table("Customer", "Location", "Stripe ID", "What is wrong")
        for found in problems:
            style = "bold red" if dead(found) else "yellow"
            who, place = _text(str(found.customer)), _text(found.link.location)
            table.add_row(who, place, _text(found.link.stripe_id, "cyan"), _text(found.detail, style))
        self._console.print(table)
        self._say(f"{_counted(checked, 'link')} checked.")

    def history(self, changes: Sequence[Change]) -> None:
        if not changes:
            self._say("Nothing was changed.", "yellow")
            return
        table = _table("No.", "When", "Who", "What", "Undone")
        for change in changes:
            what = in_words(change) + (f" ({change.note})" if change.note else "")
            table.add_row(
                _text(str(change.number)),
                _text(ago(change.at, self._now)),
                _text(change.by),
                _text(what, "dim" if change.undone_by else ""),
                _text(f"by {change.undone_by}" if change.undone_by else "", "yellow"),
            )
        self._console.print(table)

    def undone(self, change: Change) -> None:
        self._say(f"Change {change.undoes} is undone. To do it again, type: koalalink undo {change.number}", "green")

    def locations(self, reports: Sequence[LocationReport]) -> None:
        table = _table("Location", "Name", "Mode", "Key", "Stripe")
        for report in reports:
            default = " (default)" if report.default else ""
            answer = _text("answers", "green") if report.answers else _text(report.problem, "bold red")
            mode = _text(report.mode, "bold" if report.mode == "live" else "")
            table.add_row(_text(report.location + default), _text(report.title), mode, _text(report.key), answer)
        if reports:
            self._console.print(table)

    def findings(self, findings: Sequence[Finding]) -> None:
        table = _table("", "About", "Found")
        for finding in findings:
            sign, style = _HEALTH[finding.health]
            told = _text(finding.text)
            if finding.advice:
                told.append("\n→ ", "yellow").append_text(_text(finding.advice))
            table.add_row(_text(sign, style), _text(finding.about), told)
        self._console.print(table)

    def _card(self, card: Card | None) -> Text:
        if card is None:
            return _text("no card", "yellow")
        expired = card.expired(self._now)
        brand = BRANDS.get(card.brand, card.brand.capitalize())
        short = f"{brand} {card.last4} {card.exp_month:02}/{card.exp_year % 100:02}"
        return _text(f"{short} expired" if expired else short, "red" if expired else "")

    def _heading(self, text: str) -> None:
        self._console.print(_text(text, "bold"))

    def _fields(self, *fields: tuple[str, str]) -> None:
        grid = Table.grid(padding=(0, 2))
        grid.add_column(style="dim", no_wrap=True)
        grid.add_column(overflow="fold")
        for name, value in fields:
            if value:
                grid.add_row(_text(name), _text(value))
        self._console.print(grid)

    def _say(self, text: str, style: str = "") -> None:
        _print_whole(self._console, _text(self._spelled(text), style))


class RichConversation:
    """Remarks, progress and questions on stderr."""

    def __init__(self, now: datetime, *, may_ask: bool, console: Console | None = None, spelled: Spelled = str) -> None:
        self._now = now
        self._spelled = spelled
        self._may_ask = may_ask
        self._console = console or Console(stderr=True, highlight=False, emoji=False, markup=False)

    @property
    def can_ask(self) -> bool:
        return self._may_ask

    def note(self, text: str) -> None:
        _print_whole(self._console, _text(self._spelled(text)))

    def warn(self, text: str) -> None:
        _print_whole(self._console, _text(self._spelled(text), "yellow"))

    def review(self, review: LinkReview) -> None:
        if not isinstance(review.profile.customer, Absence) and review.verdict.doubts:
            self._side_by_side(review)
        table = _table("Check", "", "Found", title=f"{review.ours} and {review.stripe_id} at {review.location}")
        for line in review.verdict.checks:
            sign, style = _RESULTS[line.result]
            table.add_row(_text(_CHECKS[line.check]), _text(sign, style), _text(line.detail))
        cards = review.profile.cards or ()
        for card in cards if len(cards) > 1 else ():
            state = "expired" if card.expired(self._now) else "default" if card.default else ""
            table.add_row(
                _text("Saved card"),
                _text(state, "red" if state == "expired" else "green"),
                _text(f"{card}, good until {card.exp_month:02}/{card.exp_year}"),
            )
        self._console.print(table)
        for doubt in review.verdict.doubts:
            self._console.print(_text(doubt, "bold yellow"))

    def _side_by_side(self, review: LinkReview) -> None:
        theirs = review.profile.customer
        if isinstance(theirs, Absence):
            return
        ours = review.ours.details
        place = ", ".join(part for part in (ours.address, ours.city, ours.state, ours.zip) if part)
        table = _table("", f"Yours: {review.ours.number}", f"Stripe's: {review.stripe_id}")
        for name, mine, other in (
            ("Name", ours.name, theirs.name),
            ("Email", ours.email, theirs.email),
            ("Phone", ours.phone, theirs.phone),
            ("Address", place, theirs.address),
        ):
            table.add_row(_text(name), _text(mine or "–"), _text(other or "–"))
        self._console.print(table)

    def confirm(self, question: str) -> bool:
        return self._ask(f"{question} [y/N]").strip().lower() in ("y", "yes")

    def answer(self, question: str, default: str) -> str:
        return self._ask(f"{question} [{default}]").strip() or default

    def secret(self, question: str) -> str:
        return getpass(f"{question}: ") if self._may_ask else sys.stdin.readline()

    def hits(self, found: Hits) -> None:
        RichOutput(self._now, self._console).hits(found, numbered=True)

    def choose(self, question: str, count: int) -> int | None:
        while True:
            answer = self._ask(f"{question} [1–{count}, or Enter for none]").strip()
            if not answer:
                return None
            if answer.isdigit() and 1 <= int(answer) <= count:
                return int(answer)
            self.warn(f"Type a number from 1 to {count}, or press Enter for none.")

    def _ask(self, question: str) -> str:
        self._console.print(_text(question, "bold"), end=" ")
        try:
            return input()
        except EOFError:
            self._console.print()
            return ""

    def columns(self, columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> None:
        table = _table("Column", "is taken for", *(f"Row {number}" for number in range(1, len(rows) + 1)))
        for column in columns:
            style = "yellow" if column.field == "extra" else "dim" if column.field == "ignore" else "green"
            cells = (_text(_shortened(row[column.place])) for row in rows)
            table.add_row(_text(column.title), _text(column.meaning, style), *cells)
        self._console.print(table)

    @contextmanager
    def counting(self, what: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
        known = (BarColumn(), TextColumn("of {task.total:,}"), TimeRemainingColumn()) if total else ()
        columns = (
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            TextColumn("{task.completed:,}"),
            *known,
            TimeElapsedColumn(),
        )
        progress = Progress(*columns, console=self._console, transient=True)
        task = progress.add_task(printable(what), total=total, visible=False)
        with progress:
            yield lambda count: progress.update(task, advance=count, visible=True)


def _fates(done: Imported) -> Iterator[tuple[str, int]]:
    yield "added", done.added
    yield "updated", done.updated
    yield "unchanged", done.unchanged
    yield "skipped", done.skipped
    yield "repeated in the file", done.repeated
    yield "not imported", done.rejected


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _shortened(text: str) -> str:
    return text if len(text) <= _CELL else f"{text[: _CELL - 1]}…"


def _print_whole(console: Console, text: Text) -> None:
    """Leave wrapping to the terminal, so that a command or an address in the text can be copied."""
    console.print(text, soft_wrap=True)


def _table(*headings: str, title: str = "") -> Table:
    table = Table(
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        collapse_padding=True,
        title=_text(title, "bold") if title else None,
        title_justify="left",
    )
    for heading in headings:
        table.add_column(_text(heading), overflow="fold")
    return table


def _linked_to(hit: Hit) -> Text:
    return _text(str(hit.linked_to) if hit.linked_to else "–", "green" if hit.linked_to else "dim")


def _text(text: str, style: str = "") -> Text:
    return Text(printable(text), style)
