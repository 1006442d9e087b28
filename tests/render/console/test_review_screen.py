"""Deciding at the terminal: what is on the screen, and which keys count."""

import io
from collections.abc import Callable

import pytest
from rich.console import Console

from koalalink.domain.customers.customer import Customer, CustomerDetails
from koalalink.domain.identity.rules import Tier
from koalalink.domain.matching.decisions import Matched, Settled, SideBySide, Untrue
from koalalink.domain.matching.proposals import Proposal
from koalalink.domain.matching.review import Progress, Question
from koalalink.domain.stripe.customer import PaymentMethod, PostalAddress, StripeCustomer
from koalalink.domain.stripe.ids import StripeId
from koalalink.render.console.review_screen import RichDesk
from koalalink.render.views.dispatch import draw
from tests.conftest import NOW
from tests.render.views.test_views import EVIL, plain, text_of

CARD = PaymentMethod(payment_method="pm_1", brand="visa", last4="4242", exp_month=1, exp_year=2029)
OURS = Customer(42, CustomerDetails(first_name="Jane", last_name="Doe", email="jane@x.com", address="1 Elm St"))
THEIRS = StripeCustomer(StripeId("cus_1"), "Jane Roe", "jane@x.com", "", NOW, False, card=CARD)
RIVAL = StripeCustomer(StripeId("cus_2"), EVIL, EVIL, "", NOW, False)
PROPOSAL = Proposal(
    42, StripeId("cus_1"), Tier.REVIEW, "different last name, same email", ("email",), ("name",), (StripeId("cus_2"),)
)
PAIR = SideBySide(PROPOSAL, OURS, THEIRS, [RIVAL])


def desk(keys: str, width: int = 80) -> tuple[RichDesk, Callable[[], str]]:
    """A desk at which these keys are pressed, and what is on its screen."""
    console, pressed = plain(width), iter(keys)
    made = RichDesk(NOW, getchar=lambda: next(pressed), console=console)
    return made, lambda: text_of(console)


def test_one_person_a_screen() -> None:
    """Both side by side, with a sign where they differ; the rivals are numbered, and the pace is told."""
    sitting, screen = desk("y")
    question = Question([PAIR], 1, Progress(10, 110, 60.0), can_undo=True)
    assert sitting.ask(question) == "y"
    lines = screen().splitlines()
    assert lines[0].startswith("review: different last name, same email ──")
    assert [" ".join(line.split()) for line in lines if line.strip()][1:] == [
        "Yours: 42 At Stripe: cus_1",
        "─" * 67,
        "Name Jane Doe ≠ Jane Roe",
        "Email jane@x.com = jane@x.com",
        "Phone – –",
        "Address 1 Elm St –",
        "Payment method Visa ending 4242, good until 01/2029",
        "Since 2026-11-23",
        "1 Ev[31mil]8;;http://x [bold]Jane[/bold] eoD :smile: , Ev[31mil]8;;http://x",
        "[bold]Jane[/bold] eoD :smile:",
        "another person who may be meant; no payment method",
        "y yes, connect · n no, do not suggest it again · 1 the other one · l later · e",
        "somebody else · o open in browser · u undo last answer · q quit and keep the",
        "answers",
        "10 of 110 decided, 6 s each, about 10 minutes left",
    ]
    assert max(map(len, lines)) <= 80
    assert not set(screen()) & set("\x1b\x07\x00\u202e")


def test_several_that_are_alike() -> None:
    """Some of them, and how many all are."""
    sitting, screen = desk("y")
    assert sitting.ask(Question([PAIR] * 5, 40, Progress(0, 40, 0.0), can_undo=False)) == "y"
    assert screen().startswith("40 review matches: different last name, same email ──")
    assert "5 of them, picked at random; yours" in screen()
    assert screen().count("Jane Doe (42)") == 5
    assert "y yes, connect all 40 · s one by one · l later · q quit" in screen()


def test_only_keys_that_are_offered_count() -> None:
    """Any other is as if it had not been pressed; capitals are the same."""
    sitting, screen = desk("xu9\x1b[A\r Y")
    assert sitting.ask(Question([PAIR], 1, Progress(0, 1, 0.0), can_undo=False)) == "y"
    assert screen().count("That key does nothing here. Press one of") == 1


