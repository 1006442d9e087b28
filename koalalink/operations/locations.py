"""Setting locations up in the configuration: the first, others, other names, and removing them."""

import re
from contextlib import nullcontext
from typing import NamedTuple, Protocol

from koalalink.domain.api_key import RESTRICTED_KEY_PAGE, ApiKey
from koalalink.domain.changes import Action
from koalalink.domain.configuration import KEY_SOURCES, LOCATION_NAME, KeySource, Location, check_name
from koalalink.domain.directory import DirectoryState
from koalalink.domain.text import counted, fold, listed
from koalalink.errors import Aborted, ConfigError, NetworkError, StripeError, UsageError
from koalalink.hints import Command
from koalalink.operations.command_words import words_of_command
from koalalink.operations.consent import Stakes, consent
from koalalink.operations.needs import (
    HasConfig,
    HasDirectory,
    HasNewAccounts,
    HasSandbox,
    HasSettings,
    HasStore,
    HasTalk,
)
from koalalink.operations.places import the_location
from koalalink.operations.ports import Store

_WORD = re.compile(r"[a-z0-9]+")
_LONGEST = 40
"""Letters of the name of a location."""
_TRIES = 3
"""Times that a key can be pasted."""


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
    need.settings.create(name, _with_key(need, name, request))
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
    need.settings.add(name, _with_key(need, name, request))
    need.talk.note(
        f"Added {name} to {need.settings.path}. To copy its customers, type: " + Command("sync", location=name)
    )


def set_key(need: Needs, typed: str, request: LocationRequest, *, force: bool) -> None:
    """Give a location another key; where that opens another account than its customers are of, a person is asked."""
    _refuse_sandbox(need)
    name = the_location(need.config, typed)
    settings = _with_key(need, name, request, force=force, known=need.directory.state(name))
    need.settings.set_key(name, {key: value for key, value in settings.items() if key in KEY_SOURCES})
    need.talk.note(f"{name} has another key now. To check its links with it, type: " + Command("verify", location=name))


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


def _with_key(
    need: Needs, name: str, request: LocationRequest, *, force: bool = False, known: DirectoryState | None = None
) -> dict[str, str | list[str]]:
    """Return what a location's section of config.toml says, with a key that Stripe accepts.

    One that is typed is asked for again while it is wrong; elsewhere ConfigError is raised. `known` is the copy of the
    account that the location had until now.
    """
    title = request.title or name.capitalize()
    if request.api_key_env is not None and request.api_key_command is not None:
        raise UsageError("Two sources for one key were given.", hint="Leave one of them out.")
    settings: dict[str, str | list[str]]
    if request.api_key_env is not None:
        source, settings = KeySource("api_key_env", (request.api_key_env,)), {"api_key_env": request.api_key_env}
    elif request.api_key_command is not None:
        words = words_of_command(request.api_key_command)
        source, settings = KeySource("api_key_command", (*words,)), {"api_key_command": words}
    else:
        return {"name": title, "api_key": _asked_for(need, name, title, force=force, known=known)}
    _try(need, Location(name, title, source), force=force, known=known, is_kept_elsewhere=True)
    return {"name": title, **settings}


def _asked_for(need: Needs, name: str, title: str, *, force: bool, known: DirectoryState | None) -> str:
    need.talk.note("KoalaLink needs a key that can read customers and payment methods, and nothing else.")
    need.talk.note(f"This page of Stripe's makes one; the form is already filled in: {RESTRICTED_KEY_PAGE}")
    for more in range(_TRIES - 1, -1, -1):
        try:
            key = ApiKey(need.talk.secret("Paste the key (it is not shown)"), origin="What you pasted")
            location = Location(name, title, KeySource("api_key", (key.reveal(),)))
            _try(need, location, force=force, known=known)
        except ConfigError as wrong:
            if not need.talk.can_ask or not more:
                raise
            need.talk.warn(wrong.message)
        else:
            return key.reveal()
    raise AssertionError("the last try returns or raises")


def _try(
    need: Needs,
    location: Location,
    *,
    force: bool,
    known: DirectoryState | None,
    is_kept_elsewhere: bool = False,
) -> None:
    """Ask Stripe with a key, and say whose account it opens; raises ConfigError if it cannot be used.

    Where Stripe cannot be asked now, or the key is not there yet where it will be kept, that is said, and goes on.
    """
    try:
        stripe = need.new_account(location)
    except ConfigError as missing:
        if not is_kept_elsewhere:
            raise
        need.talk.warn(f"{missing.message} It was not tried.")
        return
    try:
        with need.talk.counting("Trying the key"):
            report = stripe.report()
    except (NetworkError, StripeError) as failure:
        need.talk.warn(f"{failure.message} The key was not tried. To try it later, type: " + Command("doctor"))
        return
    if not report.reads_customers:
        raise ConfigError(
            f"The key ({stripe.key}) is not allowed to read customers.",
            hint=f"Make one that can at {RESTRICTED_KEY_PAGE}",
        )
    whose = f"of the account {report.account}" if report.account else "of an account that it may not name"
    called = f" ({report.business})" if report.business else ""
    need.talk.note(f"The key works: {stripe.key.mode} mode, {whose}{called}.")
    if not report.reads_payment_methods:
        need.talk.warn("It is not allowed to read payment methods, so nobody's cards will be shown or checked.")
    if known and known.account and report.account and known.account != report.account:
        told = f"The customers of {location.name} were copied from another account, {known.account}."
        consent(
            need.talk,
            f"{told} Use this key anyway?",
            Stakes.IS_IN_DOUBT,
            agreed=force,
            refusal=f"{told} Nothing was changed.",
            hint="Is it the key of another location? If it is right, add --force.",
            declined="Nothing was changed.",
        )
