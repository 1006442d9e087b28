"""What the store asks of the database that keeps it; `sqlite` and `postgres` each hold what only one of them has.

All SQL outside of those two is what both understand: `:name` for values, 0 and 1 for what is stored as such, `true` and
`false` for what is compared, texts in the order of their bytes, and no NULL without a type.
"""

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol

Value = str | int | None

Query = tuple[str, dict[str, Value]]
"""SQL and its values."""

Spellings = Sequence[Sequence[Sequence[str]]]
"""What a text must hold: of each of these, all parts of one. [[["ann"]], [["lee"], ["le", "e"]]] is "ann", and "lee" or
both "le" and "e"."""


class Row(Protocol):
    """A row of an answer, by the names of its columns."""

    def __getitem__(self, name: str, /) -> Any:
        """Return the value of a column."""


class Database(Protocol):
    """One connection to where the store is kept."""

    @property
    def path(self) -> Path:
        """The file on this computer: of a shared store the copy that is kept here."""

    def rows(self, sql: str, /, **values: Value) -> Sequence[Row]:
        """Return what a query finds."""

    def answers(self, *queries: Query) -> list[Sequence[Row]]:
        """Return what each of several queries finds, none of which needs another's answer, on one way to the server."""

    def execute(self, sql: str, /, **values: Value) -> None:
        """Execute a statement of a transaction; that it failed may be known only at the next query, or at the end."""

    def execute_many(self, sql: str, values: Iterable[dict[str, Value]]) -> None:
        """Execute a statement of a transaction once for each of `values`."""

    def insert_many(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Value]]) -> None:
        """Add rows within a transaction."""

    def transaction(self, *, rehearsal: bool = False) -> AbstractContextManager[None]:
        """Make all writes within it happen together, or none; a rehearsal finds out what would happen, and keeps none.

        Nobody else writes from its beginning to its end.
        """

    def snapshot(self) -> AbstractContextManager[None]:
        """Make all queries within it see the store at one moment."""

    def holding(self, table: str, spellings: Spellings) -> tuple[str, dict[str, Value]]:
        """Return an SQL condition, and its values, for the rows of a search table whose text holds all of these."""

    def tidy(self, *tables: str) -> None:
        """Bring search tables into the form in which they are searched quickly, within a transaction."""

    def erasing(self) -> AbstractContextManager[None]:
        """Leave as little as the database can of what is deleted within it."""

    def problems(self) -> list[str]:
        """Return what is wrong with the database itself, as sentences."""

    def close(self) -> None:
        """Let go of it."""
