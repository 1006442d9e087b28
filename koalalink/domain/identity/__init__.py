"""The one room that says who is who: names, contacts, and when two records are one person."""
