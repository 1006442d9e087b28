"""The tools of one run of the program: it makes each when it is first touched, and decides nothing.

Imports stand inside functions here, so that a local command loads neither Stripe's library nor Rich.
"""

import os
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from koalalink.command_line import Program, Text
from koalalink.operations.partial import Partial, raise_first
from koalalink.render import output

if TYPE_CHECKING:
    from koalalink.atomic_files import Disk
    from koalalink.config.editor import ConfigFile
    from koalalink.domain.settings.configuration import Config, Location, StoreSource
    from koalalink.domain.settings.store_url import Address
    from koalalink.domain.setup.shared_store import Prepared
    from koalalink.files.facade import Files
    from koalalink.operations.ports import Backups, Desk, Talk
    from koalalink.render.views.status_chart import Drawer
    from koalalink.store.backup.daily import Backups as FileBackups
    from koalalink.store.database import Database
    from koalalink.store.postgres.shared_store import SharedStore
    from koalalink.store.repository import Store
    from koalalink.store.stripe_mirror import Directory
    from koalalink.stripe_client.client import StripeGateway


class App:
    """What one run works with; operations declare which of these properties they need."""

    def __init__(
        self,
        *,
        home: Path | None = None,
        config_file: Path | None = None,
        sandbox: bool = False,
        environ: Mapping[str, str] = os.environ,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        may_ask: bool | None = None,
        says_sandbox: bool = True,
        in_a_hurry: bool = False,
    ) -> None:
        """Work in `home` with `config_file`, or where these are None as the environment says.

        `may_ask` tells whether a person can answer questions; None finds out. `says_sandbox` tells whether commands
        that are proposed in the sandbox are spelled with --sandbox. `in_a_hurry`, nobody waits for a server.
        """
        base = home or Path(environ.get("KOALALINK_HOME") or typer.get_app_dir("koalalink"))
        named = config_file or (Path(environ["KOALALINK_CONFIG"]) if environ.get("KOALALINK_CONFIG") else None)
        self.sandbox = sandbox
        self.sandbox_home = base / "sandbox"
        self.home = self.sandbox_home if sandbox else base
        self.config_file = named or base / "config.toml"
        self.environ = environ
        self._config_is_named = named is not None
        self._now = now
        self._may_ask = may_ask
        self._in_a_hurry = in_a_hurry
        self._only_looks = False
        says_sandbox = sandbox and says_sandbox and not environ.get("KOALALINK_SANDBOX")
        self._program = Program(says_sandbox, None if environ.get("KOALALINK_CONFIG") else config_file)

    @staticmethod
    def of(ctx: typer.Context, *, only_looks: bool = False) -> "App":
        """Return the App that the root command has made.

        What `only_looks` is answered by the copy of a shared store where the server cannot be reached.
        """
        app = ctx.find_object(App)
        if app is None:
            raise AssertionError("the root command makes the App")
        app._only_looks = only_looks
        return app

    def show(self, result: object, as_json: bool = False) -> None:
        """Print a result on stdout and what is to be said of it on stderr; end with the failure it holds, if any."""
        value, failures = result if isinstance(result, Partial) else (result, ())
        output.show(value, self.now, self.talk, as_json=as_json, spelled=self.spelled)
        raise_first(failures, self.talk)

    def spelled(self, text: Text) -> str:
        """Return `text` with its commands as they are typed here: in the sandbox, with --sandbox."""
        return text if isinstance(text, str) else text.spelled(self._program)

    @property
    def now(self) -> datetime:
        """The time, in UTC and to the second."""
        return self._now().replace(microsecond=0)

    @cached_property
    def config(self) -> "Config":
        """The configuration; the sandbox has one of its own."""
        if self.sandbox:
            from koalalink.sandbox import seed

            return seed.config(self.home)
        from koalalink.config import loader

        loaded = loader.load(self.config_file, self.home, self.environ, must_exist=self._config_is_named)
        for warning in loaded.warnings:
            self.talk.warn(warning)
        return loaded

    @cached_property
    def settings(self) -> "ConfigFile":
        """The configuration as a file that can be changed."""
        from koalalink.config.editor import ConfigFile

        return ConfigFile(self.config_file)

    @cached_property
    def store(self) -> "Store":
        """The store of customers; the sandbox's is filled with people when it is new."""
        from koalalink.store.repository import Store

        store = Store(self._database, now=lambda: self.now)
        if self.sandbox:
            from koalalink.sandbox import seed

            seed.fill(store, self.now)
        return store

    @cached_property
    def directory(self) -> "Directory":
        """What sync has copied from Stripe; it is in the store's file."""
        from koalalink.store.stripe_mirror import Directory

        keys = {each.name: each.metadata_key for each in self.config.locations.values() if each.metadata_key}
        return Directory(self._database, keys)

    @cached_property
    def shared(self) -> "SharedStore | None":
        """The store that several offices share, where the configuration names one."""
        if self.config.shared is None:
            return None
        from koalalink.factory import shared_store

        return shared_store(self.find_url(self.config.shared), self.home, self.now, self.talk.warn)

    @property
    def find_url(self) -> "Callable[[StoreSource], Address]":
        """Finds the URL of a shared store where it is kept."""
        from koalalink.config.api_keys import find_url

        return lambda source: find_url(source, self.environ)

    @property
    def prepare(self) -> "Callable[[Address], Prepared]":
        """Prepares a database as a shared store."""
        from koalalink.factory import prepare

        return prepare

    @cached_property
    def _database(self) -> "Database":
        from koalalink.store.sqlite.database import SQLiteDatabase

        if self.config.shared and self._in_a_hurry:
            from koalalink.factory import newest_copy

            return newest_copy(self.home, self.now)
        if self.shared:
            return self.shared.opened(only_looks=self._only_looks)
        if self.sandbox:
            return SQLiteDatabase(self.config.store_path, say=self.talk.warn)
        return SQLiteDatabase(
            self.config.store_path,
            before_first_write=lambda: self._backups_of_file.back_up_daily(),  # noqa: PLW0108 - not made before
            before_upgrade=lambda: self._backups_of_file.keep_before_upgrade(),  # noqa: PLW0108
            say=self.talk.warn,
        )

    @cached_property
    def backups(self) -> "Backups":
        """Backups of the store; of the sandbox's none are made daily, nor of one that is shared."""
        if self.shared:
            from koalalink.store.postgres.copying import SharedBackups

            return SharedBackups(self.shared.address, self.shared.copy.path, self._disk, self._now)
        return self._backups_of_file

    @cached_property
    def _backups_of_file(self) -> "FileBackups":
        from koalalink.store.backup.daily import Backups

        store = self.store.path if self.sandbox else self.config.store_path
        return Backups(store, self._disk, self._now, are_daily=not self.sandbox, say=self.talk.warn)

    @cached_property
    def accounts(self) -> "Callable[[str], StripeGateway]":
        """Opens the Stripe account of a location, once; raises ConfigError where it has no usable key."""
        from koalalink.factory import open_account

        locations, now = self.config.locations, self.now
        return cache(lambda name: open_account(name, locations, self.environ, now, in_sandbox=self.sandbox))

    @property
    def new_account(self) -> "Callable[[Location], StripeGateway]":
        """Opens the account of a location that is not in the configuration yet; raises ConfigError as `accounts`."""
        from koalalink.factory import open_new_account

        return lambda location: open_new_account(location, self.environ, self.now)

    @cached_property
    def _disk(self) -> "Disk":
        from koalalink.atomic_files import Disk

        homes = {self.home, self.sandbox_home, self.sandbox_home.parent}
        stores = [self.config.store_path, *(home / "customers.db" for home in homes)]
        stores += self.home.glob("shared-*.db")
        return Disk.protecting(stores, [self.config_file, *(home / "config.toml" for home in homes)])

    @property
    def files(self) -> "Files":
        """The files that commands read and write; nothing is written over what is KoalaLink's own."""
        from koalalink.files.facade import Files
        from koalalink.render.records import export_record

        return Files(self._disk, sys.stdin.buffer, sys.stdout.buffer, export_record)

    @property
    def pictures(self) -> "Drawer":
        """Results drawn into files."""
        from koalalink.render.views.status_chart import Drawer

        return Drawer(self.now)

    @cached_property
    def desk(self) -> "Desk":
        """Where a person decides one by one."""
        from koalalink.render.console.review_screen import RichDesk

        return RichDesk(self.now, getchar=typer.getchar)

    @cached_property
    def talk(self) -> "Talk":
        """What is said on stderr."""
        return output.talk(self.now, may_ask=self._may_ask, spelled=self.spelled)

    @property
    def browse(self) -> Callable[[str], None]:
        """Opens a page in the browser, or says its address."""
        from koalalink.render.browser_page import Browser

        return Browser(self.talk).open

    def leave(self) -> None:
        """End the run: close what was opened, and see to the copy of a shared store."""
        self.close()
        if shared := self.__dict__.get("shared"):
            shared.leave()

    def close(self) -> None:
        """Close the store, where it was opened; it is opened again when it is touched again."""
        if "_database" in self.__dict__:
            self._database.close()
        for part in ("store", "directory", "_database"):
            self.__dict__.pop(part, None)
