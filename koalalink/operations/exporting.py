"""Customers out into a file, one after the other: a million take no more memory than ten."""

from collections.abc import Iterable
from typing import Protocol

from koalalink.domain.links import LinkedCustomer
from koalalink.operations.ports import Conversation


class Sink(Protocol):
    """A file that takes customers."""

    def write(self, linked: LinkedCustomer) -> None:
        """Write one."""

    def finish(self) -> None:
        """Write what is still held back, and put the file into its place."""


def export(people: Iterable[LinkedCustomer], sink: Sink, conversation: Conversation) -> int:
    """Write everybody, and return how many they are."""
    written = 0
    with conversation.counting("Writing customers") as count:
        for linked in people:
            sink.write(linked)
            written += 1
            count(1)
    sink.finish()
    return written
