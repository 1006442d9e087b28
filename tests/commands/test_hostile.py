"""Names and emails that are made to do something: they are shown as texts, and do nothing."""

import csv
import io
import json
import re
from itertools import cycle
from pathlib import Path

import pytest
import typer
from typer.testing import Result

from koalalink.app import App
from koalalink.domain.matching.review import Choice
from koalalink.render import output
from koalalink.sandbox.fake_stripe import Account
from tests.conftest import Run
from tests.torture.checks import disagreements

HOSTILE = {
    "markup": "[red]Jane[/red] [link=http://x]Doe[/] [/nothing]",
    "colours": "\x1b[31mJane\x1b[0m Doe",
    "cursor": "Jane\x1b[2J\x1b[1;1HDoe\x08\x08\x08Roe\r",
    "title": "\x1b]0;owned\x07Jane",
    "address": "\x1b]8;;https://evil.example\x1b\\Jane\x1b]8;;\x1b\\",
    "clipboard": "\x1b]52;c;ZXZpbA==\x07Jane",
    "one byte": "\x9b31mJane\x9d0;owned\x9cDoe\x85",
    "right to left": "Jane \u202eeoD\u202c \u2066x\u2069 \u200f\u061c",
    "invisible": "Ja\u200bne\u2060 \ufeffDoe\u2028Roe\u2029",
    "nul": "Jane\x00 Doe\x00",
    "surrogate": "Jane \ud800Doe \udfff",
    "large": "Jane " * 200_000,
    "one word": "J" * 1_000_000,
    "formula": '=HYPERLINK("http://evil";"Jane")',
    "command": "@SUM(1+1)*cmd|' /C calc'!A0",
    "sql": "Jane'); DROP TABLE customers; --",
    "fts": 'Jane" OR rowid:* NEAR(x) -"',
    "like": "100%_Jane\\",
    "stripe": 'jane" OR email~"@" OR name:"*',
    "format": "{0} {key} %s %n ${HOME} $(id) `id`",
    "lines": "Jane\nDoe\ttab\r\n1\tadmin",
    "empty": " \t\n\u3000\u200b",
}
_SHOWN = [
    ("search", "{}"),
    ("search", "jane", "--limit", "100"),
    ("search", "{}", "--offline"),
    ("show", "cus_Hostile1"),
    ("show", "{number}"),
    ("show", "{}"),
    ("connect", "{number}", "cus_Hostile1", "--force"),
    ("connect", "{number}", "cus_123"),
    ("connect", "1", "{}"),
    ("connect", "{}", "cus_Hostile1"),
    ("cards", "{number}"),
    ("customers", "list"),
    ("customers", "list", "{}"),
    ("customers", "edit", "{number}", "--notes", "{}", "--city", "{}"),
    ("customers", "import", "hostile.csv", "--no-verify"),
    ("customers", "import", "{}"),
    ("customers", "export", "-"),
    ("customers", "export", "-", "--columns", "{}"),
    ("history",),
    ("history", "{}"),
    ("status", "--svg", "out.svg", "--html", "out.html"),
    ("status", "--location", "{}"),
    ("duplicates",),
    ("verify",),
    ("remap", "hostile.csv"),
    ("remap", "mapping.csv", "--dry-run"),
    ("undo", "{}"),
    ("unlink", "{number}"),
    ("match",),
    ("match", "--location", "{}"),
    ("match", "--sheet", "sheet.csv", "--payments", "hostile.csv"),
    ("match", "--sheet", "sheet.csv"),
    ("apply", "sheet.csv", "--dry-run"),
    ("review",),
    ("apply", "sheet.csv"),
    ("apply", "{}"),
    ("history",),
    ("customers", "remove", "{number}", "--force"),
    ("undo", "--yes"),
]
"""Commands with the text in the place of {}."""


_WAYS = [(name, way) for name in HOSTILE for way in ("pipe", "terminal")] + [("colours", "json"), ("surrogate", "json")]


