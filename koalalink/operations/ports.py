"""What operations need of the outside, as protocols that the rooms below, and the tests, satisfy."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:  # whoever needs an operation loads what that needs, not what all of them do
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from datetime import datetime

    from koalalink.domain.api_key import ApiKey
    from koalalink.domain.changes import Action
    from koalalink.domain.connecting import LinkReview
    from koalalink.domain.customers import Customer, CustomerDetails
    from koalalink.domain.directory import DirectoryState, Listed, Verification, Window
    from koalalink.domain.hits import Hits
    from koalalink.domain.imports import Column
    from koalalink.domain.links import Holder, Link, LinkedCustomer
    from koalalink.domain.search_query import IdQuery, TextQuery
    from koalalink.domain.stripe_customers import Absence, Card, KeyReport, StripeCustomer
    from koalalink.hints import Text


class Stripe(Protocol):
    """The customers of one location's Stripe account, read only."""

    location: str
    key: ApiKey
    cards_are_hidden: bool

    def customer(self, stripe_id: str) -> StripeCustomer | Absence: ...
    def cards(self, stripe_id: str) -> tuple[Card, ...] | None: ...
    def account(self) -> str | None: ...
    def search(self, query: str, most: int) -> list[StripeCustomer]: ...
    def with_email(self, email: str) -> list[StripeCustomer]: ...
    def count(self) -> int | None: ...
    def listed(self, window: Window) -> Listed: ...
    def all_customers(self) -> Iterator[StripeCustomer]: ...
    def report(self) -> KeyReport: ...


StripeAt = Callable[[], Stripe]
"""Opens a location's Stripe account; raises KoalaError where its key is missing or malformed."""


class Links(Protocol):
    """The part of the store that links need."""

    def link(self, customer: Customer, location: str) -> Link | None: ...
    def record(self, customer: Customer) -> LinkedCustomer: ...
    def holders(self, *stripe_ids: str) -> list[Holder]: ...
    def save_link(
        self, customer: Customer, link: Link, *, previous: Link | None, action: Action, note: str
    ) -> None: ...
    def delete_links(self, customer: Customer, links: Sequence[Link]) -> None: ...


class Directory(Protocol):
    """The copy of what Stripe has."""

    def state(self, location: str) -> DirectoryState | None:
        """Return how far the directory of a location is; None where there is none."""

    def states(self) -> list[DirectoryState]:
        """Return the same of all locations."""

    def begin(self, location: str, account: str | None, livemode: bool | None, now: datetime) -> tuple[Window, ...]:
        """Begin a copy, or go on with one that was interrupted; return what is to be listed."""

    def put(self, location: str, customers: Sequence[StripeCustomer], left: Sequence[Window]) -> tuple[int, int]:
        """Write a page, with what is left after it; return how many were new, and how many have changed."""

    def finish(self, location: str, now: datetime) -> int:
        """End a copy: who was not in it is gone; return how many those are."""

    def put_other_cards(self, location: str, cards: Mapping[str, Card | None]) -> None:
        """Note the card that can be charged of customers who have no default card, by Stripe ID."""

    def put_verification(self, location: str, found: Verification) -> None:
        """Remember what a check of the links has found."""

    def verification(self, location: str) -> Verification | None:
        """Return what the last check of a location's links has found."""

    def touch(self, location: str, now: datetime) -> None:
        """Note that the directory was brought up to now from a file."""

    def forget(self, location: str) -> None:
        """Delete the directory of a location."""

    def known(self, location: str, stripe_ids: Iterable[str]) -> dict[str, StripeCustomer]:
        """Return those of these customers that are in the directory."""

    def customers(self, location: str) -> Iterator[StripeCustomer]:
        """Yield who is at Stripe, by Stripe ID."""

    def newest(self, location: str, most: int) -> list[StripeCustomer]:
        """Return who was created last."""

    def find(self, query: TextQuery | IdQuery, location: str, most: int) -> list[StripeCustomer]:
        """Return who fits, best first, typing errors forgiven."""


class BulkStore(Protocol):
    """A change of many, within its transaction."""

    change: int | None
    next_number: int

    def people(
        self, *, external_ids: set[str], emails: set[str], phones: set[str], names: set[str]
    ) -> Sequence[LinkedCustomer]:
        """Return everybody who has one of these."""

    def holders(self, stripe_ids: Iterable[str]) -> list[Holder]:
        """Return who is linked to one of these Stripe IDs."""

    def links_at(self, location: str) -> Sequence[LinkedCustomer]:
        """Return everybody who is linked at a location, with all links."""

    def write(
        self,
        added: Sequence[Customer],
        edited: Sequence[tuple[Customer, CustomerDetails]],
        links: Sequence[tuple[Link | None, Link]],
    ) -> None:
        """Add customers, give others other details, and put links in the place of others, or of none."""


class Conversation(Protocol):
    """What is said beside the data: remarks, progress and questions."""

    @property
    def can_ask(self) -> bool:
        """Whether a person is there to answer."""

    def note(self, text: Text) -> None:
        """Remark something that is worth knowing."""

    def warn(self, text: Text) -> None:
        """Remark something that should not be overlooked."""

    def review(self, review: LinkReview) -> None:
        """Show what a link was judged by."""

    def confirm(self, question: str) -> bool:
        """Ask a question whose default answer is no."""

    def answer(self, question: str, default: str) -> str:
        """Ask for a line of text; `default` where nothing is typed, or nobody is there."""

    def secret(self, question: str) -> str:
        """Ask for a text that is not shown; where nobody is there, it is the next line of stdin."""

    def hits(self, found: Hits) -> None:
        """Show what a search has found, numbered."""

    def choose(self, question: str, count: int) -> int | None:
        """Ask for a number from 1 to `count`; None is an answer, too."""

    def columns(self, columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> None:
        """Show what the columns of a file were taken for, and some rows."""

    def counting(self, what: str, total: int | None = None) -> AbstractContextManager[Callable[[int], None]]:
        """Show a number that grows, to `total` where that is known; the function that is given adds to it."""
