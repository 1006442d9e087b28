"""`locations`: the places of business, and their keys."""

from typing import Annotated

import typer

from koalalink.commands import completion
from koalalink.commands import options as o
from koalalink.commands.keys import key_settings
from koalalink.context import AppContext
from koalalink.domain.text import counted
from koalalink.hints import Command
from koalalink.operations.checkup import location_reports

app = typer.Typer(
    name="locations",
    no_args_is_help=True,
    add_completion=False,
)


@app.callback(rich_help_panel=o.SETUP)
def _group() -> None:
    """Your locations and their Stripe keys: list, add, rename, remove."""


@app.command("list")
def list_(ctx: typer.Context, as_json: o.JsonOption = False) -> None:
    """List locations, and whether Stripe answers.

    Example: koalalink locations list
    """
    koala = AppContext.of(ctx)
    reports = location_reports(koala.config, koala.stripe_at)
    koala.output(as_json).locations(reports)
    if not reports:
        koala.conversation.note("No location is set up yet. Type: " + Command("init"))


@app.command()
def add(
    ctx: typer.Context,
    location: Annotated[str, typer.Argument(metavar="NAME", help="What you will type, for example: downtown")],
    title: o.TitleOption = None,
    api_key_env: o.KeyInEnvironmentOption = None,
    api_key_command: o.KeyCommandOption = None,
) -> None:
    """Add a location with its Stripe key.

    The key is asked for, and not shown; in a script it is the first line of stdin.

    Example: koalalink locations add downtown
    """
    koala = AppContext.of(ctx)
    koala.refuse_sandbox()
    settings = key_settings(koala.conversation, title or location.capitalize(), api_key_env, api_key_command)
    koala.add_location(location, settings)
    koala.conversation.note(f"Added {location} to {koala.config_file}. To try the key, type: " + Command("doctor"))


@app.command()
def rename(
    ctx: typer.Context,
    old: Annotated[str, typer.Argument(metavar="OLD", help="The location.", autocompletion=completion.locations)],
    new: Annotated[str, typer.Argument(metavar="NEW", help="What you will type from now on.")],
) -> None:
    """Give a location another name.

    In config.toml, and with it the links there and the copy of its Stripe customers.

    Example: koalalink locations rename downtown main-street
    """
    koala = AppContext.of(ctx)
    koala.refuse_sandbox()
    links = koala.rename_location(old, new)
    verb = "was" if links == 1 else "were"
    koala.conversation.note(f"{old} is called {new} now. {counted(links, 'link')} {verb} moved.")


@app.command()
def remove(ctx: typer.Context, location: Annotated[str, typer.Argument(metavar="NAME", help="The location.")]) -> None:
    """Remove a location from config.toml.

    The links there stay in the store, and can be used again when the location is added again.

    Example: koalalink locations remove downtown
    """
    koala = AppContext.of(ctx)
    koala.refuse_sandbox()
    koala.remove_location(koala.config.location(location).name)
    koala.conversation.note(f"Removed {location} from {koala.config_file}.")
