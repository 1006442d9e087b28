"""The picture of `status`: on the screen, and as a file."""

import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from koalalink.domain.history.descriptions import ago
from koalalink.domain.matching.decisions import Origin, SideBySide
from koalalink.domain.mirror.status import Overall, Standing, Status
from koalalink.domain.text import counted
from koalalink.render.pages.decisions import decision_page
from koalalink.render.pages.status import status_page
from koalalink.render.views.tables import shown

_BAR = 30
_HEIGHTS = " ▁▂▃▄▅▆▇█"
_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()


def pictured_together(overall: Overall) -> RenderableType:
    """Return all locations in one line."""
    nowhere = overall.linked - overall.ready
    have = "has" if nowhere == 1 else "have"
    told = f"All locations: {overall.linked:,} of {counted(overall.customers, 'customer')} linked, "
    told += f"{overall.ready:,} can be charged; {nowhere:,} {have} no usable payment method anywhere."
    return shown(told, "bold")


def pictured(found: Standing, now: datetime) -> RenderableType:
    """Return one location: bars, the months to come, and the problems of the last check."""
    return Group(*_parts(found, now))


class Drawer:
    """Draws results into files."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def svg(self, found: Sequence[Standing]) -> str:
        """Return it as an SVG image."""
        return _recorded(found, self._now).export_svg(title="KoalaLink")

    def html(self, found: Status) -> str:
        """Return it as a web page."""
        return status_page(found, self._now)

    def decisions(self, pairs: Iterable[SideBySide], origin: Origin) -> tuple[str, int]:
        """Return proposals as a web page that takes decisions, and how many it has."""
        return decision_page(pairs, origin, self._now)


def _recorded(found: Sequence[Standing], now: datetime) -> Console:
    console = Console(record=True, width=80, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    for each in found:
        console.print(pictured(each, now))
    return console


def _parts(found: Standing, now: datetime) -> Iterator[RenderableType]:
    copied = f"Stripe's customers copied {ago(found.copied_at, now)}" if found.copied_at else "not copied from Stripe"
    checked = f"links verified {ago(found.verified_at, now)}" if found.verified_at else "links never verified"
    yield Text.assemble(shown(found.location, "bold"), shown(f"  {copied}, {checked}", "dim"))
    bars = Table.grid(padding=(0, 2))
    _bar(bars, "Linked to Stripe", found.linked, found.customers, "customers")
    if found.ready is not None:
        _bar(bars, "Can be charged", found.ready, found.linked, "linked")
    yield bars
    fates = {"no payment method": found.no_card, "card expired": found.expired, "gone from Stripe": found.gone}
    fates |= {"switched off": found.switched_off}
    if told := ", ".join(f"{size:,} {what}" for what, size in fates.items() if size):
        yield shown(f"Not ready: {told}", "yellow")
    if found.expiring:
        yield _months(found)
    if found.problems:
        kinds = ", ".join(f"{kind.replace('_', ' ')} {size:,}" for kind, size in found.problems.items())
        yield shown(f"Problems found by the last check: {kinds}", "bold yellow")
    yield Text()


def _bar(bars: Table, what: str, part: int, whole: int, of_what: str) -> None:
    # Two signs, not two colors: a terminal may have none.
    full = min(_BAR, part * _BAR // whole if whole else 0)
    bar = Text.assemble(shown("█" * full, "green"), shown("░" * (_BAR - full), "dim"))
    bars.add_row(shown(what), bar, shown(f"{part:,} of {whole:,} {of_what}"))


def _months(found: Standing) -> RenderableType:
    most = max(found.expiring.values())
    table = Table.grid(padding=(0, 1))
    names, bars, sizes = [], [], []
    years: list[Text] = []
    for month, size in found.expiring.items():
        names.append(shown(_MONTHS[int(month[-2:]) - 1], "dim"))
        # Below the first month, and below each January.
        years.append(shown(month[:4] if not years or month.endswith("-01") else "", "dim"))
        bars.append(shown(_HEIGHTS[-(-size * 8 // most) if most else 0] * 3, "yellow"))
        sizes.append(shown(f"{size:,}" if size else "–", "" if size else "dim"))
    for cells in (bars, sizes, names, years):
        table.add_row(*cells)
    total = sum(found.expiring.values())
    return Group(shown(f"{counted(total, 'card')} will expire within twelve months:"), table)
