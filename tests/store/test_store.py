"""The store keeps what it is given, and tells of every change."""

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from koalalink.domain.changes import Action
from koalalink.domain.customers import Customer, CustomerDetails
from koalalink.domain.links import Link
from koalalink.domain.stripe_ids import StripeId
from koalalink.domain.text import printable, trimmed
from koalalink.errors import ConflictError, NotFoundError, StoreError
from koalalink.store.store import Store
from tests.conftest import NOW
from tests.store.conftest import open_store

JANE = CustomerDetails(
    first_name="Jane", last_name="Doe", email="Jane@X.com", phone="(206) 555-0142", external_id="BK-42", company="Acme"
)


def link_of(customer: Customer, stripe_id: str = "cus_123", location: str = "downtown") -> Link:
    """A verified link."""
    return Link(
        customer=customer.number,
        location=location,
        stripe_id=StripeId(stripe_id),
        account="acct_1",
        livemode=False,
        verified_at=NOW,
    )


def save(store: Store, customer: Customer, link: Link, previous: Link | None = None) -> None:
    """Save a link as `connect` does."""
    store.save_link(customer, link, previous=previous, action=Action.CONNECTED, note="")


def history(path: Path) -> list[tuple[Any, ...]]:
    """Every item of every change, oldest first."""
    with sqlite3.connect(path) as db:
        rows = db.execute(
            "SELECT action, by, customer, location, before, after FROM changes JOIN change_items USING (change) "
            "ORDER BY change, item"
        ).fetchall()
    db.close()
    return rows


def test_customer_is_found_by_number_email_and_external_id(store: Store) -> None:
    """All three lead to the same person; the email in any case."""
    jane = store.add(JANE)
    assert [store.find(ref) for ref in ("1", " 1 ", "jane@x.com", "JANE@X.COM", "ext:BK-42")] == [jane] * 5


def test_details_are_kept_as_they_were_given(store: Store, path: Path) -> None:
    """Nothing is lost between closing and opening."""
    store.add(JANE)
    store.close()
    again = open_store(path)
    assert again.find("1").details == JANE
    again.close()


@pytest.mark.parametrize(
    "reference", ["2", "0", "99999999999999999999", "-1", "x@y.z", "ext:", "ext:no", "jane", "", "١"]
)
def test_find_of_nobody_says_so(store: Store, reference: str) -> None:
    """There is a sentence for whoever is not there."""
    store.add(CustomerDetails(first_name="Jane"))
    with pytest.raises(NotFoundError, match="There is no customer"):
        store.find(reference)


def test_find_of_a_shared_email_names_everybody(store: Store) -> None:
    """A family's email is never guessed to be one of them."""
    for name in ("Rosa", "Miguel"):
        store.add(CustomerDetails(first_name=name, email="alvarez@x.com"))
    with pytest.raises(NotFoundError, match=r"Rosa \(1\), Miguel \(2\)"):
        store.find("alvarez@x.com")


_PARTS = (
    "jane|JANE DOE|doe jane|ane|ja|d|jane@x|x.com|acme|206-555-0142|+1 206 5550142|0142|cus_12|cus_123 jane|j doe|om"
)


@pytest.mark.parametrize("query", _PARTS.split("|"))
def test_page_finds_any_part(store: Store, query: str) -> None:
    """Any part of name, email, phone, company and Stripe ID, in any order and case."""
    jane = store.add(JANE)
    save(store, jane, link_of(jane))
    store.add(CustomerDetails(first_name="Bob", last_name="Carver", email="b@y.net", phone="1", company="Firm"))
    assert [linked.customer for linked in store.page(query, limit=9).customers] == [jane]


@pytest.mark.parametrize(
    "query", ["zz", "q", "janedoe", "jane x.org", '"', "*", "jane OR bob", "a" * 5000, "%", "_", "😀"]
)
def test_page_takes_a_query_as_data(store: Store, query: str) -> None:
    """What is no part of anybody finds nobody; nothing is syntax."""
    store.add(JANE)
    assert store.page(query, limit=9).customers == ()


