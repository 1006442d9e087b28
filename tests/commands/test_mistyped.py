"""Commands as people type them who have not learned them."""

import pytest

from koalalink.app import App
from tests.conftest import Run
from tests.test_cli import process


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("jane doe", "search jane doe"),
        ("serach jane --limit 5", "search jane --limit 5"),
        ("shwo 42", "show 42"),
        ("find jane", "search jane"),
        ("list", "customers list"),
        ("lst", "customers list"),
        ("import customers.csv", "customers import customers.csv"),
        ("link 42 cus_123", "connect 42 cus_123"),
        ("Search jane", "search jane"),
        ("mac smith", "search mac smith"),
        ("42", "search 42"),
        ("customers jane doe", "customers list jane doe"),
        ("customers lits", "customers list"),
        ("customers find jane", "customers list jane"),
        ("locations ad downtown", "locations add downtown"),
    ],
)
def test_what_is_no_command_is_answered_with_the_one_that_is_meant(run: Run, typed: str, meant: str) -> None:
    """With all that was typed behind it; nothing is done."""
    result = run(*typed.split())
    assert (result.exit_code, result.stdout) == (2, "")
    program = "koalalink" if meant.startswith("locations") else "koalalink --sandbox"  # the sandbox has its own
    assert result.stderr.splitlines()[1] == f"Hint: Did you mean: {program} {meant}"


def test_what_may_be_anything_is_answered_with_the_help(run: Run) -> None:
    """Of the group."""
    assert "Hint: Type: koalalink --sandbox locations --help" in run("locations", "downtown").stderr


def test_query_of_several_words_needs_no_quotation_marks(run: Run) -> None:
    """All words are the query."""
    assert run("search", "jane", "doe").stdout == run("search", "jane doe").stdout != ""
    assert run("search", *["jane"] * 5000).exit_code == 0


def test_sandbox_may_be_named_behind_the_command(sandbox: App) -> None:
    """Where people think of it; behind -- it is what is looked for."""
    behind = process(sandbox.sandbox_home.parent, "search", "cus_123", "--sandbox")
    before = process(sandbox.sandbox_home.parent, "--sandbox", "search", "cus_123")
    assert behind.stdout == before.stdout != ""
    assert process(sandbox.sandbox_home.parent, "customers", "list", "--", "--sandbox").returncode == 0
    told = process(sandbox.sandbox_home.parent, "find", "jane", "--sandbox").stderr
    assert "Did you mean: koalalink --sandbox search jane" in told
