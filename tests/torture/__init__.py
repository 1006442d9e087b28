"""Torture: `python -m tests.torture NAME` does to the store what must not hurt it, and counts what it has lost."""
