"""Queries: what is typed is data, and what comes back is compared again."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from koalalink.domain.search.query import IdQuery, TextQuery, read_query
from koalalink.domain.stripe.customer import StripeCustomer
from koalalink.domain.stripe.ids import StripeId
from koalalink.errors import UsageError
from koalalink.sandbox.query_parser import parse


def person(name: str = "", email: str = "", phone: str = "", created: int = 0) -> StripeCustomer:
    """A customer at Stripe."""
    return StripeCustomer(
        stripe_id=StripeId("cus_1"),
        name=name,
        email=email,
        phone=phone,
        created=datetime.fromtimestamp(created, UTC),
        livemode=False,
    )


@pytest.mark.parametrize(
    ("typed", "clauses"),
    [
        ("jane@x.com", 'email:"jane@x.com"'),
        ("jane", 'name~"jane" OR email~"jane"'),
        ("jane.doe", 'name~"jane" OR email~"jane.doe"'),
        ("Jane M. Doe", 'name~"Jane" AND name~"Doe"'),
        ("O'Brien", 'name~"Brien" OR email~"O\'Brien"'),
        ('ann "the" \\', 'name~"ann" AND name~"the"'),
        ("李小龙", 'name~"李小龙" OR email~"李小龙"'),
        ("Bo Li", None),
        ("*", None),
    ],
)
def test_clauses_ask_for_what_was_typed(typed: str, clauses: str | None) -> None:
    """Emails exactly, words as parts of a name; words that are too short are left to be compared here."""
    query = read_query(typed)
    assert isinstance(query, TextQuery)
    assert query.clauses() == clauses


def test_clauses_of_a_phone_ask_for_its_spellings() -> None:
    """As typed, as digits, with and without the country, and by its end however the rest is written."""
    query = read_query("(206) 555-0142")
    assert isinstance(query, TextQuery)
    clauses = (query.clauses() or "").split(" OR ")
    assert 'phone:"(206) 555-0142"' in clauses
    assert 'phone:"+12065550142"' in clauses
    assert 'phone~"0142"' in clauses


@pytest.mark.parametrize("typed", ["cus_123", "https://dashboard.stripe.com/customers/cus_123"])
def test_read_query_takes_an_id(typed: str) -> None:
    """An ID or an address is not looked for as a name."""
    assert read_query(typed) == IdQuery(StripeId("cus_123"))


@pytest.mark.parametrize("typed", ["", "  ", "\x00\x1b\x07", "\u202e", "\ud800"])
def test_read_query_refuses_nothing(typed: str) -> None:
    """Characters that nobody sees are no query."""
    with pytest.raises(UsageError):
        read_query(typed)


@given(st.text(max_size=300))
def test_clauses_of_any_text_are_valid_and_never_syntax(typed: str) -> None:
    """Whatever is typed, Stripe's language accepts it, and a customer of that very name is found."""
    try:
        query = read_query(typed)
    except UsageError:
        return
    if isinstance(query, TextQuery) and (clauses := query.clauses()):
        test = parse(clauses)
        if not query.email and not query.phone:
            assert test({"name": query.text, "email": None, "phone": None, "created": 0, "metadata": {}})


def test_clauses_of_a_page_pasted_by_mistake_stay_within_the_limits() -> None:
    """Ten clauses of a hundred letters are the most."""
    query = read_query(" ".join(["word" * 40] * 1000))
    assert isinstance(query, TextQuery)
    parse(query.clauses() or "")
    assert len(query.clauses() or "") < 1500


@pytest.mark.parametrize(
    ("typed", "customer", "fits"),
    [
        ("Jane Doe", person("DOE, JANE"), True),
        ("jane", person("Janet Doe"), True),
        ("jose nunez", person("José Núñez"), True),
        ("obrien", person("Siobhan O'Brien"), True),
        ("Bo Li", person("Bo Li"), True),
        ("Bo Li", person("Bob Marsh"), False),
        ("jane m doe", person("Jane Doe"), False),
        ("jane.doe", person("", "jane.doe@x.com"), True),
        ("jane@x.com", person("", "JANE@x.com"), True),
        ("jane@x.com", person("", "mary-jane@x.com"), False),
        ("206-555-0142", person(phone="+1 (206) 555 0142"), True),
        ("0142", person(phone="+12065550142"), True),
        ("206-555-0142", person(phone="+12065550143"), False),
    ],
)
def test_matches_compares_again(typed: str, customer: StripeCustomer, fits: bool) -> None:
    """Stripe's answer is only a proposal."""
    query = read_query(typed)
    assert isinstance(query, TextQuery)
    assert query.matches(customer) is fits


def test_rank_puts_the_best_first() -> None:
    """The exact email, then the exact name, then the newest."""
    query = TextQuery("jane@x.com")
    assert query.rank(person(email="Jane@X.com")) < query.rank(person(email="jane+a@x.com", created=9))
    query = TextQuery("jane doe")
    people = [person("Jane Doerr", created=9), person("Mary Jane Doe", created=5), person("JANE DOE", created=1)]
    assert [p.name for p in sorted(people, key=query.rank)] == ["JANE DOE", "Jane Doerr", "Mary Jane Doe"]


@given(st.text("abcdefgh", min_size=4, max_size=20), st.data())
def test_spellings_lose_nobody(word: str, data: st.DataObject) -> None:
    """Whichever letter of a name is mistyped, one of the texts looked up is in the name as it was meant."""
    query = TextQuery(word)
    meant = data.draw(st.sampled_from(slips(word)))
    [pieces] = query.spellings()
    assert any(all(part in meant for part in parts) for parts in pieces)
    assert all(len(part) >= 3 for parts in pieces for part in parts)
    assert query.errors(person(name=meant)) is not None


def test_spellings_are_few() -> None:
    """A long name is looked up by long parts, not in a thousand spellings."""
    [pieces] = TextQuery("johnsonbergton").spellings()
    whole = {"johnsonber", "sonbergton", "johsnonbergton", "johnsonbegrton"}
    assert {*pieces} == {("john", "gton"), *((part,) for part in whole)}


def slips(word: str) -> list[str]:
    """What `word` becomes where one letter is wrong, missing or too many, or two are exchanged."""
    places = range(len(word))
    missing = [word[:place] + word[place + 1 :] for place in places]
    wrong = [f"{word[:place]}x{word[place + 1 :]}" for place in places]
    too_many = [f"{word[:place]}x{word[place:]}" for place in (*places, len(word))]
    exchanged = [word[:place] + word[place + 1] + word[place] + word[place + 2 :] for place in places[:-1]]
    return missing + wrong + too_many + exchanged
