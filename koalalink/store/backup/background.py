"""Starting a process of its own that copies a large store, so that nobody waits for it who only links one customer.

It is started anew, not forked, in a session of its own and with no stream of the command's: so a Ctrl-C does not reach
it, and whoever reads the command's output does not wait for it. It says when the moment is fixed of which its copy is;
from then on the store may be written to.
"""

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import subprocess

_BEGUN = b"begun"
"""What the process writes, see copy_worker."""
_PROGRAM = "import sys; sys.path[:] = {path!r}; from koalalink.store.backup.copy_worker import {main}; {main}()"


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
