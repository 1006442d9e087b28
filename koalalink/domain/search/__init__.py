"""What is searched for, and what was found."""
