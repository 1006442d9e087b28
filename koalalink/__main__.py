"""`python -m koalalink`."""

from koalalink.cli import app

app(prog_name="koalalink")
