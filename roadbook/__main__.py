"""`python -m roadbook`."""

from roadbook.cli import app

app(prog_name="python -m roadbook")
