"""A store of its own for every test: in a file, and where a test takes `kind`, in a PostgreSQL database, too."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from koalalink.domain.settings.store_url import Address
from koalalink.store.database import Database
from koalalink.store.repository import Store
from koalalink.store.sqlite.database import SQLiteDatabase
from tests import postgres
from tests.conftest import NOW, on_both


def store_on(database: Database) -> Store:
    """Return the store in a database."""
    return Store(database, user=lambda: "tester", now=lambda: NOW)


def open_store(path: Path, *, busy_wait: float = 5.0) -> Store:
    """Open a store in a file."""
    return store_on(SQLiteDatabase(path, busy_wait=busy_wait))


class Kept:
    """Where a test keeps its stores, in a file or on a server; every new one is empty."""

    def __init__(self, kind: str, folder: Path) -> None:
        self._kind, self._folder = kind, folder
        self._databases: list[str] = []
        self._opened: list[Store] = []

    def new(self) -> Store:
        """Make another store."""
        name = f"customers{len(self._databases)}.db" if self._kind == "SQLite" else postgres.new_store()
        self._databases.append(name)
        return self.again()

    def again(self) -> Store:
        """Open the newest store once more."""
        name = self._databases[-1]
        if self._kind == "SQLite":
            store = open_store(self._folder / name)
        else:
            from koalalink.store.postgres.database import PostgresDatabase

            address = Address(postgres.url_of(name), origin="The URL")
            store = store_on(PostgresDatabase(address, self._folder / "copy.db"))
        self._opened.append(store)
        return store

    def close(self) -> None:
        """Let go of all."""
        for store in self._opened:
            store.close()
        if self._kind != "SQLite":
            for name in self._databases:
                postgres.give_back(name)


@pytest.fixture(params=on_both)
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Kept]:
    """Where the stores of a test are, once in files and once on a server."""
    if request.param != "SQLite":
        postgres.needed()
    stores = Kept(request.param, tmp_path / "home")
    yield stores
    stores.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a store is, in a file."""
    return tmp_path / "home" / "customers.db"


@pytest.fixture
def file_store(path: Path) -> Iterator[Store]:
    """An empty store in a file."""
    opened = open_store(path)
    yield opened
    opened.close()


@pytest.fixture
def store(kept: Kept) -> Store:
    """An empty store of either kind."""
    return kept.new()
