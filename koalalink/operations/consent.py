"""The one rule of when a person is asked, and of what goes ahead where nobody can be."""

from enum import Enum, auto
from pathlib import Path
from typing import Protocol

from koalalink.atomic_files import IfThere
from koalalink.command_line import Text
from koalalink.errors import Aborted, ConflictError


class Stakes(Enum):
    """What is at stake if an act was not meant."""

    CAN_BE_UNDONE = auto()
    """`undo` takes it back."""
    IS_FINAL = auto()
    """Something is lost, or nearly; --yes says that it is meant."""
    IS_IN_DOUBT = auto()
    """It may harm somebody; --force says that it is meant, and --yes never does."""


class CanWrite(Protocol):
    """The part of the files that this needs."""

    def is_there(self, path: Path) -> bool:
        """Tell whether a file would be written over; raises KoalaError where none may be written there."""


class CanAsk(Protocol):
    """The part of a conversation that this needs."""

    @property
    def can_ask(self) -> bool:
        """Whether a person is there to answer."""

    def confirm(self, question: str) -> bool:
        """Ask a question whose default answer is no."""

    def answer(self, question: str, default: str) -> str:
        """Ask a question and return what was typed, or the default."""


def consent(
    talk: CanAsk,
    question: str,
    stakes: Stakes,
    *,
    agreed: bool,
    refusal: str = "This needs your confirmation.",
    hint: Text = "To do it anyway, add --yes.",
    declined: str = "Nothing was changed.",
) -> None:
    """Return where an act may go ahead, because somebody has agreed to it, or because it can be undone.

    At a terminal a person is asked, unless the option that answers was given (`agreed`). Elsewhere what can be undone
    goes ahead, and what cannot, or is in doubt, raises ConflictError with `refusal` and `hint`. Raises Aborted with
    `declined` where the person says no.
    """
    if agreed or (not talk.can_ask and stakes is Stakes.CAN_BE_UNDONE):
        return
    if not talk.can_ask:
        raise ConflictError(refusal, hint=hint)
    if not talk.confirm(question):
        raise Aborted(declined)


def consent_by_name(
    talk: CanAsk,
    question: str,
    name: str,
    *,
    agreed: bool,
    refusal: str,
    hint: Text,
    declined: str = "Nothing was changed.",
) -> None:
    """Return where what is final may go ahead, as `consent`; a person types the name of what will be gone."""
    if agreed:
        return
    if not talk.can_ask:
        raise ConflictError(refusal, hint=hint)
    if talk.answer(question, "").strip() != name:
        raise Aborted("Nothing was changed.")


def consent_to_write(talk: CanAsk, files: CanWrite, path: Path, *, agreed: bool) -> IfThere:
    """Return whether a file may replace the one that has its name, if there is one; raises as both of them."""
    if not files.is_there(path):
        return IfThere.REFUSE
    consent(
        talk,
        f"{path} already exists. Write over it?",
        Stakes.IS_FINAL,
        agreed=agreed,
        refusal=f"{path} already exists.",
        hint="Name another file, or add --yes to write over it.",
        declined="Nothing was written.",
    )
    return IfThere.REPLACE
