"""What config.toml says: the store, and the locations with their Stripe accounts."""

import ipaddress
import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from koalalink.errors import CorrectTheCommand, CorrectTheSetup

LOCATION_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
STRIPE_API = "https://api.stripe.com"


@dataclass(frozen=True, slots=True)
class KeyInEnvironment:
    """The key is the value of an environment variable."""

    variable: str


@dataclass(frozen=True, slots=True)
class KeyInFile:
    """The key itself stands in config.toml."""

    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class KeyFromCommand:
    """The key is what a command prints, a password manager's as a rule."""

    command: tuple[str, ...]


KeySource = KeyInEnvironment | KeyInFile | KeyFromCommand


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """A place of business with a Stripe account of its own; `name` is what is typed, `title` what people read."""

    name: str
    title: str
    key_source: KeySource
    api_base: str = STRIPE_API


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """The whole configuration, with paths made absolute."""

    store_path: Path
    locations: dict[str, Location] = field(default_factory=dict)
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
            raise CorrectTheSetup("No location is set up yet.", hint="Type: koalalink init")
        choices = ", ".join(self.locations)
        raise CorrectTheCommand(
            f"Which location? You have {choices}.", hint=f"Add, for example: --location {next(iter(self.locations))}"
        )

    def chosen(self, names: list[str] | None) -> list[Location]:
        """Return the locations called `names`, each once, or all of them where none is named."""
        if names:
            return [self._named(name) for name in dict.fromkeys(names)]
        if not self.locations:
            raise CorrectTheSetup("No location is set up yet.", hint="Type: koalalink init")
        return list(self.locations.values())

    def _named(self, name: str) -> Location:
        if name not in self.locations:
            choices = ", ".join(self.locations) or "none yet"
            raise CorrectTheCommand(f"There is no location “{name}”.", hint=f"Your locations: {choices}.")
        return self.locations[name]


def checked_api_base(address: str, *, origin: str) -> str:
    """Return `address` without a final slash if a key may be sent there: https, or http to this computer only."""
    try:
        parts = urlsplit(address)
        port_is_valid = parts.port is None or parts.port > 0
    except ValueError:
        parts, port_is_valid = urlsplit(""), False
    plain = not (parts.username or parts.password or parts.query or parts.fragment or parts.path.strip("/"))
    safe = parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(parts.hostname or ""))
    if not (parts.hostname and plain and safe and port_is_valid):
        raise CorrectTheSetup(
            f"{origin} is no address that a key may be sent to.",
            hint="Use https://…, or http://127.0.0.1:PORT for a program on this computer.",
        )
    return address.rstrip("/")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