def test_undo_before_the_first_answer_is_told() -> None:
    """Instead of silence."""
    sitting, screen = desk("uy")
    sitting.ask(Question([PAIR], 1, Progress(0, 3, 0.0, later=2), can_undo=False))
    assert "There is no answer to undo yet." in screen()
    assert "0 of 3 decided, 2 left for later" in screen()


@pytest.mark.parametrize("key", ["\x03", "\x04"])
def test_ctrl_c_that_comes_as_a_letter(key: str) -> None:
    """As terminals without line editing hand it on."""
    sitting, _ = desk(key)
    with pytest.raises(KeyboardInterrupt):
        sitting.ask(Question([PAIR], 1, Progress(0, 1, 0.0), can_undo=False))


def test_summary_of_a_match() -> None:
    """How many of each tier, why, and what to type next; many reasons are added up."""
    certain = [Proposal(n, StripeId(f"cus_{n}"), Tier.CERTAIN, f"reason {n % 9}") for n in range(1200)]
    nobody = [Proposal(n, None, Tier.NONE, "no match at Stripe") for n in range(2)]
    console = plain(80)
    draw(Matched("downtown", 4012, [*certain, PROPOSAL, *nobody]), NOW, console=console)
    shown = [" ".join(line.split()) for line in text_of(console).splitlines() if line.strip()]
    assert shown[0] == "1,203 customers without a link at downtown; 4,012 customers at Stripe."
    assert shown[3:6] == ["certain 1,200 nothing speaks against them", "134 reason 0", "134 reason 1"]
    assert "532 4 other reasons" in shown
    assert "1 different last name, same email" in shown
    assert "none 2 no matching customer found at Stripe" in shown
    commands = " ".join(shown)
    for command in ("match --apply-certain", "review", "match --sheet decisions.csv"):
        assert f"koalalink {command} --location downtown" in commands
    console = plain(80)
    draw(Matched("downtown", 4012, []), NOW, console=console)
    assert text_of(console) == "Every customer is linked at downtown: there is nothing to match.\n"


def test_what_has_become_of_a_sheet() -> None:
    """Every count, the first rows that were left alone, and how to take it back."""
    console = plain(100)
    problems = [Untrue(row, 42, "cus_1", EVIL) for row in range(2, 27)]
    draw(Settled("downtown", 1200, 3, 2, 9, True, 7, problems), NOW, console=console)
    shown = text_of(console)
    counts = "1,200 connected, 3 will not be suggested again, 2 unchanged, 9 left for later, 25 not done"
    assert " ".join(shown.split()).startswith(f"At downtown: {counts}.")
    assert "And 5 more; --json shows all." in shown
    assert "koalalink undo 7" in shown
    assert not set(shown) & set("\x1b\x07\x00\u202e")


@pytest.mark.parametrize("height", [24, 30, 40])
def test_heading_and_first_person_of_a_group_do_not_scroll_away(height: int) -> None:
    """Five people fit, on a screen of 24 rows without their addresses."""
    place = PostalAddress("114 Juniper Avenue", "", "Seattle", "WA", "98117")
    details = CustomerDetails(
        first_name="Margaret", last_name="Underwood", email="margaret.underwood@example.com", phone="(206) 555-0142"
    )._replace(address="114 Juniper Avenue", city="Seattle", zip="98117")
    theirs = THEIRS._replace(name="Margaret Underwood", email=details.email, phone="+12065550142", address=place)
    proposal = Proposal(1, StripeId("cus_1"), Tier.LIKELY, "same name, same email and phone")
    pairs = [SideBySide(proposal, Customer(number, details), theirs, []) for number in range(1, 6)]
    console = Console(file=io.StringIO(), width=80, height=height, highlight=False)
    sitting = RichDesk(NOW, getchar=lambda: "q", console=console)
    sitting.ask(Question(pairs, 37, Progress(3, 80, 30.0), can_undo=True))
    lines = text_of(console).splitlines()
    assert len(lines) < height
    assert lines[0].startswith("37 likely matches: same name, same email and phone")
    assert "5 of them" in lines[1]
    assert "Margaret Underwood (1)" in lines[2]
    assert ("114 Juniper" in " ".join(lines)) == (height > 24)
