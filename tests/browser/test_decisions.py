"""The decision page in a real browser: decided by mouse and by keys, kept, saved, and applied."""

import csv
import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from koalalink.app import App
from koalalink.domain.customers.customer import Customer, CustomerDetails
from koalalink.domain.identity.rules import Tier
from koalalink.domain.matching.decisions import Origin, SideBySide
from koalalink.domain.matching.proposals import Proposal
from koalalink.domain.stripe.customer import StripeCustomer
from koalalink.domain.stripe.ids import StripeId
from koalalink.render.pages.decisions import decision_page
from tests.conftest import NOW, runner
from tests.fakes import the_only

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.long

EVIL = "</script><script>alert(1)</script><img src=x onerror=alert(2)>"
EVIL += "\u202e\x1b[31m{{7*7}} $x ${y} `z` & \u2028\U0001f600\ud83d"


def write(file: Path, *pairs: SideBySide) -> Path:
    """Write a page of these pairs."""
    text, _ = decision_page(pairs, Origin("downtown", "abc"), NOW)
    file.write_text(text, encoding="utf-8")
    return file


def pair(number: int, *, name: str = "", tier: Tier = Tier.REVIEW, reason: str = "same name") -> SideBySide:
    """A pair of two who are alike."""
    ours = CustomerDetails(first_name=name or f"Jane{number}", last_name="Doe", email=f"j{number}@x.com")
    theirs = StripeCustomer(StripeId(f"cus_{number}"), ours.name, ours.email, "", NOW, livemode=False)
    return SideBySide(Proposal(number, theirs.stripe_id, tier, reason), Customer(number, ours), theirs, ())


def saved(page: "Page", folder: Path) -> Path:
    """Press Save, and return the file."""
    with page.expect_download() as download:
        page.get_by_role("button", name="Save decisions").click()
    file = folder / str(download.value.suggested_filename)
    download.value.save_as(file)
    return file


def rows(file: Path) -> list[dict[str, str]]:
    """The rows of a saved sheet."""
    with file.open(encoding="utf-8-sig", newline="") as stream:
        return [*csv.DictReader(stream)]


def test_decisions_end_as_links(page: "Page", shop: App, tmp_path: Path) -> None:
    """From match to apply: what was answered is linked, what was refused is not proposed again."""
    run = runner(shop)
    file = tmp_path / "decisions.html"
    result = run("match", "-l", "downtown", "--sheet", str(file))
    assert "open it in a browser" in result.stderr
    assert file.stat().st_mode & 0o777 == 0o600
    page.goto(file.as_uri())
    page.get_by_label("How sure").select_option("review")
    first = page.locator(".pair").first
    number, stripe_id = first.locator("h2").inner_text(), first.locator("th").nth(3).inner_text()
    first.get_by_role("button", name="No, ").click()
    sheet = saved(page, tmp_path)
    told = page.locator("#saved").inner_text()
    assert f"koalalink apply {sheet.name}" in told
    found = rows(sheet)
    [refused] = [row for row in found if row["Decision"] == "no"]
    assert number.endswith(f"({refused['Customer']})")
    assert stripe_id == f"At Stripe: {refused['Stripe ID']}"
    certain = [row for row in found if row["Decision"] == "certain"]
    assert len(certain) > 5
    done = run("apply", str(sheet), "--json")
    assert done.exit_code == 0, done.stderr
    assert "When all is decided, delete both" in done.stderr
    settled = json.loads(done.stdout)
    assert (settled["linked"], settled["refused"], settled["problems"]) == (len(certain), 1, [])
    for row in certain:
        link = shop.store.link(the_only(shop.store, row["Customer"]), "downtown")
        assert link is not None
        assert link.stripe_id == row["Stripe ID"]
    again = json.loads(run("match", "-l", "downtown", "--json").stdout)
    assert (int(refused["Customer"]), refused["Stripe ID"]) not in {
        (row["customer"], row["stripe_id"]) for row in again
    }


def test_page_is_answered_by_keys_alone_and_keeps_the_answers(page: "Page", tmp_path: Path) -> None:
    """Also over a reload; and another page of the same store has its own."""
    file = write(tmp_path / "d.html", *(pair(number) for number in range(1, 6)))
    page.goto(file.as_uri())
    assert page.locator("#progress").inner_text() == "0 decided, 5 left."
    for key in ("y", "n", "l", "y", "u"):
        page.keyboard.press(key)
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("n")
    assert page.locator("#progress").inner_text() == "3 decided, 2 left, 1 of them for later."
    page.reload()
    assert page.locator("#progress").inner_text() == "3 decided, 2 left, 1 of them for later."
    page.get_by_label("Show").select_option("")
    assert page.locator(".pair").count() == 5
    pressed = page.locator(".pair").nth(0).get_by_role("button", name="Yes, connect")
    assert pressed.get_attribute("aria-pressed") == "true"
    answers = [(row["Customer"], row["Decision"]) for row in rows(saved(page, tmp_path))]
    assert answers == [("1", "yes"), ("2", "no"), ("4", "no")]
    text, _ = decision_page([pair(1)], Origin("downtown", "abc"), NOW.replace(minute=1))
    (tmp_path / "other.html").write_text(text, encoding="utf-8")
    page.goto((tmp_path / "other.html").as_uri())
    assert page.locator("#progress").inner_text() == "0 decided, 1 left."


