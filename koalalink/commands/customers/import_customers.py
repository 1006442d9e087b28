"""`customers import`."""

from pathlib import Path
from typing import Annotated

import typer

from koalalink.app import App
from koalalink.commands import options as o
from koalalink.domain.importing.import_rows import MatchOn, OnMatch
from koalalink.operations.importing.import_customers import ImportRequest, import_customers

app = typer.Typer(add_completion=False)


@app.command("import")
def import_(
    ctx: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE", help="CSV, TSV or .xlsx; - for stdin.")],
    location: o.LocationOption = None,
    maps: Annotated[
        list[str] | None,
        typer.Option("--map", metavar="COLUMN=FIELD", help="Say what a column is; may be repeated."),
    ] = None,
    match_on: Annotated[
        MatchOn | None,
        typer.Option(
            "--match-on", help="How a row is recognized as a customer you already have.", show_default="what fits best"
        ),
    ] = None,
    on_match: Annotated[
        OnMatch, typer.Option("--on-match", help="For those: update, skip, or fill in what is empty.")
    ] = OnMatch.UPDATE,
    dry_run: o.DryRunOption = False,
    verify: Annotated[bool, typer.Option("--verify/--no-verify", help="Check Stripe IDs with Stripe.")] = True,
    rejects: Annotated[
        Path | None,
        typer.Option(
            "--rejects", metavar="FILE", help="Where rows that are not imported are written.", parser=o.file_name
        ),
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Import nothing if any row cannot be imported.")] = False,
    yes: o.YesOption = False,
    as_json: o.JsonOption = False,
) -> None:
    """Import customers from a file.

    Columns are recognized by their titles and by what stands in them. An empty cell never erases anything.

    --map says what a column is: external ID, first name, last name, full name, company, email, phone, address,
    apartment, city, state, ZIP code, country, notes, Stripe ID, "Stripe ID at LOCATION", extra (kept beside the
    customer) or ignore.

    Rows that cannot be imported are written to a file of their own, with the reasons. undo takes back the whole import.

    Example: koalalink customers import customers.csv --location downtown
    """
    app = App.of(ctx)
    request = ImportRequest(
        file,
        maps=maps or (),
        location=location,
        match_on=match_on,
        on_match=on_match,
        rejects=rejects,
        strict=strict,
        verify=verify,
        dry_run=dry_run,
        agreed=yes,
    )
    app.show(import_customers(app, request), as_json)
