"""KoalaLink: which Stripe customer is which of yours."""
