"""What tells a sound store from another does tell."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from koalalink.domain.customers.customer import CustomerDetails
from koalalink.domain.customers.links import Link
from koalalink.domain.history.changes import Action
from koalalink.domain.stripe.ids import StripeId
from tests.store.conftest import open_store
from tests.torture.checks import disagreements, dump, history_disagrees


@pytest.fixture
def path(tmp_path: Path) -> Iterator[Path]:
    """A store with a past: Ann is linked, Bob was, and Cy is gone."""
    path = tmp_path / "customers.db"
    store = open_store(path)
    ann, bob, cy = (store.add(CustomerDetails(first_name=name)) for name in ("Ann", "Bob", "Cy"))
    for customer in (ann, bob):
        link = Link(customer=customer.number, location="downtown", stripe_id=StripeId(f"cus_{customer.number}"))
        store.save_link(customer, link, previous=None, action=Action.CONNECTED)
    store.delete_links(bob, store.record(bob).links)
    with store.bulk(Action.REFUSED, rehearsal=False) as bulk:
        bulk.refuse("downtown", [(bob.number, "cus_9")])
    store.edit(ann, CustomerDetails(first_name="Anna"))
    store.remove(store.record(cy))
    store.undo(store.change(None))
    store.undo(store.change(None))
    store.close()
    assert disagreements(path) == []
    yield path


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("UPDATE customers SET first_name = 'Hannah' WHERE customer = 1", "customer 1 is"),
        ("UPDATE links SET enabled = 0", "the link of customer 1 at downtown is"),
        ("DELETE FROM links", "the link of customer 1 at downtown is None"),
        ("DELETE FROM refusals", "cus_9 being refused to customer 2 at downtown is None"),
        ("DELETE FROM change_items WHERE change = 8", "change 11 found customer 1 as"),
        ("DELETE FROM change_items WHERE change = 10; DELETE FROM changes WHERE change = 10", "by the history"),
        ("DELETE FROM changes WHERE change = 3", "not numbered"),
    ],
)
def test_history_that_tells_another_story_is_found(path: Path, sql: str, said: str) -> None:
    """Rows that no change has made, changes that made no rows, and those that did not begin where another ended."""
    with closing(sqlite3.connect(path)) as db:
        db.executescript(f"DROP TRIGGER changes_delete; DROP TRIGGER change_items_delete; {sql}")
    assert said in " ".join(history_disagrees(path))


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("UPDATE customers SET name_key = 'hannah' WHERE customer = 1", "matched by other keys"),
        ("UPDATE customer_search SET text = 'hannah' WHERE rowid = 1", "found by 'hannah'"),
        ("DELETE FROM customer_search_data WHERE id > 100", "search index"),
        (
            "INSERT INTO links VALUES (2, 'uptown', 'cus_1', 1, NULL, NULL, NULL, '', '', '')",
            "cus_1 belongs to 2 customers",
        ),
        ("DELETE FROM customers WHERE customer = 1", "links of customers that do not exist"),
    ],
)
def test_store_that_contradicts_itself_is_found(path: Path, sql: str, said: str) -> None:
    """Matching, searching, links, and the protection of the history."""
    with closing(sqlite3.connect(path)) as db:
        db.executescript(sql)
    assert said in " ".join(disagreements(path))


def test_dump_tells_stores_apart_but_not_their_times(path: Path) -> None:
    """Two that were made at different times are alike; a link or a word more makes them differ."""
    before = dump(path)
    with closing(sqlite3.connect(path)) as db:
        db.executescript("DROP TRIGGER changes_update; UPDATE changes SET at = at + 1")
        assert dump(path) == before
        db.executescript("UPDATE changes SET note = 'x' WHERE change = 1")
    assert dump(path) != before
