"""Hand-written stand-ins for the people and things around an operation."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from koalalink.command_line import Text
from koalalink.domain.customers.customer import Customer
from koalalink.domain.customers.customer_reference import only_one
from koalalink.domain.importing.columns import Column
from koalalink.domain.linking.results import LinkReview
from koalalink.domain.search.results import Hits
from koalalink.store.repository import Store


def the_only(store: Store, reference: str) -> Customer:
    """The customer of a store that is meant."""
    return only_one(store.fitting(reference), reference)


class Somebody:
    """Somebody at the terminal, who gives prepared answers and remembers what was said and shown."""

    can_ask = True

    def __init__(self, *, says_yes: bool = False, chooses: int | None = None, answers: tuple[str, ...] = ()) -> None:
        self.says_yes = says_yes
        self.chooses = chooses
        self.answers = list(answers)
        self.heard: list[str] = []
        self.asked: list[str] = []
        self.reviews: list[LinkReview] = []
        self.shown: list[Hits] = []
        self.columns_shown: list[tuple[str, str, str | None]] = []

    def note(self, text: Text) -> None:
        """Hear a remark."""
        self.heard.append(str(text))

    warn = note

    def review(self, review: LinkReview) -> None:
        """See what a link is judged by."""
        self.reviews.append(review)

    def confirm(self, question: str) -> bool:
        """Say yes, or no."""
        self.asked.append(question)
        return self.says_yes

    def answer(self, question: str, default: str) -> str:
        """Give the next answer."""
        self.asked.append(question)
        return self.answers.pop(0) if self.answers else default

    def secret(self, question: str) -> str:
        """Give the next answer, unseen."""
        return self.answer(question, "")

    def hits(self, found: Hits) -> None:
        """See what a search has found."""
        self.shown.append(found)

    def choose(self, question: str, count: int) -> int | None:
        """Choose one."""
        self.asked.append(f"{question} {count}")
        return self.chooses

    def columns(self, columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> None:
        """See what the columns of a file were taken for."""
        self.columns_shown = [(column.title, column.field, column.location) for column in columns]

    @contextmanager
    def counting(self, what: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
        """Count silently."""
        counted: list[int] = []
        yield counted.append
        if counted:
            self.heard.append(f"{what}: {sum(counted)}")


class Tools:
    """The tools of a run, each as a test has it; an operation takes those that it needs."""

    def __init__(self, **tools: Any) -> None:
        self.__dict__.update(tools)

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"the operation was not expected to need {name}")
