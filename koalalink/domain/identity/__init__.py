"""When two records are one person."""
