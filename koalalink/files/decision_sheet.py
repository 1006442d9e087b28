"""The decision sheet: proposals out, to be decided in a spreadsheet, and decisions back."""

import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import BinaryIO

from koalalink.atomic_files import Disk, IfThere
from koalalink.command_line import Command
from koalalink.domain.identity.rules import Tier
from koalalink.domain.matching.decisions import Decision, Origin, Seen, Sheet, SideBySide, Untrue
from koalalink.domain.stripe.customer import NOTHING_TOLD, StripeCustomer
from koalalink.domain.stripe.ids import chosen_id, customer_id, looks_like_stripe
from koalalink.domain.text import fold
from koalalink.errors import KoalaError, UsageError
from koalalink.files.cell_cleaning import plain
from koalalink.files.csv_writer import Lines
from koalalink.files.table_reader import Grid

_NEEDED = ("Decision", "Customer", "Stripe ID")
_CERTAIN = Tier.CERTAIN.value
"""What the program writes as the decision of a certain pair; only a person writes yes."""

_YES = ("yes", "y")
_NO = ("no", "n")


_Cell = Callable[[SideBySide], str]


def _theirs(cell: Callable[[StripeCustomer], str]) -> _Cell:
    return lambda pair: cell(pair.theirs) if pair.theirs else ""


def _card(theirs: StripeCustomer) -> str:
    card = theirs.card
    return f"{card}{card.until}" if card else "no payment method"


_COLUMNS: tuple[tuple[str, _Cell], ...] = (
    ("Decision", lambda pair: _CERTAIN if pair.proposal.tier is Tier.CERTAIN else ""),
    ("Tier", lambda pair: pair.proposal.tier.value),
    ("Reason", lambda pair: pair.proposal.reason_with_names),
    ("Customer", lambda pair: str(pair.proposal.customer)),
    ("Name", lambda pair: pair.ours.details.name),
    ("Name at Stripe", _theirs(lambda theirs: theirs.name)),
    ("Email", lambda pair: pair.ours.details.email),
    ("Email at Stripe", _theirs(lambda theirs: theirs.email)),
    ("Phone", lambda pair: pair.ours.details.phone),
    ("Phone at Stripe", _theirs(lambda theirs: theirs.phone)),
    ("Address", lambda pair: pair.ours.details.place),
    ("Address at Stripe", _theirs(lambda theirs: str(theirs.address))),
    ("Card", _theirs(_card)),
    ("Card holder", _theirs(lambda theirs: theirs.holder.name)),
    ("Description", _theirs(lambda theirs: (theirs.about or NOTHING_TOLD).description)),
    ("Stripe ID", lambda pair: pair.proposal.stripe_id or ""),
    ("Duplicates", lambda pair: " ".join(pair.proposal.duplicates)),
    ("Others", lambda pair: " ".join(pair.proposal.rivals)),
)
_ORIGIN = "Sheet"
"""The title of the column that says what the sheet was written for."""

_TITLES = (*(title for title, _ in _COLUMNS), _ORIGIN)


def write_sheet(disk: Disk, path: Path, pairs: Iterable[SideBySide], origin: Origin) -> tuple[int, Path | None]:
    """Write one row a proposal, in the order given; certain ones say so, and need no decision.

    Return how many, and what a sheet that was there, perhaps with decisions in it, is called now.
    """
    rows = 0
    with disk.writing(path, IfThere.SET_ASIDE) as made:
        lines = Lines(made.stream)
        lines.write(_TITLES)
        for rows, pair in enumerate(pairs, 1):  # noqa: B007 - counts
            lines.write([*(cell(pair) for _, cell in _COLUMNS), str(origin)])
        lines.finish()
    return rows, made.set_aside


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
                f"{grid.name} is not a decision sheet: it has no column “{missing[0]}”.",
                hint="A sheet is written by: " + Command("match", sheet="FILE.csv"),
            )
        origins: set[Origin] = set()
        decisions: list[Decision] = []
        problems: list[Untrue] = []
        later = 0
        for row in rows:
            cells = dict(zip(titles, map(plain, row.cells), strict=False))
            if not any(cells.values()):
                continue
            origin = Origin.read(cells.get(fold(_ORIGIN), ""))
            origins |= {origin} if origin else set()
            said = cells.get("decision", "")
            if not said and not row.problem:
                later += 1
                continue
            decided = row.problem or _decided(cells, row.number, origin)
            if isinstance(decided, Decision):
                decisions.append(decided)
            else:
                problems.append(Untrue(row.number, _number(cells) or 0, cells.get("stripe id", ""), decided))
    return Sheet(file, frozenset(origins), decisions, later, problems)


def _known(titles: Sequence[str]) -> int:
    return len({fold(title) for title in titles} & {fold(title) for title in _TITLES})


def _number(cells: dict[str, str]) -> int | None:
    # A spreadsheet may have made 1,234.0 of 1234.
    digits = re.sub(r"\.0+$|[,.\s]", "", cells.get("customer", ""))
    return int(digits) if digits.isdecimal() and len(digits) < 19 else None


def _decided(cells: dict[str, str], row: int, origin: Origin | None) -> Decision | str:
    """Return what a row says, or the sentence that says why that is not clear."""
    said, proposed, number = cells["decision"], cells.get("stripe id", ""), _number(cells)
    word = fold(said)
    if number is None:
        return "The row has no customer number."
    typed = looks_like_stripe(said)
    if not typed and word not in (*_YES, *_NO, _CERTAIN):
        return f"“{said}” is not a decision. Write yes, no, a cus_… ID, or nothing."
    if not typed and not proposed:
        return "There is no Stripe ID in this row. Write the right one as the decision."
    try:
        stripe_id = customer_id(said) if typed else chosen_id(proposed)
    except KoalaError as error:
        return error.message
    seen = Seen(name=cells.get("name"), email=cells.get("email"))
    if stripe_id == proposed:
        seen = seen._replace(stripe_name=cells.get("name at stripe"), stripe_email=cells.get("email at stripe"))
    # A person has decided who saw both, in a sheet that says what it was written from; of many that a page has
    # confirmed together only a few were looked at.
    both = seen.name is not None and seen.stripe_name is not None and bool(cells.get(fold(_ORIGIN)))
    both = both and fold(cells.get("looked at", "")) not in _NO
    return Decision(
        number,
        stripe_id,
        accepted=typed or word not in _NO,
        seen=seen,
        looked_at=both and word != _CERTAIN,
        certain=word == _CERTAIN,
        row=row,
        since=origin.since if origin else None,
    )
