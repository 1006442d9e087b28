"""`verify`."""

from typing import Annotated

import typer

from koalalink.app import App
from koalalink.commands import options as o
from koalalink.operations.linking import verify as verifying
from koalalink.operations.linking.verify import VerifyRequest

app = typer.Typer(add_completion=False)


@app.command(rich_help_panel=o.BULK)
def verify(
    ctx: typer.Context,
    locations: o.LocationsOption = None,
    within: Annotated[
        int,
        typer.Option(
            "--within", metavar="DAYS", min=0, max=3650, help="Warn about cards that expire within DAYS days."
        ),
    ] = 60,
    fix: Annotated[bool, typer.Option("--fix", help="Switch off links that lead nowhere.")] = False,
    as_json: o.JsonOption = False,
) -> None:
    """Check every link with Stripe again.

    It prints only what is wrong, worst first, and ends with code 9 if anything is. Links that are switched off are left
    out.

    Example: koalalink verify --within 30
    """
    app = App.of(ctx)
    app.show(verifying.verify(app, VerifyRequest(locations, within, fix)), as_json)
