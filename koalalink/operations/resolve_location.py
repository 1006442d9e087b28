"""Which location is meant, or which ones: by what was typed, by the configuration, and by what sync has copied."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from koalalink.command_line import Command
from koalalink.domain.settings.configuration import LOCATION_NAME, Config, Location
from koalalink.errors import ConfigError, UsageError

if TYPE_CHECKING:
    from koalalink.domain.mirror.mirror import DirectoryState


def the_location(config: Config, name: str | None) -> str:
    """Return the location called `name`, or where it is None the one that is meant without a name."""
    chosen = name or config.default_location
    if chosen is not None:
        return _known(config, chosen).name
    if len(config.locations) == 1:
        return next(iter(config.locations))
    if not config.locations:
        raise no_location()
    choices = ", ".join(config.locations)
    raise UsageError(
        f"Which location? You have {choices}.", hint=f"Add, for example: --location {next(iter(config.locations))}"
    )


def the_locations(config: Config, names: Sequence[str] | None) -> list[str]:
    """Return the locations called `names`, each once, or all of them where none is named."""
    if names:
        return [_known(config, name).name for name in dict.fromkeys(names)]
    if not config.locations:
        raise no_location()
    return [*config.locations]


def copied_locations(config: Config, states: Sequence[DirectoryState], names: Sequence[str] | None) -> list[str]:
    """Return the locations whose copied Stripe customers are meant; one needs no key, nor to be set up, for that."""
    known = dict.fromkeys([*config.locations, *(state.location for state in states)])
    if not names:
        return [*known] if known else the_locations(config, None)
    return [*dict.fromkeys(name if name in known else _known(config, name).name for name in names)]


def location_to_match(config: Config, states: Sequence[DirectoryState], name: str | None) -> str:
    """Return the one location that links are decided for; without a key its copied customers have to do."""
    if name is None and not config.locations:
        name = states[0].location if len(states) == 1 else None
    if name is None or name in config.locations:
        return the_location(config, name)
    return copied_locations(config, states, [name])[0]


def location_of_export(config: Config, names: Sequence[str] | None) -> str:
    """Return the location that an export of the Dashboard is of; while none is set up, any can be named."""
    if names and len(names) > 1:
        raise UsageError("An export is of one location.", hint=f"Choose one: --location {names[0]}")
    name = names[0] if names else None
    if config.locations:
        return the_location(config, name)
    if name is None:
        raise ConfigError(
            "No location is set up yet.",
            hint="Type: " + Command("init") + ". Or, without a key, give it a name: --location NAME",
        )
    if not LOCATION_NAME.fullmatch(name):
        raise UsageError(
            f"“{name}” cannot be the name of a location.", hint="Use small letters and digits: --location downtown"
        )
    return name


def location_of_ids(config: Config, name: str | None) -> str | None:
    """Return the location of Stripe IDs in a column that names none."""
    if not config.locations and not name:
        raise ConfigError(
            "The file has Stripe IDs, and no location is set up yet.",
            hint="Type: " + Command("init") + ". Or name it, to import them unchecked: --location NAME --no-verify",
        )
    return the_location(config, name) if config.locations else name


def no_location() -> ConfigError:
    """Return the error for a command that needs a location while none is set up."""
    hint = "Type: " + Command("init") + ". To try it on made-up people first: " + Command("demo")
    return ConfigError("No location is set up yet.", hint=hint)


def _known(config: Config, name: str) -> Location:
    """Return the location that is called `name`, or has that title; upper and lower case are the same."""
    typed = name.strip().casefold()
    found = [each for each in config.locations.values() if typed in (each.name.casefold(), each.title.casefold())]
    exact = config.locations.get(name) or (found[0] if len(found) == 1 else None)
    if exact is None:
        choices = ", ".join(config.locations) or "none yet"
        raise UsageError(f"There is no location “{name}”.", hint=f"Your locations: {choices}.")
    return exact
