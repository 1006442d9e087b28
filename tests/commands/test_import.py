"""`customers import`: everything in or told, checked, counted, and taken back."""

import io
import json
import re
import shlex
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from koalalink.app import App
from tests.conftest import NOW, Run, in_a_file, runner
from tests.fakes import Somebody
from tests.pictures import shown_on

FIELDS = (
    "file rows added sharing updated unchanged skipped repeated other_addresses rejected linked already_linked "
    "links_rejected change rejects columns left_out problems"
).split()
HEADER = "External ID,First Name,Last Name,Email,Phone,Stripe ID (downtown),Tag"


@pytest.fixture
def empty(sandbox: App, run: Run) -> Run:
    """The sandbox without its people; its Stripe accounts are as ever."""
    run("customers", "list")
    assert run("undo", "--yes").exit_code == 0
    return run


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where the file is."""
    return tmp_path / "people.csv"


def write(file: Path, *rows: str, header: str = HEADER) -> str:
    """Write a file, and return its name."""
    file.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return str(file)


def done(run: Run, *arguments: str, code: int = 0) -> dict[str, Any]:
    """Import, and return the JSON."""
    result = run("customers", "import", *arguments, "--json")
    assert result.exit_code == code, result.stderr
    told: dict[str, Any] = json.loads(result.stdout)
    return told


def counts(told: dict[str, Any]) -> dict[str, int]:
    """What is not nothing; rows add up."""
    fates = ("added", "updated", "unchanged", "skipped", "repeated", "rejected")
    assert sum(told[fate] for fate in fates) == told["rows"]
    return {name: value for name, value in told.items() if isinstance(value, int) and value and name != "change"}


def people(koala: App) -> list[tuple[str, str, str, dict[str, str]]]:
    """Everybody: name, email, phone, and links."""
    return [
        (
            linked.customer.details.name,
            linked.customer.details.email,
            linked.customer.details.phone,
            {link.location: link.stripe_id for link in linked.links},
        )
        for linked in koala.store.everybody()
    ]


def test_people_come_in_with_links_that_stripe_has_confirmed(empty: Run, sandbox: App, file: Path) -> None:
    """And columns that fit no field are kept."""
    told = done(empty, write(file, "BK-42,Jane,Doe,jane@x.com,555 0100,cus_123,gold", "BK-1,Bob,Lee,b@x.com,,,"))
    assert list(told) == FIELDS
    assert counts(told) == {"rows": 2, "added": 2, "linked": 1}
    assert people(sandbox)[0] == ("Jane Doe", "jane@x.com", "555 0100", {"downtown": "cus_123"})
    [linked, _] = sandbox.store.everybody()
    assert (linked.customer.details.extra, linked.links[0].verified_at) == ('{"Tag": "gold"}', NOW)
    assert linked.links[0].account == "acct_sandboxdowntown"
    assert sandbox.store.page("jane doe", limit=9).customers == (linked,)


def test_second_time_changes_nothing_and_says_so(empty: Run, sandbox: App, file: Path) -> None:
    """Nobody is doubled, with or without an email, in a family or alone."""
    rows = [
        "BK-42,Jane,Doe,jane@x.com,555 0100,cus_123,gold",
        ",Ann,Lee,family@x.com,,,",
        ",Bob,Lee,family@x.com,,,",
        ",Cy,Orr,,206 555 0123,,",
        ",Dee,Pym,,,,",
    ]
    name = write(file, *rows)
    assert counts(done(empty, name)) == {"rows": 5, "added": 5, "sharing": 1, "linked": 1}
    before = people(sandbox)
    told = done(empty, name)
    assert (counts(told), told["change"]) == ({"rows": 5, "unchanged": 5, "already_linked": 1}, None)
    assert people(sandbox) == before


@pytest.mark.parametrize(
    ("policy", "phone", "email", "fate"),
    [("update", "555 0199", "new@x.com", "updated"), ("fill", "555 0100", "new@x.com", "updated")],
)
def test_who_is_here_is_updated_or_filled(
    empty: Run, sandbox: App, file: Path, policy: str, phone: str, email: str, fate: str
) -> None:
    """An empty cell empties nothing."""
    done(empty, write(file, "BK-1,Ann,Lee,,555 0100,,"))
    told = done(empty, write(file, "BK-1,,,new@x.com,555 0199,,"), "--on-match", policy)
    assert counts(told) == {"rows": 1, fate: 1}
    assert people(sandbox) == [("Ann Lee", email, phone, {})]


def test_who_is_here_can_be_skipped_with_links(empty: Run, sandbox: App, file: Path) -> None:
    """Then only new people come in."""
    done(empty, write(file, "BK-42,Jane,Doe,jane@x.com,,,"))
    told = done(empty, write(file, "BK-42,Jane,Doe,jane@x.com,1,cus_123,", "BK-2,Bob,,,,,"), "--on-match", "skip")
    assert counts(told) == {"rows": 2, "added": 1, "skipped": 1}
    assert people(sandbox)[0] == ("Jane Doe", "jane@x.com", "", {})


def test_matching_is_as_it_was_chosen(empty: Run, sandbox: App, file: Path) -> None:
    """By phone; or not at all."""
    done(empty, write(file, ",Ann,Lee,ann@x.com,(206) 555-0123,,"))
    told = done(empty, write(file, ",Ann,Lee,new@x.com,206.555.0123,,"), "--match-on", "phone")
    assert counts(told) == {"rows": 1, "updated": 1}
    assert counts(done(empty, str(file), "--match-on", "none")) == {"rows": 1, "added": 1}


def test_name_and_phone_together_are_somebody(empty: Run, sandbox: App, file: Path) -> None:
    """Also where the rest has changed."""
    header = "Name,Phone,Notes"
    done(empty, write(file, "Cy Orr,206 555 0123,dog", "Cy Orr,206 555 0199,cat", header=header))
    told = done(empty, write(file, "Cy Orr,(206) 555-0123,two dogs", header=header))
    assert counts(told) == {"rows": 1, "updated": 1}
    assert [linked.customer.details.notes for linked in sandbox.store.everybody()] == ["two dogs", "cat"]


def test_external_id_of_somebody_else_is_not_taken_over(empty: Run, sandbox: App, file: Path) -> None:
    """It names one customer at most."""
    done(empty, write(file, ",Ann,Lee,ann@x.com,,,", "BK-2,Bob,Orr,b@x.com,,,"))
    told = done(empty, write(file, "BK-2,Ann,Lee,ann@x.com,,,"), "--match-on", "email")
    assert counts(told) == {"rows": 1, "rejected": 1}
    assert "BK-2 belongs to Bob Orr (" in told["problems"][0]["reason"]


def test_email_that_somebody_has_given_up_in_the_same_file_is_free(empty: Run, sandbox: App, file: Path) -> None:
    """As it is for the next file."""
    done(empty, write(file, "BK-1,Ann,Lee,a@x.com,,,"))
    told = done(empty, write(file, "BK-1,Ann,Lee,b@x.com,,,", ",Ann,Lee,a@x.com,,,"))
    assert counts(told) == {"rows": 2, "updated": 1, "added": 1}


def test_email_of_a_crowd_tells_nothing(empty: Run, sandbox: App, file: Path) -> None:
    """The office's address is no reason to take somebody for a colleague."""
    done(empty, write(file, *(f",Ann{chr(97 + number)},Lee,office@x.com,,," for number in range(22))))
    told = done(empty, write(file, ",Anna,Wu,office@x.com,,,", ",Anna,Lee,office@x.com,,,"))
    assert counts(told) == {"rows": 2, "added": 1, "sharing": 1, "unchanged": 1}


