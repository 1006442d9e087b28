"""`match`, `apply` and `review` in the sandbox, and without any key."""

import csv
import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from koalalink.app import App
from koalalink.domain.customers.customer import CustomerDetails
from tests.conftest import NOW, Run, in_a_file, runner
from tests.fakes import Somebody, the_only

FIELDS = ["customer", "location", "stripe_id", "tier", "reason", "agrees", "differs", "rivals", "duplicates"]
AT = ("--location", "downtown")


@pytest.fixture
def copied(run: Run) -> Run:
    """Run commands in the sandbox, whose Stripe customers were copied."""
    assert run("sync").exit_code == 0
    return run


@pytest.fixture
def sheet(tmp_path: Path, copied: Run) -> Path:
    """A sheet of decisions."""
    path = tmp_path / "decisions.csv"
    assert copied("match", *AT, "--sheet", str(path)).exit_code == 0
    return path


def decided(path: Path, decide: Callable[[dict[str, str]], str]) -> list[dict[str, str]]:
    """Write decisions into a sheet, and return its rows."""
    with path.open(newline="", encoding="utf-8-sig") as stream:
        rows = [*csv.DictReader(stream)]
    for row in rows:
        row["Decision"] = decide(row)
    with path.open("w", newline="", encoding="utf-8-sig") as stream:
        writer = csv.DictWriter(stream, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return rows


def links_of(koala: App, location: str = "downtown") -> dict[int, str]:
    """Who is linked to what."""
    return {
        each.customer.number: link.stripe_id
        for each in koala.store.everybody(linked=True)
        for link in each.links
        if link.location == location
    }


# match


def test_nothing_was_copied_yet(run: Run) -> None:
    """It says what to run first."""
    result = run("match", *AT)
    assert (result.exit_code, result.stdout) == (4, "")
    assert "Type: koalalink --sandbox sync --location downtown." in result.stderr
    assert "sync --from-csv FILE" in result.stderr


def test_fields_of_the_json(copied: Run, sandbox: App) -> None:
    """One object for everybody without a link, those of the contract."""
    before = links_of(sandbox)
    rows = json.loads(copied("match", *AT, "--json").stdout)
    assert {tuple(row) for row in rows} == {tuple(FIELDS)}
    everybody = {each.customer.number for each in sandbox.store.everybody()}
    assert sorted(row["customer"] for row in rows) == sorted(everybody - before.keys())
    assert {row["tier"] for row in rows} == {"certain", "likely", "review", "none"}
    assert all((row["tier"] == "none") is (row["stripe_id"] is None) for row in rows)
    assert {row["location"] for row in rows} == {"downtown"}
    assert not {row["stripe_id"] for row in rows} & set(before.values())
    assert links_of(sandbox) == before


def test_pipe_and_limit(copied: Run) -> None:
    """Lines with tabs, the surest first, as many as were asked for."""
    header, *rows = copied("match", *AT, "--limit", "3").stdout.splitlines()
    assert header.split("\t") == FIELDS
    assert [row.split("\t")[3] for row in rows] == ["certain"] * 3


def test_everybody_is_linked(copied: Run, sandbox: App) -> None:
    """There is nothing to do."""
    for each in [*sandbox.store.everybody(linked=False, location="downtown")]:
        sandbox.store.remove(sandbox.store.record(each.customer))
    assert json.loads(copied("match", *AT, "--json").stdout) == []
    assert "No certain matches" in copied("match", *AT, "--apply-certain").stderr


@in_a_file
def test_copy_that_is_old(copied: Run, home: Path) -> None:
    """After a week it is said, and how to copy again."""
    later = App(home=home, sandbox=True, environ={}, now=lambda: NOW + timedelta(days=8), may_ask=False)
    result = runner(later)("match", *AT, "--limit", "1")
    later.close()
    assert "were copied 8 days ago" in result.stderr
    assert "koalalink --sandbox sync --location downtown" in result.stderr
    assert "days ago" not in copied("match", *AT, "--limit", "1").stderr


def test_certain_ones_are_connected_in_one_change(copied: Run, sandbox: App) -> None:
    """Checked with Stripe, and undone whole."""
    before = links_of(sandbox)
    result = copied("match", *AT, "--json", "--apply-certain")
    rows = json.loads(result.stdout)
    certain = {row["customer"]: row["stripe_id"] for row in rows if row["tier"] == "certain"}
    linked = {number: theirs for number, theirs in links_of(sandbox).items() if number not in before}
    assert linked == certain != {}
    assert "Not connected" not in result.stderr
    [change] = sandbox.store.changes(limit=1)
    assert change.action == "matched"
    link = sandbox.store.link(the_only(sandbox.store, str(min(linked))), "downtown")
    assert link is not None
    assert link.verified_at == NOW
    assert copied("undo", "--yes").exit_code == 0
    assert links_of(sandbox) == before


def test_certain_ones_are_asked_about_first(copied: Run, sandbox: App) -> None:
    """By somebody who can say no."""
    sandbox.__dict__["talk"] = person = Somebody(says_yes=False)
    before = links_of(sandbox)
    assert copied("match", *AT, "--apply-certain").exit_code == 1
    assert person.asked[0].startswith("Connect ")
    assert links_of(sandbox) == before


def test_certain_one_that_connect_would_doubt(copied: Run, sandbox: App) -> None:
    """It is left alone and named: what Stripe has now counts, not what the copy had."""
    rows = json.loads(copied("match", *AT, "--json").stdout)
    [number, *_] = [row["customer"] for row in rows if row["tier"] == "certain"]
    theirs = sandbox.directory.known("downtown", [row["stripe_id"] for row in rows if row["customer"] == number])
    [old] = theirs.values()
    sandbox.directory.put("downtown", [old._replace(name="Zed Quux", email="zed@x.com", phone="")], [])
    customer = the_only(sandbox.store, str(number))
    sandbox.store.edit(customer, customer.details._replace(first_name="Zed", last_name="Quux", email="zed@x.com"))
    result = copied("match", *AT, "--apply-certain")
    assert number not in links_of(sandbox)
    assert (
        f"{old.stripe_id}. {old.stripe_id} is {old.name}, {old.email} at Stripe now, and was Zed Quux" in result.stderr
    )


# apply


def test_sheet_is_sorted_and_comes_back(sheet: Path, copied: Run, sandbox: App) -> None:
    """Look-alikes stand together, the certain ones are decided; applied twice nothing changes any more."""
    rows = decided(sheet, lambda row: row["Decision"])
    order = ["certain", "likely", "review", "none"]
    assert [row["Tier"] for row in rows] == sorted((row["Tier"] for row in rows), key=order.index)
    for tier in order:
        reasons = [row["Reason"] for row in rows if row["Tier"] == tier]
        assert reasons == sorted(reasons)
    certain = [row for row in rows if row["Decision"] == "certain"]
    assert certain == [row for row in rows if row["Tier"] == "certain"]
    first = json.loads(copied("apply", str(sheet), "--json").stdout)
    assert (first["linked"], first["later"], first["problems"]) == (len(certain), len(rows) - len(certain), [])
    [change] = sandbox.store.changes(limit=1)
    again = json.loads(copied("apply", str(sheet), "--json").stdout)
    assert (again["linked"], again["unchanged"], again["change"]) == (0, len(certain), None)
    assert sandbox.store.changes(limit=1) == [change]


def test_dry_run_changes_nothing(sheet: Path, copied: Run, sandbox: App) -> None:
    """It only tells."""
    before = links_of(sandbox)
    result = copied("apply", str(sheet), "--dry-run", "--json")
    assert json.loads(result.stdout)["linked"] > 0
    assert json.loads(result.stdout)["change"] is None
    assert "because of --dry-run" in result.stderr
    assert links_of(sandbox) == before
    assert len(sandbox.store.changes(limit=9)) == 1


def test_no_is_remembered_until_it_is_undone(sheet: Path, copied: Run) -> None:
    """The pair is not proposed again."""
    with sheet.open(newline="", encoding="utf-8-sig") as stream:
        likely = next(row["Customer"] for row in csv.DictReader(stream) if row["Tier"] == "likely")
    rows = decided(sheet, lambda row: "no" if row["Customer"] == likely else "")
    pairs = {(int(row["Customer"]), row["Stripe ID"]) for row in rows if row["Decision"]}
    assert json.loads(copied("apply", str(sheet), "--json").stdout)["refused"] == len(pairs) == 1

    def proposed() -> set[tuple[int, str]]:
        found = json.loads(copied("match", *AT, "--json").stdout)
        return {(row["customer"], row["stripe_id"]) for row in found}

    assert not pairs & proposed()
    assert json.loads(copied("apply", str(sheet), "--json").stdout)["unchanged"] == len(pairs)
    [change] = json.loads(copied("history", "--limit", "1", "--json").stdout)
    assert (change["action"], change["stripe_id"]) == ("applied", next(iter(pairs))[1])
    assert copied("undo", "--yes").exit_code == 0
    assert pairs <= proposed()


def test_rows_that_are_not_true_any_more(sheet: Path, copied: Run, sandbox: App) -> None:
    """Each is left alone and named with its row; the others are carried out."""
    with sheet.open(newline="", encoding="utf-8-sig") as stream:
        rows = [*csv.DictReader(stream)]
    linked, changed, gone, other = (rows[place] for place in range(4))
    assert {row["Tier"] for row in (linked, changed, gone, other)} == {"certain"}
    assert copied("connect", linked["Customer"], "cus_123", *AT, "--force").exit_code == 0
    customer = the_only(sandbox.store, changed["Customer"])
    sandbox.store.edit(customer, customer.details._replace(first_name="Zed"))
    sandbox.store.remove(sandbox.store.record(the_only(sandbox.store, gone["Customer"])))
    decided(sheet, lambda row: "cus_NobodyHasThis1" if row["Customer"] == other["Customer"] else row["Decision"])
    result = json.loads(copied("apply", str(sheet), "--json").stdout)
    reasons = {problem["row"]: problem["reason"] for problem in result["problems"]}
    [jane] = reasons.keys() - {2, 3, 4, 5}
    assert reasons[jane].startswith("cus_123 belongs to Bob Carver")
    assert "is already connected to cus_123" in reasons[2]
    assert "was changed since" in reasons[3]
    assert reasons[4] == f"Customer {gone['Customer']} does not exist any more."
    assert "There is no customer cus_NobodyHasThis1" in reasons[5]
    assert result["linked"] == sum(row["Tier"] == "certain" for row in rows) - 5


def test_id_typed_by_hand_is_doubted_as_connect_does(sheet: Path, copied: Run, sandbox: App) -> None:
    """Nobody has seen the two side by side."""
    with sheet.open(newline="", encoding="utf-8-sig") as stream:
        nobody = next(row for row in csv.DictReader(stream) if row["Tier"] == "none")
    decided(sheet, lambda row: "cus_123" if row["Customer"] == nobody["Customer"] else "")
    [problem] = json.loads(copied("apply", str(sheet), "--json").stdout)["problems"]
    assert "Nothing matches: different name, email and phone." in problem["reason"]
    assert int(nobody["Customer"]) not in links_of(sandbox)


def test_two_who_would_share_an_id(sheet: Path, copied: Run, sandbox: App) -> None:
    """Nobody can tell who is right: nothing is changed, and both rows are named."""
    before = links_of(sandbox)
    rows = decided(sheet, lambda row: row["Decision"])
    decided(sheet, lambda row: rows[0]["Stripe ID"] if row["Customer"] == rows[1]["Customer"] else row["Decision"])
    result = copied("apply", str(sheet))
    assert result.exit_code == 8
    assert "(row 2)" in result.stderr
    assert "(row 3)" in result.stderr
    assert links_of(sandbox) == before


def test_sheet_of_another_location(sheet: Path, copied: Run) -> None:
    """It is refused; without --location it is applied where it was written for."""
    result = copied("apply", str(sheet), "--location", "uptown")
    assert result.exit_code == 8
    assert "was written for downtown, and this is uptown" in result.stderr
    assert json.loads(copied("apply", str(sheet), "--json").stdout)["location"] == "downtown"


def test_sheet_of_another_store(sheet: Path, tmp_path: Path) -> None:
    """Its numbers are other people's."""
    other = App(home=tmp_path / "other", sandbox=True, environ={}, now=lambda: NOW, may_ask=False)
    result = runner(other)("apply", str(sheet))
    other.close()
    assert result.exit_code == 8
    assert "written for another store" in result.stderr


def test_sheet_that_was_there_is_kept(sheet: Path, copied: Run, sandbox: App) -> None:
    """There may be decisions in it."""
    decided(sheet, lambda _: "no")
    old = sheet.read_bytes()
    result = copied("match", *AT, "--sheet", str(sheet))
    kept = sheet.with_name("decisions.old.csv")
    assert kept.read_bytes() == old
    assert str(kept) in result.stderr


# review


def test_review_at_no_terminal(copied: Run) -> None:
    """It says what else there is."""
    result = copied("review", *AT)
    assert result.exit_code == 8
    assert "koalalink --sandbox match --sheet decisions.csv" in result.stderr


def test_review_to_its_end(copied: Run, sandbox: App) -> None:
    """Keys that are pressed connect, refuse, and take back; the store has it at once."""
    before = links_of(sandbox)
    sandbox.__dict__["talk"] = person = Somebody()
    keys = iter("ynuyq")  # the certain ones together, then one no that is taken back, and a yes
    sandbox.__dict__["desk"] = _Keys(keys.__next__)
    assert copied("review", *AT).exit_code == 0
    assert len(links_of(sandbox)) > len(before) + 5
    assert [change.action for change in sandbox.store.changes(limit=4)] == [
        "connected",
        "undone",
        "refused",
        "connected",
    ]
    assert "connected. " in person.heard[-1]


class _Keys:
    """Somebody who presses prepared keys."""

    def __init__(self, press: Callable[[], str]) -> None:
        self._press = press

    def ask(self, question: object) -> str:
        return self._press()

    def browse(self, url: str) -> None:
        raise AssertionError("nobody has asked for it")


# Without a key


CUSTOMERS = """id,Description,Email,Name,Created (UTC),Card ID,Card Last4,Card Brand,Card Exp Month,Card Exp Year
cus_Ann,,ann@x.com,Ann Lee,2024-01-01 10:00,card_1,4242,Visa,1,2030
cus_Bob,,,R. Poe,2024-01-01 10:00,card_2,4242,Visa,1,2030
"""
PAYMENTS = "id,PaymentIntent ID,Customer ID,Customer Email\nch_1,pi_1,cus_Bob,\n"
BOOKINGS = "Booking id,Full name,Email,Phone,Transaction id\nB1,Rob Poe,rob@x.com,555 0100,pi_1\n"


@pytest.fixture
def keyless(home: Path, tmp_path: Path) -> Iterator[App]:
    """A shop without any key, and the exports that it has."""
    for name, text in (("customers.csv", CUSTOMERS), ("payments.csv", PAYMENTS), ("bookings.csv", BOOKINGS)):
        (tmp_path / name).write_text(text)
    koala = App(home=home, environ={}, now=lambda: NOW, may_ask=False)
    koala.store.add(CustomerDetails(first_name="Ann", last_name="Lee", email="ann@x.com"))
    koala.store.add(CustomerDetails(first_name="Rob", last_name="Poe", email="rob@x.com"))
    assert runner(koala)("sync", "--from-csv", str(tmp_path / "customers.csv"), "-l", "shop").exit_code == 0
    yield koala
    koala.close()


def test_two_exports_and_no_key(keyless: App, tmp_path: Path) -> None:
    """A payment that both name is evidence, but `connect` would ask; links are as good as the copy: that is said."""
    run = runner(keyless)
    alone = {row["customer"]: row["tier"] for row in json.loads(run("match", "--json").stdout)}
    assert alone[1] == "certain"
    assert alone[2] != "certain"
    files = [part for name in ("payments.csv", "bookings.csv") for part in ("--payments", str(tmp_path / name))]
    result = run("match", "--json", *files, "--apply-certain")
    rows = {row["customer"]: row for row in json.loads(result.stdout)}
    assert (rows[2]["tier"], rows[2]["stripe_id"]) == ("likely", "cus_Bob")
    assert rows[2]["reason"] == "the same payment on both sides"
    assert links_of(keyless, "shop")[1] == "cus_Ann"
    assert "shop has no key, so Stripe was not asked" in result.stderr
    link = keyless.store.link(the_only(keyless.store, "1"), "shop")
    assert link is not None
    assert link.verified_at is None


def test_payments_that_two_would_have_made(keyless: App, tmp_path: Path) -> None:
    """Then they tell nothing."""
    keyless.store.add(CustomerDetails(first_name="Rob", last_name="Poe", email="rob@x.com"))
    files = [part for name in ("payments.csv", "bookings.csv") for part in ("--payments", str(tmp_path / name))]
    rows = json.loads(runner(keyless)("match", "--json", *files).stdout)
    assert [row["tier"] for row in rows if row["customer"] in (2, 3)].count("certain") == 0


def test_file_that_tells_of_no_payments(keyless: App, tmp_path: Path) -> None:
    """It says which files do."""
    (tmp_path / "list.csv").write_text("Name,Email\nAnn Lee,ann@x.com\n")
    result = runner(keyless)("match", "--payments", str(tmp_path / "list.csv"))
    assert result.exit_code == 2
    assert "neither a payments export" in result.stderr


def test_company_without_a_person_is_matched(copied: Run) -> None:
    """Its name stands for both names; Stripe has the same company."""
    company = ("--company", "Harbor View Dental LLC", "--email", "office@harborview.example")
    assert copied("customers", "add", *company, "--force").exit_code == 0
    rows = json.loads(copied("match", *AT, "--json").stdout)
    [row] = [row for row in rows if row["customer"] == 61]
    assert row["stripe_id"] or row["rivals"]


@in_a_file
def test_sheet_that_nobody_has_touched_links_only_who_is_certain_now(sheet: Path, copied: Run, home: Path) -> None:
    """Not where the copy is gone, nor where it says something else by now; a person's yes counts then."""
    koala = App(home=home, sandbox=True, environ={}, now=lambda: NOW, may_ask=False)
    with sheet.open(newline="", encoding="utf-8-sig") as stream:
        certain = [row for row in csv.DictReader(stream) if row["Decision"] == "certain"]
    koala.directory.forget("downtown")
    told = json.loads(runner(koala)("apply", str(sheet), "--json").stdout)
    assert (told["linked"], len(told["problems"])) == (0, len(certain))
    assert {problem["reason"] for problem in told["problems"]} == {
        "It is not certain any more. If it is right, write yes."
    }
    decided(sheet, lambda row: "yes" if row["Customer"] == certain[0]["Customer"] else "")
    assert json.loads(runner(koala)("apply", str(sheet), "--json").stdout)["linked"] == 1
    koala.close()


def test_yes_does_not_count_where_the_names_were_taken_out(sheet: Path, copied: Run, sandbox: App) -> None:
    """A sheet without them is judged as `connect` without --force."""
    customer = the_only(sandbox.store, "42")
    with sheet.open("w", newline="", encoding="utf-8") as stream:
        stream.write(f"Decision,Customer,Stripe ID\nyes,{customer.number},cus_JaneOfKirkland\n")
    told = json.loads(copied("apply", str(sheet), *AT, "--json").stdout)
    assert (told["linked"], told["problems"][0]["reason"][:23]) == (0, "The email is different.")


def test_who_is_told_besides_is_weighed(copied: Run) -> None:
    """The holder's whole name and our customer's email are certain; another's name never is, and is said."""
    rows = {row["customer"]: row for row in json.loads(copied("match", *AT, "--json").stdout)}
    assert rows[2]["tier"] == "certain"
    assert rows[2]["reason"] == "no name at Stripe, card holder: same name, same email, phone and address"
    assert rows[4]["tier"] == "certain"
    assert rows[4]["reason"].startswith("no name at Stripe, description: same name")


def test_card_of_somebody_else_is_never_certain(copied: Run) -> None:
    """Perhaps it is her husband's; he may be the customer."""
    found = json.loads(copied("match", "-l", _place(10), "--json").stdout)
    [row] = [row for row in found if row["customer"] == 10]
    assert row["tier"] == "likely"
    assert row["reason"].endswith("description or card of somebody else")


def _place(number: int) -> str:
    return "uptown" if number % 3 == 0 and number % 5 else "downtown"


def test_copy_of_an_older_version_says_that_sync_tells_more(copied: Run, sandbox: App) -> None:
    """What it had not asked for is not known; after a sync it is."""
    with sandbox.store._db.transaction():
        sandbox.store._db.execute("UPDATE directory SET about = NULL")
    assert "were copied by an older version" in copied("match", *AT).stderr
    assert copied("sync", *AT).exit_code == 0
    assert "older version" not in copied("match", *AT).stderr
