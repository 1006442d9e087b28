"""Proposing who is who, and carrying out what was decided."""
