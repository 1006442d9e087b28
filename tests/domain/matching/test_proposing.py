"""Who gets whom."""

from random import Random

import pytest

from koalalink.domain.identity.person import Person
from koalalink.domain.identity.rules import Tier
from koalalink.domain.matching.proposals import Proposal, propose
from tests.domain.identity.people import GOOD_CARD, ours, theirs

JANE = "jane.doe@example.com"


def one(mine: Person, *others: Person) -> Proposal:
    """The proposal for one customer."""
    [proposal] = propose([mine], others)
    return proposal


def test_nobody_fits() -> None:
    """A customer who is not at Stripe gets nobody."""
    assert one(ours(email=JANE), theirs("Bob Roe", email="bob@x.com")) == Proposal(
        42, None, Tier.NONE, "no match at Stripe"
    )


def test_one_stripe_customer_is_one_customers() -> None:
    """Of two who want the same, the one it fits better gets it."""
    wife, husband = ours("Jane Doe", number=1, email=JANE), ours("John Doe", number=2, email=JANE)
    both = propose([wife, husband], [theirs("Jane Doe", email=JANE)])
    assert [(each.stripe_id, each.tier) for each in both] == [("cus_1", Tier.CERTAIN), (None, Tier.NONE)]
    assert both[1].rivals == ("cus_1",)
    assert both[1].reason == "every match fits another customer better"


def test_two_customers_who_are_alike() -> None:
    """The same person twice in the store: nobody can tell which of them is meant."""
    twice = [ours(number=1, email=JANE), ours(number=2, email=JANE)]
    given = propose(twice, [theirs(email=JANE)])[0]
    assert (given.tier, given.reason) == (Tier.REVIEW, "same name, same email; another customer fits as well")
    assert given.reason_with_names == "same name, same email; customer 2 fits as well"


def test_two_at_stripe_who_are_alike() -> None:
    """Two of one name, each with something of ours: shown as rivals, and never certain."""
    found = one(
        ours(email="jdoe@x.com", phone="206 555 0142"),
        theirs(stripe_id="cus_1", phone="206 555 0142", email="jane@y.com"),
        theirs(stripe_id="cus_2", phone="206 555 0142", email="jane@z.com", card=GOOD_CARD),
    )
    assert found.tier is Tier.REVIEW
    assert set(found.duplicates) | set(found.rivals) | {found.stripe_id} == {"cus_1", "cus_2"}


@pytest.mark.parametrize(
    ("cards", "proposed", "tier"),
    [
        ((False, False), "cus_1", Tier.CERTAIN),
        ((True, False), "cus_1", Tier.CERTAIN),
        ((False, True), "cus_2", Tier.CERTAIN),
        ((True, True), "cus_1", Tier.LIKELY),
    ],
)
def test_several_of_one_person(cards: tuple[bool, bool], proposed: str, tier: Tier) -> None:
    """The one with a card is proposed; where both have one, which is meant is not certain."""
    several = [
        theirs(stripe_id=f"cus_{n}", card=GOOD_CARD if has else None, email=JANE) for n, has in enumerate(cards, 1)
    ]
    found = one(ours(email=JANE), *several)
    other = "cus_2" if proposed == "cus_1" else "cus_1"
    assert (found.stripe_id, found.tier, found.duplicates, found.rivals) == (proposed, tier, (other,), ())


def test_the_card_is_at_the_one_without_the_email() -> None:
    """Who has the same name and phone, and no email to speak against it, is the same person."""
    mine = ours(email=JANE, phone="206 555 0142")
    found = one(
        mine,
        theirs(stripe_id="cus_1", email=JANE, phone="206 555 0142"),
        theirs(stripe_id="cus_2", phone="206 555 0142", card=GOOD_CARD),
    )
    assert (found.stripe_id, found.tier, found.duplicates) == ("cus_2", Tier.CERTAIN, ("cus_1",))


def test_a_namesake_in_touch_is_not_taken_for_a_card() -> None:
    """Father and son share a landline: the card of the one is never proposed for the other."""
    father = ours("John Doe", phone="206 555 0142", email="johnd@x.com")
    found = one(
        father,
        theirs("John Doe", "cus_father", phone="206 555 0142", email="johnd@x.com"),
        theirs("John Doe", "cus_son", phone="206 555 0142", email="jdoe@y.com", card=GOOD_CARD),
    )
    assert (found.stripe_id, found.tier) == ("cus_father", Tier.REVIEW)
    assert found.reason.endswith("another Stripe customer of this name has a card")


def test_a_namesake_elsewhere_is_no_rival() -> None:
    """Beside the same email another of that name tells nothing."""
    found = one(ours(zip="98101", email=JANE), theirs(email=JANE), theirs(stripe_id="cus_2", zip="98101"))
    assert (found.stripe_id, found.tier) == ("cus_1", Tier.CERTAIN)


