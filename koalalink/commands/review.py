"""`review`."""

import typer

from koalalink.app import App
from koalalink.commands import options as o
from koalalink.operations.matching import review as reviewing

app = typer.Typer(add_completion=False)


@app.command(rich_help_panel=o.BULK)
def review(ctx: typer.Context, location: o.LocationOption = None) -> None:
    """Decide one by one who is who at Stripe, at the terminal.

    One person a screen, one key an answer. Likely matches with the same reason can be confirmed together. Every answer
    is saved at once, and can be undone.

    Example: koalalink review --location downtown
    """
    reviewing.review(App.of(ctx), location)
