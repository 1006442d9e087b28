"""`sync`."""

from typing import Annotated

import typer

from koalalink.app import App
from koalalink.commands import options as o
from koalalink.operations.mirror import sync as syncing
from koalalink.operations.mirror.sync import SyncRequest

app = typer.Typer(add_completion=False)


@app.command(rich_help_panel=o.BULK)
def sync(
    ctx: typer.Context,
    locations: o.LocationsOption = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Delete the copy of another Stripe account first.")
    ] = False,
    from_csv: Annotated[
        str | None,
        typer.Option(
            "--from-csv", metavar="FILE", help="Read an export of the Stripe Dashboard instead; no key is needed."
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Read the export even if it is of another mode.")] = False,
    as_json: o.JsonOption = False,
) -> None:
    """Copy Stripe's customers to this computer.

    For searching offline, matching, status and duplicates. Nothing is changed at Stripe. If it is interrupted, it goes
    on the next time.

    --from-csv takes the customers export, or the payments export, which adds cards and their holders.

    Example: koalalink sync --location downtown
    """
    app = App.of(ctx)
    app.show(syncing.sync(app, SyncRequest(locations, replace, from_csv, force)), as_json)
