"""Several questions asked at the same time."""

from collections.abc import Callable
from queue import Empty, Queue, SimpleQueue
from threading import Thread
from typing import Generic, TypeVar

T = TypeVar("T")

_PULSE = 0.1
"""Seconds until a wait is begun anew: a Ctrl-C the moment before it begins, or on Windows, is noticed only then."""


class Asking(Generic[T]):
    """A question on its way: `result` waits for the answer, or raises what was raised.

    Its thread is a daemon, because Ctrl-C has to end the program at once, whatever Stripe does.
    """

    def __init__(self, ask: Callable[[], T]) -> None:
        self._ask = ask
        self._answers: list[T] = []
        self._error: BaseException | None = None
        self._thread = Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._answers.append(self._ask())
        except BaseException as error:
            self._error = error

    def result(self) -> T:
        """Return the answer."""
        while self._thread.is_alive():
            self._thread.join(_PULSE)
        if self._error is not None:
            raise self._error
        return self._answers[0]


def first_of(answers: "SimpleQueue[T] | Queue[T]") -> T:
    """Take the answer that comes first."""
    while True:
        try:
            return answers.get(timeout=_PULSE)
        except Empty:
            continue
