"""`verify`: every link again, and only what is wrong."""

import json
from typing import Any

import pytest

from koalalink.app import App
from koalalink.domain.history.changes import Action
from koalalink.domain.settings.configuration import KeySource
from tests.commands.test_links import links_of
from tests.conftest import Run
from tests.fakes import Somebody, the_only


def found(run: Run, *arguments: str, code: int = 9) -> list[tuple[int, str, str]]:
    """Customer, location and problem of everything that is wrong."""
    result = run("verify", *arguments, "--json")
    assert result.exit_code == code, result.stderr
    rows: list[dict[str, Any]] = json.loads(result.stdout)
    assert all(list(row) == ["customer", "location", "stripe_id", "problem", "detail"] for row in rows)
    return [(row["customer"], row["location"], row["problem"]) for row in rows]


def test_problems_are_printed_worst_first_with_code_9(run: Run) -> None:
    """Made for a nightly run; --within tells how far ahead."""
    run("connect", "52", "cus_OlgaDeleted01", "-l", "downtown", "--offline")
    run("connect", "42", "cus_RosaAlvarez01", "-l", "downtown", "--offline")
    rows = found(run)
    assert rows[:2] == [(52, "downtown", "deleted"), (42, "downtown", "name")]
    assert (58, "downtown", "expiring") in rows
    assert (58, "downtown", "expiring") not in found(run, "--within", "3")


def test_nothing_wrong_is_code_0(run: Run, sandbox: App) -> None:
    """And says so to people, to programs an empty list."""
    for linked in [*sandbox.store.everybody(linked=True)]:
        run("unlink", str(linked.customer.number), "--all")
    run("connect", "42", "cus_123", "-l", "downtown")
    assert found(run, code=0) == []


def test_location_can_be_chosen(run: Run) -> None:
    """Only its links are checked."""
    assert {location for _, location, _ in found(run, "-l", "uptown")} == {"uptown"}


def test_dead_links_are_switched_off_in_one_change_and_nothing_else(run: Run, sandbox: App) -> None:
    """Afterwards they are not checked any more; undo switches them on again."""
    run("connect", "52", "cus_OlgaDeleted01", "-l", "downtown", "--offline")
    run("connect", "30", "cus_NeverExisted", "-l", "downtown", "--offline")
    before = {linked.customer.number: linked.links for linked in sandbox.store.everybody(linked=True)}
    rows = found(run, "--fix")
    assert rows[:2] == [(52, "downtown", "deleted"), (30, "downtown", "never_existed")]
    after = {linked.customer.number: linked.links for linked in sandbox.store.everybody(linked=True)}
    changed = {number for number, links in after.items() if links != before[number]}
    assert changed == {52, 30}
    assert not any(link.enabled for number in changed for link in after[number])
    assert found(run) == rows[2:]
    assert run("undo", "--yes").exit_code == 0
    assert {linked.customer.number: linked.links for linked in sandbox.store.everybody(linked=True)} == before


def test_wrong_key_is_no_reason_to_switch_everything_off(run: Run, sandbox: App) -> None:
    """Where not one link is known, it is said, and all stay as they are."""
    for linked in [*sandbox.store.everybody(linked=True)]:
        run("unlink", str(linked.customer.number), "--all")
    for number in (1, 2):
        run("connect", str(number), f"cus_OfAnotherAccount{number}", "-l", "downtown", "--offline")
    sandbox.__dict__["talk"] = person = Somebody()
    assert [problem for _, _, problem in found(run, "--fix")] == ["never_existed"] * 2
    assert any("The key of downtown looks wrong" in said for said in person.heard)
    assert all(link.enabled for linked in sandbox.store.everybody(linked=True) for link in linked.links)


def test_only_link_of_a_location_is_switched_off_where_its_account_is_confirmed(run: Run, sandbox: App) -> None:
    """One alone says nothing about the key: it is dead, or the key is the wrong one."""
    for linked in [*sandbox.store.everybody(linked=True)]:
        run("unlink", str(linked.customer.number), "--all")
    run("connect", "1", "cus_NeverExisted", "-l", "downtown", "--offline")
    found(run, "--fix")
    assert [problem for _, _, problem in found(run)] == ["never_existed"]
    customer = the_only(sandbox.store, "1")
    link = sandbox.store.link(customer, "downtown")
    assert link is not None
    verified = link._replace(account="acct_sandboxdowntown")
    sandbox.store.save_link(customer, verified, previous=link, action=Action.VERIFIED)
    found(run, "--fix")
    assert found(run, code=0) == []


def test_links_of_a_key_that_knows_most_of_them_are_switched_off(run: Run, sandbox: App) -> None:
    """Though it does not say whose it is."""
    for linked in [*sandbox.store.everybody(linked=True)]:
        run("unlink", str(linked.customer.number), "--all")
    for number, stripe_id in ((42, "cus_123"), (52, "cus_OlgaDeleted01"), (1, "cus_NeverExisted")):
        run("connect", str(number), stripe_id, "-l", "downtown", "--offline")
    found(run, "--fix")
    links = [link for linked in sandbox.store.everybody(linked=True) for link in linked.links]
    assert {link.stripe_id for link in links if not link.enabled} == {"cus_OlgaDeleted01", "cus_NeverExisted"}


def test_location_that_fails_does_not_lose_the_others(run: Run, sandbox: App) -> None:
    """Its failure is the exit code; of its links nothing is concluded."""
    uptown = sandbox.config.locations["uptown"]
    sandbox.config.locations["uptown"] = uptown._replace(key_source=KeySource("api_key_env", ("MISSING",)))
    assert {location for _, location, _ in found(run, code=3)} == {"downtown"}


@pytest.mark.parametrize("arguments", [("--within", "-1"), ("-l", "nowhere")])
def test_verify_that_cannot_be_meant_is_refused(run: Run, arguments: tuple[str, ...]) -> None:
    """Exit 2."""
    assert run("verify", *arguments).exit_code == 2


def test_link_that_was_changed_meanwhile_is_left_alone(run: Run, sandbox: App) -> None:
    """Somebody has put another ID there since it was looked at."""
    from koalalink.operations.linking.verify import VerifyRequest, check, switch_off_dead

    run("connect", "52", "cus_OlgaDeleted01", "-l", "downtown", "--offline")
    found = check(sandbox, VerifyRequest(within=0))
    run("connect", "52", "cus_other", "-l", "downtown", "--offline", "--replace")
    switch_off_dead(sandbox, found)
    link = sandbox.store.link(the_only(sandbox.store, "52"), "downtown")
    assert link is not None
    assert (link.enabled, links_of(sandbox, 52)["downtown"]) == (True, "cus_other")
