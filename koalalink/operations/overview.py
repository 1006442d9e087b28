"""What can be told of all links at once from the directory: the status of locations, and duplicates."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

from koalalink.domain.customers import Customer
from koalalink.domain.duplicates import Duplicates, duplicates_at
from koalalink.domain.standing import Standing, Status, standing
from koalalink.errors import NotFoundError
from koalalink.hints import Command
from koalalink.operations.consent import consent_to_write
from koalalink.operations.needs import HasConfig, HasDirectory, HasFiles, HasPictures, HasStore, HasTalk, HasTime
from koalalink.operations.places import copied_locations
from koalalink.operations.strays import stray_in_words, strays


class Needs(HasConfig, HasStore, HasDirectory, HasFiles, HasPictures, HasTalk, HasTime, Protocol):
    """What an overview is made from."""


class StatusRequest(NamedTuple):
    """Which locations, and what is written into files beside."""

    locations: Sequence[str] | None = None
    call_list: Path | None = None
    svg: Path | None = None
    html: Path | None = None
    agreed: bool = False
    """Files that exist may be written over."""


def status(need: Needs, request: StatusRequest) -> Status:
    """Return how each location stands, and write what was asked for."""
    files = (request.call_list, request.svg, request.html)
    if_there = {path: consent_to_write(need.talk, need.files, path, agreed=request.agreed) for path in files if path}
    found = _standings(need, copied_locations(need.config, need.directory.states(), request.locations))
    if not request.locations:
        for location, size in strays(need.store.links_by_location(), need.config.locations).items():
            text, advice = stray_in_words(location, size)
            need.talk.warn(f"{text} " + advice)
    for path, draw in ((request.svg, need.pictures.svg), (request.html, need.pictures.html)):
        if path:
            need.files.write_text(path, if_there[path], draw(found))
            need.talk.note(f"Wrote {path}.")
    if path := request.call_list:
        calls = [call for each in found for call in each.calls]
        need.files.write_calls(path, if_there[path], calls)
        customers = "1 customer who needs" if len(calls) == 1 else f"{len(calls):,} customers who need"
        need.talk.note(f"Wrote {customers} a new card into {path}.")
    return Status(tuple(found))


def _standings(need: Needs, locations: Sequence[str]) -> list[Standing]:
    everybody = [*need.store.everybody()]
    found = []
    for location in locations:
        linked = [link.stripe_id for each in everybody for link in each.links if link.location == location]
        stripes, state = need.directory.known(location, linked), need.directory.state(location)
        found.append(standing(location, everybody, stripes, state, need.directory.verification(location), need.now))
        if state is None:
            need.talk.note(f"To see the cards of {location}, type: " + Command("sync", location=location))
    return found


def duplicates(need: Needs, locations: Sequence[str] | None) -> Duplicates:
    """Return who has several Stripe customers; raises NotFoundError where none were copied yet."""
    places = copied_locations(need.config, need.directory.states(), locations)
    copied = [location for location in places if need.directory.state(location)]
    if not copied:
        raise NotFoundError(
            "Stripe's customers have not been copied to this computer yet.", hint="Type: " + Command("sync")
        )
    holders: dict[str, dict[str, Customer]] = {location: {} for location in copied}
    for each in need.store.everybody(linked=True):
        for link in each.links:
            if link.location in holders:
                holders[link.location][link.stripe_id] = each.customer
    return Duplicates(
        tuple(
            found
            for location in copied
            for found in duplicates_at(location, need.directory.customers(location), holders[location], need.now)
        )
    )
