"""What `match` has found, as a manager reads it: how many of what kind, and what to do next."""

from collections.abc import Iterator

from koalalink.command_line import Command
from koalalink.command_line import Text as Sayable
from koalalink.domain.identity.rules import Tier
from koalalink.domain.matching.decisions import Matched
from koalalink.domain.text import counted
from koalalink.render.views.screen import Screen
from koalalink.render.views.tables import print_table, shown

_MOST_REASONS = 5
_MEANT = {
    Tier.CERTAIN: ("nothing speaks against them", "green"),
    Tier.LIKELY: ("look at a few, then confirm the rest with the same reason together", "cyan"),
    Tier.REVIEW: ("decide each one yourself", "yellow"),
    Tier.NONE: ("no matching customer found at Stripe", "dim"),
}


def draw_matched(found: Matched, screen: Screen) -> None:
    """Draw how many proposals there are of each tier and reason, and what to type next."""
    if not found.proposals:
        screen.say(f"Every customer is linked at {found.location}: there is nothing to match.", "green")
        return
    screen.say(
        f"{counted(len(found.proposals), 'customer')} without a link at {found.location}; "
        f"{counted(found.at_stripe, 'customer')} at Stripe."
    )
    _draw_table(found, screen)
    for sentence in _next(found):
        screen.say(sentence)


def _draw_table(found: Matched, screen: Screen) -> None:
    rows = []
    for tier in Tier:
        reasons = found.reasons(tier)
        if not reasons:
            continue
        meant, style = _MEANT[tier]
        rows.append(
            [shown(tier.value, f"bold {style}"), shown(f"{len(found.of(tier)):,}", "bold"), shown(meant, style)]
        )
        shown_reasons = reasons if len(reasons) <= _MOST_REASONS + 1 else reasons[:_MOST_REASONS]
        rows += [[shown(""), shown(f"{size:,}"), shown(reason)] for reason, size in shown_reasons]
        if others := reasons[len(shown_reasons) :]:
            rest = sum(size for _, size in others)
            rows.append([shown(""), shown(f"{rest:,}"), shown(f"{len(others)} other reasons", "dim")])
    print_table(screen.console, ("", "Customers", "Why"), rows)


def _next(found: Matched) -> Iterator[Sayable]:
    at = found.location
    certain = len(found.of(Tier.CERTAIN))
    if certain:
        how = Command("match", apply_certain=True, location=at)
        matches = "match" if certain == 1 else "matches"
        yield f"To connect the {certain:,} certain {matches}, type: " + how
    if len(found.of(Tier.LIKELY)) + len(found.of(Tier.REVIEW)):
        yield "To decide about the others here, type: " + Command("review", location=at)
        yield "Or in a spreadsheet: " + Command("match", sheet="decisions.csv", location=at)
