"""A backup put in the place of the store, while others may be working on it."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from itertools import chain, count
from pathlib import Path

from koalalink.atomic_files import STORE_SIDES, Disk, sentences
from koalalink.errors import ConflictError
from koalalink.store.backup.snapshot import (
    Damaged,
    check,
    contents_of,
    copy_into,
    opened,
    refuse_tampered,
    sentences_of,
    told,
)
from koalalink.store.sqlite.database import SQLiteDatabase
from koalalink.store.sqlite.migrations import APPLICATION_ID, build, migrate

_PRIVATE = "restore"
"""What a backup is called while it is brought back; it never gets that name."""


_TABLES = (
    "customers links changes change_items change_tallies directories directory verifications refusals identity".split()
)


_SEARCHES = ("customer_search", "directory_search")


def restore(source: Path, store: Path, now: datetime) -> Path | None:
    """Put the customers, links and history of a copy in the place of the store's; return where the old store is kept.

    What others commit meanwhile is in the kept copy, or comes afterwards: nobody can write between the two. Whoever
    is reading sees the old store or the new one, and never a part of both.
    """
    with brought_up_to_date(source, store) as copy:
        moved = None if _is_ours(store) else _move_aside(store, now)
        if not store.exists():
            SQLiteDatabase(store).close()
        with sentences_of(store), closing(opened(store)) as db:
            # Who is replaced goes with all links; and the history's triggers go with their tables.
            db.execute("PRAGMA foreign_keys = OFF")
            db.execute("ATTACH :copy AS copy", {"copy": str(copy)})
            db.execute("BEGIN IMMEDIATE")
            kept = None if moved else _kept(store, now)
            try:
                _replace_all(db)
                db.execute("COMMIT")
            except BaseException:
                if db.in_transaction:
                    db.execute("ROLLBACK")
                if kept:  # it is still the store
                    kept.unlink(missing_ok=True)
                raise
    return moved or kept


@contextmanager
def brought_up_to_date(source: Path, store: Path) -> Iterator[Path]:
    """Yield a private copy of a backup, beside the store, in this version; raises where it was tampered with."""
    with sentences(store):
        store.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = Disk().new(store.with_name(_PRIVATE))
    try:
        with sentences_of(source):
            copy_into(source, file)
            with closing(opened(file.beside)) as db:
                migrate(db)
                db.execute("PRAGMA journal_mode = DELETE")
                refuse_tampered(db, source)
        check(file.beside)
        yield file.beside
    finally:
        file.discard()


def _is_ours(store: Path) -> bool:
    """Tell whether a store can be kept and replaced row by row; where there is none yet it can."""
    if not store.exists():
        return True
    try:
        with closing(opened(store)) as db:
            (application,) = db.execute("PRAGMA application_id").fetchone()
            contents_of(db)
            whole = db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    except sqlite3.Error as error:
        failure = told(store, error)
        if isinstance(failure, Damaged):
            return False
        raise failure from None
    return bool(whole and application == APPLICATION_ID)


def _kept(store: Path, now: datetime) -> Path | None:
    """Copy the store, which nobody else can write to now, under a name of its own; one that was never used is none."""
    with closing(opened(store)) as db:
        if not contents_of(db).changes:
            return None
    for path in names(store, now):
        try:
            with Disk().writing(path) as file:
                copy_into(store, file)
        except ConflictError:  # another restore has taken the name
            continue
        return path
    raise AssertionError("the names never end")


def _move_aside(store: Path, now: datetime) -> Path:
    """Give a store that cannot be read another name, with the files beside it."""
    kept = next(path for path in names(store, now) if not path.exists())
    with sentences(store):
        for side in ("", *STORE_SIDES):
            with suppress(FileNotFoundError):
                store.with_name(store.name + side).rename(kept.with_name(kept.name + side))
    return kept


def names(store: Path, now: datetime, before: str = "restore") -> Iterator[Path]:
    """Yield what a store may be called that is kept beside the new one, as it was before something."""
    when = f"{store.stem}.before-{before}-{now.astimezone():%Y-%m-%d-%H%M%S}"
    return (store.with_name(f"{when}{number}{store.suffix}") for number in chain([""], count(-1, -1)))


def _replace_all(db: sqlite3.Connection) -> None:
    """Make the store anew, and fill it from the attached copy; both have the same schema then, column by column."""
    made = db.execute(
        "SELECT type, name FROM main.sqlite_schema "
        "WHERE type IN ('trigger', 'view', 'table') AND name NOT LIKE 'sqlite_%' "
        "ORDER BY type <> 'trigger', type <> 'view', sql NOT LIKE '%fts5vocab%', sql NOT LIKE 'CREATE VIRTUAL%'"
    ).fetchall()
    for kind, name in made:
        quoted = '"' + name.replace('"', '""') + '"'
        db.execute(f"DROP {kind} IF EXISTS main.{quoted}")  # those of the index go with it
    build(db)
    db.execute("DELETE FROM main.identity")
    for table in _TABLES:
        db.execute(f"INSERT INTO main.{table} SELECT * FROM copy.{table}")
    for table in _SEARCHES:
        db.execute(f"INSERT INTO main.{table} (rowid, text) SELECT rowid, text FROM copy.{table} ORDER BY rowid")
    # The next numbers are the copy's, too: those of who was removed are never given again.
    db.execute("DELETE FROM main.sqlite_sequence")
    db.execute("INSERT INTO main.sqlite_sequence (name, seq) SELECT name, seq FROM copy.sqlite_sequence")
