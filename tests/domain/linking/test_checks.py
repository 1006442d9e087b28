"""The rules of a link, each with the person it protects."""

from datetime import UTC, datetime
from itertools import product

import pytest

from koalalink.domain.customers.customer import Customer, CustomerDetails
from koalalink.domain.customers.links import Holder
from koalalink.domain.identity.field_comparison import Agreement
from koalalink.domain.identity.rules import Fields, why_it_may_be_somebody_else
from koalalink.domain.linking.checks import Check, Result, Verdict, judge, why_nothing_can_be_charged
from koalalink.domain.stripe.account import StripeAccount
from koalalink.domain.stripe.customer import Absence, PaymentMethod, StripeCustomer, StripeProfile, methods_in_order
from koalalink.domain.stripe.ids import StripeId
from tests.conftest import NOW

SAME, SIMILAR, DIFFERENT, UNKNOWN = Agreement

JANE = CustomerDetails(first_name="Jane", last_name="Doe", email="jane@x.com", phone="(206) 555-0142")


def card(month: int = 12, year: int = 2028, **more: object) -> PaymentMethod:
    """A card that is good until a month."""
    fields: dict[str, object] = {"payment_method": "pm_1", "brand": "visa", "last4": "4242", **more}
    return PaymentMethod(exp_month=month, exp_year=year, **fields)  # type: ignore[arg-type]


def at_stripe(
    name: str = "Jane Doe", email: str = "jane@x.com", phone: str = "", *, livemode: bool = False
) -> StripeCustomer:
    """A customer at Stripe."""
    created = datetime(2024, 1, 1, tzinfo=UTC)
    return StripeCustomer(
        stripe_id=StripeId("cus_123"), name=name, email=email, phone=phone, created=created, livemode=livemode
    )


def verdict(
    theirs: StripeCustomer | Absence,
    *,
    ours: CustomerDetails = JANE,
    cards: tuple[PaymentMethod, ...] | None = (card(),),
    holders: tuple[Holder, ...] = (),
    livemode: bool = False,
) -> Verdict:
    """Judge a link."""
    profile = StripeProfile(customer=theirs, cards=cards, account=StripeAccount("acct_1", "", livemode))
    return judge(Customer(42, ours), "cus_123", profile, livemode=livemode, holders=holders, now=NOW)


def result_of(judged: Verdict, check: Check) -> Result:
    """The result of one check."""
    return next(line.result for line in judged.checks if line.check is check)


@pytest.mark.parametrize(
    ("email", "name", "phone"),
    [
        (SAME, SAME, DIFFERENT),
        (SAME, SIMILAR, UNKNOWN),
        (SAME, UNKNOWN, UNKNOWN),
        (DIFFERENT, SAME, SAME),
        (UNKNOWN, SIMILAR, SAME),
        (UNKNOWN, SAME, UNKNOWN),
    ],
)
def test_person_is_recognised(email: Agreement, name: Agreement, phone: Agreement) -> None:
    """Email or phone with a name that does not speak against it, or the whole name where nothing else is known."""
    assert why_it_may_be_somebody_else(Fields(email, name, phone)) is None


@pytest.mark.parametrize(
    ("email", "name", "phone", "whom"),
    [
        (SAME, DIFFERENT, SAME, "Miguel, who shares the email and the phone with Rosa"),
        (DIFFERENT, SAME, UNKNOWN, "the other Jane Doe"),
        (DIFFERENT, SAME, DIFFERENT, "the other Jane Doe"),
        (UNKNOWN, SAME, DIFFERENT, "the other Jane Doe, who has no email at Stripe"),
        (UNKNOWN, SIMILAR, UNKNOWN, "another J. Doe"),
        (UNKNOWN, UNKNOWN, UNKNOWN, "anybody"),
        (DIFFERENT, UNKNOWN, UNKNOWN, "anybody with another email"),
        (DIFFERENT, DIFFERENT, DIFFERENT, "a stranger"),
    ],
)
def test_person_is_doubted(email: Agreement, name: Agreement, phone: Agreement, whom: str) -> None:
    """Each of these could be somebody else, who would be charged."""
    assert why_it_may_be_somebody_else(Fields(email, name, phone)), whom


