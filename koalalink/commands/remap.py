"""`remap`."""

from typing import Annotated

import typer

from koalalink.commands import completion
from koalalink.commands import options as o
from koalalink.context import AppContext
from koalalink.operations.remapping import RemapRequest
from koalalink.operations.remapping import remap as move_links

app = typer.Typer(add_completion=False)


@app.command(rich_help_panel=o.BULK)
def remap(
    ctx: typer.Context,
    mapping: Annotated[str, typer.Argument(metavar="MAPPING", help="The file of old and new IDs that Stripe gave.")],
    location: o.LocationOption = None,
    source: Annotated[
        str | None,
        typer.Option(
            "--from", metavar="NAME", help="Take the links of this location.", autocompletion=completion.locations
        ),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would happen.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    as_json: o.JsonOption = False,
) -> None:
    """Move links to new IDs, after a move at Stripe.

    Each new ID is checked with Stripe first. Links that are in doubt stay as they are, and are shown.

    Example: koalalink remap mapping.csv --location downtown
    """
    koala = AppContext.of(ctx)
    place = koala.config.location(location).name
    mappings = koala.mapping(mapping)
    request = RemapRequest(koala.file_name(mapping), place, source or place, dry_run=dry_run, agreed=yes)
    done = move_links(mappings, koala.store, koala.stripe_at(place), koala.conversation, request, now=koala.now)
    koala.output(as_json).remapped(done)
    if dry_run:
        koala.conversation.note("That is what would happen: nothing was changed, because of --dry-run.")