@given(st.text(min_size=1, max_size=12), st.text(max_size=12))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_page_of_any_text_finds_who_has_it(store: Store, text: str, other: str) -> None:
    """Every name is found by itself, and by each of its parts; no text breaks the query."""
    kept = trimmed(text)
    customer = store.add(CustomerDetails(first_name="a" + kept, company=trimmed(other)))
    for query in {kept, kept[:2], kept[-1:], trimmed(other)}:
        if printable(query).strip():
            found = store.page(query, limit=100_000).customers
            assert customer in [linked.customer for linked in found]


def test_page_forgets_what_was_changed(store: Store) -> None:
    """An old name, an old phone and a link that was taken away find nobody."""
    jane = store.add(JANE)
    save(store, jane, link_of(jane))
    store.delete_links(jane, [link_of(jane)])
    renamed = store.edit(jane, CustomerDetails(first_name="June"))
    assert store.page("june", limit=9).customers[0].customer == renamed
    assert [store.page(query, limit=9).customers for query in ("jane", "0142", "cus_123")] == [()] * 3


def test_page_goes_on_where_it_stopped(store: Store) -> None:
    """Limit and offset show everybody once, by number."""
    people = [store.add(CustomerDetails(first_name=f"Ann{n}")) for n in range(5)]
    first, second = store.page("ann", limit=3), store.page("ann", limit=3, offset=3)
    assert (first.more, second.more) == (True, False)
    assert [linked.customer for linked in (*first.customers, *second.customers)] == people


def test_page_tells_the_linked_from_the_others(store: Store) -> None:
    """At any location, or at one."""
    jane, bob = store.add(JANE), store.add(CustomerDetails(first_name="Bob"))
    save(store, jane, link_of(jane, location="uptown"))
    shown: Callable[..., list[Customer]] = lambda **choice: [  # noqa: E731
        linked.customer for linked in store.page(limit=9, **choice).customers
    ]
    assert shown(linked=True) == [jane]
    assert shown(linked=False) == [bob]
    assert shown(linked=True, location="downtown") == []
    assert shown(linked=False, location="downtown") == [jane, bob]


def test_external_id_belongs_to_one(store: Store) -> None:
    """Neither a new nor a changed customer gets another's; no ID at all is shared by many."""
    jane, bob = store.add(JANE), store.add(CustomerDetails(first_name="Bob"))
    store.add(CustomerDetails(first_name="Carl"))
    with pytest.raises(ConflictError, match=r"BK-42 belongs to Jane Doe \(1\)"):
        store.add(JANE)
    with pytest.raises(ConflictError, match="BK-42 belongs to"):
        store.edit(bob, CustomerDetails(first_name="Bob", external_id="BK-42"))
    assert store.edit(jane, CustomerDetails(first_name="Jane", external_id="BK-42")).number == 1


def test_removed_customer_leaves_nothing_but_history(store: Store, path: Path) -> None:
    """Nothing to be found by; and the number is not given again, so that nobody is mistaken for the next."""
    jane = store.add(JANE)
    store.remove(store.record(jane))
    with sqlite3.connect(path) as db:
        assert db.execute("SELECT count(*) FROM customer_search").fetchone() == (0,)
    db.close()
    assert store.add(JANE).number == 2


def test_link_takes_the_place_of_the_previous(store: Store) -> None:
    """One link for each customer and location."""
    jane = store.add(JANE)
    save(store, jane, link_of(jane))
    save(store, jane, link_of(jane, "cus_456"), previous=link_of(jane))
    assert store.record(jane).links == (link_of(jane, "cus_456"),)


def test_link_refuses_what_somebody_else_has_got_meanwhile(store: Store) -> None:
    """Whatever was checked before: the ID belongs to one person, at all locations."""
    jane, bob = store.add(JANE), store.add(CustomerDetails(first_name="Bob"))
    save(store, jane, link_of(jane, location="uptown"))
    with pytest.raises(ConflictError, match=r"linked to Jane Doe \(1\) at uptown"):
        save(store, bob, link_of(bob))
    assert store.record(bob).links == ()


def test_link_refuses_a_customer_who_was_changed_meanwhile(store: Store) -> None:
    """What the link was judged by must still be true when it is saved."""
    jane = store.add(JANE)
    store.edit(jane, CustomerDetails(first_name="June"))
    with pytest.raises(ConflictError, match="changed by somebody else"):
        save(store, jane, link_of(jane))


