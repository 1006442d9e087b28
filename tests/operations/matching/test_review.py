"""Deciding one by one: whatever keys are pressed, what was answered stays."""

from collections.abc import Callable, Sequence
from typing import Any, cast

import pytest

from koalalink.domain.customers.customer import Customer, CustomerDetails
from koalalink.domain.history.changes import Action, Change
from koalalink.domain.identity.rules import Tier
from koalalink.domain.matching.decisions import Decision, Settled, SideBySide, Untrue
from koalalink.domain.matching.proposals import Proposal
from koalalink.domain.matching.review import Question
from koalalink.domain.stripe.customer import StripeCustomer
from koalalink.domain.stripe.ids import StripeId
from koalalink.errors import ConflictError, NetworkError
from koalalink.operations.matching.review import Reviewed, in_words, sit
from tests.conftest import NOW
from tests.fakes import Somebody, Tools


def at_stripe(number: int) -> StripeCustomer:
    """A customer of Stripe's."""
    return StripeCustomer(StripeId(f"cus_{number}"), f"Jane {number}", f"{number}@x.com", "", NOW, False)


def pair(number: int, tier: Tier = Tier.REVIEW, reason: str = "why", others: int = 0) -> SideBySide:
    """A proposal with rivals."""
    rivals = [at_stripe(number * 100 + n) for n in range(1, others + 1)]
    proposal = Proposal(
        number, StripeId(f"cus_{number}"), tier, reason, rivals=tuple(each.stripe_id for each in rivals)
    )
    return SideBySide(
        proposal,
        Customer(number, CustomerDetails(first_name="Jane", last_name=str(number), email=f"{number}@x.com")),
        at_stripe(number),
        rivals,
    )


class Sitting:
    """Somebody who presses keys, and a store that remembers what they did."""

    def __init__(
        self, keys: str, *, offline_at: int = 0, problem_at: int = 0, instead: SideBySide | None = None, so: int = 0
    ) -> None:
        self.keys = [*keys]
        self.asked: list[Question] = []
        self.browsed: list[str] = []
        self.done: dict[int, Sequence[Decision]] = {}
        self.undone: list[int] = []
        self.person = Somebody()
        self._instead, self._so = instead, so
        self._changes = 0
        self._offline_at, self._problem_at = offline_at, problem_at

    def ask(self, question: Question) -> str:
        """Press the next key; a key that is not offered is a mistake of the test's."""
        self.asked.append(question)
        key = str(self.keys.pop(0))
        if key == "^":
            raise KeyboardInterrupt
        assert key in question.keys
        return key

    def settle(self, decisions: Sequence[Decision], action: Action) -> Settled:
        """Carry decisions out."""
        self._changes += 1
        if self._changes == self._offline_at:
            raise NetworkError("Stripe cannot be reached.")
        if any(each.customer == self._so for each in decisions):
            return Settled("downtown", 0, 0, len(decisions), 0, True, None, [])
        problems = [Untrue(0, d.customer, d.stripe_id, "Gone.") for d in decisions if d.customer == self._problem_at]
        good = [d for d in decisions if d.customer != self._problem_at]
        accepted = sum(each.accepted for each in good)
        self.done[self._changes] = good
        change = self._changes if good else None
        return Settled("downtown", accepted, len(good) - accepted, 0, 0, True, change, problems)

    def change(self, number: int | None) -> Change:
        """Return a change."""
        return Change(number or 0, NOW, "me", Action.CONNECTED, None, (), (), None, None)

    def undo(self, change: Change, *, keep_touched: bool = False) -> Change:
        """Take it back."""
        self.undone.append(change.number)
        return change

    def review(self, *pairs: SideBySide, clock: Callable[[], float] = lambda: 0.0) -> Reviewed:
        """Sit down."""
        tools = Tools(store=self, desk=self, talk=self.person, now=NOW, browse=self.browsed.append)
        return sit(
            cast(Any, tools), pairs, self.settle, lambda _: self._instead, clock=clock, sample=lambda of, n: of[:n]
        )

    @property
    def decided(self) -> list[tuple[int, str, bool]]:
        """What stands."""
        standing = (each for number, every in self.done.items() if number not in self.undone for each in every)
        return [(each.customer, each.stripe_id, each.accepted) for each in standing]


def test_every_answer() -> None:
    """Yes, no, later, another one, the browser, and the end."""
    sitting = Sitting("yoynl2q")
    done = sitting.review(*(pair(n, others=2) for n in range(1, 8)))
    assert sitting.decided == [(1, "cus_1", True), (2, "cus_2", True), (3, "cus_3", False), (5, "cus_502", True)]
    assert sitting.browsed == ["https://dashboard.stripe.com/test/customers/cus_2"]
    assert done == Reviewed(connected=3, refused=1, later=1, left=2)
    assert in_words(done) == "3 connected, 1 will not be suggested again, 1 left for later. 2 proposals left."
    assert sitting.asked[0].keys == "ynleo12q"
    assert sitting.asked[1].keys == "ynleo12uq"


def test_undo_goes_back_as_far_as_one_likes() -> None:
    """Also over one that was left for later, which changed nothing."""
    sitting = Sitting("yluyuunq")
    done = sitting.review(pair(1), pair(2), pair(3))
    assert sitting.undone == [2, 1]
    assert sitting.decided == [(1, "cus_1", False)]
    assert done == Reviewed(connected=0, refused=1, later=0, left=2)


