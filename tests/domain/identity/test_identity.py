"""Every rule, with a family that it protects."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from koalalink.domain.identity import rules
from koalalink.domain.identity.person import NOBODY, Around, Person, compare, of_stripe
from koalalink.domain.identity.rules import Pair, doubt_of_the_person, is_certain, is_likely
from koalalink.domain.stripe.customer import About, Holder, StripeCustomer
from koalalink.domain.stripe.ids import StripeId
from tests.conftest import NOW
from tests.domain.identity.people import ours, theirs


def pair(one: Person, other: Person, around: Around = NOBODY, namesakes: float = 0.01) -> Pair:
    """Two people side by side."""
    return Pair(one, other, compare(one, other, around), around, namesakes)


EMAIL = "jane.doe@example.com"
PHONE = "206 555 0142"
HOUSE = "12 Elm St"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (ours(email=EMAIL), theirs("DOE, JANE", email="Jane.Doe+shop@EXAMPLE.com")),
        (ours(phone=PHONE), theirs("Jane M. Doe", phone="+1 (206) 555-0142")),
        (ours("Liz Doe", email="elizabethdoe@x.com"), theirs("Elizabeth Doe", email="elizabethdoe@x.com")),
        (ours("Charles Morales", email="charlesm@x.com"), theirs("C. Morales", email="charlesm@x.com")),
        (ours("Chris Berry", email="christinaberry@x.com"), theirs("Christina Berry", email="christinaberry@x.com")),
        (ours("Jane O'Brien", email=EMAIL), theirs("Jane O Brien", email=EMAIL)),
        (ours("Maryann Doe", email=EMAIL), theirs("Mary Ann Doe", email=EMAIL)),
        (ours("Anna Foster", email="annaf@x.com"), theirs("Foster Anna", email="annaf@x.com")),
        (ours("José Doe", email="jdoe@x.com"), theirs("Jose Doe", email="jdoe@x.com")),
        (ours("Jane Doe (2nd)", email=EMAIL), theirs("Jane Doe II", email=EMAIL)),
        (ours("Jane Doe", phone=PHONE), theirs("Jane Doe", phone="0012065550142")),
        (ours("Jane Doe", email="Jane Doe <jane.doe@example.com>"), theirs("Jane Doe", email=EMAIL)),
        (ours("Jane Doe", email="jane@bücher.de"), theirs("Jane Doe", email="jane@xn--bcher-kva.de")),
        (ours("Countney Fox", email="cfox@x.com"), theirs("Courtney Fox", email="cfox@x.com")),
        (ours("Jane Doe-Smith", email=EMAIL), theirs("Jane Doe", email=EMAIL)),
        (ours(email=EMAIL), theirs("Jane", email=EMAIL)),
        (ours(external_id="KB-1042"), theirs("Jane Doe", metadata={"customer": "kb-1042"})),
        (ours(email="sunny@x.com"), theirs("", email="sunny@x.com", holder=Holder("JANE DOE"))),
        (ours(email="sunny@x.com"), theirs("", email="sunny@x.com", description="Customer: Jane Doe")),
        (ours(phone=PHONE), theirs("", phone=PHONE, holder=Holder("Doe, Jane"))),
        (ours(email="sunny@x.com"), theirs("J Doe", email="sunny@x.com", holder=Holder("Jane Doe"))),
        (ours(external_id="BK-0042"), theirs("Jane Doe", description="Customer BK-0042")),
        (ours(extra='{"Transaction id": "pi_3Nabc"}'), theirs("Jane Doe", payments=("pi_3Nabc", "ch_1"))),
    ],
)
def test_the_same_person(one: Person, other: Person) -> None:
    """One person, written in two ways, is certain."""
    assert is_certain(pair(one, other))


FAMILIES: list[tuple[str, Any]] = [
    (
        "a_contact_is_the_same",
        (ours(address=HOUSE, zip="98101"), theirs(address=HOUSE, zip="98101")),
    ),  # namesakes in one house
    (
        "the_given_name_is_the_same",
        (
            ours("John Doe", phone=PHONE, address=HOUSE, zip="98101"),
            theirs("Jane Doe", phone=PHONE, address=HOUSE, zip="98101"),
        ),
    ),
    ("the_given_name_is_the_same", (ours("Joan Doe", email="jdoe@x.com"), theirs("Jean Doe", email="jdoe@x.com"))),
    ("the_given_name_is_the_same", (ours("Paul Doe", email="pdoe@x.com"), theirs("Paula Doe", email="pdoe@x.com"))),
    ("the_given_name_is_the_same", (ours("Bob Doe", email="sunny@x.com"), theirs("Robert Doe", email="sunny@x.com"))),
    ("the_given_name_is_the_same", (ours("Jane Doe", email=EMAIL), theirs("", email=EMAIL))),
    ("the_surname_does_not_speak_against_it", (ours("Jane Doe", phone=PHONE), theirs("Jane Roe", phone=PHONE))),
    ("the_surname_does_not_speak_against_it", (ours(email="sunny@x.com"), theirs("Jane", email="sunny@x.com"))),
    ("the_surname_does_not_speak_against_it", (ours("Jane Doe-Roe", phone=PHONE), theirs("Jane Roe", phone=PHONE))),
    (
        "the_given_name_is_the_same",  # Christopher's wife Christine
        (ours("Christopher Doe", email="chris.doe@x.com"), theirs("Chris Doe", email="chris.doe@x.com")),
    ),
    (
        "the_given_name_is_the_same",  # who has the letter is in no mailbox
        (ours("Charles Morales", email="cmorales@x.com"), theirs("C. Morales", email="cmorales@x.com")),
    ),
    (
        "the_given_name_is_the_same",  # each name is the other one's given name
        (ours("James Thomas", email="sunny@x.com"), theirs("Thomas James", email="sunny@x.com")),
    ),
    (
        "the_initial_is_not_another_ones",
        (ours("Hannah Whited", email="owhited@x.com"), theirs("Hannah Whited", email="owhited@x.com")),
    ),
    (
        "more_than_a_family_mailbox_agrees",  # cousins
        (
            ours(email="sunny@x.com", phone=PHONE, address=HOUSE, zip="98101"),
            theirs(email="sunny@x.com", phone="206 555 0199", address="7 Oak Ave", zip="98115"),
        ),
    ),
    ("the_generation_is_the_same", (ours("John Doe Jr", phone=PHONE), theirs("John Doe Sr", phone=PHONE))),
    ("the_generation_is_the_same", (ours("John Doe Jr", phone=PHONE), theirs("John Doe", phone=PHONE))),
    ("the_email_is_nobody_elses", (ours(phone=PHONE), theirs(phone=PHONE, email="robertdoe@x.com"))),
    ("it_is_one_person", (ours(email=EMAIL), theirs("Jane & John Doe", email=EMAIL))),
    (
        "another_email_is_a_second_one",  # father and son
        (
            ours("John Doe", phone=PHONE, email="johndoe1951@x.com"),
            theirs("John Doe", phone=PHONE, email="john.doe1984@y.com"),
        ),
    ),
    ("nobody_else_is_told", (ours(email=EMAIL), theirs("Jane Doe", email=EMAIL, holder=Holder("Robert Doe")))),
    ("nobody_else_is_told", (ours(email=EMAIL), theirs("Jane Doe", email=EMAIL, description="Robert Doe"))),
    (
        "a_hint_is_a_whole_name",  # a landline is a household's, and half of a name its name
        (ours(phone=PHONE, email=EMAIL), theirs("", phone=PHONE, email="d@y.com", holder=Holder("Jane Doe"))),
    ),
    ("a_hint_is_a_whole_name", (ours(email=EMAIL), theirs("", email=EMAIL, holder=Holder("Jane Doe-Roe")))),
]


@pytest.mark.parametrize(("rule", "family"), FAMILIES)
def test_a_family(rule: str, family: tuple[Person, Person]) -> None:
    """Two people, or two who may be, are not certain; it is this rule that says so, and no other."""
    found = pair(*family)
    assert [each.__name__ for each in rules.CERTAIN if not each(found)] == [rule]
    assert not is_certain(found)


_AT_HOME: dict[str, Any] = {"email": "sunny@x.com", "phone": PHONE, "address": HOUSE, "zip": "98101"}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Marta Doe", "Maria Doe"),
        ("Jaden Doe", "Jayden Doe"),
        ("Kirsten Doe", "Kristen Doe"),
        ("Joan Doe", "Jean Doe"),
        ("Louis Doe", "Luis Doe"),
        ("Eric Doe", "Erica Doe"),
        ("Robert Doe", "Roberta Doe"),
        ("John Adam Doe", "John Brian Doe"),
        ("José Luis Doe", "José Antonio Doe"),
        ("Jean-Paul Doe", "Jean-Pierre Doe"),
        ("María Carmen Doe", "María Pilar Doe"),
        ("Kim Min-jun", "Kim Min-jung"),
        ("Wang Jianhua", "Wang Jianhui"),
        ("Nguyen Thi Lan", "Nguyen Thi Lam"),
        ("Ali bin Ahmed", "Ahmed bin Ali"),
        ("Mohammed Doe", "Muhammad Doe"),
        ("Yousef Doe", "Youssef Doe"),
        ("山田 たいき", "山田 だいき"),
        ("Thủy Nguyen", "Thúy Nguyen"),
        ("John Doe 2nd", "John Doe 3rd"),
        ("John Doe (son)", "John Doe (father)"),
        ("Jane Doe Unit 4", "Jane Doe Unit 7"),
        ("Jane Doe #1", "Jane Doe #2"),
    ],
)
def test_two_who_share_home_and_mailbox(one: str, other: str) -> None:
    """Whatever a family shares, another name is another person; a spelling variant alone is not certain, either."""
    assert not is_certain(pair(ours(one, **_AT_HOME), theirs(other, **_AT_HOME)))
    assert not is_certain(pair(ours(other, **_AT_HOME), theirs(one, **_AT_HOME)))


@pytest.mark.parametrize(
    ("mine", "its"),
    [
        ({"email": "info@x.com"}, {"email": "info@x.com"}),
        ({"email": "frontdesk@x.com"}, {"email": "frontdesk@x.com"}),
        ({"phone": "206-555-1234"}, {"phone": "206-555-1234"}),
        ({"phone": "999-999-9998"}, {"phone": "999-999-9998"}),
        ({"phone": "000-000-0000"}, {"phone": "000-000-0000"}),
        ({"phone": "206 555 0142"}, {"phone": "425 555 0142"}),
        ({"phone": "555 0142"}, {"phone": "425 555 0142"}),
        ({"phone": "+44 206 555 0142"}, {"phone": "+1 206 555 0142"}),
        ({"email": "jose@x.com"}, {"email": "josé@x.com"}),
    ],
)
def test_what_tells_nothing_of_a_person(mine: dict[str, Any], its: dict[str, Any]) -> None:
    """Office mailboxes, numbers that nobody has, half a number, and a mailbox with a mark that the other lacks."""
    assert not is_certain(pair(ours(**mine), theirs(**its)))


@pytest.mark.parametrize(
    ("metadata", "key", "knows"),
    [
        ({"customer_id": "2024"}, "", True),
        ({"External ID": "2024"}, "", True),
        ({"bk_ref": "2024"}, "", True),
        ({"year": "2024"}, "", False),
        ({"zip": "2024"}, "", False),
        ({"order": "2024"}, "", False),
        ({"year": "2024"}, "year", True),
        ({"customer_id": "2024"}, "year", True),
    ],
)
def test_metadata_that_can_hold_an_id(metadata: dict[str, str], key: str, knows: bool) -> None:
    """A year that equals our ID does so by chance, unless the configuration says that it is the ID."""
    assert is_certain(pair(ours(external_id="2024"), theirs(metadata=metadata, metadata_key=key))) is knows


def test_short_ids_count_where_the_metadata_are_named() -> None:
    """The 7 in any metadata is anything; in those that the configuration names it is the ID."""
    assert is_certain(pair(ours(external_id="7"), theirs(metadata={"ours": "7"}, metadata_key="ours")))
    assert not is_certain(pair(ours(external_id="7"), theirs(metadata={"customer_id": "7"})))


def test_names_in_two_scripts_cannot_be_compared() -> None:
    """It is said, where somebody would link them; a household has many names in two scripts."""
    found = pair(ours("Ольга Иванова", email=EMAIL), theirs("Olga Ivanova", email=EMAIL))
    assert doubt_of_the_person(found) == "The names are in two alphabets and cannot be compared."
    assert not is_certain(found)


def test_mailbox_of_a_family_does_not_name_the_holder() -> None:
    """Whoever is nameless, and shares a mailbox with others, may pay by somebody's card."""
    found = ours(email="sunny@x.com"), theirs("", email="sunny@x.com", holder=Holder("Jane Doe"))
    shared = Around(shared=frozenset({"sunny@x.com"}))
    assert is_certain(pair(*found))
    assert not is_certain(pair(*found, shared))
    assert not is_likely(pair(*found, shared))


