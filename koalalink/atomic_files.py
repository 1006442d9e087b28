"""The one way a file gets into its place: written beside it, flushed to the disk, and renamed.

So a file is there as a whole or not at all, whatever happens meanwhile; and nothing lands on the store, on the
configuration, on a backup that KoalaLink keeps, or on a file that nobody has agreed to lose.
"""

import errno
import os
import re
import stat
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from enum import Enum
from itertools import chain, count
from pathlib import Path
from typing import BinaryIO

from koalalink.errors import ConflictError, StoreError, UsageError

STORE_SIDES = ("-wal", "-shm", "-journal")
"""What SQLite puts behind the name of a database, for the files beside it."""

_LEFT_OVER = re.compile(r"\.koalalink-[0-9a-f]{16}(?:-wal|-shm|-journal)?")
_A_DAY = 86_400  # seconds

_CANNOT_BE_MEANT = (errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.ELOOP, errno.EINVAL)
"""A wrong name. Everything else is the fault of the disk."""

# SQLite's header (sqlite.org/fileformat2.html): the application at byte 68, and at 18 whether it is written by WAL,
# which a store in use is, and a backup never.
_APPLICATION, _KOAL = slice(68, 72), b"KOAL"
_WRITE_VERSION, _WAL = 18, 2


class IfThere(Enum):
    """What becomes of a file that has the name already."""

    REFUSE = "refuse"
    REPLACE = "replace"
    """A person has agreed to it."""
    SET_ASIDE = "set aside"
    """It gets another name."""


