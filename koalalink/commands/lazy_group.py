"""Groups of commands: which one is meant, and loading it when it is typed, as a local command must start at once."""

from collections.abc import Iterable, Sequence
from importlib import import_module
from typing import Any, ClassVar

import typer.main
from typer.core import TyperGroup

from koalalink.command_line import Command
from koalalink.errors import UsageError

_ALIKE = 0.8
"""As difflib compares words: a letter wrong in five."""


class Group(TyperGroup):
    """A group that answers a word that is not one of its commands with the command that may be meant."""

    meant: ClassVar[dict[str, tuple[str, ...]]] = {}
    """What people type, and the command that does it."""
    otherwise: ClassVar[tuple[str, ...]] = ()
    """The command that what fits nothing may be the argument of."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Return the command that is typed; raises UsageError where there is none of that name."""
        typed = args[0] if args else ""
        names = self.list_commands(ctx)
        if not typed or typed in names:
            return super().resolve_command(ctx, args)
        path = ctx.command_path.split()[1:]
        rest: Iterable[str] = args[1:]
        if alike := _alike(typed.lower(), [*self.meant, *names]):
            words = self.meant.get(alike, (*path, alike))
        elif self.otherwise:
            words, rest = self.otherwise, args
        else:
            raise UsageError(f"There is no command “{typed}”.", hint="Type: " + Command(*path, "--help"))
        raise UsageError(f"There is no command “{typed}”.", hint="Did you mean: " + Command(*words, *rest))


def _alike(typed: str, names: Sequence[str]) -> str | None:
    from difflib import get_close_matches

    if typed in names:
        return typed
    exchanged = (name for name in names if sorted(name) == sorted(typed))
    return next(exchanged, None) or next(iter(get_close_matches(typed, names, 1, _ALIKE)), None)


class LazyGroup(Group):
    """A group whose commands stand in modules of this package, each under the name of its module's app or in it."""

    modules: ClassVar[dict[str, str]]
    """Where each command is, in the order of the help."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names of all commands."""
        return [*self.modules]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Load a command."""
        if cmd_name not in self.modules:
            return None
        module = import_module(f"koalalink.commands.{self.modules[cmd_name]}")
        loaded: Any = typer.main.get_command(module.app)
        return loaded if loaded.name == cmd_name else loaded.commands[cmd_name]
