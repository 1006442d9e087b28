"""Somebody else than was proposed, looked for on either side."""

import pytest

from koalalink.app import App
from koalalink.domain.identity.rules import Tier
from koalalink.domain.matching.decisions import SideBySide
from koalalink.domain.matching.proposals import Proposal
from koalalink.domain.stripe.ids import StripeId
from koalalink.operations.matching.review_search import who_is_meant
from tests.conftest import Run
from tests.fakes import Somebody, Tools, the_only


class Choosing(Somebody):
    """Somebody who chooses several times."""

    def __init__(self, chooses: list[int | None], typed: str) -> None:
        super().__init__(answers=(typed,))
        self._choices = chooses

    def choose(self, question: str, count: int) -> int | None:
        """Choose the next."""
        return self._choices.pop(0)


@pytest.mark.parametrize(
    ("chooses", "typed", "expected"),
    [
        ([1, 1], "robert carver", (42, "cus_RobertCarver1")),
        ([1, 1], "cus_RobertCarver1", (42, "cus_RobertCarver1")),
        ([2, 1], "hugh", (54, "cus_123")),
        ([2, 1], "hugh.lenn", (54, "cus_123")),
        ([1, None], "robert carver", None),
        ([1], "nobody at all", None),
        ([2], "nobody at all", None),
        ([1], "pm_123", None),
        ([1], " ", None),
        ([None], "", None),
    ],
)
def test_who_is_meant_is_put_beside_the_other(
    sandbox: App, run: Run, chooses: list[int | None], typed: str, expected: tuple[int, str] | None
) -> None:
    """To be decided like any other pair."""
    run("sync")
    jane = the_only(sandbox.store, "42")
    theirs = sandbox.directory.known("downtown", ["cus_123"])[StripeId("cus_123")]
    pair = SideBySide(Proposal(42, theirs.stripe_id, Tier.REVIEW, "why"), jane, theirs, ())
    need = Tools(store=sandbox.store, directory=sandbox.directory, talk=Choosing(chooses, typed))
    found = who_is_meant(need, "downtown", pair)
    assert (found and found.theirs and (found.ours.number, found.theirs.stripe_id)) == expected
    if found:
        assert (found.proposal.customer, found.proposal.stripe_id) == expected
    assert who_is_meant(need, "downtown", pair._replace(theirs=None)) is None
