"""Reading config.toml; every error names the setting."""

import os
import re
import stat
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from koalalink.command_line import Command, quoted
from koalalink.domain.settings.configuration import (
    KEY_SOURCES,
    LOCATION_NAME,
    STORE_SOURCES,
    STRIPE_API,
    Config,
    KeySource,
    Location,
    StoreSource,
)
from koalalink.domain.stripe.api_key import has_key
from koalalink.errors import ConfigError

_OF_A_LOCATION = re.compile(r"locations\.[^.]+\.")

_MOST_BYTES = 1 << 20
"""A thousand locations have a quarter of it; some devices never end."""


def load(path: Path, home: Path, environ: Mapping[str, str], *, must_exist: bool) -> Config:
    """Return the configuration of the file at `path`; without a file, what the environment says.

    Raises ConfigError, naming the line or the setting that is wrong.
    """
    try:
        document, mode = _read(path)
    except FileNotFoundError:
        if must_exist:
            raise ConfigError(f"There is no file {path}.", hint="Type: " + Command("init")) from None
        document, mode = {}, 0o600
    config = _Reader(path).config(document, home)
    if not config.locations and environ.get("STRIPE_API_KEY"):
        alone = Location(name="default", title="Default", key_source=KeySource("api_key_env", ("STRIPE_API_KEY",)))
        config = config._replace(locations={alone.name: alone})
    if api_base := environ.get("KOALALINK_API_BASE"):
        moved = {name: location._replace(api_base=api_base) for name, location in config.locations.items()}
        config = config._replace(locations=moved)
    secret = "a key" if any(each.key_source.kind == "api_key" for each in config.locations.values()) else ""
    if config.shared and config.shared.kind == "url":
        secret = secret or "the URL of your store"
    if mode & 0o077 and secret:
        warning = (
            f"{path} holds {secret}, and other people on this computer can read it. Type: chmod 600 {quoted(str(path))}"
        )
        config = config._replace(warnings=(warning,))
    return config


def _read(path: Path) -> tuple[dict[str, Any], int]:
    mend = "Fix that, then try again."
    try:
        _refuse_link(path)
        with path.open("rb") as file:
            about = os.fstat(file.fileno())
            _refuse_foreign(path, about.st_uid)
            _refuse_open(path, about.st_mode)
            text = file.read(_MOST_BYTES + 1)
            if len(text) > _MOST_BYTES:
                raise ConfigError(f"{path} is too large for a configuration.", hint="Name another file.")
            return tomllib.loads(text.decode()), stat.S_IMODE(about.st_mode)
    except tomllib.TOMLDecodeError as error:
        where = str(error).rpartition("(at ")[2].rstrip(")")
        raise ConfigError(f"{path} is not valid TOML, at {where}.", hint=mend) from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path} is not UTF-8 text.", hint=mend) from error
    except FileNotFoundError:
        raise
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}.", hint="Type: " + Command("doctor")) from error


# What the file says is run (api_key_command), and where keys are sent to: it must be the user's own word.
def _refuse_link(path: Path) -> None:
    if path.is_symlink() and path.is_file():  # a shell's <(…) is a link to a pipe
        raise ConfigError(
            f"{path} is a link to another file, and anybody who can change that file could read your keys.",
            hint="Put the file itself there, or name it: " + Command(config=path.resolve()),
        )


def _refuse_foreign(path: Path, owner: int) -> None:
    if os.name == "posix" and owner not in (os.getuid(), 0):
        raise ConfigError(
            f"{path} belongs to another user, who could read your keys by changing it.",
            hint=f"If you trust what is in it, make it yours: sudo chown $USER {quoted(str(path))}",
        )


def _refuse_open(path: Path, mode: int) -> None:
    if os.name == "posix" and stat.S_ISREG(mode) and mode & 0o022:
        raise ConfigError(
            f"{path} can be changed by other people on this computer, who could read your keys that way.",
            hint=f"If you trust what is in it, keep others out: chmod 600 {quoted(str(path))}",
        )


