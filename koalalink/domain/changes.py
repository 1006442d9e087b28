"""The history: what was done to customers and links."""

from enum import StrEnum


class Action(StrEnum):
    """What a change did; the words that `history` shows."""

    ADDED = "added"
    EDITED = "edited"
    REMOVED = "removed"
    CONNECTED = "connected"
    REPLACED = "replaced"
    VERIFIED = "verified"
    UNLINKED = "unlinked"
    ENABLED = "enabled"
    DISABLED = "disabled"
