"""config.toml: reading it, changing it, and finding the keys it speaks of."""

import os
import stat
import subprocess
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from koalalink.domain.api_key import ApiKey
from koalalink.domain.configuration import (
    LOCATION_NAME,
    STRIPE_API,
    Config,
    KeyFromCommand,
    KeyInEnvironment,
    KeyInFile,
    KeySource,
    Location,
)
from koalalink.errors import CorrectTheCommand, CorrectTheSetup

_KEY_SOURCES = ("api_key_env", "api_key", "api_key_command")
_COMMAND_WAIT = 20.0  # seconds: a password manager may ask for a fingerprint first


def load(path: Path, home: Path, environ: Mapping[str, str], *, must_exist: bool) -> Config:
    """Return the configuration of the file at `path`; without a file, what the environment says.

    Raises CorrectTheSetup, naming the line or the setting that is wrong.
    """
    try:
        document, mode = _read(path)
    except FileNotFoundError:
        if must_exist:
            raise CorrectTheSetup(f"There is no file {path}.", hint="Type: koalalink init") from None
        document, mode = {}, 0o600
    config = _Reader(path).config(document, home)
    if not config.locations and environ.get("STRIPE_API_KEY"):
        alone = Location(name="default", title="Default", key_source=KeyInEnvironment("STRIPE_API_KEY"))
        config = replace(config, locations={alone.name: alone})
    if api_base := environ.get("KOALALINK_API_BASE"):
        moved = {name: replace(location, api_base=api_base) for name, location in config.locations.items()}
        config = replace(config, locations=moved)
    if mode & 0o077 and any(isinstance(location.key_source, KeyInFile) for location in config.locations.values()):
        warning = f"{path} holds a key, and other people on this computer can read it. Type: chmod 600 {path}"
        config = replace(config, warnings=(warning,))
    return config


def _read(path: Path) -> tuple[dict[str, Any], int]:
    mend = "Mend that, then try again."
    try:
        with path.open("rb") as file:
            return tomllib.load(file), stat.S_IMODE(os.fstat(file.fileno()).st_mode)
    except tomllib.TOMLDecodeError as error:
        where = str(error).rpartition("(at ")[2].rstrip(")")
        raise CorrectTheSetup(f"{path} is not valid TOML, at {where}.", hint=mend) from error
    except UnicodeDecodeError as error:
        raise CorrectTheSetup(f"{path} is not a text in UTF-8.", hint=mend) from error
    except FileNotFoundError:
        raise
    except OSError as error:
        raise CorrectTheSetup(f"{path} cannot be read: {error.strerror}.", hint="Type: koalalink doctor") from error


