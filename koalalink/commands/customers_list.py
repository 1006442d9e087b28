"""`customers list`."""

from typing import Annotated

import typer

from koalalink.commands import options as o
from koalalink.context import AppContext
from koalalink.hints import Command

app = typer.Typer(add_completion=False)


@app.command("list")
def list_(
    ctx: typer.Context,
    query: Annotated[
        str,
        typer.Argument(metavar="[QUERY]", help="Any part of a name, email, phone or cus_….", show_default=False),
    ] = "",
    linked: Annotated[
        bool | None,
        typer.Option("--linked/--unlinked", help="Only those with, or without, a link.", show_default=False),
    ] = None,
    location: o.LocationOption = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1_000_000, help="Show this many at the most.")] = 50,
    offset: Annotated[int, typer.Option("--offset", min=0, help="Leave out this many first.")] = 0,
    as_json: o.JsonOption = False,
) -> None:
    """List customers, all or those that fit.

    Example: koalalink customers list jane
    """
    koala = AppContext.of(ctx)
    if location:
        koala.config.location(location)
    page = koala.store.page(query, linked=_linked(linked, location), location=location, limit=limit, offset=offset)
    koala.output(as_json).customers(page)
    if not page.customers and not query and linked is None and not location:
        how = Command("customers", "add", first_name="Jane", last_name="Doe")
        koala.conversation.note("To add one, type: " + how)
    if page.more:
        koala.conversation.note(f"There are more. To see the next, add: --offset {offset + limit}")


def _linked(linked: bool | None, location: str | None) -> bool | None:
    # A location alone means: those who are linked there.
    return True if linked is None and location else linked
