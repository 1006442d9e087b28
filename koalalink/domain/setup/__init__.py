"""Backups, the checkup, and a store that offices share."""
