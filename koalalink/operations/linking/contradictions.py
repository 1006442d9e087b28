"""Details of a linked customer that contradict the Stripe customer: perhaps it is another person now."""

from collections.abc import Sequence

from koalalink.command_line import Command
from koalalink.domain.history.notes import Note, NoteKind
from koalalink.operations.consent import CanAsk, Stakes, consent
from koalalink.operations.linking.link_gate import Contradicted


def consent_to_contradict(talk: CanAsk, found: Sequence[Contradicted], *, force: bool) -> None:
    """Return where a person says that it is the same one, or `force` does; raises as `consent`."""
    first = found[0]
    more = f" And {len(found) - 1:,} more." if len(found) > 1 else ""
    consent(
        talk,
        f"{first.reason}{more} Is it the same person?",
        Stakes.IS_IN_DOUBT,
        agreed=force,
        refusal=f"{first.reason}{more} Nothing was changed.",
        hint="If it is another person, unlink first: "
        + Command("unlink", first.link.customer, location=first.link.location)
        + ". If it is the same person, add --force.",
    )


def although(found: Sequence[Contradicted]) -> Note | None:
    """Return the note of a change that was made although it contradicts."""
    stripe_ids = tuple(dict.fromkeys(each.link.stripe_id for each in found))
    return Note(NoteKind.CONTRADICTED, stripe_ids=stripe_ids) if found else None
