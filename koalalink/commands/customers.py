"""`customers`: the company's own list."""

from typing import Annotated

import typer

from koalalink.commands import options as o
from koalalink.context import AppContext
from koalalink.operations import customers as editing

app = typer.Typer(
    name="customers",
    help="Your own customers: add, list, edit, remove.",
    no_args_is_help=True,
    rich_help_panel=o.CUSTOMERS,
)


@app.command()
def add(
    ctx: typer.Context,
    first_name: o.FirstName = None,
    last_name: o.LastName = None,
    company: o.Company = None,
    email: o.Email = None,
    phone: o.Phone = None,
    address: o.Address = None,
    city: o.City = None,
    state: o.State = None,
    zip: o.Zip = None,
    country: o.Country = None,
    notes: o.Notes = None,
    external_id: o.ExternalId = None,
    as_json: o.JsonOption = False,
) -> None:
    """Add a customer.

    Example: koalalink customers add --first-name Jane --last-name Doe --email jane@x.com
    """
    koala = AppContext.of(ctx)
    fields = _fields(ctx)
    koala.output(as_json).added(editing.add(koala.store, fields))


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
    if page.more:
        koala.conversation.note(f"There are more. To see the next, add: --offset {offset + limit}")


@app.command()
def edit(
    ctx: typer.Context,
    customer: o.CustomerArgument,
    first_name: o.FirstName = None,
    last_name: o.LastName = None,
    company: o.Company = None,
    email: o.Email = None,
    phone: o.Phone = None,
    address: o.Address = None,
    city: o.City = None,
    state: o.State = None,
    zip: o.Zip = None,
    country: o.Country = None,
    notes: o.Notes = None,
    external_id: o.ExternalId = None,
    as_json: o.JsonOption = False,
) -> None:
    """Change a customer's details.

    Only what you name is changed; an empty text empties it.

    Example: koalalink customers edit 42 --phone 206-555-0142
    """
    koala = AppContext.of(ctx)
    fields = _fields(ctx)
    koala.output(as_json).edited(editing.edit(koala.store, koala.store.find(customer), fields))


@app.command()
def remove(
    ctx: typer.Context,
    customer: o.CustomerArgument,
    force: Annotated[bool, typer.Option("--force", help="Although linked: the links go, too.")] = False,
    as_json: o.JsonOption = False,
) -> None:
    """Remove a customer; the history keeps the details.

    Example: koalalink customers remove 42
    """
    koala = AppContext.of(ctx)
    removed = editing.remove(koala.store, koala.store.find(customer), force=force)
    koala.output(as_json).removed(removed.customer, removed.links)


def _fields(ctx: typer.Context) -> dict[str, str | None]:
    """Return the customer's fields among the options; they are named as in the store."""
    return {name: value for name, value in ctx.params.items() if name not in ("customer", "as_json")}


def _linked(linked: bool | None, location: str | None) -> bool | None:
    # A location alone means: those who are linked there.
    return True if linked is None and location else linked
