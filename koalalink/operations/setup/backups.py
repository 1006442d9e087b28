"""Backing the store up, and restoring a backup."""

from datetime import datetime
from pathlib import Path
from typing import Protocol

from koalalink.command_line import Command
from koalalink.domain.history.descriptions import ago
from koalalink.domain.setup.backups import BackedUp, Contents, Restored
from koalalink.domain.text import counted
from koalalink.errors import ConflictError
from koalalink.operations.consent import Stakes, consent, consent_to_write
from koalalink.operations.ports import HasBackups, HasFiles, HasTalk, HasTime


class Needs(HasBackups, HasFiles, HasTalk, HasTime, Protocol):
    """What backing up works with."""


def back_up(need: Needs, target: Path, *, agreed: bool) -> BackedUp:
    """Write a backup into a file, or into a folder under today's name; a file that is there is asked about."""
    if target.is_dir():
        target /= f"koalalink-{need.now.astimezone():%Y-%m-%d-%H%M%S}.db"
    if_there = consent_to_write(need.talk, need.files, target, agreed=agreed)
    with need.talk.counting("Writing the backup"):
        return BackedUp(target, need.backups.back_up(target, if_there))


def restore(need: Needs, source: Path, *, agreed: bool) -> Restored:
    """Show what would be replaced by what, ask, and do it; raises KoalaError where the backup is not whole."""
    if source.resolve() == need.backups.store.resolve():
        what = Command("backup")
        raise ConflictError("That file is the store itself.", hint="Name a file that was written by: " + what)
    held, holds = need.backups.check(source), need.backups.contents()
    need.talk.note(f"The backup has {_in_words(held, need.now)}.")
    need.talk.note(f"Your store has {_in_words(holds, need.now)}." if holds else "Your store is missing, or damaged.")
    consent(
        need.talk,
        "Put the backup in its place?",
        Stakes.IS_FINAL,
        agreed=agreed,
        hint="To do it anyway, type: " + Command("restore", source, yes=True),
    )
    return Restored(source, held, need.backups.restore(source))


def _in_words(found: Contents, now: datetime) -> str:
    changed = f", last changed {ago(found.changed_at, now)}" if found.changed_at else ""
    return f"{counted(found.customers, 'customer')} and {counted(found.links, 'link')}{changed}"
