"""Stripe, read only: the one room that speaks to it."""
