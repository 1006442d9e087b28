"""The tools that operations work with: a protocol for each that there are two of, and one for having each of them.

An operation puts together what it needs, as a Protocol of properties. Touching one makes the tool, so that a command
loads only what it works with; App has them all. A tool of which there is one is its own type, and imported for the
checker alone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager
    from datetime import datetime
    from pathlib import Path

    from koalalink.atomic_files import IfThere
    from koalalink.command_line import Text
    from koalalink.config.editor import ConfigFile
    from koalalink.domain.importing.columns import Column
    from koalalink.domain.linking.results import LinkReview
    from koalalink.domain.matching.review import Question
    from koalalink.domain.search.results import Hits
    from koalalink.domain.settings.configuration import Config, Location, StoreSource
    from koalalink.domain.settings.store_url import Address
    from koalalink.domain.setup.backups import Contents
    from koalalink.domain.setup.shared_store import Prepared
    from koalalink.files.facade import Files
    from koalalink.render.views.status_chart import Drawer
    from koalalink.store.postgres.shared_store import SharedStore
    from koalalink.store.repository import Store
    from koalalink.store.stripe_mirror import Directory
    from koalalink.stripe_client.client import StripeGateway


Accounts = Callable[[str], "StripeGateway"]
"""Opens the Stripe account of a location; raises ConfigError where its key is missing or malformed."""


class Backups(Protocol):
    """Copies of the whole store, as files."""

    store: Path
    """The file of the store itself."""

    def back_up(self, target: Path, if_there: IfThere) -> Contents:
        """Write a backup, check it, and return what it holds."""

    def copies(self) -> list[Path]:
        """Return the copies of the store that KoalaLink has made by itself."""

    def sweep(self) -> None:
        """Delete what is left of copies that were never finished."""

    def daily(self) -> list[Path] | None:
        """Return the daily backups, oldest first; None where none are made."""

    def check(self, path: Path) -> Contents:
        """Return what a backup holds; raises StoreError where it is damaged, NotFoundError where there is none."""

    def contents(self) -> Contents | None:
        """Return what the store holds; None where there is none that can be read."""

    def restore(self, source: Path) -> Path | None:
        """Put a backup in the place of the store; return where the old one is kept."""


class Desk(Protocol):
    """Where a person decides about proposals one by one."""

    def ask(self, question: Question) -> str:
        """Show a screen and return the key that was pressed, one of the question's."""


class Talk(Protocol):
    """What is said beside the data: remarks, progress and questions."""

    @property
    def can_ask(self) -> bool:
        """Whether a person is there to answer."""

    def note(self, text: Text) -> None:
        """Remark something that is worth knowing."""

    def warn(self, text: Text) -> None:
        """Remark something that should not be overlooked."""

    def review(self, review: LinkReview) -> None:
        """Show what a link was judged by."""

    def confirm(self, question: str) -> bool:
        """Ask a question whose default answer is no."""

    def answer(self, question: str, default: str) -> str:
        """Ask for a line of text; `default` where nothing is typed, or nobody can answer."""

    def secret(self, question: str) -> str:
        """Ask for a text that is not shown; where nobody can answer, it is the next line of stdin."""

    def hits(self, found: Hits) -> None:
        """Show what a search has found, numbered."""

    def choose(self, question: str, count: int) -> int | None:
        """Ask for a number from 1 to `count`; None is an answer, too."""

    def columns(self, columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> None:
        """Show what the columns of a file were taken for, and some rows."""

    def counting(self, what: str, total: int | None = None) -> AbstractContextManager[Callable[[int], None]]:
        """Show a number that grows, to `total` where that is known; the function that is given adds to it."""


class HasConfig(Protocol):
    """The configuration."""

    @property
    def config(self) -> Config: ...


class HasSettings(Protocol):
    """The configuration as a file that can be changed."""

    @property
    def settings(self) -> ConfigFile: ...


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
    def new_account(self) -> Callable[[Location], StripeGateway]: ...


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
    def pictures(self) -> Drawer: ...


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
    def shared(self) -> SharedStore | None: ...


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
