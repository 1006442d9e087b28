"""Customer files: what their columns mean, and what a row says."""
