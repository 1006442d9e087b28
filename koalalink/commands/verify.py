"""`verify`."""

from typing import Annotated

import typer

from koalalink.commands import options as o
from koalalink.context import AppContext
from koalalink.operations import verifying

app = typer.Typer(add_completion=False)


@app.command(rich_help_panel=o.BULK)
def verify(
    ctx: typer.Context,
    locations: o.LocationsOption = None,
    within: Annotated[
        int, typer.Option("--within", metavar="DAYS", min=0, max=3650, help="Tell of cards that expire so soon.")
    ] = 60,
    fix: Annotated[bool, typer.Option("--fix", help="Switch links off that lead nowhere.")] = False,
    as_json: o.JsonOption = False,
) -> None:
    """Check every link with Stripe again.

    Prints only what is wrong, worst first, and ends with code 9 where anything is. Links switched off are left out.

    Example: koalalink verify --within 30
    """
    koala = AppContext.of(ctx)
    stripes = koala.stripes(locations)
    found = verifying.verify(
        koala.store, stripes, koala.conversation, now=koala.now, within=within, everywhere=not locations
    )
    koala.output(as_json).problems(found.problems, sum(found.checked.values()))
    verifying.remember(koala.directory, found, koala.now)
    if fix:
        verifying.fix(koala.store, koala.conversation, found)
    verifying.conclude(found, koala.conversation, fixed=fix)
