"""A location's new key: found where it is kept, or asked for, and tried before it takes the place of another."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

from koalalink.command_line import Command
from koalalink.domain.settings.configuration import KeySource, Location
from koalalink.domain.stripe.account import StripeAccount
from koalalink.domain.stripe.api_key import RESTRICTED_KEY_PAGE, ApiKey
from koalalink.domain.stripe.customer import Absence, KeyReport
from koalalink.errors import ConfigError, KoalaError, NetworkError, StripeError, UsageError
from koalalink.operations.consent import Stakes, consent
from koalalink.operations.linking.account_guard import known_account
from koalalink.operations.ports import HasDirectory, HasNewAccounts, HasStore, HasTalk
from koalalink.operations.setup.command_words import words_of_command

if TYPE_CHECKING:
    from koalalink.stripe_client.client import StripeGateway

_TRIES = 3
"""Times that a key can be pasted."""
_SAMPLE = 3
"""Stripe customers by which a key that may not name its account is recognized."""

Settings = dict[str, str | list[str]]
"""What the section of a location in config.toml says."""


class Needs(HasStore, HasDirectory, HasNewAccounts, HasTalk, Protocol):
    """What trying a key works with."""


class KeyRequest(NamedTuple):
    """Where the key of a location comes from; without a source it is asked for."""

    location: Location
    """As it is, or will be, but for the key."""
    env: str | None = None
    command: str | None = None
    replaces: bool = False
    """The location has a key that works; it stays where this one cannot be tried."""
    force: bool = False
    """A key that opens another account may be used; and one that replaces another, untried."""


def settings_with_key(need: Needs, request: KeyRequest) -> Settings:
    """Return what a location's section of config.toml says, with a key that Stripe accepts.

    One that is typed is asked for again while it is wrong; elsewhere ConfigError is raised.
    """
    title = request.location.title
    if request.env is not None and request.command is not None:
        raise UsageError("Two sources for one key were given.", hint="Leave one of them out.")
    if request.env is not None:
        _try(need, request, KeySource("api_key_env", (request.env,)))
        return {"name": title, "api_key_env": request.env}
    if request.command is not None:
        words = words_of_command(request.command)
        _try(need, request, KeySource("api_key_command", (*words,)))
        return {"name": title, "api_key_command": words}
    return {"name": title, "api_key": _asked_for(need, request)}


def _asked_for(need: Needs, request: KeyRequest) -> str:
    need.talk.note("KoalaLink needs a key that can read customers and payment methods, and nothing else.")
    need.talk.note(f"This page of Stripe's makes one; the form is already filled in: {RESTRICTED_KEY_PAGE}")
    for more in range(_TRIES - 1, -1, -1):
        try:
            key = ApiKey(need.talk.secret("Paste the key (it is not shown)"), origin="What you pasted")
            _try(need, request, KeySource("api_key", (key.reveal(),)))
        except ConfigError as wrong:
            if not need.talk.can_ask or not more:
                raise
            need.talk.warn(wrong.message)
        else:
            return key.reveal()
    raise AssertionError("the last try returns or raises")


def _try(need: Needs, request: KeyRequest, source: KeySource) -> None:
    """Ask Stripe with a key, and say whose account it opens; raises ConfigError where it cannot be used.

    Where it is not there yet, or Stripe cannot be asked now, that is said, and it goes on: unless a key would be
    replaced that works.
    """
    location = request.location._replace(key_source=source)
    may_be_untried = request.force or not request.replaces
    try:
        stripe = need.new_account(location)
    except ConfigError as missing:
        if source.kind == "api_key" or not may_be_untried:
            raise
        need.talk.warn(f"{missing.message} It was not tried.")
        return
    try:
        with need.talk.counting("Trying the key"):
            report = stripe.report()
    except (NetworkError, StripeError) as failure:
        if not may_be_untried:
            raise _still_the_old(location.name, failure) from None
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
    if told := _why_another(need, location.name, stripe, report):
        consent(
            need.talk,
            f"{told} Use this key anyway?",
            Stakes.IS_IN_DOUBT,
            agreed=request.force,
            refusal=f"{told} Nothing was changed.",
            hint="Is it the key of another location? If it is right, add --force.",
            declined="Nothing was changed.",
        )


def _still_the_old(location: str, failure: KoalaError) -> KoalaError:
    """Return what has kept a key from being tried, with what became of the one that it was to replace."""
    return type(failure)(
        f"{failure.message} The new key was not tried, so {location} still has its old one.",
        hint="Try again later. To save the new key without trying it, add --force.",
    )


def _why_another(need: Needs, location: str, stripe: StripeGateway, report: KeyReport) -> str | None:
    """Return why a key seems to open another account than the customers of a location are of; None where it does not.

    One that may not name its account is known by those whom it has: an account knows even its deleted customers.
    """
    known = known_account(need.store, need.directory, location)
    if why := known.why_another(StripeAccount(report.account, report.business, stripe.key.livemode)):
        return why
    links = need.store.some_links(location, _SAMPLE)
    absent = (Absence.NEVER_EXISTED, Absence.OTHER_MODE)
    if links and report.account is None and all(stripe.customer(link.stripe_id) in absent for link in links):
        return f"This key knows none of the customers that are linked at {location}: it opens another account."
    return None
