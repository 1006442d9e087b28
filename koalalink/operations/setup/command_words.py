"""A command as it is typed into an option, taken apart as a shell does."""

import shlex

from koalalink.errors import UsageError


def words_of_command(command: str) -> list[str]:
    """Return its words; raises UsageError where there are none, or they cannot be told apart."""
    try:
        words = shlex.split(command)
    except ValueError:
        words = []
    if not words:
        raise UsageError("That command cannot be understood.", hint="Does every quotation mark have its partner?")
    return words
