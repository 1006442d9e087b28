"""The store keeps the contract of any store, in a file and on a server."""

import re
from collections.abc import Callable
from inspect import isfunction
from pathlib import Path

import pytest

from koalalink.domain.customers.customer import Customer
from koalalink.domain.stripe.customer import StripeCustomer
from koalalink.domain.stripe.ids import StripeId
from koalalink.errors import NetworkError, StoreError
from koalalink.store.bulk_writer import Bulk
from koalalink.store.repository import Store
from koalalink.store.stripe_mirror import Directory
from tests.conftest import NOW
from tests.fakes import the_only
from tests.store import contract
from tests.store.conftest import Kept
from tests.store.contract import JANE, DirectoryContract, StoreContract, link_of


@pytest.fixture
def directory(store: Store) -> Directory:
    """The directory in the same file."""
    return Directory(store._db)


@pytest.fixture
def reopened(store: Store, kept: Kept) -> Callable[[], Store]:
    """Close the store and open it again."""

    def again() -> Store:
        store.close()
        return kept.again()

    return again


class TestStore(StoreContract):
    """Customers, links and history."""


class TestDirectory(DirectoryContract):
    """What sync has copied."""


@pytest.mark.parametrize("kept_there", [Store, Bulk, Directory])
def test_contract_covers_every_method(kept_there: type) -> None:
    """Whatever an operation may call is tried."""
    tried = "".join(Path(each).read_text(encoding="utf-8") for each in (contract.__file__, __file__))
    methods = [name for name, held in vars(kept_there).items() if isfunction(held) and not name.startswith("_")]
    assert methods
    assert [name for name in methods if not re.search(rf"\.{name}\(", tried)] == []


def test_fill_happens_once(store: Store) -> None:
    """A store that was ever written to is not filled again, also when everybody was removed."""
    store.fill([JANE], [link_of(Customer(number=1, details=JANE))])
    store.fill([JANE], [])
    assert len(store.page(limit=9).customers) == 1
    assert store.page("cus_123", limit=9).customers


def test_removed_customer_leaves_nothing_but_history(store: Store) -> None:
    """Nothing to be found by; and the number is not given again, so that nobody is mistaken for the next."""
    jane = store.add(JANE)
    store.remove(store.record(jane))
    assert [row["size"] for row in store._db.rows("SELECT count(*) AS size FROM customer_search")] == [0]
    assert store.add(JANE).number == 2


@pytest.mark.parametrize(
    "statement", ["UPDATE changes SET by = 'x'", "DELETE FROM changes", "DELETE FROM change_items"]
)
def test_history_cannot_be_altered(store: Store, statement: str) -> None:
    """Not even by SQL."""
    store.add(JANE)
    with pytest.raises(StoreError, match="cannot be altered"), store._db.transaction():
        store._db.execute(statement)


def test_store_is_private(file_store: Store, path: Path) -> None:
    """The file and its folder belong to their owner, whatever SQLite would do."""
    file_store.add(JANE)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert {file.stat().st_mode & 0o777 for file in path.parent.iterdir()} == {0o600}


def test_closed_store_keeps_the_error_a_sentence(store: Store) -> None:
    """Whatever the database says, it is said as a sentence."""
    store.close()
    with pytest.raises((StoreError, NetworkError), match=r"The store|The connection to the shared store"):
        the_only(store, "1")


def test_directory_knows_which_metadata_hold_our_ids(store: Store) -> None:
    """Whatever way a customer is read."""
    directory = Directory(store._db, {"downtown": "ours"})
    at_stripe = StripeCustomer(StripeId("cus_1"), "Jane Doe", "", "", NOW, livemode=False)
    for location in ("downtown", "uptown"):
        directory.begin(location, None, False, NOW)
        directory.put(location, [at_stripe], [])
    read = {
        location: {each.metadata_key for each in (*directory.customers(location), *directory.newest(location, 1))}
        | {directory.known(location, ["cus_1"])[StripeId("cus_1")].metadata_key}
        for location in ("downtown", "uptown")
    }
    assert read == {"downtown": {"ours"}, "uptown": {""}}