class _Reader:
    """Turns a TOML document into a Config; every error names the setting."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def config(self, document: dict[str, Any], home: Path) -> Config:
        self._refuse_keys(document)
        self._known(document, "", ("default_location", "metadata_key", "store", "locations"))
        store = self._table(document, "store")
        self._known(store, "store.", ("path", *STORE_SOURCES))
        store_path = self._text(store, "store.", "path")
        locations = self._table(document, "locations")
        read = {name: self._location(name, self._table(locations, name, "locations.")) for name in locations}
        if metadata_key := self._text(document, "", "metadata_key"):
            read = {
                name: each if each.metadata_key else each._replace(metadata_key=metadata_key)
                for name, each in read.items()
            }
        default = self._text(document, "", "default_location")
        if default and default not in read:
            self._refuse(f"default_location is “{default}”, but there is no section [locations.{default}]")
        return Config(
            store_path=self._path.parent / Path(store_path).expanduser() if store_path else home / "customers.db",
            locations=read,
            default_location=default or None,
            shared=self._shared(store),
        )

    def _refuse_keys(self, value: Any, setting: str = "") -> None:
        """Refuse one of Stripe's secrets anywhere but as `api_key`; neither a name nor a text may show it later."""
        if isinstance(value, dict):
            for name, each in value.items():
                if has_key(name):
                    where = f"the section [{setting.rstrip('.')}]" if setting else "the file"
                    self._refuse(f"{where} has a name that is a Stripe key; a key is the value of api_key")
                if not (_OF_A_LOCATION.fullmatch(setting) and name == "api_key"):
                    self._refuse_keys(each, f"{setting}{name}.")
        elif isinstance(value, list):
            for each in value:
                self._refuse_keys(each, setting)
        elif isinstance(value, str) and has_key(value):
            self._refuse(f"{setting.rstrip('.')} has a Stripe key in it; a key is the value of api_key")

    def _shared(self, table: dict[str, Any]) -> StoreSource | None:
        named = [setting for setting in ("path", *STORE_SOURCES) if setting in table]
        if len(named) > 1:
            self._refuse(f"[store] needs one of path, {', '.join(STORE_SOURCES)}, and has {' and '.join(named)}")
        if "url_command" in table:
            return StoreSource("url_command", self._command(table, "store.", "url_command"))
        if "url" in table:
            return StoreSource("url", (self._text(table, "store.", "url"),))
        return StoreSource("url_env", (self._text(table, "store.", "url_env"),)) if "url_env" in table else None

    def _location(self, name: str, table: dict[str, Any]) -> Location:
        prefix = f"locations.{name}."
        if not LOCATION_NAME.fullmatch(name):
            self._refuse(f"“{name}” cannot be the name of a location: use small letters, digits, - and _")
        self._known(table, prefix, ("name", "api_base", "metadata_key", *KEY_SOURCES))
        named = [source for source in KEY_SOURCES if source in table]
        if len(named) != 1:
            found = " and ".join(named) or "none of them"
            self._refuse(f"[locations.{name}] needs one of {', '.join(KEY_SOURCES)}, and has {found}")
        return Location(
            name=name,
            title=self._text(table, prefix, "name") or name,
            key_source=self._key_source(table, prefix),
            api_base=self._text(table, prefix, "api_base") or STRIPE_API,
            metadata_key=self._text(table, prefix, "metadata_key"),
        )

    def _key_source(self, table: dict[str, Any], prefix: str) -> KeySource:
        if "api_key_command" in table:
            return KeySource("api_key_command", self._command(table, prefix, "api_key_command"))
        if "api_key" in table:
            return KeySource("api_key", (self._text(table, prefix, "api_key"),))
        return KeySource("api_key_env", (self._text(table, prefix, "api_key_env"),))

    def _command(self, table: dict[str, Any], prefix: str, key: str) -> tuple[str, ...]:
        command = table[key]
        if not (isinstance(command, list) and command and all(isinstance(word, str) for word in command)):
            example = '["op", "read", "op://office/stripe/key"]'
            self._refuse(f"{prefix}{key} must be a list of words, as in {example}")
        return tuple(command)

    def _table(self, table: dict[str, Any], key: str, prefix: str = "") -> dict[str, Any]:
        value = table.get(key, {})
        if not isinstance(value, dict):
            self._refuse(f"[{prefix}{key}] must be a section, not a value")
        return dict(value)

    def _text(self, table: dict[str, Any], prefix: str, key: str) -> str:
        value = table.get(key, "")
        if not isinstance(value, str):
            self._refuse(f"{prefix}{key} must be text in quotation marks")
        return str(value)

    def _known(self, table: dict[str, Any], prefix: str, known: tuple[str, ...]) -> None:
        for key in table:
            if key not in known:
                self._refuse(f"{prefix}{key} is not a setting; the settings are {', '.join(known)}")

    def _refuse(self, what: str) -> None:
        raise ConfigError(f"In {self._path}: {what}.", hint="Fix that line, then try again.")
