"""What is said on stderr beside a result, whatever the result looks like: what it leaves out, and what to type next."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from koalalink.command_line import Command, Text
from koalalink.domain.text import counted, listed

if TYPE_CHECKING:
    from koalalink.domain.customers.customer_profile import SavedCards
    from koalalink.domain.customers.links import CustomerList
    from koalalink.domain.customers.results import Forgotten, Unlinked
    from koalalink.domain.importing.import_rows import Imported
    from koalalink.domain.linking.link_health import Verified
    from koalalink.domain.matching.decisions import Settled
    from koalalink.domain.search.results import Hits
    from koalalink.domain.setup.doctor import Locations
    from koalalink.domain.stripe.id_moves import Remapped


def remarks_on(result: object) -> Iterator[Text]:
    """Yield sentences; none for most results."""
    remarks = _REMARKS.get(type(result).__name__)
    return remarks(result) if remarks else iter(())


def _hits(found: Hits) -> Iterator[Text]:
    yield from found.notes
    if found.more:
        yield f"There are more than {found.limit}. Search for more of the name, or add --limit {found.limit * 5}."


def _customers(found: CustomerList) -> Iterator[Text]:
    if found.is_everybody and not found.customers:
        yield "To add one, type: " + Command("customers", "add", first_name="Jane", last_name="Doe")
    if found.more:
        yield f"There are more. To see the next, add: --offset {found.following}"


def _unlinked(done: Unlinked) -> Iterator[Text]:
    for link in done.links:
        yield "To link again, type: " + Command("connect", done.customer.number, link.stripe_id, location=link.location)


def _forgotten(done: Forgotten) -> Iterator[Text]:
    yield (
        f"Gone with the customer: {counted(done.links, 'link')}, the details of {counted(done.changes, 'change')} in "
        f"the history, {counted(done.copies, 'customer')} in the copy of Stripe's."
    )
    if left := [each for each in done.at_stripe if not each.is_gone]:
        yield "Stripe still has this customer. Delete it there too, or the next sync copies it again:"
        yield from (f"  {each.stripe_id} at {each.location}: {each.url}" for each in left)
    if gone := [each for each in done.at_stripe if each.is_gone]:
        yield f"Already deleted at Stripe: {listed(f'{each.stripe_id} at {each.location}' for each in gone)}."
    if done.external_id:
        yield f"In your booking system, delete the customer with the ID {done.external_id}."
    if done.blanked:
        yield f"An extra detail that held the same email was emptied: {listed(done.blanked)}."
    if done.mentioned:
        yield f"The same email is still the email, or in the notes, of {listed(done.mentioned)}."
    if done.backups:
        yield "These copies still have the customer; KoalaLink does not change them:"
        yield from (f"  {path}" for path in done.backups)
    yield "Files that were exported, sheets of decisions and backups in other folders may still have the customer."


def _saved_cards(page: SavedCards) -> Iterator[Text]:
    if page.linked and not page.linked.links:
        customer = page.linked.customer
        how = Command("connect", customer.number, "cus_…")
        yield f"{customer} is not linked to Stripe here. To link, type: " + how
    for cards in page.cards:
        if cards.cards is None:
            yield f"The key of {cards.location} has no permission to read payment methods."
        elif not cards.cards:
            yield f"{cards.stripe_id} at {cards.location} has no saved payment method."


def _imported(done: Imported) -> Iterator[Text]:
    would = "would " if done.dry_run else ""
    for reason, what in (("this phone number", "phone numbers"), ("this ID", "IDs")):
        left_out = [each for each in done.left_out if reason in each.reason]
        if left_out:
            rows = listed(dict.fromkeys(str(each.row) for each in left_out))
            come = "would come in" if would else "came in"
            yield (
                f"A spreadsheet has rounded {what}, as {left_out[0].value}: the customers of row {rows} {come} "
                "without them. In the program that made the file, export it again."
            )
    if addresses := done.counts.other_addresses:
        kept = "would be kept" if would else "kept"
        yield f"Customers with more than one address: {addresses:,} {kept} as “Other address”."
    yield from _tried(done)
    if done.dry_run:
        yield "To import it, type: " + done.again


def _tried(done: Imported | Remapped | Settled) -> Iterator[Text]:
    if done.dry_run:
        yield "This is what would happen. Nothing was changed, because of --dry-run."


def _verified(found: Verified) -> Iterator[Text]:
    if off := found.switched_off:
        verb = "was" if off.links == 1 else "were"
        told = f"{counted(off.links, 'dead link')} {verb} switched off."
        yield told if off.change is None else f"{told} To undo that, type: " + Command("undo", off.change)


def _locations(found: Locations) -> Iterator[Text]:
    if not found.reports:
        yield "No location is set up yet. Type: " + Command("init")
    by_account: dict[str, list[str]] = {}
    for report in found.reports:
        for account in report.known.ids:
            by_account.setdefault(account, []).append(report.location)
    for locations in (each for each in by_account.values() if len(each) > 1):
        yield f"{listed(locations)} have the same Stripe account. Is one of the keys another location's?"


_REMARKS: dict[str, Callable[[Any], Iterator[Text]]] = {
    "Hits": _hits,
    "Forgotten": _forgotten,
    "CustomerList": _customers,
    "Unlinked": _unlinked,
    "SavedCards": _saved_cards,
    "Imported": _imported,
    "Remapped": _tried,
    "Settled": _tried,
    "Verified": _verified,
    "Locations": _locations,
}
"""By the name of the type of result."""
