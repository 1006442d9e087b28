"""The tools of a run, each as a Protocol of one read-only property; an operation puts together those that it needs.

Touching a property makes the tool, so that a command loads only what it works with. App has them all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from koalalink.domain.settings.configuration import Config, Location, StoreSource
    from koalalink.domain.settings.store_url import Address
    from koalalink.domain.setup.shared_store import Prepared
    from koalalink.operations.ports import (
        Accounts,
        Backups,
        Desk,
        Directory,
        Files,
        Pictures,
        Settings,
        Shared,
        Store,
        Stripe,
        Talk,
    )


class HasConfig(Protocol):
    """The configuration."""

    @property
    def config(self) -> Config: ...


class HasSettings(Protocol):
    """The configuration as a file that can be changed."""

    @property
    def settings(self) -> Settings: ...


class HasStore(Protocol):
    """The customers, their links and the history."""

    @property
    def store(self) -> Store: ...


class HasDirectory(Protocol):
    """What sync has copied from Stripe."""

    @property
    def directory(self) -> Directory: ...


class HasNewAccounts(Protocol):
    """The Stripe accounts of locations that are not in the configuration yet."""

    @property
    def new_account(self) -> Callable[[Location], Stripe]: ...


class HasBackups(Protocol):
    """Copies of the whole store."""

    @property
    def backups(self) -> Backups: ...


class HasAccounts(Protocol):
    """Opens the Stripe account of a location."""

    @property
    def accounts(self) -> Accounts: ...


class HasFiles(Protocol):
    """Every file that is read or written."""

    @property
    def files(self) -> Files: ...


class HasPictures(Protocol):
    """Results drawn into files."""

    @property
    def pictures(self) -> Pictures: ...


class HasDesk(Protocol):
    """Where a person decides one by one."""

    @property
    def desk(self) -> Desk: ...


class HasTalk(Protocol):
    """What is said beside the data."""

    @property
    def talk(self) -> Talk: ...


class HasTime(Protocol):
    """The time, in UTC and to the second."""

    @property
    def now(self) -> datetime: ...


class HasBrowser(Protocol):
    """Opens a page in the browser."""

    @property
    def browse(self) -> Callable[[str], None]: ...


class HasShared(Protocol):
    """The store that several offices share, where there is one."""

    @property
    def shared(self) -> Shared | None: ...


class HasSharing(Protocol):
    """What makes a shared store of a database."""

    @property
    def find_url(self) -> Callable[[StoreSource], Address]: ...

    @property
    def prepare(self) -> Callable[[Address], Prepared]: ...


class HasSandbox(Protocol):
    """Whether everything happens in the sandbox."""

    @property
    def sandbox(self) -> bool: ...