def test_link_of_somebody_who_is_here_is_found(empty: Run, sandbox: App, file: Path) -> None:
    """The search knows the new ID."""
    done(empty, write(file, "BK-42,Jane,Doe,jane@x.com,,,"))
    done(empty, write(file, "BK-42,Jane,Doe,jane@x.com,,cus_123,"))
    assert len(sandbox.store.page("cus_123", limit=9).customers) == 1


def test_doubtful_identity_is_told_and_not_guessed(empty: Run, sandbox: App, file: Path) -> None:
    """Somebody who has married, or her daughter; two who have the same email and name; two external IDs are two."""
    done(empty, write(file, ",Ann,Lee,ann@x.com,,,", "BK-1,Bob,Orr,b@x.com,,,", "BK-2,Bob,Orr,b@x.com,,,"))
    told = done(empty, write(file, ",Ann,Wu,ann@x.com,,,", ",Bob,Orr,b@x.com,1,,", "BK-3,Bob,Orr,b@x.com,,,"))
    assert counts(told) == {"rows": 3, "rejected": 2, "added": 1}
    assert [(each["row"], each["value"]) for each in told["problems"]] == [(2, "ann@x.com"), (3, "b@x.com")]
    assert "ann@x.com belongs to Ann Lee" in told["problems"][0]["reason"]
    assert "which one do you mean?" in told["problems"][1]["reason"]


@pytest.mark.parametrize(
    "row",
    [",Ann {n},Lee,na@na.com,,,", ",Ann {n},Lee,office@x.com,,,", ",Maria,Garcia,,,,", ",Maria,Garcia,,555 0{n},,"],
)
def test_crowd_with_one_email_or_name_comes_in_quickly_and_once(empty: Run, sandbox: App, file: Path, row: str) -> None:
    """What many share is no reason to compare everybody with everybody; twice still changes nothing."""
    rows = [row.replace("{n}", f"{number:04}") for number in range(1200)]
    first = counts(done(empty, write(file, *rows)))
    assert first["added"] + first.get("repeated", 0) == 1200
    again = counts(done(empty, str(file)))
    assert again["unchanged"] + again.get("repeated", 0) == 1200


def test_the_same_person_twice_in_a_file_is_reported(empty: Run, sandbox: App, file: Path) -> None:
    """What is the same is counted; what differs is not imported, and names the first row."""
    rows = ["BK-1,Ann,Lee,a@x.com,1,,x", "BK-1,Ann,Lee,a@x.com,1,,y", "BK-1,Ann,Lee,a@x.com,2,,", ",Ann,Lee,a@x.com,,,"]
    told = done(empty, write(file, *rows))
    assert counts(told) == {"rows": 4, "added": 1, "repeated": 2, "rejected": 1}
    [problem] = told["problems"]
    assert (problem["row"], problem["reason"]) == (4, "Row 2 is the same customer, with another phone.")


