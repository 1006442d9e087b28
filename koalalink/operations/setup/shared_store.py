"""Setting up one store for several offices."""

from typing import NamedTuple, Protocol

from koalalink.command_line import Command
from koalalink.domain.settings.configuration import StoreSource
from koalalink.domain.settings.store_url import Address
from koalalink.domain.setup.shared_store import OFFICE_ROLE, Prepared
from koalalink.domain.stripe.api_key import has_key
from koalalink.errors import AccessRefused, ConfigError, UsageError
from koalalink.operations.ports import HasConfig, HasSandbox, HasSettings, HasSharing, HasTalk
from koalalink.operations.setup.command_words import words_of_command

_TRIES = 3
"""Times that a password can be typed."""


class Needs(HasConfig, HasSettings, HasSharing, HasTalk, HasSandbox, Protocol):
    """What sharing works with."""


class SharingRequest(NamedTuple):
    """Where the URL of the store is: typed, without a password; or in a variable; or printed by a command."""

    url: str | None = None
    env: str | None = None
    command: str | None = None


def share(need: Needs, request: SharingRequest) -> None:
    """Prepare a database as a store that offices share, or use one that was, and write that into the configuration.

    Raises UsageError where the URL that was typed has a password in it, which others could see.
    """
    if need.sandbox:
        raise UsageError("The sandbox has a store of its own.", hint="Leave out --sandbox to set up a shared one.")
    if sum(given is not None for given in request) != 1:
        raise UsageError("Two places for one store were given.", hint="Leave one of them out.")
    known = need.config if need.settings.exists() else None  # a file that cannot be read is not changed
    settings: dict[str, str | list[str]]
    if request.url is not None:
        address, prepared = _asked_for(need, _typed(request.url))
        settings = {"url": address.reveal()}
    elif request.env is not None:
        address = need.find_url(StoreSource("url_env", (request.env,)))
        prepared, settings = _prepared(need, address), {"url_env": request.env}
    else:
        words = words_of_command(request.command or "")
        address = need.find_url(StoreSource("url_command", (*words,)))
        prepared, settings = _prepared(need, address), {"url_command": words}
    need.settings.set_store(settings)
    _tell(need, address, prepared)
    if known and not known.shared and known.store_path.exists():
        need.talk.note("To bring your customers so far into it, type: " + Command("restore", known.store_path))
    if not known or not known.locations:
        need.talk.note("To set up your first location, type: " + Command("locations", "add", "NAME"))


def _typed(url: str) -> Address:
    try:
        address = Address(url, origin="What stands behind --store")
    except ConfigError as wrong:
        raise UsageError(wrong.message, hint=wrong.hint) from None
    if address.has_password:
        raise UsageError(
            "There is a password in that URL, and other people on this computer can see what you type.",
            hint="Leave the password out: you will be asked for it. A script names a variable with --store-env.",
        )
    return address


def _asked_for(need: Needs, address: Address) -> tuple[Address, Prepared]:
    """Return the address with the password that opens it, where it needs one, and what came of preparing it."""
    try:
        return address, _prepared(need, address)
    except AccessRefused:
        pass
    for more in range(_TRIES - 1, -1, -1):
        password = need.talk.secret(f"Password of {address.user or 'your user'} for {address} (it is not shown)")
        if has_key(password):
            raise UsageError("What was pasted is a Stripe key, not a password. It was not used.")
        named = address.with_password(password.strip())
        try:
            return named, _prepared(need, named)
        except AccessRefused as wrong:
            if not need.talk.can_ask or not more:
                raise
            need.talk.warn(wrong.message)
    raise AssertionError("the last try returns or raises")


def _prepared(need: Needs, address: Address) -> Prepared:
    with need.talk.counting("Setting up the shared store"):
        return need.prepare(address)


def _tell(need: Needs, address: Address, prepared: Prepared) -> None:
    what = "is a shared store already" if prepared.was_there else "is a shared store now"
    need.talk.note(f"The database {address} {what}, and this computer uses it.")
    if prepared.is_owner:
        need.talk.note(
            "The name in your URL owns the store, and could alter its history. Give every office a name that cannot. "
            "Each is made on the server by these two statements, with a password that you choose:"
        )
        need.talk.note("CREATE ROLE downtown LOGIN PASSWORD '…';")
        need.talk.note(f"GRANT {OFFICE_ROLE} TO downtown;")
