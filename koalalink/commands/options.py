"""Arguments and options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

from koalalink.commands import completion
from koalalink.errors import UsageError

FIND = "Find and link"
CUSTOMERS = "Customers"
BULK = "In bulk"
SETUP = "Set-up"


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
    help="The customer's number, email, or ext:ID.",
    show_default=False,
    autocompletion=completion.customers,
)
CustomerArgument = Annotated[str, _CUSTOMER]
OptionalCustomerArgument = Annotated[str | None, _CUSTOMER]
OptionalChangeArgument = Annotated[
    int | None,
    typer.Argument(
        metavar="CHANGE", help="The change's number.", show_default=False, min=1, autocompletion=completion.changes
    ),
]
StripeIdArgument = Annotated[
    str,
    typer.Argument(metavar="STRIPE_ID", help="cus_…, or the address of the customer's page in the Stripe Dashboard."),
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
WebOption = Annotated[bool, typer.Option("--web", help="Open the page in the Stripe Dashboard, too.")]
ForceOption = Annotated[bool, typer.Option("--force", help="Do it although it is in doubt.")]

FirstName = Annotated[str | None, typer.Option("--first-name", help="Given name.", show_default=False)]
LastName = Annotated[str | None, typer.Option("--last-name", help="Family name.", show_default=False)]
Company = Annotated[str | None, typer.Option("--company", help="Company.", show_default=False)]
Email = Annotated[str | None, typer.Option("--email", help="Email.", show_default=False)]
Phone = Annotated[str | None, typer.Option("--phone", help="Phone, in any form.", show_default=False)]
Address = Annotated[str | None, typer.Option("--address", help="Street and number.", show_default=False)]
City = Annotated[str | None, typer.Option("--city", help="City.", show_default=False)]
State = Annotated[str | None, typer.Option("--state", help="State or province.", show_default=False)]
Zip = Annotated[str | None, typer.Option("--zip", help="Zip or postal code.", show_default=False)]
Country = Annotated[str | None, typer.Option("--country", help="Country.", show_default=False)]
Notes = Annotated[str | None, typer.Option("--notes", help="Notes.", show_default=False)]
ExternalId = Annotated[
    str | None, typer.Option("--external-id", help="The customer's ID in your booking system.", show_default=False)
]

KeyInEnvironmentOption = Annotated[
    str | None, typer.Option("--api-key-env", metavar="NAME", help="The key is in this environment variable.")
]
KeyCommandOption = Annotated[
    str | None, typer.Option("--api-key-command", metavar="COMMAND", help="This command prints the key.")
]
TitleOption = Annotated[
    str | None, typer.Option("--name", metavar="TITLE", help="The location's name as people read it.")
]
