"""How far one field of two people agrees."""

from enum import StrEnum


class Agreement(StrEnum):
    """The outcome of comparing one field; unknown is never evidence, neither for nor against."""

    SAME = "same"
    SIMILAR = "similar"
    """Neither the same nor contradicted: an initial, a nickname, half of a double name."""
    DIFFERENT = "different"
    UNKNOWN = "unknown"
