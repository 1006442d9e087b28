"""`history` and `undo`."""

from typing import Annotated

import typer

from koalalink.commands import options as o
from koalalink.context import AppContext
from koalalink.domain.changes import Action
from koalalink.domain.chronicle import read_since
from koalalink.operations.undo import undo as take_back

app = typer.Typer(add_completion=False)


@app.command(rich_help_panel=o.FIND)
def history(
    ctx: typer.Context,
    customer: o.OptionalCustomerArgument = None,
    since: Annotated[
        str | None, typer.Option("--since", metavar="WHEN", help="Only since then: yesterday, 2026-11-01, 12h, 3d, 2w.")
    ] = None,
    by: Annotated[str | None, typer.Option("--by", metavar="WHO", help="Only what this person did.")] = None,
    action: Annotated[Action | None, typer.Option("--action", help="Only this.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1_000_000, help="Show this many at the most.")] = 50,
    as_json: o.JsonOption = False,
) -> None:
    """Show what was changed, when, and by whom.

    All changes, or those of one customer; newest first.

    Example: koalalink history 42
    """
    koala = AppContext.of(ctx)
    moment = read_since(since, koala.now) if since else None
    number = koala.store.find_past(customer) if customer else None
    changes = koala.store.changes(number, since=moment, by=by, action=action, limit=limit)
    koala.output(as_json).history(changes)


@app.command(rich_help_panel=o.FIND)
def undo(
    ctx: typer.Context,
    change: o.OptionalChangeArgument = None,
    keep_touched: Annotated[
        bool, typer.Option("--keep-touched", help="Leave the customers that later changes touched.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    force: Annotated[
        bool, typer.Option("--force", help="It is the same person, although Stripe has other details.")
    ] = False,
    as_json: o.JsonOption = False,
) -> None:
    """Take back a change, the newest if none is named.

    It is shown what will be put back, and you are asked. An undo is a change, too: undo it to do it again.

    Example: koalalink undo 17
    """
    koala = AppContext.of(ctx)
    store, directory, talk = koala.store, koala.directory, koala.conversation
    done = take_back(store, directory, talk, change, now=koala.now, agreed=yes, keep_touched=keep_touched, force=force)
    koala.output(as_json).undone(done)
