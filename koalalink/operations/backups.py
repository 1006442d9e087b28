"""Copying the store, and bringing a copy back."""

from datetime import date, datetime
from pathlib import Path
from typing import Protocol

from koalalink.disk import Disk, IfThere
from koalalink.domain.backups import Backup, Contents
from koalalink.domain.chronicle import ago
from koalalink.domain.text import counted
from koalalink.errors import ConflictError
from koalalink.hints import Command
from koalalink.operations.consent import Stakes, consent, consent_to_write
from koalalink.operations.ports import Conversation


class Copies(Protocol):
    """The store, as a file that can be copied."""

    def back_up(self, store: Path, target: Path, disk: Disk, if_there: IfThere) -> Contents:
        """Write a copy, check it, and return what it holds."""

    def daily(self, store: Path, day: date) -> None:
        """Make the copy of a day, where there is none yet."""

    def copies(self, store: Path) -> list[Path]:
        """Return the copies of the last days, the oldest first."""

    def check(self, path: Path) -> Contents:
        """Return what a copy holds; raises KoalaError where it is damaged, or none."""

    def contents(self, store: Path) -> Contents | None:
        """Return what a store holds; None where there is none that can be read."""

    def restore(self, source: Path, store: Path, now: datetime) -> Path | None:
        """Put a copy in the place of the store; return where the old one is kept."""


def restore(
    copies: Copies, source: Path, store: Path, conversation: Conversation, *, now: datetime, agreed: bool
) -> Backup:
    """Show what would be replaced by what, ask, and do it; raises where the copy is not whole."""
    if source.resolve() == store.resolve():
        what = Command("backup")
        raise ConflictError("That file is the store itself.", hint="Name a file that was written by: " + what)
    held, holds = copies.check(source), copies.contents(store)
    conversation.note(f"The copy has {in_words(held, now)}.")
    conversation.note(f"Your store has {in_words(holds, now)}." if holds else "Your store is missing, or damaged.")
    consent(
        conversation,
        "Put the copy in its place?",
        Stakes.IS_FINAL,
        agreed=agreed,
        hint="If it is meant, type: " + Command("restore", source, yes=True),
    )
    return Backup(source, held, copies.restore(source, store, now))


def back_up(
    copies: Copies,
    store: Path,
    target: Path,
    disk: Disk,
    conversation: Conversation,
    *,
    now: datetime,
    agreed: bool,
) -> Backup:
    """Write a copy into a file, or into a folder under today's name; a file that is there is asked about."""
    if target.is_dir():
        target /= f"koalalink-{now.astimezone():%Y-%m-%d-%H%M%S}.db"
    if_there = consent_to_write(conversation, disk, target, agreed=agreed)
    return Backup(target, copies.back_up(store, target, disk, if_there))


def in_words(found: Contents, now: datetime) -> str:
    """Return what is in a store."""
    changed = f", last changed {ago(found.changed_at, now)}" if found.changed_at else ""
    return f"{counted(found.customers, 'customer')} and {counted(found.links, 'link')}{changed}"
