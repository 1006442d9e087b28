"""Drawn for people: customers of either side, their links, their cards, and what was done to them."""

import json
from collections.abc import Callable, Sequence
from typing import Any

from rich.text import Text

from koalalink.command_line import Command
from koalalink.domain.customers.customer import FIELDS
from koalalink.domain.customers.customer_profile import CustomerPage, LinkCards, SavedCards, StripePage
from koalalink.domain.customers.links import CustomerList
from koalalink.domain.customers.results import Removed, Switched, Unlinked
from koalalink.domain.history.changes import History, Undone
from koalalink.domain.history.descriptions import ago, in_words
from koalalink.domain.history.notes import worded
from koalalink.domain.linking.checks import is_verified
from koalalink.domain.linking.results import Connected, Status
from koalalink.domain.search.results import Hits
from koalalink.domain.stripe.customer import told_besides
from koalalink.render.views.screen import Screen, day
from koalalink.render.views.tables import Column, print_fields, print_table, shown

_IN_ONE_LINE = ("first_name", "last_name", "city", "state", "zip", "country")
"""Fields that stand on a page in the heading, or behind the address."""


def draw_hits(found: Hits, screen: Screen, *, numbered: bool = False) -> None:
    """Draw what a search has found; numbers are for choosing."""
    if found.ours:
        _draw_ours(found, screen)
    if not found.hits:
        screen.say("Nobody found at Stripe.", "yellow")
        return
    several = found.needs_location or len({hit.location for hit in found.hits}) > 1
    columns: list[str | Column] = [Column("Name", whole=True), Column("Email", folds=True), Column("Phone", folds=True)]
    columns += [Column("Payment method", whole=True), Column("Since", folds=True), "Linked to", "Stripe ID"]
    if several:
        columns.insert(1, Column("Location", folds=True))
    rows = []
    for number, hit in enumerate(found.hits, 1):
        customer = hit.customer
        row = [shown(customer.name), shown(customer.email), shown(customer.phone), screen.card(hit.card)]
        linked = shown(str(hit.linked_to), "green") if hit.linked_to else shown("–", "dim")
        row += [shown(day(customer.created)), linked, shown(customer.stripe_id, "cyan")]
        if several:
            row.insert(1, shown(hit.location))
        rows.append([shown(str(number), "bold"), *row] if numbered else row)
    title = "At Stripe" if found.ours else ""
    print_table(screen.console, ["#", *columns] if numbered else columns, rows, title=title, above=int(numbered))


def _draw_ours(found: Hits, screen: Screen) -> None:
    rows = []
    for customer, links in found.ours:
        details = customer.details
        linked = ", ".join(link.location for link in links) or "–"
        cells = (str(customer.number), details.name, details.email, details.phone)
        rows.append([*map(shown, cells), shown(linked, "green" if links else "dim")])
    columns = ("No.", Column("Name", whole=True), Column("Email", folds=True), Column("Phone", folds=True), "Linked at")
    print_table(screen.console, columns, rows, title="In your own list", above=1)


def _connected(done: Connected, screen: Screen) -> None:
    link = done.link
    what = {
        Status.CONNECTED: f"Connected {done.customer} to {link.stripe_id} at {link.location}.",
        Status.REPLACED: f"Connected {done.customer} to {link.stripe_id} at {link.location}, instead of "
        f"{done.replaced}.",
        Status.UNCHANGED: f"{done.customer} is already connected to {link.stripe_id} at {link.location}.",
    }[done.status]
    card = f" To be charged: {done.card}{done.card.until}." if done.card else ""
    screen.say(f"{what}{card}", "green")
    if not link.enabled:
        again = Command("enable", done.customer.number, location=link.location)
        screen.say("The link is switched off. To switch it on, type: " + again, "yellow")


def _unlinked(done: Unlinked, screen: Screen) -> None:
    for link in done.links:
        screen.say(f"Unlinked {done.customer} from {link.stripe_id} at {link.location}.", "green")


def _switched(done: Switched, screen: Screen) -> None:
    link, state = done.link, "on" if done.link.enabled else "off"
    screen.say(f"The link of {done.customer} to {link.stripe_id} at {link.location} is switched {state}.", "green")


def _removed(done: Removed, screen: Screen) -> None:
    for link in done.links:
        screen.say(f"The link to {link.stripe_id} at {link.location} was removed as well.", "yellow")


def _saved_cards(page: SavedCards, screen: Screen) -> None:
    _print_cards(page.cards, screen)


