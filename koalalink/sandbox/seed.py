"""The sandbox's own business: its configuration, its customers and links, and its Stripe."""

from datetime import datetime
from pathlib import Path
from typing import Protocol

from koalalink.domain.customers.customer import CustomerDetails
from koalalink.domain.customers.links import Link
from koalalink.domain.history.notes import Note, NoteKind
from koalalink.domain.settings.configuration import Config, KeySource, Location
from koalalink.domain.stripe.ids import StripeId
from koalalink.sandbox import sample_data
from koalalink.sandbox.fake_stripe import StripeStandIn


class Fillable(Protocol):
    """The part of the store that this needs."""

    def fill(self, people: list[CustomerDetails], links: list[Link], *, note: Note) -> None:
        """Fill an unused store in one change."""


def config(home: Path) -> Config:
    """Return the configuration of a sandbox in `home`."""
    locations = {
        name: Location(name=name, title=name.capitalize(), key_source=KeySource("api_key", (key,)))
        for name, key in sample_data.KEYS.items()
    }
    return Config(store_path=home / "customers.db", locations=locations)


def fill(store: Fillable, now: datetime) -> None:
    """Put the made-up customers and their links into a new store."""
    links = [
        Link(
            customer=number,
            location=location,
            stripe_id=StripeId(stripe_id),
            account=sample_data.ACCOUNT_IDS[location],
            livemode=False,
            verified_at=now,
        )
        for number, location, stripe_id in sample_data.links()
    ]
    store.fill([*sample_data.customers()], links, note=Note(NoteKind.SAMPLE))


def stand_in(now: datetime) -> StripeStandIn:
    """Return the Stripe that answers in the sandbox."""
    return StripeStandIn(sample_data.accounts(now.date()))


def reset(home: Path) -> None:
    """Delete the store of a sandbox; the next command makes a new one."""
    for suffix in ("", "-wal", "-shm"):
        (home / f"customers.db{suffix}").unlink(missing_ok=True)
