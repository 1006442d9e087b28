"""Output for people at a terminal, by Rich: tables and sentences on stdout."""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime

from rich.console import Console
from rich.table import Table
from rich.text import Text

from koalalink.domain.backups import Backup
from koalalink.domain.changes import Change
from koalalink.domain.checks import is_verified
from koalalink.domain.checkup import Finding, Health, LocationReport
from koalalink.domain.chronicle import ago, in_words
from koalalink.domain.connecting import Connected, Status
from koalalink.domain.customers import Customer
from koalalink.domain.decisions import Matched, Settled, settled_in_words
from koalalink.domain.directory import Synced
from koalalink.domain.doubles import Doubles
from koalalink.domain.hits import Hit, Hits
from koalalink.domain.imports import Imported
from koalalink.domain.link_problems import LinkProblem, dead
from koalalink.domain.links import Link, Page
from koalalink.domain.pages import CustomerPage, StripePage
from koalalink.domain.remaps import Remapped
from koalalink.domain.standing import Standing
from koalalink.domain.stripe_customers import BRANDS, Card
from koalalink.domain.text import counted
from koalalink.hints import Command
from koalalink.hints import Text as Sayable
from koalalink.render.matching import summary
from koalalink.render.status import pictured
from koalalink.render.widgets import Spelled, columned, print_whole, shortened, shown

