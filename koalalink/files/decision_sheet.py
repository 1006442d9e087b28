"""The decision sheet: proposals out, to be decided in a spreadsheet, and decisions back."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import BinaryIO

from koalalink.disk import Disk, IfThere
from koalalink.domain.customers import CustomerDetails
from koalalink.domain.decisions import Decision, Seen, Sheet, SideBySide, Untrue
from koalalink.domain.people.identity import Tier
from koalalink.domain.stripe_customers import StripeCustomer
from koalalink.domain.stripe_ids import customer_id, looks_like_stripe
from koalalink.domain.text import fold
from koalalink.errors import KoalaError, UsageError
from koalalink.files.cells import plain
from koalalink.files.grid import Grid
from koalalink.files.writing import Lines
from koalalink.hints import Command

_TITLES = (
    "Decision", "Tier", "Reason", "Customer", "Name", "Name at Stripe", "Email", "Email at Stripe", "Phone",
    "Phone at Stripe", "Address", "Address at Stripe", "Card", "Stripe ID", "Duplicates", "Others", "Sheet",
)  # fmt: skip
_NEEDED = ("Decision", "Customer", "Stripe ID")
_CERTAIN = Tier.CERTAIN.value
"""What the program writes as the decision of a certain pair; only a person writes yes."""

_YES = ("yes", "y")
_NO = ("no", "n")


def write_sheet(
    disk: Disk, path: Path, pairs: Iterable[SideBySide], *, location: str, store: str
) -> tuple[int, Path | None]:
    """Write one row a proposal, in the order given; certain ones say so, and need no decision.

    Return how many, and what a sheet that was there, perhaps with decisions in it, is called now.
    """
    rows = 0
    with disk.writing(path, IfThere.SET_ASIDE) as made:
        lines = Lines(made.stream)
        lines.write(_TITLES)
        for rows, pair in enumerate(pairs, 1):  # noqa: B007 - counts
            lines.write(_cells(pair, f"{location} {store}"))
        lines.finish()
    return rows, made.set_aside


def _cells(pair: SideBySide, sheet: str) -> Sequence[str]:
    proposal, ours, theirs = pair.proposal, pair.ours.details, pair.theirs
    return (
        _CERTAIN if proposal.tier is Tier.CERTAIN else "",
        proposal.tier.value,
        proposal.reason,
        str(proposal.customer),
        ours.name,
        theirs.name if theirs else "",
        ours.email,
        theirs.email if theirs else "",
        ours.phone,
        theirs.phone if theirs else "",
        _address(ours),
        str(theirs.address) if theirs else "",
        _card(theirs) if theirs else "",
        proposal.stripe_id or "",
        " ".join(proposal.duplicates),
        " ".join(proposal.rivals),
        sheet,
    )


def _address(ours: CustomerDetails) -> str:
    return ", ".join(part for part in (ours.address, ours.city, ours.state, ours.zip) if part)


def _card(theirs: StripeCustomer) -> str:
    card = theirs.card
    return f"{card}, good until {card.exp_month:02}/{card.exp_year}" if card else "no card"


def read_sheet(file: str, stdin: BinaryIO) -> Sheet:
    """Return what a sheet says, whatever a spreadsheet has done to it; cells that say nothing clear are problems.

    Raises UsageError where it is no such sheet.
    """
    with Grid(file, stdin, _known) as grid:
        rows = grid.rows()
        titles: list[str] = []
        for row in rows:
            titles = [fold(plain(cell)) for cell in row.cells]
            if any(titles):
                break
        missing = [title for title in _NEEDED if fold(title) not in titles]
        if missing:
            raise UsageError(
                f"{grid.name} is no decision sheet: it has no column “{missing[0]}”.",
                hint="A sheet is written by: " + Command("match", sheet="FILE.csv"),
            )
        written_for: set[str] = set()
        decisions: list[Decision] = []
        problems: list[Untrue] = []
        later = 0
        for row in rows:
            cells = dict(zip(titles, map(plain, row.cells), strict=False))
            if not any(cells.values()):
                continue
            written_for.add(cells.get("sheet", ""))
            said = cells.get("decision", "")
            if not said and not row.problem:
                later += 1
                continue
            decided = row.problem or _decided(cells, row.number)
            if isinstance(decided, Decision):
                decisions.append(decided)
            else:
                problems.append(Untrue(row.number, _number(cells) or 0, cells.get("stripe id", ""), decided))
    return Sheet(file, frozenset(written_for - {""}), decisions, later, problems)


def _known(titles: Sequence[str]) -> int:
    return len({fold(title) for title in titles} & {fold(title) for title in _TITLES})


def _number(cells: dict[str, str]) -> int | None:
    # A spreadsheet may have made 1,234.0 of 1234.
    digits = re.sub(r"\.0+$|[,.\s]", "", cells.get("customer", ""))
    return int(digits) if digits.isdecimal() and len(digits) < 19 else None


def _decided(cells: dict[str, str], row: int) -> Decision | str:
    """Return what a row says, or the sentence that says why that is not clear."""
    said, proposed, number = cells["decision"], cells.get("stripe id", ""), _number(cells)
    word = fold(said)
    if number is None:
        return "The row has no number of a customer."
    typed = looks_like_stripe(said)
    if not typed and word not in (*_YES, *_NO, _CERTAIN):
        return f"“{said}” is not a decision. Write yes, no, a cus_… ID, or nothing."
    if not typed and not proposed:
        return "There is no Stripe ID in this row. Write the right one as the decision."
    try:
        stripe_id = customer_id(said if typed else proposed)
    except KoalaError as error:
        return error.message
    seen = Seen(name=cells.get("name"), email=cells.get("email"))
    if stripe_id == proposed:
        seen = seen._replace(stripe_name=cells.get("name at stripe"), stripe_email=cells.get("email at stripe"))
    # A person has decided who saw both, in a sheet that says what it was written from.
    both = seen.name is not None and seen.stripe_name is not None and bool(cells.get("sheet"))
    return Decision(
        number,
        stripe_id,
        accepted=typed or word not in _NO,
        seen=seen,
        looked_at=both and word != _CERTAIN,
        certain=word == _CERTAIN,
        row=row,
    )
