"""What is printed of ratios."""

from tests.bench.measure import Ratio, table, worst_of


def test_worst_of_several_is_kept() -> None:
    """Of the same two; others stand for themselves."""
    measured = [
        Ratio("a", "b", 1.0, 1.3),
        Ratio("c", "b", 0.5, 1.3),
        Ratio("a", "b", 1.4, 1.3),
        Ratio("a", "b", 1.1, 1.3),
    ]
    assert worst_of(measured) == [Ratio("a", "b", 1.4, 1.3), Ratio("c", "b", 0.5, 1.3)]


def test_table_in_markdown() -> None:
    """With what it was measured on, and whether the goal was reached."""
    where, _, *lines = table([("find", Ratio("a", "b", 1.4, 1.3)), ("sync", Ratio("c", "d", 0.25, 0.25))]).splitlines()
    assert where.startswith("Python 3.")
    assert "SQLite" in where
    assert lines[2:] == ["| find | a | b | 1.40 | 1.3 | missed |", "| sync | c | d | 0.25 | 0.25 | reached |"]
