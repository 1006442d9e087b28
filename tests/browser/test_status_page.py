"""The status page in a real browser: numbers, months, the call list; and nothing of a name but text."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from koalalink.app import App
from koalalink.domain.customers.customer import Customer, CustomerDetails
from koalalink.domain.customers.links import Link
from koalalink.domain.mirror.status import Call, Overall, Standing, Status
from koalalink.domain.stripe.ids import StripeId
from koalalink.render.pages.status import status_page
from tests.browser.test_decisions import EVIL
from tests.conftest import NOW, runner

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.long


def test_page_tells_how_all_stand(page: "Page", shop: App, tmp_path: Path) -> None:
    """As `status` does, with the date, every location, and whom to call."""
    file = tmp_path / "status.html"
    result = runner(shop)("status", "--html", str(file), "--within", "400")
    assert "It names customers, so only you can read it." in result.stderr
    assert file.stat().st_mode & 0o777 == 0o600
    page.goto(file.as_uri())
    assert page.title() == "Who can be charged"
    assert page.get_by_role("heading", level=2).all_inner_texts() == ["All locations", "downtown", "uptown"]
    assert "November 23, 2026" in page.locator("header").inner_text()
    assert page.locator("svg").count() == 2
    assert {"Nov", "2026", "Jan", "2027"} <= {*page.locator("svg").first.locator("text").all_text_contents()}
    names = page.locator("details").first
    assert not names.locator("p").is_visible()
    names.locator("summary").click()
    assert names.locator("p").is_visible()


def test_call_list_is_sorted_by_every_column(page: "Page", tmp_path: Path) -> None:
    """Both ways; numbers as numbers."""
    people = [(10, "Bob"), (9, "ann"), (100, "Cy")]
    calls = tuple(
        Call(Customer(n, CustomerDetails(first_name=name)), Link(n, "d", StripeId("cus_1")), f"why {n}", "gone")
        for n, name in people
    )
    page.goto(written(tmp_path, calls).as_uri())
    cells = page.locator("tbody td:first-child")
    for title, once, twice in (("Number", ["9", "10", "100"], ["100", "10", "9"]), ("Name", ["9", "10", "100"], None)):
        page.get_by_role("button", name=title).click()
        assert cells.all_inner_texts() == once
        if twice:
            page.get_by_role("button", name=title).click()
            assert cells.all_inner_texts() == twice
    assert page.locator("th[aria-sort=ascending]").inner_text() == "Name"


def written(folder: Path, calls: tuple[Call, ...]) -> Path:
    """Write a page with these calls."""
    months = {f"2027-{month:02}": month for month in range(1, 13)}
    found = Standing("downtown", 9, 5, 0, 3, 1, 1, 0, months, {"no_card": 2}, NOW, NOW, calls)
    file = folder / "s.html"
    file.write_text(status_page(Status((found,), Overall(9, 5, 3)), NOW), encoding="utf-8")
    return file


@pytest.mark.parametrize(("width", "scheme"), [(360, "light"), (1280, "dark")])
def test_hostile_names_phones_and_everybody(page: "Page", tmp_path: Path, width: int, scheme: str) -> None:
    """Text stays text; a phone shows it, and a screen reader reads it."""
    from axe_playwright_python.sync_playwright import Axe

    details = CustomerDetails(first_name=EVIL, last_name="x" * 3000, email=EVIL)
    calls = (Call(Customer(1, details), Link(1, "d", StripeId("cus_1")), EVIL, EVIL),)
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme)
    page.goto(written(tmp_path, calls).as_uri())
    assert page.locator("img").count() == 0
    assert "<script>alert(1)</script>" in page.locator("tbody").inner_text()
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
