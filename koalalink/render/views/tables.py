"""What the tables and sentences for people are made of.

Every text from outside is made printable and shown as `Text`, never as markup: a name may hold anything.
"""

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from koalalink.command_line import Text as Sayable
from koalalink.command_line import lines_of
from koalalink.domain.text import printable

Spelled = Callable[[Sayable], str]
"""Puts the commands of a text into words, as they are typed here."""

_LONGEST = 24
"""Characters of a file's cell that are shown."""

_MOST = 2000
"""Characters of any text: a screen is full of them, and what stands before it cannot be seen any more."""

_SHORT = 32
"""Characters of a line that is not wrapped, where lines of its column are not to be."""

_GAP = 2
"""Columns of the terminal between two columns of a table."""


class Column(NamedTuple):
    """A column of a table."""

    title: str
    folds: bool = False
    """Where the terminal is too narrow for all columns, it goes below another."""
    whole: bool = False
    """Its lines are not wrapped, unless they are long."""


def shown(text: str, style: str = "") -> Text:
    """Return a text from outside as it can be shown."""
    return Text(printable(text if len(text) <= _MOST else f"{text[:_MOST]}…"), style)


def shortened(text: str) -> str:
    """Return the beginning of a text that could fill the screen."""
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def print_whole(console: Console, text: Text) -> None:
    """Print a text with lines broken at spaces; a longer word, as an address, stays whole, so that it can be copied."""
    for line in text.divide(_breaks(text.plain, console.width)):
        line.rstrip()
        console.print(line, soft_wrap=True)


def _breaks(text: str, width: int) -> list[int]:
    """Return where lines begin, but for the first."""
    breaks, used = [], 0
    for word in re.finditer(r"\S+\s*", text):
        length = cell_len(word[0].rstrip())
        if used and used + length > width:
            breaks.append(word.start())
            used = 0
        used += cell_len(word[0])
    return breaks


def print_sentence(console: Console, text: Sayable, spelled: Spelled, style: str = "") -> None:
    """Print a text; a command that does not fit into its line gets one of its own."""
    for line in lines_of(text, spelled, console.width):
        console.print(shown(line, style), soft_wrap=True)


def print_table(
    console: Console,
    columns: Sequence[str | Column],
    rows: Sequence[Sequence[Text]],
    *,
    title: str = "",
    above: int = 0,
) -> None:
    """Print rows below their headings so that no word is broken.

    Lines are wrapped at spaces. Where the terminal is too narrow for that, columns that fold go below the column
    `above`, the last ones first; then lines are wrapped that would better be whole; and at last each row is a block
    of lines.
    """
    heads = [column if isinstance(column, Column) else Column(column) for column in columns]
    folding = [index for index, head in enumerate(heads) if head.folds]
    everything = len(folding)
    for below, whole in [*((number, True) for number in range(everything + 1)), (everything, False)]:
        columns_left, lines = _folded(heads, rows, above, folding[everything - below :])
        widths = _widths(columns_left, lines, console.width, whole=whole)
        if widths is not None:
            break
    else:
        _print_blocks(console, heads, rows, title)
        return
    table = _empty(title)
    for head, width in zip(columns_left, widths, strict=True):
        table.add_column(shown(head.title), overflow="fold", width=width)
    for line in lines:
        table.add_row(*line)
    console.print(table)


def _empty(title: str) -> Table:
    return Table(
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        collapse_padding=True,
        title=shown(title, "bold") if title else None,
        title_justify="left",
    )


def _widths(
    heads: Sequence[Column], rows: Sequence[Sequence[Text]], available: int, *, whole: bool
) -> list[int] | None:
    """Return how wide each column is; None where a word would have to be broken, or with `whole` a line of some."""
    cells = [[head.title, *(row[index].plain for row in rows)] for index, head in enumerate(heads)]
    most = [max((cell_len(line) for cell in column for line in cell.split("\n")), default=1) for column in cells]
    least = [
        max(
            1,
            cell_len(head.title),
            *(
                cell_len(line)
                for cell in column
                for line in cell.split("\n")
                if whole and head.whole and len(line) <= _SHORT
            ),
            *(cell_len(word) for cell in column for word in cell.split()),
        )
        for head, column in zip(heads, cells, strict=True)
        for keep in [whole and head.whole]
    ]
    # The longest words of the headings and cells, and between two columns a gap; rich adds a blank at either side.
    room = available - _GAP * len(heads)
    if sum(least) > room:
        return None
    widths = [*least]
    while sum(widths) < room:
        growing = [index for index, width in enumerate(widths) if width < most[index]]
        if not growing:
            break
        narrowest = min(growing, key=lambda index: widths[index])
        widths[narrowest] += 1
    return widths


def _folded(
    heads: Sequence[Column], rows: Sequence[Sequence[Text]], above: int, below: Sequence[int]
) -> tuple[list[Column], list[list[Text]]]:
    """Return the table with some columns, by index, below another."""
    staying = [index for index in range(len(heads)) if index not in below]
    lines = []
    for row in rows:
        cells = (row[above], *(row[index] for index in below))
        stack = Text("\n").join(cell for cell in cells if cell.plain)
        lines.append([stack if index == above else row[index] for index in staying])
    return [heads[index] for index in staying], lines


def _print_blocks(console: Console, heads: Sequence[Column], rows: Sequence[Sequence[Text]], title: str) -> None:
    """Print a line for each cell, which the terminal may wrap."""
    if title:
        print_whole(console, shown(title, "bold"))
    for row in rows:
        for head, cell in zip(heads, row, strict=True):
            if cell.plain:
                label = shown(f"{head.title}: " if head.title else "", "dim")
                print_whole(console, Text.assemble(label, cell))
        console.print()


def print_fields(console: Console, fields: Sequence[tuple[str, str]]) -> None:
    """Print names and values side by side, those that have a value."""
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    for name, value in fields:
        if value:
            grid.add_row(shown(name), shown(value))
    console.print(grid)