@pytest.mark.parametrize(
    ("told", "doubt"),
    [
        ({"holder": Holder("Robert Doe")}, "There is no name at Stripe. The card is Robert Doe's."),
        ({"description": "Robert Doe"}, "There is no name at Stripe. The description is Robert Doe."),
        ({"holder": Holder("Jane Doe")}, None),
        ({"holder": Holder("Acme Cleaning LLC")}, None),
        ({"description": "Job #6732"}, None),
        ({"description": "Weekly cleaning"}, None),
    ],
)
def test_somebody_else_who_is_told_is_named(told: dict[str, Any], doubt: str | None) -> None:
    """Where there is no name; an employer, and what is no name, is nobody else."""
    assert doubt_of_the_person(pair(ours(email=EMAIL), theirs("", email=EMAIL, **told))) == doubt


def test_names_of_newer_accounts_and_for_shipping_are_evidence() -> None:
    """Each as what it is; a phone for shipping counts beside the name."""
    mine = ours(email=EMAIL, phone=PHONE)
    person = StripeCustomer(StripeId("cus_1"), "", EMAIL, "", NOW, livemode=False)
    for about in (About(individual_name="Jane Doe"), About(shipping_name="Jane Doe", shipping_phone=PHONE)):
        assert is_certain(pair(mine, of_stripe(person._replace(about=about), NOW)))
    other = of_stripe(person._replace(about=About(business_name="Doe Cleaning LLC")), NOW)
    assert doubt_of_the_person(pair(mine, other)) is None
    assert not is_certain(pair(mine, other))
    elsewhere = person._replace(email="", about=About(shipping_name="Jane Doe", shipping_phone=PHONE))
    assert pair(mine, of_stripe(elsewhere, NOW)).alike.told_contact


