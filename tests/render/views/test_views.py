"""What people see: whole tables at two widths, and nothing that a name could do to the screen."""

import io
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest
from rich.console import Console

from koalalink.app import App
from koalalink.command_line import Command
from koalalink.domain.customers.customer import Customer, CustomerDetails
from koalalink.domain.customers.links import CustomerList, LinkedCustomer
from koalalink.domain.importing.columns import Column
from koalalink.domain.importing.import_rows import Counts, Imported, Trouble
from koalalink.domain.search.results import Hit, Hits
from koalalink.domain.stripe.customer import StripeCustomer
from koalalink.domain.stripe.id_moves import Conflict, Remapped
from koalalink.domain.stripe.ids import StripeId
from koalalink.render.console.rich_prompts import RichTalk
from koalalink.render.views.dispatch import draw
from tests.conftest import NOW, Run
from tests.pictures import FOLDER, PICTURES, picture, recorded

GOLDEN = Path(__file__).parent / "golden"
EVIL = "Ev\x1b[31mil\x1b]8;;http://x\x07 [bold]Jane[/bold] \u202eeoD\n:smile: \x00"


def plain(width: int) -> Console:
    """A console that writes nothing but text."""
    return Console(file=io.StringIO(), width=width, highlight=False, emoji=False, markup=False)


def text_of(console: Console) -> str:
    """What was written to it."""
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


_SCREENS = {
    "search": ("search", "jane"),
    "search-by-email": ("search", "priya.raman@example.com"),
    "connect": ("connect", "42", "cus_123", "-l", "downtown"),
    "doubt": ("connect", "42", "cus_JaneOfKirkland", "-l", "downtown"),
    "several-cards": (
        "connect",
        "12",
        "https://dashboard.stripe.com/test/customers/cus_jQFcwapVXFo9BA",
        "-l",
        "downtown",
    ),
    "held": ("connect", "57", "cus_OscarCopied01", "-l", "downtown"),
    "list": ("customers", "list", "doe"),
    "show": ("show", "54"),
    "show-stripe": ("show", "cus_123", "-l", "downtown"),
    "cards": ("cards", "5"),
    "locations": ("locations", "list"),
    "history": ("history", "54"),
}


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("name", _SCREENS)
def test_screen_is_as_it_was_approved(sandbox: App, run: Run, name: str, width: int) -> None:
    """Every line of it; no table is wider than the terminal, which wraps sentences by itself."""
    screen = recorded(sandbox, width)
    run(*_SCREENS[name])
    shown = "".join(f"{line.rstrip()}\n" for line in screen.export_text().splitlines())
    assert max((len(line) for line in shown.splitlines() if line.startswith(" ")), default=0) <= width
    golden = GOLDEN / f"{name}-{width}.txt"
    assert shown == golden.read_text(encoding="utf-8"), f"if this is better, make {golden.name} again"


@pytest.mark.parametrize("name", PICTURES)
def test_picture_of_the_readme_is_current(name: str) -> None:
    """`python -m tests.pictures` makes them again."""
    assert (FOLDER / f"{name}.svg").read_text(encoding="utf-8") == picture(name)


def test_import_is_told_with_every_count_and_the_next_step() -> None:
    """Hostile cells are text, and shortened."""
    console = plain(100)
    trouble = Trouble(row=3, column=EVIL, value=EVIL * 9, reason="This is not an email address.")
    again = Command("customers", "import", Path("my r.csv"), map=["Client=name"])
    counts = Counts(1, 2, 1, 1, 1, 3, sharing=1, linked=4, already_linked=5, links_rejected=6)
    done = Imported("people.csv", 9, counts, Path("my r.csv"), 7, (trouble,), (), (), dry_run=False, again=again)
    draw(done, NOW, console=console)
    draw(done._replace(change=None, troubles=(), rejects=None), NOW, console=console)
    shown = text_of(console)
    assert " ".join(shown.split()).startswith(
        "9 rows of people.csv: 1 added, 2 updated, 1 unchanged, 1 skipped, 1 repeated in the file, 3 not imported. "
        "Stripe IDs: 4 linked, 5 already linked, 6 not linked."
    )
    assert "1 of the new ones shares an email address with somebody who has another name." in shown
    assert "type: koalalink customers import 'my r.csv' --map Client=name" in shown
    assert "type: koalalink undo 7" in shown
    assert shown.endswith("Nothing was changed.\n")
    assert not {"\x1b", "\x07", "\u202e", "\x00"} & set(shown)


