"""`status` and `duplicates`: all links at a glance."""

from pathlib import Path
from typing import Annotated

import typer

from koalalink.app import App
from koalalink.commands import options as o
from koalalink.errors import UsageError
from koalalink.operations.mirror import status as overview
from koalalink.operations.mirror.status import StatusRequest

app = typer.Typer(add_completion=False)


@app.command(rich_help_panel=o.BULK)
def status(
    ctx: typer.Context,
    locations: o.LocationsOption = None,
    call_list: Annotated[
        Path | None,
        typer.Option(
            "--call-list", metavar="FILE", help="Write who cannot be charged to a CSV file.", parser=o.file_name
        ),
    ] = None,
    within: Annotated[
        int | None,
        typer.Option("--within", metavar="DAYS", min=0, help="Also call those whose card expires so soon."),
    ] = None,
    svg: Annotated[
        Path | None, typer.Option("--svg", metavar="FILE", help="Write the same as an image.", parser=o.file_name)
    ] = None,
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Write the same as a web page.", parser=o.file_name)
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Write over files that exist.")] = False,
    as_json: o.JsonOption = False,
) -> None:
    """Show on one screen who is linked and who can be charged.

    Cards are as of the last sync, problems as of the last verify.

    Example: koalalink status --call-list calls.csv
    """
    app = App.of(ctx, only_looks=True)
    app.show(overview.status(app, StatusRequest(locations, call_list, within, svg, html, agreed=yes)), as_json)


@app.command(rich_help_panel=o.BULK)
def duplicates(
    ctx: typer.Context,
    locations: o.LocationsOption = None,
    mine: Annotated[bool, typer.Option("--mine", help="In your own list instead: who may be in it twice.")] = False,
    as_json: o.JsonOption = False,
) -> None:
    """Show people who have several Stripe customers.

    Side by side, with the one we would pick and why: first one with a payment method that can be charged, then a
    linked one, then the newest. With --mine: who may be in your own list twice. Nothing is changed.

    Example: koalalink duplicates --location downtown
    """
    app = App.of(ctx, only_looks=True)
    if mine and locations:
        raise UsageError("Your own list has no locations.", hint="Leave out --location.")
    app.show(overview.own_duplicates(app) if mine else overview.duplicates(app, locations), as_json)
