"""Customer files, as programs of all kinds have written them."""

import io
import os
import tempfile
import threading
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from koalalink.domain.importing.columns import read_choices
from koalalink.domain.importing.import_rows import Entries, Entry, Row, Trouble
from koalalink.errors import ExitCode, KoalaError, UsageError
from koalalink.files import encoding, table_reader, xlsx_limits
from koalalink.files.customer_file import CustomerFile

PEOPLE = [["Name", "Email", "Notes"], ["José García", "jose@x.com", "key; under mat, left"], ["Zoë", "z@x.com", ""]]


def table(tmp_path: Path, data: bytes, *maps: str) -> CustomerFile:
    """Open a file with these bytes."""
    path = tmp_path / "people.csv"
    path.write_bytes(data)
    return CustomerFile(str(path), io.BytesIO(), read_choices(maps))


def cells(opened: CustomerFile) -> list[list[str]]:
    """All rows, which have no problem."""
    with opened:
        rows = [*opened.rows()]
    assert [row.problem for row in rows] == [""] * len(rows)
    return [row.cells for row in rows]


def told(opened: CustomerFile) -> list[Entry | Trouble]:
    """What every row says."""
    with opened:
        entries = Entries(opened.columns, location="downtown", is_our_own=opened.is_our_own)
        return [entries.read(row) for row in opened.rows()]


def joined(delimiter: str) -> str:
    """People as a file."""
    return "\r\n".join(delimiter.join(f'"{cell}"' for cell in row) for row in PEOPLE) + "\r\n"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "latin-1"])
def test_file_is_read_however_it_was_written(tmp_path: Path, delimiter: str, encoding: str) -> None:
    """Also where the cells hold other delimiters."""
    opened = table(tmp_path, joined(delimiter).encode(encoding))
    assert opened.titles == PEOPLE[0]
    assert cells(opened) == PEOPLE[1:]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("Exported on Monday\nName,Email\nAnn,a@x.com\n", [["Ann", "a@x.com"]]),
        ('Name,Email\n="007",a@x.com\n', [["007", "a@x.com"]]),
        ("Name,Email\n'=1+1,'@x\n", [["=1+1", "@x"]]),
        ("Name,Email\n''=1,'Ann\n", [["'=1", "'Ann"]]),
        ('Name,Email\n"Ann\r\nLee",a@x.com\n', [["Ann\r\nLee", "a@x.com"]]),
        ("Name,Email,,\nAnn,a@x.com,,\n,,,\n\n", [["Ann", "a@x.com"]]),
        ("Name,Email\n  Ann ,\ta@x.com\n", [["Ann", "a@x.com"]]),
        ("Name,Email\nJosÃ© GarcÃ­a,a@x.com\n", [["José García", "a@x.com"]]),
        ("Name,Email\nO\u00e2\u20ac\u2122Brien,a@x.com\n", [["O’Brien", "a@x.com"]]),
        ("Name,Email\nJOÃO SÃO,a@x.com\n", [["JOÃO SÃO", "a@x.com"]]),
        ("Name,Email\nÂngela Ça,a@x.com\n", [["Ângela Ça", "a@x.com"]]),
        ("Name,Email\nAnn,a@x.com\nName;Email,x\n", [["Ann", "a@x.com"], ["Name;Email", "x"]]),
        ("Name,Email\n" + "Ann,a@x.com\n" * 3, [["Ann", "a@x.com"]] * 3),
    ],
)
def test_dirt_is_taken_off_and_nothing_else(tmp_path: Path, text: str, rows: list[list[str]]) -> None:
    """What a spreadsheet or a wrong encoding has left; right text stays as it is."""
    assert cells(table(tmp_path, text.encode())) == rows


