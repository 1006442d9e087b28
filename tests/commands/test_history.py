"""`history`, `undo`, and the pages that --web opens."""

import json
import webbrowser

import pytest

from koalalink.app import App
from koalalink.operations.history.history import HistoryRequest, history
from tests.conftest import Run
from tests.fakes import Somebody, the_only


@pytest.fixture
def worked(run: Run) -> Run:
    """A connection (change 2), an edit (3), and a removal with a link (4)."""
    run("connect", "42", "cus_123", "-l", "downtown")
    run("customers", "edit", "42", "--phone", "555")
    run("customers", "remove", "54", "--force")
    return run


def test_history_has_the_fields_that_were_promised(worked: Run) -> None:
    """Newest first; what was there before is the row as it is shown elsewhere."""
    rows = json.loads(worked("history", "--json").stdout)
    fields = "change at by action customer location stripe_id before note undone_by".split()
    assert all(list(row) == fields for row in rows)
    assert [(row["change"], row["action"], row["customer"]) for row in rows] == [
        (4, "removed", 54),
        (3, "edited", 42),
        (2, "connected", 42),
        (1, "added", None),
    ]
    removed, edited, connected, _ = rows
    assert (removed["before"]["last_name"], removed["location"]) == ("Lennox", None)
    assert edited["before"]["phone"] == "(206) 555-0142"
    assert (connected["location"], connected["stripe_id"], connected["before"]) == ("downtown", "cus_123", None)
    assert connected["at"] == "2026-11-23T12:00:00Z"


def test_history_shows_what_is_asked_for(worked: Run) -> None:
    """One customer, also one who was removed; one kind; one person; since a time; the newest few."""

    def shown(*arguments: str) -> list[int]:
        return [row["change"] for row in json.loads(worked("history", *arguments, "--json").stdout)]

    assert shown("42") == [3, 2, 1]
    assert shown("54") == [4, 1]
    assert shown("jane@x.com") == [3, 2, 1]
    assert shown("--action", "edited") == [3]
    assert shown("--by", "nobody") == []
    assert shown("--since", "2026-11-23T12:00Z", "--limit", "2") == [4, 3]
    assert shown("--since", "2026-11-23T12:00:01Z") == []


def test_history_in_a_pipe_is_lines_with_tabs(worked: Run) -> None:
    """A header first."""
    lines = worked("history", "42").stdout.splitlines()
    assert lines[0].split("\t")[:4] == ["change", "at", "by", "action"]
    assert [line.split("\t")[0] for line in lines[1:]] == ["3", "2", "1"]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("history", "9999"), 4, "There is no customer"),
        (("history", "--since", "soon"), 2, "“soon” is not a date or time."),
        (("undo", "99", "--yes"), 4, "There is no change 99."),
        (("undo", "0"), 2, "0"),
    ],
)
def test_what_cannot_be_shown_or_undone_is_said(worked: Run, arguments: tuple[str, ...], code: int, said: str) -> None:
    """With the exit code of its kind."""
    result = worked(*arguments)
    assert (result.exit_code, result.stdout) == (code, "")
    assert said in result.stderr


def test_undo_says_what_will_be_there_again_and_asks(worked: Run, sandbox: App) -> None:
    """No is the default, and changes nothing."""
    person = Somebody()
    sandbox.__dict__["talk"] = person
    assert worked("undo").exit_code == 1
    assert (person.asked, sandbox.store.change(None).number) == (["Undo it?"], 4)
    assert person.heard == [
        "Change 4 removed Hugh Lennox (54), and the link to cus_qxBKfETmh8oECA at uptown. Undoing it:",
        "- Hugh Lennox (54) will be restored.",
        "- Hugh Lennox (54) will be connected to cus_qxBKfETmh8oECA at uptown again.",
    ]
    sandbox.__dict__["talk"] = Somebody(says_yes=True)
    done = json.loads(worked("undo", "--json").stdout)
    assert (done["change"], done["action"], done["customer"], done["note"]) == (5, "undone", 54, "undid change 4")
    assert [link.stripe_id for link in sandbox.store.record(the_only(sandbox.store, "54")).links] == [
        "cus_qxBKfETmh8oECA"
    ]
    assert json.loads(worked("history", "54", "--json").stdout)[1]["undone_by"] == 5


def test_undo_that_is_not_possible_is_refused_before_anything_is_asked(worked: Run, sandbox: App) -> None:
    """It would be in vain."""
    worked("unlink", "42")
    sandbox.__dict__["talk"] = person = Somebody(says_yes=True)
    result = worked("undo", "2")
    assert (result.exit_code, person.asked) == (8, [])
    assert sandbox.store.change(None).number == 5


def test_undo_of_many_counts_them(run: Run, sandbox: App) -> None:
    """Sixty people do not fit on a screen, so they are counted."""
    sandbox.__dict__["talk"] = person = Somebody(says_yes=True)
    assert run("undo", "1").exit_code == 0
    assert person.heard == [
        "Change 1 added 60 customers and 24 links. Undoing it:",
        "- 60 customers that it added will be removed.",
        "- 24 links that it added will be removed.",
        person.heard[-1],
    ]
    assert person.heard[-1].startswith("- That is Ben Frost (1), Cleo Keene (2), Dev Pike (3)")
    assert person.heard[-1].endswith("and 50 more (add --all to see them).")
    assert sandbox.store.page(limit=9).customers == ()


def test_change_of_many_lists_who_is_in_it(run: Run, sandbox: App) -> None:
    """The first ten, or all; and undo does."""
    found = history(sandbox, HistoryRequest(change=1))
    assert (len(found.people), found.more, found.people[0]) == (10, 50, "Ben Frost (1)")
    assert len(history(sandbox, HistoryRequest(change=1, everyone=True)).people) == 60
    assert [row["change"] for row in json.loads(run("history", "--change", "1", "--json").stdout)] == [1]
    assert run("history", "--change", "9").exit_code == 4
    sandbox.__dict__["talk"] = person = Somebody()
    assert run("undo", "1", "--all").exit_code == 1
    assert person.heard[-1].count("(") == 60


@pytest.mark.parametrize(
    ("arguments", "page"),
    [
        (("search", "jane@x.com", "-l", "downtown", "--web"), "cus_123"),
        (("show", "cus_123", "-l", "downtown", "--web"), "cus_123"),
        (("show", "54", "--web"), "cus_qxBKfETmh8oECA"),
        (("connect", "42", "cus_123", "-l", "downtown", "--web"), "cus_123"),
    ],
)
@pytest.mark.parametrize("has_browser", [True, False])
def test_web_opens_the_page_or_says_its_address(
    run: Run, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], page: str, has_browser: bool
) -> None:
    """The page in test mode, as the key is."""
    opened: list[str] = []

    def browser(url: str) -> bool:
        opened.append(url)
        return has_browser

    monkeypatch.setattr(webbrowser, "open", browser)
    result = run(*arguments)
    assert (result.exit_code, opened) == (0, [f"https://dashboard.stripe.com/test/customers/{page}"])
    assert (f"No browser can be opened here. The address is {opened[0]}" in result.stderr) is not has_browser


def test_web_opens_nothing_that_does_not_exist(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a deleted customer nor an empty search has a page."""
    opened: list[str] = []
    monkeypatch.setattr(webbrowser, "open", opened.append)
    run("connect", "42", "cus_OlgaDeleted01", "-l", "downtown", "--web")
    run("search", "nobody@nowhere.example", "--web")
    assert opened == []
