"""The tables, and how a store of an older version gets them."""

import sqlite3
import time
from collections.abc import Callable
from contextlib import closing

from koalalink.command_line import Command
from koalalink.domain.identity.contacts import phone_key
from koalalink.domain.text import fold
from koalalink.errors import StoreError
from koalalink.store.sqlite.schema_check import described, differences, digest

APPLICATION_ID = 0x4B4F414C
"""Written into the file's header, so that no other program's database is taken for a store."""

_HISTORY = ("changes", "change_items")

SEEN = ("seen_name", "seen_email", "seen_phone")

NOTE_OF_SENTENCE = """
    CASE WHEN note LIKE 'although%' AND action IN ('edited', 'merged', 'undone') THEN {object}('kind', 'contradicted')
        WHEN note LIKE 'although%' THEN {object}('kind', 'doubted')
        WHEN note LIKE 'offline%' THEN {object}('kind', 'offline')
        WHEN note LIKE 'dead links%' THEN {object}('kind', 'dead links')
        WHEN note = 'the sandbox''s people' THEN {object}('kind', 'sample')
        WHEN note IN ('certain', 'review') THEN {object}('kind', note)
        WHEN action IN ('renamed', 'undone') AND instr(note, ' → ') > 0 THEN {object}('kind', 'renamed', 'names',
            {array}(substr(note, 1, instr(note, ' → ') - 1), substr(note, instr(note, ' → ') + 3)))
        WHEN action IN ('imported', 'remapped', 'applied') THEN {object}('kind', 'file', 'names', {array}(note))
        ELSE {object}('kind', 'other') END
"""
"""SQL that makes a note of a sentence; PostgreSQL has other names for the functions that make JSON."""


_NOTE_OF_SENTENCE = NOTE_OF_SENTENCE.format(array="json_array", object="json_object")


def _has_fewer_texts(values: str) -> str:
    """Return SQL that is true where of an item's values nothing changes, but texts that may name a person go."""
    texts = (*SEEN, "extra")
    kept = ", ".join(f"'$.{name}'" for name in texts)
    seen = " AND ".join(
        f"coalesce(json_extract(NEW.{values}, '$.{name}'), '') IN ('', json_extract(OLD.{values}, '$.{name}'))"
        for name in SEEN
    )
    extra = "json_each(nullif(json_extract({}, '$.extra'), ''))"
    return f"""(
        json_remove(NEW.{values}, {kept}) IS json_remove(OLD.{values}, {kept}) AND {seen}
        AND NOT EXISTS (
            SELECT 1 FROM {extra.format(f"NEW.{values}")} AS after_it
            LEFT JOIN {extra.format(f"OLD.{values}")} AS before_it ON before_it.key = after_it.key
            WHERE after_it.value <> '' AND after_it.value IS NOT before_it.value
        )
    )"""


_ANY_ID = "CHECK (length(stripe_id) BETWEEN 1 AND 255)"

