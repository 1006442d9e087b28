"""`init` and `doctor`: the first thing to type, and what to type when something is wrong."""

from typing import Annotated

import typer

from koalalink.app import App
from koalalink.commands import options as o
from koalalink.operations.setup import doctor as checkup
from koalalink.operations.setup import locations
from koalalink.operations.setup.locations import LocationRequest
from koalalink.operations.setup.shared_store import SharingRequest, share

app = typer.Typer(add_completion=False)


@app.command(rich_help_panel=o.SETUP)
def init(
    ctx: typer.Context,
    location: Annotated[
        str | None, typer.Option("--location", "-l", metavar="NAME", help="What you will call the location.")
    ] = None,
    title: o.TitleOption = None,
    api_key_env: o.KeyInEnvironmentOption = None,
    api_key_command: o.KeyCommandOption = None,
    store: Annotated[
        str | None, typer.Option("--store", metavar="URL", help="Share one store: postgresql://USER@HOST/DATABASE")
    ] = None,
    store_env: Annotated[
        str | None, typer.Option("--store-env", metavar="NAME", help="That URL is in this environment variable.")
    ] = None,
    store_command: Annotated[
        str | None, typer.Option("--store-command", metavar="COMMAND", help="This command prints that URL.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the config.toml that is there.")] = False,
) -> None:
    """Set up your first location, or a store that several offices share.

    It asks for what it needs. In a script use the options; the key, or the password, is the first line of stdin.

    Example: koalalink init
    """
    sharing = SharingRequest(store, store_env, store_command)
    if sharing != SharingRequest():
        share(App.of(ctx), sharing)
        return
    locations.init(App.of(ctx), LocationRequest(location, title, api_key_env, api_key_command), force=force)


@app.command(rich_help_panel=o.SETUP)
def doctor(ctx: typer.Context, as_json: o.JsonOption = False) -> None:
    """Check the setup, and say what to fix.

    It looks at the configuration, the store and every key, and changes nothing.

    Example: koalalink doctor
    """
    app = App.of(ctx)
    app.show(checkup.examine(app), as_json)
