"""Taking an export of the Stripe Dashboard into the directory, with or without a key."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, islice
from typing import TYPE_CHECKING, Protocol

from koalalink.domain.mirror.mirror import ExportedCustomer, ExportedPayment, SyncedLocation, with_export, with_payment
from koalalink.domain.stripe.customer import Absence
from koalalink.domain.stripe.ids import StripeId
from koalalink.domain.text import counted, listed
from koalalink.errors import ConfigError, ConflictError, KoalaError
from koalalink.operations.ports import HasAccounts, HasConfig, HasDirectory, HasTalk, HasTime, Talk

if TYPE_CHECKING:
    from koalalink.files.stripe_exports import StripeExport
    from koalalink.stripe_client.client import StripeGateway

_Row = ExportedCustomer | ExportedPayment
_BATCH = 1000
_SAMPLE = 3
"""Customers of an export that are looked up, to find out whether it is of the location's account."""


class Needs(HasConfig, HasDirectory, HasAccounts, HasTalk, HasTime, Protocol):
    """What taking an export works with."""


def sync_from_export(need: Needs, location: str, export: StripeExport, *, force: bool) -> SyncedLocation:
    """Take an export of the Stripe Dashboard into the directory; customers that are not in it are not gone.

    Raises ConflictError where it is of another account or mode than the location's key, unless `force` is given.
    """
    directory, talk = need.directory, need.talk
    payments = sorted(export.payments, key=lambda row: (row.at is None, -(row.at.timestamp() if row.at else 0)))
    stripe = _openable(need, location)
    if stripe and not force:
        sample = [*islice(export.customers(), _SAMPLE)] or payments
        _refuse_another_export(stripe, export, [row.stripe_id for row in sample], talk)
    livemode = stripe.key.livemode if stripe else export.livemode is not False
    state = directory.state(location)
    if state is None:
        directory.begin(location, None, None, need.now)
    left = state.left if state else ()
    new = changed = 0
    with talk.counting("Reading Stripe customers", export.size or None) as count:
        for batch in _batches(chain[_Row](export.customers(), payments)):
            people = directory.known(location, {row.stripe_id for row in batch})
            for row in batch:
                known = people.get(row.stripe_id)
                if isinstance(row, ExportedCustomer):
                    people[row.stripe_id] = with_export(known, row, livemode=livemode)
                else:
                    people[row.stripe_id] = with_payment(known, row, livemode=livemode)
            more, other = directory.put(location, [*people.values()], left)
            new, changed = new + more, changed + other
            count(len(batch))
    directory.touch(location, need.now)
    if export.left_out:
        rows = listed([*export.left_out][:5]) + (" and others" if len(export.left_out) > 5 else "")
        size = counted(len(export.left_out), "row")
        talk.warn(f"{size} of {export.name} left out, as the ID there is not a customer's: {rows}.")
    return SyncedLocation(location, directory.count(location), new, changed, 0)


def _batches(rows: Iterator[_Row]) -> Iterator[list[_Row]]:
    while batch := [*islice(rows, _BATCH)]:
        yield batch


def _openable(need: Needs, location: str) -> StripeGateway | None:
    """Return the Stripe account of a location, where it has a key."""
    try:
        return need.accounts(location) if location in need.config.locations else None
    except ConfigError as missing:
        need.talk.note(f"{missing.message} The export is taken without asking Stripe.")
        return None


def _refuse_another_export(stripe: StripeGateway, export: StripeExport, ids: list[StripeId], talk: Talk) -> None:
    """Raise ConflictError where the key does not know the customers of an export."""
    mode, other = ("live", "test") if stripe.key.livemode else ("test", "live")
    hint = f"Is it the export of {stripe.location}? If you are sure, add --force."
    if export.livemode is not None and export.livemode is not stripe.key.livemode:
        raise ConflictError(
            f"{export.name} is of {other} mode, and the key of {stripe.location} is a {mode} key.", hint=hint
        )
    try:
        found = [stripe.customer(stripe_id) for stripe_id in dict.fromkeys(ids[:_SAMPLE])]
    except KoalaError as failure:
        # Dashboard exports are of live accounts, as a rule.
        if not stripe.key.livemode:
            raise ConflictError(
                f"{failure.message} Whether {export.name} is of test mode, as the key of {stripe.location} is, "
                "cannot be found out.",
                hint=hint,
            ) from failure
        talk.warn(f"{failure.message} It was not checked that {export.name} is of {stripe.location}.")
        return
    if all(each is Absence.OTHER_MODE for each in found):
        raise ConflictError(
            f"{export.name} is of {other} mode, and the key of {stripe.location} is a {mode} key.", hint=hint
        )
    if all(each in (Absence.OTHER_MODE, Absence.NEVER_EXISTED) for each in found):
        raise ConflictError(f"{export.name} is of another Stripe account than the key of {stripe.location}.", hint=hint)
