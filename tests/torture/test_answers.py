"""The short form of `python -m tests.torture answers`."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
import stripe

from koalalink.operations.mirror import sync
from koalalink.stripe_client import client, http_session
from tests.stripe_server import StripeServer
from tests.torture.answers import COMMANDS, Commands, business, faults


@pytest.fixture
def commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Commands]:
    """Commands against a Stripe; the limits that they shorten are as before afterwards."""
    for module, names in (
        (client, ("_CONNECT_AND_READ_TIMEOUT", "_WAITS_WHEN_LIMITED", "_LONGEST_WAIT", "_MOST_PAGES")),
        (sync, ("_MOST_PAGES", "_PER_SECOND")),
        (http_session, ("DEADLINE",)),
        (stripe.HTTPClient, ("INITIAL_DELAY",)),
    ):
        for name in names:
            monkeypatch.setattr(module, name, getattr(module, name))
    with StripeServer([business()]) as server:
        yield Commands(tmp_path, server)


@pytest.mark.long
def test_command_ends_with_a_sentence_whatever_stripe_answers(commands: Commands) -> None:
    """Some of all pairs; each fault once."""
    chance = random.Random(3)
    tried = [commands.attempt(chance.choice([*COMMANDS]), fault, chance.randrange(3)) for fault in faults()]
    assert [(each.command, each.fault, each.problems) for each in tried if each.problems] == []
    assert len(tried) > 100