def test_columns_of_a_file_are_shown_with_some_rows() -> None:
    """Long and hostile cells do not fill the screen."""
    console = plain(160)
    columns = [Column(0, EVIL, "name"), Column(1, "Shop", "stripe_id", "downtown"), Column(2, "Tag", "extra")]
    RichTalk(NOW, may_ask=True, console=console).columns(columns, [[EVIL * 99, "cus_1", "x"]] * 3)
    shown = text_of(console)
    assert "Stripe ID at downtown" in " ".join(shown.split())
    assert "kept beside" in shown
    assert len(shown.splitlines()) < 12
    assert not {"\x1b", "\u202e", "\x00"} & set(shown)


def test_remap_is_told_with_every_count() -> None:
    """And what is in conflict, as far as it fits on a screen."""
    console = plain(100)
    conflicts = tuple(Conflict(EVIL, "cus_1", "cus_2", "The name is different.") for _ in range(25))
    draw(Remapped("m.csv", "downtown", 40, 10, 3, 2, 25, 7, conflicts, dry_run=False), NOW, console=console)
    shown = text_of(console)
    assert shown.startswith("40 links at downtown: 10 moved, 3 unchanged, 2 not in the file, 25 in conflict.\n")
    assert "And 5 more; --json shows all." in shown
    assert "\x1b" not in shown


def test_hostile_name_is_shown_as_text() -> None:
    """Neither escape sequences nor markup nor marks that reorder reach the screen."""
    customer = Customer(number=1, details=CustomerDetails(first_name=EVIL, email=EVIL))
    console = plain(100)
    draw(CustomerList(customers=(LinkedCustomer(customer=customer, links=()),), more=False), NOW, console=console)
    hit = StripeCustomer(
        stripe_id=StripeId("cus_1"),
        name=EVIL,
        email=EVIL,
        phone=EVIL,
        created=datetime(2024, 1, 1, tzinfo=UTC),
        livemode=True,
    )
    found = Hits(hits=(Hit(location="x", customer=hit, card=None, linked_to=customer),), more=False, limit=20, notes=())
    draw(found, NOW, console=console)
    shown = text_of(console)
    assert not set(shown) & set("\x1b\x07\x00\u202e")
    assert "[bold]Jane[/bold]" in shown
    assert ":smile:" in shown


@pytest.mark.parametrize(("answer", "meant"), [("y", True), ("YES", True), ("", False), ("n", False), ("yep", False)])
def test_confirm_takes_only_a_yes(monkeypatch: pytest.MonkeyPatch, answer: str, meant: bool) -> None:
    """Everything else is a no."""
    monkeypatch.setattr("builtins.input", lambda: answer)
    console = plain(80)
    assert RichTalk(NOW, may_ask=True, console=console).confirm("Really?") is meant
    assert text_of(console) == "Really? [y/N] "


def test_confirm_takes_the_end_of_input_for_a_no(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-D."""

    def end() -> str:
        raise EOFError

    monkeypatch.setattr("builtins.input", end)
    assert RichTalk(NOW, may_ask=True, console=plain(80)).confirm("Really?") is False


def test_choose_asks_until_it_understands(monkeypatch: pytest.MonkeyPatch) -> None:
    """A number of a row, or Enter."""
    answers = ["0", "4", "x", " 2 "]
    monkeypatch.setattr("builtins.input", lambda: answers.pop(0))
    console = plain(80)
    assert RichTalk(NOW, may_ask=True, console=console).choose("Which?", 3) == 2
    assert text_of(console).count("Type a number from 1 to 3") == 3
    monkeypatch.setattr("builtins.input", lambda: "")
    assert RichTalk(NOW, may_ask=True, console=plain(80)).choose("Which?", 3) is None


class Timed:
    """A timer that is told when its time has come."""

    last: "Timed"

    def __init__(self, seconds: float, call: Callable[[], None]) -> None:
        self.seconds, self.call, self.is_cancelled = seconds, call, False
        Timed.last = self

    def start(self) -> None:
        """Begin."""

    def cancel(self) -> None:
        """End."""
        self.is_cancelled = True


@pytest.mark.parametrize("total", [None, 42])
def test_counting_shows_life_after_half_a_second(total: int | None) -> None:
    """Also where nothing was counted yet; what is quicker shows nothing."""
    console = Console(file=io.StringIO(), width=80, force_terminal=True, color_system=None)
    talk = RichTalk(NOW, may_ask=False, console=console, timer=cast(Any, Timed))
    with talk.counting("Looking", total):
        pass
    assert "Looking" not in text_of(console)
    with talk.counting("Looking", total):
        assert Timed.last.seconds == 0.5
        Timed.last.call()
    assert "Looking" in text_of(console)
    assert Timed.last.is_cancelled


def test_counting_shows_the_number_while_it_counts() -> None:
    """However soon."""
    console = Console(file=io.StringIO(), width=80, force_terminal=True, color_system=None)
    with RichTalk(NOW, may_ask=False, console=console).counting("Looking") as count:
        count(1)
        count(41)
    assert "Looking 42" in text_of(console)
