"""A one-command Typer app whose completion is a list that is written here."""

import typer

app = typer.Typer(pretty_exceptions_enable=False)


def numbers(incomplete: str) -> list[tuple[str, str]]:
    """Propose some of the numbers that are known."""
    known = [("4", "Edna Ellis"), ("40", "Tom Gallagher"), ("41", "Ben Noble"), ("42", "Jane Doe"), ("5", "Ann Lee")]
    return [(number, name) for number, name in known if number.startswith(incomplete)]


@app.command()
def show(customer: str = typer.Argument(autocompletion=numbers)) -> None:
    """Print."""
    print(customer)


app(prog_name="fixed")
