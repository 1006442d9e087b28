"""Locations and keys, the checkup, backups, and the tour."""