def test_bad_rows_are_told_and_do_not_take_others_with_them(tmp_path: Path) -> None:
    """Too many cells, too few, a quotation mark that is never closed; numbered as a spreadsheet does."""
    opened = table(
        tmp_path, b'Name,Email\nAnn,a@x.com,more\nBob\n"Cy,c@x.com\nDee,d@x.com\n"E"e,e@x.com\nFay,f@x.com\n'
    )
    with opened:
        rows = [(row.number, row.cells, bool(row.problem)) for row in opened.rows()]
    assert rows == [
        (2, ["Ann", "a@x.com", "more"], True),
        (3, ["Bob"], True),
        (4, ['"Cy', "c@x.com"], True),
        (5, ["Dee", "d@x.com"], False),
        (6, ['"E"e', "e@x.com"], True),
        (7, ["Fay", "f@x.com"], False),
    ]


def test_quotation_mark_that_swallows_many_rows_gives_them_back(tmp_path: Path) -> None:
    """The next quotation mark in the file would close it."""
    lines = ['"Ann,a@x.com', *(f"Bob {number},b{number}@x.com" for number in range(40)), '"Zed",z@x.com']
    opened = table(tmp_path, "\n".join(["Name,Email", *lines]).encode())
    with opened:
        rows = [*opened.rows()]
    assert [row.number for row in rows if row.problem] == [2]
    assert len(rows) == 42


@pytest.mark.parametrize(
    ("data", "code", "said"),
    [
        (b"", 2, "is empty"),
        (b"\n\n  \n", 2, "is empty"),
        (b",,\n,,\n", 2, "is empty"),
        (b"PNG\0\1\2\3\0\0\0", 2, "is not a text file"),
        (b"Name,Email\nA\0nn,a@x.com\n" + b"x" * 9000, 2, "is not a text file"),
        (b"PK\3\4 this is no spreadsheet", 2, "is a damaged spreadsheet"),
        (b"foo,bar\n1,2\n", 2, "None of its columns was recognized"),
        (b"Name,Stripe ID,Stripe customer\nAnn,cus_1,cus_2\n", 2, "Two columns are the Stripe ID"),
        (b"Email,Name,Email\na@x.com,Ann,b@x.com\n", 2, "Two columns are called “Email”, and hold different things"),
        (b"Ann Lee,a@x.com\nBob Lee,b@x.com\n", 2, "The first row is a customer, not titles"),
        ("姓名,邮箱\nAnn,a@x.com\n".encode(), 2, "None of its columns was recognized: 姓名, 邮箱."),
        (
            b"Name,Email,Phone\nAnn,a@x.com\nBob,b@x.com,1,2,3\n",
            2,
            "No row of people.csv has as many cells as its header",
        ),
        (b"Name,Size,Date modified\nIMG_1.png,12,x\nnotes.docx,13,x\n", 2, "a list of files"),
        (b"total 48\ndrwx 2 ann ann 4096 Nov 1 a.csv\n-rw- 1 ann ann 12 Nov 2 b.csv\n", 2, "None of its columns"),
        (",".join(f"c{n}" for n in range(10_000)).encode(), 2, "10,000 columns"),
        (b"Name,card.number\nAnn,4242424242424242\n", 2, "holds card numbers"),
        (b"Name,Pay\nAnn,4242 4242 4242 4242\nBob,5555555555554444\n", 2, "holds card numbers"),
        (b"Name\n" + b"x" * 2_000_000, 2, "more than 1,000,000 characters"),
    ],
)
def test_no_table_of_customers_is_one_sentence(tmp_path: Path, data: bytes, code: int, said: str) -> None:
    """Whatever it is instead."""
    with pytest.raises(KoalaError) as refused, table(tmp_path, data) as opened:
        [*opened.rows()]
    assert (refused.value.exit_code, said in refused.value.message) == (code, True), refused.value.message
    assert refused.value.hint


def test_numbers_that_only_look_like_cards_are_read(tmp_path: Path) -> None:
    """IDs of sixteen digits, of which every tenth has the right check digit."""
    ids = b"".join(b"Ann,%d\n" % (4_000_000_000_000_000 + number) for number in range(100))
    with table(tmp_path, b"Name,Tag\n" + ids) as opened:
        assert opened.count == 100


