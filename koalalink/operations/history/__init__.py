"""Listing changes, and taking them back."""