def test_fields_that_agree_and_differ() -> None:
    """What is not known on one side does neither."""
    found = one(
        ours(email="jane@x.com", phone="206 555 0142", zip="98101"), theirs(email="jane@x.com", zip="98102", phone="")
    )
    assert (found.agrees, found.differs) == (("name", "email"), ())
    found = one(ours("Jane Doe", email="jdoe@x.com", zip="98101"), theirs("Tim Doe", email="jdoe@x.com", zip="10001"))
    assert (found.agrees, found.differs) == (("email",), ("name", "zip"))


def test_an_email_of_many_is_nobodys() -> None:
    """The office's address, or noemail@, is on thousands: it makes nothing certain."""
    crowd = [ours(f"Ann{n} Doe{n}", number=n, email="office@x.com") for n in range(1, 60)]
    found = propose(crowd, [theirs(f"Ann{n} Doe{n}", f"cus_{n:03}", email="office@x.com") for n in range(1, 60)])
    assert {each.tier for each in found} == {Tier.LIKELY}
    assert all("email" not in each.agrees for each in found)


def test_ten_thousand_namesakes() -> None:
    """With their emails they are told apart, but not for certain; without they are too many to compare."""
    people = [ours("Maria Garcia", number=n, email=f"maria{n}@x.com") for n in range(1, 10_001)]
    at_stripe = [theirs("Maria Garcia", f"cus_{n:05}", email=f"maria{n}@x.com") for n in range(1, 10_001)]
    found = propose(people, at_stripe)
    assert all(each.stripe_id == f"cus_{each.customer:05}" for each in found)
    assert {each.tier for each in found} == {Tier.LIKELY}
    bare = [each._replace(email="") for each in people], [each._replace(email="") for each in at_stripe]
    assert {each.reason for each in propose(*bare)} == {"too many people have this name"}


def test_the_order_of_rows_means_nothing() -> None:
    """The same people in any order give the same proposals."""
    random = Random(1)
    names = ["Jane Doe", "John Doe", "Liz Roe", "Elizabeth Roe", "J Doe", "Bob Poe", "Robert Poe Jr"]
    emails = ["doe@x.com", "jane.doe@x.com", "roe@y.com", ""]
    people = [ours(random.choice(names), number=n, email=random.choice(emails), zip="98101") for n in range(1, 40)]
    others = [
        theirs(random.choice(names), f"cus_{n}", email=random.choice(emails), zip="98101", card=GOOD_CARD)
        for n in range(40)
    ]
    first = propose(people, others)
    for _ in range(5):
        random.shuffle(people)
        random.shuffle(others)
        assert propose(people, others) == first


def test_every_customer_has_one_proposal_and_every_stripe_customer_at_most_one() -> None:
    """One object for each customer, in the order of the numbers."""
    people = [ours(f"Jane Doe{n % 5}", number=n, email=f"e{n % 7}@x.com") for n in range(1, 30)]
    found = propose(people, [theirs(f"Jane Doe{n % 5}", f"cus_{n}", email=f"e{n % 7}@x.com") for n in range(20)])
    assert [each.customer for each in found] == [*range(1, 30)]
    given = [each.stripe_id for each in found if each.stripe_id]
    assert len(given) == len(set(given)) > 10


def test_the_same_id_at_another_location() -> None:
    """An account that was copied keeps its IDs: they go to whom they belong, and to nobody else."""
    mine, other = ours("Jane Doe", number=1, elsewhere=("cus_1",)), ours("Jane Doe", number=2, email=JANE)
    found = propose([mine, other], [theirs("J. Doe", "cus_1", email=JANE, owner=1)])
    assert [(each.stripe_id, each.tier) for each in found] == [("cus_1", Tier.CERTAIN), (None, Tier.NONE)]


def test_our_number_in_the_metadata() -> None:
    """As an export for Stripe's metadata has put it there; a name that speaks against it is heard."""
    found = propose(
        [ours("Jane Doe", number=42), ours("Bob Roe", number=43)],
        [
            theirs("Jane Doe", "cus_1", metadata={"customer_number": "42"}),
            theirs("Tim Poe", "cus_2", metadata={"customer_number": "43"}),
        ],
    )
    assert [(each.stripe_id, each.tier) for each in found] == [("cus_1", Tier.CERTAIN), ("cus_2", Tier.REVIEW)]


def test_a_pair_that_was_refused() -> None:
    """Somebody has said no: another is proposed, or nobody."""
    at_stripe = [theirs(email=JANE), theirs(stripe_id="cus_2")]
    refused = {(42, "cus_1")}
    assert propose([ours(email=JANE)], at_stripe, refused)[0].stripe_id == "cus_2"
    assert propose([ours(email=JANE)], at_stripe[:1], refused)[0].tier is Tier.NONE