def test_key_that_is_held_down_answers_once(page: "Page", tmp_path: Path) -> None:
    """Else it would answer pairs that nobody has seen."""
    page.goto(write(tmp_path / "d.html", *(pair(number) for number in range(1, 30))).as_uri())
    for _ in range(20):
        page.keyboard.down("y")
    page.keyboard.up("y")
    assert page.locator("#progress").inner_text() == "1 decided, 28 left."
    page.keyboard.press("y")
    assert page.locator("#progress").inner_text() == "2 decided, 27 left."


def test_somebody_else_is_chosen(page: "Page", tmp_path: Path) -> None:
    """One who fits as well, or an ID that is typed; what is none is told."""
    rival = pair(9).theirs
    assert rival
    both = pair(1)._replace(proposal=pair(1).proposal._replace(rivals=(rival.stripe_id,)), others=[rival])
    page.goto(write(tmp_path / "d.html", both, pair(2)).as_uri())
    page.get_by_role("button", name="Connect Jane1 Doe (1) to cus_9 instead").click()
    other = page.locator(".pair").nth(1)
    other.get_by_label("Another Stripe ID").fill("pm_123")
    other.get_by_role("button", name="Connect Jane2 Doe (2) to the Stripe ID").click()
    assert "not a Stripe customer ID" in other.get_by_role("alert").inner_text()
    other.get_by_label("Another Stripe ID").fill(" https://dashboard.stripe.com/customers/cus_77 ")
    other.get_by_label("Another Stripe ID").press("Enter")
    assert [row["Decision"] for row in rows(saved(page, tmp_path))] == ["cus_9", "cus_77"]


def test_group_of_one_reason_is_confirmed_together_after_five_were_seen(page: "Page", tmp_path: Path) -> None:
    """Only those of whom nothing is in doubt; and it can be undone."""
    alike = [pair(number, tier=Tier.LIKELY, reason="same name and email") for number in range(1, 13)]
    doubtful = alike[11].theirs
    assert doubtful
    alike[11] = alike[11]._replace(theirs=doubtful._replace(email="q@y.com", name="Robert Roe"))
    page.goto(write(tmp_path / "d.html", *alike).as_uri())
    page.get_by_label("Reason").select_option(label="same name and email")
    button = page.locator("#group-yes")
    assert button.is_disabled()
    for number in range(6):
        page.locator(".pair").nth(number).scroll_into_view_if_needed()
        page.wait_for_function(f"document.querySelector('#pair-{number} h2') !== null")
    page.wait_for_function("!document.getElementById('group-yes').disabled")
    assert button.inner_text() == "Yes to all 11"
    button.click()
    assert page.locator("#progress").inner_text() == "11 decided, 1 left."
    found = rows(saved(page, tmp_path))
    assert {(row["Decision"], row["Looked at"]) for row in found} == {("yes", "no")}
    page.keyboard.press("u")
    assert page.locator("#progress").inner_text() == "0 decided, 12 left."


def test_search_and_filters(page: "Page", tmp_path: Path) -> None:
    """By name, email, number and ID; by tier and reason."""
    from playwright.sync_api import expect

    pairs = (pair(1), pair(2, name="Zoë", tier=Tier.LIKELY, reason="same phone"), pair(3, tier=Tier.CERTAIN))
    page.goto(write(tmp_path / "d.html", *pairs).as_uri())
    shown = page.locator(".pair h2")
    expect(shown).to_have_text(["Jane1 Doe (1)", "Zoë Doe (2)"])
    for field, value, found in (
        ("Search", "zoe", ["Zoë Doe (2)"]),
        ("Search", "j1@x.com doe", ["Jane1 Doe (1)"]),
        ("Search", "cus_2", ["Zoë Doe (2)"]),
        ("Search", "nobody", []),
    ):
        page.get_by_label(field).fill(value)
        expect(shown).to_have_text(found)
    assert page.get_by_text("No pair fits these filters.").is_visible()
    page.get_by_label("Search").fill("")
    page.get_by_label("How sure").select_option("certain")
    expect(shown).to_have_text(["Jane3 Doe (3)"])


def test_hostile_texts_are_texts(page: "Page", tmp_path: Path) -> None:
    """Names, emails, reasons and descriptions of others; also 2,000 characters, and in the saved sheet."""
    evil = pair(1, name=EVIL, reason=EVIL)
    long = pair(2, name="x" * 5000)
    formula = pair(3, name="=1+1")
    page.goto(write(tmp_path / "d.html", evil, long, formula).as_uri())
    assert "<script>alert(1)</script>" in page.locator(".pair h2").first.inner_text()
    assert page.locator("img").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280
    for _ in range(3):
        page.keyboard.press("y")
    names = [row["Name"] for row in rows(saved(page, tmp_path))]
    assert names[2] == "'=1+1 Doe"
    assert names[0].lstrip("'").startswith("</script>")


