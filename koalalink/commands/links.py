"""`connect` and what belongs to it: links, and the cards they give."""

from typing import Annotated

import typer

from koalalink.app import App
from koalalink.commands import options as o
from koalalink.commands.setup import completion
from koalalink.domain.stripe.ids import chosen_id, looks_like_stripe

app = typer.Typer(add_completion=False)


@app.command(rich_help_panel=o.FIND)
def show(
    ctx: typer.Context,
    who: o.EitherSideArgument,
    location: o.LocationOption = None,
    web: o.WebOption = False,
    as_json: o.JsonOption = False,
) -> None:
    """Show everything about a customer, yours or Stripe's.

    Details, links and payment methods.

    Example: koalalink show 42
    """
    from koalalink.operations.linking import show as profile

    app = App.of(ctx, only_looks=True)
    app.show(profile.show(app, who, location, web=web), as_json)


@app.command(rich_help_panel=o.FIND)
def connect(
    ctx: typer.Context,
    customer: o.CustomerArgument,
    stripe_id: Annotated[
        str,
        typer.Argument(
            metavar="STRIPE_ID",
            help="cus_…, or the address of the customer's page in the Stripe Dashboard.",
            autocompletion=completion.stripe_ids,
        ),
    ],
    location: o.LocationOption = None,
    replace: Annotated[bool, typer.Option("--replace", help="Replace the ID that is there now.")] = False,
    force: o.ForceOption = False,
    web: o.WebOption = False,
    offline: Annotated[bool, typer.Option("--offline", help="Save it without asking Stripe, not verified.")] = False,
    as_json: o.JsonOption = False,
) -> None:
    """Connect a customer to a customer at Stripe.

    Everything is checked with Stripe first, and shown. If it may be somebody else, you are asked.

    Example: koalalink connect 42 cus_123 --location downtown
    """
    from koalalink.operations.linking import connect as linking

    app = App.of(ctx)
    if looks_like_stripe(customer) and not looks_like_stripe(stripe_id):  # in the other order
        customer, stripe_id = stripe_id, customer
    found = chosen_id(stripe_id)
    request = linking.LinkRequest(customer, found, location, replace=replace, force=force, offline=offline, web=web)
    app.show(linking.connect(app, request), as_json)


@app.command(rich_help_panel=o.FIND)
def unlink(
    ctx: typer.Context,
    customer: o.CustomerArgument,
    location: o.LocationOption = None,
    everywhere: Annotated[bool, typer.Option("--all", help="At every location.")] = False,
    as_json: o.JsonOption = False,
) -> None:
    """Remove a customer's link.

    Nothing happens at Stripe: the customer and the payment methods stay there.

    Example: koalalink unlink 42
    """
    from koalalink.operations.linking import unlink as unlinking

    app = App.of(ctx)
    app.show(unlinking.unlink(app, customer, location, everywhere=everywhere), as_json)


@app.command(rich_help_panel=o.FIND)
def enable(
    ctx: typer.Context, customer: o.CustomerArgument, location: o.LocationOption = None, as_json: o.JsonOption = False
) -> None:
    """Switch a customer's link on again.

    Example: koalalink enable 42
    """
    _switch(ctx, customer, location, as_json, on=True)


@app.command(rich_help_panel=o.FIND)
def disable(
    ctx: typer.Context, customer: o.CustomerArgument, location: o.LocationOption = None, as_json: o.JsonOption = False
) -> None:
    """Switch a customer's link off, and keep its ID.

    Example: koalalink disable 42
    """
    _switch(ctx, customer, location, as_json, on=False)


def _switch(ctx: typer.Context, customer: str, location: str | None, as_json: bool, *, on: bool) -> None:
    from koalalink.operations.linking import unlink as unlinking

    app = App.of(ctx)
    app.show(unlinking.switch(app, customer, location, on=on), as_json)


@app.command(rich_help_panel=o.FIND)
def cards(
    ctx: typer.Context,
    who: o.EitherSideArgument,
    location: o.LocationsOption = None,
    as_json: o.JsonOption = False,
) -> None:
    """List how a customer can pay: cards, bank accounts, Link and every other saved payment method.

    At every location where the customer is linked.

    Example: koalalink cards 42
    """
    from koalalink.operations.linking import show as profile

    app = App.of(ctx)
    app.show(profile.saved_cards(app, who, location), as_json)
