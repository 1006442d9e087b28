"""The decision sheet survives what spreadsheets do to it."""

import csv
import io
from pathlib import Path

import pytest

from koalalink.atomic_files import Disk
from koalalink.domain.customers.customer import Customer, CustomerDetails
from koalalink.domain.identity.rules import Tier
from koalalink.domain.matching.decisions import Decision, Origin, Seen, Sheet, SideBySide
from koalalink.domain.matching.proposals import Proposal
from koalalink.domain.stripe.customer import StripeCustomer
from koalalink.domain.stripe.ids import StripeId
from koalalink.errors import UsageError
from koalalink.files.decision_sheet import read_sheet, write_sheet
from tests.conftest import NOW

JANE = Customer(42, CustomerDetails(first_name="Jané", last_name="Doe", email="jane@x.com", phone="+1 206 555 0142"))
HERS = StripeCustomer(StripeId("cus_1"), "Jané Doe", "jane@x.com", "", NOW, False)
EVIL = Customer(43, CustomerDetails(first_name="=1+1", last_name='@SUM("a")\n;', email="-x@x.com"))
HIS = StripeCustomer(StripeId("cus_2"), "=cmd|' /C calc'!A0", "x@x.com", "+1234567890", NOW, False)
PAIRS = [
    SideBySide(
        Proposal(42, StripeId("cus_1"), Tier.CERTAIN, "same name, same email", duplicates=(StripeId("cus_9"),)),
        JANE,
        HERS,
        [],
    ),
    SideBySide(
        Proposal(43, StripeId("cus_2"), Tier.REVIEW, "different first name", rivals=(StripeId("cus_8"),)), EVIL, HIS, []
    ),
    SideBySide(Proposal(44, None, Tier.NONE, "no match at Stripe"), Customer(44, CustomerDetails("BK-1")), None, []),
]
SEEN = Seen("Jané Doe", "jane@x.com", "Jané Doe", "jane@x.com")


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    """A sheet as it is written."""
    path = tmp_path / "decisions.csv"
    assert write_sheet(Disk(), path, PAIRS, Origin("downtown", "abc")) == (3, None)
    return path


def read(path: Path) -> Sheet:
    """What a sheet says."""
    return read_sheet(str(path), io.BytesIO())


def rows_of(path: Path) -> list[list[str]]:
    """The cells of a sheet."""
    with path.open(newline="", encoding="utf-8-sig") as stream:
        return list(csv.reader(stream))


def decided(path: Path, *decisions: str) -> None:
    """Write decisions into the rows, and save."""
    header, *rows = rows_of(path)
    place = header.index("Decision")
    for row, decision in zip(rows, decisions, strict=False):
        row[place] = decision
    save(path, [header, *rows])


def save(path: Path, rows: list[list[str]], *, delimiter: str = ",", encoding: str = "utf-8-sig") -> None:
    """Save as a spreadsheet does."""
    with path.open("w", newline="", encoding=encoding) as stream:
        csv.writer(stream, delimiter=delimiter).writerows(rows)


def test_sheet_as_it_is_written(sheet: Path) -> None:
    """Certain ones say so, which is nobody's decision, the others are left; nothing in it is run by a spreadsheet."""
    found = read(sheet)
    assert found.decisions == [Decision(42, StripeId("cus_1"), True, SEEN, looked_at=False, certain=True, row=2)]
    assert (found.later, found.problems, found.location) == (2, [], "downtown")
    assert not [cell for row in rows_of(sheet)[1:] for cell in row if cell[:1] in "=@-" and cell]


@pytest.mark.parametrize("word", ["yes", "YES", " y", "Y", '="yes"'])
def test_words_that_connect(sheet: Path, word: str) -> None:
    """As people write them."""
    decided(sheet, "", word)
    assert [
        (each.customer, each.stripe_id, each.accepted, each.looked_at, each.certain) for each in read(sheet).decisions
    ] == [(43, "cus_2", True, True, False)]


@pytest.mark.parametrize("without", ["Name", "Name at Stripe", "Sheet"])
def test_yes_where_not_both_names_stand_is_judged_as_any_other(sheet: Path, without: str) -> None:
    """Whoever wrote it cannot have seen both, or the sheet is none of the program's."""
    decided(sheet, "", "yes")
    header, *rows = rows_of(sheet)
    place = header.index(without)
    save(sheet, [[cell for n, cell in enumerate(row) if n != place] for row in (header, *rows)])
    [decision] = read(sheet).decisions
    assert (decision.accepted, decision.looked_at) == (True, False)


