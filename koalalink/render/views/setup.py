"""Drawn for people: the setup, its checkup, and backups."""

from collections.abc import Callable
from typing import Any

from koalalink.command_line import Command
from koalalink.domain.setup.backups import BackedUp, Contents, Restored
from koalalink.domain.setup.doctor import Checkup, Health, Locations
from koalalink.domain.text import counted
from koalalink.render.views.screen import Screen
from koalalink.render.views.tables import Column, print_table, print_whole, shown

_HEALTH = {Health.GOOD: ("ok", "green"), Health.NOTE: ("note", "yellow"), Health.BAD: ("bad", "bold red")}


def _backed_up(done: BackedUp, screen: Screen) -> None:
    screen.say(f"Copied {_held(done.contents)} into {done.file}, and checked the copy.", "green")
    screen.say("It holds your customers, and no key. To restore it, type: " + Command("restore", done.file))


def _restored(done: Restored, screen: Screen) -> None:
    screen.say(f"Your store now has {_held(done.contents)} from {done.file}.", "green")
    if done.kept:
        screen.say(f"What was there before is in {done.kept}. To go back, type: " + Command("restore", done.kept))


def _held(contents: Contents) -> str:
    return f"{counted(contents.customers, 'customer')} and {counted(contents.links, 'link')}"


def _locations(found: Locations, screen: Screen) -> None:
    rows = []
    for report in found.reports:
        default = " (default)" if report.default else ""
        answer = shown("answers", "green") if report.answers else shown(report.problem, "bold red")
        mode = shown(report.mode, "bold" if report.mode == "live" else "")
        account = shown(str(report.known) if report.known.ids else "")
        rows.append([shown(report.location + default), shown(report.title), mode, shown(report.key), answer, account])
    if rows:
        columns = ("Location", "Name", "Mode", "Key", "Stripe", Column("Account", folds=True))
        print_table(screen.console, columns, rows)


def _checkup(found: Checkup, screen: Screen) -> None:
    for finding in found.findings:
        sign, style = _HEALTH[finding.health]
        line = shown(f"{sign:<6}", style).append_text(shown(f"{finding.about}: ", "bold"))
        print_whole(screen.console, line.append_text(shown(finding.text)))
        if finding.advice:
            screen.say("→ " + finding.advice, "yellow")


DRAWINGS: dict[str, Callable[[Any, Screen], None]] = {
    "BackedUp": _backed_up,
    "Restored": _restored,
    "Locations": _locations,
    "Checkup": _checkup,
}
