"""`demo`: a guided tour of everything, without a key or a network."""

import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from koalalink.app import App
from koalalink.command_line import Command
from koalalink.commands import options as o
from koalalink.operations.setup.tour import TOUR

app = typer.Typer(add_completion=False)


@app.command(rich_help_panel=o.SETUP)
def demo(
    ctx: typer.Context,
    reset: Annotated[bool, typer.Option("--reset", help="Reset the sandbox.")] = False,
) -> None:
    """Take a guided tour, without a key or a network.

    Every command is really run, on made-up people in a sandbox of its own.

    Example: koalalink demo
    """
    app = App.of(ctx)
    if reset:
        from koalalink.sandbox import seed

        seed.reset(app.sandbox_home)
        app.talk.note("The sandbox was reset. Try: koalalink --sandbox search jane")
        return
    root = ctx.find_root().command
    with tempfile.TemporaryDirectory(prefix="koalalink-demo-") as home:
        visitor = App(home=Path(home), sandbox=True, environ={}, may_ask=False, says_sandbox=False)
        for number, (remark, arguments) in enumerate(TOUR):
            if number and app.talk.can_ask:
                typer.echo("Press Enter to go on. ", err=True, nl=False)
                sys.stdin.readline()
            _tell(remark, f"$ koalalink {' '.join(arguments)}")
            root.main([*arguments], prog_name="koalalink", standalone_mode=False, obj=visitor)
            sys.stdout.write("\n")
        visitor.close()
    _tell(
        "That was the tour. To look around on your own, put --sandbox first: koalalink --sandbox search jane",
        f"To start with your own Stripe account, type: {Command('init')}",
    )


def _tell(*lines: str) -> None:
    for line in lines:
        typer.secho(line, bold=True) if sys.stdout.isatty() else typer.echo(line)
    # What follows may go to stderr, and must not overtake this.
    sys.stdout.flush()
