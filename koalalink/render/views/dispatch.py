"""Output for people at a terminal, by Rich: each type of result as a table or sentence on stdout."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from rich.console import Console

from koalalink.render.messages import SENTENCES
from koalalink.render.views import bulk, customers, setup
from koalalink.render.views.screen import Screen
from koalalink.render.views.tables import Spelled

DRAWINGS: dict[str, Callable[[Any, Screen], None]] = {
    **customers.DRAWINGS,
    **bulk.DRAWINGS,
    **setup.DRAWINGS,
}
"""By the name of the type of result."""


def draw(result: object, now: datetime, *, spelled: Spelled = str, console: Console | None = None) -> None:
    """Draw a result on stdout, or on another console."""
    screen = Screen(console or Console(highlight=False, emoji=False, markup=False), now, spelled)
    kind = type(result).__name__
    if kind in SENTENCES:
        screen.say(SENTENCES[kind](result), "green")
    if kind in DRAWINGS:
        DRAWINGS[kind](result, screen)
