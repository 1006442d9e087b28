"""What operations need of the outside, as protocols that the rooms below, and the tests, satisfy."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from koalalink.domain.api_key import ApiKey
from koalalink.domain.changes import Action
from koalalink.domain.customers import Customer
from koalalink.domain.links import Holder, Link, LinkedCustomer
from koalalink.domain.review import LinkReview
from koalalink.domain.stripe_customers import Absence, Card, KeyReport, StripeCustomer


class Stripe(Protocol):
    """The customers of one location's Stripe account, read only."""

    location: str
    key: ApiKey
    cards_are_hidden: bool

    def customer(self, stripe_id: str) -> StripeCustomer | Absence: ...  # noqa: D102
    def cards(self, stripe_id: str) -> tuple[Card, ...] | None: ...  # noqa: D102
    def account(self) -> str | None: ...  # noqa: D102
    def search(self, query: str, most: int) -> list[StripeCustomer]: ...  # noqa: D102
    def with_email(self, email: str) -> list[StripeCustomer]: ...  # noqa: D102
    def all_customers(self) -> Iterator[StripeCustomer]: ...  # noqa: D102
    def report(self) -> KeyReport: ...  # noqa: D102


StripeAt = Callable[[], Stripe]
"""Opens a location's Stripe account; raises KoalaError where its key is missing or malformed."""


class Links(Protocol):
    """The part of the store that links need."""

    def link(self, customer: Customer, location: str) -> Link | None: ...  # noqa: D102
    def record(self, customer: Customer) -> LinkedCustomer: ...  # noqa: D102
    def holders(self, *stripe_ids: str) -> list[Holder]: ...  # noqa: D102
    def save_link(  # noqa: D102
        self, customer: Customer, link: Link, *, previous: Link | None, action: Action, note: str
    ) -> None: ...
    def delete_links(self, customer: Customer, links: Sequence[Link]) -> None: ...  # noqa: D102


class Conversation(Protocol):
    """What is said beside the data: remarks, progress and questions."""

    @property
    def can_ask(self) -> bool:
        """Whether a person is there to answer."""

    def note(self, text: str) -> None:
        """Remark something that is worth knowing."""

    def warn(self, text: str) -> None:
        """Remark something that should not be overlooked."""

    def review(self, review: LinkReview) -> None:
        """Show what a link was judged by."""

    def confirm(self, question: str) -> bool:
        """Ask a question whose default answer is no."""

    def choose(self, question: str, count: int) -> int | None:
        """Ask for a number from 1 to `count`; None is an answer, too."""

    def counting(self, what: str) -> AbstractContextManager[Callable[[int], None]]:
        """Show a number that grows; the function that is given adds to it."""
