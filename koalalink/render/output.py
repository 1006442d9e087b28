"""For people at a terminal, or for programs: who looks decides how a result is printed, and who is talked to."""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING, Protocol, TextIO

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from koalalink.command_line import Text
    from koalalink.render.console.plain_prompts import PlainTalk
    from koalalink.render.console.rich_prompts import RichTalk


class Talk(Protocol):
    """The part of a conversation that this needs."""

    def note(self, text: Text) -> None:
        """Remark something that is worth knowing."""


def show(result: object, now: datetime, talk: Talk, *, as_json: bool, spelled: Callable[[Text], str] = str) -> None:
    """Print a result on stdout: JSON, a table at a terminal, or tabs in a pipe; and what is to be said of it."""
    if not is_drawn(as_json):
        from koalalink.render import json_tsv

        if as_json and isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(encoding="utf-8")  # whatever was chosen for people
        sys.stdout.write(json_tsv.as_json(result, now) if as_json else json_tsv.as_tabs(result, now))
    else:
        from koalalink.render.views import dispatch

        dispatch.draw(result, now, spelled=spelled)
    from koalalink.render.remarks import remarks_on

    for remark in remarks_on(result):
        talk.note(remark)


def is_drawn(as_json: bool) -> bool:
    """Tell whether a result is drawn for people."""
    return not as_json and _is_terminal(sys.stdout)


def talk(now: datetime, *, may_ask: bool | None, spelled: Callable[[Text], str]) -> PlainTalk | RichTalk:
    """Return what talks on stderr; `may_ask` tells whether a person can answer, None finds out."""
    if _is_terminal(sys.stderr):
        from koalalink.render.console.rich_prompts import RichTalk

        can_ask = _is_terminal(sys.stdin) if may_ask is None else may_ask
        return RichTalk(now, may_ask=can_ask, spelled=spelled)
    from koalalink.render.console.plain_prompts import PlainTalk

    return PlainTalk(spelled=spelled)


def _is_terminal(stream: TextIO | None) -> bool:
    return stream is not None and stream.isatty()
