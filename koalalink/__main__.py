"""The program: `koalalink`, or `python -m koalalink`."""

import atexit
import os
import sys
from pathlib import Path

from koalalink.errors import ExitCode


def main() -> None:
    """Run it; a Ctrl-C while it is being loaded ends it like any other."""
    _open_what_is_closed()
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


if __name__ == "__main__":
    main()
