"""What config.toml says: the store, and the locations with their Stripe accounts."""

import re
from pathlib import Path
from typing import Literal, NamedTuple

from koalalink.errors import UsageError

LOCATION_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
STRIPE_API = "https://api.stripe.com"


KEY_SOURCES = ("api_key_env", "api_key", "api_key_command")
"""The settings of a location of which one says where its key is kept."""


class KeySource(NamedTuple):
    """Where a key is kept: in a variable of the environment, in config.toml itself, or with a command that prints it.

    `words` are the variable's name, the key, or the command with its arguments.
    """

    kind: Literal["api_key_env", "api_key", "api_key_command"]
    words: tuple[str, ...]

    def __repr__(self) -> str:
        return f"<KeySource {self.kind}>"  # one of the words may be the key


STORE_SOURCES = ("url_env", "url", "url_command")
"""The settings of [store] of which one says where the URL of a shared store is kept."""


class StoreSource(NamedTuple):
    """Where the URL of a shared store is kept; `words` as those of a KeySource."""

    kind: Literal["url_env", "url", "url_command"]
    words: tuple[str, ...]

    def __repr__(self) -> str:
        return f"<StoreSource {self.kind}>"  # the URL may hold a password


class Location(NamedTuple):
    """A place of business with a Stripe account of its own; `name` is what is typed, `title` what people read."""

    name: str
    title: str
    key_source: KeySource
    api_base: str = STRIPE_API
    metadata_key: str = ""
    """Which of the metadata of Stripe's customers holds the ID that the customer has in our list."""


class Config(NamedTuple):
    """The whole configuration, with paths made absolute."""

    store_path: Path
    """The file of the store; where it is shared this is not used."""
    locations: dict[str, Location]
    default_location: str | None = None
    warnings: tuple[str, ...] = ()
    shared: StoreSource | None = None
    """Where the URL of the shared store is kept, where there is one."""


def check_name(name: str) -> None:
    """Raise UsageError where a location cannot be called so."""
    if not LOCATION_NAME.fullmatch(name):
        raise UsageError(
            f"“{name}” cannot be the name of a location.",
            hint="Use small letters, digits, - and _, as in: downtown",
        )
