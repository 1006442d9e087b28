"""`history` and `undo`."""

from typing import Annotated

import typer

from koalalink.app import App
from koalalink.commands import options as o
from koalalink.commands.setup import completion
from koalalink.domain.history.changes import Action
from koalalink.operations.history import history as listing
from koalalink.operations.history import undo as undoing
from koalalink.operations.history.history import HistoryRequest
from koalalink.operations.history.undo import UndoRequest

app = typer.Typer(add_completion=False)


@app.command(rich_help_panel=o.FIND)
def history(
    ctx: typer.Context,
    customer: o.OptionalCustomerArgument = None,
    since: Annotated[
        str | None,
        typer.Option("--since", metavar="WHEN", help="Only changes since then: yesterday, 2026-11-01, 12h, 3d, 2w."),
    ] = None,
    by: Annotated[str | None, typer.Option("--by", metavar="WHO", help="Only changes by this person.")] = None,
    action: Annotated[Action | None, typer.Option("--action", help="Only changes of this kind.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1_000_000, help="Show at most this many.")] = 50,
    change: Annotated[
        int | None,
        typer.Option(
            "--change", metavar="CHANGE", min=1, help="One change, and who is in it.", autocompletion=completion.changes
        ),
    ] = None,
    everyone: Annotated[bool, typer.Option("--all", help="With --change: all who are in it.")] = False,
    as_json: o.JsonOption = False,
) -> None:
    """Show what was changed, when, and by whom.

    All changes, or those of one customer; newest first.

    Example: koalalink history 42
    """
    app = App.of(ctx, only_looks=True)
    request = HistoryRequest(customer, since, by, action, limit, change, everyone)
    app.show(listing.history(app, request), as_json)


@app.command(rich_help_panel=o.FIND)
def undo(
    ctx: typer.Context,
    change: o.OptionalChangeArgument = None,
    keep_touched: Annotated[
        bool, typer.Option("--keep-touched", help="Leave customers alone that were changed since.")
    ] = False,
    everyone: Annotated[bool, typer.Option("--all", help="Name all who are in it, not the first ten.")] = False,
    yes: o.YesOption = False,
    force: o.SamePersonOption = False,
    as_json: o.JsonOption = False,
) -> None:
    """Undo a change: the newest one, or the one you name.

    You see what will be put back, and are asked first. An undo is a change too: undo it to do it again.

    Example: koalalink undo 17
    """
    app = App.of(ctx)
    request = UndoRequest(change, keep_touched=keep_touched, force=force, agreed=yes, everyone=everyone)
    app.show(undoing.undo(app, request), as_json)