@pytest.mark.parametrize("word", ["no", "No ", "n", "N"])
def test_words_that_refuse(sheet: Path, word: str) -> None:
    """And what is decided of an evil name is decided of that name."""
    decided(sheet, "", word)
    [decision] = read(sheet).decisions
    assert (decision.customer, decision.accepted) == (43, False)
    assert decision.seen.changed(EVIL, HIS) is None


def test_id_that_was_typed(sheet: Path) -> None:
    """It is another person's than the row shows, so that person is not compared with what the row shows."""
    decided(sheet, "cus_7", "https://dashboard.stripe.com/customers/cus_8", "cus_9")
    assert read(sheet).decisions == [
        Decision(42, StripeId("cus_7"), True, Seen("Jané Doe", "jane@x.com"), looked_at=False, row=2),
        Decision(43, StripeId("cus_8"), True, Seen('=1+1 @SUM("a")\n;', "-x@x.com"), looked_at=False, row=3),
        Decision(44, StripeId("cus_9"), True, Seen("", ""), looked_at=False, row=4),
    ]


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("maybe", "“maybe” is not a decision"),
        ("x", "“x” is not a decision"),
        ("1", "“1” is not a decision"),
        ("pm_123", "the ID of one payment method"),
        ("sk_live_example", "That is an API key"),
    ],
)
def test_cell_that_is_not_clear(sheet: Path, word: str, said: str) -> None:
    """It is named with its row, and the others go on."""
    decided(sheet, "yes", word)
    found = read(sheet)
    assert len(found.decisions) == 1
    [problem] = found.problems
    assert (problem.row, problem.customer) == (3, 43)
    assert said in problem.reason
    assert "sk_live" not in problem.reason


def test_yes_without_an_id(sheet: Path) -> None:
    """There is nobody to connect."""
    decided(sheet, "", "", "yes")
    assert "There is no Stripe ID in this row" in read(sheet).problems[0].reason


@pytest.mark.parametrize("delimiter", [";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
def test_saved_by_another_program(sheet: Path, delimiter: str, encoding: str) -> None:
    """With other columns in another order, another delimiter and encoding, and rows turned round."""
    header, *rows = rows_of(sheet)
    wanted = ["Stripe ID", "Email", "Name", "Decision", "Sheet", "Customer", "Name at Stripe"]
    order = [header.index(title) for title in wanted]
    turned = [[row[place] for place in order] for row in reversed(rows)]
    save(sheet, [[title.upper() for title in wanted], *turned, [""] * 7], delimiter=delimiter, encoding=encoding)
    found = read(sheet)
    assert found.decisions == [
        Decision(
            42,
            StripeId("cus_1"),
            True,
            Seen("Jané Doe", "jane@x.com", "Jané Doe"),
            looked_at=False,
            certain=True,
            row=4,
        )
    ]
    assert (found.later, found.location) == (2, "downtown")


def test_saved_as_an_excel_file(sheet: Path, tmp_path: Path) -> None:
    """Numbers become numbers there."""
    from openpyxl import Workbook

    book = Workbook()
    for row in rows_of(sheet):
        assert book.active is not None
        book.active.append([float(cell) if cell.isdecimal() else cell for cell in row])
    book.save(tmp_path / "decisions.xlsx")
    assert read(tmp_path / "decisions.xlsx").decisions == [
        Decision(42, StripeId("cus_1"), True, SEEN, looked_at=False, certain=True, row=2)
    ]


def test_letters_that_an_encoding_lacks() -> None:
    """A question mark stands for any letter, and for no other name."""
    lukasz = Customer(1, CustomerDetails(first_name="Łukasz", last_name="Nowak"))
    assert Seen("?ukasz Nowak").changed(lukasz, None) is None
    assert Seen("?ukas Nowak").changed(lukasz, None) is not None


@pytest.mark.parametrize("title", ["Decision", "Customer", "Stripe ID"])
def test_column_that_is_needed(sheet: Path, title: str) -> None:
    """What was deleted is named."""
    header, *rows = rows_of(sheet)
    place = header.index(title)
    save(sheet, [[*row[:place], *row[place + 1 :]] for row in (header, *rows)])
    with pytest.raises(UsageError, match=f"no column “{title}”"):
        read(sheet)


def test_yes_to_many_that_were_not_looked_at_forces_nothing(sheet: Path) -> None:
    """As a page writes it that has confirmed them together: a doubt still stands against it."""
    header, first, *_ = rows_of(sheet)
    first[0] = "yes"
    for said, looked in (("", True), ("yes", True), ("no", False), ("No", False)):
        with sheet.open("w", newline="", encoding="utf-8") as stream:
            csv.writer(stream).writerows([[*header, "Looked at"], [*first, said]])
        [decision] = read(sheet).decisions
        assert (decision.accepted, decision.looked_at) == (True, looked)
