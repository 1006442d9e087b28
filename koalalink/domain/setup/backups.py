"""Backups of the store: what is in one, and where it is."""

from datetime import datetime
from pathlib import Path
from typing import NamedTuple


class Contents(NamedTuple):
    """What a store, or a backup of one, holds."""

    customers: int
    links: int
    changes: int
    changed_at: datetime | None
    """The time of the newest change."""


class BackedUp(NamedTuple):
    """A backup that was written."""

    file: Path
    contents: Contents


class Restored(NamedTuple):
    """A backup that is the store now."""

    file: Path
    contents: Contents
    kept: Path | None
    """Where the store that was there before is now."""