def test_likely_ones_of_one_reason_are_confirmed_together() -> None:
    """After five of them were shown, in one change; few of one reason, and those for review, are asked one by one."""
    likely = [pair(n, Tier.LIKELY, "same email") for n in range(1, 8)]
    few = [pair(n, Tier.LIKELY, "same house") for n in range(11, 13)]
    many = [pair(n, Tier.REVIEW, "another name") for n in range(21, 30)]
    sitting = Sitting("ynyq")
    done = sitting.review(*likely, *few, *many)
    assert [(len(each.pairs), each.size) for each in sitting.asked[:2]] == [(5, 7), (1, 1)]
    assert sitting.asked[0].keys == "yslq"
    assert [len(every) for every in sitting.done.values()] == [7, 1, 1]
    assert done == Reviewed(connected=8, refused=1, later=0, left=9)


def test_a_group_one_by_one() -> None:
    """Whoever wants to see them all."""
    sitting = Sitting("syyq")
    done = sitting.review(*(pair(n, Tier.CERTAIN, f"reason {n}") for n in range(1, 9)))
    assert [each.size for each in sitting.asked] == [8, 1, 1, 1]
    assert done == Reviewed(connected=2, refused=0, later=0, left=6)


def test_offline_in_the_middle() -> None:
    """The answer is not kept, it is said, and the same person is asked about again."""
    sitting = Sitting("yyyq", offline_at=2)
    done = sitting.review(pair(1), pair(2), pair(3))
    assert [each.pairs[0].ours.number for each in sitting.asked] == [1, 2, 2, 3]
    assert "Stripe cannot be reached. The answer was not kept." in sitting.person.heard
    assert done.connected == 2


def test_what_is_not_true_any_more() -> None:
    """It is said, and left for later."""
    sitting = Sitting("yyq", problem_at=1)
    done = sitting.review(pair(1), pair(2), pair(3))
    assert "Not carried out for customer 1: Gone." in sitting.person.heard
    assert (done.connected, done.later) == (1, 1)


def test_ctrl_c_keeps_what_was_answered() -> None:
    """And says it."""
    sitting = Sitting("yy^")
    with pytest.raises(KeyboardInterrupt):
        sitting.review(*(pair(n) for n in range(1, 6)))
    assert len(sitting.decided) == 2
    assert "2 connected. 3 proposals left." in sitting.person.heard


def test_pace() -> None:
    """How far one is, and how long the rest will take."""
    ticks = iter([0.0, 0.0, 30.0, 60.0])
    sitting = Sitting("yyq")
    sitting.review(*(pair(n) for n in range(1, 7)), clock=lambda: next(ticks))
    assert [each.progress.minutes_left for each in sitting.asked] == [None, 2.5, 2.0]


def test_nobody_at_a_terminal() -> None:
    """A review is for people."""
    sitting = Sitting("")
    sitting.person = Somebody()
    sitting.person.can_ask = False
    with pytest.raises(ConflictError, match="needs a terminal"):
        sitting.review(pair(1))


def test_whoever_connect_would_ask_about_is_shown_alone() -> None:
    """One key never links somebody who is in doubt, and of a group those who were not looked at are judged again."""
    alike = [pair(number, Tier.LIKELY, "same name and email") for number in range(1, 8)]
    doubted = alike[3]._replace(theirs=at_stripe(4)._replace(name="Bob 4"))
    sitting = Sitting("ynq")
    sitting.review(*alike[:3], doubted, *alike[4:])
    assert [(len(question.pairs), question.size) for question in sitting.asked[:2]] == [(5, 6), (1, 1)]
    assert sitting.asked[1].pairs[0] is doubted
    together, alone = sitting.done[1], sitting.done[2]
    assert {each.looked_at for each in together} == {False}
    assert {each.looked_at for each in alone} == {True}


def test_somebody_else_is_decided_in_the_place_of_a_pair() -> None:
    """Side by side, like any other; where nobody was found, or it is not that one, the pair is asked about again."""
    other = pair(70)._replace(ours=pair(1).ours)
    sitting = Sitting("eyq", instead=other)
    done = sitting.review(pair(1), pair(2))
    assert sitting.decided == [(1, "cus_70", True)]
    assert [question.pairs[0].proposal.customer for question in sitting.asked] == [1, 70, 2]
    assert done == Reviewed(connected=1, refused=0, later=0, left=1)
    sitting = Sitting("elyq", instead=other)
    assert sitting.review(pair(1), pair(2)) == Reviewed(connected=1, refused=0, later=0, left=1)
    assert sitting.decided == [(1, "cus_1", True)]
    assert Sitting("eyq").review(pair(1), pair(2)) == Reviewed(connected=1, refused=0, later=0, left=1)
    sitting = Sitting("eyuyq", instead=other)
    sitting.review(pair(1), pair(2))
    assert sitting.undone == [1]
    assert sitting.decided == [(1, "cus_70", True)]


def test_later_is_no_decision() -> None:
    """It counts apart."""
    sitting = Sitting("lyq")
    sitting.review(pair(1), pair(2), pair(3))
    assert [(question.progress.done, question.progress.later) for question in sitting.asked] == [(0, 0), (0, 1), (1, 1)]


def test_pair_that_another_window_has_decided_is_told() -> None:
    """It is neither connected again nor left for later."""
    sitting = Sitting("yq", so=1)
    assert sitting.review(pair(1), pair(2)) == Reviewed(connected=0, refused=0, later=0, left=1)
    assert "Jane 1 (1): decided just so already, perhaps in another window" in sitting.person.heard[0]
