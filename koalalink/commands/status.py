"""`status` and `duplicates`: what the copy of Stripe's customers tells of all links."""

from pathlib import Path
from typing import Annotated

import typer

from koalalink.commands import options as o
from koalalink.context import AppContext
from koalalink.operations.overview import all_doubles, standings
from koalalink.operations.renaming import stray_in_words, strays

app = typer.Typer(add_completion=False)


@app.command(rich_help_panel=o.BULK)
def status(
    ctx: typer.Context,
    locations: o.LocationsOption = None,
    call_list: Annotated[
        Path | None,
        typer.Option("--call-list", metavar="FILE", help="Write who needs a new card, as CSV.", parser=o.file_name),
    ] = None,
    svg: Annotated[
        Path | None, typer.Option("--svg", metavar="FILE", help="Write the same as a picture.", parser=o.file_name)
    ] = None,
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Write the same as a web page.", parser=o.file_name)
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Write over files that exist.")] = False,
    as_json: o.JsonOption = False,
) -> None:
    """Show on one screen who is linked and whose card is ready.

    Cards are those of the last sync, problems those of the last verify.

    Example: koalalink status --call-list calls.csv
    """
    koala = AppContext.of(ctx)
    if_there = koala.may_write([call_list, svg, html], agreed=yes)
    places = koala.copied_places(locations)
    found = standings(koala.store, koala.directory, places, koala.conversation, koala.now)
    for place, size in strays(koala.store.links_by_location(), koala.config.locations).items() if not locations else ():
        text, advice = stray_in_words(place, size)
        koala.conversation.warn(f"{text} " + advice)
    koala.output(as_json).standings(found)
    koala.write_status(found, call_list=call_list, svg=svg, html=html, if_there=if_there)


@app.command(rich_help_panel=o.BULK)
def duplicates(ctx: typer.Context, locations: o.LocationsOption = None, as_json: o.JsonOption = False) -> None:
    """Show people who have several Stripe customers.

    Side by side, with the one we would pick and why: a card that can be charged first, then linked, then the newest.
    Nothing is changed.

    Example: koalalink duplicates --location downtown
    """
    koala = AppContext.of(ctx)
    found = all_doubles(koala.store, koala.directory, koala.copied_places(locations), koala.now)
    koala.output(as_json).doubles(found)
