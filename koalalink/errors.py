"""What can go wrong, as sentences for people and exit codes for scripts."""

from enum import IntEnum
from typing import ClassVar

from koalalink.command_line import Text


class ExitCode(IntEnum):
    """The exit codes of every command; they never change their meaning."""

    FINE = 0
    ABORTED = 1
    USAGE = 2
    SETUP = 3
    NOT_FOUND = 4
    STRIPE_REFUSED = 5
    NETWORK = 6
    STORE = 7
    PROTECTED = 8
    PROBLEMS = 9
    INTERRUPTED = 130


class KoalaError(Exception):
    """Something a person can act on: `message` says what happened, `hint` what to type next."""

    exit_code: ClassVar[ExitCode] = ExitCode.ABORTED

    def __init__(self, message: str, *, hint: Text | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class Aborted(KoalaError):
    """The person said no."""


class UsageError(KoalaError):
    """What was typed cannot be meant."""

    exit_code = ExitCode.USAGE


class ConfigError(KoalaError):
    """The configuration or a key has to be put right first."""

    exit_code = ExitCode.SETUP


class AccessRefused(ConfigError):
    """The server of a shared store does not let us in with this name and password."""


class NotFoundError(KoalaError):
    """What was named does not exist, or names several."""

    exit_code = ExitCode.NOT_FOUND


class StripeError(KoalaError):
    """Stripe answered, and refused: with an HTTP `status`, and naming the `permission` that the key lacks if one."""

    exit_code = ExitCode.STRIPE_REFUSED

    def __init__(self, message: str, *, hint: Text | None = None, status: int = 0, permission: str = "") -> None:
        super().__init__(message, hint=hint)
        self.status = status
        self.permission = permission


class SearchUnavailable(StripeError):
    """Stripe does not offer search to this account."""


class NetworkError(KoalaError):
    """Stripe, or a shared store, could not be reached."""

    exit_code = ExitCode.NETWORK


class StoreUnreachable(NetworkError):
    """The server of a shared store does not answer; what is copied to this computer may."""


class UnreadableRecord(NetworkError):
    """What Stripe has of one customer makes no sense; of the others it may."""


class StoreError(KoalaError):
    """The local store of customers cannot be used as it is."""

    exit_code = ExitCode.STORE


class ConflictError(KoalaError):
    """Refused, to protect the customer: a conflict or a doubtful link."""

    exit_code = ExitCode.PROTECTED


class CheckFailed(KoalaError):
    """A check ran to its end and found problems."""

    exit_code = ExitCode.PROBLEMS
