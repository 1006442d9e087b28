"""Exports: every kind of file that customers can be written into."""

import io
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from koalalink.atomic_files import Disk, IfThere
from koalalink.domain.customers.links import LinkedCustomer
from koalalink.domain.importing.export_columns import ExportColumn, ExportRow, Format
from koalalink.errors import ConfigError
from koalalink.files.cell_cleaning import guarded_row
from koalalink.files.csv_writer import Lines

Record = Callable[[LinkedCustomer], dict[str, Any]]


class ExportFile(Protocol):
    """A file in the making."""

    def write(self, row: ExportRow) -> None:
        """Write one customer."""

    def finish(self) -> None:
        """Write what is still held back."""


class _CsvExport:
    def __init__(self, stream: BinaryIO, columns: Sequence[ExportColumn], *, delimiter: str, harmless: bool, bom: bool):
        self._columns = columns
        self._lines = Lines(stream, delimiter=delimiter, harmless=harmless, bom=bom)
        self._lines.write([column.title for column in columns])

    def write(self, row: ExportRow) -> None:
        self._lines.write([column.cell(row) for column in self._columns])

    def finish(self) -> None:
        self._lines.finish()


class _JsonExport:
    def __init__(self, stream: BinaryIO, record: Record, *, lines: bool):
        self._stream, self._record, self._lines = stream, record, lines
        self._between = "" if lines else "["

    def write(self, row: ExportRow) -> None:
        text = json.dumps(self._record(row.linked), ensure_ascii=False)
        self._stream.write(f"{self._between}{text}\n".encode())
        self._between = "" if self._lines else ","

    def finish(self) -> None:
        if not self._lines:
            self._stream.write(b"[]\n" if self._between == "[" else b"]\n")
        self._stream.flush()


class _XlsxExport:
    def __init__(self, stream: BinaryIO, columns: Sequence[ExportColumn]):
        try:
            from openpyxl import Workbook  # 150 ms; an extra
            from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
        except ImportError:
            raise ConfigError(
                "Excel support is not installed.",
                hint="Type: pip install 'koalalink[xlsx]'. Or export CSV, which Excel also reads.",
            ) from None
        self._illegal = ILLEGAL_CHARACTERS_RE
        self._stream, self._columns = stream, columns
        self._book = Workbook(write_only=True)
        self._sheet = self._book.create_sheet("Customers")
        self._sheet.append([column.title for column in columns])

    def write(self, row: ExportRow) -> None:
        cells = guarded_row([column.cell(row) for column in self._columns])
        self._sheet.append([self._illegal.sub("", cell) for cell in cells])

    def finish(self) -> None:
        from zipfile import ZIP_DEFLATED, ZipFile

        from openpyxl.writer.excel import ExcelWriter

        # Not Workbook.save: where that fails, what it leaves goes on writing, and complains.
        whole = io.BytesIO()
        with ZipFile(whole, "w", ZIP_DEFLATED) as archive:
            ExcelWriter(self._book, archive).save()
        self._stream.write(whole.getbuffer())


@contextmanager
def exported(
    file: str,
    stdout: BinaryIO,
    disk: Disk,
    if_there: IfThere,
    kind: Format,
    columns: Sequence[ExportColumn],
    record: Record,
    *,
    harmless: bool,
) -> Iterator[ExportFile]:
    """Begin an export into a file, which is in its place once it is finished, or to stdout for "-"."""
    if file == "-":
        yield _export(stdout, kind, columns, record, harmless=harmless, bom=False)
        return
    with disk.writing(Path(file), if_there) as made:
        yield _export(made.stream, kind, columns, record, harmless=harmless, bom=harmless)


def _export(
    stream: BinaryIO, kind: Format, columns: Sequence[ExportColumn], record: Record, *, harmless: bool, bom: bool
) -> ExportFile:
    if kind in (Format.JSON, Format.JSONL):
        return _JsonExport(stream, record, lines=kind is Format.JSONL)
    if kind is Format.XLSX:
        return _XlsxExport(stream, columns)
    return _CsvExport(stream, columns, delimiter="\t" if kind is Format.TSV else ",", harmless=harmless, bom=bom)
