"""Opening a location's Stripe account: its key, its address, and in the sandbox the Stripe that is made up."""

from collections.abc import Mapping
from datetime import datetime

from koalalink.command_line import Command
from koalalink.config import api_keys
from koalalink.domain.settings.configuration import Location
from koalalink.domain.stripe.api_base import checked_api_base
from koalalink.errors import ConfigError
from koalalink.stripe_client.client import StripeGateway


def open_new_account(location: Location, environ: Mapping[str, str], now: datetime) -> StripeGateway:
    """Return the account of a location that is not in the configuration yet; raises ConfigError as `open_account`."""
    api_base = environ.get("KOALALINK_API_BASE") or location.api_base
    locations = {location.name: location._replace(api_base=api_base)}
    return open_account(location.name, locations, environ, now, in_sandbox=False)


def open_account(
    name: str, locations: Mapping[str, Location], environ: Mapping[str, str], now: datetime, *, in_sandbox: bool
) -> StripeGateway:
    """Return the account of a location; raises ConfigError where it is not set up, or has no usable key or address."""
    location = locations.get(name)
    if location is None:  # it was removed, and links of it are left
        raise ConfigError(
            f"The location {name} is not set up.",
            hint="If it has another name now, type: " + Command("locations", "rename", name, "NEW_NAME"),
        )
    api_base = checked_api_base(location.api_base, origin=f"The api_base of {location.name}")
    key = api_keys.find_key(location, environ)
    transport = None
    if in_sandbox:
        from koalalink.sandbox import seed
        from koalalink.sandbox.http_client import SandboxHTTPClient

        transport = SandboxHTTPClient(seed.stand_in(now))
    return StripeGateway(location.name, key, api_base=api_base, transport=transport, metadata_key=location.metadata_key)
