"""`sync`, and what is found without Stripe afterwards."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from koalalink.app import App
from koalalink.operations.mirror import sync
from koalalink.operations.rate_limit import RateLimit
from koalalink.sandbox.fake_stripe import Account, Answer
from koalalink.sandbox.sample_data import accounts
from koalalink.stripe_client.client import StripeGateway
from tests.commands.conftest import KEY
from tests.conftest import NOW, Run, runner
from tests.stripe_server import Fault, StripeServer, answers, as_asked, stripe_error


@pytest.fixture
def many(account: Account) -> Account:
    """An account of 1,234 customers, 250 of them of the same second."""
    pattern = account.customers["cus_JaneOfKirkland"]
    account.customers.clear()
    account.payment_methods.clear()
    for number in range(1234):
        created = 1_700_000_000 if number < 250 else 1_500_000_000 + number**2 * 100
        added = {**pattern, "id": f"cus_Many{number:04}", "name": f"Person {number}", "created": created}
        account.customers[added["id"]] = added | {"invoice_settings": {"default_payment_method": None}}
    return account


@pytest.fixture
def server(many: Account) -> Iterator[StripeServer]:
    """It on loopback."""
    with StripeServer([many]) as running:
        yield running


@pytest.fixture
def koala(home: Path, server: StripeServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[App]:
    """A business with one location."""
    monkeypatch.setattr(sync, "_PER_SECOND", 10_000)
    environ = {"STRIPE_API_KEY": KEY, "KOALALINK_API_BASE": server.url}
    made = App(home=home, environ=environ, now=lambda: NOW, may_ask=False)
    yield made
    made.close()


def synced(koala: App, *arguments: str) -> dict[str, Any]:
    """What sync says of the one location."""
    result = runner(koala)("sync", *arguments, "--json")
    assert result.exit_code == 0, result.stderr
    [row] = json.loads(result.stdout)
    assert list(row) == ["location", "customers", "new", "changed", "gone"]
    return dict(row)


def ids(koala: App) -> list[str]:
    """The Stripe IDs of the directory."""
    return [customer.stripe_id for customer in koala.directory.customers("default")]


def pages(server: StripeServer) -> int:
    """How many pages of customers were asked for."""
    return sum(path.startswith("/v1/customers?") for _, path, _ in server.requests)


def test_every_customer_is_copied_in_few_pages(koala: App, many: Account, server: StripeServer) -> None:
    """Those of the same second, too; 13 pages would be the least."""
    assert synced(koala) == {"location": "default", "customers": 1234, "new": 1234, "changed": 0, "gone": 0}
    assert ids(koala) == sorted(many.customers)
    assert pages(server) <= 40
    assert synced(koala) == {"location": "default", "customers": 1234, "new": 0, "changed": 0, "gone": 0}


def test_fields_are_copied_whole(run: Run, sandbox: App) -> None:
    """Name, email, phone, address, created, card and metadata, as Stripe has them."""
    assert run("sync").exit_code == 0
    gateway = sandbox.accounts("downtown")
    # What is of the older kinds is not copied, but for the default.
    everybody = {customer.stripe_id: customer._replace(sources=()) for customer in gateway.all_customers()}
    assert {each.stripe_id: each for each in sandbox.directory.customers("downtown")} == everybody


def test_what_changed_and_what_is_gone_is_told(koala: App, many: Account) -> None:
    """Gone is marked, not deleted: who comes back is as before."""
    synced(koala)
    removed = many.customers.pop("cus_Many0007")
    many.customers["cus_Many0008"]["name"] = "Somebody Else"
    assert synced(koala) == {"location": "default", "customers": 1233, "new": 0, "changed": 1, "gone": 1}
    assert "cus_Many0007" not in ids(koala)
    assert runner(koala)("search", "somebody", "--offline", "--json").stdout.count("cus_Many0008") >= 1
    many.customers["cus_Many0007"] = removed
    assert synced(koala)["customers"] == 1234


def test_interrupted_copy_is_kept_and_goes_on(koala: App, many: Account, server: StripeServer) -> None:
    """The pages that were read are not asked for again; nobody counts as gone meanwhile."""
    synced(koala)
    many.customers.pop("cus_Many0007")
    fine: list[Fault] = [as_asked] * 9
    server.faults = [*fine, *[stripe_error(400, "No")] * 50]
    result = runner(koala)("sync", "--json")
    assert (result.exit_code, result.stdout) == (5, "")
    assert len(ids(koala)) == 1234
    server.faults, before = [], pages(server)
    assert synced(koala)["gone"] == 1
    assert pages(server) - before <= 30


def test_limit_and_failures_of_stripe_are_waited_for(koala: App, server: StripeServer) -> None:
    """429 and 5xx are not the end."""
    limited, broken = stripe_error(429, "Slow", "rate_limit"), stripe_error(500, "Oh")
    server.faults = [as_asked, as_asked, limited, broken, as_asked, limited, broken]
    assert synced(koala)["customers"] == 1234


def test_customer_deleted_while_the_account_is_listed_loses_nobody(
    koala: App, many: Account, server: StripeServer
) -> None:
    """The next page cannot begin behind somebody who is not there any more."""

    def delete_last(server: StripeServer, handler: Any) -> Answer:
        answer = as_asked(server, handler)
        listed = json.loads(answer.body)["data"]
        if listed:
            many.customers.pop(listed[-1]["id"], None)
        return answer

    server.faults = [as_asked, as_asked, delete_last, as_asked, delete_last]
    synced(koala)
    assert set(many.customers) <= set(ids(koala))


def test_page_that_repeats_ends_the_copy(koala: App, server: StripeServer, many: Account) -> None:
    """Instead of going on for ever."""
    first: list[Answer] = []

    def same(server: StripeServer, handler: Any) -> Answer:
        if not handler.path.startswith("/v1/customers?"):
            return as_asked(server, handler)
        first.append(first[0] if first else as_asked(server, handler))
        return first[0]

    server.fault = same
    result = runner(koala)("sync")
    assert result.exit_code == 6
    assert "does not end" in result.stderr


def test_list_of_ever_new_customers_is_stopped(
    koala: App, server: StripeServer, many: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Far beyond what Stripe itself has counted; what was copied is kept, and a search by email ends at its limit."""
    monkeypatch.setattr(sync, "_SLACK", 50)
    new, pattern = count(), many.customers["cus_Many0000"]

    def more(server: StripeServer, handler: Any) -> Answer:
        if not handler.path.startswith("/v1/customers?"):
            return as_asked(server, handler)
        listed = [pattern | {"id": f"cus_new{next(new)}", "email": "jane@x.com"} for _ in range(100)]
        page = {"object": "list", "url": "/v1/customers", "data": listed, "has_more": True}
        return Answer(200, {"Content-Type": "application/json"}, json.dumps(page).encode())

    server.fault = more
    result = runner(koala)("sync")
    assert (result.exit_code, result.stdout) == (6, "")
    assert "Stripe says that default has about" in result.stderr
    assert len(server.requests) < 50
    found = runner(koala)("search", "jane@x.com", "--limit", "5", "--json")
    assert (found.exit_code, len(json.loads(found.stdout))) == (0, 5)


