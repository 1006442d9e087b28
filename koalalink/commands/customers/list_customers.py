"""`customers list`."""

from typing import Annotated

import typer

from koalalink.app import App
from koalalink.commands import options as o
from koalalink.operations.customers.list_customers import ListRequest, list_customers

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
        typer.Option("--linked/--unlinked", help="Only customers with, or without, a link.", show_default=False),
    ] = None,
    location: o.LocationOption = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1_000_000, help="Show at most this many.")] = 50,
    offset: Annotated[int, typer.Option("--offset", min=0, help="Skip this many first.")] = 0,
    as_json: o.JsonOption = False,
) -> None:
    """List customers: all of them, or those that match QUERY.

    Example: koalalink customers list jane
    """
    app = App.of(ctx, only_looks=True)
    app.show(list_customers(app, ListRequest(query, linked, location, limit, offset)), as_json)
