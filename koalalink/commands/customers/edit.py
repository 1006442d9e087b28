"""`customers add`, `edit`, `merge`, `remove` and `forget`."""

import inspect
from collections.abc import Callable
from typing import Annotated

import typer

from koalalink.app import App
from koalalink.commands import options as o
from koalalink.commands.setup import completion
from koalalink.domain.customers.customer import FIELDS
from koalalink.operations.customers import edit as customers

app = typer.Typer(add_completion=False)


def with_customer_fields(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command an option for each field of a customer, which it takes as keywords; its own options come last."""
    signature = inspect.signature(command)
    own = [each for each in signature.parameters.values() if each.kind is not inspect.Parameter.VAR_KEYWORD]
    fields = [
        inspect.Parameter(
            field.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=None,
            annotation=Annotated[
                str | None, typer.Option(f"--{field.name.replace('_', '-')}", help=field.help, show_default=False)
            ],
        )
        for field in FIELDS
    ]
    first_option = next(index for index, each in enumerate(own) if each.default is not inspect.Parameter.empty)
    every = (*own[:first_option], *fields, *own[first_option:])
    parameters = [each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in every]
    command.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
    return command


@app.command()
@with_customer_fields
def add(
    ctx: typer.Context,
    force: Annotated[bool, typer.Option("--force", help="Add somebody who may be in your list already.")] = False,
    as_json: o.JsonOption = False,
    **fields: str | None,
) -> None:
    """Add a customer.

    Example: koalalink customers add --first-name Jane --last-name Doe --email jane@x.com
    """
    app = App.of(ctx)
    app.show(customers.add(app, fields, force=force), as_json)


@app.command()
@with_customer_fields
def edit(
    ctx: typer.Context,
    customer: o.CustomerArgument,
    force: o.SamePersonOption = False,
    as_json: o.JsonOption = False,
    **fields: str | None,
) -> None:
    """Change a customer's details.

    Only the fields you name are changed; an empty text empties a field.

    Example: koalalink customers edit 42 --phone 206-555-0142
    """
    app = App.of(ctx)
    app.show(customers.edit(app, customer, fields, force=force), as_json)


@app.command()
def merge(
    ctx: typer.Context,
    customer: o.CustomerArgument,
    other: Annotated[
        str,
        typer.Argument(
            metavar="OTHER", help="The other entry of the same person, which goes.", autocompletion=completion.customers
        ),
    ],
    yes: o.YesOption = False,
    force: o.SamePersonOption = False,
    as_json: o.JsonOption = False,
) -> None:
    """Make one customer of two entries of the same person.

    The first number stays, with the details and links of both. Where they differ you choose; in a script the first
    one's are kept. `koalalink undo` makes two of them again.

    Example: koalalink customers merge 42 57
    """
    from koalalink.operations.customers import merge as merging

    app = App.of(ctx)
    app.show(merging.merge(app, merging.MergeRequest(customer, other, yes, force)), as_json)


@app.command()
def forget(
    ctx: typer.Context,
    customer: o.CustomerArgument,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask; it cannot be undone.")] = False,
    as_json: o.JsonOption = False,
) -> None:
    """Erase a customer who asks for it; this cannot be undone.

    From your list, the links, the copies of Stripe's customers, and the details in the history, which keeps that
    somebody was erased, when and by whom. The backups that still have the customer are named.

    Example: koalalink customers forget 42 --yes
    """
    from koalalink.operations.customers import erase

    app = App.of(ctx)
    app.show(erase.forget(app, customer, agreed=yes), as_json)


@app.command()
def remove(
    ctx: typer.Context,
    customer: o.CustomerArgument,
    force: Annotated[bool, typer.Option("--force", help="Remove the links as well.")] = False,
    as_json: o.JsonOption = False,
) -> None:
    """Remove a customer; the history keeps the details.

    Example: koalalink customers remove 42
    """
    app = App.of(ctx)
    app.show(customers.remove(app, customer, force=force), as_json)
