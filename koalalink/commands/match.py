"""`match` and `apply`: who is who at Stripe, for a whole customer base."""

from pathlib import Path
from typing import Annotated

import typer

from koalalink.app import App
from koalalink.commands import options as o
from koalalink.operations.matching import apply_decisions, propose
from koalalink.operations.matching.propose import MatchRequest

app = typer.Typer(add_completion=False)


@app.command(rich_help_panel=o.BULK)
def match(
    ctx: typer.Context,
    location: o.LocationOption = None,
    sheet: Annotated[
        Path | None,
        typer.Option(
            "--sheet",
            metavar="FILE",
            help="Also write them to a file, to decide in a browser (.html) or a spreadsheet (.csv).",
            parser=o.file_name,
        ),
    ] = None,
    apply_certain: Annotated[bool, typer.Option("--apply-certain", help="Connect the certain matches.")] = False,
    payments: Annotated[
        list[str] | None,
        typer.Option("--payments", metavar="FILE", help="An export of payments or bookings; may be repeated."),
    ] = None,
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="At most this many customers.")] = None,
    yes: o.YesOption = False,
    as_json: o.JsonOption = False,
) -> None:
    """Propose who your customers are at Stripe.

    For every customer without a link, using the Stripe customers that sync has copied. Nothing is changed, unless you
    add --apply-certain: it connects the certain matches, and one undo takes all of that back.

    Example: koalalink match --sheet decisions.csv
    """
    app = App.of(ctx)
    found = propose.match(app, MatchRequest(location, payments or (), limit, sheet))
    app.show(found, as_json)
    if apply_certain:
        apply_decisions.apply_certain(
            app, propose.certain_pairs(app, found), found.location, since=found.since, agreed=yes
        )


@app.command(rich_help_panel=o.BULK)
def apply(
    ctx: typer.Context,
    sheet: Annotated[str, typer.Argument(metavar="SHEET", help="A sheet that match has written.")],
    location: o.LocationOption = None,
    dry_run: o.DryRunOption = False,
    as_json: o.JsonOption = False,
) -> None:
    """Carry out the decisions of a sheet.

    yes connects, no means it will not be suggested again, a cus_… ID connects that one, an empty cell is for later, and
    certain connects if the match is still certain. Rows that are out of date are left alone and shown. One undo takes
    all of it back.

    Example: koalalink apply decisions.csv --dry-run
    """
    app = App.of(ctx)
    app.show(apply_decisions.apply(app, sheet, location, dry_run=dry_run), as_json)
