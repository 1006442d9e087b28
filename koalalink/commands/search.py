"""`search`: finding customers at Stripe."""

from collections.abc import Sequence
from typing import Annotated

import typer

from koalalink.commands.options import FIND, JsonOption, LocationsOption, WebOption
from koalalink.context import AppContext
from koalalink.domain.hits import Hits
from koalalink.domain.search_query import read_query
from koalalink.errors import Aborted, ConflictError
from koalalink.hints import Command, Text
from koalalink.operations.asking import raise_first
from koalalink.operations.search import search as look_up
from koalalink.operations.search import search_offline

app = typer.Typer(add_completion=False)


@app.command(rich_help_panel=FIND)
def search(
    ctx: typer.Context,
    query: Annotated[str, typer.Argument(metavar="QUERY", help="A name, an email, a phone number, or a part of one.")],
    location: LocationsOption = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help="Show this many at the most.")] = 20,
    connect_to: Annotated[
        str | None, typer.Option("--connect", metavar="CUSTOMER", help="Choose one, and connect this customer to it.")
    ] = None,
    offline: Annotated[bool, typer.Option("--offline", help="Look in the copy that sync has made.")] = False,
    web: WebOption = False,
    as_json: JsonOption = False,
) -> None:
    """Find customers at Stripe, at every location.

    Best matches first, with their card and who of your customers is linked to them already.

    Example: koalalink search jane@x.com
    """
    koala = AppContext.of(ctx)
    if connect_to is not None:
        _choose_and_connect(koala, query, location, limit, connect_to, offline, as_json)
        return
    found = _found(koala, query, location, limit, offline=offline)
    koala.output(as_json).hits(found)
    _remark(koala, found.notes, found.more, limit)
    for best in found.hits[:1] if web else ():
        koala.browse(best.customer.url)
    raise_first(found.failures, koala.conversation)


def _choose_and_connect(
    koala: AppContext,
    query: str,
    locations: list[str] | None,
    limit: int,
    reference: str,
    offline: bool,
    as_json: bool,
) -> None:
    from koalalink.operations.connect import LinkRequest, connect

    conversation, store = koala.conversation, koala.store
    customer = store.find(reference)
    if not conversation.can_ask:
        raise ConflictError(
            "Choosing one needs a terminal.",
            hint="Search first, then type: " + Command("connect", customer.number, "cus_…"),
        )
    found = _found(koala, query, locations, limit, offline=offline)
    conversation.hits(found)
    _remark(koala, found.notes, found.more, limit)
    for failure in found.failures:
        conversation.warn(failure.message)
    number = conversation.choose(f"Which one is {customer}?", len(found.hits)) if found.hits else None
    if number is None:
        raise Aborted("Nothing was connected.")
    hit = found.hits[number - 1]
    request = LinkRequest(customer=customer, stripe_id=hit.customer.stripe_id, location=hit.location)
    done = connect(store, koala.stripe_at(hit.location), conversation, request, now=koala.now)
    koala.output(as_json).connected(done)


def _found(koala: AppContext, query: str, locations: list[str] | None, limit: int, *, offline: bool) -> Hits:
    wanted = read_query(query)
    if offline:
        places = koala.copied_places(locations)
        return search_offline(wanted, places, koala.store, koala.directory, limit=limit, now=koala.now)
    stripes = koala.stripes(locations)
    return look_up(wanted, stripes, koala.store, koala.directory, koala.conversation, limit=limit, now=koala.now)


def _remark(koala: AppContext, notes: Sequence[Text], more: bool, limit: int) -> None:
    for note in notes:
        koala.conversation.note(note)
    if more:
        koala.conversation.note(
            f"There are more than {limit}. Search for more of the name, or add --limit {limit * 5}."
        )