def test_another_account_under_the_same_name_is_refused(koala: App, server: StripeServer, many: Account) -> None:
    """Told by the account's ID; with --replace the old copy is thrown away."""
    synced(koala)
    many.id = "acct_another"
    result = runner(koala)("sync")
    assert (result.exit_code, result.stdout) == (8, "")
    assert "acct_another" in result.stderr
    assert "--replace" in result.stderr
    many.customers = {"cus_Many0001": many.customers["cus_Many0001"]}
    assert synced(koala, "--replace") == {"location": "default", "customers": 1, "new": 1, "changed": 0, "gone": 0}


def test_another_account_is_told_by_its_customers_where_the_key_does_not_say(
    koala: App, server: StripeServer, many: Account
) -> None:
    """A restricted key may not read whose it is."""
    many.keys[KEY] = type(many.keys[KEY])(frozenset({"rak_customer_read", "rak_payment_method_read"}))
    synced(koala)
    many.customers = {f"{name}x": {**each, "id": f"{name}x"} for name, each in many.customers.items()}
    result = runner(koala)("sync")
    assert (result.exit_code, result.stdout) == (8, "")
    assert "another Stripe account" in result.stderr
    assert len(ids(koala)) == 1234


def test_search_answers_from_the_copy_where_stripe_is_out_of_reach(koala: App, server: StripeServer) -> None:
    """And says how old it is."""
    synced(koala)
    server.fault = answers(200, b"<html>")
    koala._now = lambda: NOW + timedelta(hours=5)  # the clock goes on
    result = runner(koala)("search", "person 77", "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout)[0]["stripe_id"] == "cus_Many0077"
    assert "as they were copied 5 hours ago" in result.stderr


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("jane@x.com", ["cus_123"]),
        ("jnae@x.com", ["cus_123", "cus_JaneOfKirkland"]),
        ("alvraez", ["cus_RosaAlvarez01"]),
        ("rosa alvarezz", ["cus_RosaAlvarez01"]),
        ("lvarez", ["cus_RosaAlvarez01"]),
        ("cus_123", ["cus_123"]),
        ("(206) 555-0142", ["cus_123"]),
        ("zzzzzz", []),
        ('" OR *', []),
    ],
)
def test_offline_search_forgives_typing_errors(run: Run, typed: str, found: list[str]) -> None:
    """One a word, best match first; what is typed is never a query."""
    run("sync")
    result = run("search", typed, "--offline", "-l", "downtown", "--json")
    assert result.exit_code == 0, result.stderr
    assert [row["stripe_id"] for row in json.loads(result.stdout)] == found


