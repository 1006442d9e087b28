"""The backups of a store: those that are asked for, and one a day."""

import time
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime, timedelta
from pathlib import Path

from koalalink.atomic_files import Disk, IfThere, left_over, sentences, sweep
from koalalink.domain.setup.backups import Contents
from koalalink.errors import ConflictError, KoalaError
from koalalink.store.backup import background, copy_mark
from koalalink.store.backup.copy_mark import Copying
from koalalink.store.backup.restore import names, restore
from koalalink.store.backup.snapshot import back_up, check, contents, was_used

_DAYS_KEPT = 7
_JUMP = timedelta(days=3)
"""More days without a copy than these may be a clock that was set."""

_LARGE = 8 << 20
"""Bytes; a smaller store is copied sooner than another process would be started."""

_CLOCKS_DIFFER = 60.0
"""Seconds that a file's time may be ahead, as on a disk of another computer."""


class Backups:
    """The backups of one store."""

    def __init__(
        self, store: Path, disk: Disk, now: Callable[[], datetime], *, are_daily: bool, say: Callable[[str], None]
    ) -> None:
        """Back up `store` into files on `disk`, daily if `are_daily`; `say` is told where that is not possible."""
        self.store, self._disk, self._now, self._are_daily, self._say = store, disk, now, are_daily, say

    def back_up(self, target: Path, if_there: IfThere) -> Contents:
        """Write a backup, check it, and return what it holds."""
        return back_up(self.store, target, self._disk, if_there)

    def back_up_daily(self) -> None:
        """Make the backup of today, where there is none yet; the work goes on without it."""
        try:
            if back_up_daily(self.store, self._now().astimezone().date()):
                self._say("Today's backup of the store was begun earlier and did not come about. It was made just now.")
        except KoalaError as error:
            self._say(f"No daily backup of the store was made: {error.message}")

    def daily(self) -> list[Path] | None:
        """Return the daily backups, oldest first; None where none are made."""
        return daily_backups(self.store) if self._are_daily else None

    def copies(self) -> list[Path]:
        """Return the copies that KoalaLink makes by itself: daily, and before a restore or an upgrade.

        One in the making counts, and so does what a run that was killed has left of one.
        """
        before = self.store.parent.glob(f"{self.store.stem}.before-*{self.store.suffix}")
        made = daily_backups(self.store)
        going_on = (copy for copy in copy_mark.in_the_making(_folder(self.store)) if copy not in made)
        return [*sorted(before), *made, *going_on, *left_over(_folder(self.store)), *left_over(self.store.parent)]

    def sweep(self) -> None:
        """Delete what is left of copies that were never finished; while one is being made, nothing."""
        in_the_making = copy_mark.in_the_making(_folder(self.store))
        if any(copy_mark.standing(copy) is Copying.GOING_ON for copy in in_the_making):
            return
        for copy in in_the_making:
            copy_mark.mark_of(copy).unlink(missing_ok=True)
        for folder in (_folder(self.store), self.store.parent):
            sweep(folder, older_than=0)

    def keep_before_upgrade(self) -> None:
        """Copy the store as an older KoalaLink has left it, beside it, and say where; raises KoalaError."""
        for path in names(self.store, self._now(), "upgrade"):
            with suppress(ConflictError):  # another process has taken the name
                back_up(self.store, path, Disk(), quickly=True)
                self._say(f"Your list was made by an older KoalaLink. Before upgrading it, it was copied to {path}.")
                return

    def check(self, path: Path) -> Contents:
        """Return what a backup holds; raises StoreError where it is damaged, NotFoundError where there is none."""
        return check(path)

    def contents(self) -> Contents | None:
        """Return what the store holds; None where there is none that can be read."""
        return contents(self.store)

    def restore(self, source: Path) -> Path | None:
        """Put a backup in the place of the store; return where the old one is kept."""
        return restore(source, self.store, self._now())


def back_up_daily(store: Path, day: date) -> bool:
    """Back the store up as it is before the first change of a day, and keep the last seven backups.

    A large store is copied by a process of its own, which has fixed the moment of the copy when this returns. Tells
    whether such a process was begun earlier that day and has made no copy, so that it was made now. Raises KoalaError
    where that is not possible.
    """
    target = _folder(store) / f"{store.stem}-{day:%Y-%m-%d}{store.suffix}"
    if target.exists() or not was_used(store):
        return False
    with sentences(target):
        target.parent.mkdir(mode=0o700, exist_ok=True)
    before = copy_mark.standing(target)
    if before is Copying.GOING_ON:
        return False
    is_large = store.stat().st_size > _LARGE
    if is_large and before is Copying.NOT_BEGUN and background.begun(store, target):
        return False
    try:
        back_up(store, target, Disk(), quickly=True)
    except ConflictError:  # another process has made it meanwhile
        return False
    copy_mark.mark_of(target).unlink(missing_ok=True)
    thin_out(store, target)
    return before is Copying.BROKEN_OFF


def thin_out(store: Path, made: Path) -> None:
    """Delete all daily backups but the last seven, of which one was just made, and those of before a wrong clock."""
    backups = [*(backup for backup in daily_backups(store) if backup != made), made]
    for old in set(backups) - _kept(backups):
        old.unlink(missing_ok=True)
        copy_mark.mark_of(old).unlink(missing_ok=True)


def _kept(backups: list[Path]) -> set[Path]:
    """Return which of the daily backups stay, that come in the order in which they were made.

    The last seven. A clock that has run ahead dates copies in the future, and nothing tells that before it is set
    right: so the last seven that are not dated after the newest stay, too, and while one of the last seven was made
    after days without any, the seven before those days.
    """
    days = [_day_of(backup) for backup in backups]
    sound = [n for n, backup in enumerate(backups) if days[n] <= days[-1] and not _is_ahead(backup)]
    jumps = [n for n in sound[-_DAYS_KEPT:] if n and days[n] - days[n - 1] > _JUMP]
    before_a_jump = [n for n in sound if jumps and n < jumps[-1]][-_DAYS_KEPT:]
    return {backups[n] for n in {*range(len(backups))[-_DAYS_KEPT:], *sound[-_DAYS_KEPT:], *before_a_jump}}


def _day_of(backup: Path) -> date:
    return date.fromisoformat(backup.stem[-len("2026-11-29") :])


def _is_ahead(backup: Path) -> bool:
    """Tell whether a file was made in the future, as the clock says now."""
    with suppress(FileNotFoundError):
        return backup.stat().st_mtime > time.time() + _CLOCKS_DIFFER
    return False


def daily_backups(store: Path) -> list[Path]:
    """Return the daily backups, in the order in which they were made.

    A date in a name is what a clock said. Where that was wrong, and ahead, the copy comes first.
    """
    day = "[0-9]" * 4 + "-[0-9][0-9]" * 2

    def made(copy: Path) -> tuple[bool, float, str]:
        with suppress(FileNotFoundError):
            return not _is_ahead(copy), copy.stat().st_mtime, copy.name
        return False, 0.0, copy.name

    return sorted(_folder(store).glob(f"{store.stem}-{day}{store.suffix}"), key=made)


def _folder(store: Path) -> Path:
    return store.with_name("backups")
