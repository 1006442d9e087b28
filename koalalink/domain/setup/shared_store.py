"""A store that several offices share, on a PostgreSQL server: what is known of it."""

from datetime import datetime
from typing import NamedTuple

OFFICE_ROLE = "koalalink_office"
"""The role on the server of those who work with the store, and can do anything but alter its history."""


class Prepared(NamedTuple):
    """A database that is a shared store now."""

    was_there: bool
    """Whether it was one already."""
    is_owner: bool
    """Whether the role of the URL owns the tables, so that it can also alter the history."""


class SharedReport(NamedTuple):
    """How the server of a shared store is, and what we may do there."""

    store: str
    version: str
    role: str
    is_owner: bool
    """Whether the role can also alter the history."""
    is_superuser: bool
    has_trigrams: bool
    """Whether there is the extension that search needs."""
    uses_tls: bool
    is_protected: bool
    """Whether nobody can read along, or pretend to be the server."""
    is_on_this_computer: bool
    clock: datetime
    connecting: float
    """Seconds until a command can ask."""
    answering: float
    """Seconds for a question and its answer."""
    copied_at: datetime | None
    """When the copy on this computer was made."""
