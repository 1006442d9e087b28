"""Arguments and options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

from koalalink.commands.setup import completion
from koalalink.errors import UsageError

FIND = "Find and link"
CUSTOMERS = "Customers"
BULK = "In bulk"
SETUP = "Setup"


def file_name(text: str) -> Path:
    """Return a file's name; raises UsageError where there is none: Path itself makes the folder of it."""
    if not text.strip():
        raise UsageError("The name of a file is empty.", hint="Name a file, for example: customers.csv")
    return Path(text)


def file_or_pipe(text: str) -> str:
    """Return a file's name, or "-"; raises as `file_name`."""
    file_name(text)
    return text


_CUSTOMER = typer.Argument(
    metavar="CUSTOMER",
    help="The customer's number, name, email, or ext:ID.",
    show_default=False,
    autocompletion=completion.customers,
)
CustomerArgument = Annotated[str, _CUSTOMER]
OptionalCustomerArgument = Annotated[str | None, _CUSTOMER]
EitherSideArgument = Annotated[
    str,
    typer.Argument(
        metavar="CUSTOMER|STRIPE_ID",
        help="Your customer (42, a name, an email), or a Stripe customer (cus_…).",
        show_default=False,
        autocompletion=completion.either_side,
    ),
]
OptionalChangeArgument = Annotated[
    int | None,
    typer.Argument(
        metavar="CHANGE", help="The change's number.", show_default=False, min=1, autocompletion=completion.changes
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
LocationOption = Annotated[
    str | None,
    typer.Option(
        "--location",
        "-l",
        metavar="NAME",
        help="The location, where there are several.",
        autocompletion=completion.locations,
    ),
]
LocationsOption = Annotated[
    list[str] | None,
    typer.Option(
        "--location",
        "-l",
        metavar="NAME",
        help="Only this location; may be repeated.",
        autocompletion=completion.locations,
    ),
]
WebOption = Annotated[bool, typer.Option("--web", help="Also open the page in the Stripe Dashboard.")]
ForceOption = Annotated[bool, typer.Option("--force", help="Connect them even if it is in doubt.")]

KeyInEnvironmentOption = Annotated[
    str | None, typer.Option("--api-key-env", metavar="NAME", help="The key is in this environment variable.")
]
KeyCommandOption = Annotated[
    str | None, typer.Option("--api-key-command", metavar="COMMAND", help="This command prints the key.")
]
TitleOption = Annotated[
    str | None, typer.Option("--name", metavar="TITLE", help="The location's name as people read it.")
]

YesOption = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Only show what would happen.")]
SamePersonOption = Annotated[
    bool, typer.Option("--force", help="It is the same person, although the details at Stripe are different.")
]
