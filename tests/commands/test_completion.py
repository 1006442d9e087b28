"""What the shell proposes after Tab."""

from pathlib import Path

import pytest

from tests.test_cli import process


@pytest.fixture
def filled(home: Path) -> Path:
    """A home whose sandbox has people, and whose own store has one with a hostile name."""
    process(home, "--sandbox", "customers", "list")
    hostile = r"""\$(touch pwned) `touch pwned`"; touch pwned; ' [red] : ((O'Brien"""
    assert process(home, "customers", "add", "--first-name", hostile).returncode == 0
    return home


def proposals(home: Path, *words: str, shell: str = "bash") -> str:
    """What the program answers when the shell asks."""
    line = " ".join(("koalalink", *words))
    asked = {
        "bash": {"COMP_WORDS": line, "COMP_CWORD": str(len(words))},
        "zsh": {"_TYPER_COMPLETE_ARGS": line},
        "fish": {"_TYPER_COMPLETE_ARGS": line, "_TYPER_COMPLETE_FISH_ACTION": "get-args"},
    }[shell]
    return process(home, _KOALALINK_COMPLETE=f"complete_{shell}", **asked).stdout


@pytest.mark.parametrize("command", ["show", "connect", "unlink", "cards", "enable", "history"])
def test_customer_numbers_are_completed(filled: Path, command: str) -> None:
    """By what was typed of them, wherever a customer is named."""
    lines = proposals(filled, "--sandbox", command, "4").splitlines()
    assert [line.split()[0] for line in lines] == ["4", *(str(number) for number in range(40, 50))]
    assert "42  Jane Doe" in lines
    assert proposals(filled, "--sandbox", command, "42") == "42\n"


def test_customers_are_named_where_the_shell_shows_it(filled: Path) -> None:
    """A number alone says nothing to people."""
    assert '"42":"Jane Doe"' in proposals(filled, "--sandbox", "show", "42", shell="zsh")
    assert proposals(filled, "--sandbox", "show", "42", shell="fish") == "42\tJane Doe\n"


def test_customer_numbers_in_a_large_store_are_the_first_that_fit(home: Path) -> None:
    """Shorter numbers first, as they are counted."""
    for _ in range(12):
        process(home, "customers", "add", "--first-name", "Ann")
    assert proposals(home, "show", "1").split()[::2] == ["1", "10", "11", "12"]
    assert proposals(home, "show", "''").split()[::2] == [str(number) for number in range(1, 13)]


def test_customers_are_completed_by_name(filled: Path) -> None:
    """As it was begun, upper and lower case included; Bash wants the space quoted."""
    process(filled, "customers", "add", "--first-name", "Zoë", "--last-name", "van Dyk")
    process(filled, "customers", "add", "--first-name", "Zo;ra")
    assert proposals(filled, "show", "zo") == "zoë\\ van\\ Dyk\n"
    assert proposals(filled, "show", "Zo", shell="fish") == "Zoë van Dyk\n"
    assert "Jane" not in proposals(filled, "--sandbox", "show", "Doe")


def test_stripe_ids_are_completed_from_the_copy(filled: Path) -> None:
    """For whoever links or shows one; nothing before there is a copy."""
    assert proposals(filled, "--sandbox", "connect", "42", "cus_12").strip() == ""
    process(filled, "--sandbox", "sync")
    assert proposals(filled, "--sandbox", "connect", "42", "cus_12") == "cus_123\n"
    assert "cus_JaneUptown001  Jane Doe" in proposals(filled, "--sandbox", "show", "cus_Jane").splitlines()


def test_locations_and_changes_are_completed(filled: Path) -> None:
    """From the configuration and the history."""
    assert proposals(filled, "--sandbox", "connect", "42", "cus_123", "-l", "d").split() == ["downtown"]
    assert proposals(filled, "--sandbox", "undo", "1", shell="fish") == "1\tadded 60 customers and 24 links\n"


def test_name_is_never_a_command_for_the_shell(filled: Path) -> None:
    """Zsh passes what it gets through eval."""
    [named] = [line for line in proposals(filled, "show", "1", shell="zsh").splitlines() if '"1"' in line]
    name = named.partition('"1":"')[2].partition('"')[0]
    assert name == "touch pwned touch pwned touch pwned ’ red O’Brien"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_tab_makes_nothing_and_never_fails(home: Path, shell: str) -> None:
    """Without a store there is nothing to propose, and none is made."""
    assert "42" not in proposals(home, "show", "4", shell=shell)
    assert "42" not in proposals(home, "--sandbox", "show", "4", shell=shell)
    assert not home.exists()


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_script_for_the_shell_can_be_installed(home: Path, shell: str) -> None:
    """It calls the program by its name."""
    done = process(home, _KOALALINK_COMPLETE=f"source_{shell}")
    assert done.returncode == 0
    assert f"complete_{shell}" in done.stdout
