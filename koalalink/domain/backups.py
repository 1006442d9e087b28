"""Copies of the store: what is in one, and where it is."""

from datetime import datetime
from pathlib import Path
from typing import NamedTuple


class Contents(NamedTuple):
    """What a store, or a copy of one, holds."""

    customers: int
    links: int
    changes: int
    changed_at: datetime | None
    """The time of the newest change."""


class Backup(NamedTuple):
    """A copy that was written or brought back."""

    file: Path
    contents: Contents
    kept: Path | None = None
    """Where the store that was there before is now."""
