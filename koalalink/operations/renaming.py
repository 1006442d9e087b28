"""Locations that get another name: in the configuration, and with all that the store has of them."""

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol

from koalalink.domain.changes import Action, Change
from koalalink.domain.text import counted
from koalalink.errors import UsageError
from koalalink.hints import Command, Sentence


class Places(Protocol):
    """The part of the store that this needs."""

    def links_by_location(self) -> Mapping[str, int]:
        """Return how many links there are at each location."""

    def rename_location(self, old: str, new: str) -> int:
        """Give a location another name in one change; return how many links it has."""

    def changes(self, *, action: Action, limit: int) -> Sequence[Change]:
        """Return the newest changes of a kind."""


def rename(
    store: Places,
    configured: Collection[str],
    old: str,
    new: str,
    *,
    in_configuration: Callable[[], AbstractContextManager[None]],
) -> int:
    """Give a location another name, and return how many links it has.

    `in_configuration` changes the configuration once all went well within it. Where one of the two has the new name
    already, as when somebody has changed the configuration by hand, the other follows. Raises UsageError where
    there is no such location, or another of that name.
    """
    links = store.links_by_location()
    if old in configured and new in configured:
        raise UsageError(f"There is a location “{new}” already.", hint="Choose another name.")
    if old not in configured and (new not in configured or old not in links):
        raise UsageError(
            f"There is no location “{old}”.", hint=f"Your locations: {', '.join(configured) or 'none yet'}."
        )
    with in_configuration() if old in configured else nullcontext():
        if old not in links and _is_half_done(store, old, new):
            return links.get(new, 0)
        return store.rename_location(old, new)


def _is_half_done(store: Places, old: str, new: str) -> bool:
    """Tell whether a run that was killed in the middle has done the store's part."""
    newest = store.changes(action=Action.RENAMED, limit=1)
    return bool(newest) and newest[0].moved == (old, new) and newest[0].undone_by is None


def strays(links: Mapping[str, int], configured: Collection[str]) -> dict[str, int]:
    """Return how many links are at locations that are not in the configuration; nothing while that names none."""
    return {place: size for place, size in links.items() if configured and place not in configured}


def stray_in_words(place: str, size: int) -> tuple[str, Sentence]:
    """Return what is wrong with the links of a location that is not in the configuration, and what to type."""
    verb = "is" if size == 1 else "are"
    return (
        f"{counted(size, 'link')} {verb} at “{place}”, which is not in the configuration: nothing checks them.",
        "If that location has another name now, type: " + Command("locations", "rename", place, "NEW_NAME") + "",
    )