def test_different_name_is_always_doubted() -> None:
    """No email and no phone outweighs a name that is different."""
    for email, phone in product(Agreement, Agreement):
        assert why_it_may_be_somebody_else(Fields(email, DIFFERENT, phone))


def test_unknown_never_speaks_for_a_person() -> None:
    """What makes a link certain stays certain when an unknown field turns out the same; never the other way round."""
    for email, name, phone in product((SAME, SIMILAR, DIFFERENT), Agreement, Agreement):
        if why_it_may_be_somebody_else(Fields(UNKNOWN, name, phone)) is None and email is SAME:
            assert why_it_may_be_somebody_else(Fields(email, name, phone)) is None


def test_card_is_good_through_its_last_month() -> None:
    """A card of this month can be charged, one of last month cannot."""
    assert why_nothing_can_be_charged((card(NOW.month, NOW.year),), NOW) is None
    assert why_nothing_can_be_charged((card(NOW.month - 1, NOW.year),), NOW) == "The saved card has expired."
    assert why_nothing_can_be_charged((card(1, 2020), card(2, 2020)), NOW) == "Every saved card has expired."
    assert why_nothing_can_be_charged((card(1, 2020), card()), NOW) is None
    assert why_nothing_can_be_charged((), NOW) == "There is no saved payment method."


def test_cards_that_may_not_be_read_are_unknown() -> None:
    """A key without that permission does not keep anybody from linking, and it is said."""
    judged = verdict(at_stripe(), cards=None)
    assert result_of(judged, Check.HAS_CARD) is Result.UNKNOWN
    assert judged.doubts == ()


def test_judge_passes_a_certain_link() -> None:
    """Eight checks, no doubt."""
    judged = verdict(at_stripe(phone="+12065550142"))
    assert [line.check for line in judged.checks] == list(Check)
    assert {line.result for line in judged.checks} == {Result.PASS}
    assert (judged.failed, judged.doubts) == (None, ())


@pytest.mark.parametrize(
    ("absence", "check"),
    [
        (Absence.DELETED, Check.NOT_DELETED),
        (Absence.NEVER_EXISTED, Check.EXISTS),
        (Absence.OTHER_MODE, Check.EXISTS),
    ],
)
def test_judge_fails_who_is_not_there(absence: Absence, check: Check) -> None:
    """Nobody is linked to somebody who is gone."""
    failed = verdict(absence, cards=()).failed
    assert failed is not None
    assert failed.check is check


def test_judge_fails_the_other_mode() -> None:
    """A test customer is never linked with a live key, nor the other way round."""
    for key, customer in ((True, False), (False, True)):
        failed = verdict(at_stripe(livemode=customer), livemode=key).failed
        assert failed is not None
        assert failed.check is Check.MODE


def test_judge_fails_an_id_that_somebody_else_has() -> None:
    """One Stripe customer is one person, at a copied account, too."""
    rosa = Holder(stripe_id=StripeId("cus_123"), customer=Customer(number=7, details=JANE), location="uptown")
    failed = verdict(at_stripe(), holders=(rosa,)).failed
    assert failed is not None
    assert failed.check is Check.NOT_LINKED_ELSEWHERE
    assert "Jane Doe (7) at uptown" in failed.detail


def test_judge_warns_of_every_doubt() -> None:
    """Who it is and what can be charged are doubted apart."""
    judged = verdict(at_stripe(name="Miguel Doe"), cards=())
    assert len(judged.doubts) == 2
    assert result_of(judged, Check.NAME) is Result.WARN
    assert result_of(judged, Check.HAS_CARD) is Result.WARN


def test_methods_in_order_puts_the_default_first() -> None:
    """The default is marked wherever it stands, and an old-style one that is listed apart is added."""
    customer = StripeCustomer(
        stripe_id=StripeId("cus_1"),
        name="",
        email="",
        phone="",
        created=NOW,
        livemode=False,
        card=card(payment_method="card_old"),
        default_payment_method="card_old",
    )
    cards = methods_in_order(customer, (card(payment_method="pm_1"), card(payment_method="pm_2")))
    assert cards is not None
    assert [(c.payment_method, c.default) for c in cards] == [("card_old", True), ("pm_1", False), ("pm_2", False)]
