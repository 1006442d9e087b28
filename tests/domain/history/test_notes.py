"""Notes are kept as values, and worded when they are shown."""

import pytest

from koalalink.domain.history.notes import Note, NoteKind, from_text, to_text, worded

SAID = [
    (Note(NoteKind.SAMPLE), "the sandbox's people"),
    (Note.of_file("clients.csv", 3000), "clients.csv, 3,000 rows"),
    (Note.of_file("decisions.csv"), "decisions.csv"),
    (Note(NoteKind.FILE), "a file"),
    (Note(NoteKind.OFFLINE), "offline, not verified"),
    (Note(NoteKind.DOUBTED), "although it was in doubt"),
    (Note(NoteKind.DOUBTED, checks=("email",)), "although the email is different"),
    (
        Note(NoteKind.DOUBTED, checks=("name", "email", "has_card"), customers=(61,)),
        "although the email and name are different, customer 61 matches as well and no payment method can be charged",
    ),
    (Note(NoteKind.CONTRADICTED, stripe_ids=("cus_1", "cus_2")), "although the details do not match cus_1 and cus_2"),
    (Note(NoteKind.CONTRADICTED), "although the details do not match the linked Stripe customer"),
    (Note.moved("main", "downtown"), "main → downtown"),
    (Note(NoteKind.OTHER), ""),
]


@pytest.mark.parametrize(("note", "words"), SAID, ids=[words or "nothing" for _, words in SAID])
def test_note_is_kept_and_said(note: Note, words: str) -> None:
    """What was written is read again, and can be read aloud."""
    assert from_text(to_text(note)) == note
    assert worded(note) == words


def test_every_kind_can_be_said() -> None:
    """With nothing but the kind, which is what erasing a person leaves of a note."""
    assert all(isinstance(worded(Note(kind)), str) for kind in NoteKind if kind is not NoteKind.RENAMED)


def test_note_of_another_time() -> None:
    """A kind that is not known yet is a note all the same; no note is none."""
    assert from_text('{"kind": "tomorrow", "sizes": [1]}') == Note(NoteKind.OTHER)
    assert (from_text(""), to_text(None)) == (None, "")
