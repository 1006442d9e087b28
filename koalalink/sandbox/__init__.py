"""The built-in stand-in for Stripe, with its sample people."""
