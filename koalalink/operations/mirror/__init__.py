"""Copying Stripe's customers, and how every location stands."""
