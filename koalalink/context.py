"""Where everything is put together: the rooms do not know each other, this does.

Imports stand inside functions here, so that a local command loads neither Stripe's library nor Rich.
"""

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import typer

from koalalink.domain.configuration import LOCATION_NAME, Config, KeySource, Location
from koalalink.errors import ConfigError, KoalaError, UsageError
from koalalink.hints import Command, Program, Text

if TYPE_CHECKING:
    from koalalink.disk import Disk, IfThere
    from koalalink.domain.decisions import Sheet, SideBySide
    from koalalink.domain.exports import Format, Purpose
    from koalalink.domain.payments import Payments
    from koalalink.domain.remaps import MovedId
    from koalalink.domain.standing import Standing
    from koalalink.files.exports import Export
    from koalalink.files.stripe_exports import StripeExport
    from koalalink.files.table import Table
    from koalalink.files.writing import RejectsFile
    from koalalink.gateway import StripeGateway
    from koalalink.operations.backups import Copies
    from koalalink.operations.deciding import Place
    from koalalink.operations.ports import Conversation
    from koalalink.operations.reviewing import Desk
    from koalalink.render.output import Output
    from koalalink.store.database import Database
    from koalalink.store.directory import Directory
    from koalalink.store.store import Store


class AppContext:
    """What one run of the program works with; each part is made when it is first asked for."""

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
    ) -> None:
        """Work in `home` with `config_file`, or where these are None as the environment says.

        `may_ask` tells whether a person can answer questions; None finds out. `says_sandbox` tells whether commands
        that are proposed in the sandbox are spelled with --sandbox.
        """
        base = home or Path(environ.get("KOALALINK_HOME") or typer.get_app_dir("koalalink"))
        named = config_file or (Path(environ["KOALALINK_CONFIG"]) if environ.get("KOALALINK_CONFIG") else None)
        self.sandbox = sandbox
        self.home = base / "sandbox" if sandbox else base
        self.config_file = named or base / "config.toml"
        self.config_file_is_named = named is not None
        self.environ = environ
        self._now = now
        self._may_ask = may_ask
        says_sandbox = sandbox and says_sandbox and not environ.get("KOALALINK_SANDBOX")
        self._program = Program(says_sandbox, None if environ.get("KOALALINK_CONFIG") else config_file)

    @staticmethod
    def of(ctx: typer.Context) -> "AppContext":
        """Return the context that the root command has made."""
        koala = ctx.find_object(AppContext)
        if koala is None:
            raise AssertionError("the root command makes the context")
        return koala

    def spelled(self, text: Text) -> str:
        """Return `text` with its commands as they are typed here: in the sandbox, with --sandbox."""
        return text if isinstance(text, str) else text.spelled(self._program)

    @property
    def now(self) -> datetime:
        """The time, in UTC and to the second."""
        return self._now().replace(microsecond=0)

    @cached_property
    def config(self) -> Config:
        """The configuration; the sandbox has one of its own."""
        if self.sandbox:
            from koalalink.sandbox.people import KEYS

            locations = {
                name: Location(name=name, title=name.capitalize(), key_source=KeySource("api_key", (key,)))
                for name, key in KEYS.items()
            }
            return Config(store_path=self.home / "customers.db", locations=locations)
        from koalalink.config import reading

        loaded = reading.load(self.config_file, self.home, self.environ, must_exist=self.config_file_is_named)
        for warning in loaded.warnings:
            self.conversation.warn(warning)
        return loaded

    @cached_property
    def store(self) -> "Store":
        """The store of customers; the sandbox's is filled with people when it is new."""
        from koalalink.store.store import Store

        store = Store(self._database, user=_user, now=lambda: self.now)
        if self.sandbox:
            self._fill(store)
        return store

    @cached_property
    def directory(self) -> "Directory":
        """The copy of what Stripe has; it is in the store's file."""
        from koalalink.store.directory import Directory

        return Directory(self._database)

    @cached_property
    def _database(self) -> "Database":
        from koalalink.store.database import Database

        before = None if self.sandbox else self._copy_of_the_day
        return Database(self.config.store_path, before_first_write=before, say=self.conversation.warn)

    def _copy_of_the_day(self) -> None:
        try:
            self.copies.daily(self.config.store_path, self._now().astimezone().date())
        except KoalaError as error:  # the work goes on without it
            self.conversation.warn(f"No daily copy of the store was made: {error.message}")

    def daily_copies(self) -> list[Path] | None:
        """Return the copies of the last days, the oldest first; None where none are made."""
        return None if self.sandbox else self.copies.copies(self.config.store_path)

    @property
    def copies(self) -> "Copies":
        """What copies the store."""
        from koalalink.store import copies

        return copies

    @property
    def opened_store_path(self) -> Path:
        """Where the store is; the sandbox's is filled when it is first opened."""
        if self.sandbox:
            self.store  # noqa: B018
        return self.config.store_path

    @property
    def disk(self) -> "Disk":
        """Where files are written, and never over what is KoalaLink's own, in the sandbox or outside of it."""
        from koalalink.disk import STORE_SIDES, Disk

        bases = {self.home, self.home.parent if self.sandbox else self.home / "sandbox"}
        stores = [self.config.store_path, *(base / "customers.db" for base in bases)]
        configurations = [self.config_file, *(base / "config.toml" for base in bases)]
        sides = [store.with_name(store.name + side) for store in stores for side in STORE_SIDES]
        backups = [store.with_name("backups") for store in stores]
        return Disk(dict.fromkeys([*stores, *sides, *configurations, *backups]))

    def _fill(self, store: "Store") -> None:
        from koalalink.domain.links import Link
        from koalalink.sandbox import people

        links = [
            Link(
                customer=number,
                location=location,
                stripe_id=stripe_id,
                account=people.ACCOUNT_IDS[location],
                livemode=False,
                verified_at=self.now,
            )
            for number, location, stripe_id in people.links()
        ]
        store.fill(people.customers(), links, note="the sandbox's people")

    def stripe(self, location: Location) -> "StripeGateway":
        """Return the Stripe account of a location; raises ConfigError where it has no usable key."""
        from koalalink.config import keys
        from koalalink.domain.api_base import checked_api_base

        # Both are looked at first: Stripe's library takes a while to load.
        api_base = checked_api_base(location.api_base, origin=f"The api_base of {location.name}")
        key = keys.find_key(location, self.environ)
        from koalalink.gateway import StripeGateway

        transport = None
        if self.sandbox:
            from koalalink.sandbox import people
            from koalalink.sandbox.stripe_api import StripeStandIn
            from koalalink.sandbox.transport import SandboxHTTPClient

            transport = SandboxHTTPClient(StripeStandIn(people.accounts(self.now.date())))
        return StripeGateway(location.name, key, api_base=api_base, transport=transport)

    def stripe_at(self, name: str | None) -> Callable[[], "StripeGateway"]:
        """Return what opens the Stripe account of the location called `name`, or of the one meant without a name."""
        location = self.config.location(name)
        return lambda: self.stripe(location)

    def stripes(self, names: list[str] | None) -> dict[str, Callable[[], "StripeGateway"]]:
        """Return the same for several locations, or for all where none is named."""
        return {location.name: self._opener(location) for location in self.config.chosen(names)}

    def _opener(self, location: Location) -> Callable[[], "StripeGateway"]:
        return lambda: self.stripe(location)

    def copied_places(self, names: list[str] | None) -> list[str]:
        """Return the locations whose copy of Stripe's customers is meant; one that is not set up can have one, too."""
        known = dict.fromkeys([*self.config.locations, *(state.location for state in self.directory.states())])
        unknown = [name for name in names or () if name not in known]
        if unknown or not known:
            self.config.chosen(unknown)
        return [*dict.fromkeys(names or known)]

    def output(self, as_json: bool) -> "Output":
        """Return what prints the data: a table in a terminal, tabs in a pipe, or JSON."""
        if as_json:
            from koalalink.render.machine import JsonOutput

            return JsonOutput(self.now)
        if _is_terminal(sys.stdout):
            from koalalink.render.human import RichOutput

            return RichOutput(self.now, spelled=self.spelled)
        from koalalink.render.machine import TabOutput

        return TabOutput(self.now)

    @cached_property
    def conversation(self) -> "Conversation":
        """What is said on stderr."""
        if _is_terminal(sys.stderr):
            from koalalink.render.conversation import RichConversation

            may_ask = _is_terminal(sys.stdin) if self._may_ask is None else self._may_ask
            return RichConversation(self.now, may_ask=may_ask, spelled=self.spelled)
        from koalalink.render.plain import PlainConversation

        return PlainConversation(spelled=self.spelled)

    def browse(self, url: str) -> None:
        """Open a page in the browser, or where there is none say the address."""
        import webbrowser

        opened = webbrowser.open(url)
        self.conversation.note(f"Opened {url}" if opened else f"No browser can be opened here. The address is {url}")

    @contextmanager
    def table(self, file: str, maps: list[str]) -> "Iterator[Table]":
        """Open a file of customers; `maps` are COLUMN=FIELD."""
        from koalalink.files.columns import read_choices
        from koalalink.files.table import Table

        with Table(file, sys.stdin.buffer, read_choices(maps)) as table:
            yield table

    @contextmanager
    def rejects(self, path: Path | None, file: str, table: "Table", *, agreed: bool) -> "Iterator[RejectsFile]":
        """Prepare a file for the rows of a table that are not imported; beside the table's, where none is named.

        Where the named one is there already, it is asked about.
        """
        from koalalink.disk import IfThere, free_name
        from koalalink.files.columns import REASON
        from koalalink.files.writing import RejectsFile
        from koalalink.operations.consent import consent_to_write

        source = Path("customers.csv" if file == "-" else file)
        if path and file != "-" and path.resolve() == source.resolve():
            raise UsageError("--rejects names the file itself.", hint="Name another file.")
        if_there = consent_to_write(self.conversation, self.disk, path, agreed=agreed) if path else IfThere.REFUSE
        place = path or free_name(source.with_suffix(".csv"), "rejects")
        rejects = RejectsFile(self.disk, place, if_there, table.titles, REASON)
        try:
            yield rejects
        finally:
            rejects.close()

    @contextmanager
    def export(
        self,
        file: str,
        kind: "Format | None",
        columns: str | None,
        purpose: "Purpose | None",
        location: str | None,
        *,
        agreed: bool,
    ) -> "Iterator[Export]":
        """Begin an export of the store's customers; a file that is there is asked about."""
        from koalalink.disk import IfThere
        from koalalink.domain import exports
        from koalalink.files.columns import kept_title
        from koalalink.files.exports import exported
        from koalalink.operations.consent import consent_to_write
        from koalalink.render.records import export_record

        suffix = Path(file).suffix.lower().removeprefix(".")
        told = exports.Format(suffix) if suffix in [*exports.Format] else exports.Format.CSV
        if purpose is exports.Purpose.STRIPE_METADATA:
            shown = exports.metadata_columns(self.config.location(location).name)
        else:
            shown = exports.chosen(exports.columns_for(self.store.shape(), kept_title), columns)
        if_there = IfThere.REFUSE
        if file != "-":
            if_there = consent_to_write(self.conversation, self.disk, Path(file), agreed=agreed)
        stdout, harmless = sys.stdout.buffer, purpose is None
        with exported(file, stdout, self.disk, if_there, kind or told, shown, export_record, harmless=harmless) as sink:
            yield sink

    def stripe_export(self, file: str) -> "StripeExport":
        """Read an export of the Stripe Dashboard."""
        from koalalink.files.stripe_exports import StripeExport

        return StripeExport(file, sys.stdin.buffer)

    def export_place(self, names: list[str] | None) -> "tuple[str, Callable[[], StripeGateway] | None]":
        """Return the one location that an export is of, and what opens its Stripe account, where it is set up."""
        if names and len(names) > 1:
            raise UsageError("An export is of one location.", hint=f"Choose one: --location {names[0]}")
        name = names[0] if names else None
        if self.config.locations:
            location = self.config.location(name)
            return location.name, self._opener(location)
        if name is None:
            raise ConfigError(
                "No location is set up yet.",
                hint="Type: " + Command("init") + ". Or, without a key, give it a name: --location NAME",
            )
        if not LOCATION_NAME.fullmatch(name):
            raise UsageError(
                f"“{name}” cannot be the name of a location.", hint="Use small letters and digits: --location downtown"
            )
        return name, None

    def decision_place(self, name: str | None) -> "Place":
        """Return the one location that links are decided for; one that is not set up needs a copy of its customers."""
        from koalalink.operations.deciding import Place

        if name is None and not self.config.locations:
            states = self.directory.states()
            name = states[0].location if len(states) == 1 else None
        if name is None or name in self.config.locations:
            location = self.config.location(name)
            opened = cache(self._opener(location))
            return Place(location.name, opened, self.directory)
        [place] = self.copied_places([name])
        return Place(place, None, self.directory)

    @cached_property
    def desk(self) -> "Desk":
        """Where a person decides one by one."""
        from koalalink.render.desk import RichDesk

        return RichDesk(self.now, getchar=typer.getchar, browse=self.browse)

    def payments(self, files: "Sequence[str]") -> "Payments":
        """Read exports of payments and bookings."""
        from koalalink.files.payments import read_payments

        return read_payments(files, sys.stdin.buffer)

    def write_sheet(self, path: Path, pairs: "Iterable[SideBySide]", location: str) -> None:
        """Write proposals into a sheet; one that is there, perhaps with decisions in it, is kept under another name."""
        from koalalink.files.decision_sheet import write_sheet

        rows, kept = write_sheet(self.disk, path, pairs, location=location, store=self.store.identity)
        if kept:
            self.conversation.note(f"The {path} that was there is called {kept} now.")
        self.conversation.note(
            f"Wrote {rows:,} proposals into {path}. Write yes or no into its first column, save it, and type: "
            + Command("apply", path)
        )

    def decision_sheet(self, file: str) -> "Sheet":
        """Read a sheet that was decided."""
        from koalalink.files.decision_sheet import read_sheet

        return read_sheet(file, sys.stdin.buffer)

    def may_write(self, paths: "Iterable[Path | None]", *, agreed: bool) -> "dict[Path, IfThere]":
        """Return for each file whether it may replace one that is there; a person is asked."""
        from koalalink.operations.consent import consent_to_write

        return {path: consent_to_write(self.conversation, self.disk, path, agreed=agreed) for path in paths if path}

    def write_status(
        self,
        found: "Sequence[Standing]",
        *,
        call_list: Path | None,
        svg: Path | None,
        html: Path | None,
        if_there: "Mapping[Path, IfThere]",
    ) -> None:
        """Write how the locations stand into files: who is to be called, and the picture."""
        from koalalink.files.writing import Lines

        for path, kind in ((svg, "svg"), (html, "html")):
            if path is not None:
                from koalalink.render import status

                picture = status.as_svg(found, self.now) if kind == "svg" else status.as_html(found, self.now)
                with self.disk.writing(path, if_there[path]) as file:
                    file.stream.write(picture.encode())
                self.conversation.note(f"Wrote {path}.")
        if call_list is not None:
            calls = [call for each in found for call in each.calls]
            with self.disk.writing(call_list, if_there[call_list]) as file:
                lines = Lines(file.stream)
                lines.write(("Number", "Name", "Phone", "Email", "Location", "Reason", "Stripe ID"))
                for call in calls:
                    who = call.customer.details
                    number = str(call.customer.number)
                    lines.write(
                        (number, who.name, who.phone, who.email, call.link.location, call.reason, call.link.stripe_id)
                    )
                lines.finish()
            self.conversation.note(f"Wrote {len(calls):,} who need a new card into {call_list}.")

    def mapping(self, file: str) -> "list[MovedId]":
        """Read a mapping file of Stripe's."""
        from koalalink.files.mapping import read_mapping

        return read_mapping(file, sys.stdin.buffer)

    @staticmethod
    def file_name(file: str) -> str:
        """Return a file as it is called in messages."""
        return "the input" if file == "-" else Path(file).name

    def link_place(self, name: str | None, table: "Table") -> str | None:
        """Return the location of Stripe IDs in a column that names none."""
        if not any(column.field == "stripe_id" and not column.location for column in table.columns):
            return None
        if not self.config.locations and not name:
            raise ConfigError(
                "The file has Stripe IDs, and no location is set up yet.",
                hint="Type: " + Command("init") + ". Or name it, to import them unchecked: --location NAME --no-verify",
            )
        return self.config.location(name).name if self.config.locations else name

    def check_link_places(self, names: "Iterable[str]", *, verify: bool) -> None:
        """Raise UsageError where a location is not set up; while none is, it can be named unverified."""
        for name in names:
            if verify or self.config.locations:
                self.config.location(name)

    def refuse_existing_config(self, *, force: bool) -> None:
        """Raise UsageError where there is a configuration already, unless it may be written anew."""
        if self.config_file.exists() and not force:
            raise UsageError(
                f"{self.config_file} is there already.",
                hint="To add a location, type: "
                + Command("locations", "add", "NAME")
                + ". To write a new one in its place, add --force.",
            )

    def write_config(self, name: str, settings: dict[str, str | list[str]]) -> None:
        """Write a configuration with one location."""
        from koalalink.config import changing

        changing.save(self.config_file, {"default_location": name, "locations": {name: settings}})

    def add_location(self, name: str, settings: dict[str, str | list[str]]) -> None:
        """Add a location to the configuration."""
        from koalalink.config import changing

        if self.config_file.exists():
            _ = self.config  # what cannot be read is not written anew
        changing.add_location(self.config_file, name, settings)

    def remove_location(self, name: str) -> None:
        """Take a location out of the configuration."""
        from koalalink.config import changing

        changing.remove_location(self.config_file, name)

    def rename_location(self, old: str, new: str) -> int:
        """Give a location another name, in the configuration and in the store; return how many links it has."""
        from koalalink.config import changing
        from koalalink.operations.renaming import rename

        return rename(
            self.store,
            self.config.locations,
            old,
            new,
            in_configuration=lambda: changing.renaming(self.config_file, old, new),
        )

    def reset_sandbox(self) -> None:
        """Throw the sandbox's store away; the next command makes a new one."""
        base = self.home if self.sandbox else self.home / "sandbox"
        for suffix in ("", "-wal", "-shm"):
            (base / f"customers.db{suffix}").unlink(missing_ok=True)

    def close(self) -> None:
        """Close the store, where it was opened; it is opened again when it is asked for."""
        if "_database" in self.__dict__:
            self._database.close()
        for part in ("store", "directory", "_database"):
            self.__dict__.pop(part, None)

    def refuse_sandbox(self) -> None:
        """Raise UsageError in the sandbox, whose locations are built in."""
        if self.sandbox:
            raise UsageError(
                "The sandbox has its two locations built in.", hint="Leave out --sandbox to set up your own."
            )


def _is_terminal(stream: TextIO | None) -> bool:
    return stream is not None and stream.isatty()


def _user() -> str:
    import getpass

    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a number without a name, as in some containers
        return f"user {os.getuid()}"
