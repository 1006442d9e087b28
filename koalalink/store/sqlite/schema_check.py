"""The schema of a store in a file, described and compared, which tells one that somebody has tampered with.

A trigger can make `connect` save another ID than it says, and a view can take a table's place: so a store is used only
where it consists of what its migrations make, and of nothing else.
"""

import sqlite3
from collections.abc import Mapping

try:
    from _blake2 import blake2b  # hashlib offers the same, and loads OpenSSL for it: 2 of the 70 ms of a short command
except ImportError:  # a Python of another make
    from hashlib import blake2b

Schema = Mapping[tuple[str, str], str]
"""The SQL of every table, index, trigger and view, by kind and name, with single spaces."""

_SEARCHES = ("customer_search", "directory_search")
_SHADOWS = frozenset(
    f"{table}_{part}" for table in _SEARCHES for part in ("config", "content", "data", "docsize", "idx")
)
"""Tables that SQLite makes for its full-text index."""


def described(db: sqlite3.Connection) -> Schema:
    """Return what a database consists of, in the order in which it was made."""
    return {
        (kind, name): " ".join((sql or "").split())
        for kind, name, sql in db.execute("SELECT type, name, sql FROM sqlite_schema ORDER BY rowid")
        # SQLite's own; a trigger or a view is never that, whatever it is called.
        if not (kind in ("table", "index") and (name.startswith("sqlite_") or name in _SHADOWS))
    }


def digest(schema: Schema) -> str:
    """Return a short form of a schema: two stores that have the same consist of the same."""
    text = "\n".join(f"{kind} {name} {sql}" for (kind, name), sql in sorted(schema.items()))
    return blake2b(text.encode(), digest_size=16).hexdigest()


def differences(found: Schema, expected: Schema) -> list[str]:
    """Return in words what makes one schema another than the one that is expected."""
    return [
        *(f"the {kind} “{name}” does not belong there" for kind, name in found if (kind, name) not in expected),
        *(f"the {kind} “{name}” is missing" for kind, name in expected if (kind, name) not in found),
        *(
            f"the {kind} “{name}” was altered"
            for (kind, name), sql in found.items()
            if expected.get((kind, name), sql) != sql
        ),
    ]