class _Reader:
    """Turns a TOML document into a Config; every error names the setting."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def config(self, document: dict[str, Any], home: Path) -> Config:
        self._known(document, "", ("default_location", "store", "locations"))
        store = self._table(document, "store")
        self._known(store, "store.", ("path",))
        store_path = self._text(store, "store.", "path")
        locations = self._table(document, "locations")
        read = {name: self._location(name, self._table(locations, name, "locations.")) for name in locations}
        default = self._text(document, "", "default_location")
        if default and default not in read:
            self._refuse(f"default_location is “{default}”, but there is no [locations.{default}]")
        base = self._path.absolute().parent
        return Config(
            store_path=base / Path(store_path).expanduser() if store_path else home / "customers.db",
            locations=read,
            default_location=default or None,
        )

    def _location(self, name: str, table: dict[str, Any]) -> Location:
        prefix = f"locations.{name}."
        if not LOCATION_NAME.fullmatch(name):
            self._refuse(f"“{name}” is no name for a location: use small letters, digits, - and _")
        self._known(table, prefix, ("name", "api_base", *_KEY_SOURCES))
        named = [source for source in _KEY_SOURCES if source in table]
        if len(named) != 1:
            found = " and ".join(named) or "none of them"
            self._refuse(f"[locations.{name}] needs one of {', '.join(_KEY_SOURCES)}, and has {found}")
        return Location(
            name=name,
            title=self._text(table, prefix, "name") or name,
            key_source=self._key_source(named[0], table, prefix),
            api_base=self._text(table, prefix, "api_base") or STRIPE_API,
        )

    def _key_source(self, kind: str, table: dict[str, Any], prefix: str) -> KeySource:
        if kind == "api_key_command":
            command = table[kind]
            if not (isinstance(command, list) and command and all(isinstance(word, str) for word in command)):
                self._refuse(f'{prefix}{kind} is a list of words, as in ["op", "read", "op://office/stripe/key"]')
            return KeyFromCommand(tuple(command))
        text = self._text(table, prefix, kind)
        return KeyInFile(text) if kind == "api_key" else KeyInEnvironment(text)

    def _table(self, table: dict[str, Any], key: str, prefix: str = "") -> dict[str, Any]:
        value = table.get(key, {})
        if not isinstance(value, dict):
            self._refuse(f"[{prefix}{key}] is a section, not a value")
        return dict(value)

    def _text(self, table: dict[str, Any], prefix: str, key: str) -> str:
        value = table.get(key, "")
        if not isinstance(value, str):
            self._refuse(f"{prefix}{key} is a text in quotes")
        return str(value)

    def _known(self, table: dict[str, Any], prefix: str, known: tuple[str, ...]) -> None:
        for key in table:
            if key not in known:
                self._refuse(f"{prefix}{key} is no setting; there are {', '.join(known)}")

    def _refuse(self, what: str) -> None:
        raise CorrectTheSetup(f"In {self._path}: {what}.", hint="Mend that line, then try again.")


def find_key(location: Location, environ: Mapping[str, str], *, wait: float = _COMMAND_WAIT) -> ApiKey:
    """Return the key of a location from where it is kept; a command gets `wait` seconds to print it."""
    source, origin = location.key_source, f"The key of {location.name}"
    if isinstance(source, KeyInFile):
        return ApiKey(source.text, origin=f"{origin}, in config.toml,")
    if isinstance(source, KeyFromCommand):
        return ApiKey(_printed(source.command, origin, wait), origin=f"{origin}, as {source.command[0]} printed it,")
    if source.variable not in environ:
        raise CorrectTheSetup(
            f"{origin} should be in the environment variable {source.variable}, which is not set.",
            hint=f"Type: export {source.variable}=rk_live_…",
        )
    return ApiKey(environ[source.variable], origin=f"{origin}, in the environment variable {source.variable},")


def _printed(command: tuple[str, ...], origin: str, wait: float) -> str:
    hint = "Type that command yourself, and see what it says."
    try:
        # Its questions and complaints go to the terminal; only what it prints is the key.
        process = subprocess.Popen(command, stdout=subprocess.PIPE)  # noqa: S603
    except OSError as error:
        raise CorrectTheSetup(f"{origin} comes from {command[0]}: {error.strerror}.", hint=hint) from error
    with process:
        try:
            printed, _ = process.communicate(timeout=wait)
        except subprocess.TimeoutExpired:
            process.kill()
            # A child of its own may hold the pipe open for ever; what it prints is of no use any more.
            if process.stdout:
                process.stdout.close()
            raise CorrectTheSetup(
                f"{origin} comes from {command[0]}, which has not ended in {wait:g} seconds.", hint=hint
            ) from None
    if process.returncode:
        raise CorrectTheSetup(f"{origin} comes from {command[0]}, which failed ({process.returncode}).", hint=hint)
    return printed.decode("ascii", "replace")


def save(path: Path, document: dict[str, Any]) -> None:
    """Write the file anew, for its owner alone, wholly or not at all."""
    for name in document.get("locations", {}):
        _refuse_bad_name(name)
    _write(path, _toml(document))


def add_location(path: Path, name: str, settings: dict[str, Any]) -> None:
    """Add a section to the file, leaving every line that is there as it is, comments included."""
    _refuse_bad_name(name)
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    if name in tomllib.loads(text).get("locations", {}):
        raise CorrectTheCommand(
            f"There is a location “{name}” already.", hint=f"Remove it first: koalalink locations remove {name}"
        )
    section = _toml({"locations": {name: settings}})
    _write(path, f"{text.rstrip()}\n\n{section}".lstrip())


def _refuse_bad_name(name: str) -> None:
    if not LOCATION_NAME.fullmatch(name):
        raise CorrectTheCommand(
            f"“{name}” is no name for a location.", hint="Use small letters, digits, - and _, as in: downtown"
        )


def remove_location(path: Path, name: str) -> None:
    """Take a section out of the file, and nothing else; a default that names it goes with it."""
    text = path.read_text(encoding="utf-8")
    document = tomllib.loads(text)
    del document["locations"][name]
    kept, inside = [], False
    for line in text.splitlines(keepends=True):
        if line.lstrip().startswith("["):
            inside = line.split("#")[0].strip() in (f"[locations.{name}]", f'[locations."{name}"]')
        if not inside and not (document.get("default_location") == name and line.startswith("default_location")):
            kept.append(line)
    if document.get("default_location") == name:
        del document["default_location"]
    if not document["locations"]:
        del document["locations"]
    shortened = "".join(kept)
    # A file that is written in another style than ours is written anew.
    _write(path, shortened if tomllib.loads(shortened) == document else _toml(document))


def _toml(document: dict[str, Any]) -> str:
    import tomli_w  # only who writes the file needs it

    return tomli_w.dumps(document)


def _write(path: Path, text: str) -> None:
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(beside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise CorrectTheSetup(
            f"{path} cannot be written: {error.strerror}.", hint="May you write to its folder?"
        ) from error
