"""What the tables and sentences for people are made of.

Every text from outside is made printable and shown as `Text`, never as markup: a name may hold anything.
"""

from collections.abc import Callable

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from koalalink.domain.text import printable
from koalalink.hints import Text as Sayable

Spelled = Callable[[Sayable], str]
"""Puts the commands of a text into words, as they are typed here."""

_LONGEST = 24
"""Characters of a file's cell that are shown."""

_MOST = 2000
"""Characters of any text: a screen is full of them, and what stands before it cannot be seen any more."""


def shown(text: str, style: str = "") -> Text:
    """Return a text from outside as it can be shown."""
    return Text(printable(text if len(text) <= _MOST else f"{text[:_MOST]}…"), style)


def shortened(text: str) -> str:
    """Return the beginning of a text that could fill the screen."""
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def print_whole(console: Console, text: Text) -> None:
    """Leave wrapping to the terminal, so that a command or an address in the text can be copied."""
    console.print(text, soft_wrap=True)


def columned(*headings: str, title: str = "") -> Table:
    """Return an empty table with these headings."""
    table = Table(
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        collapse_padding=True,
        title=shown(title, "bold") if title else None,
        title_justify="left",
    )
    for heading in headings:
        table.add_column(shown(heading), overflow="fold")
    return table
