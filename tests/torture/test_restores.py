"""The short form of `python -m tests.torture restores`."""

from pathlib import Path

import pytest

from tests.torture.restores import race


@pytest.mark.long
def test_restores_lose_nothing_that_others_have_added(tmp_path: Path) -> None:
    """Not even what is committed in the moment of a restore."""
    done = race(tmp_path, "--commands", "40")
    assert (done.lost, done.problems) == ([], [])
    assert done.added > 60
    assert done.restored > 10
