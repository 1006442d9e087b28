"""Stripe's own things as values: customers, payment methods, IDs, keys and accounts."""
