"""Stripe accounts: whose a key opens, and whose a location's customers are."""

from typing import NamedTuple


class StripeAccount(NamedTuple):
    """The account that a key opens, as far as the key may say."""

    id: str | None
    """Its ID, `acct_…`; None where the key may not read it."""
    name: str
    """What the business is called at Stripe; nothing where that is not known."""
    livemode: bool

    def __str__(self) -> str:
        return spelled(self.id, self.name)


class KnownAccount(NamedTuple):
    """The account of a location, as the list has it: by the copy of its Stripe customers, else by its links."""

    location: str
    ids: frozenset[str] = frozenset()
    """Several only where no copy says it, and the links were moved in part."""
    name: str = ""
    livemode: bool | None = None

    def __str__(self) -> str:
        return spelled(min(self.ids, default=None), self.name)

    def why_another(self, opened: StripeAccount) -> str | None:
        """Return in a sentence why a key opens another account or mode than this; None where nothing says that.

        A key that may not name its account is no reason.
        """
        if self.livemode is not None and self.livemode is not opened.livemode:
            here, there = ("live", "test") if self.livemode else ("test", "live")
            return f"{self.location} is in {here} mode in your list; this key is a {there} key."
        if self.ids and opened.id and opened.id not in self.ids:
            return f"{self.location} is {self} in your list; this key opens {opened}."
        return None


def spelled(account: str | None, name: str) -> str:
    """Return what people call an account: "Alpha Inc (acct_1)"."""
    return f"{name} ({account})" if name and account else name or account or "an account that it cannot name"
