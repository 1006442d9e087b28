"""The conversation where nobody watches: plain lines on stderr, and no questions."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from koalalink.domain.text import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from koalalink.command_line import Text
    from koalalink.domain.importing.columns import Column
    from koalalink.domain.linking.results import LinkReview
    from koalalink.domain.search.results import Hits


class PlainTalk:
    """Says what has to be said, a line each."""

    can_ask = False

    def __init__(self, *, spelled: Callable[[Text], str] = str) -> None:
        self._spelled = spelled

    def note(self, text: Text) -> None:
        sys.stderr.write(f"{printable(self._spelled(text))}\n")

    def warn(self, text: Text) -> None:
        self.note(f"Warning: {self._spelled(text)}")

    def review(self, review: LinkReview) -> None:
        for line in review.verdict.checks:
            self.note(f"{line.result.value:<8}{line.check.value:<21}{line.detail}")

    def confirm(self, question: str) -> bool:
        return False

    def answer(self, question: str, default: str) -> str:
        return default

    def secret(self, question: str) -> str:
        return sys.stdin.readline()

    def hits(self, found: Hits) -> None:
        pass

    def choose(self, question: str, count: int) -> int | None:
        return None

    def columns(self, columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> None:
        from koalalink.domain.importing.columns import worth_showing  # only an import has columns

        worth, more = worth_showing(columns)
        for column in worth:
            cells = "; ".join(row[column.position][:24] for row in rows if row[column.position])
            self.note(f"Column {column.title}: {column.meaning}" + (f" ({cells})" if cells else ""))
        if more:
            self.note(f"And {more:,} more columns: what they hold is kept beside the customer.")

    @contextmanager
    def counting(self, what: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
        yield lambda _: None
