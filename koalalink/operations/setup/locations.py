"""Setting locations up in the configuration: the first, others, other names, and removing them."""

from __future__ import annotations

import re
from contextlib import nullcontext
from typing import TYPE_CHECKING, NamedTuple, Protocol

from koalalink.command_line import Command
from koalalink.domain.history.changes import Action
from koalalink.domain.settings.configuration import KEY_SOURCES, LOCATION_NAME, KeySource, Location, check_name
from koalalink.domain.text import counted, fold, listed
from koalalink.errors import Aborted, UsageError
from koalalink.operations.consent import consent_by_name
from koalalink.operations.ports import (
    HasConfig,
    HasDirectory,
    HasNewAccounts,
    HasSandbox,
    HasSettings,
    HasStore,
    HasTalk,
)
from koalalink.operations.resolve_location import the_location
from koalalink.operations.setup.new_key import KeyRequest, settings_with_key

if TYPE_CHECKING:
    from koalalink.store.repository import Store

_WORD = re.compile(r"[a-z0-9]+")
_LONGEST = 40
"""Letters of the name of a location."""


class Needs(HasConfig, HasSettings, HasStore, HasDirectory, HasNewAccounts, HasTalk, HasSandbox, Protocol):
    """What setting up works with."""


class LocationRequest(NamedTuple):
    """A location, and where its key comes from; without a source the key is asked for."""

    name: str | None
    title: str | None = None
    api_key_env: str | None = None
    api_key_command: str | None = None


def init(need: Needs, request: LocationRequest, *, force: bool) -> None:
    """Write a configuration with one location; one that is there is replaced only with `force`.

    Where one is there, a person can give its locations other keys, or add one.
    """
    _refuse_sandbox(need)
    if need.settings.exists() and not force:
        _init_again(need, request)
        return
    request = request if request.name else _called(need, request, "main")
    name = request.name or ""
    check_name(name)
    need.settings.create(name, settings_with_key(need, _of_new(name, request)))
    need.talk.note(f"Wrote {need.settings.path}. To check that everything works, type: " + Command("doctor"))


def _init_again(need: Needs, request: LocationRequest) -> None:
    path, locations = need.settings.path, [*need.config.locations]
    if request != LocationRequest(None) or not need.talk.can_ask:
        raise UsageError(
            f"{path} already exists.",
            hint="To add a location, type: "
            + Command("locations", "add", "NAME")
            + ". To give one another key, type: "
            + Command("locations", "set-key", "NAME")
            + ". To replace the whole file, add --force.",
        )
    need.talk.note(f"{path} is there already, with {listed(locations) or 'no location'}.")
    choices = [f"Give {name} another key" for name in locations] + ["Add another location"]
    for number, choice in enumerate(choices, 1):
        need.talk.note(f"{number}  {choice}")
    chosen = need.talk.choose("What do you want to do?", len(choices))
    if chosen is None:
        raise Aborted("Nothing was changed.")
    if chosen <= len(locations):
        set_key(need, locations[chosen - 1], request, force=False)
    else:
        request = _called(need, request, "")
        add_location(need, request.name or "", request)


def _called(need: Needs, request: LocationRequest, default: str) -> LocationRequest:
    """Ask what a location is called; what people call it is its title, and what is typed is made of that."""
    while True:
        title = need.talk.answer("What do you call your location?", default)
        name = "-".join(_WORD.findall(fold(title)))[:_LONGEST].rstrip("-")
        if LOCATION_NAME.fullmatch(name):
            break
        if not need.talk.can_ask:
            check_name(title)
        need.talk.warn("The name needs a letter or a digit, as in: downtown")
    if name != title:
        need.talk.note(f"In commands, type it as {name}")
    return request._replace(name=name, title=request.title or (title if name != title else None))


def add_location(need: Needs, name: str, request: LocationRequest) -> None:
    """Add a location to the configuration; the name is checked before a key is asked for."""
    _refuse_sandbox(need)
    if need.settings.exists():
        _ = need.config  # a file that cannot be read is not changed
    need.settings.check_new(name)
    need.settings.add(name, settings_with_key(need, _of_new(name, request)))
    need.talk.note(
        f"Added {name} to {need.settings.path}. To copy its customers, type: " + Command("sync", location=name)
    )


def set_key(need: Needs, typed: str, request: LocationRequest, *, force: bool) -> None:
    """Give a location another key; where that opens another account than its customers are of, a person is asked.

    The key of before stays until the new one has worked; `force` saves it untried. Raises as what has failed does:
    ConfigError where there is no key yet, NetworkError where Stripe is out of reach.
    """
    _refuse_sandbox(need)
    name = the_location(need.config, typed)
    location = need.config.locations[name]
    wanted = KeyRequest(location, request.api_key_env, request.api_key_command, replaces=True, force=force)
    settings = settings_with_key(need, wanted)
    need.settings.set_key(name, {key: value for key, value in settings.items() if key in KEY_SOURCES})
    need.talk.note(f"{name} has another key now. To check its links with it, type: " + Command("verify", location=name))


def remove_location(need: Needs, typed: str, *, agreed: bool) -> None:
    """Remove a location from the configuration, and with it perhaps the only copy of its key; raises as `consent`."""
    _refuse_sandbox(need)
    name = the_location(need.config, typed)
    links = need.store.links_by_location().get(name, 0)
    losses = [f"{counted(links, 'link')} that will not be used any longer"] if links else []
    if need.config.locations[name].key_source.kind == "api_key":
        losses.append("a key that is kept nowhere else")
    told = f"{name} has {listed(losses)}." if losses else f"{name} will no longer be set up."
    consent_by_name(
        need.talk,
        f"{told} Type {name} to remove it:",
        name,
        agreed=agreed,
        refusal=f"{told} Nothing was changed.",
        hint="If you are sure, add --yes.",
    )
    need.settings.remove(name)
    need.talk.note(f"Removed {name} from {need.settings.path}.")


def _of_new(name: str, request: LocationRequest) -> KeyRequest:
    """Return the key of a location that is not there yet."""
    location = Location(name, request.title or name.capitalize(), KeySource("api_key", ("",)))
    return KeyRequest(location, request.api_key_env, request.api_key_command)


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
