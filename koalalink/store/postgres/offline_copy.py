"""The copy of a shared store that is kept on this computer, for when the server cannot be reached.

It is a backup, like those that `backup` writes, and is made anew after a command where it is older than an hour.
"""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from koalalink.domain.history.descriptions import ago
from koalalink.errors import StoreUnreachable
from koalalink.store.backup import background
from koalalink.store.sqlite.database import SQLiteDatabase

_OLD = timedelta(hours=1)
_NAME = "shared-{}.db"


class LocalCopy:
    """The copy of one shared store."""

    def __init__(self, path: Path, now: datetime) -> None:
        self.path = path
        self._now = now

    @classmethod
    def of(cls, store: str, folder: Path, now: datetime) -> "LocalCopy":
        """Return the copy of the store of this name; each has its own, so that nobody sees another's customers."""
        return cls(folder / _NAME.format(hashlib.sha256(store.encode()).hexdigest()[:8]), now)

    @classmethod
    def newest(cls, folder: Path, now: datetime) -> "LocalCopy | None":
        """Return the copy that was made last, whichever store it is of."""
        copies = sorted(folder.glob(_NAME.format("[0-9a-f]" * 8)), key=lambda copy: copy.stat().st_mtime)
        return cls(copies[-1], now) if copies else None

    @property
    def made_at(self) -> datetime | None:
        """When it was made; None where there is none."""
        return datetime.fromtimestamp(self.path.stat().st_mtime, UTC) if self.path.exists() else None

    @property
    def is_due(self) -> bool:
        """Whether it should be made anew."""
        return self.made_at is None or self._now - self.made_at > _OLD

    def make_anew(self, url: str) -> None:
        """Begin to copy the store at `url` in a process of its own, for which nobody waits."""
        background.begin_shared(url, self.path)

    def opened_instead(self, failure: StoreUnreachable, say: Callable[[str], None]) -> "CopyDatabase":
        """Open it for reading, as the server does not answer, and say how old it is; raises `failure` without one."""
        if self.made_at is None:
            raise failure
        say(f"{failure.message} This is from the copy on this computer, made {ago(self.made_at, self._now)}.")
        return CopyDatabase(self.path, failure)


class CopyDatabase(SQLiteDatabase):
    """A copy that is read, and never written to: what was written would be lost with the next."""

    def __init__(self, path: Path, failure: StoreUnreachable) -> None:
        super().__init__(path)
        self._failure = failure

    @contextmanager
    def transaction(self, *, rehearsal: bool = False) -> Iterator[None]:
        """Raise StoreUnreachable: nothing can be changed, not even to see what would happen."""
        raise nothing_done(self._failure)
        yield


def nothing_done(failure: StoreUnreachable) -> StoreUnreachable:
    """Return what is said of a change that cannot be made now."""
    told = f"{failure.message} Nothing was changed, and nothing is kept to be done later."
    return StoreUnreachable(told, hint=failure.hint)
