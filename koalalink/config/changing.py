"""Changing config.toml, so that nothing else in it changes."""

import os
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import tomli_w

from koalalink.disk import Disk, IfThere, sentences
from koalalink.domain.configuration import LOCATION_NAME
from koalalink.errors import UsageError
from koalalink.hints import Command


def save(path: Path, document: dict[str, Any]) -> None:
    """Write the file for its owner alone, wholly or not at all."""
    for name in document.get("locations", {}):
        _refuse_bad_name(name)
    _write(path, tomli_w.dumps(document))


def add_location(path: Path, name: str, settings: dict[str, Any]) -> None:
    """Add a section to the file, leaving every line that is there as it is, comments included."""
    _refuse_bad_name(name)
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    if name in tomllib.loads(text).get("locations", {}):
        raise UsageError(
            f"There is a location “{name}” already.", hint="Remove it first: " + Command("locations", "remove", name)
        )
    section = tomli_w.dumps({"locations": {name: settings}})
    _write(path, f"{text.rstrip()}\n\n{section}".lstrip())


def _refuse_bad_name(name: str) -> None:
    if not LOCATION_NAME.fullmatch(name):
        raise UsageError(
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
    # A file in another style than ours is written as a whole.
    _write(path, shortened if tomllib.loads(shortened) == document else tomli_w.dumps(document))


@contextmanager
def renaming(path: Path, old: str, new: str) -> Iterator[None]:
    """Give a section of the file another name, and a default that names it; nothing else changes.

    All is ready on the disk before anything is done within it, and in its place once that has gone well.
    """
    _refuse_bad_name(new)
    if not path.exists():
        raise UsageError(
            f"{old} is not in {path}, but in the environment.", hint="Write it into the file: " + Command("init")
        )
    text = path.read_text(encoding="utf-8")
    document = tomllib.loads(text)
    names = {name: new if name == old else name for name in document["locations"]}
    document["locations"] = {names[name]: section for name, section in document["locations"].items()}
    if document.get("default_location") == old:
        document["default_location"] = new
    written = "".join(_renamed(line, old, new) for line in text.splitlines(keepends=True))
    with Disk().writing(path, IfThere.REPLACE) as file:
        # A file in another style than ours is written as a whole.
        file.stream.write((written if _reads_as(written, document) else tomli_w.dumps(document)).encode())
        file.stream.flush()
        os.fsync(file.stream.fileno())
        yield


def _renamed(line: str, old: str, new: str) -> str:
    said = line.split("#", maxsplit=1)[0].strip()
    if said in (f"[locations.{old}]", f'[locations."{old}"]'):
        return line.replace(said, f"[locations.{new}]", 1)
    if line.startswith("default_location") and said.endswith(f'"{old}"'):
        return line.replace(f'"{old}"', f'"{new}"', 1)
    return line


def _reads_as(text: str, document: dict[str, Any]) -> bool:
    try:
        return tomllib.loads(text) == document
    except tomllib.TOMLDecodeError:
        return False


def _write(path: Path, text: str) -> None:
    with sentences(path):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # The configuration is this module's own: nothing keeps it from being replaced.
    with Disk().writing(path, IfThere.REPLACE) as file:
        file.stream.write(text.encode())
