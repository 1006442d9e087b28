"""Details of a linked customer that become another person's: the link must not go on as if nothing had happened."""

import json
from pathlib import Path

import pytest

from koalalink.app import App
from koalalink.domain.customers.links import Link
from koalalink.domain.history.descriptions import in_words
from tests.conftest import Run
from tests.fakes import Somebody, the_only
from tests.pictures import shown_on

AT = ("--location", "downtown")
OTHER = ("customers", "edit", "42", "--first-name", "Rosa", "--last-name", "Alvarez")


@pytest.fixture
def linked(run: Run) -> Run:
    """Jane is linked to Jane."""
    assert run("connect", "42", "cus_123", *AT).exit_code == 0
    return run


def link_of(koala: App, number: int = 42) -> Link:
    """Her link."""
    link = koala.store.link(the_only(koala.store, str(number)), "downtown")
    assert link is not None
    return link


def test_edit_into_another_person_is_refused(linked: Run, sandbox: App) -> None:
    """It says who the Stripe customer is, and what to type; nothing is changed."""
    before = the_only(sandbox.store, "42"), link_of(sandbox)
    assert (before[1].seen_name, before[1].seen_email, before[1].seen_phone) == (
        "Jane Doe",
        "jane@x.com",
        "+12065550142",
    )
    result = linked(*OTHER)
    assert (result.exit_code, result.stdout) == (8, "")
    assert "Jane Doe (42) is linked to cus_123 at downtown, who is Jane Doe, jane@x.com there." in result.stderr
    assert "koalalink --sandbox unlink 42 --location downtown" in result.stderr
    assert "--force" in result.stderr
    assert (the_only(sandbox.store, "42"), link_of(sandbox)) == before


def test_edit_that_contradicts_nothing_goes_ahead(linked: Run, sandbox: App) -> None:
    """Another phone or address, or a middle name."""
    assert linked("customers", "edit", "42", "--phone", "206-555-0199", "--address", "9 Oak St").exit_code == 0
    assert linked("customers", "edit", "42", "--first-name", "Jane M.").exit_code == 0
    assert link_of(sandbox).verified_at is not None


def test_same_person_with_a_new_name_is_not_verified_any_more(linked: Run, sandbox: App) -> None:
    """And history says why; one undo puts back the name and the verification."""
    verified = link_of(sandbox)
    assert linked(*OTHER, "--force").exit_code == 0
    assert link_of(sandbox) == verified._replace(verified_at=None)
    newest = json.loads(linked("history", "--limit", "1", "--json").stdout)[0]
    assert newest["action"] == "edited"
    assert newest["note"] == "although the details do not match cus_123"
    assert in_words(sandbox.store.change(None)) == (
        "changed first name, last name of Rosa Alvarez (42); the link to cus_123 at downtown is no longer verified"
    )
    back = linked("undo")
    assert "The link of Rosa Alvarez (42) to cus_123 at downtown will count as verified again." in back.stderr
    assert (the_only(sandbox.store, "42").details.first_name, link_of(sandbox)) == ("Jane", verified)


def test_person_is_asked(linked: Run, sandbox: App) -> None:
    """At a terminal; no leaves all as it was."""
    sandbox.__dict__["talk"] = person = Somebody(says_yes=False)
    assert linked(*OTHER).exit_code == 1
    assert person.asked[0].endswith("Is it the same person?")
    person.says_yes = True
    assert linked(*OTHER).exit_code == 0
    assert link_of(sandbox).verified_at is None


@pytest.mark.parametrize("on_match", ["update", "fill"])
def test_import_of_another_person_over_a_linked_one_is_rejected(
    linked: Run, sandbox: App, tmp_path: Path, on_match: str
) -> None:
    """The row goes into the rejects with the reason, the others come in."""
    external_id = the_only(sandbox.store, "42").details.external_id
    file = tmp_path / "people.csv"
    file.write_text(
        f"External ID,First Name,Last Name,Email\n{external_id},Rosa,Alvarez,rosa@x.com\nBK-X,Cy,Lee,cy@x.com\n"
    )
    if on_match == "fill":
        customer = the_only(sandbox.store, "42")
        sandbox.store.edit(customer, customer.details._replace(first_name="", last_name="", email="", phone=""))
    trusting = ("--match-on", "external-id", "--on-match", on_match)
    told = json.loads(linked("customers", "import", str(file), *trusting, "--json").stdout)
    assert (told["added"], told["updated"], told["rejected"]) == (1, 0, 1)
    assert "is linked to cus_123 at downtown, who is Jane Doe, jane@x.com there." in told["problems"][0]["reason"]
    assert "Rosa" in Path(told["rejects"]).read_text()


def test_undo_that_brings_another_person_back_is_refused(run: Run, sandbox: App) -> None:
    """The link was made for the details that the undo would take away."""
    was = the_only(sandbox.store, "42").details
    assert (
        run(
            "customers",
            "edit",
            "42",
            "--first-name",
            "Rosa",
            "--last-name",
            "Alvarez",
            "--email",
            "r@x.com",
            "--phone",
            "",
        ).exit_code
        == 0
    )
    stripe_id = "cus_RosaAlvarez01"
    assert run("connect", "42", stripe_id, *AT, "--force").exit_code == 0
    result = run("undo", "2")
    assert (result.exit_code, "is linked to cus_RosaAlvarez01" in result.stderr) == (8, True)
    assert run("undo", "2", "--force").exit_code == 0
    assert the_only(sandbox.store, "42").details == was
    assert link_of(sandbox).verified_at is None


def test_what_the_copy_has_counts_where_nothing_was_seen(run: Run, sandbox: App) -> None:
    """A link of an older version, or one that was saved offline, does not say what the Stripe customer was like."""
    assert run("connect", "42", "cus_123", *AT, "--offline").exit_code == 0
    assert link_of(sandbox).seen_name == ""
    assert run(*OTHER).exit_code == 0
    assert run("undo").exit_code == 0
    assert run("sync").exit_code == 0
    assert run(*OTHER).exit_code == 8


def test_page_never_calls_details_verified_that_were_not(linked: Run, sandbox: App) -> None:
    """As where another program, or an older version, has changed them."""
    from tests.render.views.test_views import plain, text_of

    def shown() -> str:
        console = plain(100)
        shown_on(sandbox, console)
        assert linked("show", "42").exit_code == 0
        return text_of(console)

    assert "(verified 2026-11-23)" in shown()
    customer = the_only(sandbox.store, "42")
    sandbox.store.edit(customer, customer.details._replace(first_name="Rosa", last_name="Alvarez"))
    assert "(verified when the details were different)" in shown()
