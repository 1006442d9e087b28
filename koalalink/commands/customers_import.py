"""`customers import`."""

from pathlib import Path
from typing import Annotated

import typer

from koalalink.commands import options as o
from koalalink.context import AppContext
from koalalink.domain.imports import Entries, MatchOn, OnMatch
from koalalink.hints import Command
from koalalink.operations import importing

app = typer.Typer(add_completion=False)


@app.command("import")
def import_(
    ctx: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE", help="CSV, TSV or .xlsx; - is what comes through the pipe.")],
    location: o.LocationOption = None,
    maps: Annotated[
        list[str] | None,
        typer.Option("--map", metavar="COLUMN=FIELD", help="Say what a column is; may be repeated."),
    ] = None,
    match_on: Annotated[
        MatchOn | None,
        typer.Option("--match-on", help="What tells that somebody is here already.", show_default="what fits best"),
    ] = None,
    on_match: Annotated[
        OnMatch, typer.Option("--on-match", help="For those: take over, leave, or fill what is empty.")
    ] = OnMatch.UPDATE,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would happen.")] = False,
    verify: Annotated[bool, typer.Option("--verify/--no-verify", help="Check Stripe IDs with Stripe.")] = True,
    rejects: Annotated[
        Path | None,
        typer.Option("--rejects", metavar="FILE", help="Where rows go that are not imported.", parser=o.file_name),
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Import nothing if one row cannot be.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    as_json: o.JsonOption = False,
) -> None:
    """Bring customers in from a file.

    Columns are recognised by their names. An empty cell never empties anything.

    Rows that cannot be imported go into a file of their own, with the reasons. undo takes all of it back.

    Example: koalalink customers import customers.csv --location downtown
    """
    koala = AppContext.of(ctx)
    request = importing.ImportRequest(match_on, on_match, strict=strict, dry_run=dry_run, agreed=yes)
    with koala.table(file, maps or []) as table, koala.rejects(rejects, file, table, agreed=yes or dry_run) as rejected:
        place = koala.link_place(location, table)
        entries = Entries(table.columns, location=place, is_our_own=table.is_our_own)
        koala.check_link_places(entries.links, verify=verify)
        stripes = koala.stripe_at if verify and entries.links else None
        done = importing.import_customers(
            table,
            entries,
            koala.store,
            koala.conversation,
            request,
            stripes=stripes,
            rejects=rejected,
            directory=koala.directory,
            again=Command(
                "customers",
                "import",
                rejected.path,
                location=location,
                map=maps,
                match_on=match_on,
                on_match=None if on_match is OnMatch.UPDATE else on_match,
                no_verify=not verify,
                strict=strict,
            ),
            now=koala.now,
        )
    koala.output(as_json).imported(done)
    if dry_run:
        koala.conversation.note("That is what would happen: nothing was changed, because of --dry-run.")
