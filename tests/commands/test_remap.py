"""`remap`: links moved to the IDs that Stripe gave, each counted."""

import json
from pathlib import Path
from typing import Any

import pytest

from koalalink.app import App
from tests.commands.test_links import links_of
from tests.conftest import Run
from tests.fakes import Somebody, the_only

FIELDS = "file location links moved unchanged missing conflicts change problems".split()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where the file is."""
    return tmp_path / "mapping.csv"


def write(file: Path, *pairs: tuple[str, str]) -> str:
    """Write a file of Stripe's, as after a copy between accounts."""
    lines = [f"{old},pm_1,{new},pm_2" for old, new in pairs]
    file.write_text("\n".join(["customer_id_old,source_id_old,customer_id_new,source_id_new", *lines]) + "\n")
    return str(file)


def done(run: Run, *arguments: str) -> dict[str, Any]:
    """Remap, and return the JSON; the counts add up."""
    result = run("remap", *arguments, "--json")
    assert result.exit_code == 0, result.stderr
    told: dict[str, Any] = json.loads(result.stdout)
    assert list(told) == FIELDS
    assert told["moved"] + told["unchanged"] + told["missing"] + told["conflicts"] == told["links"]
    return told


def linked_at(koala: App, location: str) -> int:
    """How many customers are linked at a location."""
    return sum(any(link.location == location for link in linked.links) for linked in koala.store.everybody())


def test_links_of_one_location_go_to_another(run: Run, sandbox: App, file: Path) -> None:
    """Verified, in one change; the old ones stay, as the old account is still there."""
    run("connect", "42", "cus_123", "-l", "downtown")
    before = linked_at(sandbox, "downtown")
    told = done(run, write(file, ("cus_123", "cus_JaneUptown001")), "-l", "uptown", "--from", "downtown")
    assert (told["links"], told["moved"], told["missing"]) == (before, 1, before - 1)
    assert links_of(sandbox, 42) == {"downtown": "cus_123", "uptown": "cus_JaneUptown001"}
    link = sandbox.store.link(the_only(sandbox.store, "42"), "uptown")
    assert link is not None
    assert (link.account, link.verified_at) == ("acct_sandboxuptown", sandbox.now)
    again = done(run, str(file), "-l", "uptown", "--from", "downtown")
    assert (again["unchanged"], again["change"]) == (1, None)
    assert run("undo", str(told["change"]), "--yes").exit_code == 0
    assert links_of(sandbox, 42) == {"downtown": "cus_123"}


def test_link_takes_its_new_id_at_its_location(run: Run, sandbox: App, file: Path) -> None:
    """Whether it is switched on stays; the other kind of file is read, too."""
    run("connect", "42", "cus_OldProcessor1", "-l", "downtown", "--offline")
    run("disable", "42")
    file.write_text("old_customer_id;stripe_customer_id\ncus_OldProcessor1;cus_123\ncus_x;\n")
    told = done(run, str(file), "-l", "downtown")
    assert told["moved"] == 1
    link = sandbox.store.link(the_only(sandbox.store, "42"), "downtown")
    assert link is not None
    assert (link.stripe_id, link.enabled) == ("cus_123", False)


@pytest.mark.parametrize(
    ("new", "said"),
    [
        ("cus_NeverExisted", "There is no customer cus_NeverExisted"),
        ("cus_OlgaDeleted01", "was deleted"),
        ("cus_RosaAlvarez01", "Nothing matches: different name"),
        ("cus_9JzQDV5aXuWAAA", "Nothing matches: different name"),
    ],
)
def test_new_id_that_is_somebody_else_is_a_conflict(run: Run, sandbox: App, file: Path, new: str, said: str) -> None:
    """The link stays as it was, and is shown."""
    run("connect", "42", "cus_123", "-l", "downtown")
    told = done(run, write(file, ("cus_123", new)), "-l", "downtown")
    assert (told["moved"], told["conflicts"], links_of(sandbox, 42)) == (0, 1, {"downtown": "cus_123"})
    assert said in told["problems"][0]["reason"]