@pytest.mark.parametrize(("name", "code"), [("missing.csv", 4), (".", 2), ("a\0b", 2)])
def test_file_that_cannot_be_opened_is_one_sentence(tmp_path: Path, name: str, code: int) -> None:
    """Missing, a folder, no name at all."""
    with pytest.raises(KoalaError) as refused:
        CustomerFile(str(tmp_path / name) if "\0" not in name else name, io.BytesIO(), {})
    assert refused.value.exit_code == ExitCode(code)


def test_columns_are_known_by_many_names(tmp_path: Path) -> None:
    """Of booking systems, of Stripe, and our own; a location in brackets."""
    header = "Customer First Name,surname,E-mail,Mobile,Street Address,Apt,Town,State,Zip/Postal code,Comments"
    header += ",Stripe ID (downtown),stripe_customer_id,Colour"
    with table(tmp_path, f"{header}\n{',' * 12}x\n".encode()) as opened:
        meant = [(column.field, column.location) for column in opened.columns]
    fields = "first_name last_name email phone address apartment city state zip notes".split()
    assert meant[:10] == [(field, None) for field in fields]
    assert meant[10:] == [("stripe_id", "downtown"), ("stripe_id", None), ("extra", None)]


def test_file_of_ours_is_taken_at_its_word(tmp_path: Path) -> None:
    """Older titles, too; what was kept beside is nothing else, though it looks like a field."""
    header = "KoalaLink number,First Name,ZIP code,Phone,Mobile,extra: Email,Payment method (downtown),Notes"
    with table(tmp_path, f"{header}\n1,'Aolani,---,1,2,a@x.com,pm_1,none\n".encode()) as opened:
        meant = [column.field for column in opened.columns]
        [entry] = [Entries(opened.columns, location=None, is_our_own=True).read(row) for row in opened.rows()]
    assert meant == ["number", "first_name", "zip", "phone", "extra", "extra", "ignore", "notes"]
    assert isinstance(entry, Entry)
    assert (entry.details.first_name, entry.details.zip, entry.details.notes) == ("'Aolani", "---", "none")


@pytest.mark.parametrize(("cell", "field"), [("cus_123", "stripe_id"), ("BK-1", "external_id"), ("", "external_id")])
@pytest.mark.parametrize("title", ["id", "Customer ID"])
def test_column_called_id_is_what_stands_in_it(tmp_path: Path, title: str, cell: str, field: str) -> None:
    """Stripe calls its own so, and everybody else theirs."""
    with table(tmp_path, f"{title},Name\n{cell},Ann\n".encode()) as opened:
        assert opened.columns[0].field == field


def test_column_can_be_mapped_by_hand(tmp_path: Path) -> None:
    """Then another that would be the same is kept beside."""
    data = b"Client,Email,Office mail,Shop\nAnn,a@x.com,b@x.com,cus_1\n"
    with table(tmp_path, data, "Client=name", "office MAIL=email", "Shop=stripe-id:up_town") as opened:
        meant = [(column.field, column.location) for column in opened.columns]
    assert meant == [("name", None), ("extra", None), ("email", None), ("stripe_id", "up_town")]


@pytest.mark.parametrize("choice", ["Client", "=name", "Client=colour", "Client=name:downtown", "Nobody=name"])
def test_mapping_that_cannot_be_meant_is_refused(tmp_path: Path, choice: str) -> None:
    """With what could be."""
    with pytest.raises(KoalaError) as refused:
        table(tmp_path, b"Client,Email\nAnn,a@x.com\n", choice)
    assert (refused.value.exit_code, bool(refused.value.hint)) == (ExitCode.USAGE, True)