# Each step is a version. Steps are only ever added: a store in use has run the earlier ones.
STEPS: tuple[tuple[str, ...], ...] = (
    (
        """
        CREATE TABLE customers (
            customer INTEGER PRIMARY KEY AUTOINCREMENT,
            external_id TEXT NOT NULL,
            first_name TEXT NOT NULL,
            last_name TEXT NOT NULL,
            company TEXT NOT NULL,
            email TEXT NOT NULL,
            phone TEXT NOT NULL,
            address TEXT NOT NULL,
            city TEXT NOT NULL,
            state TEXT NOT NULL,
            zip TEXT NOT NULL,
            country TEXT NOT NULL,
            notes TEXT NOT NULL,
            email_key TEXT NOT NULL
        ) STRICT
        """,
        "CREATE UNIQUE INDEX customers_by_external_id ON customers (external_id) WHERE external_id <> ''",
        "CREATE INDEX customers_by_email ON customers (email_key) WHERE email_key <> ''",
        """
        CREATE TABLE links (
            customer INTEGER NOT NULL REFERENCES customers,
            location TEXT NOT NULL CHECK (location <> ''),
            stripe_id TEXT NOT NULL CHECK (stripe_id GLOB 'cus_?*'),
            enabled INTEGER NOT NULL CHECK (enabled IN (0, 1)),
            account TEXT,
            livemode INTEGER CHECK (livemode IN (0, 1)),
            verified_at INTEGER,
            PRIMARY KEY (customer, location),
            UNIQUE (stripe_id, location)
        ) STRICT
        """,
        # Texts folded for comparing, a line a field; three letters at a time, so that any part of a word is found.
        "CREATE VIRTUAL TABLE customer_search USING fts5 (text, tokenize = 'trigram case_sensitive 1')",
        "CREATE VIRTUAL TABLE customer_trigrams USING fts5vocab (customer_search, row)",
        """
        CREATE TABLE changes (
            change INTEGER PRIMARY KEY AUTOINCREMENT,
            at INTEGER NOT NULL,
            by TEXT NOT NULL,
            action TEXT NOT NULL,
            note TEXT NOT NULL
        ) STRICT
        """,
        """
        CREATE TABLE change_items (
            change INTEGER NOT NULL REFERENCES changes,
            item INTEGER NOT NULL,
            customer INTEGER NOT NULL,
            location TEXT,
            before TEXT CHECK (before IS NULL OR json_valid(before)),
            after TEXT CHECK (after IS NULL OR json_valid(after)),
            PRIMARY KEY (change, item),
            CHECK (before IS NOT NULL OR after IS NOT NULL)
        ) STRICT, WITHOUT ROWID
        """,
        "CREATE INDEX change_items_by_customer ON change_items (customer, location)",
        *(
            f"CREATE TRIGGER {table}_{verb.lower()} BEFORE {verb} ON {table} "
            "BEGIN SELECT RAISE (ABORT, 'the history cannot be altered'); END"
            for table in _HISTORY
            for verb in ("UPDATE", "DELETE")
        ),
    ),
    (
        "ALTER TABLE changes ADD COLUMN undoes INTEGER REFERENCES changes",
        "CREATE INDEX changes_by_undoes ON changes (undoes) WHERE undoes IS NOT NULL",
        "CREATE INDEX changes_by_time ON changes (at)",
    ),
    (
        "ALTER TABLE customers ADD COLUMN phone_key TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE customers ADD COLUMN name_key TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE customers ADD COLUMN extra TEXT NOT NULL DEFAULT '' CHECK (extra = '' OR json_valid(extra))",
        """
        UPDATE customers SET phone_key = phone_key(phone),
            name_key = fold(iif(first_name || last_name = '', company, first_name || ' ' || last_name))
        """,
        "CREATE INDEX customers_by_phone ON customers (phone_key) WHERE phone_key <> ''",
        "CREATE INDEX customers_by_name ON customers (name_key) WHERE name_key <> ''",
        # Bytes that the index holds back before it writes: an import is done in two thirds of the time.
        "INSERT INTO customer_search (customer_search, rank) VALUES ('hashsize', 16777216)",
    ),
    (
        # What Stripe has, a copy: it has no history, as it can be made again.
        """
        CREATE TABLE directories (
            location TEXT PRIMARY KEY CHECK (location <> ''),
            account TEXT,
            livemode INTEGER CHECK (livemode IN (0, 1)),
            run INTEGER NOT NULL,
            begun_at INTEGER NOT NULL,
            finished_at INTEGER,
            windows TEXT NOT NULL CHECK (json_valid(windows))
        ) STRICT, WITHOUT ROWID
        """,
        """
        CREATE TABLE directory (
            entry INTEGER PRIMARY KEY,
            location TEXT NOT NULL REFERENCES directories,
            stripe_id TEXT NOT NULL CHECK (stripe_id GLOB 'cus_?*'),
            name TEXT NOT NULL,
            email TEXT NOT NULL,
            phone TEXT NOT NULL,
            address TEXT NOT NULL CHECK (json_valid(address)),
            created INTEGER,
            livemode INTEGER NOT NULL CHECK (livemode IN (0, 1)),
            card TEXT CHECK (card IS NULL OR json_valid(card)),
            other_card TEXT CHECK (other_card IS NULL OR json_valid(other_card)),
            default_payment_method TEXT NOT NULL,
            metadata TEXT NOT NULL CHECK (json_valid(metadata)),
            run INTEGER NOT NULL,
            gone INTEGER NOT NULL CHECK (gone IN (0, 1)),
            UNIQUE (location, stripe_id)
        ) STRICT
        """,
        "CREATE VIRTUAL TABLE directory_search USING fts5 (text, tokenize = 'trigram case_sensitive 1')",
        """
        CREATE TABLE verifications (
            location TEXT PRIMARY KEY CHECK (location <> ''),
            at INTEGER NOT NULL,
            checked INTEGER NOT NULL,
            problems TEXT NOT NULL CHECK (json_valid(problems))
        ) STRICT, WITHOUT ROWID
        """,
    ),
    (
        # Who somebody has said is not our customer; the history has these, too.
        """
        CREATE TABLE refusals (
            customer INTEGER NOT NULL,
            location TEXT NOT NULL CHECK (location <> ''),
            stripe_id TEXT NOT NULL CHECK (stripe_id GLOB 'cus_?*'),
            PRIMARY KEY (customer, location, stripe_id)
        ) STRICT, WITHOUT ROWID
        """,
        # Sheets of decisions name the store that they were written from.
        "CREATE TABLE identity (id TEXT NOT NULL) STRICT",
        "INSERT INTO identity (id) VALUES (lower(hex(randomblob(6))))",
        "CREATE INDEX directory_by_location ON directory (location) WHERE NOT gone",
    ),
    # What a Stripe customer was like when it was linked, so that a change of ours that contradicts it is noticed.
    tuple(f"ALTER TABLE links ADD COLUMN {name} TEXT NOT NULL DEFAULT ''" for name in SEEN),
    # What else Stripe tells of who somebody is; not known of who was copied before.
    ("ALTER TABLE directory ADD COLUMN about TEXT CHECK (about IS NULL OR json_valid(about))",),
    (
        # How much a change has touched: of a million, that is not counted again whenever it is listed.
        """
        CREATE TABLE change_tallies (
            change INTEGER NOT NULL REFERENCES changes,
            noun TEXT NOT NULL,
            kind TEXT NOT NULL,
            size INTEGER NOT NULL,
            PRIMARY KEY (change, noun, kind)
        ) STRICT, WITHOUT ROWID
        """,
        """
        INSERT INTO change_tallies (change, noun, kind, size)
        SELECT change, CASE WHEN location IS NULL THEN 'customer'
                WHEN json_extract(coalesce(after, before), '$.refused') IS NULL THEN 'link' ELSE 'refusal' END AS noun,
            CASE WHEN before IS NULL THEN 'new' WHEN after IS NULL THEN 'gone' ELSE 'changed' END AS kind,
            count(*) AS size
        FROM change_items GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
        """,
        *(
            f"CREATE TRIGGER change_tallies_{verb.lower()} BEFORE {verb} ON change_tallies "
            "BEGIN SELECT RAISE (ABORT, 'the history cannot be altered'); END"
            for verb in ("UPDATE", "DELETE")
        ),
    ),
    (
        # A person who asks for it is erased from the history, too: its details become {}, and a note nothing, of who
        # is in a change that says so. All else stays as it was written.
        "DROP TRIGGER change_items_update",
        "DROP TRIGGER changes_update",
        """
        CREATE TRIGGER change_items_update BEFORE UPDATE ON change_items WHEN NOT (
            NEW.change = OLD.change AND NEW.item = OLD.item AND NEW.customer = OLD.customer
            AND NEW.location IS OLD.location
            AND NEW.before IS iif(OLD.before IS NULL, NULL, '{}') AND NEW.after IS iif(OLD.after IS NULL, NULL, '{}')
            AND EXISTS (
                SELECT 1 FROM change_items AS mark JOIN changes USING (change)
                WHERE mark.customer = OLD.customer AND changes.action = 'forgotten'
            )
        ) BEGIN SELECT RAISE (ABORT, 'the history cannot be altered'); END
        """,
        """
        CREATE TRIGGER changes_update BEFORE UPDATE ON changes WHEN NOT (
            NEW.change = OLD.change AND NEW.at = OLD.at AND NEW.by = OLD.by AND NEW.action = OLD.action
            AND NEW.undoes IS OLD.undoes AND NEW.note = ''
            AND EXISTS (
                SELECT 1 FROM change_items AS mine JOIN change_items AS mark ON mark.customer = mine.customer
                JOIN changes AS forgetting ON forgetting.change = mark.change AND forgetting.action = 'forgotten'
                WHERE mine.change = OLD.change
            )
        ) BEGIN SELECT RAISE (ABORT, 'the history cannot be altered'); END
        """,
    ),
    (
        # A note becomes a kind with numbers and IDs. Of a sentence only the kind is kept: it may name people.
        "DROP TRIGGER changes_update",
        "DROP TRIGGER change_items_update",
        f"UPDATE changes SET note = {_NOTE_OF_SENTENCE} WHERE note <> ''",
        """
        CREATE TRIGGER changes_update BEFORE UPDATE ON changes WHEN (
            NEW.change = OLD.change AND NEW.at = OLD.at AND NEW.by = OLD.by AND NEW.action = OLD.action
            AND NEW.undoes IS OLD.undoes
            AND NEW.note IS '{"kind": "' || json_extract(nullif(OLD.note, ''), '$.kind') || '"}'
            AND EXISTS (
                SELECT 1 FROM change_items AS mark
                JOIN changes AS forgetting ON forgetting.change = mark.change AND forgetting.action = 'forgotten'
                WHERE mark.customer IN (SELECT customer FROM change_items AS mine WHERE mine.change = OLD.change)
                    OR mark.customer IN (SELECT value FROM json_each(nullif(OLD.note, ''), '$.customers'))
            )
        ) IS NOT TRUE BEGIN SELECT RAISE (ABORT, 'the history cannot be altered'); END
        """,
        f"""
        CREATE TRIGGER change_items_update BEFORE UPDATE ON change_items WHEN (
            NEW.change = OLD.change AND NEW.item = OLD.item AND NEW.customer = OLD.customer
            AND NEW.location IS OLD.location
            AND (
                NEW.before IS iif(OLD.before IS NULL, NULL, '{{}}')
                AND NEW.after IS iif(OLD.after IS NULL, NULL, '{{}}')
                AND EXISTS (
                    SELECT 1 FROM change_items AS mark JOIN changes USING (change)
                    WHERE mark.customer = OLD.customer AND changes.action = 'forgotten'
                )
                OR {_has_fewer_texts("before")} AND {_has_fewer_texts("after")}
                AND EXISTS (SELECT 1 FROM changes WHERE action = 'forgotten' AND change > OLD.change)
            )
        ) IS NOT TRUE BEGIN SELECT RAISE (ABORT, 'the history cannot be altered'); END
        """,
    ),
    (
        # Stripe lets other programs choose a customer's ID: any is kept, not only those that begin with cus_. SQLite
        # takes a check away only with its table.
        f"""
        CREATE TABLE links_of_any_id (
            customer INTEGER NOT NULL REFERENCES customers,
            location TEXT NOT NULL CHECK (location <> ''),
            stripe_id TEXT NOT NULL {_ANY_ID},
            enabled INTEGER NOT NULL CHECK (enabled IN (0, 1)),
            account TEXT,
            livemode INTEGER CHECK (livemode IN (0, 1)),
            verified_at INTEGER,
            seen_name TEXT NOT NULL,
            seen_email TEXT NOT NULL,
            seen_phone TEXT NOT NULL,
            PRIMARY KEY (customer, location),
            UNIQUE (stripe_id, location)
        ) STRICT
        """,
        "INSERT INTO links_of_any_id SELECT customer, location, stripe_id, enabled, account, livemode, verified_at, "
        "seen_name, seen_email, seen_phone FROM links ORDER BY rowid",
        "DROP TABLE links",
        "ALTER TABLE links_of_any_id RENAME TO links",
        f"""
        CREATE TABLE directory_of_any_id (
            entry INTEGER PRIMARY KEY,
            location TEXT NOT NULL REFERENCES directories,
            stripe_id TEXT NOT NULL {_ANY_ID},
            name TEXT NOT NULL,
            email TEXT NOT NULL,
            phone TEXT NOT NULL,
            address TEXT NOT NULL CHECK (json_valid(address)),
            created INTEGER,
            livemode INTEGER NOT NULL CHECK (livemode IN (0, 1)),
            card TEXT CHECK (card IS NULL OR json_valid(card)),
            other_card TEXT CHECK (other_card IS NULL OR json_valid(other_card)),
            default_payment_method TEXT NOT NULL,
            metadata TEXT NOT NULL CHECK (json_valid(metadata)),
            run INTEGER NOT NULL,
            gone INTEGER NOT NULL CHECK (gone IN (0, 1)),
            about TEXT CHECK (about IS NULL OR json_valid(about)),
            UNIQUE (location, stripe_id)
        ) STRICT
        """,
        "INSERT INTO directory_of_any_id SELECT entry, location, stripe_id, name, email, phone, address, created, "
        "livemode, card, other_card, default_payment_method, metadata, run, gone, about FROM directory ORDER BY entry",
        "DROP TABLE directory",
        "ALTER TABLE directory_of_any_id RENAME TO directory",
        "CREATE INDEX directory_by_location ON directory (location) WHERE NOT gone",
        f"""
        CREATE TABLE refusals_of_any_id (
            customer INTEGER NOT NULL,
            location TEXT NOT NULL CHECK (location <> ''),
            stripe_id TEXT NOT NULL {_ANY_ID},
            PRIMARY KEY (customer, location, stripe_id)
        ) STRICT, WITHOUT ROWID
        """,
        "INSERT INTO refusals_of_any_id SELECT customer, location, stripe_id FROM refusals "
        "ORDER BY customer, location, stripe_id",
        "DROP TABLE refusals",
        "ALTER TABLE refusals_of_any_id RENAME TO refusals",
        # What the account of a location is called at Stripe: people know it by that.
        "ALTER TABLE directories ADD COLUMN account_name TEXT NOT NULL DEFAULT ''",
    ),
)