def test_id_that_another_customer_keeps_is_a_conflict(run: Run, sandbox: App, file: Path) -> None:
    """And so is one at a location where there is a link already."""
    run("connect", "1", "cus_123", "-l", "uptown", "--offline")
    run("connect", "42", "cus_OldProcessor1", "-l", "downtown", "--offline")
    told = done(run, write(file, ("cus_OldProcessor1", "cus_123")), "-l", "downtown")
    assert (told["conflicts"], told["problems"][0]["reason"]) == (1, "It belongs to Ben Frost (1).")
    told = done(run, str(file), "-l", "uptown", "--from", "downtown")
    assert (told["conflicts"], told["moved"]) == (1, 0)


def test_link_that_is_at_the_new_location_already_is_not_replaced(run: Run, sandbox: App, file: Path) -> None:
    """Somebody has put it there."""
    run("connect", "42", "cus_123", "-l", "downtown")
    run("connect", "42", "cus_SomethingElse", "-l", "uptown", "--offline")
    told = done(run, write(file, ("cus_123", "cus_JaneUptown001")), "-l", "uptown", "--from", "downtown")
    assert (told["conflicts"], told["moved"]) == (1, 0)
    assert "is already connected to cus_SomethingElse there" in told["problems"][0]["reason"]
    assert links_of(sandbox, 42)["uptown"] == "cus_SomethingElse"


def test_file_that_would_make_two_share_an_id_is_refused(run: Run, sandbox: App, file: Path) -> None:
    """With the rows; nothing is changed. One ID with two new ones is refused, too."""
    run("connect", "42", "cus_OldProcessor1", "-l", "downtown", "--offline")
    run("connect", "2", "cus_OldProcessor2", "-l", "downtown", "--offline")
    name = write(file, ("cus_OldProcessor1", "cus_123"), ("cus_OldProcessor2", "cus_123"))
    result = run("remap", name, "-l", "downtown")
    assert (result.exit_code, result.stdout) == (8, "")
    assert "rows 2 (Jane Doe (42)) and 3 (" in result.stderr
    result = run("remap", write(file, ("cus_1", "cus_2"), ("cus_1", "cus_3")), "-l", "downtown")
    assert (result.exit_code, "Rows 2 and 3 give cus_1 different new IDs" in result.stderr) == (8, True)


def test_dry_run_prints_what_the_run_prints(run: Run, sandbox: App, file: Path) -> None:
    """But for the change that it does not make."""
    run("connect", "42", "cus_OldProcessor1", "-l", "downtown", "--offline")
    name = write(file, ("cus_OldProcessor1", "cus_123"))
    dry = run("remap", name, "-l", "downtown", "--dry-run").stdout
    assert links_of(sandbox, 42) == {"downtown": "cus_OldProcessor1"}
    wet = run("remap", name, "-l", "downtown").stdout
    assert wet.removesuffix("\t3\t\n") == dry.removesuffix("\t\t\n") != wet


def test_person_is_asked_with_the_number_of_links(run: Run, sandbox: App, file: Path) -> None:
    """No changes nothing."""
    run("connect", "42", "cus_OldProcessor1", "-l", "downtown", "--offline")
    sandbox.__dict__["talk"] = person = Somebody()
    assert run("remap", write(file, ("cus_OldProcessor1", "cus_123")), "-l", "downtown").exit_code == 1
    assert person.asked == ["Move 1 link at downtown?"]
    assert links_of(sandbox, 42) == {"downtown": "cus_OldProcessor1"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a,b\n1,2\n", "is not a mapping file"),
        ("", "is empty"),
        ("customer_id_old,customer_id_new\n", "no rows below it"),
        ("customer_id_old,customer_id_new\ncus_1,pm_2\n", "Row 2 of mapping.csv"),
        ("customer_id_old,customer_id_new\ncus_1\n", "Row 2 of mapping.csv is incomplete"),
    ],
)
def test_no_mapping_file_is_one_sentence(run: Run, file: Path, text: str, said: str) -> None:
    """Nothing is guessed."""
    file.write_text(text)
    result = run("remap", str(file), "-l", "downtown")
    assert (result.exit_code, said in result.stderr) == (2, True), result.stderr
