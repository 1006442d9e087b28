"""`help`: topics, beside the help of each command."""

from typing import Annotated, Any

import typer

from koalalink.command_line import Command
from koalalink.commands import options as o
from koalalink.errors import UsageError
from koalalink.help import TOPICS, text_of

app = typer.Typer(add_completion=False)


def _proposed(incomplete: str) -> list[tuple[str, str]]:
    return [(topic, about) for topic, about in TOPICS.items() if topic.startswith(incomplete)]


@app.command("help", rich_help_panel=o.SETUP)
def help_(
    ctx: typer.Context,
    topic: Annotated[
        list[str] | None,
        typer.Argument(metavar="[TOPIC]", help="A topic, or a command.", show_default=False, autocompletion=_proposed),
    ] = None,
) -> None:
    """Explain a topic: import, matching, keys and others.

    Without a topic it lists them all.

    Example: koalalink help import
    """
    if not topic:
        width = max(map(len, TOPICS))
        lines = (f"  koalalink help {name:<{width}}  {about}" for name, about in TOPICS.items())
        typer.echo("\n".join(["Topics:", "", *lines, "", "Every command explains itself with --help."]))
    elif topic[0] in TOPICS:
        typer.echo(text_of(topic[0]), nl=False)
    else:
        _show_help_of(topic, ctx.find_root().command)


def _show_help_of(words: list[str], root: Any) -> None:
    """Show what `COMMAND --help` shows; raises UsageError where there is no such command."""
    group = root
    for word in words:
        group = group.get_command(None, word) if hasattr(group, "get_command") else None
        if group is None:
            raise UsageError(
                f"There is no help topic “{' '.join(words)}”.", hint="To see all topics, type: " + Command("help")
            )
    root.main([*words, "--help"], prog_name="koalalink", standalone_mode=False)
