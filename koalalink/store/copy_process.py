"""A process of its own that copies a large store, so that nobody waits for it who only links one customer.

It is started anew, not forked, in a session of its own and with no stream of the command's: so a Ctrl-C does not reach
it, and whoever reads the command's output does not wait for it. It says when the moment is fixed of which its copy is;
from then on the store may be written to.

A mark beside the copy is there from its beginning until it is in its place, and is locked for as long as the process
lives. A mark that nobody holds is of a copy that did not come about.
"""

import os
import sqlite3
import sys
from contextlib import closing, suppress
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

from koalalink.atomic_files import Disk, IfThere
from koalalink.errors import KoalaError

if TYPE_CHECKING:
    import subprocess

_BEGUN = b"begun"
_MAKING = ".making"
_PROGRAM = "import sys; sys.path[:] = {path!r}; from koalalink.store.copy_process import {main}; {main}()"


class Copying(Enum):
    """How a copy stands that is not in its place."""

    NOT_BEGUN = "not begun"
    GOING_ON = "going on"
    BROKEN_OFF = "broken off"


def mark_of(target: Path) -> Path:
    """Return the mark of a copy that is being made."""
    return target.with_name(f".{target.name}{_MAKING}")


def in_the_making(folder: Path) -> list[Path]:
    """Return the copies in a folder that are being made, or were broken off."""
    marks = sorted(folder.glob(f".*{_MAKING}"))
    return [mark.with_name(mark.name.removeprefix(".").removesuffix(_MAKING)) for mark in marks]


def standing(target: Path) -> Copying:
    """Tell how a copy stands that is not in its place."""
    if not mark_of(target).exists():
        return Copying.NOT_BEGUN
    try:
        with closing(_opened(mark_of(target))) as mark:
            return Copying.BROKEN_OFF if _held(mark) else Copying.GOING_ON
    except sqlite3.OperationalError:  # the process has just ended, and has taken its mark away
        return Copying.GOING_ON


def begun(store: Path, target: Path) -> bool:
    """Start a process that copies the store to `target`; tell whether it has fixed the moment of its copy.

    Where it cannot, for whatever reason, it has ended.
    """
    from_it, to_us = os.pipe()
    try:
        process = _start("main", store, target, stdin=None, stdout=to_us)
    except OSError:
        os.close(from_it)
        return False
    finally:
        os.close(to_us)
    with open(from_it, "rb") as answer:  # noqa: PTH123 - a descriptor
        has_begun = answer.read(len(_BEGUN)) == _BEGUN
    if has_begun:
        process.returncode = 0  # it goes on by itself: nobody will ask how it ended
    else:
        process.wait()
    return has_begun


def begin_shared(url: str, target: Path) -> None:
    """Start a process that copies the shared store at `url` to `target`, and do not wait for it.

    The URL, which may hold a password, goes through a pipe: other people could read a command line.
    """
    for_it, from_us = os.pipe()
    try:
        with suppress(OSError):  # else the copy stays as it is
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            _start("main_of_shared", target, stdin=for_it, stdout=None).returncode = 0  # nobody will ask for it
            os.write(from_us, url.encode())
    finally:
        os.close(for_it)
        os.close(from_us)


def _start(main: str, *paths: Path, stdin: int | None, stdout: int | None) -> "subprocess.Popen[bytes]":
    import subprocess  # noqa: PLC0415 - 8 ms, on one command a day

    # Nothing is loaded but from where this program was: not from the folder it is started in, which may hold a
    # sqlite3.py of somebody else's, nor from where the environment says.
    path = [str(Path(each).absolute()) for each in sys.path if each]
    detached = getattr(subprocess, "DETACHED_PROCESS", 0) | getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)
    return subprocess.Popen(  # noqa: S603 - our own program, and paths
        [sys.executable, "-I", "-c", _PROGRAM.format(path=path, main=main), *(str(each.absolute()) for each in paths)],
        cwd=Path(sys.executable).anchor,
        stdin=subprocess.DEVNULL if stdin is None else stdin,
        stdout=subprocess.DEVNULL if stdout is None else stdout,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        creationflags=detached,
    )


def main() -> None:
    """Copy the store that is named first to the path that is named second, unless another process does."""
    from koalalink.store.backups import thin_out  # noqa: PLC0415 - which itself starts this process
    from koalalink.store.copying import back_up  # noqa: PLC0415 - not where a copy is only begun

    store, target = map(Path, sys.argv[1:])
    with suppress(FileExistsError):
        mark_of(target).touch(0o600, exist_ok=False)
    with closing(_opened(mark_of(target))) as mark:
        if not _held(mark):
            _tell()
            return
        try:
            back_up(store, target, Disk(), quickly=True, begun=_tell)
        except KoalaError:  # the mark stays, and the next command makes the copy itself
            return
    mark_of(target).unlink(missing_ok=True)
    thin_out(store, target)


def main_of_shared() -> None:
    """Copy the shared store whose URL is read from stdin to the path that is named, unless another process does."""
    from koalalink.domain.settings.store_url import Address  # noqa: PLC0415 - not where a copy is only begun
    from koalalink.store.shared_copying import back_up_shared  # noqa: PLC0415 - nor the library of PostgreSQL

    [target] = map(Path, sys.argv[1:])
    url = sys.stdin.read()
    with suppress(FileExistsError):
        mark_of(target).touch(0o600, exist_ok=False)
    with closing(_opened(mark_of(target))) as mark:
        if not _held(mark):
            return
        with suppress(KoalaError):  # the copy stays as it is, and shows how old that is
            back_up_shared(Address(url, origin="The URL of the shared store"), target, Disk(), IfThere.REPLACE)
    mark_of(target).unlink(missing_ok=True)


def _opened(mark: Path) -> sqlite3.Connection:
    uri = f"{mark.absolute().as_uri()}?mode=rw"
    return sqlite3.connect(uri, timeout=0, isolation_level=None, uri=True)


def _held(mark: sqlite3.Connection) -> bool:
    """Lock a mark for as long as it is open; tell whether that was possible."""
    try:
        mark.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError:
        return False
    return True


def _tell() -> None:
    os.write(1, _BEGUN)
    os.close(1)
