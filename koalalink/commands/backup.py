"""`backup` and `restore`."""

from pathlib import Path
from typing import Annotated

import typer

from koalalink.commands import options as o
from koalalink.context import AppContext
from koalalink.operations import backups

app = typer.Typer(add_completion=False)
_Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


@app.command(rich_help_panel=o.SETUP)
def backup(
    ctx: typer.Context,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="Where to write it: a file, or a folder.", parser=o.file_name)
    ],
    yes: _Yes = False,
    as_json: o.JsonOption = False,
) -> None:
    """Copy customers, links and history into a file.

    While you work, and checked after writing. No key is in it, but your customers are: keep it safe.

    Example: koalalink backup customers-backup.db
    """
    koala = AppContext.of(ctx)
    store, talk = koala.opened_store_path, koala.conversation
    done = backups.back_up(koala.copies, store, file, koala.disk, talk, now=koala.now, agreed=yes)
    koala.output(as_json).backed_up(done)


@app.command(rich_help_panel=o.SETUP)
def restore(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file that backup has written.")],
    yes: _Yes = False,
    as_json: o.JsonOption = False,
) -> None:
    """Put a backup in the place of your customers.

    It is checked first. What is there now is kept beside it, and can be brought back the same way.

    Example: koalalink restore customers-backup.db
    """
    koala = AppContext.of(ctx)
    store, talk = koala.config.store_path, koala.conversation
    done = backups.restore(koala.copies, file, store, talk, now=koala.now, agreed=yes)
    koala.output(as_json).restored(done)