def test_link_refuses_another_link_than_was_seen(store: Store) -> None:
    """Two people link the same customer at the same moment: the second is told."""
    jane = store.add(JANE)
    save(store, jane, link_of(jane))
    with pytest.raises(ConflictError, match="changed by somebody else"):
        save(store, jane, link_of(jane, "cus_456"), previous=None)
    with pytest.raises(ConflictError, match="changed by somebody else"):
        store.delete_links(jane, [link_of(jane, "cus_456")])


def test_remove_refuses_links_that_came_meanwhile(store: Store) -> None:
    """Nobody is removed with more than was looked at."""
    jane = store.add(JANE)
    seen = store.record(jane)
    save(store, jane, link_of(jane))
    with pytest.raises(ConflictError):
        store.remove(seen)
    assert store.find("1") == jane


def test_holders_are_found_at_every_location(store: Store) -> None:
    """A copied account keeps its IDs."""
    jane = store.add(JANE)
    for location in ("uptown", "downtown"):
        save(store, jane, link_of(jane, location=location))
    assert [(h.customer, h.location) for h in store.holders("cus_123", "cus_9")] == [
        (jane, "downtown"),
        (jane, "uptown"),
    ]


def test_every_write_is_told_in_the_history(store: Store, path: Path) -> None:
    """Who, what, and what was there before and after; removed customers and links can be put back from it."""
    jane = store.add(JANE)
    save(store, jane, link_of(jane))
    june = store.edit(jane, CustomerDetails(first_name="June"))
    store.remove(store.record(june))
    rows = history(path)
    assert [(row[0], row[1], row[2], row[3]) for row in rows] == [
        ("added", "tester", 1, None),
        ("connected", "tester", 1, "downtown"),
        ("edited", "tester", 1, None),
        ("removed", "tester", 1, "downtown"),
        ("removed", "tester", 1, None),
    ]
    assert rows[0][4] is None
    assert json.loads(rows[2][4])["phone"] == "(206) 555-0142"
    assert json.loads(rows[2][4]) == json.loads(rows[0][5])
    assert json.loads(rows[3][4])["stripe_id"] == "cus_123"
    assert rows[3][5] is None
    assert json.loads(rows[4][4])["first_name"] == "June"


def test_write_that_fails_leaves_no_trace(store: Store, path: Path) -> None:
    """The change and its rows are one transaction."""
    store.add(JANE)
    with pytest.raises(ConflictError):
        store.add(JANE)
    assert len(history(path)) == 1
    with sqlite3.connect(path) as db:
        assert db.execute("SELECT count(*) FROM changes").fetchone() == (1,)
    db.close()


@pytest.mark.parametrize(
    "statement", ["UPDATE changes SET by = 'x'", "DELETE FROM changes", "DELETE FROM change_items"]
)
def test_history_cannot_be_altered(store: Store, path: Path, statement: str) -> None:
    """Not even by SQL."""
    store.add(JANE)
    db = sqlite3.connect(path)
    with pytest.raises(sqlite3.IntegrityError, match="cannot be altered"):
        db.execute(statement)
    db.close()


def test_sound_store_has_no_problems(store: Store) -> None:
    """Neither damage nor half rows."""
    assert store.problems() == []


def test_fill_happens_once(store: Store) -> None:
    """A store that was ever written to is not filled again, also when everybody was removed."""
    store.fill([JANE], [link_of(Customer(number=1, details=JANE))], note="")
    store.fill([JANE], [], note="")
    assert len(store.page(limit=9).customers) == 1
    assert store.page("cus_123", limit=9).customers


def test_store_is_private(store: Store, path: Path) -> None:
    """The file and its folder belong to their owner, whatever SQLite would do."""
    store.add(JANE)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert {file.stat().st_mode & 0o777 for file in path.parent.iterdir()} == {0o600}


def test_closed_store_keeps_the_error_a_sentence(store: Store) -> None:
    """Whatever SQLite says, it is said as a sentence."""
    store.close()
    with pytest.raises(StoreError):
        store.find("1")
