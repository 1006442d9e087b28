"""Two people side by side, field by field: what a desk and a page show of a pair."""

from datetime import datetime
from typing import NamedTuple

from koalalink.domain.identity.field_comparison import Agreement
from koalalink.domain.identity.person import of_store, of_stripe
from koalalink.domain.identity.rules import Pair, fields_of
from koalalink.domain.matching.decisions import SideBySide
from koalalink.domain.stripe.customer import StripeCustomer


class Compared(NamedTuple):
    """One field of both."""

    title: str
    ours: str
    agreement: Agreement
    theirs: str


def compared(pair: SideBySide, theirs: StripeCustomer, now: datetime) -> list[Compared]:
    """Return name, email, phone and address of both, and how they agree."""
    proposal, ours = pair.proposal, pair.ours.details
    alike = fields_of(Pair.of(of_store(pair.ours), of_stripe(theirs, now)))
    address = (
        Agreement.SAME
        if "address" in proposal.agrees
        else Agreement.DIFFERENT
        if "address" in proposal.differs
        else Agreement.UNKNOWN
    )
    return [
        Compared("Name", ours.name, alike.name, theirs.name),
        Compared("Email", ours.email, alike.email, theirs.email),
        Compared("Phone", ours.phone, alike.phone, theirs.phone),
        Compared("Address", ours.place, address, str(theirs.address)),
    ]
