"""Opening a location's Stripe account: its key, its address, and in the sandbox the Stripe that is made up."""

from collections.abc import Mapping
from datetime import datetime

from koalalink.config import keys
from koalalink.domain.api_base import checked_api_base
from koalalink.domain.configuration import Location
from koalalink.gateway import StripeGateway


def open_account(location: Location, environ: Mapping[str, str], now: datetime, *, in_sandbox: bool) -> StripeGateway:
    """Return the account of a location; raises ConfigError where it has no usable key or address."""
    api_base = checked_api_base(location.api_base, origin=f"The api_base of {location.name}")
    key = keys.find_key(location, environ)
    transport = None
    if in_sandbox:
        from koalalink.sandbox import shop
        from koalalink.sandbox.transport import SandboxHTTPClient

        transport = SandboxHTTPClient(shop.stand_in(now))
    return StripeGateway(location.name, key, api_base=api_base, transport=transport, metadata_key=location.metadata_key)
