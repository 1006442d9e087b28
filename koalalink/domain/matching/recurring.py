"""Who shares something with somebody, among however many."""

from array import array
from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Generic, TypeVar

T = TypeVar("T")


class Recurring(Generic[T]):
    """Tells which of many have a key that another has, too.

    They are looked at twice: of a million all keys would take more memory than their numbers do.
    """

    def __init__(self, keys: Mapping[str, Callable[[T], str]]) -> None:
        """Look at what `keys` return; an empty text is nobody's."""
        self._keys = keys
        self._seen = {what: array("q") for what in keys}
        self._often: dict[str, frozenset[int]] = {}

    def add(self, one: T) -> None:
        """Look at one for the first time."""
        for what, key in self._keys.items():
            if found := key(one):
                self._seen[what].append(hash(found))

    def has(self, one: T) -> bool:
        """Tell, when all were looked at, whether another has a key of this one."""
        while self._seen:
            what, seen = self._seen.popitem()
            ordered = sorted(seen)
            self._often[what] = frozenset(one for one, following in pairwise(ordered) if one == following)
        return any(hash(key(one)) in self._often[what] for what, key in self._keys.items())
