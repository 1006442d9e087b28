"""The stand-in as the HTTP client of Stripe's own library."""

from collections.abc import Mapping
from typing import Any

import stripe
from requests.structures import CaseInsensitiveDict

from koalalink.sandbox.fake_stripe import StripeStandIn


class SandboxHTTPClient(stripe.HTTPClient):
    """Answers the library's requests from the stand-in, without a network."""

    name = "sandbox"

    def __init__(self, stand_in: StripeStandIn) -> None:
        super().__init__()
        self._stand_in = stand_in

    def request(
        self, method: str, url: str, headers: Mapping[str, str] | None, post_data: Any = None, **_: Any
    ) -> tuple[str, int, Mapping[str, str]]:
        """Answer one request."""
        answer = self._stand_in.answer(method, url, headers or {})
        return answer.body.decode(), answer.status, CaseInsensitiveDict(answer.headers)

    def close(self) -> None:
        """Do nothing: there is no connection."""