class NewFile:
    """A file in the making, readable by its owner alone; `keep` puts it into its place."""

    def __init__(self, path: Path, if_there: IfThere) -> None:
        self.path = path
        self.set_aside: Path | None = None
        """What a file that was there is called now."""
        self._if_there = if_there
        # Without the name of the file itself, which may be as long as names can be.
        self.beside = path.with_name(f".koalalink-{os.urandom(8).hex()}")
        sweep(path.parent)
        descriptor = os.open(self.beside, os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_BINARY", 0), 0o600)
        self.stream: BinaryIO = os.fdopen(descriptor, "wb")

    def keep(self) -> None:
        """Put the file into its place; raises a KoalaError where that is not possible, and then it is not there."""
        with sentences(self.path):
            self.stream.close()
            _flush(self.beside, os.O_RDWR)
            if self._if_there is IfThere.SET_ASIDE and os.path.lexists(self.path):
                self.set_aside = _set_aside(self.path)
            if self._if_there is IfThere.REPLACE:
                self.beside.replace(self.path)
            else:
                _put(self.beside, self.path)
            with suppress(OSError):  # Windows cannot, and needs not
                _flush(self.path.parent, os.O_RDONLY)

    def discard(self) -> None:
        """Leave no trace of it, unless it was kept."""
        with suppress(OSError):
            self.stream.close()
        for side in ("", *STORE_SIDES):
            with suppress(OSError):
                self.beside.with_name(self.beside.name + side).unlink(missing_ok=True)


class Disk:
    """Where files are written; `protected` are files that nothing is written over, and folders that nothing goes into.

    The code that owns one of them writes it with a Disk of its own, which does not protect it.
    """

    def __init__(self, protected: Iterable[Path] = ()) -> None:
        self._protected = [*protected]

    @classmethod
    def protecting(cls, stores: Iterable[Path], configurations: Iterable[Path]) -> "Disk":
        """Return a disk where these stores are safe, with the files beside them and their backups; and these files."""
        own: list[Path] = [*configurations]
        for store in stores:
            own += [store, store.with_name("backups"), *(store.with_name(store.name + side) for side in STORE_SIDES)]
        return cls(dict.fromkeys(own))

    def place(self, path: Path, if_there: IfThere = IfThere.REFUSE) -> Path:
        """Return where a file called `path` would be: where that is a link, at its end.

        Raises UsageError where no file can be there, ConflictError where none may be.
        """
        with sentences(path):
            target = Path(os.path.realpath(path))
            found = _status(target)
            if found is None and not path.name:
                raise FileNotFoundError(errno.ENOENT, "no file is named")
        self._refuse_protected(path, target)
        place = target if path.is_symlink() else path  # as it was typed, for the sake of messages
        if found is None:
            return place
        if stat.S_ISDIR(found.st_mode):
            raise UsageError(f"{path} is a folder.", hint="Name a file in it.")
        if not stat.S_ISREG(found.st_mode):
            raise UsageError(
                f"{path} is a device or a pipe, not a file.", hint="Name a file; or - for the pipe, with export."
            )
        if if_there is IfThere.REFUSE:
            raise ConflictError(f"{path} already exists. Nothing was written.", hint="Name another file.")
        return place

    def new(self, path: Path, if_there: IfThere = IfThere.REFUSE) -> NewFile:
        """Begin a file that will be at `path`; raises as `place`."""
        target = self.place(path, if_there)
        with sentences(path):
            return NewFile(target, if_there)

    @contextmanager
    def writing(self, path: Path, if_there: IfThere = IfThere.REFUSE) -> Iterator[NewFile]:
        """Write the `stream` of a file that is put into its place at the end; where that fails, all stays as it was."""
        file = self.new(path, if_there)
        try:
            with sentences(path):
                yield file
            file.keep()
        finally:
            file.discard()

    def _refuse_protected(self, path: Path, target: Path) -> None:
        for own in self._protected:
            if any(_same(own, there) for there in (target, *target.parents)):
                raise ConflictError(
                    f"{path} belongs to KoalaLink: it is {own}. Nothing was written.", hint="Name another file."
                )
        if any(_is_store_in_use(Path(str(target).removesuffix(side))) for side in ("", *STORE_SIDES)):
            raise ConflictError(
                f"{path} belongs to a store of customers that is in use. Nothing was written.",
                hint="Name another file.",
            )


def free_name(path: Path, what: str) -> Path:
    """Return a name beside `path` that no file has: people.csv gives people.rejects.csv, people.rejects2.csv …."""
    names = (path.with_name(f"{path.stem}.{what}{number}{path.suffix}") for number in chain([""], count(2)))
    return next(name for name in names if not os.path.lexists(name))


@contextmanager
def sentences(path: Path) -> Iterator[None]:
    """Raise what goes wrong with a file as a sentence: a wrong name is the command's fault, all else the disk's."""
    try:
        yield
    except FileExistsError:
        raise ConflictError(f"{path} already exists. Nothing was written.", hint="Name another file.") from None
    except OSError as error:
        told = f"{path} cannot be written: {error.strerror}."
        if error.errno in _CANNOT_BE_MEANT:
            raise UsageError(told, hint="Is its folder there?") from None
        raise StoreError(told, hint="Make room, or name a file in another folder.") from None
    except ValueError:  # a character that no name can have
        raise UsageError(f"{path} cannot be the name of a file.", hint="Name another file.") from None


def _status(path: Path) -> os.stat_result | None:
    try:
        return path.lstat()  # all links were followed
    except FileNotFoundError:
        return None


def _same(own: Path, other: Path) -> bool:
    """Tell whether two paths lead to one file; a file that is not there yet has its folder and its name."""
    if own.name.casefold() == other.name.casefold() and _same_file(own.parent, other.parent):
        # On many disks upper and lower case are the same.
        return own.name == other.name or _same_file(own, other) or not (own.exists() or other.exists())
    return _same_file(own, other)


def _same_file(one: Path, other: Path) -> bool:
    with suppress(OSError):
        return one.samefile(other)
    return os.path.realpath(one) == os.path.realpath(other)


def _is_store_in_use(path: Path) -> bool:
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # opening a pipe would wait for its other end
            return False
        with path.open("rb") as file:
            header = file.read(100)
    except (OSError, ValueError):
        return False
    return header[_APPLICATION] == _KOAL and header[_WRITE_VERSION] == _WAL


def _put(beside: Path, path: Path) -> None:
    """Give a file its name, unless another has it; raises FileExistsError then."""
    try:
        os.link(beside, path)
    except FileExistsError:
        raise
    except OSError:  # some disks have no links: then the name is taken first
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        beside.replace(path)
    else:
        beside.unlink()


def _set_aside(path: Path) -> Path:
    while True:
        kept = free_name(path, "old")
        try:
            _put(path, kept)
        except FileExistsError:
            continue
        return kept


def _flush(path: Path, flags: int) -> None:
    descriptor = os.open(path, flags)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sweep(folder: Path, *, older_than: float = _A_DAY) -> None:
    """Delete what killed runs have left here; a run that is going on has been for less than a day (in seconds)."""
    for left in left_over(folder):
        with suppress(OSError):
            if time.time() - left.lstat().st_mtime > older_than:
                left.unlink()


def left_over(folder: Path) -> list[Path]:
    """Return the files in a folder that are in the making, or were left by a run that was killed."""
    with suppress(OSError), os.scandir(folder) as entries:
        return sorted(Path(entry.path) for entry in entries if _LEFT_OVER.fullmatch(entry.name))
    return []
