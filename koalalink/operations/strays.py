"""Links at locations that are not in the configuration: perhaps one was renamed there by hand."""

from collections.abc import Collection, Mapping

from koalalink.domain.text import counted
from koalalink.hints import Command, Sentence


def strays(links: Mapping[str, int], configured: Collection[str]) -> dict[str, int]:
    """Return how many links are at locations that are not in the configuration; nothing while that names none."""
    return {location: size for location, size in links.items() if configured and location not in configured}


def stray_in_words(location: str, size: int) -> tuple[str, Sentence]:
    """Return what is wrong with the links of a location that is not in the configuration, and what to type."""
    verb = "is" if size == 1 else "are"
    return (
        f"{counted(size, 'link')} {verb} at “{location}”, which is not in the configuration: nothing checks them.",
        "If that location has another name now, type: " + Command("locations", "rename", location, "NEW_NAME") + "",
    )
