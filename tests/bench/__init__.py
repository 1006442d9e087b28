"""Benchmarks: `python -m tests.bench NAME` measures one promise and prints its ratio."""
