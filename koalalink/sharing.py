"""Reaching a store that several offices share: its library, which only those have who share one, and its copy."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from koalalink.domain.settings.store_url import Address
from koalalink.domain.setup.shared_store import Prepared
from koalalink.errors import ConfigError, StoreError

if TYPE_CHECKING:
    from koalalink.store.database import Database
    from koalalink.store.postgres.shared_store import SharedStore


def shared_store(address: Address, folder: Path, now: datetime, say: Callable[[str], None]) -> "SharedStore":
    """Return the store at `address`, of which a copy is kept in `folder`; raises ConfigError without the library."""
    with _library():
        from koalalink.store.postgres.shared_store import SharedStore
    return SharedStore(address, folder, now, say)


def prepare(address: Address) -> Prepared:
    """Prepare a database as a shared store; raises ConfigError without the library."""
    with _library():
        from koalalink.store.postgres import preparation
    return preparation.prepare(address)


def newest_copy(folder: Path, now: datetime) -> "Database":
    """Open the copy that was made last, for whom is in a hurry; raises StoreError where there is none."""
    from koalalink.store.postgres.offline_copy import LocalCopy
    from koalalink.store.sqlite.database import SQLiteDatabase

    copy = LocalCopy.newest(folder, now)
    if copy is None:
        raise StoreError("There is no copy of the shared store on this computer yet.")
    return SQLiteDatabase(copy.path)


@contextmanager
def _library() -> Iterator[None]:
    try:
        yield
    except ImportError:
        raise ConfigError(
            "A shared store needs PostgreSQL's library, which is not installed.",
            hint='Type: pip install "koalalink[postgres]"',
        ) from None
