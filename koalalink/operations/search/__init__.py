"""Searching customers at Stripe and in the mirror."""