@pytest.mark.long
@pytest.mark.parametrize(("name", "way"), _WAYS)
def test_hostile_text_does_nothing_to_whoever_looks(
    live: Run, koala: App, account: Account, monkeypatch: pytest.MonkeyPatch, name: str, way: str
) -> None:
    """No character that acts reaches the screen, no command falls over, and the store is in order afterwards."""
    text = HOSTILE[name]
    typed = text[:5000].encode("utf-8", "replace").decode().replace("\0", "")  # what a shell can hand over
    _put_everywhere(account, text)
    Path("hostile.csv").write_text(
        f'First name,Email,Favourite,"{_quoted(typed)}"\n"{_quoted(typed)}","jane@x.com","{_quoted(typed)}","x"\n',
        newline="",
    )
    if way == "terminal":
        monkeypatch.setattr(output, "_is_terminal", lambda stream: stream is not None)
        monkeypatch.setattr(koala, "_may_ask", True)
        for made in ("conversation", "output"):
            koala.__dict__.pop(made, None)
        monkeypatch.setattr(typer, "getchar", cycle((Choice.NO, Choice.LATER)).__next__)
    _expect_plain(live("sync"), _ACTING)
    added = live("customers", "add", "--last-name", f"x{typed}", "--email", f"{typed}@x.com", "--json")
    number = str(json.loads(added.stdout)["customer"])
    for line in _SHOWN:
        words = [{"{number}": number, "{}": typed}.get(word, word) for word in line]
        exports = line[:2] == ("customers", "export")
        result = live(*words, *(["--json"] if way == "json" and not exports else []), input="y\n" * 9)
        _expect_plain(result, _ACTING_IN_A_FILE if exports else _ACTING)
    sheet = Path("sheet.csv").read_text(encoding="utf-8-sig")
    assert ("cus_Hostile" in sheet) is (name != "empty")  # nothing that is seen stands before "@x.com": no email
    assert [
        cell for row in csv.reader(io.StringIO(sheet, newline="")) for cell in row if cell.startswith(("=", "@"))
    ] == []
    acting = _ACTING_IN_A_FILE.search(sheet)
    assert acting is None, sheet[acting.start() - 300 : acting.end() + 100]
    assert disagreements(koala.config.store_path) == []


_ACTING_IN_A_FILE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_ACTING = re.compile(f"{_ACTING_IN_A_FILE.pattern}|[\r\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")


def _expect_plain(result: Result, acting: re.Pattern[str]) -> None:
    assert result.exit_code in (0, 2, 3, 4, 8, 9), result.output[:1000]
    assert [
        text[max(0, found.start() - 20) :][:40]
        for text in (result.stdout, result.stderr)
        for found in acting.finditer(text)
    ] == []


def _put_everywhere(account: Account, text: str) -> None:
    pattern, short = account.customers["cus_JaneMoved"], text[:5000]
    hostile = {
        **pattern,
        "name": short,
        "email": f"{short}@x.com",
        "phone": short,
        "address": dict.fromkeys(("line1", "line2", "city", "state", "postal_code", "country"), short),
        "metadata": {text[:40]: text[:500]},
    }
    account.customers |= {
        "cus_Hostile1": {**hostile, "id": "cus_Hostile1", "name": text, "email": f"{text}@x.com"},
        "cus_Hostile2": {**hostile, "id": "cus_Hostile2"},
        "cus_Hostile3": {**pattern, "id": "cus_Hostile3", "name": f"Jane {short}"},
    }


def _quoted(text: str) -> str:
    return text.replace('"', '""')


def test_nothing_of_stripes_steers_a_terminal_or_hides_letters(
    live: Run, koala: App, account: Account, tmp_path: Path
) -> None:
    """Neither in a sheet, a page or an export, nor in what was copied: names, cards, holders, descriptions."""
    jane = account.customers["cus_123"]
    for stripe_customer in (jane, *account.customers.values()):
        stripe_customer["description"] = "\x1b[31mVIP\x07 \u202egnp.exe"
        stripe_customer["name"] = f"\u2066{stripe_customer.get('name') or 'Jane'}\u2069\x1b[2J"
    for method in (each for methods in account.payment_methods.values() for each in methods):
        method["billing_details"] = {"name": "Jane\u200f \x9b31mDoe", "email": None, "phone": None}
        method["card" if "card" in method else method["type"]]["brand"] = "vi\x1bsa"
    assert live("unlink", "1").exit_code == 0
    assert live("customers", "add", "--first-name", "Al\u202eex", "--notes", "\x1b]0;owned\x07tea").exit_code == 0
    assert live("sync").exit_code == 0
    for line in (
        ("match", "--sheet", "sheet.csv"),
        ("match", "--sheet", "sheet.html"),
        ("customers", "export", "out.csv"),
        ("customers", "export", "out.json", "--format", "json"),
    ):
        assert live(*line).exit_code == 0, line
    for name in ("sheet.csv", "sheet.html", "out.csv", "out.json"):
        text = (tmp_path / name).read_text(encoding="utf-8-sig")
        assert [f"{ord(c):x}" for c in text if c in "\x1b\x07\x9b\u202e\u2066\u2069\u200f"] == [], name
        assert "\\u001b" not in text
        assert "\\u202e" not in text
    assert "Jane" in (tmp_path / "sheet.csv").read_text(encoding="utf-8-sig")
