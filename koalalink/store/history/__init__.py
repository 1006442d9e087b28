"""The history: written, read, taken back, and erased."""
