"""`customers`: the company's own list."""

from typing import ClassVar

import typer

from koalalink.commands import options as o
from koalalink.commands.lazy_group import LazyGroup


class Customers(LazyGroup):
    """The verbs of `customers`."""

    modules: ClassVar[dict[str, str]] = {
        "add": "customers.edit",
        "list": "customers.list_customers",
        "edit": "customers.edit",
        "merge": "customers.edit",
        "remove": "customers.edit",
        "forget": "customers.edit",
        "import": "customers.import_customers",
        "export": "customers.export",
    }
    meant: ClassVar[dict[str, tuple[str, ...]]] = {
        "find": ("customers", "list"),
        "search": ("customers", "list"),
        "delete": ("customers", "remove"),
        "show": ("show",),
    }
    otherwise: ClassVar[tuple[str, ...]] = ("customers", "list")


app = typer.Typer(
    name="customers",
    cls=Customers,
    no_args_is_help=True,
    add_completion=False,
)


@app.callback(rich_help_panel=o.CUSTOMERS)
def _group() -> None:
    """Your own customers: add, list, edit, merge, remove, forget, import, export."""