def test_every_rule_protects_a_family() -> None:
    """No rule stands there for nobody."""
    assert {rule for rule, _ in FAMILIES} == {rule.__name__ for rule in rules.CERTAIN}


def test_a_landline_that_a_family_shares() -> None:
    """With another email, the phone has to be one person's."""
    found = (ours("Ann Doe", phone=PHONE, email="anndoe@x.com"), theirs("Ann Doe", phone=PHONE, email="adoe@y.com"))
    assert is_certain(pair(*found))
    assert not is_certain(pair(*found, Around(frozenset(), shared=frozenset({found[0].phone}))))


def test_an_initial_in_a_shared_mailbox() -> None:
    """Where another of the family has the same email, C. may be Cathy."""
    found = (ours("Charles Morales", email="cmorales@x.com"), theirs("C. Morales", email="cmorales@x.com"))
    assert not is_certain(pair(*found, Around(frozenset(), shared=frozenset({"cmorales@x.com"}))))


def test_an_email_that_spells_a_name_others_have() -> None:
    """What is a given name is told by who has one."""
    found = (ours("Jane Doe", email="tuyet@x.com"), theirs("Jane Doe", email="tuyet@x.com"))
    assert is_certain(pair(*found))
    assert not is_certain(pair(*found, Around(given_names=frozenset({"tuyet"}), shared=frozenset())))


