"""The company's own list."""

import json

import pytest

from koalalink.app import App
from tests.commands.test_forms import FIELDS
from tests.conftest import Run


def test_add_tells_the_number(run: Run) -> None:
    """As a sentence, and as JSON with what was given, trimmed."""
    assert (
        run("customers", "add", "--first-name", " Ann ", "--last-name", "Lee").stdout == "Added customer 61, Ann Lee.\n"
    )
    added = json.loads(run("customers", "add", "--email", "a@b.c", "--zip", "02134", "--json").stdout)
    assert list(added) == FIELDS["CustomerList"].split()
    assert (added["customer"], added["email"], added["zip"], added["first_name"]) == (62, "a@b.c", "02134", None)


def test_add_of_nobody_is_refused(run: Run) -> None:
    """Somebody without a name, company or email could not be found again."""
    result = run("customers", "add", "--phone", "206 555 0199")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "--first-name" in result.stderr


def test_list_shows_the_fields_that_were_promised(run: Run) -> None:
    """With links and when they were verified."""
    [row] = json.loads(run("customers", "list", "hugh", "--json").stdout)
    assert list(row) == FIELDS["CustomerList"].split()
    [link] = row["links"]
    assert list(link) == ["location", "stripe_id", "enabled", "verified_at"]
    assert (link["location"], link["enabled"], link["verified_at"]) == ("uptown", True, "2026-11-23T12:00:00Z")


def test_list_goes_page_by_page(run: Run) -> None:
    """Fifty, and how to see the next."""
    result = run("customers", "list", "--json")
    assert len(json.loads(result.stdout)) == 50
    assert "--offset 50" in result.stderr
    assert len(json.loads(run("customers", "list", "--json", "--offset", "50").stdout)) == 10


def test_list_of_the_linked_and_the_others_is_everybody(run: Run) -> None:
    """Nobody is in both, at one location or at all."""
    for place in ((), ("-l", "uptown")):
        parts = [
            json.loads(run("customers", "list", "--json", side, *place).stdout) for side in ("--linked", "--unlinked")
        ]
        numbers = [row["customer"] for part in parts for row in part]
        assert sorted(numbers) == list(range(1, 61))


@pytest.mark.parametrize("query", ["42", "JANE", "núñez", "nunez", "[red]", "o'brien", "harbor", "bk"])
def test_list_takes_any_query(run: Run, query: str) -> None:
    """Every one of these is a query, whatever it finds."""
    assert run("customers", "list", query).exit_code == 0


def test_edit_changes_what_is_named(run: Run) -> None:
    """An empty text empties a field; the rest stays."""
    edited = json.loads(run("customers", "edit", "42", "--phone", "", "--city", "Tacoma", "--json").stdout)
    assert (edited["phone"], edited["city"], edited["first_name"]) == (None, "Tacoma", "Jane")
    assert run("customers", "edit", "42").exit_code == 2


def test_remove_of_a_linked_customer_needs_force(run: Run, sandbox: App) -> None:
    """The hint says how to unlink; with --force the links go, too."""
    result = run("customers", "remove", "54")
    assert result.exit_code == 8
    assert "unlink 54 --all" in result.stderr
    assert run("customers", "remove", "54", "--force").exit_code == 0
    assert run("customers", "remove", "42").stdout == "Removed customer 42, Jane Doe.\n"
    assert run("show", "42").exit_code == 4


def test_email_of_two_is_told(run: Run) -> None:
    """Ambiguous: exit 4 with both."""
    result = run("show", "alvarez.family@example.com")
    assert result.exit_code == 4
    assert "Rosa Alvarez (7), (206) 555-0107; Miguel Alvarez (8)" in result.stderr


def test_person_who_is_there_is_not_added_twice(run: Run) -> None:
    """The same email and name, however they are written; --force is for two people of one name."""
    ann = ("customers", "add", "--first-name", "Ann", "--last-name", "Lee", "--email", "ann.lee@x.com")
    assert run(*ann).exit_code == 0
    again = run("customers", "add", "--first-name", "ann", "--last-name", "Lee", "--email", "Ann.Lee@X.com")
    assert (again.exit_code, again.stdout) == (8, "")
    assert "Ann Lee (61) is in your list already, with the same email and name. Nothing was added." in again.stderr
    assert (
        run("customers", "add", "--first-name", "Bo", "--last-name", "Lee", "--email", "ann.lee@x.com").exit_code == 0
    )
    assert run(*ann, "--force").exit_code == 0
