"""Linking customers to Stripe customers, and looking after the links."""
