"""Listing customers of the store."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

from koalalink.domain.customers.links import CustomerList
from koalalink.domain.settings.configuration import Config
from koalalink.operations.resolve_location import the_location

if TYPE_CHECKING:
    from koalalink.store.repository import Store


class Needs(Protocol):
    """What listing works with."""

    @property
    def config(self) -> Config: ...
    @property
    def store(self) -> Store: ...


class ListRequest(NamedTuple):
    """Which customers are listed; `linked` is None for both kinds."""

    query: str = ""
    linked: bool | None = None
    location: str | None = None
    limit: int = 50
    offset: int = 0

    @property
    def links(self) -> bool | None:
        """Whether links are asked for; a location alone means those who are linked there."""
        return True if self.linked is None and self.location else self.linked


def list_customers(need: Needs, request: ListRequest) -> CustomerList:
    """Return customers by number."""
    if request.location:
        the_location(need.config, request.location)
    found = need.store.page(
        request.query,
        linked=request.links,
        location=request.location,
        limit=request.limit,
        offset=request.offset,
    )
    is_everybody = not request.query and request.links is None
    return found._replace(following=request.offset + request.limit, is_everybody=is_everybody)
