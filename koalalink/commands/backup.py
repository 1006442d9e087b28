"""`backup` and `restore`."""

from pathlib import Path
from typing import Annotated

import typer

from koalalink.app import App
from koalalink.commands import options as o
from koalalink.operations.setup import backups

app = typer.Typer(add_completion=False)


@app.command(rich_help_panel=o.SETUP)
def backup(
    ctx: typer.Context,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="Where to write it: a file or a folder.", parser=o.file_name)
    ],
    yes: o.YesOption = False,
    as_json: o.JsonOption = False,
) -> None:
    """Copy customers, links and history into a file.

    You can go on working meanwhile, and the copy is checked. It holds no key, but it does hold your customers: keep it
    safe.

    Example: koalalink backup customers-backup.db
    """
    app = App.of(ctx)
    app.show(backups.back_up(app, file, agreed=yes), as_json)


@app.command(rich_help_panel=o.SETUP)
def restore(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file that backup has written.")],
    yes: o.YesOption = False,
    as_json: o.JsonOption = False,
) -> None:
    """Replace your customers with a backup.

    The backup is checked first. What you have now is kept beside it, and can be restored the same way.

    Example: koalalink restore customers-backup.db
    """
    app = App.of(ctx)
    app.show(backups.restore(app, file, agreed=yes), as_json)
