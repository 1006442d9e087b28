"""Every command, once, against a Stripe that can only be read."""

import pytest

from koalalink.app import App
from tests.commands.samples import SAMPLES, leaves, prepare
from tests.conftest import Run, file_of
from tests.stripe_server import StripeServer
from tests.torture.crash import state_of


def test_every_command_has_a_sample() -> None:
    """So that none is forgotten where all are tried."""
    typed = {words for words in leaves() for sample in SAMPLES.values() if sample.line[: len(words)] == words}
    assert sorted(leaves()) == sorted(typed)


@pytest.mark.parametrize("name", SAMPLES)
def test_command_only_reads_at_stripe(live: Run, koala: App, server: StripeServer, name: str) -> None:
    """What it asks are GETs; and whether it asks and writes at all is as its sample says."""
    sample = SAMPLES[name]
    prepare(live, name)
    server.requests.clear()
    before = state_of(koala.home, file_of(koala))
    result = live(*sample.line)
    # A server has a clock of its own, and the one of the tests stands still.
    ends = 9 if name == "doctor" and koala.shared else sample.ends
    assert result.exit_code == ends, result.stderr
    assert {method for method, _, _ in server.requests} == ({"GET"} if sample.asks else set())
    assert (state_of(koala.home, file_of(koala)) != before) == sample.writes
