"""`status` and `duplicates`."""

import csv
import io
import json
import stat
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from koalalink.app import App
from koalalink.domain.mirror.status import Overall
from koalalink.errors import NetworkError
from koalalink.operations.mirror.status import StatusRequest, status
from koalalink.render.views.dispatch import draw
from koalalink.stripe_client.client import StripeGateway
from tests.conftest import Run


@pytest.fixture(autouse=True)
def _copied(run: Run) -> None:
    assert run("sync").exit_code == 0


def standing(run: Run, *arguments: str) -> dict[str, dict[str, Any]]:
    """What status says of each location."""
    result = run("status", *arguments, "--json")
    assert result.exit_code == 0, result.stderr
    return {row["location"]: row for row in json.loads(result.stdout)}


def test_status_counts_links_and_cards(run: Run, sandbox: App) -> None:
    """Counted again here from Stripe itself, one customer after the other."""
    row = standing(run)["downtown"]
    gateway = sandbox.accounts("downtown")
    links = [link for each in sandbox.store.everybody() for link in each.links if link.location == "downtown"]
    ready = [card for link in links for card in gateway.cards(link.stripe_id) or () if not card.expired(sandbox.now)]
    assert row["linked"] == len(links) == row["ready"] + row["no_card"] + row["expired"] + row["gone"]
    assert row["customers"] == 60
    assert 0 < row["ready"] <= len(ready)
    assert len(row["expiring"]) == 12
    assert next(iter(row["expiring"])) == "2026-11"


def test_status_remembers_what_verify_has_found(run: Run) -> None:
    """By kind, and when."""
    assert standing(run)["downtown"]["verified_at"] is None
    problems = json.loads(run("verify", "--json").stdout)
    row = standing(run)["downtown"]
    assert row["verified_at"] == "2026-11-23T12:00:00Z"
    assert sum(row["problems"].values()) == sum(each["location"] == "downtown" for each in problems)


def test_card_that_is_no_default_counts_as_a_card(run: Run, sandbox: App) -> None:
    """A linked customer without a default is asked for all cards."""
    linked = {link.stripe_id for each in sandbox.store.everybody() for link in each.links if link.location == "uptown"}
    found = sandbox.directory.known("uptown", linked)
    gateway = sandbox.accounts("uptown")
    assert {name for name, each in found.items() if each.card is None} == {
        name for name in found if not gateway.cards(name)
    }


def test_call_list_names_who_needs_a_new_card(run: Run, tmp_path: Path) -> None:
    """With phone, email and the reason; readable by its owner alone."""
    file = tmp_path / "calls.csv"
    assert run("status", "-l", "downtown", "--call-list", str(file)).exit_code == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with file.open(encoding="utf-8-sig", newline="") as stream:
        rows = [*csv.DictReader(stream)]
    row = standing(run)["downtown"]
    assert len(rows) == row["no_card"] + row["expired"] + row["gone"] > 0
    assert all(each["Reason"] and each["Phone"] and each["Location"] == "downtown" for each in rows)


def test_call_list_has_who_expires_soon(run: Run, sandbox: App, tmp_path: Path) -> None:
    """Besides who cannot be charged; the days are counted to the end of the month."""
    rows = {}
    for within in (None, 400):
        file = tmp_path / f"calls{within}.csv"
        more = ("--within", str(within)) if within else ()
        assert run("status", "--call-list", str(file), *more).exit_code == 0
        with file.open(encoding="utf-8-sig") as stream:
            rows[within] = [*csv.reader(stream)]
    soon = [row for row in rows[400] if row not in rows[None]]
    assert soon
    assert all(any(" expires in " in cell for cell in row) for row in soon)
    assert len(soon) == sum(sum(row["expiring"].values()) for row in standing(run).values())
    assert run("status", "--within", "45").exit_code == 2


def test_all_locations_are_told_in_one_line(sandbox: App) -> None:
    """Whoever can be charged somewhere is not counted as one who cannot."""
    found = status(sandbox, StatusRequest())
    linked, ready = set(), set()
    for each in sandbox.store.everybody():
        for link in each.links:
            linked.add(link.customer)
            theirs = sandbox.directory.known(link.location, [link.stripe_id]).get(link.stripe_id)
            if link.enabled and theirs and theirs.card and theirs.card.usable(sandbox.now):
                ready.add(link.customer)
    assert found.overall == Overall(60, len(linked), len(ready))
    console = Console(file=io.StringIO(), width=80, color_system=None)
    draw(found, sandbox.now, console=console)
    assert isinstance(console.file, io.StringIO)
    shown = console.file.getvalue()
    assert f"All locations: {len(linked)} of 60 customers linked, {len(ready)} can be charged;" in shown
    assert "2026     2027" in shown
    assert "█░" in shown


def test_pictures_are_written(run: Run, tmp_path: Path) -> None:
    """The same as on the screen."""
    svg, html = tmp_path / "s.svg", tmp_path / "s.html"
    assert run("status", "--svg", str(svg), "--html", str(html)).exit_code == 0
    assert svg.read_text().startswith("<svg")
    drawn = svg.read_text().replace("&#160;", " ")
    assert "14 of 60 customers" in drawn
    page = html.read_text()
    assert "<b>14</b> of 60 customers linked" in page
    assert "default-src 'none'" in page
    assert "Dec" in drawn
    assert "Dec" in page


def test_duplicate_with_live_business_comes_first(run: Run) -> None:
    """Where the key may read subscriptions and invoices: what has ended, or is paid, does not count."""
    [priya] = [row for row in json.loads(run("duplicates", "--json").stdout) if "Priya Raman" in str(row)]
    assert priya["pick"] == priya["customers"][0]["stripe_id"] == "cus_PriyaRaman001"
    assert priya["reason"] == "has active subscriptions or open invoices"
    assert [(each["subscriptions"], each["invoices"]) for each in priya["customers"]] == [(1, 1), (0, 0), (0, 0)]


def test_duplicates_are_told_without_stripe(run: Run, sandbox: App) -> None:
    """They are in the copy; on a train nobody sees what is going on with them."""

    def unreachable(location: str) -> StripeGateway:
        raise NetworkError(f"Stripe cannot be reached, for {location}.", hint="")

    sandbox.__dict__["accounts"] = unreachable
    result = run("duplicates", "--json")
    assert result.exit_code == 0
    assert "Subscriptions and invoices are not looked at." in result.stderr
    [priya] = [row for row in json.loads(result.stdout) if "Priya Raman" in str(row)]
    assert priya["same"] == ["email"]
    assert priya["pick"] == priya["customers"][0]["stripe_id"] == "cus_PriyaRaman003"
    assert [each["card"] and each["card"]["expired"] for each in priya["customers"]] == [False, None, True]
    assert priya["reason"] == "has a payment method that can be charged"
    assert {each["subscriptions"] for each in priya["customers"]} == {None}


def test_family_with_one_email_is_no_duplicate(run: Run) -> None:
    """The Alvarez family share theirs."""
    found = json.loads(run("duplicates", "--json").stdout)
    for row in found:
        assert len({each["name"] for each in row["customers"]}) == 1
    assert not any("Alvarez" in str(row) for row in found)


def test_duplicates_without_a_copy_say_what_to_type(run: Run, sandbox: App) -> None:
    """Nothing was copied yet."""
    for place in ("downtown", "uptown"):
        sandbox.directory.forget(place)
    result = run("duplicates")
    assert (result.exit_code, result.stdout) == (4, "")
    assert "sync" in result.stderr
