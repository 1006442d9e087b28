"""`sync`."""

from typing import Annotated

import typer

from koalalink.commands import options as o
from koalalink.context import AppContext
from koalalink.operations.asking import raise_first
from koalalink.operations.syncing import sync as copy
from koalalink.operations.syncing import sync_export

app = typer.Typer(add_completion=False)


@app.command(rich_help_panel=o.BULK)
def sync(
    ctx: typer.Context,
    locations: o.LocationsOption = None,
    replace: Annotated[bool, typer.Option("--replace", help="Throw the copy of another Stripe account away.")] = False,
    from_csv: Annotated[
        str | None,
        typer.Option(
            "--from-csv", metavar="FILE", help="Read an export of the Stripe Dashboard instead; no key is needed."
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Take the export although it is of another mode.")] = False,
    as_json: o.JsonOption = False,
) -> None:
    """Copy Stripe's customers to this computer.

    For searching offline, matching, status and duplicates. Nothing is changed at Stripe. Interrupted, it goes on the
    next time.

    --from-csv takes the customers export, or the payments export, which adds cards.

    Example: koalalink sync --location downtown
    """
    koala = AppContext.of(ctx)
    if from_csv is not None:
        place, stripe_at = koala.export_place(locations)
        export = koala.stripe_export(from_csv)
        taken = sync_export(koala.directory, place, export, stripe_at, koala.conversation, now=koala.now, force=force)
        koala.output(as_json).synced([taken])
        return
    stripes = koala.stripes(locations)
    done, failures = copy(koala.directory, koala.store, stripes, koala.conversation, now=koala.now, replace=replace)
    koala.output(as_json).synced(done)
    raise_first(failures, koala.conversation)
