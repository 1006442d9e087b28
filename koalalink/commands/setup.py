"""`init` and `doctor`: the first thing to type, and what to type when something is wrong."""

from typing import Annotated

import typer

from koalalink.commands import options as o
from koalalink.commands.keys import key_settings
from koalalink.context import AppContext
from koalalink.hints import Command
from koalalink.operations.checkup import examine, raise_if_bad

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
    force: Annotated[bool, typer.Option("--force", help="Write a new config.toml, although there is one.")] = False,
) -> None:
    """Set up your first location.

    It asks for what it needs. In a script, name the options; the key is the first line of stdin.

    Example: koalalink init
    """
    koala = AppContext.of(ctx)
    koala.refuse_sandbox()
    koala.refuse_existing_config(force=force)
    place = location or koala.conversation.answer("What do you call your location, in one word?", "main")
    settings = key_settings(koala.conversation, title or place.capitalize(), api_key_env, api_key_command)
    koala.write_config(place, settings)
    koala.conversation.note(
        f"Written to {koala.config_file}. To see whether everything works, type: " + Command("doctor")
    )


@app.command(rich_help_panel=o.SETUP)
def doctor(ctx: typer.Context, as_json: o.JsonOption = False) -> None:
    """Check the set-up, and say what to mend.

    Configuration, store, and every key. It changes nothing.

    Example: koalalink doctor
    """
    koala = AppContext.of(ctx)
    findings = examine(
        lambda: koala.config,
        koala.config_file,
        lambda: koala.store,
        koala.daily_copies,
        koala.stripe_at,
        lambda: koala.now,
    )
    koala.output(as_json).findings(findings)
    raise_if_bad(findings)
