"""What `doctor` and `locations list` find out about the setup."""

from enum import StrEnum
from typing import NamedTuple

from koalalink.command_line import Text
from koalalink.domain.stripe.account import KnownAccount


class Health(StrEnum):
    """How a finding of `doctor` is meant."""

    GOOD = "good"
    NOTE = "note"
    BAD = "bad"


class Finding(NamedTuple):
    """One thing that was looked at, how it is, and what to do about it."""

    about: str
    health: Health
    text: str
    advice: Text = ""


class LocationReport(NamedTuple):
    """A location with its key, shortened, and whether Stripe answers to it."""

    location: str
    title: str
    default: bool
    mode: str
    key: str
    answers: bool
    problem: str
    known: KnownAccount
    """Whose account it is, as the list has it."""


class Checkup(NamedTuple):
    """All that `doctor` has looked at."""

    findings: tuple[Finding, ...]


class Locations(NamedTuple):
    """All locations of the configuration."""

    reports: tuple[LocationReport, ...]
