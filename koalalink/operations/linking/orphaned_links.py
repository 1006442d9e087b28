"""Links at locations that are not in the configuration: perhaps one was renamed there by hand.

Of a shared store each office has its own configuration, and needs no key of the others' locations. There only a
location whose Stripe account is that of one of ours is remarked on: it is ours, spelled in another way.
"""

from collections.abc import Mapping
from typing import Protocol

from koalalink.command_line import Command, Sentence
from koalalink.domain.text import counted
from koalalink.operations.ports import HasConfig, HasDirectory


class Needs(HasConfig, HasDirectory, Protocol):
    """What tells whose a location is."""


def strays(need: Needs, links: Mapping[str, int]) -> dict[str, tuple[str, Sentence]]:
    """Return what is wrong with the links of locations that are not in the configuration, and what to type.

    `links` are how many there are at each location. Nothing is wrong while the configuration names no location.
    """
    configured = need.config.locations
    away = {location: size for location, size in links.items() if configured and location not in configured}
    if not need.config.shared:
        return {location: _in_words(location, size) for location, size in away.items()}
    twins = _twins(need) if away else {}
    return {place: _misspelled(place, size, twins[place]) for place, size in away.items() if place in twins}


def _twins(need: Needs) -> dict[str, str]:
    """Return which location of ours has the same Stripe account, by the names of others."""
    accounts = {state.location: state.account for state in need.directory.states() if state.account}
    ours = {account: location for location, account in accounts.items() if location in need.config.locations}
    return {location: ours[account] for location, account in accounts.items() if account in ours}


def _in_words(location: str, size: int) -> tuple[str, Sentence]:
    return (
        f"{_links_are(size)} at “{location}”, which is not in the configuration: nothing checks them.",
        "If that location has another name now, type: " + Command("locations", "rename", location, "NEW_NAME") + "",
    )


def _misspelled(location: str, size: int, ours: str) -> tuple[str, Sentence]:
    return (
        f"{_links_are(size)} at “{location}”, which has the same Stripe account as your “{ours}”.",
        Sentence(f"Another office spells it so. Call it {location} in your config.toml, too."),
    )


def _links_are(size: int) -> str:
    return f"{counted(size, 'link')} {'is' if size == 1 else 'are'}"
