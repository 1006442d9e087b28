"""`remap`."""

from typing import Annotated

import typer

from koalalink.app import App
from koalalink.commands import options as o
from koalalink.commands.setup import completion
from koalalink.operations.linking import remap as remapping
from koalalink.operations.linking.remap import RemapRequest

app = typer.Typer(add_completion=False)


@app.command(rich_help_panel=o.BULK)
def remap(
    ctx: typer.Context,
    mapping: Annotated[str, typer.Argument(metavar="MAPPING", help="The file of old and new IDs from Stripe.")],
    location: o.LocationOption = None,
    source: Annotated[
        str | None,
        typer.Option(
            "--from", metavar="NAME", help="Move the links of this location.", autocompletion=completion.locations
        ),
    ] = None,
    dry_run: o.DryRunOption = False,
    yes: o.YesOption = False,
    as_json: o.JsonOption = False,
) -> None:
    """Move links to new IDs, after a move at Stripe.

    Each new ID is checked with Stripe first. Doubtful links stay as they are, and are shown.

    Example: koalalink remap mapping.csv --location downtown
    """
    app = App.of(ctx)
    app.show(remapping.remap(app, RemapRequest(mapping, location, source, dry_run=dry_run, agreed=yes)), as_json)
