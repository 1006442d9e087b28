"""Setting up, locations, the tour, completion and help."""
