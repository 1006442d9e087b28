"""Customers of ours, their links, and what was done to them."""
