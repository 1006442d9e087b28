"""The program: `koalalink`, or `python -m koalalink`."""

import sys

from koalalink.errors import ExitCode


def main() -> None:
    """Run it; a Ctrl-C while it is being loaded ends it like any other."""
    try:
        from koalalink.cli import app

        app(prog_name="koalalink")
    except KeyboardInterrupt:
        sys.stderr.write("Error: Stopped.\n")
        sys.exit(ExitCode.INTERRUPTED)


if __name__ == "__main__":
    main()
