"""The conversation with people: prompts, progress, and the review."""
