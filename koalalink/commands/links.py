"""`connect` and what belongs to it: links, and the cards they give."""

from typing import Annotated

import typer

from koalalink.commands import completion
from koalalink.commands.options import (
    FIND,
    CustomerArgument,
    ForceOption,
    JsonOption,
    LocationOption,
    LocationsOption,
    StripeIdArgument,
    WebOption,
)
from koalalink.context import AppContext
from koalalink.domain.stripe_ids import customer_id, dashboard_url, looks_like_stripe
from koalalink.hints import Command

app = typer.Typer(add_completion=False)


@app.command(rich_help_panel=FIND)
def show(
    ctx: typer.Context,
    who: Annotated[
        str,
        typer.Argument(
            metavar="CUSTOMER|STRIPE_ID",
            help="Yours (42), or Stripe's (cus_…).",
            show_default=False,
            autocompletion=completion.customers,
        ),
    ],
    location: LocationOption = None,
    web: WebOption = False,
    as_json: JsonOption = False,
) -> None:
    """Show the page of a customer, yours or Stripe's.

    Details, links and cards.

    Example: koalalink show 42
    """
    from koalalink.operations.asking import raise_first
    from koalalink.operations.profile import customer_page, stripe_page
    from koalalink.operations.unlink import links_at

    koala = AppContext.of(ctx)
    if looks_like_stripe(who):
        stripe_id = customer_id(who)
        found = stripe_page(koala.stripe_at(location)(), koala.store, stripe_id)
        koala.output(as_json).stripe_page(found)
        if web:
            koala.browse(found.customer.url)
        return
    linked = koala.store.record(koala.store.find(who))
    page = customer_page(links_at(linked, [location] if location else []), koala.stripe_at)
    koala.output(as_json).customer_page(page)
    for link in page.linked.links if web else ():
        koala.browse(dashboard_url(link.stripe_id, livemode=link.livemode is not False))
    raise_first(page.failures, koala.conversation)


@app.command(rich_help_panel=FIND)
def connect(
    ctx: typer.Context,
    customer: CustomerArgument,
    stripe_id: StripeIdArgument,
    location: LocationOption = None,
    replace: Annotated[bool, typer.Option("--replace", help="Put it in the place of another ID.")] = False,
    force: ForceOption = False,
    web: WebOption = False,
    offline: Annotated[bool, typer.Option("--offline", help="Save it without asking Stripe, not verified.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Connect a customer to a customer at Stripe.

    Everything is checked with Stripe first, and shown. Where it may be somebody else you are asked.

    Example: koalalink connect 42 cus_123 --location downtown
    """
    from koalalink.operations import connect as linking

    koala = AppContext.of(ctx)
    wanted, place = customer_id(stripe_id), koala.config.location(location).name
    request = linking.LinkRequest(
        customer=koala.store.find(customer), stripe_id=wanted, location=place, replace=replace, force=force
    )
    if offline:
        done = linking.connect_unverified(koala.store, koala.directory, koala.conversation, request, now=koala.now)
    else:
        done = linking.connect(
            koala.store,
            koala.stripe_at(place),
            koala.conversation,
            request,
            now=koala.now,
            browse=koala.browse if web else None,
        )
    koala.output(as_json).connected(done)


@app.command(rich_help_panel=FIND)
def unlink(
    ctx: typer.Context,
    customer: CustomerArgument,
    location: LocationOption = None,
    everywhere: Annotated[bool, typer.Option("--all", help="At every location.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Take a customer's link to Stripe away.

    Nothing happens at Stripe: the customer and the cards stay there.

    Example: koalalink unlink 42
    """
    from koalalink.operations import unlink as unlinking

    koala = AppContext.of(ctx)
    person = koala.store.find(customer)
    links = unlinking.unlink(koala.store, person, location, everywhere=everywhere)
    koala.output(as_json).unlinked(person, links)
    for link in links:
        back = Command("connect", person.number, link.stripe_id, location=link.location)
        koala.conversation.note("To link again, type: " + back)


@app.command(rich_help_panel=FIND)
def enable(
    ctx: typer.Context, customer: CustomerArgument, location: LocationOption = None, as_json: JsonOption = False
) -> None:
    """Switch a customer's link on again.

    Example: koalalink enable 42
    """
    _switch(ctx, customer, location, as_json, on=True)


@app.command(rich_help_panel=FIND)
def disable(
    ctx: typer.Context, customer: CustomerArgument, location: LocationOption = None, as_json: JsonOption = False
) -> None:
    """Switch a customer's link off, and keep its ID.

    Example: koalalink disable 42
    """
    _switch(ctx, customer, location, as_json, on=False)


def _switch(ctx: typer.Context, customer: str, location: str | None, as_json: bool, *, on: bool) -> None:
    from koalalink.operations import unlink as unlinking

    koala = AppContext.of(ctx)
    person = koala.store.find(customer)
    koala.output(as_json).switched(person, unlinking.switch(koala.store, person, location, on=on))


@app.command(rich_help_panel=FIND)
def cards(
    ctx: typer.Context, customer: CustomerArgument, location: LocationsOption = None, as_json: JsonOption = False
) -> None:
    """List the cards that a customer has saved.

    At every location where the customer is linked.

    Example: koalalink cards 42
    """
    from koalalink.operations import unlink as unlinking
    from koalalink.operations.asking import raise_first
    from koalalink.operations.profile import saved_cards

    koala = AppContext.of(ctx)
    if location:
        koala.config.chosen(location)
    linked = unlinking.links_at(koala.store.record(koala.store.find(customer)), location or [])
    page = saved_cards(linked, koala.stripe_at, koala.conversation)
    koala.output(as_json).cards(page)
    for remark in unlinking.why_no_cards(page):
        koala.conversation.note(remark)
    raise_first(page.failures, koala.conversation)
