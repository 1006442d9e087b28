"""Stripe customers whose ID an integration has chosen, and records that cannot be read."""

import csv
import json
from pathlib import Path

import pytest

from koalalink.app import App
from koalalink.domain.customers.customer import CustomerDetails
from koalalink.sandbox.fake_stripe import Account
from tests.commands.conftest import KEY
from tests.conftest import Run
from tests.fakes import the_only

CHOSEN = ["user_8842", "una@x.com", "1042", "a/b?c#d", "=1+1", "Zoë Müller", "%2e%2e", "x" * 255]


def give(account: Account, *ids: str, **more: object) -> None:
    """Let the account have Una under each of these IDs."""
    for stripe_id in ids:
        una = {"id": stripe_id, "name": "Una Hale", "email": "una@x.com", "phone": None}
        account.customers[stripe_id] = account.customers["cus_RobertCarver1"] | una | more
        account.payment_methods[stripe_id] = account.payment_methods.get("cus_123", [])


@pytest.fixture
def una(koala: App) -> int:
    """Una, of ours, by number."""
    return koala.store.add(CustomerDetails(first_name="Una", last_name="Hale", email="una@x.com")).number


@pytest.mark.parametrize("stripe_id", CHOSEN)
def test_any_id_that_stripe_has_can_be_linked(
    live: Run, koala: App, account: Account, una: int, stripe_id: str
) -> None:
    """As the second thing that is typed; and from then on it is an ID like any other."""
    give(account, stripe_id)
    done = live("connect", str(una), stripe_id, "--json")
    assert done.exit_code == 0, done.stderr
    assert json.loads(done.stdout)["stripe_id"] == stripe_id
    assert live("cards", str(una)).exit_code == 0
    assert live("verify").exit_code in (0, 9)
    assert live("sync").exit_code == 0
    assert live("unlink", str(una)).exit_code == 0
    assert live("connect", str(una), stripe_id, "--offline").exit_code == 0
    assert koala.store.links_by_location() == {"default": 2}


@pytest.mark.parametrize("stripe_id", ["nobody_1", "una hale", "..", ".", "search", "x" * 256])
@pytest.mark.parametrize("more", [(), ("--offline",)], ids=["", "offline"])
def test_what_stripe_has_not_is_no_id(
    live: Run, koala: App, account: Account, una: int, stripe_id: str, more: tuple[str, ...]
) -> None:
    """It is told as before: a word without cus_ is an ID only where Stripe says so."""
    refused = live("connect", str(una), stripe_id, *more)
    assert (refused.exit_code, "is not a Stripe customer ID" in refused.stderr) == (2, True)
    assert koala.store.link(the_only(koala.store, str(una)), "default") is None


def test_word_without_cus_is_ours_first(live: Run, koala: App, account: Account, una: int) -> None:
    """In show and cards it never means somebody at Stripe, nor does the first that is typed."""
    give(account, "una", "user_8842")
    assert json.loads(live("show", "una", "--json").stdout)["customer"] == una
    assert live("show", "user_8842").exit_code == 4
    assert live("connect", "user_8842", str(una)).exit_code in (2, 4)


def test_sheet_proposes_any_id_and_takes_only_its_own(live: Run, account: Account, una: int) -> None:
    """The program writes it into the column of IDs; as a decision it is none."""
    give(account, "=una")
    assert live("sync").exit_code == 0
    assert live("match", "--sheet", "sheet.csv").exit_code == 0
    with Path("sheet.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    [mine] = [row for row in rows if row["Customer"] == str(una)]
    assert mine["Stripe ID"] == "'=una"
    for said, linked in (("=una", 0), ("user_8842", 0), ("yes", 1)):
        with Path("sheet.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, [*mine])
            writer.writeheader()
            writer.writerow(mine | {"Decision": said})
        applied = live("apply", "sheet.csv")
        assert applied.exit_code == 0, applied.stderr
        assert ("is not a decision" in applied.stdout) is not bool(linked)
        [found] = json.loads(live("customers", "list", "una", "--json").stdout)
        assert len(found["links"]) == linked
    assert json.loads(live("show", str(una), "--json").stdout)["links"][0]["stripe_id"] == "=una"


def test_one_record_that_cannot_be_read_stops_nothing(live: Run, koala: App, account: Account) -> None:
    """Sync, search, match and verify go on without it, and name it."""
    assert live("connect", "1", "cus_123").exit_code == 0
    give(account, "user_8842")
    give(account, "cus_odd", metadata=[1], created=3_999_999_999)
    give(account, "cus_odder", metadata=[1], created=4_000_000_000)
    told = "2 records of Stripe's at default could not be read: cus_odder and cus_odd."
    synced = live("sync")
    assert (synced.exit_code, told in synced.stderr) == (0, True), synced.stderr
    assert {each.stripe_id for each in koala.directory.beginning("user_", 9)} == {"user_8842"}
    assert koala.directory.beginning("cus_odd", 9) == []
    found = live("search", "una hale", "--json")
    assert [hit["stripe_id"] for hit in json.loads(found.stdout)] == ["user_8842"]
    assert "could not be read" in found.stderr
    account.customers["cus_123"]["metadata"] = [1]
    verified = live("verify")
    assert (verified.exit_code, verified.stdout.count("cus_123")) == (0, 0)
    assert "1 record of Stripe's at default could not be read: cus_123." in verified.stderr
    assert KEY not in verified.output


def test_page_of_nothing_but_such_records_is_passed(live: Run, koala: App, account: Account) -> None:
    """What comes behind it is copied all the same."""
    for number in range(150):
        give(account, f"cus_odd{number}", metadata=[1], created=4_000_000_000 + number)
    synced = live("sync")
    assert (synced.exit_code, "150 records of Stripe's" in synced.stderr) == (0, True)
    assert [each.stripe_id for each in koala.directory.beginning("cus_123", 9)] == ["cus_123"]