def test_rows_that_are_far_apart_are_still_the_same_person(empty: Run, file: Path) -> None:
    """A file is taken in a thousand rows at a time."""
    crowd = [f"BK-{number},Ann {number},Lee,a{number}@x.com,,," for number in range(1500)]
    told = done(empty, write(file, *crowd, "BK-3,Ann 3,Lee,a3@x.com,,,", "BK-3,Ann 3,Lee,other@x.com,,,"))
    assert counts(told) == {"rows": 1502, "added": 1500, "repeated": 1, "rejected": 1}


BAD_IDS = [
    ("cus_NeverExisted", "There is no customer cus_NeverExisted"),
    ("cus_OlgaDeleted01", "was deleted at Stripe"),
    ("cus_JaneOfKirkland", "The email is different"),
    ("cus_RosaAlvarez01", "Nothing matches: different name"),
    ("pm_123", "is the ID of one payment method"),
    ("hello", "is not a Stripe customer ID"),
]


@pytest.mark.parametrize(("stripe_id", "said"), BAD_IDS)
def test_customer_with_a_doubtful_id_comes_in_and_the_link_does_not(
    empty: Run, sandbox: App, file: Path, stripe_id: str, said: str
) -> None:
    """The row is among the rejected, with the reason; mended, the link is made and nobody is doubled."""
    told = done(empty, write(file, f"BK-42,Jane,Doe,jane@x.com,,{stripe_id},"))
    assert counts(told) == {"rows": 1, "added": 1, "links_rejected": 1}
    assert said in told["problems"][0]["reason"]
    assert people(sandbox) == [("Jane Doe", "jane@x.com", "", {})]
    rejects = Path(told["rejects"])
    assert rejects == file.with_name("people.rejects.csv")
    text = rejects.read_text(encoding="utf-8-sig")
    assert text.startswith("KoalaLink reason,External ID")
    rejects.write_text(text.replace(stripe_id, "cus_123"), encoding="utf-8")
    again = done(empty, str(rejects))
    assert (counts(again), again["rejects"]) == ({"rows": 1, "unchanged": 1, "linked": 1}, None)
    assert people(sandbox)[0][3] == {"downtown": "cus_123"}


def test_id_that_another_customer_has_is_not_linked(empty: Run, sandbox: App, file: Path) -> None:
    """Neither one of the store nor one of the same file; verified or not."""
    rows = ["BK-1,Jane,Doe,jane@x.com,,cus_123,", "BK-2,Jane,Doe,jane@x.com,,cus_123,"]
    for verify in ("--verify", "--no-verify"):
        told = done(empty, write(file, *rows), verify)
        assert told["links_rejected"] == 1
        assert "cus_123 belongs to Jane Doe" in told["problems"][0]["reason"]
    told = done(empty, write(file, "BK-1,Jane,Doe,jane@x.com,,cus_124,"), "--no-verify")
    assert "is already connected to cus_123 at downtown" in told["problems"][0]["reason"]


def test_address_of_the_dashboard_is_an_id_like_any_other(empty: Run, sandbox: App, file: Path) -> None:
    """People copy that, too; it is still one customer's."""
    page = "https://dashboard.stripe.com/test/customers/cus_123"
    told = done(empty, write(file, f"BK-1,Jane,Doe,jane@x.com,,{page},", f"BK-2,Jane,Doe,jane@x.com,,{page},"))
    assert (told["linked"], told["links_rejected"]) == (1, 1)
    told = done(empty, write(file, f"BK-3,Jane,Doe,jane@x.com,,{page},"))
    assert "cus_123 belongs to Jane Doe" in told["problems"][0]["reason"]


def test_unverified_links_need_neither_stripe_nor_a_location(home: Path, file: Path) -> None:
    """Whoever moves in has no key yet."""
    koala = App(home=home, environ={}, now=lambda: NOW, may_ask=False)
    told = done(runner(koala), write(file, "BK-1,Ann,,,,cus_1,"), "--no-verify")
    assert (counts(told), people(koala)) == (
        {"rows": 1, "added": 1, "linked": 1},
        [("Ann", "", "", {"downtown": "cus_1"})],
    )
    [linked] = koala.store.everybody()
    assert linked.links[0].verified_at is None
    nameless = runner(koala)("customers", "import", write(file, "Ann,cus_2", header="Name,Stripe ID"), "--no-verify")
    assert (nameless.exit_code, "--location NAME --no-verify" in nameless.stderr) == (3, True)
    write(file, "BK-1,Ann,,,,cus_1,")
    refused = runner(koala)("customers", "import", str(file))
    assert (refused.exit_code, "no location “downtown”" in refused.stderr) == (2, True)
    koala.close()


