"""What a run is made of: the Stripe account of a location, or the sandbox's, and a store that several offices share.

Libraries are imported where one of them is made: most commands ask neither Stripe nor a server.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from koalalink.command_line import Command
from koalalink.config import api_keys
from koalalink.domain.settings.configuration import Location
from koalalink.domain.settings.store_url import Address
from koalalink.domain.setup.shared_store import Prepared
from koalalink.domain.stripe.api_base import checked_api_base
from koalalink.errors import ConfigError, StoreError

if TYPE_CHECKING:
    from koalalink.store.database import Database
    from koalalink.store.postgres.shared_store import SharedStore
    from koalalink.stripe_client.client import StripeGateway


def open_new_account(location: Location, environ: Mapping[str, str], now: datetime) -> "StripeGateway":
    """Return the account of a location that is not in the configuration yet; raises ConfigError as `open_account`."""
    api_base = environ.get("KOALALINK_API_BASE") or location.api_base
    locations = {location.name: location._replace(api_base=api_base)}
    return open_account(location.name, locations, environ, now, in_sandbox=False)


def open_account(
    name: str, locations: Mapping[str, Location], environ: Mapping[str, str], now: datetime, *, in_sandbox: bool
) -> "StripeGateway":
    """Return the account of a location; raises ConfigError where it is not set up, or has no usable key or address."""
    location = locations.get(name)
    if location is None:  # it was removed, and links of it are left
        raise ConfigError(
            f"The location {name} is not set up.",
            hint="If it has another name now, type: " + Command("locations", "rename", name, "NEW_NAME"),
        )
    from koalalink.stripe_client.client import StripeGateway

    api_base = checked_api_base(location.api_base, origin=f"The api_base of {location.name}")
    key = api_keys.find_key(location, environ)
    transport = None
    if in_sandbox:
        from koalalink.sandbox import seed
        from koalalink.sandbox.http_client import SandboxHTTPClient

        transport = SandboxHTTPClient(seed.stand_in(now))
    return StripeGateway(location.name, key, api_base=api_base, transport=transport, metadata_key=location.metadata_key)


def shared_store(address: Address, folder: Path, now: datetime, say: Callable[[str], None]) -> "SharedStore":
    """Return the store at `address`, of which a copy is kept in `folder`; raises ConfigError without the library."""
    with _library():
        from koalalink.store.postgres.shared_store import SharedStore
    return SharedStore(address, folder, now, say)


def prepare(address: Address) -> Prepared:
    """Prepare a database as a shared store; raises ConfigError without the library."""
    with _library():
        from koalalink.store.postgres import preparation
    return preparation.prepare(address)


def newest_copy(folder: Path, now: datetime) -> "Database":
    """Open the copy that was made last, for whom is in a hurry; raises StoreError where there is none."""
    from koalalink.store.postgres.offline_copy import LocalCopy
    from koalalink.store.sqlite.database import SQLiteDatabase

    copy = LocalCopy.newest(folder, now)
    if copy is None:
        raise StoreError("There is no copy of the shared store on this computer yet.")
    return SQLiteDatabase(copy.path)


@contextmanager
def _library() -> Iterator[None]:
    try:
        yield
    except ImportError:
        raise ConfigError(
            "A shared store needs PostgreSQL's library, which is not installed.",
            hint='Type: pip install "koalalink[postgres]"',
        ) from None
