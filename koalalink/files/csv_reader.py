"""The rows of a CSV file: its delimiter, and what is left of it where a quotation mark is missing."""

import csv
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence

from koalalink.domain.importing.import_rows import Row
from koalalink.files.encoding import LONGEST_LINE

DELIMITERS = (",", ";", "\t", "|")
_MANY_LINES = 10
"""A row of more lines than these, and of the wrong length, is one whose quotation mark was never closed."""

csv.field_size_limit(LONGEST_LINE)


def delimiter_of(sample: list[str], known: Callable[[Sequence[str]], int]) -> str:
    """Return what stands between the cells of these lines: what divides most of them into equally many.

    `known` counts the titles in a row that are known; that tells more, where there are any.
    """

    def divides(delimiter: str) -> tuple[tuple[int, int], float, int]:
        rows = [row.cells for row in rows_of(sample, delimiter, 0) if any(row.cells)]
        lengths = Counter(map(len, rows))
        length, times = max(lengths.items(), key=lambda item: (item[0] > 1, item[1], item[0]), default=(1, 1))
        # Where two fit alike, the header that stands higher.
        header = max(((known(row), -index) for index, row in enumerate(rows[:5])), default=(0, 0))
        return header, (times / len(rows) if length > 1 else 0), length

    return max(DELIMITERS, key=divides)


def rows_of(lines: Iterable[str], delimiter: str, width: int) -> Iterator[Row]:
    """Yield the rows. Those that should have `width` cells and do not have a problem; 0 is any number."""
    feed = _Feed(lines)
    reader = csv.reader(feed, delimiter=delimiter, strict=True)
    number = 0
    while True:
        number += 1
        feed.taken.clear()
        problem = ""
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            problem, cells = "A quotation mark is missing, or there is one too many.", []
        while len(cells) > width > 0 and not cells[-1].strip():
            cells.pop()
        if width and not problem and cells and len(cells) != width:
            problem = f"It has {len(cells)} cells, and the header has {width}."
        if problem and (not cells or len(feed.taken) > _MANY_LINES):
            # What follows the broken line is read again, as rows of their own.
            broken, *rest = feed.taken
            feed.back.extendleft(reversed(rest))
            cells = broken.rstrip("\r\n").split(delimiter)
            problem = "A quotation mark is missing, or there is one too many."
        yield Row(number, cells, problem)


class _Feed(Iterator[str]):
    """Lines that are remembered while a row is read, and can be read again."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self.taken: list[str] = []
        self.back: deque[str] = deque()

    def __next__(self) -> str:
        line = self.back.popleft() if self.back else next(self._lines)
        self.taken.append(line)
        return line
