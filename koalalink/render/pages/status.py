"""The status page: how each location stands, who has to be called, and what expires when."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from html import escape
from itertools import groupby

from koalalink.domain.history.descriptions import ago
from koalalink.domain.mirror.status import Call, Standing, Status
from koalalink.domain.text import counted, printable
from koalalink.render.pages.template import page

_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
_BAR, _GAP, _HIGH = 40, 12, 120
"""Of the chart, in its own units."""


def status_page(found: Status, now: datetime) -> str:
    """Return the page."""
    parts = [
        "<header><h1>Who can be charged</h1>",
        f'<p class="soft">{escape(f"{now.astimezone():%A, %B %d, %Y, %H:%M}")}</p></header><main>',
        *_overall(found),
        *(part for each in found.standings for part in _location(each, now)),
        "</main>",
    ]
    return page("Who can be charged", "\n".join(parts), script="status.js")


def _overall(found: Status) -> Iterator[str]:
    overall = found.overall
    tiles = [
        (overall.linked, f"of {counted(overall.customers, 'customer')} linked to Stripe"),
        (overall.ready, "can be charged"),
        (overall.linked - overall.ready, "have no usable payment method anywhere"),
    ]
    yield f"<section><h2>All locations</h2>{_tiles(tiles)}</section>"


def _location(found: Standing, now: datetime) -> Iterator[str]:
    copied = f"Stripe's customers copied {ago(found.copied_at, now)}" if found.copied_at else "not copied from Stripe"
    checked = f"links verified {ago(found.verified_at, now)}" if found.verified_at else "links never verified"
    yield f"<section><h2>{_text(found.location)}</h2>"
    yield f'<p class="soft">{_text(f"{copied}, {checked}.")}</p>'
    tiles = [(found.linked, f"of {counted(found.customers, 'customer')} linked")]
    if found.ready is not None:
        tiles += [(found.ready, "can be charged"), (sum(found.expiring.values()), "expire within twelve months")]
    yield _tiles(tiles)
    if found.expiring:
        yield _chart(found)
    if found.problems:
        kinds = ", ".join(f"{kind.replace('_', ' ')} {size:,}" for kind, size in found.problems.items())
        yield f"<p>Problems found by the last check: {_text(kinds)}.</p>"
    if found.calls:
        yield from _problems(found.calls)
        yield _table(found.calls)
    yield "</section>"


def _tiles(tiles: Sequence[tuple[int, str]]) -> str:
    return f'<ul class="tiles">{"".join(f"<li><b>{size:,}</b> {escape(text)}</li>" for size, text in tiles)}</ul>'


def _chart(found: Standing) -> str:
    """Return the twelve months as bars with numbers, and the years below."""
    most = max([*found.expiring.values(), 1])
    marks = []
    for index, (month, size) in enumerate(found.expiring.items()):
        left, high = index * (_BAR + _GAP) + _GAP, round(size * _HIGH / most)
        middle = left + _BAR // 2
        marks.append(f'<rect x="{left}" y="{_HIGH + 20 - high}" width="{_BAR}" height="{high}"></rect>')
        marks.append(f'<text x="{middle}" y="{_HIGH + 15 - high}">{size:,}</text>')
        marks.append(f'<text x="{middle}" y="{_HIGH + 36}">{_MONTHS[int(month[-2:]) - 1]}</text>')
        if not index or month.endswith("-01"):
            marks.append(f'<text x="{middle}" y="{_HIGH + 52}">{month[:4]}</text>')
    width = len(found.expiring) * (_BAR + _GAP) + _GAP
    told = ", ".join(f"{month}: {size}" for month, size in found.expiring.items() if size) or "none"
    return (
        "<h3>Cards by the month in which they expire</h3>"
        f'<svg viewBox="0 0 {width} {_HIGH + 58}" width="{width}" height="{_HIGH + 58}" role="img" '
        f'aria-label="Cards that expire: {told}">{"".join(marks)}</svg>'
    )


def _problems(calls: Sequence[Call]) -> Iterator[str]:
    """Yield why customers cannot be charged, each kind with the names behind it."""
    yield "<h3>Whom to call, and why</h3>"
    kinds = sorted(calls, key=lambda call: (call.kind, call.customer.details.name))
    for kind, group in groupby(kinds, key=lambda call: call.kind):
        names = [_text(str(call.customer)) for call in group]
        yield f"<details><summary>{len(names):,}: {_text(kind)}</summary><p>{', '.join(names)}</p></details>"


def _table(calls: Sequence[Call]) -> str:
    titles = ("Number", "Name", "Phone", "Email", "Reason")
    head = "".join(f'<th scope="col"><button type="button">{title}</button></th>' for title in titles)
    rows = "".join("<tr>" + "".join(f"<td>{_text(cell)}</td>" for cell in _cells(call)) + "</tr>" for call in calls)
    title = "<h3>Call list</h3>"
    return f'{title}<div class="calls"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'


def _cells(call: Call) -> tuple[str, ...]:
    details = call.customer.details
    return str(call.customer.number), details.name, details.phone, details.email, call.reason


def _text(text: str) -> str:
    return escape(printable(text[:2000]))
