"""What `match` has found, as a manager reads it: how many of what kind, and what to do next."""

from collections.abc import Iterator

from rich.table import Table

from koalalink.domain.decisions import Matched
from koalalink.domain.people.identity import Tier
from koalalink.domain.text import counted
from koalalink.hints import Command
from koalalink.hints import Text as Sayable
from koalalink.render.widgets import columned, shown

_MOST_REASONS = 5
_MEANT = {
    Tier.CERTAIN: ("nothing speaks against them", "green"),
    Tier.LIKELY: ("look at some, then confirm those of one reason together", "cyan"),
    Tier.REVIEW: ("look at each of them", "yellow"),
    Tier.NONE: ("nobody at Stripe, as far as can be told", "dim"),
}


def summary(found: Matched) -> Iterator[Table | tuple[Sayable, str]]:
    """Yield how many proposals there are of each tier and reason, and what to type next."""
    if not found.proposals:
        yield f"Everybody is linked at {found.location}: there is nothing to match.", "green"
        return
    yield (
        f"{counted(len(found.proposals), 'customer')} without a link at {found.location}; "
        f"{counted(found.state.customers, 'customer')} at Stripe.",
        "",
    )
    yield _table(found)
    yield from _next(found)


def _table(found: Matched) -> Table:
    table = columned("", "Customers", "Why")
    table.columns[1].justify = "right"
    for tier in Tier:
        reasons = found.reasons(tier)
        if not reasons:
            continue
        meant, style = _MEANT[tier]
        table.add_row(
            shown(tier.value, f"bold {style}"), shown(f"{len(found.of(tier)):,}", "bold"), shown(meant, style)
        )
        shown_reasons = reasons if len(reasons) <= _MOST_REASONS + 1 else reasons[:_MOST_REASONS]
        for reason, size in shown_reasons:
            table.add_row("", shown(f"{size:,}"), shown(reason))
        if others := reasons[len(shown_reasons) :]:
            rest = sum(size for _, size in others)
            table.add_row("", shown(f"{rest:,}"), shown(f"{len(others)} other reasons", "dim"))
    return table


def _next(found: Matched) -> Iterator[tuple[Sayable, str]]:
    at = found.location
    certain = len(found.of(Tier.CERTAIN))
    if certain:
        how = Command("match", apply_certain=True, location=at)
        yield f"To connect the {counted(certain, 'certain one')}, type: " + how, ""
    if len(found.of(Tier.LIKELY)) + len(found.of(Tier.REVIEW)):
        yield "To decide on the others here, type: " + Command("review", location=at), ""
        yield "Or in a spreadsheet: " + Command("match", sheet="decisions.csv", location=at), ""