def test_many_ids_are_listed_and_not_retrieved_one_by_one(empty: Run, sandbox: App, file: Path) -> None:
    """All the customers of the sandbox's downtown at once; those that are not in the list are told, too."""
    stripe = sandbox.accounts("downtown")
    every = [c for c in stripe.all_customers() if c.name and c.email][:60]
    rows = [f'"{c.name}",{c.email},{c.stripe_id}' for c in every]
    told = done(empty, write(file, *rows, "Olga,o@x.com,cus_OlgaDeleted01", header="Name,Email,Stripe ID (downtown)"))
    assert told["linked"] > 40
    assert told["linked"] + told["links_rejected"] + told["rejected"] == told["rows"]
    assert "was deleted" in told["problems"][-1]["reason"]


def test_bad_rows_are_in_the_rejects_and_good_ones_in_the_store(empty: Run, sandbox: App, file: Path) -> None:
    """Wholly in one or wholly in the other; a second import of the mended file brings them in."""
    rows = [",Ann,Lee,a@x.com,,,", ",Bob,Lee,nowhere,,,", ",Cy,Lee,c@x.com,1.5E+10,,", ",,,,1,,", "too,short"]
    told = done(empty, write(file, *rows))
    assert counts(told) == {"rows": 5, "added": 2, "rejected": 3}
    assert [problem["row"] for problem in told["problems"]] == [3, 5, 6]
    assert told["left_out"] == [{"row": 4, "column": "Phone", "value": "1.5E+10"}]
    rejects = Path(told["rejects"])
    assert rejects.stat().st_mode & 0o777 == 0o600
    lines = rejects.read_text(encoding="utf-8-sig").splitlines()
    assert [line.split(",", 1)[0] for line in lines][:2] == ["KoalaLink reason", "This is not an email address."]
    rejects.write_text("\n".join(lines[:2]).replace("nowhere", "bob@x.com"))
    assert counts(done(empty, str(rejects))) == {"rows": 1, "added": 1}
    assert [(email, phone) for _, email, phone, _ in people(sandbox)] == [
        ("a@x.com", ""),
        ("c@x.com", ""),
        ("bob@x.com", ""),
    ]


def test_rejects_never_take_the_place_of_earlier_ones(empty: Run, file: Path) -> None:
    """Somebody may be mending them; nor of the file itself."""
    name = write(file, ",Bob,Lee,nowhere,,,")
    paths = [Path(done(empty, name)["rejects"]).name for _ in range(3)]
    assert paths == ["people.rejects.csv", "people.rejects2.csv", "people.rejects3.csv"]
    refused = empty("customers", "import", name, "--rejects", str(file.parent / "." / "people.csv"))
    assert (refused.exit_code, "names the file itself" in refused.stderr) == (2, True)
    named = str(file.with_name("bad.csv"))
    assert done(empty, name, "--rejects", named)["rejects"] == named
    refused = empty("customers", "import", name, "--rejects", named)
    assert (refused.exit_code, "bad.csv already exists" in refused.stderr) == (8, True)
    assert done(empty, name, "--rejects", named, "--yes")["rejects"] == named


def test_strict_imports_all_or_nothing(empty: Run, sandbox: App, file: Path) -> None:
    """One bad row stops everything, and no file is left."""
    name = write(file, ",Ann,Lee,a@x.com,,,", ",Bob,Lee,nowhere,,,")
    result = empty("customers", "import", name, "--strict")
    assert (result.exit_code, result.stdout, people(sandbox)) == (8, "", [])
    assert "row 3: This is not an email address." in result.stderr
    assert [path.name for path in file.parent.iterdir() if "reject" in path.name] == []


def test_dry_run_prints_what_the_run_prints(empty: Run, sandbox: App, file: Path) -> None:
    """But for the file and the change that it does not make."""
    name = write(file, "BK-42,Jane,Doe,jane@x.com,,cus_123,", ",Bob,,nowhere,,,", "BK-3,Cy,,,,cus_x,")
    for json_ in ([], ["--json"]):
        dry = empty("customers", "import", name, "--dry-run", *json_)
        assert (people(sandbox), file.with_name("people.rejects.csv").exists()) == ([], False)
        wet = empty("customers", "import", name, *json_)
        assert dry.stdout == _without_what_was_made(wet.stdout)
        assert empty("undo", "--yes").exit_code == 0
        file.with_name("people.rejects.csv").unlink()


def _without_what_was_made(told: str) -> str:
    told = re.sub(r"\t[0-9]+\t[^\t\n]*people\.rejects\.csv\t", "\t\t\t", told)
    return re.sub(r'"(change|rejects)": ([0-9]+|"[^"]*")', r'"\1": null', told)


def test_import_is_one_change_that_is_undone_whole(empty: Run, sandbox: App, file: Path) -> None:
    """Those who were here before are as they were; redone, all is there again."""
    done(empty, write(file, "BK-42,Jane,Doe,jane@x.com,,,"))
    before = people(sandbox)
    told = done(empty, write(file, "BK-42,Jane,Doe,jane@x.com,555,cus_123,", "BK-2,Bob,,,,,"))
    after = people(sandbox)
    undone = json.loads(empty("undo", str(told["change"]), "--yes", "--json").stdout)
    assert people(sandbox) == before
    assert empty("undo", str(undone["change"]), "--yes").exit_code == 0
    assert people(sandbox) == after


