"""What `match` has found, as a manager reads it: how many of what kind, and what to do next."""

from collections.abc import Iterator

from rich.console import RenderableType
from rich.table import Table

from koalalink.domain.decisions import Matched
from koalalink.domain.matching.rules import Tier
from koalalink.domain.text import counted
from koalalink.render.widgets import columned, shown

_MOST_REASONS = 5
_MEANT = {
    Tier.CERTAIN: ("nothing speaks against them", "green"),
    Tier.LIKELY: ("look at some, then confirm those of one reason together", "cyan"),
    Tier.REVIEW: ("look at each of them", "yellow"),
    Tier.NONE: ("nobody at Stripe, as far as can be told", "dim"),
}


def summary(found: Matched) -> Iterator[RenderableType]:
    """Yield how many proposals there are of each tier and reason, and what to type next."""
    if not found.proposals:
        yield shown(f"Everybody is linked at {found.location}: there is nothing to match.", "green")
        return
    yield shown(
        f"{counted(len(found.proposals), 'customer')} without a link at {found.location}; "
        f"{counted(found.state.customers, 'customer')} at Stripe."
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


def _next(found: Matched) -> Iterator[RenderableType]:
    at = f"--location {found.location}"
    certain = len(found.of(Tier.CERTAIN))
    if certain:
        yield shown(f"To connect the {counted(certain, 'certain one')}, type: koalalink match --apply-certain {at}")
    if len(found.of(Tier.LIKELY)) + len(found.of(Tier.REVIEW)):
        yield shown(f"To decide on the others here, type: koalalink review {at}")
        yield shown(f"Or in a spreadsheet: koalalink match --sheet decisions.csv {at}")
