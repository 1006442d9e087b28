"""`customers add`, `edit` and `remove`."""

from typing import Annotated

import typer

from koalalink.commands import options as o
from koalalink.context import AppContext
from koalalink.operations import customers as editing

app = typer.Typer(add_completion=False)


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
    force: Annotated[
        bool, typer.Option("--force", help="It is the same person, although Stripe has other details.")
    ] = False,
    as_json: o.JsonOption = False,
) -> None:
    """Change a customer's details.

    Only what you name is changed; an empty text empties it.

    Example: koalalink customers edit 42 --phone 206-555-0142
    """
    koala = AppContext.of(ctx)
    fields = _fields(ctx)
    person, talk = koala.store.find(customer), koala.conversation
    done = editing.edit(koala.store, koala.directory, talk, person, fields, force=force, now=koala.now)
    koala.output(as_json).edited(done)


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
    return {name: value for name, value in ctx.params.items() if name not in ("customer", "force", "as_json")}
