"""Notes of changes: why a change was made, kept as a kind with numbers and IDs, and worded only when it is shown.

A sentence would name people, and could not be found again when one of them asks to be erased.
"""

import json
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any, NamedTuple

from koalalink.domain.text import counted, listed


class NoteKind(StrEnum):
    """What a note says; the words stand in `worded`."""

    SAMPLE = "sample"
    """The made-up people of the sandbox."""
    FILE = "file"
    """The file that rows were read from; `size` counts them."""
    CERTAIN = "certain"
    REVIEW = "review"
    DEAD_LINKS = "dead links"
    OFFLINE = "offline"
    """Stripe was not asked."""
    DOUBTED = "doubted"
    """A link was saved in spite of what `checks` found, or although one of `customers` matches, too."""
    CONTRADICTED = "contradicted"
    """Details were saved that do not match the Stripe customers in `stripe_ids`, which stay linked."""
    RENAMED = "renamed"
    """A location; `names` are the old one and the new one."""
    OTHER = "other"
    """Written by a version of another time."""


class Note(NamedTuple):
    """Why a change was made. Customers and Stripe customers are named by number and by ID alone."""

    kind: NoteKind
    names: tuple[str, ...] = ()
    """Files or locations, never people."""
    size: int | None = None
    checks: tuple[str, ...] = ()
    customers: tuple[int, ...] = ()
    stripe_ids: tuple[str, ...] = ()

    @classmethod
    def of_file(cls, name: str, size: int | None = None) -> "Note":
        """Return the note of a change that was read from a file."""
        return cls(NoteKind.FILE, names=(name,), size=size)

    @classmethod
    def moved(cls, old: str, new: str) -> "Note":
        """Return the note of a change that gives a location another name."""
        return cls(NoteKind.RENAMED, names=(old, new))


def to_text(note: Note | None) -> str:
    """Return a note as the store keeps it: a JSON object of what it has, or nothing."""
    if note is None:
        return ""
    return json.dumps({name: value for name, value in note._asdict().items() if value not in (None, ())})


def from_text(text: str) -> Note | None:
    """Return a note as the store has kept it; of one that cannot be understood, that there is one."""
    if not text:
        return None
    found = json.loads(text)
    try:
        kind = NoteKind(found["kind"])
    except ValueError:
        return Note(NoteKind.OTHER)
    return Note(kind, **{name: _value(found, name) for name in Note._fields if name in found and name != "kind"})


def _value(found: Mapping[str, Any], name: str) -> Any:
    value = found[name]
    return tuple(value) if isinstance(value, list) else value


_ALWAYS = {
    NoteKind.SAMPLE: "the sandbox's people",
    NoteKind.CERTAIN: "certain",
    NoteKind.REVIEW: "review",
    NoteKind.DEAD_LINKS: "dead links, found by verify",
    NoteKind.OFFLINE: "offline, not verified",
    NoteKind.OTHER: "",
}
_DIFFERENT = ("email", "name", "phone")


def worded(note: Note) -> str:
    """Return a note in words, as they stand in parentheses behind a change; nothing where there is nothing to say."""
    if note.kind is NoteKind.FILE:
        rows = [] if note.size is None else [counted(note.size, "row")]
        return ", ".join([*note.names, *rows]) or "a file"
    if note.kind is NoteKind.RENAMED:
        return " → ".join(note.names)
    if note.kind is NoteKind.CONTRADICTED:
        return f"although the details do not match {listed(note.stripe_ids) or 'the linked Stripe customer'}"
    if note.kind is NoteKind.DOUBTED:
        return f"although {listed(_reasons(note)) or 'it was in doubt'}"
    return _ALWAYS[note.kind]


def _reasons(note: Note) -> Iterable[str]:
    if different := [check for check in _DIFFERENT if check in note.checks]:
        yield f"the {listed(different)} {'is' if len(different) == 1 else 'are'} different"
    if note.customers:
        verb = "matches" if len(note.customers) == 1 else "match"
        yield f"{listed(f'customer {number}' for number in note.customers)} {verb} as well"
    if "has_card" in note.checks:
        yield "no payment method can be charged"