def test_import_whose_people_were_touched_since_is_not_undone(empty: Run, sandbox: App, file: Path) -> None:
    """The later changes are named, and the touched people can be kept."""
    told = done(empty, write(file, *(f"BK-{number},Ann {number},,,,," for number in range(20))))
    [first, *_] = sandbox.store.everybody()
    empty("customers", "edit", str(first.customer.number), "--phone", "555")
    result = empty("undo", str(told["change"]), "--yes")
    assert result.exit_code == 8
    assert "--keep-touched" in result.stderr
    undone = empty("undo", str(told["change"]), "--yes", "--keep-touched")
    assert undone.exit_code == 0
    assert "- 19 customers that it added will be removed.\n" in undone.stderr
    assert "- 1 customer changed since by others: not changed.\n" in undone.stderr
    assert [linked.customer.number for linked in sandbox.store.everybody()] == [first.customer.number]


def test_undo_that_would_leave_everybody_as_they_are_is_refused(empty: Run, sandbox: App, file: Path) -> None:
    """It would be a change that changes nothing."""
    told = done(empty, write(file, "BK-1,Ann,,,,,", "BK-2,Bob,,,,,"))
    for linked in [*sandbox.store.everybody()]:
        empty("customers", "edit", str(linked.customer.number), "--phone", "555")
    result = empty("undo", str(told["change"]), "--keep-touched")
    assert (result.exit_code, "nothing is left to undo" in result.stderr) == (8, True)


def test_person_sees_the_columns_and_is_asked(empty: Run, sandbox: App, file: Path) -> None:
    """Before anything is written; no leaves all as it was."""
    sandbox.__dict__["talk"] = person = Somebody()
    assert empty("customers", "import", write(file, ",Ann,,,,,")).exit_code == 1
    assert (person.asked, people(sandbox)) == (["Import 1 row?"], [])
    assert person.columns_shown[0] == ("External ID", "external_id", None)
    assert person.columns_shown[5:] == [("Stripe ID (downtown)", "stripe_id", "downtown"), ("Tag", "extra", None)]
    sandbox.__dict__["talk"] = person = Somebody()
    assert empty("customers", "import", str(file), "--yes").exit_code == 0
    assert (person.asked, len(people(sandbox))) == ([], 1)


def test_preview_is_there_without_a_person_too(empty: Run, file: Path) -> None:
    """On stderr, with what stands in the first three rows."""
    result = empty("customers", "import", write(file, ",Ann,,,,,", ",Bob,,,,,", ",Cy,,,,,", ",Dee,,,,,"))
    assert "Column First Name: first name (Ann; Bob; Cy)\n" in result.stderr
    assert "Column Stripe ID (downtown): Stripe ID at downtown\n" in result.stderr


