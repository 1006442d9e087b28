"""`customers export`: what goes out comes back the same, and nothing in it is run."""

import csv
import io
import json
import re
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from koalalink.app import App
from koalalink.domain.customers.customer import CustomerDetails
from koalalink.domain.customers.links import Link
from koalalink.domain.history.changes import Action
from koalalink.domain.stripe.ids import StripeId
from koalalink.domain.text import trimmed
from koalalink.files.cell_cleaning import guarded, guarded_row, plain
from tests.conftest import NOW, Run, in_a_file, runner
from tests.fakes import the_only

EVIL = [
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2",
    "@SUM(A1)",
    "\tx",
    "'=1",
    "''",
    '="x"',
    "José\nGarcía",
    "[red]x",
    "a;b|c\td",
    "Ã©",
    "x;=1+2;",
    'x; "=1+2"',
    "x;'=1",
    "note\n-2",
    "x|＝1+2",
    "＋1",
    "＠x",
]


def store_in(folder: str) -> App:
    """A store that belongs to nobody yet."""
    return App(home=Path(folder), environ={}, now=lambda: NOW, may_ask=False)


def exported(run: Run, *arguments: str) -> list[list[str]]:
    """Export through the pipe, and read it as any program would."""
    result = run("customers", "export", "-", *arguments)
    assert result.exit_code == 0, result.stderr
    return [*csv.reader(io.StringIO(result.stdout, newline=""))]


def test_export_has_a_row_a_customer_and_a_column_a_location(run: Run) -> None:
    """In the order of the numbers, with titles that import knows."""
    header, *rows = exported(run)
    assert header[:4] == ["KoalaLink number", "External ID", "First name", "Last name"]
    assert header[-2:] == ["Stripe ID (downtown)", "Stripe ID (uptown)"]
    assert [row[0] for row in rows] == [str(number) for number in range(1, 61)]
    assert rows[53][-2:] == ["", "cus_qxBKfETmh8oECA"]


def test_export_shows_who_and_what_is_asked_for(run: Run) -> None:
    """Only the linked, or not; at a location; some columns in the order that was typed."""
    assert len(exported(run, "--linked")) + len(exported(run, "--unlinked")) == 62
    assert len(exported(run, "-l", "downtown")) < len(exported(run, "--linked"))
    header, *rows = exported(run, "--columns", "email, Number,stripe-ids", "--linked", "-l", "uptown")
    assert header == ["Email", "KoalaLink number", "Stripe ID (downtown)", "Stripe ID (uptown)"]
    assert all(row[3] for row in rows)
    refused = run("customers", "export", "-", "--columns", "email,colour")
    assert (refused.exit_code, "“colour”" in refused.stderr) == (2, True)


def test_export_for_stripe_has_ids_and_metadata(run: Run) -> None:
    """One location's, as each has its own account."""
    rows = exported(run, "--for", "stripe-metadata", "-l", "uptown")
    assert rows[0] == ["id", "metadata[customer_number]", "metadata[external_id]"]
    assert ["cus_qxBKfETmh8oECA", "54", "BK-0054"] in rows
    assert run("customers", "export", "-", "--for", "stripe-metadata").exit_code == 2


def test_what_a_link_opens_up_stands_beside_it(run: Run) -> None:
    """As the last sync has found it; it is left out when the file comes back."""
    assert run("sync", "-l", "downtown").exit_code == 0
    header, *rows = exported(run)
    assert header[-2:] == ["Payment method (downtown)", "Card (downtown)"]
    by_id = {row[header.index("Stripe ID (downtown)")]: row[-2:] for row in rows}
    cards = [cells for stripe_id, cells in by_id.items() if stripe_id and cells[1]]
    assert all(
        method.startswith("pm_") and re.fullmatch(r"[\w ]+ ending \d{4}, \d\d/\d{4}", card) for method, card in cards
    )
    assert cards
    assert exported(run, "--columns", "number,cards")[0] == ["KoalaLink number", "Card (downtown)"]


def test_export_for_yardbook_has_its_titles(run: Run) -> None:
    """Those of its import."""
    header = exported(run, "--for", "yardbook")[0]
    assert header[:4] == ["contact_first_name", "contact_last_name", "business_name", "email"]


@pytest.mark.parametrize("kind", ["csv", "tsv", "json", "jsonl", "xlsx"])
def test_file_is_of_the_kind_that_its_name_tells(run: Run, tmp_path: Path, kind: str) -> None:
    """Readable by its owner alone."""
    path = tmp_path / f"people.{kind}"
    assert run("customers", "export", str(path)).exit_code == 0
    data = path.read_bytes()
    assert path.stat().st_mode & 0o777 == 0o600
    if kind == "json":
        assert len(json.loads(data)) == 60
    elif kind == "jsonl":
        assert [json.loads(line)["customer"] for line in data.splitlines()] == [*range(1, 61)]
    elif kind == "xlsx":
        assert data.startswith(b"PK")
    else:
        assert data.startswith("\ufeffKoalaLink number".encode())
        assert data.splitlines()[0].count(b"\t" if kind == "tsv" else b",") == 14


