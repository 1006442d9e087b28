"""The short form of `python -m tests.torture together`."""

from pathlib import Path

import pytest

from tests.torture.together import work_together


@pytest.mark.long
def test_processes_that_work_on_one_store_lose_nothing(tmp_path: Path) -> None:
    """Nobody is told that the store is locked; what each has done is in the history, in its order."""
    done = work_together(tmp_path, 4, "--commands", "120")
    assert done.problems == []
    assert done.commands >= 4 * 120
    assert done.changes > 100
