"""Customers out into a file, one after the other: a million take no more memory than ten."""

from pathlib import Path
from typing import NamedTuple, Protocol

from koalalink.disk import IfThere
from koalalink.domain import exports
from koalalink.domain.exports import ExportColumn, Format, Purpose
from koalalink.domain.text import counted
from koalalink.operations.consent import consent_to_write
from koalalink.operations.needs import HasConfig, HasFiles, HasStore, HasTalk
from koalalink.operations.places import the_location


class Needs(HasConfig, HasStore, HasFiles, HasTalk, Protocol):
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
        for each in need.store.everybody(linked=linked, location=location):
            file.write(each)
            written += 1
            count(1)
        file.finish()
    need.talk.note(f"Wrote {counted(written, 'customer')}.")


def _columns(need: Needs, request: ExportRequest) -> list[ExportColumn]:
    if request.purpose is Purpose.STRIPE_METADATA:
        return exports.metadata_columns(the_location(need.config, request.location))
    return exports.chosen(exports.columns_for(need.store.shape()), request.columns)


def _kind(request: ExportRequest) -> Format:
    suffix = Path(request.file).suffix.lower().removeprefix(".")
    return request.kind or (Format(suffix) if suffix in [*Format] else Format.CSV)
