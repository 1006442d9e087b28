"""What `doctor` says of a shared store: how its server is, what we may do there, and what each finding costs."""

from collections.abc import Iterator
from datetime import datetime

from koalalink.command_line import Command
from koalalink.domain.history.descriptions import ago
from koalalink.domain.setup.doctor import Finding, Health
from koalalink.domain.setup.shared_store import SharedReport

_MOST_SKEW = 300  # seconds; certificates and "expires soon" go wrong with a clock that is further off
_SLOW = 0.1  # seconds
_ABOUT = "Shared store"


def clocks_differ(theirs: datetime, ours: datetime) -> bool:
    """Tell whether one of two clocks is so wrong that something goes wrong with it."""
    return abs((theirs - ours).total_seconds()) > _MOST_SKEW


def of_shared(report: SharedReport, now: datetime) -> Iterator[Finding]:
    """Yield what is good about a shared store, and what is not."""
    yield from _server(report)
    yield from _safety(report)
    if clocks_differ(report.clock, now):
        text = (
            f"The clock of this computer says {now:%Y-%m-%d %H:%M}, the server's {report.clock:%Y-%m-%d %H:%M} (UTC): "
            "what is done here stands in the history at the wrong time."
        )
        yield Finding(about=_ABOUT, health=Health.BAD, text=text, advice="Set the clock of this computer.")
    copied = f"is from {ago(report.copied_at, now)}" if report.copied_at else "will be made after the next command"
    text = f"The copy on this computer, for when the server cannot be reached, {copied}."
    yield Finding(about=_ABOUT, health=Health.GOOD, text=text)
    text = f"Backups of the server are up to whoever runs it. To write one here, type: {Command('backup', 'FILE')}"
    yield Finding(about="Backups", health=Health.GOOD, text=text)


def _server(report: SharedReport) -> Iterator[Finding]:
    connecting, answering = report.connecting * 1000, report.answering * 1000
    text = (
        f"{report.store} answers: PostgreSQL {report.version}, connected in {connecting:.0f} ms, "
        f"an answer takes {answering:.0f} ms."
    )
    yield Finding(about=_ABOUT, health=Health.GOOD, text=text)
    if report.answering > _SLOW:
        text = f"An answer takes {answering:.0f} ms: a command that needs eight of them is slow."
        yield Finding(about=_ABOUT, health=Health.NOTE, text=text, advice="Is there a server nearer to you?")
    if not report.has_trigrams:
        text = "The server lacks the extension pg_trgm: every search reads all customers."
        advice = "Ask whoever runs the server for: CREATE EXTENSION pg_trgm"
        yield Finding(about=_ABOUT, health=Health.BAD, text=text, advice=advice)


def _safety(report: SharedReport) -> Iterator[Finding]:
    if report.is_on_this_computer:
        yield Finding(about=_ABOUT, health=Health.GOOD, text="The server is on this computer.")
    elif report.is_protected:
        yield Finding(about=_ABOUT, health=Health.GOOD, text="The connection is encrypted, to the right server.")
    else:
        encrypted = "The connection is encrypted, but another server could pretend to be yours"
        text = encrypted if report.uses_tls else "The connection is not encrypted: others can read your customers"
        advice = "Say sslmode=verify-full in the URL, or leave sslmode out."
        yield Finding(about=_ABOUT, health=Health.NOTE, text=f"{text}, and change what you save.", advice=advice)
    if report.is_owner or report.is_superuser:
        text = f"You work as {report.role}, who owns the store: a mistake could alter its history."
        how = "Give every office a name of its own: " + Command("help", "shared")
        yield Finding(about=_ABOUT, health=Health.NOTE, text=text, advice=how)
    else:
        text = f"You work as {report.role}, who cannot alter the history."
        yield Finding(about=_ABOUT, health=Health.GOOD, text=text)
