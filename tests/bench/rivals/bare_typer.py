"""A one-command Typer app that prints a text it is given."""

import os
import sys

import typer

app = typer.Typer(pretty_exceptions_enable=False)


@app.command()
def show() -> None:
    """Print."""
    sys.stdout.write(os.environ["PRINTED"])


app()
