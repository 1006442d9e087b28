"""Copies of the store, and bringing one back."""
