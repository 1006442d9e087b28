"""`locations`: the places of business, and their keys."""

from typing import Annotated

import typer

from koalalink.app import App
from koalalink.commands import options as o
from koalalink.commands.lazy_group import Group
from koalalink.commands.setup import completion
from koalalink.operations.setup import locations
from koalalink.operations.setup.doctor import list_locations
from koalalink.operations.setup.locations import LocationRequest

app = typer.Typer(
    name="locations",
    cls=Group,
    no_args_is_help=True,
    add_completion=False,
)


@app.callback(rich_help_panel=o.SETUP)
def _group() -> None:
    """Your locations and their Stripe keys: list, add, set-key, rename, remove."""


@app.command("list")
def list_(ctx: typer.Context, as_json: o.JsonOption = False) -> None:
    """List locations, and whether Stripe answers.

    Example: koalalink locations list
    """
    app = App.of(ctx)
    app.show(list_locations(app), as_json)


@app.command()
def add(
    ctx: typer.Context,
    location: Annotated[str, typer.Argument(metavar="NAME", help="What you will type, for example: downtown")],
    title: o.TitleOption = None,
    api_key_env: o.KeyInEnvironmentOption = None,
    api_key_command: o.KeyCommandOption = None,
) -> None:
    """Add a location with its Stripe key.

    It asks for the key, and does not show it; in a script the key is the first line of stdin.

    Example: koalalink locations add downtown
    """
    locations.add_location(App.of(ctx), location, LocationRequest(location, title, api_key_env, api_key_command))


@app.command("set-key")
def set_key(
    ctx: typer.Context,
    location: Annotated[str, typer.Argument(metavar="NAME", help="The location.", autocompletion=completion.locations)],
    api_key_env: o.KeyInEnvironmentOption = None,
    api_key_command: o.KeyCommandOption = None,
    force: Annotated[bool, typer.Option("--force", help="Even if it opens another Stripe account.")] = False,
) -> None:
    """Give a location another key.

    It asks for the key, does not show it, and tries it; in a script the key is the first line of stdin.

    Example: koalalink locations set-key downtown
    """
    request = LocationRequest(location, None, api_key_env, api_key_command)
    locations.set_key(App.of(ctx), location, request, force=force)


@app.command()
def rename(
    ctx: typer.Context,
    old: Annotated[str, typer.Argument(metavar="OLD", help="The location.", autocompletion=completion.locations)],
    new: Annotated[str, typer.Argument(metavar="NEW", help="What you will type from now on.")],
) -> None:
    """Give a location another name.

    In config.toml, together with its links and the copy of its Stripe customers.

    Example: koalalink locations rename downtown main-street
    """
    locations.rename_location(App.of(ctx), old, new)


@app.command()
def remove(
    ctx: typer.Context,
    location: Annotated[str, typer.Argument(metavar="NAME", help="The location.", autocompletion=completion.locations)],
    yes: o.YesOption = False,
) -> None:
    """Remove a location from config.toml.

    Its links stay in the store, and work again when the location is added again. You type its name to confirm.

    Example: koalalink locations remove downtown
    """
    locations.remove_location(App.of(ctx), location, agreed=yes)
