"""Changing config.toml, so that nothing else in it changes."""

import os
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import tomli_w

from koalalink.atomic_files import Disk, IfThere, sentences
from koalalink.command_line import Command
from koalalink.domain.settings.configuration import KEY_SOURCES, STORE_SOURCES, check_name
from koalalink.errors import UsageError


class ConfigFile:
    """config.toml, which is always written as a whole or not at all, for its owner alone."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def exists(self) -> bool:
        """Tell whether there is a file."""
        return self.path.exists()

    def check_new(self, name: str) -> None:
        """Raise UsageError where no location can have this name, or one has it already."""
        check_name(name)
        text = self.path.read_text(encoding="utf-8") if self.path.exists() else ""
        if name in tomllib.loads(text).get("locations", {}):
            raise UsageError(
                f"There already is a location “{name}”.",
                hint="To give it another key, type: " + Command("locations", "set-key", name),
            )

    def _refuse_environment(self, name: str) -> None:
        """Raise UsageError if there is no file: the location comes from the environment alone."""
        if not self.path.exists():
            raise UsageError(
                f"{name} is not in {self.path}, but in the environment.",
                hint="Write it into the file: " + Command("init"),
            )

    def create(self, name: str, settings: Mapping[str, object]) -> None:
        """Write a new file with one location, which is the default."""
        check_name(name)
        _write(self.path, tomli_w.dumps({"default_location": name, "locations": {name: dict(settings)}}))

    def add(self, name: str, settings: Mapping[str, object]) -> None:
        """Add a section to the file, leaving every line that is there as it is, comments included."""
        self.check_new(name)
        text = self.path.read_text(encoding="utf-8") if self.path.exists() else ""
        section = tomli_w.dumps({"locations": {name: dict(settings)}})
        _write(self.path, f"{text.rstrip()}\n\n{section}".lstrip())

    def remove(self, name: str) -> None:
        """Remove a section from the file, and nothing else; a default that names it goes with it."""
        text = self.path.read_text(encoding="utf-8")
        document = tomllib.loads(text)
        del document["locations"][name]
        kept, inside = [], False
        for line in text.splitlines(keepends=True):
            if line.lstrip().startswith("["):
                inside = _said(line) in (f"[locations.{name}]", f'[locations."{name}"]')
            if not inside and not (document.get("default_location") == name and line.startswith("default_location")):
                kept.append(line)
        if document.get("default_location") == name:
            del document["default_location"]
        if not document["locations"]:
            del document["locations"]
        shortened = "".join(kept)
        # A file in another style than ours is written as a whole.
        _write(self.path, shortened if tomllib.loads(shortened) == document else tomli_w.dumps(document))

    def set_store(self, source: Mapping[str, object]) -> None:
        """Say where the store is; nothing else in the file changes, which is made where there is none."""
        text = self.path.read_text(encoding="utf-8") if self.path.exists() else ""
        if "store" not in tomllib.loads(text):
            text = f"{text.rstrip()}\n\n[store]\n".lstrip()
        self._put(text, ("store",), ("path", *STORE_SOURCES), source)

    def set_key(self, name: str, source: Mapping[str, object]) -> None:
        """Put another source of its key into the section of a location; nothing else changes."""
        self._refuse_environment(name)
        self._put(self.path.read_text(encoding="utf-8"), ("locations", name), KEY_SOURCES, source)

    def _put(
        self, text: str, section: tuple[str, ...], instead_of: tuple[str, ...], values: Mapping[str, object]
    ) -> None:
        """Put values into a section of a text, in the place of others, and write it."""
        document = tomllib.loads(text)
        table = document
        for name in section:
            table = table[name]
        for name in instead_of:
            table.pop(name, None)
        table |= values
        *above, last = section
        titles = [f"[{'.'.join([*above, name])}]" for name in (last, f'"{last}"')]
        lines, inside = [], False
        for line in text.splitlines(keepends=True):
            if line.lstrip().startswith("["):
                inside = _said(line) in titles
            if inside and _said(line).partition("=")[0].strip() in instead_of:
                continue
            lines.append(line)
            if inside and _said(line).startswith("["):
                lines.append(tomli_w.dumps(dict(values)))
        written = "".join(lines)
        # A file in another style than ours is written as a whole.
        _write(self.path, written if _reads_as(written, document) else tomli_w.dumps(document))

    @contextmanager
    def renaming(self, old: str, new: str) -> Iterator[None]:
        """Give a section of the file another name, and a default that names it; nothing else changes.

        All is ready on the disk before anything is done within it, and in its place once that has gone well.
        """
        check_name(new)
        self._refuse_environment(old)
        text = self.path.read_text(encoding="utf-8")
        document = tomllib.loads(text)
        names = {name: new if name == old else name for name in document["locations"]}
        document["locations"] = {names[name]: section for name, section in document["locations"].items()}
        if document.get("default_location") == old:
            document["default_location"] = new
        written = "".join(_renamed(line, old, new) for line in text.splitlines(keepends=True))
        with Disk().writing(self.path, IfThere.REPLACE) as file:
            # A file in another style than ours is written as a whole.
            file.stream.write((written if _reads_as(written, document) else tomli_w.dumps(document)).encode())
            file.stream.flush()
            os.fsync(file.stream.fileno())
            yield


def _said(line: str) -> str:
    """Return a line without its comment; of a text with a # in it that is not all."""
    return line.split("#", maxsplit=1)[0].strip()


def _renamed(line: str, old: str, new: str) -> str:
    said = _said(line)
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
