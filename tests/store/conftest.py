"""A store of its own for every test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from koalalink.store.sqlite import SQLiteDatabase
from koalalink.store.store import Store
from tests.conftest import NOW


def open_store(path: Path, *, busy_wait: float = 5.0) -> Store:
    """Open a store."""
    return Store(SQLiteDatabase(path, busy_wait=busy_wait), user=lambda: "tester", now=lambda: NOW)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the store is."""
    return tmp_path / "home" / "customers.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    """An empty store."""
    opened = open_store(path)
    yield opened
    opened.close()
