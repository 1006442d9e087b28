"""Changes, why they were made, and how they are told."""
