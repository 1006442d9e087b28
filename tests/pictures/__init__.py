"""The pictures of README: real output of the sandbox, exported by Rich.

`python -m tests.pictures` makes them anew; a test sees that they are current.
"""

import io
import re
import tempfile
from pathlib import Path

from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console
from typer.testing import CliRunner

from koalalink.app import App
from koalalink.cli import app
from koalalink.operations.partial import Partial, raise_first
from koalalink.render.console.rich_prompts import RichTalk
from koalalink.render.remarks import remarks_on
from koalalink.render.views import dispatch
from tests.conftest import NOW

FOLDER = Path(__file__).parent
PICTURES = {
    "search": ("search", "jane doe"),
    "connect": ("connect", "42", "cus_123", "--location", "downtown"),
    "doubt": ("connect", "42", "cus_JaneOfKirkland", "--location", "downtown"),
}

# Without the fonts that Rich would have a browser fetch from elsewhere.
_FORMAT = re.sub(r"@font-face \{\{.*?\}\}\s*", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL)


def picture(name: str, width: int = 104) -> str:
    """Return one picture, as SVG."""
    arguments = PICTURES[name]
    with tempfile.TemporaryDirectory() as home:
        koala = App(home=Path(home), sandbox=True, environ={}, now=lambda: NOW)
        screen = recorded(koala, width)
        CliRunner().invoke(app, [*arguments], obj=koala)
        koala.close()
    title = f"koalalink {' '.join(f'“{a}”' if ' ' in a else a for a in arguments)}"
    svg = screen.export_svg(title=title, code_format=_FORMAT, unique_id=name)
    return "\n".join(line.rstrip() for line in svg.splitlines()) + "\n"


def recorded(koala: App, width: int) -> Console:
    """Let `koala` say and show everything on one console as wide as this, with nobody to answer, and return it."""
    screen = Console(
        record=True, width=width, force_terminal=True, color_system="standard", highlight=False, file=io.StringIO()
    )
    koala.__dict__["talk"] = RichTalk(NOW, may_ask=False, console=screen, spelled=koala.spelled)
    shown_on(koala, screen)
    return screen


def shown_on(koala: App, screen: Console) -> None:
    """Let `koala` show results on a console, as at a terminal."""

    def show(result: object, as_json: bool = False) -> None:
        value, failures = result if isinstance(result, Partial) else (result, ())
        dispatch.draw(value, NOW, spelled=koala.spelled, console=screen)
        for remark in remarks_on(value):
            koala.talk.note(remark)
        raise_first(failures, koala.talk)

    koala.__dict__["show"] = show