@pytest.mark.parametrize("stage", ["refused", "full"])
def test_storage_that_is_refused_or_full_is_told(page: "Page", tmp_path: Path, stage: str) -> None:
    """At once, or when it happens; the decisions of this sitting can still be saved."""
    script = {
        "refused": "Object.defineProperty(window, 'localStorage', { get() { throw new Error('no'); } });",
        "full": "let n = 0; Storage.prototype.setItem = () => { if (n++) throw new Error('full'); };",
    }[stage]
    page.add_init_script(script)
    page.goto(write(tmp_path / "d.html", pair(1), pair(2)).as_uri())
    warning = page.locator("#warning")
    assert warning.is_visible() is (stage == "refused")
    page.keyboard.press("y")
    assert warning.is_visible()
    assert "save" in warning.inner_text().lower()
    assert [row["Decision"] for row in rows(saved(page, tmp_path))] == ["yes"]


def test_without_scripts_the_pairs_are_a_table(page: "Page", tmp_path: Path) -> None:
    """And it is said what is missing."""
    assert page.context.browser
    plain = page.context.browser.new_context(java_script_enabled=False)
    opened = plain.new_page()
    opened.goto(write(tmp_path / "d.html", pair(1), pair(2, name=EVIL)).as_uri())
    assert opened.locator("noscript .warning").is_visible()
    assert opened.locator("tbody tr").count() == 2
    assert "Jane1 Doe (1)" in opened.locator("tbody tr").first.inner_text()
    plain.close()


def test_three_thousand_pairs_are_drawn_as_they_are_needed(page: "Page", tmp_path: Path) -> None:
    """The file is small, and of the cards only those that are near are there."""
    rival = pair(99_999).theirs
    assert rival
    many = [pair(number)._replace(others=[rival] * (number % 3)) for number in range(1, 3001)]
    file = write(tmp_path / "d.html", *many)
    assert file.stat().st_size < 3_000_000
    page.goto(file.as_uri())
    page.wait_for_selector(".pair h2")
    assert page.locator(".pair").count() == 3000
    assert page.locator(".pair h2").count() < 40
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    page.wait_for_selector("#pair-2999 h2")
    assert page.locator(".pair h2").count() < 80


def test_sheet_that_a_spreadsheet_has_stored_is_applied(page: "Page", shop: App, tmp_path: Path) -> None:
    """With other separators, another encoding and no mark in front."""
    run = runner(shop)
    run("match", "-l", "downtown", "--sheet", str(tmp_path / "decisions.html"))
    page.goto((tmp_path / "decisions.html").as_uri())
    sheet = saved(page, tmp_path)
    kept = tmp_path / "stored.csv"
    with kept.open("w", encoding="cp1252", errors="replace", newline="") as stream:
        stored = csv.writer(stream, delimiter=";")
        with sheet.open(encoding="utf-8-sig", newline="") as read:
            stored.writerows(csv.reader(read))
    done = json.loads(run("apply", str(kept), "--json").stdout)
    assert done["linked"] > 5
    again = json.loads(run("apply", str(sheet), "--json").stdout)
    assert (again["linked"], again["unchanged"]) == (0, done["linked"])


def test_page_of_people_who_have_changed_since(page: "Page", shop: App, tmp_path: Path) -> None:
    """They are judged anew: what was seen is not what is there; and another store's page is refused."""
    run = runner(shop)
    run("match", "-l", "downtown", "--sheet", str(tmp_path / "decisions.html"))
    page.goto((tmp_path / "decisions.html").as_uri())
    sheet = saved(page, tmp_path)
    first = rows(sheet)[0]
    run("customers", "edit", first["Customer"], "--first-name", "Somebody", "--last-name", "Else", "--force")
    done = run("apply", str(sheet), "--json")
    [problem] = json.loads(done.stdout)["problems"]
    assert (str(problem["customer"]), "was changed since" in problem["reason"]) == (first["Customer"], True)
    other = App(home=tmp_path / "other", sandbox=True, environ={}, now=lambda: NOW, may_ask=False)
    runner(other)("sync")
    refused = runner(other)("apply", str(sheet))
    other.close()
    assert (refused.exit_code, "was written for another store" in refused.stderr) == (8, True)


@pytest.mark.parametrize(("width", "scheme"), [(360, "light"), (1280, "dark")])
def test_page_is_usable_by_everybody(page: "Page", tmp_path: Path, width: int, scheme: str) -> None:
    """No rule of axe is broken, in light and dark; nothing is wider than a phone."""
    from axe_playwright_python.sync_playwright import Axe

    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme)
    rival = pair(9).theirs
    assert rival
    page.goto(write(tmp_path / "d.html", pair(1)._replace(others=[rival]), pair(2, tier=Tier.CERTAIN)).as_uri())
    page.keyboard.press("y")
    page.wait_for_selector(".pair h2")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.emulate_media(media="print")
    assert page.locator(".filters").is_hidden()
