"""The mirror of Stripe's customers, and the status of a location."""