@pytest.mark.parametrize("name", ["Bob Doe", "Jane Roe", "Jane Doe Jr"])
def test_an_id_in_the_metadata_of_somebody_else(name: str) -> None:
    """A slip in an ID is seen by the name."""
    mine = ours("Jane Doe Sr" if "Jr" in name else "Jane Doe", external_id="KB-1042")
    assert not is_certain(pair(mine, theirs(name, metadata={"id": "KB-1042"})))


@pytest.mark.parametrize(
    ("one", "other", "namesakes", "likely"),
    [
        (ours(address=HOUSE, zip="98101"), theirs(address=HOUSE, zip="98101"), 3.0, True),
        (ours(), theirs(), 0.01, True),
        (ours(), theirs(), 0.5, False),
        (ours(zip="98101"), theirs(zip="98101"), 0.5, True),
        (ours(zip="98101"), theirs(zip="98101"), 5.0, False),
        (ours("Jane Doe", email=EMAIL), theirs("Jane Roe", email=EMAIL), 0.01, True),
        (ours(email=EMAIL), theirs("", email=EMAIL), 0.01, True),
        (ours(email="sunny@x.com"), theirs("", email="sunny@x.com"), 0.01, False),
        (ours(email="office@x.com"), theirs("", email="office@x.com"), 0.01, False),
        (ours("Sukarno", phone=PHONE), theirs("Sukarno", phone=PHONE), 0.01, True),
        (ours("Sukarno"), theirs("Suharto"), 0.01, False),
        (ours("Chris Doe", phone=PHONE), theirs("Christine Doe", phone=PHONE), 0.01, False),
        (ours("C. Morales", email="cmorales@x.com"), theirs("Charles Morales", email="cmorales@x.com"), 0.01, False),
        (
            ours("C. Morales", email="cmorales@x.com", zip="98101"),
            theirs("Charles Morales", email="cmorales@x.com", zip="98101"),
            0.01,
            True,
        ),
        (
            ours("Jane Doe", email="janedoe@x.com", address=HOUSE, zip="98101"),
            theirs("", email="janedoe@x.com", address="7 Oak Ave", zip="98115"),
            0.01,
            False,
        ),
        (
            ours("Jane Doe", email="jdoe@x.com", phone=PHONE),
            theirs("", email="jdoe@x.com", phone="206 555 0199"),
            0.01,
            False,
        ),
        (ours("John Doe", address=HOUSE, zip="98101"), theirs("Jane Doe", address=HOUSE, zip="98101"), 0.01, False),
        (
            ours("John Doe Jr", address=HOUSE, zip="98101"),
            theirs("John Doe Sr", address=HOUSE, zip="98101"),
            0.01,
            False,
        ),
        (ours("Joan Doe", email="jdoe@x.com"), theirs("Jean Doe", email="jdoe@x.com"), 0.01, False),
        (ours("Ann Roe", email=EMAIL), theirs("Ann & Tim Doe", email=EMAIL), 0.01, False),
        (ours("Ann Doe", phone=PHONE), theirs("Ann Doe", phone=PHONE, email="robertdoe@x.com"), 0.01, False),
    ],
)
def test_likely(one: Person, other: Person, namesakes: float, likely: bool) -> None:
    """What is right so often that many may be confirmed together."""
    assert is_likely(pair(one, other, namesakes=namesakes)) is likely


