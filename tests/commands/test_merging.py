"""Two entries of one person become one, and two again."""

import json

import pytest

from koalalink.app import App
from koalalink.domain.customers.customer import CustomerDetails
from koalalink.domain.history.changes import Action
from koalalink.domain.stripe.ids import StripeId
from tests.conftest import Run, file_of
from tests.fakes import Somebody, the_only
from tests.torture.checks import disagreements, dump


def links_of(koala: App, number: int) -> dict[str, str]:
    """The Stripe IDs of a customer, by location."""
    return {link.location: link.stripe_id for link in koala.store.record(the_only(koala.store, str(number))).links}


@pytest.fixture
def two(run: Run, sandbox: App) -> tuple[int, int]:
    """Jane, twice: each entry has something that the other lacks, and a link at another location."""
    details = CustomerDetails(
        first_name="Jane", last_name="Doe", phone="(206) 555-0142", city="Seattle", extra='{"b": "2"}'
    )
    other = sandbox.store.add(details).number
    run("connect", "42", "cus_123", "-l", "downtown")
    run("connect", str(other), "cus_JaneUptown001", "-l", "uptown", "--offline")
    return 42, other


def test_one_has_the_details_and_links_of_both(run: Run, sandbox: App, two: tuple[int, int]) -> None:
    """In one change, which is undone as a whole."""
    kept, other = two
    before = dump(file_of(sandbox))
    result = run("customers", "merge", str(kept), str(other))
    assert result.exit_code == 0, result.stderr
    assert result.stdout == f"Merged customer {other}, Jane Doe, into customer {kept}, Jane Doe.\n"
    jane = the_only(sandbox.store, str(kept)).details
    assert (jane.email, jane.city, json.loads(jane.extra)) == ("jane@x.com", "Seattle", {"b": "2"})
    assert links_of(sandbox, kept) == {"downtown": "cus_123", "uptown": "cus_JaneUptown001"}
    assert run("show", str(other)).exit_code == 4
    assert f"merged Jane Doe ({other}) into Jane Doe (42)" in run("history", "--limit", "1").stdout
    assert disagreements(file_of(sandbox)) == []
    assert run("undo").exit_code == 0
    after = dump(file_of(sandbox))
    assert [line for line in after if line.startswith(("customers", "links"))] == [
        line for line in before if line.startswith(("customers", "links"))
    ]
    assert disagreements(file_of(sandbox)) == []


def test_history_names_both(run: Run, sandbox: App, two: tuple[int, int]) -> None:
    """Whatever of the first has changed."""
    run("customers", "merge", "42", str(two[1]))
    [change] = sandbox.store.changes(limit=1)
    from koalalink.domain.history.descriptions import consequences, in_words

    assert in_words(change) == f"merged Jane Doe ({two[1]}) into Jane Doe (42)"
    assert any(f"Jane Doe ({two[1]}) will be restored" in told for told in consequences(change))


def test_fields_that_differ_are_chosen(run: Run, sandbox: App, two: tuple[int, int]) -> None:
    """Side by side by a person; in a script the first one's stays, and what does not is told."""
    other = two[1]
    run("customers", "edit", str(other), "--email", "jane@y.com", "--notes", "gate code 7")
    result = run("customers", "merge", "42", str(other))
    assert "Not kept: email “jane@y.com”" in result.stderr
    assert the_only(sandbox.store, "42").details.email == "jane@x.com"
    run("undo")
    somebody = sandbox.__dict__["talk"] = Somebody(chooses=2, says_yes=True)
    assert run("customers", "merge", "42", str(other), "--force").exit_code == 0
    assert somebody.asked == ["Email: which one stays? 2", f"Merge Jane Doe ({other}) into Jane Doe (42)?"]
    assert {"1  jane@x.com", "2  jane@y.com"} <= {*somebody.heard}
    jane = the_only(sandbox.store, "42").details
    assert (jane.email, jane.notes) == ("jane@y.com", "gate code 7")


def test_both_linked_at_one_location_is_refused_until_one_is_chosen(
    run: Run, sandbox: App, two: tuple[int, int]
) -> None:
    """Which of two cards is charged is never guessed."""
    other = two[1]
    run("connect", str(other), "cus_JaneOfKirkland", "-l", "downtown", "--offline")
    result = run("customers", "merge", "42", str(other))
    assert (result.exit_code, result.stdout) == (8, "")
    assert "Both are linked at downtown: Jane Doe (42) to cus_123" in result.stderr
    assert f"koalalink --sandbox unlink {other} --location downtown" in result.stderr
    sandbox.__dict__["talk"] = Somebody(chooses=2, says_yes=True)
    assert run("customers", "merge", "42", str(other), "--force").exit_code == 0
    assert links_of(sandbox, 42) == {"downtown": "cus_JaneOfKirkland", "uptown": "cus_JaneUptown001"}
    assert run("undo", "--yes").exit_code == 0
    assert links_of(sandbox, 42) == {"downtown": "cus_123"}
    assert links_of(sandbox, other)["downtown"] == "cus_JaneOfKirkland"
    assert disagreements(file_of(sandbox)) == []


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("42", "42"), 2),
        (("42", "54"), 8),
        (("42", "999"), 4),
        (("42", "54", "--yes"), 8),
        (("42", "57", "--yes"), 8),
    ],
)
def test_who_cannot_be_merged(run: Run, sandbox: App, arguments: tuple[str, ...], code: int) -> None:
    """The same one, somebody of another name, nobody; and a namesake with another email and phone."""
    before = dump(file_of(sandbox)) if sandbox.store else []
    assert run("customers", "merge", *arguments).exit_code == code
    assert dump(file_of(sandbox)) == before


def test_person_says_no(run: Run, sandbox: App, two: tuple[int, int]) -> None:
    """At any question; then nothing is changed."""
    before = dump(file_of(sandbox))
    sandbox.__dict__["talk"] = Somebody()
    assert run("customers", "merge", "42", str(two[1])).exit_code == 1
    assert run("customers", "merge", "42", "54").exit_code == 1
    run("customers", "edit", str(two[1]), "--email", "jane@y.com", "--force")
    before = dump(file_of(sandbox))
    assert run("customers", "merge", "42", str(two[1])).exit_code == 1
    assert dump(file_of(sandbox)) == before


def test_link_that_the_details_contradict_is_asked_about(run: Run, sandbox: App, two: tuple[int, int]) -> None:
    """As by customers edit; it is not verified any more."""
    other = two[1]
    run("customers", "edit", str(other), "--last-name", "Rowe", "--email", "rowe@y.com", "--force")
    sandbox.__dict__["talk"] = Somebody(chooses=2, says_yes=True)
    assert run("customers", "merge", "42", str(other)).exit_code == 0
    downtown = sandbox.store.link(the_only(sandbox.store, "42"), "downtown")
    assert downtown is not None
    assert downtown.verified_at is None


def test_link_that_was_refused_before_is_asked_about(run: Run, sandbox: App, two: tuple[int, int]) -> None:
    """Somebody has said that the one who stays is not that Stripe customer."""
    with sandbox.store.bulk(Action.REFUSED, rehearsal=False) as bulk:
        bulk.refuse("uptown", [(42, StripeId("cus_JaneUptown001"))])
    result = run("customers", "merge", "42", str(two[1]))
    assert (result.exit_code, "is not cus_JaneUptown001 at uptown" in result.stderr) == (8, True)
    assert run("customers", "merge", "42", str(two[1]), "--force").exit_code == 0
