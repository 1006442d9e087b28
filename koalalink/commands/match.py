"""`match`, `apply` and `review`: who is who at Stripe, for a whole customer base."""

from pathlib import Path
from typing import Annotated

import typer

from koalalink.commands import options as o
from koalalink.context import AppContext
from koalalink.operations import deciding
from koalalink.operations.matching import certain_now, certain_pairs, side_by_side
from koalalink.operations.matching import match as propose

app = typer.Typer(add_completion=False)


@app.command(rich_help_panel=o.BULK)
def match(
    ctx: typer.Context,
    location: o.LocationOption = None,
    sheet: Annotated[
        Path | None,
        typer.Option("--sheet", metavar="FILE", help="Write them, to be decided in a spreadsheet.", parser=o.file_name),
    ] = None,
    apply_certain: Annotated[bool, typer.Option("--apply-certain", help="Connect the certain ones.")] = False,
    payments: Annotated[
        list[str] | None,
        typer.Option("--payments", metavar="FILE", help="An export of payments or bookings; may be repeated."),
    ] = None,
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="At most so many customers.")] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    as_json: o.JsonOption = False,
) -> None:
    """Propose who your customers are at Stripe.

    For all who have no link yet, from the copy of Stripe's customers that sync has made. Nothing is changed but by
    --apply-certain, which connects those whom nothing speaks against; one undo takes all of that back.

    Example: koalalink match --sheet decisions.csv
    """
    koala = AppContext.of(ctx)
    place, paid = koala.decision_place(location), koala.payments(payments or [])
    found = propose(
        koala.store, koala.directory, place.location, koala.conversation, now=koala.now, payments=paid, limit=limit
    )
    koala.output(as_json).matched(found)
    if sheet is not None:
        pairs = side_by_side(koala.store, koala.directory, place.location, found.proposals)
        koala.write_sheet(sheet, pairs, place.location)
    if apply_certain:
        certain = certain_pairs(koala.store, koala.directory, found)
        deciding.apply_certain(certain, koala.store, place, koala.conversation, now=koala.now, agreed=yes)


@app.command(rich_help_panel=o.BULK)
def apply(
    ctx: typer.Context,
    sheet: Annotated[str, typer.Argument(metavar="SHEET", help="A sheet that match has written.")],
    location: o.LocationOption = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would happen.")] = False,
    as_json: o.JsonOption = False,
) -> None:
    """Carry out the decisions of a sheet.

    yes connects, no is remembered, a cus_… ID connects that one, an empty cell is left for later, and certain connects
    where that is still so. What is not true any more is left alone, and shown with its row. One undo takes all of it
    back.

    Example: koalalink apply decisions.csv --dry-run
    """
    koala = AppContext.of(ctx)
    decided = koala.decision_sheet(sheet)
    place = koala.decision_place(location or decided.location)
    store, talk, now = koala.store, koala.conversation, koala.now
    done = deciding.apply(
        decided,
        store,
        place,
        talk,
        identity=store.identity,
        certain_now=lambda: certain_now(store, koala.directory, place.location, talk, now),
        now=now,
        dry_run=dry_run,
    )
    koala.output(as_json).settled(done)
    if dry_run:
        koala.conversation.note("That is what would happen: nothing was changed, because of --dry-run.")
