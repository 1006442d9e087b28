"""Which location has a Stripe ID, where none is named: all are asked at the same time."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from koalalink.command_line import Command
from koalalink.domain.stripe.customer import Absence, StripeCustomer
from koalalink.domain.text import listed
from koalalink.errors import KoalaError, NotFoundError, UsageError
from koalalink.operations.concurrency import Asking
from koalalink.operations.ports import HasAccounts, HasConfig, HasDirectory
from koalalink.operations.resolve_location import the_location

if TYPE_CHECKING:
    from koalalink.domain.stripe.ids import StripeId

_SEVERAL = 2


class KnowsIds(HasConfig, HasDirectory, HasAccounts, Protocol):
    """What tells which location has a Stripe ID."""


def location_with(need: KnowsIds, stripe_id: StripeId, name: str | None, *, offline: bool = False) -> str:
    """Return the location called `name`, or without a name the one that is meant, else the only one that has an ID.

    All are asked at the same time, or with `offline` what sync has copied. Raises UsageError where several have it or
    one cannot be asked, NotFoundError where none has.
    """
    config = need.config
    if name or config.default_location or len(config.locations) < _SEVERAL:
        return the_location(config, name)
    if offline:
        found = [each for each in config.locations if need.directory.known(each, [stripe_id])]
        return found[0] if len(found) == 1 else the_location(config, None)
    askings = {each: Asking(_asked_for(need, each, stripe_id)) for each in config.locations}
    answers: dict[str, StripeCustomer | Absence] = {}
    silent: dict[str, KoalaError] = {}
    for each, asking in askings.items():
        try:
            answers[each] = asking.result()
        except KoalaError as failure:
            silent[each] = failure
    if not answers:
        raise next(iter(silent.values()))
    found = [each for each, answer in answers.items() if answer is not Absence.NEVER_EXISTED]
    if len(found) == 1 and not silent:
        return found[0]
    if silent:
        reasons = " ".join(failure.message for failure in silent.values())
        told = f"Which location? {listed(silent)} could not be asked about {stripe_id}. {reasons}"
    elif found:
        told = f"Which location? {listed(found)} all have a customer {stripe_id}."
    else:
        raise NotFoundError(
            f"None of your Stripe accounts ({', '.join(answers)}) has a customer {stripe_id}.",
            hint="Look for the right one: " + Command("search", "NAME"),
        )
    raise UsageError(told, hint=f"Add, for example: --location {(found or [*answers])[0]}")


def _asked_for(need: KnowsIds, location: str, stripe_id: StripeId) -> Callable[[], StripeCustomer | Absence]:
    accounts = need.accounts  # what is made here is made once, and not by several threads
    return lambda: accounts(location).customer(stripe_id)
