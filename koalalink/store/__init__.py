"""The local store of customers, links and changes."""
