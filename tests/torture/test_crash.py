"""The short form of `python -m tests.torture crash`."""

from itertools import cycle, islice
from pathlib import Path

import pytest

from tests.stripe_server import StripeServer
from tests.torture.crash import SCENARIOS, Crashes, Moment, large_account

_KILLS = {"import": 6, "undo of an import": 2, "connect": 2, "apply": 2, "customers edit": 2}


@pytest.mark.long
def test_killed_command_has_done_everything_or_nothing(tmp_path: Path) -> None:
    """Whatever it was doing when it died; most of these are writing."""
    with StripeServer([large_account()]) as stripe:
        crashes = Crashes(tmp_path, stripe.url, seed=7, rows=2500)
        kills = []
        for scenario in SCENARIOS:
            if scenario.name in _KILLS:
                model = crashes.model(scenario)
                moments = islice(cycle((Moment.WRITING, Moment.COMMITTING)), _KILLS[scenario.name])
                kills += [crashes.kill(scenario, model, moment) for moment in moments]
    assert [loss for kill in kills for loss in kill.losses] == []
    assert len(kills) == sum(_KILLS.values())
    assert any(kill.in_transaction for kill in kills)