def test_row_says_who_somebody_is(tmp_path: Path) -> None:
    """A full name is divided, an apartment put behind the address, and what fits no field kept."""
    [entry] = told(table(tmp_path, b"Name,Address,Apt,Tag,Tag,Stripe ID\nAnn de la Cruz,1 Elm St,2B,x,y,cus_1\n"))
    assert isinstance(entry, Entry)
    assert (entry.details.first_name, entry.details.last_name) == ("Ann", "de la Cruz")
    assert (entry.details.address, entry.details.extra) == ("1 Elm St, 2B", '{"Tag": "x", "Tag (2)": "y"}')
    assert (entry.row, entry.stripe_ids) == (2, {"downtown": "cus_1"})


@pytest.mark.parametrize(
    ("row", "column", "value", "said"),
    [
        ("Ann,nowhere,", "Email", "nowhere", "not an email"),
        (",,555 0100", "", "", "no name"),
    ],
)
def test_bad_cell_is_told_with_its_column(tmp_path: Path, row: str, column: str, value: str, said: str) -> None:
    """It is not guessed what it was."""
    [trouble] = told(table(tmp_path, f"Name,Email,Phone\n{row}\n".encode()))
    assert isinstance(trouble, Trouble)
    assert (trouble.row, trouble.column, trouble.value) == (2, column, value)
    assert said in trouble.reason


def test_excel_file_is_read_as_text(tmp_path: Path) -> None:
    """Numbers and dates are written as people would."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.append(["Name", "Phone", "Zip", "Notes"])
    sheet.append(["Ann", 15551234567, 98101.0, True])
    sheet.append([None, None, None, None])
    sheet.append(["Bob", "+1 555", None, 1.5])
    book.save(tmp_path / "people.xlsx")
    with CustomerFile(str(tmp_path / "people.xlsx"), io.BytesIO(), {}) as opened:
        rows = [*opened.rows()]
    assert rows == [Row(2, ["Ann", "15551234567", "98101", "yes"]), Row(4, ["Bob", "+1 555", "", "1.5"])]


_BITS = st.sampled_from(
    [
        b"Name",
        b"Email",
        b",",
        b";",
        b"\t",
        b'"',
        b"\n",
        b"\r",
        b"\r\n",
        b"=",
        b"'",
        b"cus_1",
        b"\xc3\xa9",
        b"\xe9",
        b"\0",
    ]
)


@settings(max_examples=300)
@given(st.one_of(st.binary(max_size=200), st.lists(_BITS, max_size=60).map(b"".join)))
def test_bytes_of_every_kind_are_rows_or_one_sentence(data: bytes) -> None:
    """Never a traceback, and no line without a row."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            opened = table(Path(folder), b"Name,Email\n" + data)
        except KoalaError as refused:
            assert refused.hint
            return
        with opened:
            rows = [*opened.rows()]
            assert len(rows) == opened.count
            everything = "".join("".join(row.cells) for row in rows)
        if opened.titles == ["Name", "Email"] and not any("header" in note for note in opened.notes):
            for word in (b"Name", b"Email", b"cus_1"):
                assert everything.count(word.decode()) >= data.count(word)


def _xlsx(path: Path, sheet: str, *, strings: str = "") -> Path:
    """Write an Excel file with this sheet in it."""
    Workbook().save(path)
    with ZipFile(path) as made:
        parts = {name: made.read(name) for name in made.namelist()}
    space = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    parts["xl/worksheets/sheet1.xml"] = f"<worksheet {space}>{sheet}</worksheet>".encode()
    if strings:
        parts["xl/sharedStrings.xml"] = f"<sst {space}>{strings}</sst>".encode()
    with ZipFile(path, "w", ZIP_DEFLATED) as written:
        for name, content in parts.items():
            written.writestr(name, content)
    return path


_HEADER = '<row r="1"><c r="A1" t="inlineStr"><is><t>Email</t></is></c></row>'


def _cell(text: str, row: int = 2) -> str:
    return f'<row r="{row}"><c r="A{row}" t="inlineStr"><is><t>{text}</t></is></c></row>'


