"""Commands that are loaded when they are typed: a local command must start at once."""

from importlib import import_module
from typing import Any, ClassVar

import typer.main
from typer.core import TyperGroup


class LazyGroup(TyperGroup):
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
