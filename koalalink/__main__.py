"""The program: `koalalink`, or `python -m koalalink`."""

import atexit
import io
import os
import sys
from pathlib import Path
from typing import Any

from koalalink.errors import ExitCode

_made: list[io.TextIOWrapper] = []
"""Streams that were made here; of one that has failed Python 3.13 would tell when it is let go of."""


def main() -> None:
    """Run it; a Ctrl-C while it is being loaded ends it like any other."""
    _open_what_is_closed()
    _let_every_letter_be_written()
    try:
        from koalalink.cli import app

        app(prog_name="koalalink")
    except KeyboardInterrupt:
        sys.stderr.write("Error: Stopped.\n")
        sys.exit(ExitCode.INTERRUPTED)
    except SystemExit as ended:
        _leave(ended.code)
        raise


def _leave(code: object) -> None:
    """End at once, without taking the interpreter apart: that is a tenth of a short command.

    Returns where it is better to end as any program does: something may still be told of a stream that has failed.
    """
    if not isinstance(code, int | None) or "coverage" in sys.modules:
        return
    try:
        atexit._run_exitfuncs()
        sys.stdout.flush()
        sys.stderr.flush()
    except (OSError, ValueError):
        return
    os._exit(code or 0)


def _open_what_is_closed() -> None:
    """Open the streams that were closed before the program started: there is nothing to read then, and no reader."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode))  # noqa: SIM115 - for as long as the program runs


def _let_every_letter_be_written() -> None:
    """Write UTF-8 where no terminal says otherwise, and never fail for a letter: what was done is saved already.

    On Windows, redirected output would use an encoding that lacks the letters of many names. An encoding chosen with
    PYTHONIOENCODING is kept, and a letter that it lacks becomes a question mark.
    """
    is_chosen = bool(os.environ.get("PYTHONIOENCODING", "").partition(":")[0])
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding=None if is_chosen or stream.isatty() else "utf-8", errors="replace")
    if isinstance(sys.stdout, io.TextIOWrapper) and isinstance(sys.stdout.buffer, io.RawIOBase):
        sys.stdout = _buffered(sys.stdout)
        _made.append(sys.stdout)


def _buffered(stream: io.TextIOWrapper) -> io.TextIOWrapper:
    """Return a stream that notices what could not be written; with PYTHONUNBUFFERED set Python loses it silently."""
    encoding, is_terminal = stream.encoding, stream.isatty()
    raw: Any = stream.detach()
    return io.TextIOWrapper(io.BufferedWriter(raw), encoding=encoding, errors="replace", line_buffering=is_terminal)


if __name__ == "__main__":
    main()
