"""The decision page: every proposal as a card that is answered in a browser, and saved as a sheet for `apply`."""

from collections.abc import Iterable
from datetime import datetime
from html import escape
from string import Template
from typing import Any

from koalalink.domain.identity.field_comparison import Agreement
from koalalink.domain.identity.rules import Tier
from koalalink.domain.matching.decisions import Origin, SideBySide, is_in_doubt
from koalalink.domain.stripe.customer import StripeCustomer, told_besides
from koalalink.domain.text import fold, printable
from koalalink.render.console.side_by_side import compared
from koalalink.render.pages.template import page, part

_MARKS = {Agreement.SAME: "same", Agreement.SIMILAR: "similar", Agreement.DIFFERENT: "different"}
_LONGEST = 2000
"""Characters of one text."""


def decision_page(pairs: Iterable[SideBySide], origin: Origin, now: datetime) -> tuple[str, int]:
    """Return the page, and how many pairs it has: those for whom somebody at Stripe is proposed."""
    reasons: dict[str, int] = {}
    found = [_pair(pair, pair.theirs, reasons, now) for pair in pairs if pair.theirs]
    # To the second: two pages of one day keep their answers apart.
    written = f"{now.astimezone():%Y-%m-%d %H:%M:%S}"
    named = {"store": origin.store, "location": origin.location, "origin": str(origin)}
    data = {**named, "written": written, "reasons": [*reasons]}
    body = Template(part("decisions.html")).substitute(
        location=escape(origin.location), written=escape(written), rows="".join(map(_row, found))
    )
    title = f"Who is who at Stripe: {origin.location}"
    return page(title, body, script="decisions.js", data=data | {"pairs": found}), len(found)


def _pair(pair: SideBySide, theirs: StripeCustomer, reasons: dict[str, int], now: datetime) -> dict[str, Any]:
    proposal, ours = pair.proposal, pair.ours.details
    fields = [
        [each.title, _shown(each.ours), _MARKS.get(each.agreement, ""), _shown(each.theirs)]
        for each in compared(pair, theirs, now)
    ]
    fields.append(["Payment method", "", "", _method(theirs, now)])
    fields += [[title, "", "", _shown(text)] for title, text in told_besides(theirs)]
    fields.append(["Since", "", "", f"{theirs.created:%Y-%m-%d}" if theirs.created else ""])
    sure = proposal.tier in (Tier.CERTAIN, Tier.LIKELY) and not is_in_doubt(pair, now)
    texts = (ours.name, ours.email, ours.phone, theirs.name, theirs.email, theirs.phone, theirs.stripe_id)
    searched = fold(" ".join((str(pair.ours.number), *(printable(text)[:_LONGEST] for text in texts))))
    return {
        "number": pair.ours.number,
        "ours": _shown(ours.name or ours.email),
        "id": theirs.stripe_id,
        "tier": proposal.tier.value,
        "kind": reasons.setdefault(proposal.reason, len(reasons)),
        "reason": proposal.reason_with_names,
        "sure": sure,
        "fields": fields,
        "others": [_other(each, each.stripe_id in proposal.duplicates, now) for each in pair.others],
        "searched": searched,
        # As they are stored: apply compares them, to notice who has changed since.
        "ours_name": printable(ours.name),
        "ours_email": printable(ours.email),
        "theirs_name": printable(theirs.name),
        "theirs_email": printable(theirs.email),
    }


def _other(theirs: StripeCustomer, same: bool, now: datetime) -> dict[str, Any]:
    texts = (theirs.name, theirs.email, theirs.phone, theirs.stripe_id, _method(theirs, now))
    return {"id": theirs.stripe_id, "same": same, "told": ", ".join(_shown(text) for text in texts if text)}


def _method(theirs: StripeCustomer, now: datetime) -> str:
    card = theirs.card
    if card is None:
        return "none"
    if not card.usable(now):
        return _shown(f"{card}, expired" if card.expired(now) else f"{card}, {card.problem}")
    return _shown(f"{card}{card.until}")


def _shown(text: str) -> str:
    return printable(text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…")


def _row(pair: dict[str, Any]) -> str:
    """Return a pair for who has switched scripts off."""
    theirs = " ".join(field[3] for field in pair["fields"][:2])
    cells = (f"{pair['ours']} ({pair['number']})", f"{theirs} {pair['id']}", f"{pair['tier']}: {pair['reason']}")
    return "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>"
