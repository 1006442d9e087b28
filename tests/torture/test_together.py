"""The short form of `python -m tests.torture together`."""

from pathlib import Path

import pytest

from tests import postgres
from tests.torture.together import work_together


@pytest.mark.long
def test_processes_that_work_on_one_store_lose_nothing(tmp_path: Path) -> None:
    """Nobody is told that the store is locked; what each has done is in the history, in its order."""
    done = work_together(tmp_path, 4, "--commands", "120")
    assert done.problems == []
    assert done.commands >= 4 * 120
    assert done.changes > 100


@pytest.mark.long
def test_offices_that_work_on_one_server_lose_nothing(tmp_path: Path) -> None:
    """The same; and its numbers have no gap."""
    postgres.needed()
    with postgres.store() as database:
        done = work_together(tmp_path, 4, "--commands", "40", url=postgres.url_of(database))
        [gaps] = postgres.administer("SELECT max(change) - count(*) AS size FROM changes", database=database)
    assert (done.problems, gaps["size"]) == ([], 0)
    assert done.commands >= 4 * 40
    assert done.changes > 40