def _print_cards(of_links: Sequence[LinkCards], screen: Screen) -> None:
    rows = []
    for cards in of_links:
        for card in cards.cards or ():
            expired = card.expired(screen.now)
            marks = ["default"] * card.default + ["expired"] * expired + [card.problem] * bool(card.problem)
            marks += ["link switched off"] * (not cards.enabled)
            kind = " ".join(part for part in (card.funding, card.wallet.replace("_", " "), card.bank) if part)
            rows.append(
                [
                    shown(str(card)),
                    shown(f"{card.exp_month:02}/{card.exp_year}" if card.exp_year else "", "red" if expired else ""),
                    shown(kind),
                    shown(", ".join(marks), "green" if card.usable(screen.now) else "red"),
                    shown(cards.location),
                    shown(cards.stripe_id, "cyan"),
                ]
            )
    columns = (
        Column("Payment method", whole=True),
        "Good until",
        Column("Kind", folds=True),
        "",
        Column("Location", folds=True),
        "Stripe ID",
    )
    if rows:
        print_table(screen.console, columns, rows)


def _customer_page(page: CustomerPage, screen: Screen) -> None:
    customer, details = page.linked.customer, page.linked.customer.details
    screen.say(str(customer), "bold")
    address = ", ".join(part for part in (details.place, details.country) if part)
    fields = [
        (field.title, address if field.name == "address" else getattr(details, field.name))
        for field in FIELDS
        if field.name not in _IN_ONE_LINE
    ]
    extra = json.loads(details.extra).items() if details.extra else ()
    print_fields(screen.console, [*fields, *extra])
    for link in page.linked.links:
        verified = f"verified {link.verified_at:%Y-%m-%d}" if link.verified_at else "not verified"
        if link.verified_at and not is_verified(customer, link, screen.now):
            verified = "verified when the details were different"
        off = "" if link.enabled else ", switched off"
        screen.say(f"At {link.location}: {link.stripe_id} ({verified}{off})", "cyan")
    if not page.linked.links:
        how = Command("connect", customer.number, "cus_…")
        screen.say("Not linked to Stripe. To link, type: " + how, "yellow")
    _print_cards(page.cards, screen)


def _stripe_page(page: StripePage, screen: Screen) -> None:
    customer = page.customer
    screen.say(f"{customer}: {customer.stripe_id} at {page.location}", "bold")
    print_fields(
        screen.console,
        [
            ("Email", customer.email),
            ("Phone", customer.phone),
            ("Address", str(customer.address)),
            ("Since", day(customer.created)),
            *told_besides(customer),
            ("Mode", "live" if customer.livemode else "test"),
            ("Linked to", str(page.linked_to) if page.linked_to else "nobody"),
            *((f"Metadata {name}", value) for name, value in customer.metadata.items()),
            ("Dashboard", customer.url),
        ],
    )
    if page.cards is None:
        screen.say("The key has no permission to read payment methods.", "yellow")
    for card in page.cards or ():
        default = " default" if card.default else ""
        screen.console.print(Text.assemble("Payment method  ", screen.card(card), (default, "green")))
    if page.cards == ():
        screen.say("No saved payment method.", "yellow")


def _customers(found: CustomerList, screen: Screen) -> None:
    if not found.customers:
        screen.say("No customer found.", "yellow")
        return
    rows = []
    for linked in found.customers:
        details = linked.customer.details
        links = [f"{link.location} {link.stripe_id}{'' if link.enabled else ' (off)'}" for link in linked.links]
        cells = (str(linked.customer.number), details.name, details.email, details.phone)
        rows.append([*map(shown, cells), shown("\n".join(links), "cyan")])
    columns = (
        "No.",
        Column("Name", whole=True),
        Column("Email", folds=True),
        Column("Phone", folds=True),
        "Linked to Stripe",
    )
    print_table(screen.console, columns, rows, above=1)


def _history(found: History, screen: Screen) -> None:
    if not found.changes:
        screen.say("Nothing was changed.", "yellow")
        return
    rows = []
    for change in found.changes:
        why = "" if change.note is None or change.moved else worded(change.note)
        what = in_words(change) + (f" ({why})" if why else "")
        rows.append(
            [
                shown(str(change.number)),
                shown(ago(change.at, screen.now)),
                shown(change.by),
                shown(what, "dim" if change.undone_by else ""),
                shown(f"by {change.undone_by}" if change.undone_by else "", "yellow"),
            ]
        )
    print_table(screen.console, ("No.", "When", "Who", "What", "Undone"), rows)
    for person in found.people:
        screen.say(person)
    if found.more:
        screen.say(f"And {found.more:,} more. To see all, add --all.", "dim")


def _undone(done: Undone, screen: Screen) -> None:
    again = Command("undo", done.change.number)
    screen.say(f"Change {done.change.undoes} is undone. To do it again, type: " + again, "green")


DRAWINGS: dict[str, Callable[[Any, Screen], None]] = {
    "Hits": draw_hits,
    "Connected": _connected,
    "Unlinked": _unlinked,
    "Switched": _switched,
    "Removed": _removed,
    "SavedCards": _saved_cards,
    "CustomerPage": _customer_page,
    "StripePage": _stripe_page,
    "CustomerList": _customers,
    "History": _history,
    "Undone": _undone,
}
