"""Stores of older versions: every step stays as it was, a copy is made first, and old notes become values."""

import hashlib
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from koalalink.app import App
from koalalink.domain.history.notes import Note, NoteKind, from_text
from koalalink.errors import KoalaError
from koalalink.store.backup.snapshot import contents_of
from koalalink.store.postgres import schema
from koalalink.store.sqlite.migrations import STEPS, migrate
from tests import postgres
from tests.conftest import NOW, Run, runner

# What a store in use has run cannot be changed afterwards: another step is added instead.
_IN_A_FILE = """
    d916dfd2 40a61761 fb2da87f f98f3e8c 58ddab5f 533c7ad9 258f037e 5aabd0a1 de07f34a
    914133b5 ea2704bf
""".split()
_ON_A_SERVER = "a921fb60 d736e6f0 6fb28ef1".split()


def _digests(steps: tuple[tuple[str, ...], ...]) -> list[str]:
    words = [" ".join(" ".join(statement.split()) for statement in step) for step in steps]
    return [hashlib.sha256(text.encode()).hexdigest()[:8] for text in words]


def test_no_step_is_ever_edited() -> None:
    """A store that has taken the old step would differ from a new one for ever."""
    assert _digests(STEPS) == _IN_A_FILE
    assert _digests(schema.steps("public")) == _ON_A_SERVER


# Action, the sentence that older versions have written, and what is kept of it.
_NOTES = [
    ("added", "", None),
    ("added", "the sandbox's people", Note(NoteKind.SAMPLE)),
    ("connected", "although: Wilhelmina Quackenbush (61) has exactly this email.", Note(NoteKind.DOUBTED)),
    ("edited", "although: Jane Doe (42) is linked to cus_1 at main, who is Al.", Note(NoteKind.CONTRADICTED)),
    ("connected", "offline, not verified", Note(NoteKind.OFFLINE)),
    ("renamed", "main → downtown", Note.moved("main", "downtown")),
    ("undone", "downtown → main", Note.moved("downtown", "main")),
    ("imported", "it's → 100%.csv, 3,000 rows", Note.of_file("it's → 100%.csv, 3,000 rows")),
    ("matched", "certain", Note(NoteKind.CERTAIN)),
    ("refused", "review", Note(NoteKind.REVIEW)),
    ("disabled", "dead links, found by verify", Note(NoteKind.DEAD_LINKS)),
    ("connected", "something of another time", Note(NoteKind.OTHER)),
]


def _old_store(path: Path, version: int = 9) -> None:
    """Make a store of an older version, with a change for each note."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("PRAGMA journal_mode = WAL")
        migrate(db, STEPS[:version])
        db.executemany(
            "INSERT INTO changes (change, at, by, action, note) VALUES (?, 0, 'me', ?, ?)",
            [(number, action, note) for number, (action, note, _) in enumerate(_NOTES, 1)],
        )


def _notes(path: Path) -> list[Note | None]:
    with closing(sqlite3.connect(path)) as db:
        return [from_text(note) for (note,) in db.execute("SELECT note FROM changes ORDER BY change")]


def test_sentences_become_values(tmp_path: Path) -> None:
    """Of those that name people only the kind is kept."""
    _old_store(tmp_path / "old.db")
    with closing(sqlite3.connect(tmp_path / "old.db", isolation_level=None)) as db:
        migrate(db)
    assert _notes(tmp_path / "old.db") == [note for *_, note in _NOTES]


@pytest.mark.long
def test_sentences_become_values_on_a_server(empty: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """By the same words; a store of before is refused until its owner brings it up to date."""
    from koalalink.domain.settings.store_url import Address
    from koalalink.store.postgres import preparation

    address = Address(postgres.url_of(empty), origin="The URL")
    with monkeypatch.context() as of_old:
        of_old.setattr(preparation, "VERSION", 1)
        of_old.setattr(preparation, "check_store", lambda *_: None)
        of_old.setattr(preparation, "steps", lambda trigrams: schema.steps(trigrams)[:1])
        preparation.prepare(address)
    for number, (action, note, _) in enumerate(_NOTES, 1):
        text = note.replace("'", "''")
        sql = f"INSERT INTO changes (change, at, by, action, note) VALUES ({number}, 0, 'me', '{action}', '{text}')"
        postgres.administer(sql, database=empty)
    (tmp_path / "config.toml").write_text(f'[store]\nurl = "{postgres.url_of(empty)}"\n')
    koala = App(home=tmp_path, environ={}, now=lambda: NOW, may_ask=False)
    refused = runner(koala)("customers", "list")
    koala.close()
    assert (refused.exit_code, "is of an older KoalaLink" in refused.stderr) == (7, True)
    assert preparation.prepare(address).was_there
    found = postgres.administer("SELECT note FROM changes ORDER BY change", database=empty)
    assert [from_text(row["note"]) for row in found] == [note for *_, note in _NOTES]


@pytest.fixture
def old(home: Path) -> Iterator[Run]:
    """Work with a store of version 6."""
    _old_store(home / "customers.db", 6)
    koala = App(home=home, environ={}, now=lambda: NOW, may_ask=False)
    yield runner(koala)
    koala.close()


def _version_of(path: Path) -> int:
    with closing(sqlite3.connect(path)) as db:
        assert contents_of(db).changes == len(_NOTES)
        (version,) = db.execute("PRAGMA user_version").fetchone()
        return int(version)


@pytest.mark.parametrize("line", [("customers", "list"), ("history",), ("customers", "add", "--first-name", "Ann")])
def test_copy_is_made_before_an_upgrade(old: Run, home: Path, line: tuple[str, ...]) -> None:
    """Whatever the first command is; it is named, once, and an older program can use it."""
    result = old(*line)
    assert result.exit_code == 0, result.stderr
    [kept] = home.glob("customers.before-upgrade-*.db")
    assert f"Before upgrading it, it was copied to {kept}." in result.stderr
    assert (_version_of(kept), kept.stat().st_mode & 0o777) == (6, 0o600)
    assert "older KoalaLink" not in old("history").stderr


def test_copy_of_before_an_upgrade_can_be_brought_back(old: Run, home: Path) -> None:
    """And it is none of the daily copies, so that it is never thinned out; who is erased is still in it."""
    old("customers", "add", "--first-name", "Ann")
    [kept] = home.glob("customers.before-upgrade-*.db")
    forgotten = json.loads(old("customers", "forget", "1", "--yes", "--json").stdout)
    assert str(kept) in forgotten["backups"]
    assert old("restore", str(kept), "--yes").exit_code == 0
    assert len(json.loads(old("history", "--json").stdout)) == len(_NOTES)


def test_no_copy_no_upgrade(old: Run, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the copy cannot be made, the store stays as it was."""
    from koalalink.store.backup import daily

    def full(*_: object, **__: object) -> None:
        raise KoalaError("The disk is full.")

    monkeypatch.setattr(daily, "back_up", full)
    result = old("history")
    assert (result.exit_code != 0, "The disk is full." in result.stderr) == (True, True)
    with closing(sqlite3.connect(home / "customers.db")) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (6,)


def test_two_upgrades_of_one_second(home: Path) -> None:
    """A store of before that was brought back, and upgraded again, is kept beside the first."""
    for _ in range(2):
        (home / "customers.db").unlink(missing_ok=True)
        _old_store(home / "customers.db")
        koala = App(home=home, environ={}, now=lambda: NOW + timedelta(0), may_ask=False)
        assert runner(koala)("history").exit_code == 0
        koala.close()
    assert len([*home.glob("customers.before-upgrade-*.db")]) == 2
