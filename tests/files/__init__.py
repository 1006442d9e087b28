"""Files of customers."""
