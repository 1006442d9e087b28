"""KoalaLink: which Stripe customer is which of yours."""

__version__ = "0.1.0"
