"""Customers in from a file."""
