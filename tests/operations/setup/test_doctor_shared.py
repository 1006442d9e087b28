"""What doctor says of a shared store: each finding, and nothing that is not so."""

from datetime import timedelta

import pytest

from koalalink.domain.setup.doctor import Health
from koalalink.domain.setup.shared_store import SharedReport
from koalalink.operations.setup.doctor_shared import of_shared
from tests.conftest import NOW

FINE = SharedReport(
    store="koala at db.example.com",
    version="18.6",
    role="downtown",
    is_owner=False,
    is_superuser=False,
    has_trigrams=True,
    uses_tls=True,
    is_protected=True,
    is_on_this_computer=False,
    clock=NOW,
    connecting=0.08,
    answering=0.04,
    copied_at=NOW - timedelta(minutes=5),
)


def texts(report: SharedReport) -> dict[Health, list[str]]:
    """What is said, by how it is meant."""
    found: dict[Health, list[str]] = {health: [] for health in Health}
    for finding in of_shared(report, NOW):
        found[finding.health].append(finding.text)
    return found


def test_good_server_is_told_so() -> None:
    """With how long it takes, who we are there, and how old the copy is."""
    told = texts(FINE)
    assert told[Health.GOOD] == [
        "koala at db.example.com answers: PostgreSQL 18.6, connected in 80 ms, an answer takes 40 ms.",
        "The connection is encrypted, to the right server.",
        "You work as downtown, who cannot alter the history.",
        "The copy on this computer, for when the server cannot be reached, is from 5 minutes ago.",
        "Backups of the server are up to whoever runs it. To write one here, type: koalalink backup FILE",
    ]
    assert told[Health.NOTE] == told[Health.BAD] == []


@pytest.mark.parametrize(
    ("changed", "health", "said"),
    [
        ({"answering": 0.25}, Health.NOTE, "An answer takes 250 ms: a command that needs eight of them is slow."),
        ({"has_trigrams": False}, Health.BAD, "lacks the extension pg_trgm: every search reads all customers"),
        ({"is_protected": False}, Health.NOTE, "encrypted, but another server could pretend to be yours"),
        ({"is_protected": False, "uses_tls": False}, Health.NOTE, "not encrypted: others can read your customers"),
        ({"is_on_this_computer": True}, Health.GOOD, "The server is on this computer."),
        ({"is_owner": True}, Health.NOTE, "You work as downtown, who owns the store"),
        ({"is_superuser": True}, Health.NOTE, "You work as downtown, who owns the store"),
        ({"clock": NOW + timedelta(hours=2)}, Health.BAD, "stands in the history at the wrong time"),
        ({"copied_at": None}, Health.GOOD, "will be made after the next command"),
    ],
)
def test_what_is_not_so_good_is_told(changed: dict[str, object], health: Health, said: str) -> None:
    """And what it costs."""
    told = texts(FINE._replace(**changed))  # type: ignore[arg-type]
    assert [text for text in told[health] if said in text]
