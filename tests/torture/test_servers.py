"""The short form of `python -m tests.torture servers`."""

import pytest

from tests import postgres
from tests.torture.servers import kill_the_server


@pytest.mark.long
def test_server_that_is_killed_loses_nothing_that_was_saved() -> None:
    """And has nothing half."""
    postgres.needed()
    done = kill_the_server(4, seed=1)
    assert done.problems == []
    assert done.said["saved"] > 0
