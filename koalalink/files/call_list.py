"""The call list: who cannot be charged, as CSV."""

from collections.abc import Callable, Sequence
from pathlib import Path

from koalalink.atomic_files import Disk, IfThere
from koalalink.domain.mirror.status import Call
from koalalink.files.csv_writer import Lines

_COLUMNS: tuple[tuple[str, Callable[[Call], str]], ...] = (
    ("Number", lambda call: str(call.customer.number)),
    ("Name", lambda call: call.customer.details.name),
    ("Phone", lambda call: call.customer.details.phone),
    ("Email", lambda call: call.customer.details.email),
    ("Location", lambda call: call.link.location),
    ("Reason", lambda call: call.reason),
    ("Stripe ID", lambda call: call.link.stripe_id),
)


def write_calls(disk: Disk, path: Path, if_there: IfThere, calls: Sequence[Call]) -> None:
    """Write one row a customer."""
    with disk.writing(path, if_there) as file:
        lines = Lines(file.stream)
        lines.write([title for title, _ in _COLUMNS])
        for call in calls:
            lines.write([cell(call) for _, cell in _COLUMNS])
        lines.finish()