@pytest.mark.parametrize(
    ("sheet", "said"),
    [
        (_HEADER + "<row>" + "<c/>" * 400_000 + "</row>", "has more than 16,384 cells in a row"),
        (_HEADER + _cell("a" * 1_100_000), "has a cell of more than 1,000,000 characters"),
        (_HEADER + "<row/>" * 1_100_000, "has more than 1,048,576 rows"),
    ],
    ids=["cells", "characters", "rows"],
)
def test_spreadsheet_that_would_fill_the_memory_is_refused(tmp_path: Path, sheet: str, said: str) -> None:
    """Before it is unpacked into it."""
    path = _xlsx(tmp_path / "people.xlsx", f"<sheetData>{sheet}</sheetData>")
    with pytest.raises(UsageError, match=said):
        CustomerFile(str(path), io.BytesIO(), {})


def test_spreadsheet_that_is_too_large_unpacked_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As its directory says."""
    monkeypatch.setattr(xlsx_limits, "_MOST_BYTES", 2000)
    path = _xlsx(tmp_path / "people.xlsx", f"<sheetData>{_HEADER}{_cell('a@x.com')}</sheetData>")
    with pytest.raises(UsageError, match="when it is unpacked"):
        CustomerFile(str(path), io.BytesIO(), {})


def test_row_with_a_huge_number_ends_the_sheet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Empty rows are made up before it only as far as a sheet can go; here that is shorter, as it takes a second."""
    monkeypatch.setattr(table_reader, "MOST_ROWS", 10_000)
    rows = _HEADER + _cell("a@x.com") + _cell("b@x.com", 2_000_000_000)
    path = _xlsx(tmp_path / "people.xlsx", f'<dimension ref="A1:XFD2000000000"/><sheetData>{rows}</sheetData>')
    with CustomerFile(str(path), io.BytesIO(), {}) as table:
        assert [row.cells for row in table.rows()] == [["a@x.com"]]


@pytest.mark.parametrize("row", ["<row r='x'/>", "<row r='2'><c r='A2' t='s'><v>99</v></c></row>", "<row>"])
def test_spreadsheet_that_is_damaged_in_the_middle_is_told(tmp_path: Path, row: str) -> None:
    """Whatever the library says of it."""
    path = _xlsx(tmp_path / "people.xlsx", f"<sheetData>{_HEADER}{row}</sheetData>")
    with pytest.raises(UsageError, match="damaged spreadsheet"), CustomerFile(str(path), io.BytesIO(), {}) as table:
        list(table.rows())


@pytest.mark.parametrize("change", ["more", "less", "other"])
def test_file_that_is_written_to_while_it_is_read_is_told(tmp_path: Path, change: str) -> None:
    """Rows that were counted are not those that are imported then."""
    path = tmp_path / "people.csv"
    path.write_text("Email\n" + "a@x.com\n" * 9)
    with CustomerFile(str(path), io.BytesIO(), {}) as table:
        assert len([*table.rows()]) == 9
        content = path.read_text()
        path.write_text({"more": content + "b@x.com\n", "less": content[:-8], "other": content[::-1]}[change])
        os.utime(path, ns=(1, 1))
        with pytest.raises(UsageError, match="was changed by another program while it was being read"):
            list(table.rows())


def test_file_that_can_be_read_only_once_is_kept(tmp_path: Path) -> None:
    """A pipe with a name, or a shell's <(…)."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=lambda: pipe.write_text("Name,Email\nAnn,a@x.com\n"))
    writer.start()
    with CustomerFile(str(pipe), io.BytesIO(), {}) as table:
        assert [row.cells for row in table.rows()] == [["Ann", "a@x.com"]] * table.count
    writer.join()


def test_input_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """It would fill the disk."""
    monkeypatch.setattr(encoding, "_MOST_INPUT", 100_000)

    class Endless(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            return b"a,b\n" * 1000

    with pytest.raises(UsageError, match="The input is more than"):
        CustomerFile("-", Endless(), {})