def test_offline_search_without_a_copy_says_what_to_type(run: Run) -> None:
    """Nothing was copied yet."""
    result = run("search", "jane", "--offline")
    assert (result.exit_code, result.stdout) == (4, "")
    assert "koalalink --sandbox sync" in result.stderr or "koalalink sync" in result.stderr


def test_pace_lets_through_evenly() -> None:
    """Whoever comes early waits for the next turn; nobody saves up turns."""
    times = [0.0, 0.0, 0.0, 5.0, 5.0]
    slept: list[float] = []
    clock: Callable[[], float] = iter([0.0, *times]).__next__
    limit = RateLimit(10, clock=clock, sleep=slept.append)
    for _ in times:
        limit.wait()
    assert slept == pytest.approx([0.1, 0.2, 0.1])


def test_sandbox_gateway_counts(sandbox: App) -> None:
    """As many as are listed; nobody knows for accounts without search."""
    gateway = sandbox.accounts("downtown")
    assert isinstance(gateway, StripeGateway)
    assert (
        gateway.count()
        == len([*gateway.all_customers()])
        == len([each for each in accounts(NOW.date())[0].customers.values() if not each.get("deleted")])
    )


_EXPORT = "id,Email,Name,Created (UTC),Card Last4,Card Brand,Card Exp Month,Card Exp Year\n"


@pytest.fixture
def no_key(home: Path) -> Iterator[App]:
    """A business that has set nothing up."""
    made = App(home=home, environ={}, now=lambda: NOW, may_ask=False)
    yield made
    made.close()


def test_export_needs_no_key_and_no_configuration(no_key: App, tmp_path: Path) -> None:
    """Only a name for the location; the payments export adds the card and leaves the rest as it was."""
    (tmp_path / "c.csv").write_text(_EXPORT + "cus_1,ann@x.com,Ann Lee,2024-03-05 17:01,,,,\n")
    (tmp_path / "p.csv").write_text(
        "id,Customer ID,Customer Email,Created (UTC),Card Last4,Card Brand,Card Exp Month,Card Exp Year,Card Name\n"
        "ch_1,cus_1,old@x.com,2024-03-06,4242,Visa,1,2030,Bob Lee\n"
        "ch_2,cus_1,old@x.com,2024-03-09,5454,Visa,1,2030,Bob Lee\n"
        "ch_3,cus_2,new@x.com,2024-03-06,4242,Visa,1,2030,Nina One\n"
    )
    run = runner(no_key)
    assert run("sync", "--from-csv", str(tmp_path / "c.csv")).exit_code == 3
    for file, row in (("c", "1\t1\t0\t0"), ("p", "2\t1\t1\t0"), ("c", "2\t0\t0\t0")):
        result = run("sync", "--from-csv", str(tmp_path / f"{file}.csv"), "-l", "main")
        assert result.stdout.splitlines()[1] == f"main\t{row}", result.stderr
    ann, new = no_key.directory.customers("main")
    assert (ann.name, ann.email, ann.card and ann.card.last4) == ("Ann Lee", "ann@x.com", "5454")
    assert (new.name, new.holder.name, new.email, new.created) == ("", "Nina One", "new@x.com", None)
    found = json.loads(run("search", "nian one", "--offline", "--json").stdout)
    assert [(row["stripe_id"], row["created"]) for row in found] == [("cus_2", None)]


def test_export_of_the_wrong_account_or_mode_is_refused(run: Run, sandbox: App, tmp_path: Path) -> None:
    """A live account's for a test key, another account's; --force takes it."""
    file = tmp_path / "c.csv"
    file.write_text(_EXPORT + "cus_Elsewhere,ann@x.com,Ann Lee,2024-03-05 17:01,,,,\n")
    command = ("sync", "--from-csv", str(file), "-l", "downtown")
    result = run(*command)
    assert (result.exit_code, result.stdout) == (8, "")
    assert "another Stripe account" in result.stderr
    file.write_text(_EXPORT.strip() + ",Mode\ncus_123,ann@x.com,Ann Lee,2024-03-05 17:01,,,,,Live\n")
    result = run(*command)
    assert (result.exit_code, result.stdout) == (8, "")
    assert "live mode" in result.stderr
    assert sandbox.directory.state("downtown") is None
    assert run(*command, "--force").exit_code == 0
