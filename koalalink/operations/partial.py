"""A result of which a part is missing, because a location has failed."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

from koalalink.errors import KoalaError

if TYPE_CHECKING:
    from koalalink.operations.ports import Talk

T = TypeVar("T")


class Partial(NamedTuple, Generic[T]):
    """What was found, to be shown first, and what the command ends with after that."""

    value: T
    failures: tuple[KoalaError, ...] = ()


def raise_first(failures: Sequence[KoalaError], talk: "Talk") -> None:
    """End with the first failure, where there is one; the others are warnings."""
    for failure in failures[1:]:
        talk.warn(f"{failure.message} " + (failure.hint or ""))
    if failures:
        raise failures[0]
