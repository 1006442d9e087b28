"""What a store of this version consists of, which tells one that somebody has tampered with.

A trigger can make `connect` save another ID than it says, and a view can take a table's place: so a store is used only
where it was made by these statements and no others.
"""

import re
import sqlite3
from collections.abc import Iterator

_STATEMENTS = (
    """
    CREATE TABLE customers ( customer INTEGER PRIMARY KEY AUTOINCREMENT, external_id TEXT NOT NULL,
    first_name TEXT NOT NULL, last_name TEXT NOT NULL, company TEXT NOT NULL, email TEXT NOT NULL, phone
    TEXT NOT NULL, address TEXT NOT NULL, city TEXT NOT NULL, state TEXT NOT NULL, zip TEXT NOT NULL,
    country TEXT NOT NULL, notes TEXT NOT NULL, email_key TEXT NOT NULL , phone_key TEXT NOT NULL DEFAULT
    '', name_key TEXT NOT NULL DEFAULT '', extra TEXT NOT NULL DEFAULT '' CHECK (extra = '' OR
    json_valid(extra))) STRICT
    """,
    "CREATE UNIQUE INDEX customers_by_external_id ON customers (external_id) WHERE external_id <> ''",
    "CREATE INDEX customers_by_email ON customers (email_key) WHERE email_key <> ''",
    """
    CREATE TABLE links ( customer INTEGER NOT NULL REFERENCES customers, location TEXT NOT NULL CHECK
    (location <> ''), stripe_id TEXT NOT NULL CHECK (stripe_id GLOB 'cus_?*'), enabled INTEGER NOT NULL
    CHECK (enabled IN (0, 1)), account TEXT, livemode INTEGER CHECK (livemode IN (0, 1)), verified_at
    INTEGER, seen_name TEXT NOT NULL DEFAULT '', seen_email TEXT NOT NULL DEFAULT '', seen_phone TEXT NOT
    NULL DEFAULT '', PRIMARY KEY (customer, location), UNIQUE (stripe_id, location) ) STRICT
    """,
    "CREATE VIRTUAL TABLE customer_search USING fts5 (text, tokenize = 'trigram case_sensitive 1')",
    "CREATE VIRTUAL TABLE customer_trigrams USING fts5vocab (customer_search, row)",
    """
    CREATE TABLE changes ( change INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, by TEXT NOT NULL,
    action TEXT NOT NULL, note TEXT NOT NULL , undoes INTEGER REFERENCES changes) STRICT
    """,
    """
    CREATE TABLE change_items ( change INTEGER NOT NULL REFERENCES changes, item INTEGER NOT NULL, customer
    INTEGER NOT NULL, location TEXT, before TEXT CHECK (before IS NULL OR json_valid(before)), after TEXT
    CHECK (after IS NULL OR json_valid(after)), PRIMARY KEY (change, item), CHECK (before IS NOT NULL OR
    after IS NOT NULL) ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX change_items_by_customer ON change_items (customer, location)",
    """
    CREATE TRIGGER changes_update BEFORE UPDATE ON changes WHEN NOT ( NEW.change = OLD.change AND NEW.at =
    OLD.at AND NEW.by = OLD.by AND NEW.action = OLD.action AND NEW.undoes IS OLD.undoes AND NEW.note = ''
    AND EXISTS ( SELECT 1 FROM change_items AS mine JOIN change_items AS mark ON mark.customer =
    mine.customer JOIN changes AS forgetting ON forgetting.change = mark.change AND forgetting.action =
    'forgotten' WHERE mine.change = OLD.change ) ) BEGIN SELECT RAISE (ABORT, 'the history cannot be
    altered'); END
    """,
    """
    CREATE TRIGGER changes_delete BEFORE DELETE ON changes BEGIN SELECT RAISE (ABORT, 'the history cannot be
    altered'); END
    """,
    """
    CREATE TRIGGER change_items_update BEFORE UPDATE ON change_items WHEN NOT ( NEW.change = OLD.change AND
    NEW.item = OLD.item AND NEW.customer = OLD.customer AND NEW.location IS OLD.location AND NEW.before IS
    iif(OLD.before IS NULL, NULL, '{}') AND NEW.after IS iif(OLD.after IS NULL, NULL, '{}') AND EXISTS (
    SELECT 1 FROM change_items AS mark JOIN changes USING (change) WHERE mark.customer = OLD.customer AND
    changes.action = 'forgotten' ) ) BEGIN SELECT RAISE (ABORT, 'the history cannot be altered'); END
    """,
    """
    CREATE TRIGGER change_items_delete BEFORE DELETE ON change_items BEGIN SELECT RAISE (ABORT, 'the history
    cannot be altered'); END
    """,
    "CREATE INDEX changes_by_undoes ON changes (undoes) WHERE undoes IS NOT NULL",
    "CREATE INDEX changes_by_time ON changes (at)",
    "CREATE INDEX customers_by_phone ON customers (phone_key) WHERE phone_key <> ''",
    "CREATE INDEX customers_by_name ON customers (name_key) WHERE name_key <> ''",
    """
    CREATE TABLE directories ( location TEXT PRIMARY KEY CHECK (location <> ''), account TEXT, livemode
    INTEGER CHECK (livemode IN (0, 1)), run INTEGER NOT NULL, begun_at INTEGER NOT NULL, finished_at
    INTEGER, windows TEXT NOT NULL CHECK (json_valid(windows)) ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE directory ( entry INTEGER PRIMARY KEY, location TEXT NOT NULL REFERENCES directories,
    stripe_id TEXT NOT NULL CHECK (stripe_id GLOB 'cus_?*'), name TEXT NOT NULL, email TEXT NOT NULL, phone
    TEXT NOT NULL, address TEXT NOT NULL CHECK (json_valid(address)), created INTEGER, livemode INTEGER NOT
    NULL CHECK (livemode IN (0, 1)), card TEXT CHECK (card IS NULL OR json_valid(card)), other_card TEXT
    CHECK (other_card IS NULL OR json_valid(other_card)), default_payment_method TEXT NOT NULL, metadata
    TEXT NOT NULL CHECK (json_valid(metadata)), run INTEGER NOT NULL, gone INTEGER NOT NULL CHECK (gone IN
    (0, 1)), about TEXT CHECK (about IS NULL OR json_valid(about)), UNIQUE (location, stripe_id) ) STRICT
    """,
    "CREATE VIRTUAL TABLE directory_search USING fts5 (text, tokenize = 'trigram case_sensitive 1')",
    """
    CREATE TABLE verifications ( location TEXT PRIMARY KEY CHECK (location <> ''), at INTEGER NOT NULL,
    checked INTEGER NOT NULL, problems TEXT NOT NULL CHECK (json_valid(problems)) ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE refusals ( customer INTEGER NOT NULL, location TEXT NOT NULL CHECK (location <> ''),
    stripe_id TEXT NOT NULL CHECK (stripe_id GLOB 'cus_?*'), PRIMARY KEY (customer, location, stripe_id) )
    STRICT, WITHOUT ROWID
    """,
    "CREATE TABLE identity (id TEXT NOT NULL) STRICT",
    """
    CREATE TABLE change_tallies ( change INTEGER NOT NULL REFERENCES changes, noun TEXT NOT NULL, kind TEXT NOT
    NULL, size INTEGER NOT NULL, PRIMARY KEY (change, noun, kind) ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TRIGGER change_tallies_update BEFORE UPDATE ON change_tallies BEGIN SELECT RAISE (ABORT, 'the
    history cannot be altered'); END
    """,
    """
    CREATE TRIGGER change_tallies_delete BEFORE DELETE ON change_tallies BEGIN SELECT RAISE (ABORT, 'the
    history cannot be altered'); END
    """,
    "CREATE INDEX directory_by_location ON directory (location) WHERE NOT gone",
)

_MADE = re.compile(r"CREATE (?:UNIQUE |VIRTUAL )?(TABLE|INDEX|TRIGGER|VIEW) (\w+)")
_SEARCHES = ("customer_search", "directory_search")
_SHADOWS = frozenset(
    f"{table}_{part}" for table in _SEARCHES for part in ("config", "content", "data", "docsize", "idx")
)
"""Tables that SQLite makes for its full-text index."""


def _listed(statements: tuple[str, ...]) -> Iterator[tuple[tuple[str, str], str]]:
    for statement in statements:
        made = _MADE.match(statement.strip())
        if made:
            yield (made[1].lower(), made[2]), " ".join(statement.split())


_EXPECTED = dict(_listed(_STATEMENTS))


def strangers(db: sqlite3.Connection) -> list[str]:
    """Return what makes a store's schema another than that of this version, in words; nothing as a rule."""
    found = {
        (kind, name): " ".join((sql or "").split())
        for kind, name, sql in db.execute("SELECT type, name, sql FROM sqlite_schema ORDER BY rowid")
        # SQLite's own; a trigger or a view is never that, whatever it is called.
        if not (kind in ("table", "index") and (name.startswith("sqlite_") or name in _SHADOWS))
    }
    if found == _EXPECTED:
        return []
    return [
        *(f"the {kind} “{name}” does not belong there" for kind, name in found if (kind, name) not in _EXPECTED),
        *(f"the {kind} “{name}” is missing" for kind, name in _EXPECTED if (kind, name) not in found),
        *(
            f"the {kind} “{name}” was altered"
            for (kind, name), sql in found.items()
            if _EXPECTED.get((kind, name), sql) != sql
        ),
    ]
