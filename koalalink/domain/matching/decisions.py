"""What was proposed for a customer base, what people say of it, and what has become of that."""

import re
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from pathlib import PurePath
from typing import NamedTuple

from koalalink.command_line import Command
from koalalink.domain.customers.customer import Customer
from koalalink.domain.identity.person import of_store, of_stripe
from koalalink.domain.identity.rules import Pair, Tier, doubt_of_the_person
from koalalink.domain.matching.proposals import Proposal
from koalalink.domain.stripe.customer import StripeCustomer
from koalalink.domain.stripe.ids import StripeId
from koalalink.domain.text import fold, printable
from koalalink.errors import ConflictError

TIERS = tuple(Tier)
"""The surest first."""


class Matched(NamedTuple):
    """The proposals for everybody who has no link at a location, those that look alike together."""

    location: str
    at_stripe: int
    """How many customers the copy of Stripe's has that was looked through."""
    proposals: Sequence[Proposal]
    since: int = 0
    """The newest change of then: what was changed later, whoever decides has not seen."""

    def of(self, tier: Tier) -> Sequence[Proposal]:
        """Return those of one tier."""
        return [each for each in self.proposals if each.tier is tier]

    def reasons(self, tier: Tier) -> Sequence[tuple[str, int]]:
        """Return the reasons of a tier, with how many proposals have each, the most frequent first."""
        counts = Counter(each.reason for each in self.of(tier))
        return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def alike_together(proposals: Sequence[Proposal]) -> list[Proposal]:
    """Return the proposals sorted so that decisions that look alike stand together, the surest first."""
    return sorted(proposals, key=lambda each: (TIERS.index(each.tier), each.reason, -each.points, each.customer))


class SideBySide(NamedTuple):
    """A proposal with the people that it is about."""

    proposal: Proposal
    ours: Customer
    theirs: StripeCustomer | None
    others: Sequence[StripeCustomer]
    """The rivals, and after them the duplicates."""


def is_in_doubt(pair: SideBySide, now: datetime) -> bool:
    """Tell whether `connect` would ask about a pair: then a person looks at it alone."""
    if pair.theirs is None:
        return True
    return doubt_of_the_person(Pair.of(of_store(pair.ours), of_stripe(pair.theirs, now))) is not None


class Seen(NamedTuple):
    """What a person saw of both sides when deciding; None where it was not shown."""

    name: str | None = None
    email: str | None = None
    stripe_name: str | None = None
    stripe_email: str | None = None

    @classmethod
    def of(cls, ours: Customer, theirs: StripeCustomer) -> "Seen":
        """Return what is seen of two people."""
        return cls(ours.details.name, ours.details.email, theirs.name, theirs.email)

    def changed(self, ours: Customer, theirs: StripeCustomer | None) -> str | None:
        """Return the sentence that says who is another person by now; None where both are who they were."""
        details = ours.details
        if _differ(self.name, details.name) or _differ(self.email, details.email):
            return f"{ours} was changed since it was proposed, and was {_shown(self.name, self.email)} then."
        if theirs and (_differ(self.stripe_name, theirs.name) or _differ(self.stripe_email, theirs.email)):
            now = _shown(theirs.name, theirs.email)
            return f"{theirs.stripe_id} is {now} at Stripe now, and was {_shown(self.stripe_name, self.stripe_email)}."
        return None


def _differ(then: str | None, now: str) -> bool:
    if then is None:
        return False
    # Spreadsheets write a question mark for a letter that their encoding lacks.
    pattern = re.escape(fold(printable(then))).replace(r"\?", ".")
    return not re.fullmatch(pattern, fold(printable(now)))


def _shown(name: str | None, email: str | None) -> str:
    return ", ".join(part for part in (name, email) if part) or "a customer with no name"


class Decision(NamedTuple):
    """What a person, or a rule, has decided of a customer and a Stripe customer."""

    customer: int
    stripe_id: StripeId
    accepted: bool
    seen: Seen = Seen()
    looked_at: bool = True
    """A person has looked at both, so that a doubt does not stand against it any more."""
    certain: bool = False
    """The program has written it, because the pair was certain; it is carried out only where it still is."""
    row: int = 0
    """Of the sheet; 0 where there is none."""
    since: int | None = None
    """The newest change when it was shown: a later "no" is not overruled unseen. None where that is not known."""


class Untrue(NamedTuple):
    """A decision that was not carried out, and why."""

    row: int
    customer: int
    stripe_id: str
    """As the sheet has it: perhaps not one of Stripe's."""
    reason: str


class Origin(NamedTuple):
    """What a sheet was written for."""

    location: str
    store: str
    """The identity of the store: customer numbers mean other people in another."""
    since: int | None = None
    """The newest change when it was written; None in a sheet of an older version."""

    def __str__(self) -> str:
        return " ".join([self.location, self.store, *([] if self.since is None else [str(self.since)])])

    @classmethod
    def read(cls, text: str) -> "Origin | None":
        """Return what a cell says; None where it says nothing."""
        location, store, since, *_ = [*text.split(" "), "", ""]
        return cls(location, store, int(since) if since.isdecimal() and len(since) < 19 else None) if text else None


class Sheet(NamedTuple):
    """What a decision sheet has been made to say."""

    file: str
    """As it was named; "-" is the input."""
    origins: frozenset[Origin]
    """What its rows say they were written for: one, as a rule, or none where that column was deleted."""
    decisions: Sequence[Decision]
    later: int
    """Rows that nothing is decided of."""
    problems: Sequence[Untrue]
    """Rows that cannot be understood."""

    @property
    def name(self) -> str:
        """What it is called in messages."""
        return "the input" if self.file == "-" else PurePath(self.file).name

    @property
    def location(self) -> str | None:
        """The location that it was written for, where it says so."""
        locations = {origin.location for origin in self.origins}
        return locations.pop() if len(locations) == 1 else None

    def check(self, here: Origin) -> None:
        """Raise ConflictError where the sheet was written for another location or store."""
        others = [each for each in self.origins if (each.location, each.store) != (here.location, here.store)]
        if not others:
            return
        location = min(each.location for each in others)
        if location != here.location:
            raise ConflictError(
                f"{self.name} was written for {location}, and this is {here.location}.",
                hint="Type: " + Command("apply", self.file, location=location),
            )
        raise ConflictError(
            f"{self.name} was written for another store of customers.",
            hint="Its numbers mean other people here. Write a new sheet: " + Command("match", sheet=self.file),
        )


class Settled(NamedTuple):
    """What has become of decisions; the counts and the problems add up to all of them."""

    location: str
    linked: int
    refused: int
    """Pairs that will not be proposed again."""
    unchanged: int
    """What was so already."""
    later: int
    """Rows of a sheet that nothing is decided of."""
    verified: bool
    """Whether Stripe was asked."""
    change: int | None
    problems: Sequence[Untrue]
    dry_run: bool = False
    """Nothing was changed: the counts are what would become of them."""


def settled_in_words(done: Settled) -> str:
    """Return what has become of decisions, as a sentence."""
    fates = {
        "connected": done.linked,
        "will not be suggested again": done.refused,
        "unchanged": done.unchanged,
        "left for later": done.later,
        "not done": len(done.problems),
    }
    parts = [f"{size:,} {what}" for what, size in fates.items() if size]
    return f"At {done.location}: {', '.join(parts) or 'nothing to do'}."
