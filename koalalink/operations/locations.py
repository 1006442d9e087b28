"""Setting locations up in the configuration: the first, others, other names, and removing them."""

import shlex
from contextlib import nullcontext
from typing import NamedTuple, Protocol

from koalalink.domain.api_key import RESTRICTED_KEY_PAGE, ApiKey
from koalalink.domain.changes import Action
from koalalink.domain.text import counted
from koalalink.errors import UsageError
from koalalink.hints import Command
from koalalink.operations.needs import HasConfig, HasSandbox, HasSettings, HasStore, HasTalk
from koalalink.operations.places import the_location
from koalalink.operations.ports import Store


class Needs(HasConfig, HasSettings, HasStore, HasTalk, HasSandbox, Protocol):
    """What setting up works with."""


class LocationRequest(NamedTuple):
    """A location, and where its key comes from; without a source the key is asked for."""

    name: str | None
    title: str | None = None
    api_key_env: str | None = None
    api_key_command: str | None = None


def init(need: Needs, request: LocationRequest, *, force: bool) -> None:
    """Write a configuration with one location; one that is there is replaced only with `force`."""
    _refuse_sandbox(need)
    if need.settings.exists() and not force:
        raise UsageError(
            f"{need.settings.path} already exists.",
            hint="To add a location, type: "
            + Command("locations", "add", "NAME")
            + ". To replace the whole file, add --force.",
        )
    name = request.name or need.talk.answer("What do you call your location, in one word?", "main")
    need.settings.create(name, _key_settings(need, name, request))
    need.talk.note(f"Wrote {need.settings.path}. To check that everything works, type: " + Command("doctor"))


def add_location(need: Needs, name: str, request: LocationRequest) -> None:
    """Add a location to the configuration."""
    _refuse_sandbox(need)
    settings = _key_settings(need, name, request)
    if need.settings.exists():
        _ = need.config  # a file that cannot be read is not changed
    need.settings.add(name, settings)
    need.talk.note(f"Added {name} to {need.settings.path}. To try the key, type: " + Command("doctor"))


def remove_location(need: Needs, name: str) -> None:
    """Remove a location from the configuration."""
    _refuse_sandbox(need)
    need.settings.remove(the_location(need.config, name))
    need.talk.note(f"Removed {name} from {need.settings.path}.")


def rename_location(need: Needs, old: str, new: str) -> None:
    """Give a location another name, in the configuration and in the store.

    Where one of the two has the new name already, as when somebody has changed the configuration by hand, the other
    follows. Raises UsageError where there is no such location, or another of that name.
    """
    _refuse_sandbox(need)
    configured, links = need.config.locations, need.store.links_by_location()
    if old in configured and new in configured:
        raise UsageError(f"There already is a location “{new}”.", hint="Choose another name.")
    if old not in configured and (new not in configured or old not in links):
        raise UsageError(
            f"There is no location “{old}”.", hint=f"Your locations: {', '.join(configured) or 'none yet'}."
        )
    with need.settings.renaming(old, new) if old in configured else nullcontext():
        if old not in links and _is_half_done(need.store, old, new):
            moved = links.get(new, 0)
        else:
            moved = need.store.rename_location(old, new)
    verb = "was" if moved == 1 else "were"
    need.talk.note(f"{old} is now called {new}. {counted(moved, 'link')} {verb} moved.")


def _is_half_done(store: Store, old: str, new: str) -> bool:
    """Tell whether a run that was killed in the middle has done the store's part."""
    newest = store.changes(action=Action.RENAMED, limit=1)
    return bool(newest) and newest[0].moved == (old, new) and newest[0].undone_by is None


def _refuse_sandbox(need: Needs) -> None:
    if need.sandbox:
        raise UsageError("The sandbox has its two locations built in.", hint="Leave out --sandbox to set up your own.")


def _key_settings(need: Needs, name: str, request: LocationRequest) -> dict[str, str | list[str]]:
    """Return what a location's section of config.toml says; a key that is typed is checked before it is kept."""
    title = request.title or name.capitalize()
    if request.api_key_env is not None and request.api_key_command is not None:
        raise UsageError("Two sources for one key were given.", hint="Leave one of them out.")
    if request.api_key_env is not None:
        return {"name": title, "api_key_env": request.api_key_env}
    if request.api_key_command is not None:
        return {"name": title, "api_key_command": _words(request.api_key_command)}
    need.talk.note("KoalaLink needs a key that can read customers and payment methods, and nothing else.")
    need.talk.note(f"This page of Stripe's makes one; the form is already filled in: {RESTRICTED_KEY_PAGE}")
    key = ApiKey(need.talk.secret("Paste the key (it is not shown)"), origin="What you pasted")
    return {"name": title, "api_key": key.reveal()}


def _words(command: str) -> list[str]:
    try:
        words = shlex.split(command)
    except ValueError:
        words = []
    if not words:
        raise UsageError("That command cannot be understood.", hint="Does every quotation mark have its partner?")
    return words
