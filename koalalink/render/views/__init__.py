"""Results as people see them at a terminal."""
