"""Deciding one by one: what is asked, and what can be answered."""

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from koalalink.domain.matching.decisions import SideBySide


class Choice(StrEnum):
    """The keys that answer."""

    YES = "y"
    NO = "n"
    LATER = "l"
    OPEN = "o"
    ELSE = "e"
    UNDO = "u"
    SINGLY = "s"
    QUIT = "q"


class Progress(NamedTuple):
    """How far somebody is."""

    done: int
    total: int
    seconds: float
    """Since the first question."""
    later: int = 0
    """Those that were left for later, which does not count as a decision."""

    @property
    def minutes_left(self) -> float | None:
        """How long the rest will take at this pace; None at the beginning."""
        left = self.total - self.done - self.later
        return self.seconds / self.done * left / 60 if self.done else None


class Question(NamedTuple):
    """One screen: a pair, or several that are alike."""

    pairs: Sequence[SideBySide]
    """One; or of several, some to look at."""
    size: int
    """How many would be confirmed together; 1 where it is one pair."""
    progress: Progress
    can_undo: bool

    @property
    def keys(self) -> str:
        """Return the keys that can be pressed."""
        keys = (
            [Choice.YES, Choice.SINGLY, Choice.LATER]
            if self.size > 1
            else [Choice.YES, Choice.NO, Choice.LATER, Choice.ELSE, Choice.OPEN]
        )
        others = "" if self.size > 1 else "".join(str(n) for n, _ in enumerate(self.pairs[0].others[:9], 1))
        return "".join(keys) + others + (Choice.UNDO if self.can_undo else "") + Choice.QUIT