_HEALTH = {Health.GOOD: ("ok", "green"), Health.NOTE: ("note", "yellow"), Health.BAD: ("bad", "bold red")}
_WIDE = 110  # columns, from which on a search shows everything
_PROBLEMS = 20


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
        table = columned(*headings)
        table.columns[-1].no_wrap = True
        for number, hit in enumerate(found.hits, 1):
            cells = [*([str(number)] if numbered else []), *([hit.location] if several else [])]
            cells += [hit.customer.name, hit.customer.email, *([hit.customer.phone] if wide else [])]
            row = [shown(cell) for cell in cells]
            row += [self._card(hit.card), *([shown(_day(hit.customer.created))] if wide else [])]
            table.add_row(*row, _linked_to(hit), shown(hit.customer.stripe_id, "cyan"))
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
            again = Command("enable", done.customer.number, location=done.link.location)
            self._say("The link is switched off. To switch it on, type: " + again, "yellow")

    def unlinked(self, customer: Customer, links: Sequence[Link]) -> None:
        for link in links:
            self._say(f"Unlinked {customer} from {link.stripe_id} at {link.location}.", "green")

    def switched(self, customer: Customer, link: Link) -> None:
        state = "on" if link.enabled else "off"
        self._say(f"The link of {customer} to {link.stripe_id} at {link.location} is switched {state}.", "green")

    def cards(self, page: CustomerPage) -> None:
        table = columned("Location", "Stripe ID", "Card", "Good until", "Kind", "")
        for cards in page.cards:
            for card in cards.cards or ():
                marks = [*(["default"] if card.default else []), *(["expired"] if card.expired(self._now) else [])]
                marks += [] if cards.link.enabled else ["link switched off"]
                table.add_row(
                    shown(cards.link.location),
                    shown(cards.link.stripe_id, "cyan"),
                    shown(str(card)),
                    shown(f"{card.exp_month:02}/{card.exp_year}", "red" if card.expired(self._now) else ""),
                    shown(" ".join(part for part in (card.funding, card.wallet.replace("_", " ")) if part)),
                    shown(", ".join(marks), "red" if card.expired(self._now) else "green"),
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
            if link.verified_at and not is_verified(customer, link, self._now):
                verified = "verified for other details than these"
            off = "" if link.enabled else ", switched off"
            self._say(f"At {link.location}: {link.stripe_id} ({verified}{off})", "cyan")
        if not page.linked.links:
            how = Command("connect", customer.number, "cus_…")
            self._say("Not linked to Stripe. To link, type: " + how, "yellow")
        self.cards(page)

    def stripe_page(self, page: StripePage) -> None:
        customer = page.customer
        self._heading(f"{customer}: {customer.stripe_id} at {page.location}")
        self._fields(
            ("Email", customer.email),
            ("Phone", customer.phone),
            ("Address", str(customer.address)),
            ("Since", _day(customer.created)),
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
        table = columned("No.", "Name", "Email", "Phone", "Linked to Stripe")
        for linked in page.customers:
            details = linked.customer.details
            links = [f"{link.location} {link.stripe_id}{'' if link.enabled else ' (off)'}" for link in linked.links]
            table.add_row(
                shown(str(linked.customer.number)),
                shown(details.name),
                shown(details.email),
                shown(details.phone),
                shown("; ".join(links), "cyan"),
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
        would = "This would happen to the " if done.dry_run else ""
        self._say(f"{would}{counted(done.rows, 'row')} of {done.file}: {', '.join(parts)}.", "green")
        links = (("linked", done.linked), ("linked already", done.already_linked), ("not linked", done.links_rejected))
        if any(size for _, size in links):
            self._say(f"Stripe IDs: {', '.join(f'{size:,} {what}' for what, size in links if size)}.", "green")
        if done.sharing:
            self._say(f"{done.sharing:,} of the new share an email with somebody of another name.", "yellow")
        if done.troubles:
            table = columned(
                "Row", "Column", "Value", "Why it cannot be imported" if done.dry_run else "Why it was not imported"
            )
            for trouble in done.troubles:
                value = shown(shortened(trouble.value))
                table.add_row(shown(str(trouble.row)), shown(trouble.column), value, shown(trouble.reason, "yellow"))
            self._console.print(table)
        if done.rejects:
            self._say(f"What was not imported is in {done.rejects}, with the reasons.", "yellow")
            if done.again:
                self._say("Fix it there, save it, and type: " + done.again, "yellow")
        if done.change is not None:
            self._say("To take all of it back, type: " + Command("undo", done.change))
        elif not done.dry_run:
            self._say("Nothing was changed.", "green")

    def remapped(self, done: Remapped) -> None:
        fates = {"moved": done.moved, "unchanged": done.unchanged, "not in the file": done.missing}
        fates |= {"in conflict": done.conflicts}
        parts = ", ".join(f"{size:,} {what}" for what, size in fates.items() if size)
        self._say(f"{counted(done.links, 'link')} at {done.location}: {parts or 'nothing to do'}.", "green")
        if done.problems:
            table = columned("Customer", "Old", "New", "Why it was not moved")
            for problem in done.problems[:_PROBLEMS]:
                table.add_row(
                    shown(problem.customer), shown(problem.old), shown(problem.new), shown(problem.reason, "yellow")
                )
            self._console.print(table)
        if len(done.problems) > _PROBLEMS:
            self._say(f"And {len(done.problems) - _PROBLEMS:,} more; --json shows all.", "yellow")
        if done.change is not None:
            self._say("To take all of it back, type: " + Command("undo", done.change))

    def problems(self, problems: Sequence[LinkProblem], checked: int) -> None:
        if not problems:
            self._say(f"{counted(checked, 'link')} checked: nothing wrong.", "green")
            return
        table = columned("Customer", "Location", "Stripe ID", "What is wrong")
        for found in problems:
            style = "bold red" if dead(found) else "yellow"
            who, place = shown(str(found.customer)), shown(found.link.location)
            table.add_row(who, place, shown(found.link.stripe_id, "cyan"), shown(found.detail, style))
        self._console.print(table)
        self._say(f"{counted(checked, 'link')} checked.")

    def synced(self, done: Sequence[Synced]) -> None:
        for each in done:
            fates = {"new": each.new, "changed": each.changed, "gone from Stripe": each.gone}
            parts = ", ".join(f"{size:,} {what}" for what, size in fates.items() if size)
            self._say(
                f"{each.location}: {counted(each.customers, 'customer')} of Stripe's at hand. "
                f"Since the last time: {parts or 'nothing new'}.",
                "green",
            )

    def standings(self, found: Sequence[Standing]) -> None:
        for each in found:
            self._console.print(pictured(each, self._now))

    def doubles(self, found: Sequence[Doubles]) -> None:
        if not found:
            self._say("Nobody has several Stripe customers.", "green")
            return
        for each in found:
            title = f"{each.customers[0]} at {each.location}: same {' and '.join(each.same)}"
            table = columned("", "Email", "Card", "Since", "Linked to", "Stripe ID", title=title)
            table.columns[-1].no_wrap = table.columns[3].no_wrap = True
            for place, (customer, holder) in enumerate(zip(each.customers, each.linked_to, strict=True)):
                table.add_row(
                    shown("pick" if place == 0 else "", "green"),
                    shown(customer.email),
                    self._card(customer.card),
                    shown(_day(customer.created)),
                    shown(str(holder) if holder else "–", "green" if holder else "dim"),
                    shown(customer.stripe_id, "cyan"),
                )
            self._console.print(table)
            self._say(f"We would pick {each.customers[0].stripe_id}: it {each.reason}.")
            self._console.print()
        several = "1 person has" if len(found) == 1 else f"{len(found):,} people have"
        self._say(f"{several} several Stripe customers. Nothing was changed.")

    def matched(self, found: Matched) -> None:
        for part in summary(found):
            if isinstance(part, Table):
                self._console.print(part)
            else:
                self._say(*part)

    def settled(self, done: Settled) -> None:
        self._say(settled_in_words(done), "green")
        if done.problems:
            table = columned("Row", "Customer", "Stripe ID", "Why it was not carried out")
            for problem in done.problems[:_PROBLEMS]:
                who, what = str(problem.customer or "–"), shown(problem.stripe_id, "cyan")
                table.add_row(shown(str(problem.row)), shown(who), what, shown(problem.reason, "yellow"))
            self._console.print(table)
        if len(done.problems) > _PROBLEMS:
            self._say(f"And {len(done.problems) - _PROBLEMS:,} more; --json shows all.", "yellow")
        if done.change is not None:
            self._say("To take all of it back, type: " + Command("undo", done.change))

    def backed_up(self, done: Backup) -> None:
        held = f"{counted(done.contents.customers, 'customer')} and {counted(done.contents.links, 'link')}"
        self._say(f"Copied {held} into {done.file}, and checked it.", "green")
        self._say("Your customers are in it, and no key. To bring it back, type: " + Command("restore", done.file))

    def restored(self, done: Backup) -> None:
        held = f"{counted(done.contents.customers, 'customer')} and {counted(done.contents.links, 'link')}"
        self._say(f"Your store has {held} again, as {done.file} has them.", "green")
        if done.kept:
            self._say(f"What was there before is in {done.kept}. Back to that: " + Command("restore", done.kept))

    def history(self, changes: Sequence[Change]) -> None:
        if not changes:
            self._say("Nothing was changed.", "yellow")
            return
        table = columned("No.", "When", "Who", "What", "Undone")
        for change in changes:
            what = in_words(change) + (f" ({change.note})" if change.note else "")
            table.add_row(
                shown(str(change.number)),
                shown(ago(change.at, self._now)),
                shown(change.by),
                shown(what, "dim" if change.undone_by else ""),
                shown(f"by {change.undone_by}" if change.undone_by else "", "yellow"),
            )
        self._console.print(table)

    def undone(self, change: Change) -> None:
        again = Command("undo", change.number)
        self._say(f"Change {change.undoes} is undone. To do it again, type: " + again, "green")

    def locations(self, reports: Sequence[LocationReport]) -> None:
        table = columned("Location", "Name", "Mode", "Key", "Stripe")
        for report in reports:
            default = " (default)" if report.default else ""
            answer = shown("answers", "green") if report.answers else shown(report.problem, "bold red")
            mode = shown(report.mode, "bold" if report.mode == "live" else "")
            table.add_row(shown(report.location + default), shown(report.title), mode, shown(report.key), answer)
        if reports:
            self._console.print(table)

    def findings(self, findings: Sequence[Finding]) -> None:
        table = columned("", "About", "Found")
        for finding in findings:
            sign, style = _HEALTH[finding.health]
            told = shown(finding.text)
            if finding.advice:
                told.append("\n→ ", "yellow").append_text(shown(self._spelled(finding.advice)))
            table.add_row(shown(sign, style), shown(finding.about), told)
        self._console.print(table)

    def _card(self, card: Card | None) -> Text:
        if card is None:
            return shown("no card", "yellow")
        expired = card.expired(self._now)
        brand = BRANDS.get(card.brand, card.brand.capitalize())
        short = f"{brand} {card.last4} {card.exp_month:02}/{card.exp_year % 100:02}"
        return shown(f"{short} expired" if expired else short, "red" if expired else "")

    def _heading(self, text: str) -> None:
        self._console.print(shown(text, "bold"))

    def _fields(self, *fields: tuple[str, str]) -> None:
        grid = Table.grid(padding=(0, 2))
        grid.add_column(style="dim", no_wrap=True)
        grid.add_column(overflow="fold")
        for name, value in fields:
            if value:
                grid.add_row(shown(name), shown(value))
        self._console.print(grid)

    def _say(self, text: Sayable, style: str = "") -> None:
        print_whole(self._console, shown(self._spelled(text), style))


def _fates(done: Imported) -> Iterator[tuple[str, int]]:
    yield "added", done.added
    yield "updated", done.updated
    yield "unchanged", done.unchanged
    yield "skipped", done.skipped
    yield "repeated in the file", done.repeated
    yield "not imported", done.rejected


def _day(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d}" if moment else ""


def _linked_to(hit: Hit) -> Text:
    return shown(str(hit.linked_to) if hit.linked_to else "–", "green" if hit.linked_to else "dim")
