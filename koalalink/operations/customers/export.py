"""Customers out into a file, one after the other: a million take no more memory than ten."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

from koalalink.atomic_files import IfThere
from koalalink.domain.customers.links import LinkedCustomer
from koalalink.domain.importing import export_columns
from koalalink.domain.importing.export_columns import ExportColumn, ExportRow, Format, Purpose
from koalalink.domain.text import counted
from koalalink.operations.consent import consent_to_write
from koalalink.operations.ports import HasConfig, HasDirectory, HasFiles, HasStore, HasTalk
from koalalink.operations.resolve_location import the_location

if TYPE_CHECKING:
    from koalalink.store.stripe_mirror import Directory

_BATCH = 1000


class Needs(HasConfig, HasStore, HasDirectory, HasFiles, HasTalk, Protocol):
    """What exporting works with."""


class ExportRequest(NamedTuple):
    """Which customers are written, and how; `linked` is None for both kinds."""

    file: str
    kind: Format | None = None
    """None is told by the name of the file, else CSV."""
    linked: bool | None = None
    location: str | None = None
    columns: str | None = None
    """Their names with commas between them; None is all."""
    purpose: Purpose | None = None
    agreed: bool = False


def export(need: Needs, request: ExportRequest) -> None:
    """Write customers into a file, and say how many; a file that is there is asked about."""
    linked, location = request.linked, request.location
    if request.purpose is Purpose.STRIPE_METADATA or (linked is None and location):
        linked = True
    columns = _columns(need, request)
    if_there = IfThere.REFUSE
    if request.file != "-":
        if_there = consent_to_write(need.talk, need.files, Path(request.file), agreed=request.agreed)
    harmless, written = request.purpose is None, 0
    with (
        need.files.export(request.file, if_there, _kind(request), columns, harmless=harmless) as file,
        need.talk.counting("Writing customers") as count,
    ):
        everybody = need.store.everybody(linked=linked, location=location)
        copied = _copied(need) if {"payment_methods", "cards"} & {column.name for column in columns} else ()
        while batch := [*islice(everybody, _BATCH)]:
            for row in _with_stripe(need.directory, copied, batch):
                file.write(row)
            written += len(batch)
            count(len(batch))
        file.finish()
    need.talk.note(f"Wrote {counted(written, 'customer')}.")


def _columns(need: Needs, request: ExportRequest) -> list[ExportColumn]:
    if request.purpose is Purpose.STRIPE_METADATA:
        return export_columns.metadata_columns(the_location(need.config, request.location))
    if request.purpose is Purpose.YARDBOOK:
        return export_columns.yardbook_columns()
    return export_columns.chosen(export_columns.columns_for(need.store.shape(), _copied(need)), request.columns)


def _copied(need: Needs) -> Sequence[str]:
    """Return the locations with links whose customers at Stripe were copied."""
    linked = need.store.links_by_location()
    return [state.location for state in need.directory.states() if state.is_filled and linked.get(state.location)]


def _with_stripe(directory: Directory, copied: Sequence[str], batch: Sequence[LinkedCustomer]) -> Iterator[ExportRow]:
    """Yield customers with what is known of them at Stripe."""
    if not copied:
        yield from map(ExportRow, batch)
        return
    ids = {
        location: [link.stripe_id for each in batch for link in each.links if link.location == location]
        for location in copied
    }
    found = {location: directory.known(location, ids[location]) for location in copied if ids[location]}
    for each in batch:
        at_stripe = {
            link.location: found[link.location][link.stripe_id]
            for link in each.links
            if link.stripe_id in found.get(link.location, ())
        }
        yield ExportRow(each, at_stripe)


def _kind(request: ExportRequest) -> Format:
    suffix = Path(request.file).suffix.lower().removeprefix(".")
    return request.kind or (Format(suffix) if suffix in [*Format] else Format.CSV)
