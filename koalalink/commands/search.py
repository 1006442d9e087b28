"""`search`: finding customers at Stripe."""

from typing import Annotated

import typer

from koalalink.app import App
from koalalink.commands import options as o
from koalalink.operations.search import search as searching
from koalalink.operations.search.search import SearchRequest
from koalalink.render.output import is_drawn

app = typer.Typer(add_completion=False)


@app.command(rich_help_panel=o.FIND)
def search(
    ctx: typer.Context,
    query: Annotated[
        list[str], typer.Argument(metavar="QUERY…", help="A name, an email, a phone number, or part of one.")
    ],
    location: o.LocationsOption = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help="Show at most this many.")] = 20,
    connect_to: Annotated[
        str | None, typer.Option("--connect", metavar="CUSTOMER", help="Choose one and connect this customer to it.")
    ] = None,
    offline: Annotated[bool, typer.Option("--offline", help="Search what sync has copied.")] = False,
    web: o.WebOption = False,
    as_json: o.JsonOption = False,
) -> None:
    """Find customers at Stripe, at every location.

    Best matches first, with how they pay and which of your customers is already linked to them.

    Example: koalalink search jane@x.com
    """
    app = App.of(ctx, only_looks=connect_to is None)
    request = SearchRequest(" ".join(query), location, limit, offline, web, ours=is_drawn(as_json))
    if connect_to is None:
        app.show(searching.search(app, request), as_json)
        return
    from koalalink.operations.search.search_and_connect import search_and_connect

    app.show(search_and_connect(app, request, connect_to), as_json)
