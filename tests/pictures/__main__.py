"""Make the pictures anew; those of pages need Chromium and Playwright."""

import io
import tempfile
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

from koalalink.app import App
from tests.browser.conftest import chromium
from tests.conftest import NOW, runner
from tests.pictures import FOLDER, PICTURES, picture

_WIDTH, _HEIGHT = 1000, 720
_PAGES = {
    "decisions": ("match", "-l", "downtown", "--sheet"),
    "status": ("status", "--within", "90", "--html"),
}

for name in PICTURES:
    (FOLDER / f"{name}.svg").write_text(picture(name), encoding="utf-8")
    print(f"{name}.svg")
if where := chromium():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver, tempfile.TemporaryDirectory() as folder:
        koala = App(home=Path(folder), sandbox=True, environ={}, now=lambda: NOW, may_ask=False)
        with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
            runner(koala)("sync")
            for name, arguments in _PAGES.items():
                runner(koala)(*arguments, f"{folder}/{name}.html")
        koala.close()
        browser = driver.chromium.launch(executable_path=where, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": _WIDTH, "height": _HEIGHT})
        for name in _PAGES:
            page.goto(Path(folder, f"{name}.html").as_uri())
            page.wait_for_selector("h2")
            page.screenshot(path=FOLDER / f"{name}.png")
            print(f"{name}.png")
        browser.close()
