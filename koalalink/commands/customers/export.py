"""`customers export`."""

from typing import Annotated

import typer

from koalalink.app import App
from koalalink.commands import options as o
from koalalink.domain.importing.export_columns import Format, Purpose
from koalalink.operations.customers.export import ExportRequest, export

app = typer.Typer(add_completion=False)


@app.command("export")
def export_(
    ctx: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE", help="Output file; - for stdout.", parser=o.file_or_pipe)],
    kind: Annotated[
        Format | None, typer.Option("--format", help="The kind of file.", show_default="by the name of FILE, else csv")
    ] = None,
    linked: Annotated[
        bool | None,
        typer.Option("--linked/--unlinked", help="Only customers with, or without, a link.", show_default=False),
    ] = None,
    location: o.LocationOption = None,
    columns: Annotated[
        str | None,
        typer.Option("--columns", metavar="NAMES", help="Only these, as: number,last_name,stripe_ids,cards"),
    ] = None,
    purpose: Annotated[
        Purpose | None,
        typer.Option(
            "--for",
            help="plain: cells as they are, not made safe for spreadsheets. stripe-metadata: IDs for Stripe. "
            "yardbook: the file that Yardbook imports.",
        ),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Write over a file that exists.")] = False,
) -> None:
    """Write customers into a file.

    One row a customer, and one column of Stripe IDs a location; after a sync also the payment method behind each ID.
    Importing the file gives back the same customers and links.

    Example: koalalink customers export everybody.csv
    """
    app = App.of(ctx, only_looks=True)
    export(app, ExportRequest(file, kind, linked, location, columns, purpose, agreed=yes))
