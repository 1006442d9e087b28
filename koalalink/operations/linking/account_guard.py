"""The right account: a link is saved only with a key of the account and mode that its location has in the list."""

from typing import Protocol

from koalalink.command_line import Command
from koalalink.domain.customers.links import AccountOfLinks
from koalalink.domain.mirror.mirror import DirectoryState
from koalalink.domain.stripe.account import KnownAccount, StripeAccount
from koalalink.errors import ConflictError


class OfLinks(Protocol):
    """The part of the store that knows what accounts links are of."""

    def accounts_of_links(self, location: str) -> list[AccountOfLinks]:
        """Return the accounts and modes of a location's links."""


class OfCopy(Protocol):
    """The part of the copy of Stripe's customers that knows what account it is of."""

    def state(self, location: str) -> DirectoryState | None:
        """Return how far the copy of a location is."""


def known_account(store: OfLinks, directory: OfCopy, location: str) -> KnownAccount:
    """Return whose account a location is in the list: as its copy says, and where that is silent, as its links say."""
    copy = directory.state(location)
    links = [] if copy and copy.account and copy.livemode is not None else store.accounts_of_links(location)
    ids = {copy.account} if copy and copy.account else {each.account for each in links}
    modes = {copy.livemode} if copy and copy.livemode is not None else {each.livemode for each in links} - {None}
    return KnownAccount(
        location,
        frozenset(each for each in ids if each),
        copy.account_name if copy else "",
        modes.pop() if len(modes) == 1 else None,
    )


def refuse_another(known: KnownAccount, opened: StripeAccount) -> None:
    """Raise ConflictError where a key opens another account or mode than the location has in the list."""
    if why := known.why_another(opened):
        raise ConflictError(
            f"{why} Nothing was changed.",
            hint="If it is the wrong key: "
            + Command("locations", "set-key", known.location)
            + f". If {known.location} has moved to this account: "
            + Command("sync", location=known.location, replace=True),
        )