def test_file_can_come_through_the_pipe(
    empty: Run, sandbox: App, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Rejects are then in the folder where one is."""
    monkeypatch.chdir(tmp_path)
    result = empty("customers", "import", "-", "--json", input="Name,Email\nAnn,a@x.com\nBob,nowhere\n")
    assert (result.exit_code, people(sandbox)) == (0, [("Ann", "a@x.com", "", {})]), result.stderr
    assert (tmp_path / json.loads(result.stdout)["rejects"]).exists()


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        ("Name,Email\n", 2, "has a header, and no rows below it"),
        ("Name,Stripe ID\nAnn,cus_1\n", 2, "Which location?"),
        ("Name,Stripe ID (nowhere)\nAnn,cus_1\n", 2, "There is no location “nowhere”"),
        ("Name,Stripe ID (uptown),Stripe [uptown]\nAnn,cus_1,cus_1\n", 2, "Two columns"),
    ],
)
def test_file_that_cannot_be_meant_is_refused(
    empty: Run, sandbox: App, file: Path, text: str, code: int, said: str
) -> None:
    """One sentence, and nothing is written."""
    file.write_text(text)
    result = empty("customers", "import", str(file))
    assert (result.exit_code, result.stdout, people(sandbox)) == (code, "", [])
    assert said in result.stderr


@in_a_file
def test_store_that_fails_in_the_middle_has_nothing_of_the_file(
    empty: Run, sandbox: App, file: Path, home: Path
) -> None:
    """All of it is one transaction."""
    people(sandbox)
    with sqlite3.connect(home / "sandbox" / "customers.db") as db:
        db.execute(
            "CREATE TRIGGER broken BEFORE INSERT ON customers WHEN new.first_name = 'Ann 2500' "
            "BEGIN SELECT RAISE (ABORT, 'broken'); END"
        )
    db.close()
    result = empty("customers", "import", write(file, *(f",Ann {number},,,,," for number in range(3000))))
    assert (result.exit_code, people(sandbox)) == (7, [])


def test_import_of_the_rejects_repeats_every_option(
    empty: Run, sandbox: App, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Following the hint adds nobody twice: what was mapped the first time is mapped the second."""
    monkeypatch.chdir(file.parent)
    Path("my people.csv").write_text("Who,Mail,Code\nAnn Lee,a@x.com,K-1\nBob Day,nowhere,K-2\n")
    screen = io.StringIO()
    shown_on(sandbox, Console(width=200, file=screen, highlight=False))
    options = ("--map", "Who=name", "--map", "Mail=email", "--map", "Code=external_id", "--on-match", "fill")
    assert empty("customers", "import", "my people.csv", *options, "--match-on", "external-id").exit_code == 0
    [line] = [text for text in screen.getvalue().splitlines() if "Fix them there" in text]
    typed = shlex.split(line.partition("type: ")[2])
    rejects = Path("my people.rejects.csv")
    rejects.write_text(rejects.read_text().replace("nowhere", "b@x.com"))
    assert empty(*typed[1:]).exit_code == 0
    everybody = [linked.customer.details for linked in sandbox.store.everybody()]
    assert [(each.external_id, each.name, each.email) for each in everybody] == [
        ("K-1", "Ann Lee", "a@x.com"),
        ("K-2", "Bob Day", "b@x.com"),
    ]


def test_unverified_links_are_judged_by_the_copy(empty: Run, sandbox: App, file: Path) -> None:
    """They are saved, not verified, and who may be somebody else is said; without a copy that nothing was checked."""
    rows = ["BK-1,Jane,Doe,jane@x.com,,cus_123,", "BK-2,Rosa,Alvarez,rosa@x.com,,cus_JaneOfKirkland,"]
    blind = empty("customers", "import", write(file, *rows), "--no-verify")
    assert "Stripe was not asked about 2 links. When you are online, type: koalalink --sandbox verify" in blind.stderr
    assert empty("undo").exit_code == 0
    assert empty("sync").exit_code == 0
    judged = empty("customers", "import", str(file), "--no-verify")
    assert "According to the last sync 1 may be somebody else: Rosa Alvarez (" in judged.stderr
    links = [link for each in sandbox.store.everybody() for link in each.links]
    assert [(link.stripe_id, link.verified_at) for link in links] == [("cus_123", None), ("cus_JaneOfKirkland", None)]


def test_numbers_and_ids_alone_link_who_is_here(empty: Run, sandbox: App, file: Path) -> None:
    """A list of numbers and Stripe IDs adds nobody; each link goes through the same checks."""
    write(file, "BK-42,Jane,Doe,jane@x.com,,,", "BK-7,Rosa,Alvarez,rosa@x.com,,,")
    assert counts(done(empty, str(file)))["added"] == 2
    [number, other] = [linked.customer.number for linked in sandbox.store.everybody()]
    rows = [f"{number},cus_123", f"{other},cus_JaneOfKirkland", "999,cus_124", f"{other},"]
    told = done(empty, write(file, *rows, header="Number,Stripe ID (downtown)"))
    assert counts(told) == {
        "rows": 4,
        "unchanged": 1,
        "repeated": 2,
        "rejected": 1,
        "linked": 1,
        "links_rejected": 1,
    } or (counts(told) == {"rows": 4, "unchanged": 2, "repeated": 1, "rejected": 1, "linked": 1, "links_rejected": 1})
    assert "There is no customer 999." in [problem["reason"] for problem in told["problems"]]
    assert [links for *_, links in people(sandbox)] == [{"downtown": "cus_123"}, {}]


def test_external_ids_alone_link_who_is_here(empty: Run, sandbox: App, file: Path) -> None:
    """The same by the booking system's ID; one that nobody has is told, and one without a Stripe ID is nobody."""
    done(empty, write(file, "BK-42,Jane,Doe,jane@x.com,,,"))
    rows = ["BK-42,cus_123", "BK-9,cus_124", "BK-10,"]
    told = done(empty, write(file, *rows, header="External ID,Stripe ID (downtown)"))
    assert counts(told) == {"rows": 3, "unchanged": 1, "rejected": 2, "linked": 1}
    assert [problem["reason"] for problem in told["problems"]] == [
        "No customer has the external ID BK-9.",
        "No customer has the external ID BK-10.",
    ]
    assert people(sandbox) == [("Jane Doe", "jane@x.com", "", {"downtown": "cus_123"})]


def test_export_of_numbers_with_ids_typed_in_comes_back_as_links(empty: Run, sandbox: App, file: Path) -> None:
    """As somebody does in a spreadsheet who has the list of IDs."""
    done(empty, write(file, "BK-42,Jane,Doe,jane@x.com,,,"))
    header = "KoalaLink number,External ID,Stripe ID (downtown)"
    [number] = [linked.customer.number for linked in sandbox.store.everybody()]
    told = done(empty, write(file, f"{number},BK-42,cus_123", header=header))
    assert counts(told) == {"rows": 1, "unchanged": 1, "linked": 1}
    told = done(empty, write(file, f"{number},BK-43,cus_123", header=header))
    assert told["problems"][0]["reason"] == f"There is no customer {number} with the external ID BK-43."


@pytest.mark.parametrize("verify", ["--verify", "--no-verify"])
@pytest.mark.parametrize("stripe_id", ["cus_0123456789abcdef0123456789ABCDEF", "cus_" + "x" * 31, "cus_", "cus_a-b"])
def test_what_is_no_id_of_stripes_is_never_linked(
    empty: Run, sandbox: App, file: Path, stripe_id: str, verify: str
) -> None:
    """Other programs have IDs that look like it."""
    told = done(empty, write(file, f"BK-42,Jane,Doe,jane@x.com,,{stripe_id},"), verify)
    assert counts(told) == {"rows": 1, "added": 1, "links_rejected": 1}
    assert people(sandbox) == [("Jane Doe", "jane@x.com", "", {})]


def test_row_for_each_property_is_one_customer(empty: Run, sandbox: App, file: Path) -> None:
    """The first address is the customer's, the others stand beside; and twice changes nothing."""
    header = "J-ID,First Name,Last Name,E-mails,Service Street 1,Service City,Service State,Service Zip code"
    rows = [f'99_{n},Ann,Lee,"a@x.com, b@x.com",{n} Elm St,Seattle,WA,98101' for n in (1, 2, 3)]
    told = done(empty, write(file, *rows, header=header))
    assert counts(told) == {"rows": 3, "added": 1, "repeated": 2, "other_addresses": 2}
    [ann] = [linked.customer.details for linked in sandbox.store.everybody()]
    assert (ann.external_id, ann.email, ann.address) == ("99", "a@x.com", "1 Elm St")
    assert json.loads(ann.extra) == {
        "E-mails": "b@x.com",
        "Other address": "2 Elm St, Seattle, WA, 98101",
        "Other address (2)": "3 Elm St, Seattle, WA, 98101",
    }
    again = done(empty, str(file))
    assert (counts(again), again["change"]) == ({"rows": 3, "unchanged": 1, "repeated": 2}, None)


def test_columns_and_doubts_are_told(empty: Run, file: Path) -> None:
    """To a program as to a person; what is left over of several columns is kept."""
    header = "Full Name,Mobile,Home Phone,Login,Colour"
    result = empty("customers", "import", write(file, "Ann Lee,1,2,a@x.com,red", header=header), "--json")
    told = json.loads(result.stdout)
    assert [(each["column"], each["field"], each["doubt"] is None) for each in told["columns"]] == [
        ("Full Name", "name", True),
        ("Mobile", "phone", True),
        ("Home Phone", "phone", True),
        ("Login", "email", False),
        ("Colour", "extra", True),
    ]
    assert "Column Home Phone: phone, if “Mobile” is empty (2)\n" in result.stderr
    said = "Warning: Column “Login”: Its title does not say so, but it holds email addresses.\n"
    assert said in result.stderr
    assert result.stderr.index(said) < result.stderr.index("Column Full Name")


def test_emails_that_no_column_says_are_a_warning(empty: Run, sandbox: App, file: Path) -> None:
    """Nothing is lost without a word."""
    rows = ["Ann Lee,ask a@x.com", "Bo Day,by phone", "Cy Fox,at noon"]
    result = empty("customers", "import", write(file, *rows, header="Full Name,How to reach"))
    assert "Column “How to reach”: Some of its cells are email addresses" in result.stderr
    assert len(people(sandbox)) == 3


def test_file_without_names_is_refused_with_what_to_type(empty: Run, sandbox: App, file: Path) -> None:
    """Titles in another language: the email alone would make customers without a name."""
    name = write(file, "Ann,Lee,a@x.com", header="Vorname,Nachname,E-Mail")
    refused = empty("customers", "import", name)
    assert (refused.exit_code, people(sandbox)) == (2, [])
    assert '--map "Vorname=full name"' in refused.stderr
    assert (
        empty("customers", "import", name, "--map", "Vorname=first name", "--map", "Nachname=Last Name").exit_code == 0
    )
    assert people(sandbox) == [("Ann Lee", "a@x.com", "", {})]


def test_person_is_asked_what_a_column_is(empty: Run, sandbox: App, file: Path) -> None:
    """In a short list; and how to say it the next time."""
    sandbox.__dict__["talk"] = person = Somebody(says_yes=True)
    person.chooses = 1
    name = write(file, "Ann Lee,a@x.com,x", header="Wer,E-Mail,Notiz")
    assert empty("customers", "import", name).exit_code == 0
    assert person.asked[0] == "What is the column “Wer” (Ann Lee)? 9"
    assert [line for line in person.heard if "--map 'Wer=full name'" in line]
    assert people(sandbox)[0][0] == "Ann Lee"


@pytest.mark.parametrize(
    ("header", "row", "said"),
    [
        ("id,Amount,Customer ID,Customer Email", "ch_1,5,cus_1,a@x.com", "Stripe's list of payments"),
        ("id,Customer ID,Customer Email,Plan,Interval", "sub_1,cus_1,a@x.com,p,month", "list of subscriptions"),
        ("id,Customer ID,Amount Due,Status", "in_1,cus_1,5,paid", "list of invoices"),
    ],
)
def test_other_lists_of_stripes_are_refused(
    empty: Run, sandbox: App, file: Path, header: str, row: str, said: str
) -> None:
    """With what to do instead."""
    refused = empty("customers", "import", write(file, row, header=header))
    assert (refused.exit_code, people(sandbox), said in refused.stderr) == (2, [], True)
    assert "open Customers, then Export" in refused.stderr


def test_card_numbers_that_are_left_out_are_nowhere(empty: Run, sandbox: App, file: Path) -> None:
    """Neither in the store nor among the rows that were not imported."""
    rows = ["Ann,a@x.com,4242424242424242", "Bo,nowhere,5555555555554444"]
    name = write(file, *rows, header="Name,Email,Card")
    assert empty("customers", "import", name).exit_code == 2
    told = done(empty, name, "--map", "Card=ignore")
    assert counts(told) == {"rows": 2, "added": 1, "rejected": 1}
    assert "5555" not in Path(told["rejects"]).read_text()
    assert "4242" not in str([*sandbox.store.everybody()])


def test_dry_run_speaks_of_what_would_be(empty: Run, sandbox: App, file: Path) -> None:
    """And says how to do it."""
    screen = io.StringIO()
    shown_on(sandbox, Console(width=100, file=screen, highlight=False))
    name = write(file, "BK-42,Jane,Doe,jane@x.com,,cus_JaneOfKirkland,", ",Bob,,nowhere,,,")
    assert empty("customers", "import", name, "--dry-run").exit_code == 0
    text = screen.getvalue()
    assert "2 rows of people.csv would be: 1 added, 1 not imported." in text
    assert "Why it would not be imported" in text
    assert "Why the Stripe ID would not be linked" in text
    assert "rejects" not in text


def test_file_of_two_thousand_columns_is_read_and_told_in_brief(empty: Run, sandbox: App, file: Path) -> None:
    """One address a customer, the others kept; nobody reads two thousand lines."""
    parts = [
        f"Address_{n} {part}" for n in range(1, 400) for part in ("Street Line 1", "City", "State", "Zip", "Notes")
    ]
    cells = ["1 Elm St,Kent,WA,98030,gate", "2 Elm St,Kent,WA,98030,", *[",,,,"] * 397]
    name = write(file, ",".join(["Ann Lee", *cells]), header=",".join(["Name", *parts]))
    result = empty("customers", "import", name)
    assert (result.exit_code, len(result.stderr.splitlines()) < 50) == (0, True)
    assert "more columns: what they hold is kept beside the customer." in result.stderr
    [ann] = [linked.customer.details for linked in sandbox.store.everybody()]
    assert (ann.address, ann.zip) == ("1 Elm St", "98030")
    assert json.loads(ann.extra) == {"Address_1 Notes": "gate", "Other address": "2 Elm St, Kent, WA, 98030"}


FIRST = "ID,First Name,Last Name,Email,Phone\n1,Jane,Doe,jane@x.com,206-555-0101\n2,Bob,Roe,bob@x.com,206-555-0102\n"


@pytest.mark.parametrize(
    ("row", "is_taken"),
    [
        ("1,Cyd,Low,cyd@x.com,206-555-0201", False),
        ("1,Cyd,Low,cyd@x.com,", False),
        ("1,Cyd,Low,,206-555-0201", False),
        ("1,Jane,Doe,new@x.com,206-555-0201", True),
        ("1,Jane,Roe,jane@x.com,206-555-0201", True),
        ("1,Cyd,Low,cyd@x.com,206-555-0101", True),
        ("1,Cyd,Low,,", True),
    ],
)
def test_id_of_another_program_is_nobody_elses(run: Run, tmp_path: Path, row: str, is_taken: bool) -> None:
    """Two programs may number from 1: where nothing else is the same, the row is rejected with the reason."""
    (tmp_path / "first.csv").write_text(FIRST)
    (tmp_path / "second.csv").write_text(f"ID,First Name,Last Name,Email,Phone\n{row}\n")
    for command in (("first.csv", "--match-on", "none"), ("second.csv",)):
        done = run("customers", "import", str(tmp_path / command[0]), *command[1:], "--json")
        assert done.exit_code == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["updated"], told["rejected"]) == ((1, 0) if is_taken else (0, 1))
    if not is_taken:
        assert "has the same ID, and nothing else is the same" in told["problems"][0]["reason"]
        trusting = run("customers", "import", str(tmp_path / "second.csv"), "--match-on", "external-id", "--json")
        assert json.loads(trusting.stdout)["updated"] == 1


def test_rounded_ids_are_left_out(run: Run, tmp_path: Path) -> None:
    """They have made one of three; the people come in without them, and it is said. Others are no numbers at all."""
    ids = ["7.21045E+12", "7,21045E+12", "7.21045e+12", "7E+12", "12E12", "219E01", "1E5A", "7.5E12x"]
    rows = "".join(f'"{each}",Person {n},p{n}@x.com\n' for n, each in enumerate(ids))
    (tmp_path / "people.csv").write_text(f"Customer ID,Name,Email\n{rows}")
    done = run("customers", "import", str(tmp_path / "people.csv"), "--json")
    told = json.loads(done.stdout)
    assert (told["added"], [each["value"] for each in told["left_out"]]) == (8, ids[:4])
    assert "A spreadsheet has rounded IDs, as 7.21045E+12: the customers of row 2, 3, 4 and 5 came in" in done.stderr
    listed = json.loads(run("customers", "list", "Person", "--json").stdout)
    assert [each["external_id"] for each in listed] == [None] * 4 + ids[4:]
