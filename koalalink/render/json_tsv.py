"""Output for programs: JSON, and lines of fields with tabs between them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from koalalink.domain.text import printable
from koalalink.render.records import RECORDS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from koalalink.render.records import Record

_PAGES = ("CustomerPage", "StripePage")
"""Results that are a page of one customer: in a pipe a line a field."""


def as_json(result: object, now: datetime) -> str:
    """Return one JSON array or object, in ASCII: no terminal or pipe can spoil it."""
    return json.dumps(RECORDS[type(result).__name__].record(result, now), indent=2) + "\n"


def as_tabs(result: object, now: datetime) -> str:
    """Return a header line and a line for each row, whole values with tabs between them; or a sentence."""
    from koalalink.render.messages import SENTENCES

    kind = type(result).__name__
    if kind in SENTENCES:
        return printable(SENTENCES[kind](result)) + "\n"
    form = RECORDS[kind]
    record = form.lines(result, now) if form.lines else form.record(result, now)
    if kind in _PAGES and isinstance(record, dict):
        return _lines(("field", "value"), [{"field": name, "value": value} for name, value in record.items()])
    return _lines((form.columns or form.fields).split(), record if isinstance(record, list) else [record])


def _lines(columns: Sequence[str], rows: Sequence[Record]) -> str:
    lines = [columns, *([_cell(row[column]) for column in columns] for row in rows)]
    return "".join("\t".join(line) + "\n" for line in lines)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return " ".join(f"{printable(name)}={_cell(part)}" for name, part in value.items())
    if isinstance(value, list):
        return "; ".join(_cell(part) for part in value)
    return printable(str(value))