SCHEMA = "7303fbc2c49dae51c7f602b7c26cfa3a"
"""The digest of what these steps make; comparing it is quicker than making them at every start."""


def migrate(
    db: sqlite3.Connection,
    steps: tuple[tuple[str, ...], ...] = STEPS,
    *,
    before_upgrade: Callable[[], None] = lambda: None,
) -> None:
    """Bring the store to the newest version in one transaction: wholly, or not at all.

    `before_upgrade` is called where there is an older store to be kept, when nobody else can write to it any longer.

    Raises StoreError where the file is another program's, or a newer KoalaLink's, or was tampered with.
    """
    if _version(db, steps) == len(steps):
        if steps is STEPS:
            refuse_strangers(db)
        return
    if not _tables(db):
        _let_readers_and_a_writer_work_together(db)
    db.execute("BEGIN IMMEDIATE")
    try:
        # Asked again: another process may have been first.
        since = _version(db, steps)
        if 0 < since < len(steps):
            before_upgrade()
        build(db, steps, since=since)
        if steps is STEPS:
            refuse_strangers(db)
    except BaseException:
        db.execute("ROLLBACK")
        raise
    db.execute("COMMIT")


def is_current(db: sqlite3.Connection) -> bool:
    """Tell whether a store is of this version."""
    return _version(db, STEPS) == len(STEPS)


