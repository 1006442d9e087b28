"""What is checked before a link is saved, and what can go wrong with one later."""
