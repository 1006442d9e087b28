"""A real browser: Debian's Chromium, driven by Playwright; without one these tests are skipped, in CI never."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from koalalink.app import App
from tests.conftest import NOW, runner

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

_NAMES = ("chromium", "chromium-browser", "google-chrome")
IN_CI = os.environ.get("CI") == "true"


def chromium() -> str | None:
    """Where the browser is."""
    return next((found for name in _NAMES if (found := shutil.which(name))), None)


@pytest.fixture(scope="session")
def browser() -> Iterator["Browser"]:
    """The browser, as a process of its own."""
    where = chromium()
    if where is None and not IN_CI:
        pytest.skip("there is no Chromium here")
    try:
        import axe_playwright_python.sync_playwright  # noqa: F401 - what some of the tests look with
        from playwright.sync_api import sync_playwright
    except ImportError:
        if IN_CI:
            raise
        pytest.skip("Playwright is not installed: pip install --group dev")
    with sync_playwright() as driver:
        # Root in a container cannot make Chromium's own sandbox.
        running = driver.chromium.launch(executable_path=where, args=["--no-sandbox"])
        yield running
        running.close()


@pytest.fixture
def page(browser: "Browser") -> Iterator["Page"]:
    """An empty page, in which nothing may go wrong, and which may ask for nothing but files of the test's."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    opened = context.new_page()
    wrong: list[str] = []
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    opened.on("console", lambda told: wrong.append(told.text) if told.type in ("error", "warning") else None)
    opened.on("dialog", lambda dialog: wrong.append(f"a dialog: {dialog.message}"))
    opened.on("request", lambda asked: None if asked.url.startswith(("file:", "blob:")) else wrong.append(asked.url))
    yield opened
    context.close()
    assert wrong == []


@pytest.fixture
def shop(home: Path) -> Iterator[App]:
    """The sandbox, copied from Stripe."""
    koala = App(home=home, sandbox=True, environ={}, now=lambda: NOW, may_ask=False)
    assert runner(koala)("sync").exit_code == 0
    yield koala
    koala.close()