def build(db: sqlite3.Connection, steps: tuple[tuple[str, ...], ...] = STEPS, *, since: int = 0) -> None:
    """Take the steps after version `since`, within a transaction."""
    db.create_function("fold", 1, fold, deterministic=True)
    db.create_function("phone_key", 1, phone_key, deterministic=True)
    for number, statements in enumerate(steps[since:], since + 1):
        for statement in statements:
            db.execute(statement)
        db.execute(f"PRAGMA user_version = {number}")
    db.execute(f"PRAGMA application_id = {APPLICATION_ID}")


def strangers(db: sqlite3.Connection) -> list[str]:
    """Return what makes a store's schema another than that of this version, in words; nothing as a rule."""
    found = described(db)
    if digest(found) == SCHEMA:
        return []
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as fresh:
        build(fresh)
        return differences(found, described(fresh))


def refuse_strangers(db: sqlite3.Connection) -> None:
    """Raise StoreError where a store of this version has another schema than KoalaLink has given it."""
    if found := strangers(db):
        raise StoreError(
            f"The store was changed by another program: {'; '.join(found[:3])}. It is not used, as what is saved in it "
            "may be changed unseen.",
            hint="Bring a backup back: " + Command("restore", "FILE"),
        )


def _let_readers_and_a_writer_work_together(db: sqlite3.Connection) -> None:
    # The mode stays with the file. SQLite does not wait for a lock here, so whoever comes at the same moment must.
    for patience in range(500, -1, -1):
        try:
            db.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or not patience:
                raise
            time.sleep(0.01)
        else:
            return


def _version(db: sqlite3.Connection, steps: tuple[tuple[str, ...], ...]) -> int:
    # One query, for one moment: another process may be making the store.
    version, application, tables = db.execute(
        "SELECT user_version, application_id, EXISTS (SELECT 1 FROM sqlite_schema ORDER BY name) "
        "FROM pragma_user_version, pragma_application_id"
    ).fetchone()
    if application != APPLICATION_ID and (version or tables):
        raise StoreError(
            "The store is a database of another program.",
            hint="Name another file as path under [store] in config.toml.",
        )
    if version > len(steps):
        raise StoreError(
            "The store was written by a newer KoalaLink.",
            hint="Update this one: pip install --upgrade koalalink",
        )
    return int(version)


def _tables(db: sqlite3.Connection) -> bool:
    return bool(db.execute("SELECT 1 FROM sqlite_schema ORDER BY name LIMIT 1").fetchone())
