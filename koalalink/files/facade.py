"""Every file that commands read or write, with "-" as stdin or stdout.

Imports stand inside functions: a command loads only what its own file needs.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from koalalink.atomic_files import Disk, IfThere

if TYPE_CHECKING:
    from koalalink.domain.customers.links import LinkedCustomer
    from koalalink.domain.importing.export_columns import ExportColumn, Format
    from koalalink.domain.matching.decisions import Origin, Sheet, SideBySide
    from koalalink.domain.mirror.status import Call
    from koalalink.domain.stripe.id_moves import MovedId
    from koalalink.domain.stripe.payments import Payments
    from koalalink.files.csv_writer import RejectsFile
    from koalalink.files.customer_file import CustomerFile
    from koalalink.files.exporters import ExportFile
    from koalalink.files.stripe_exports import StripeExport


class Files:
    """Opens files."""

    def __init__(
        self, disk: Disk, stdin: BinaryIO, stdout: BinaryIO, record: "Callable[[LinkedCustomer], dict[str, Any]]"
    ) -> None:
        """Write on `disk`; `record` is a customer as JSON has it."""
        self._disk, self._stdin, self._stdout, self._record = disk, stdin, stdout, record

    def is_there(self, path: Path) -> bool:
        """Tell whether a file would be written over; raises KoalaError where none may be written there."""
        return self._disk.place(path, IfThere.REPLACE).exists()

    @contextmanager
    def customers(self, file: str, maps: Sequence[str]) -> "Iterator[CustomerFile]":
        """Open a file of customers; `maps` are COLUMN=FIELD."""
        from koalalink.domain.importing.columns import read_choices
        from koalalink.files.customer_file import CustomerFile

        with CustomerFile(file, self._stdin, read_choices(maps)) as opened:
            yield opened

    @contextmanager
    def rejects(self, path: Path, if_there: IfThere, titles: Sequence[str]) -> "Iterator[RejectsFile]":
        """Prepare a file for the rows that are not imported."""
        from koalalink.domain.importing.columns import REASON
        from koalalink.files.csv_writer import RejectsFile

        made = RejectsFile(self._disk, path, if_there, titles, REASON)
        try:
            yield made
        finally:
            made.close()

    @contextmanager
    def export(
        self, file: str, if_there: IfThere, kind: "Format", columns: "Sequence[ExportColumn]", *, harmless: bool
    ) -> "Iterator[ExportFile]":
        """Begin an export; `harmless` guards cells that a spreadsheet would run as formulas."""
        from koalalink.files.exporters import exported

        with exported(file, self._stdout, self._disk, if_there, kind, columns, self._record, harmless=harmless) as made:
            yield made

    @contextmanager
    def stripe_export(self, file: str) -> "Iterator[StripeExport]":
        """Open an export of the Stripe Dashboard."""
        from koalalink.files.stripe_exports import StripeExport

        with closing(StripeExport(file, self._stdin)) as export:
            yield export

    def payments(self, files: Sequence[str]) -> "Payments":
        """Read exports of payments and bookings."""
        from koalalink.files.payments import read_payments

        return read_payments(files, self._stdin)

    def moved_ids(self, file: str) -> "list[MovedId]":
        """Read a mapping file of Stripe's."""
        from koalalink.files.id_moves import read_mapping

        return read_mapping(file, self._stdin)

    def sheet(self, file: str) -> "Sheet":
        """Read a decision sheet."""
        from koalalink.files.decision_sheet import read_sheet

        return read_sheet(file, self._stdin)

    def write_sheet(self, path: Path, pairs: "Iterable[SideBySide]", origin: "Origin") -> tuple[int, Path | None]:
        """Write a decision sheet; return its rows, and the new name of a sheet that was there."""
        from koalalink.files.decision_sheet import write_sheet

        return write_sheet(self._disk, path, pairs, origin)

    def write_calls(self, path: Path, if_there: IfThere, calls: "Sequence[Call]") -> None:
        """Write who is to be called, as CSV."""
        from koalalink.files.call_list import write_calls

        write_calls(self._disk, path, if_there, calls)

    def write_text(self, path: Path, if_there: IfThere, text: str) -> Path | None:
        """Write a text; return the new name of a file that was there and was set aside."""
        with self._disk.writing(path, if_there) as file:
            file.stream.write(text.encode())
        return file.set_aside
