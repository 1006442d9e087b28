"""Drawn for people: what was done with many customers at once."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from koalalink.command_line import Command
from koalalink.domain.importing.import_rows import Counts, Imported, Trouble
from koalalink.domain.linking.link_health import Verified, dead
from koalalink.domain.matching.decisions import Matched, Settled, settled_in_words
from koalalink.domain.matching.duplicates import Duplicates, OwnDuplicates
from koalalink.domain.mirror.mirror import Synced
from koalalink.domain.mirror.status import Status
from koalalink.domain.stripe.customer import Business
from koalalink.domain.stripe.id_moves import Remapped
from koalalink.domain.text import counted, listed
from koalalink.render.views.match_summary import draw_matched
from koalalink.render.views.screen import Screen, day
from koalalink.render.views.status_chart import pictured, pictured_together
from koalalink.render.views.tables import Column, print_table, shortened, shown

_PROBLEMS = 20


def _imported(done: Imported, screen: Screen) -> None:
    counts, would = done.counts, " would be" if done.dry_run else ""
    parts = [f"{size:,} {what}" for what, size in _fates(counts) if size]
    screen.say(f"{counted(done.rows, 'row')} of {done.file}{would}: {', '.join(parts)}.", "green")
    links = {"linked": counts.linked, "already linked": counts.already_linked, "not linked": counts.links_rejected}
    if any(links.values()):
        told = ", ".join(f"{size:,} {what}" for what, size in links.items() if size)
        screen.say(f"Stripe IDs{would}: {told}.", "green")
    if counts.sharing:
        verb = "would share" if would else "shares" if counts.sharing == 1 else "share"
        screen.say(
            f"{counts.sharing:,} of the new ones {verb} an email address with somebody who has another name.", "yellow"
        )
    have = "would not be" if would else "was not"
    _say_troubles([each for each in done.troubles if not each.is_of_link], f"Why it {have} imported", screen)
    _say_troubles([each for each in done.troubles if each.is_of_link], f"Why the Stripe ID {have} linked", screen)
    if counts.rejected + counts.links_rejected > len(done.troubles):
        screen.say(f"These are the first {len(done.troubles)}.", "yellow")
    if done.rejects:
        screen.say(f"The rows that this is about are in {done.rejects}, with the reasons.", "yellow")
        screen.say("Fix them there, save the file, and type: " + done.again, "yellow")
    _say_how_to_undo(done.change, screen)
    if done.change is None and not done.dry_run:
        screen.say("Nothing was changed.", "green")


def _say_troubles(troubles: Sequence[Trouble], why: str, screen: Screen) -> None:
    rows = [
        [
            shown(str(trouble.row)),
            shown(trouble.column),
            shown(shortened(trouble.value)),
            shown(trouble.reason, "yellow"),
        ]
        for trouble in troubles
    ]
    if rows:
        print_table(screen.console, ("Row", "Column", "Value", why), rows)


def _fates(counts: Counts) -> Iterator[tuple[str, int]]:
    yield "added", counts.added
    yield "updated", counts.updated
    yield "unchanged", counts.unchanged
    yield "skipped", counts.skipped
    yield "repeated in the file", counts.repeated
    yield "not imported", counts.rejected


def _say_how_to_undo(change: int | None, screen: Screen) -> None:
    if change is not None:
        screen.say("To undo all of it, type: " + Command("undo", change))


def _say_how_many_more(problems: int, screen: Screen) -> None:
    if problems > _PROBLEMS:
        screen.say(f"And {problems - _PROBLEMS:,} more; --json shows all.", "yellow")


def _remapped(done: Remapped, screen: Screen) -> None:
    fates = {"moved": done.moved, "unchanged": done.unchanged, "not in the file": done.missing}
    fates |= {"in conflict": done.conflicts}
    parts = ", ".join(f"{size:,} {what}" for what, size in fates.items() if size)
    screen.say(f"{counted(done.links, 'link')} at {done.location}: {parts or 'nothing to do'}.", "green")
    if done.problems:
        rows = [
            [shown(each.customer), shown(each.old), shown(each.new), shown(each.reason, "yellow")]
            for each in done.problems[:_PROBLEMS]
        ]
        columns = ("Customer", Column("Old", folds=True), Column("New", folds=True), "Why it was not moved")
        print_table(screen.console, columns, rows)
    _say_how_many_more(len(done.problems), screen)
    _say_how_to_undo(done.change, screen)


def _settled(done: Settled, screen: Screen) -> None:
    screen.say(settled_in_words(done), "green")
    if done.problems:
        rows = [
            [
                shown(str(each.row)),
                shown(str(each.customer or "–")),
                shown(each.stripe_id, "cyan"),
                shown(each.reason, "yellow"),
            ]
            for each in done.problems[:_PROBLEMS]
        ]
        print_table(screen.console, ("Row", "Customer", "Stripe ID", "Why it was not done"), rows)
    _say_how_many_more(len(done.problems), screen)
    _say_how_to_undo(done.change, screen)


def _verified(found: Verified, screen: Screen) -> None:
    if not found.problems:
        screen.say(f"{counted(found.checked, 'link')} checked, no problems found.", "green")
        return
    rows = [
        [
            shown(str(each.customer) if links == 1 else f"{links:,} links"),
            shown(each.link.location),
            shown(each.link.stripe_id if links == 1 else "", "cyan"),
            shown(each.detail, "bold red" if dead(each) else "yellow"),
        ]
        for each, links in found.lines
    ]
    columns = ("Customer", Column("Location", folds=True), Column("Stripe ID", folds=True), "Problem")
    print_table(screen.console, columns, rows)
    screen.say(f"{counted(found.checked, 'link')} checked.")


def _synced(done: Synced, screen: Screen) -> None:
    for each in done.locations:
        fates = {"new": each.new, "changed": each.changed, "gone from Stripe": each.gone}
        parts = ", ".join(f"{size:,} {what}" for what, size in fates.items() if size)
        screen.say(
            f"{each.location}: {counted(each.customers, 'Stripe customer')} copied. "
            f"Since the last time: {parts or 'nothing new'}.",
            "green",
        )


def _status(found: Status, screen: Screen) -> None:
    for each in found.standings:
        screen.console.print(pictured(each, screen.now))
    if len(found.standings) > 1 and all(each.ready is not None for each in found.standings):
        screen.console.print(pictured_together(found.overall))


def _own_duplicates(found: OwnDuplicates, screen: Screen) -> None:
    if not found.groups:
        screen.say("Nobody seems to be in your list twice.", "green")
        return
    for each in found.groups:
        rows = []
        for customer, links in each.customers:
            details = customer.details
            cells = (str(customer.number), details.name, details.email, details.phone, details.place)
            linked = ", ".join(link.location for link in links) or "–"
            rows.append([*map(shown, cells), shown(linked, "green" if links else "dim")])
        columns = ("No.", Column("Name", whole=True), Column("Email", folds=True), Column("Phone", folds=True))
        more = (Column("Address", folds=True), "Linked at")
        print_table(
            screen.console, (*columns, *more), rows, title=f"Perhaps the same person: same {listed(each.same)}", above=1
        )
        if each.doubt:
            screen.say(f"They may be two people. {each.doubt}", "yellow")
        first, second, *_ = (linked.customer.number for linked in each.customers)
        screen.say("To merge them, type: " + Command("customers", "merge", first, second))


def _duplicates(found: Duplicates, screen: Screen) -> None:
    if not found.groups:
        screen.say("Nobody has several Stripe customers.", "green")
        return
    for each in found.groups:
        rows = []
        for index, (customer, holder) in enumerate(zip(each.customers, each.linked_to, strict=True)):
            rows.append(
                [
                    shown(customer.stripe_id, "cyan"),
                    shown(customer.email),
                    shown(customer.phone),
                    screen.card(customer.card),
                    shown(day(customer.created)),
                    shown(str(holder) if holder else "–", "green" if holder else "dim"),
                    shown("our pick" if index == 0 else "", "green"),
                ]
            )
            if each.business:
                rows[-1].insert(4, shown(_going_on(each.business[index])))
        columns: tuple[str | Column, ...] = ("Stripe ID", Column("Email", folds=True), Column("Phone", folds=True))
        title = f"{each.customers[0]} at {each.location}: same {listed(each.same)}"
        more: list[str | Column] = [Column("Payment method", whole=True), "Since", "Linked to", ""]
        if each.business:
            more.insert(1, Column("Going on", whole=True))
        print_table(screen.console, (*columns, *more), rows, title=title)
        screen.say(f"We would pick {each.customers[0].stripe_id}: it {each.reason}.")
        screen.console.print()
    several = "1 person has" if len(found.groups) == 1 else f"{len(found.groups):,} people have"
    screen.say(f"{several} several Stripe customers. Nothing was changed.")


def _going_on(business: Business | None) -> str:
    if business is None:
        return ""
    subscriptions, invoices = business
    parts = [counted(subscriptions, "subscription")] * bool(subscriptions)
    parts += [counted(invoices, "open invoice")] * bool(invoices)
    return ", ".join(parts) or "–"


def _matched(found: Matched, screen: Screen) -> None:
    draw_matched(found, screen)


DRAWINGS: dict[str, Callable[[Any, Screen], None]] = {
    "Imported": _imported,
    "Remapped": _remapped,
    "Matched": _matched,
    "Settled": _settled,
    "Synced": _synced,
    "Status": _status,
    "Duplicates": _duplicates,
    "OwnDuplicates": _own_duplicates,
    "Verified": _verified,
}
