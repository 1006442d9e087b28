"""Stripe's API keys, kept from view."""

import re
from typing import Literal, NoReturn

from koalalink.errors import ConfigError

RESTRICTED_KEY_PAGE = (
    "https://dashboard.stripe.com/apikeys/create?name=koalalink"
    "&permissions%5B%5D=rak_customer_read&permissions%5B%5D=rak_payment_method_read"
)
"""Stripe's page for a new key, filled in with the two permissions that are needed."""

_FORM = re.compile(r"(?P<kind>[sr])k_(?P<mode>live|test)_(?P<rest>[A-Za-z0-9_]{4,512})")
_KEY_IN_TEXT = re.compile(r"(?<![A-Za-z0-9_])(?:(?:[srpe]k)_(?:live|test|org)_|whsec_)[A-Za-z0-9_*.…]{4,}")
_HINT = "A key that KoalaLink can use begins with rk_live_, rk_test_, sk_live_ or sk_test_."


def has_key(text: str) -> bool:
    """Tell whether a text has one of Stripe's secrets in it, of whatever kind, in quotation marks or behind a name."""
    return bool(_KEY_IN_TEXT.search(text))


class ApiKey:
    """A Stripe API key that shows itself only shortened; `reveal` is called where it is sent, and nowhere else."""

    __slots__ = ("_text",)

    def __init__(self, text: str, *, origin: str) -> None:
        """Take the key `text` that was found at `origin`, as in "the key of downtown".

        Raises ConfigError where it has not the form of a usable key; the text is never part of the message.
        """
        text = text.strip()
        if not text:
            raise ConfigError(f"{origin} is empty.", hint=_HINT)
        if text.startswith("pk_"):
            raise ConfigError(
                f"{origin} is a publishable key (pk_): it can read nothing.",
                hint=f"Make a restricted key at {RESTRICTED_KEY_PAGE}",
            )
        if text.startswith("sk_org_"):
            raise ConfigError(
                f"{origin} belongs to an organization, not to one account.",
                hint=f"Make a restricted key in the location's own account at {RESTRICTED_KEY_PAGE}",
            )
        if not _FORM.fullmatch(text):
            raise ConfigError(f"{origin} does not look like a Stripe key.", hint=_HINT)
        self._text = text

    @property
    def mode(self) -> Literal["live", "test"]:
        """Whether it sees live or test customers."""
        return "live" if self._text[3:7] == "live" else "test"

    @property
    def livemode(self) -> bool:
        """Whether it sees live customers, as Stripe's objects say it."""
        return self.mode == "live"

    @property
    def restricted(self) -> bool:
        """Whether it can do only what was allowed it (`rk_`), which is what Stripe recommends."""
        return self._text.startswith("rk_")

    def reveal(self) -> str:
        """Return the key itself."""
        return self._text

    def __str__(self) -> str:
        # The last four letters tell two keys apart; of a short key they would tell too much.
        tail = self._text[-4:] if len(self._text) >= 20 else ""
        return f"{self._text[:8]}…{tail}"

    def __repr__(self) -> str:
        return f"<ApiKey {self}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a key is not to be copied into files")
