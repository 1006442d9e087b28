"""Make the approved screens anew: `python -m tests.render`. Read the difference before you keep it."""

import os
import tempfile
from pathlib import Path

from koalalink.app import App
from tests.conftest import NOW, runner
from tests.pictures import recorded
from tests.render.views.test_views import _SCREENS, GOLDEN

os.environ["LOGNAME"] = "tester"  # as in the tests
GOLDEN.mkdir(exist_ok=True)
for name, arguments in _SCREENS.items():
    for width in (80, 120):
        with tempfile.TemporaryDirectory() as home:
            koala = App(home=Path(home), sandbox=True, environ={}, now=lambda: NOW, may_ask=False)
            screen = recorded(koala, width)
            runner(koala)(*arguments)
            koala.close()
            lines = screen.export_text().splitlines()
            (GOLDEN / f"{name}-{width}.txt").write_text(
                "".join(f"{line.rstrip()}\n" for line in lines), encoding="utf-8"
            )
