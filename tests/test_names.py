"""Names of our modules that stand in texts: none outlives its module."""

import pkgutil
import re

from tests.test_cli import TOP

_DOTTED = re.compile(r"(?<![\w./@-])koalalink(?:\.[a-z]\w*)+(?![\w/(-])")
_TEXTS = [
    TOP / "pyproject.toml",
    TOP / ".github" / "CONTRIBUTING.md",
    *(path for path in (TOP / "tests").rglob("*.py") if path.name != "test_names.py"),
]


def _is_there(dotted: str) -> bool:
    """Whether it is a module, or something that one has."""
    try:
        pkgutil.resolve_name(dotted)
    except (ImportError, AttributeError):
        return False
    return True


def test_dotted_name_of_ours_is_there() -> None:
    """A check of a module that has moved would pass, and test nothing."""
    gone = {
        (path.name, dotted)
        for path in _TEXTS
        for dotted in _DOTTED.findall(path.read_text(encoding="utf-8"))
        if not _is_there(dotted)
    }
    assert gone == set()