def test_initial_and_a_payment_are_likely_not_certain() -> None:
    """Whoever connects the two does not know of the payment, and would be asked."""
    found = pair(ours(extra='{"Transaction id": "pi_3Nabc"}'), theirs("J Doe", payments=("pi_3Nabc", "ch_1")))
    assert not is_certain(found)
    assert is_likely(found)


@pytest.mark.parametrize(
    ("one", "other", "whom"),
    [
        (ours("Jane", email=EMAIL), theirs("Bob", email=EMAIL), "one word each, and another one"),
        (ours("Jane Doe", email=EMAIL), theirs("Acme Cleaning LLC", email=EMAIL), "whoever works there"),
        (ours("Joan Doe", email="jdoe@x.com"), theirs("Jean Doe", email="jdoe@x.com"), "the sister"),
        (ours("Jane Doe", email=EMAIL), theirs("Jane Roe", email=EMAIL), "different last name"),
        (ours("Marta Doe", phone=PHONE), theirs("Maria Doe", phone=PHONE), "the sister"),
    ],
)
def test_names_that_contradict_are_always_doubted(one: Person, other: Person, whom: str) -> None:
    """Whatever else agrees; and what is doubted is never certain."""
    assert doubt_of_the_person(pair(one, other)), whom
    assert not is_certain(pair(one, other))


_TEXTS = st.sampled_from(
    ["", "Jane Doe", "J Doe", "Jean Doe", "Doe Jane", "Jane", "Doe, Jane", "Jane & Bob Doe", "Acme LLC"]
)
_EMAILS = st.sampled_from(["", EMAIL, "doe@x.com", "jane@y.com", "jeandoe@x.com"])
_PHONES = st.sampled_from(["", PHONE, "555 0142", "206 555 0199"])


@given(_TEXTS, _TEXTS, _EMAILS, _EMAILS, _PHONES, _PHONES, st.booleans(), st.booleans())
def test_what_is_certain_is_never_doubted(
    mine: str, its: str, email: str, email_there: str, phone: str, phone_there: str, shared: bool, same_id: bool
) -> None:
    """With what is known of others, and without, as where nobody else is looked at."""
    one = ours(mine, email=email, phone=phone, external_id="KB-1042" if same_id else "")
    other = theirs(its, email=email_there, phone=phone_there, metadata={"customer": "kb-1042"})
    around = Around(frozenset({"jean"}), frozenset({one.email, one.phone}) if shared else frozenset())
    if is_certain(pair(one, other, around)):
        assert doubt_of_the_person(pair(one, other, around)) is None
        assert doubt_of_the_person(pair(one, other)) is None