def test_json_of_nobody_is_an_empty_list(home: Path) -> None:
    """A program reads it all the same."""
    koala = store_in(str(home))
    assert runner(koala)("customers", "export", "-", "--format", "json").stdout == "[]\n"
    koala.close()


@in_a_file
def test_export_that_fails_leaves_the_old_file(run: Run, sandbox: App, tmp_path: Path) -> None:
    """And nothing beside it."""
    path = tmp_path / "people.csv"
    path.write_text("old")
    database = sandbox.store._db
    database.execute("UPDATE customers SET extra = '{\"a\": 1' || '}' WHERE customer = 60")
    database.rows("PRAGMA ignore_check_constraints = ON")
    database.execute("UPDATE customers SET extra = '{' WHERE customer = 60")
    result = run("customers", "export", str(path))
    assert result.exit_code == 7
    assert (path.read_text(), [each.name for each in tmp_path.iterdir() if "people" in each.name]) == (
        "old",
        ["people.csv"],
    )


@pytest.mark.parametrize("place", ["no/such/folder.csv", "."])
def test_export_to_where_nothing_can_be_written_is_one_sentence(run: Run, tmp_path: Path, place: str) -> None:
    """With what to do."""
    result = run("customers", "export", str(tmp_path / place))
    assert (result.exit_code, "cannot be written" in result.stderr or "is a folder" in result.stderr) == (2, True)


@pytest.mark.parametrize("text", EVIL)
def test_cell_that_a_spreadsheet_would_run_is_harmless_and_comes_back(text: str) -> None:
    """Excel, LibreOffice and Google run what begins with one of these; other characters may begin a cell, too."""
    for cell in re.split("[;|\t\r\n]", guarded(text)):
        assert cell.lstrip(' "')[:1] not in tuple("=+-@＝＋－＠")
    assert guarded(text)[:1] not in ("\t", "\r")
    assert plain(guarded(text)) == text.strip()


@pytest.mark.parametrize("phone", ["+1 555 0100", "+44 20 7946 0000", "+1 (206) 555 0100"])
def test_phone_stays_readable(phone: str) -> None:
    """What no spreadsheet can compute is left as it is."""
    assert (guarded(phone), plain(phone)) == (phone, phone)
    assert guarded("+15550100") == "'+15550100"


@given(st.text())
def test_every_cell_comes_back(text: str) -> None:
    """Whatever was typed."""
    assert plain(guarded(trimmed(text))) == trimmed(text)


@given(st.lists(st.text(alphabet="a1 '\"=+-@\t\r\n;|＝(", max_size=6), min_size=1, max_size=4))
def test_row_is_guarded_as_its_cells_are(cells: list[str]) -> None:
    """It is looked at as a whole first, as most rows have nothing to guard."""
    assert [*guarded_row(cells)] == [*map(guarded, cells)]


_TEXT = st.one_of(st.sampled_from(["", "Ann", *EVIL, "nowhere", "1.5E+10"]), st.text(max_size=12)).map(trimmed)
_EXTRA = st.dictionaries(_TEXT.filter(bool), _TEXT.filter(bool), max_size=2).map(
    lambda extra: json.dumps(extra, ensure_ascii=False, sort_keys=True) if extra else ""
)
_PEOPLE = st.lists(
    st.builds(
        CustomerDetails,
        **{name: _TEXT for name in CustomerDetails._fields if name not in ("external_id", "extra")},
        external_id=st.just(""),
        extra=_EXTRA,
    ).filter(lambda details: details.name or details.email),
    max_size=4,
)


@pytest.mark.long
@given(_PEOPLE, st.lists(st.tuples(st.sampled_from(["downtown", "up-town"]), st.booleans()), max_size=4))
def test_export_into_an_empty_store_gives_back_the_same_store(
    people: list[CustomerDetails], links: list[tuple[str, bool]]
) -> None:
    """Numbers, details, links and whether they are on; however hostile, and however alike."""
    with tempfile.TemporaryDirectory() as folder:
        first, second = store_in(f"{folder}/1"), store_in(f"{folder}/2")
        for details in [*people, CustomerDetails(first_name="Gone")]:
            first.store.add(details)
        first.store.remove(first.store.record(the_only(first.store, str(len(people) + 1))))
        for number, (location, enabled) in enumerate(links[: len(people)], 1):
            link = Link(customer=number, location=location, stripe_id=StripeId(f"cus_{number}"), enabled=enabled)
            customer = the_only(first.store, str(number))
            first.store.save_link(customer, link, previous=None, action=Action.CONNECTED)
        assert runner(first)("customers", "export", f"{folder}/all.csv").exit_code == 0
        result = runner(second)("customers", "import", f"{folder}/all.csv", "--no-verify")
        assert result.exit_code == 0 if people else "no rows" in result.stderr, result.stderr
        assert [*second.store.everybody()] == [*first.store.everybody()]
        first.close()
        second.close()
