"""What has become of links: every kind of problem, and what is none."""

from datetime import UTC, datetime

import pytest

from koalalink.domain.customers.customer import Customer, CustomerDetails
from koalalink.domain.customers.links import Link, LinkedCustomer
from koalalink.domain.linking.link_health import AccountNow, CheckedLink, LinkCheck, LinkProblem, Problem, dead
from koalalink.domain.stripe.customer import Absence, PaymentMethod, StripeCustomer
from koalalink.domain.stripe.ids import StripeId
from tests.conftest import NOW

GOOD = PaymentMethod("pm_1", "visa", "4242", 1, 2029, fingerprint="f1", default=True)
ACCOUNTS = {
    "downtown": AccountNow("acct_d", livemode=True, cards_are_hidden=False),
    "uptown": AccountNow("acct_u", livemode=True, cards_are_hidden=False),
}


def at_stripe(stripe_id: str = "cus_1", name: str = "Jane Doe", email: str = "jane@x.com") -> StripeCustomer:
    """Jane at Stripe."""
    created = datetime(2024, 1, 1, tzinfo=UTC)
    return StripeCustomer(StripeId(stripe_id), name, email, "", created, livemode=True, card=GOOD)


def checked(
    found: StripeCustomer | Absence = at_stripe(),  # noqa: B008 - it never changes
    *,
    number: int = 42,
    location: str = "downtown",
    account: str | None = "acct_d",
    livemode: bool | None = True,
    cards: tuple[PaymentMethod, ...] | None = (GOOD,),
) -> CheckedLink:
    """Jane's link."""
    customer = Customer(number, CustomerDetails(first_name="Jane", last_name="Doe", email="jane@x.com"))
    return CheckedLink(customer, Link(number, location, StripeId("cus_1"), True, account, livemode, NOW), found, cards)


def problems_of(*links: CheckedLink, within: int = 60) -> list[LinkProblem]:
    """What is wrong."""
    check = LinkCheck(now=NOW, within=within)
    people: dict[int, LinkedCustomer] = {}
    for each in links:
        check.add(each, ACCOUNTS[each.link.location])
        known = people.get(each.customer.number)
        people[each.customer.number] = LinkedCustomer(each.customer, (*(known.links if known else ()), each.link))
    return check.problems(ACCOUNTS, lambda numbers: {number: people[number] for number in numbers})


def problems(*links: CheckedLink, within: int = 60) -> list[Problem]:
    """What is wrong, in a word each."""
    return [each.problem for each in problems_of(*links, within=within)]


def expiring(year: int, month: int) -> tuple[PaymentMethod, ...]:
    """A card that is good until then."""
    return (GOOD._replace(exp_year=year, exp_month=month),)


@pytest.mark.parametrize(
    ("link", "found"),
    [
        (checked(), []),
        (checked(Absence.DELETED), [Problem.DELETED]),
        (checked(Absence.NEVER_EXISTED), [Problem.NEVER_EXISTED]),
        (checked(Absence.OTHER_MODE), [Problem.OTHER_MODE]),
        (checked(Absence.NEVER_EXISTED, livemode=False), [Problem.OTHER_MODE]),
        (checked(Absence.NEVER_EXISTED, account="acct_old"), [Problem.OTHER_ACCOUNT]),
        (checked(Absence.NEVER_EXISTED, account=None, livemode=None), [Problem.NEVER_EXISTED]),
        (checked(at_stripe(name="John Doe")), [Problem.NAME]),
        (checked(at_stripe(email="j@y.com")), [Problem.EMAIL]),
        (checked(at_stripe(name="Rob", email="r@y.com")), [Problem.NAME, Problem.EMAIL]),
        (checked(at_stripe(name="", email="")), []),
        (checked(cards=()), [Problem.NO_CARD]),
        (checked(cards=None), []),
        (checked(cards=expiring(2026, 10)), [Problem.EXPIRED]),
        (checked(cards=expiring(2026, 11)), [Problem.EXPIRING]),
        (checked(cards=expiring(2026, 12)), [Problem.EXPIRING]),
        (checked(cards=expiring(2027, 1)), []),
        (checked(cards=(*expiring(2026, 10), GOOD._replace(default=False))), []),
    ],
)
def test_link_has_the_problems_it_has(link: CheckedLink, found: list[Problem]) -> None:
    """What cannot be compared is no problem."""
    assert problems(link) == found


@pytest.mark.parametrize(("days", "found"), [(6, []), (7, [Problem.EXPIRING]), (8, [Problem.EXPIRING])])
def test_card_is_good_to_the_end_of_its_month(days: int, found: list[Problem]) -> None:
    """It is 23 November, at noon."""
    assert problems(checked(cards=expiring(2026, 11)), within=days) == found


def test_stripe_id_of_two_customers_is_told_for_both() -> None:
    """At two locations, as one location does not allow it."""
    one, two = checked(), checked(number=43, location="uptown", account="acct_u")
    told = problems_of(one, two)
    assert [(each.problem, each.customer.number) for each in told] == [
        (Problem.SAME_STRIPE_ID, 42),
        (Problem.SAME_STRIPE_ID, 43),
    ]
    assert "Jane Doe (43)" in told[0].detail


def test_one_id_at_two_accounts_is_told() -> None:
    """A copied account keeps its IDs; at one account it is as it should be."""
    assert problems(checked(), checked(location="uptown", account="acct_u")) == [Problem.TWO_ACCOUNTS] * 2
    assert problems(checked(), checked(location="uptown", account="acct_d")) == [Problem.OTHER_ACCOUNT]


def test_card_of_two_customers_is_told() -> None:
    """By its fingerprint, within one account."""
    other = checked(at_stripe("cus_2"), number=43)
    other = other._replace(link=other.link._replace(stripe_id=StripeId("cus_2")))
    assert problems(checked(), other) == [Problem.SAME_CARD] * 2
    elsewhere = other._replace(link=other.link._replace(location="uptown", account="acct_u"))
    assert problems(checked(), elsewhere) == []


def test_worst_comes_first() -> None:
    """Whatever the order of the links."""
    links = [checked(cards=()), checked(Absence.DELETED, number=2), checked(at_stripe(email="a@y.com"), number=1)]
    for each in links:
        each.link._replace(stripe_id=StripeId(f"cus_{each.customer.number}"))
    separate = [
        each._replace(link=each.link._replace(stripe_id=StripeId(f"cus_{each.customer.number}"))) for each in links
    ]
    found = problems_of(*separate)
    assert [each.problem for each in found if each.problem is not Problem.SAME_CARD] == [
        Problem.DELETED,
        Problem.EMAIL,
        Problem.NO_CARD,
    ]
    assert [dead(each) for each in found][0:2] == [True, False]
