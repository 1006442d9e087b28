"""`customers export`."""

from typing import Annotated

import typer

from koalalink.commands import options as o
from koalalink.context import AppContext
from koalalink.domain.exports import Format, Purpose
from koalalink.domain.text import counted
from koalalink.operations.exporting import export

app = typer.Typer(add_completion=False)


@app.command("export")
def export_(
    ctx: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE", help="Output file; - for stdout.", parser=o.file_or_pipe)],
    kind: Annotated[
        Format | None, typer.Option("--format", help="The kind of file.", show_default="told by FILE, else csv")
    ] = None,
    linked: Annotated[
        bool | None,
        typer.Option("--linked/--unlinked", help="Only those with, or without, a link.", show_default=False),
    ] = None,
    location: o.LocationOption = None,
    columns: Annotated[
        str | None, typer.Option("--columns", metavar="NAMES", help="Only these, as: number,last_name,stripe_ids")
    ] = None,
    purpose: Annotated[
        Purpose | None,
        typer.Option("--for", help="plain: nothing made harmless for spreadsheets. stripe-metadata: IDs for Stripe."),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Write over a file that exists.")] = False,
) -> None:
    """Write customers into a file.

    A row a customer, a column of Stripe IDs a location. Importing it gives back the same customers and links.

    Example: koalalink customers export everybody.csv
    """
    koala = AppContext.of(ctx)
    linked = True if purpose is Purpose.STRIPE_METADATA or (linked is None and location) else linked
    with koala.export(file, kind, columns, purpose, location, agreed=yes) as sink:
        written = export(koala.store.everybody(linked=linked, location=location), sink, koala.conversation)
    koala.conversation.note(f"Wrote {counted(written, 'customer')}.")
