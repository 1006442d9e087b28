"""What config.toml says: the store, and the locations with their Stripe accounts."""

import re
from pathlib import Path
from typing import Literal, NamedTuple

from koalalink.errors import ConfigError, UsageError
from koalalink.hints import Command

LOCATION_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
STRIPE_API = "https://api.stripe.com"


class KeySource(NamedTuple):
    """Where a key is kept: in a variable of the environment, in config.toml itself, or with a command that prints it.

    `words` are the variable's name, the key, or the command with its arguments.
    """

    kind: Literal["api_key_env", "api_key", "api_key_command"]
    words: tuple[str, ...]

    def __repr__(self) -> str:
        return f"<KeySource {self.kind}>"  # one of the words may be the key


class Location(NamedTuple):
    """A place of business with a Stripe account of its own; `name` is what is typed, `title` what people read."""

    name: str
    title: str
    key_source: KeySource
    api_base: str = STRIPE_API


class Config(NamedTuple):
    """The whole configuration, with paths made absolute."""

    store_path: Path
    locations: dict[str, Location]
    default_location: str | None = None
    warnings: tuple[str, ...] = ()

    def location(self, name: str | None) -> Location:
        """Return the location called `name`, or where it is None the one that is meant without a name."""
        chosen = name or self.default_location
        if chosen is not None:
            return self._named(chosen)
        if len(self.locations) == 1:
            return next(iter(self.locations.values()))
        if not self.locations:
            raise ConfigError("No location is set up yet.", hint="Type: " + Command("init"))
        choices = ", ".join(self.locations)
        raise UsageError(
            f"Which location? You have {choices}.", hint=f"Add, for example: --location {next(iter(self.locations))}"
        )

    def chosen(self, names: list[str] | None) -> list[Location]:
        """Return the locations called `names`, each once, or all of them where none is named."""
        if names:
            return [self._named(name) for name in dict.fromkeys(names)]
        if not self.locations:
            raise ConfigError("No location is set up yet.", hint="Type: " + Command("init"))
        return list(self.locations.values())

    def _named(self, name: str) -> Location:
        if name not in self.locations:
            choices = ", ".join(self.locations) or "none yet"
            raise UsageError(f"There is no location “{name}”.", hint=f"Your locations: {choices}.")
        return self.locations[name]
