"""Is everything set up well? What `doctor` and `locations list` look at."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from koalalink.command_line import Command, quoted
from koalalink.domain.settings.configuration import Config
from koalalink.domain.setup.doctor import Checkup, Finding, Health, LocationReport, Locations
from koalalink.domain.stripe.account import KnownAccount, StripeAccount
from koalalink.domain.stripe.api_key import RESTRICTED_KEY_PAGE
from koalalink.domain.stripe.customer import KeyReport
from koalalink.domain.text import counted
from koalalink.errors import CheckFailed, KoalaError
from koalalink.operations.concurrency import Asking
from koalalink.operations.linking.account_guard import known_account
from koalalink.operations.linking.orphaned_links import strays
from koalalink.operations.partial import Partial
from koalalink.operations.ports import (
    Accounts,
    HasAccounts,
    HasBackups,
    HasConfig,
    HasDirectory,
    HasSettings,
    HasShared,
    HasStore,
    HasTalk,
    HasTime,
)
from koalalink.operations.setup.doctor_shared import clocks_differ, of_shared

if TYPE_CHECKING:
    from koalalink.stripe_client.client import StripeGateway


class Needs(
    HasConfig, HasSettings, HasStore, HasDirectory, HasShared, HasBackups, HasAccounts, HasTalk, HasTime, Protocol
):
    """What a checkup looks at; what cannot be opened is a finding."""


def list_locations(need: Needs) -> Locations:
    """Return for every location its key, shortened, and whether Stripe answers to it; all asked at the same time.

    Whose account it is is told as the list has it, without asking.
    """
    config = need.config
    askings = {name: Asking(_asked(need.accounts, name)) for name in config.locations}
    reports = []
    for name, location in config.locations.items():
        stripe, report, problem = None, None, ""
        try:
            stripe, report = askings[name].result()
        except KoalaError as error:
            problem = error.message
        if isinstance(report, KoalaError):
            problem = report.message
        reports.append(
            LocationReport(
                location=name,
                title=location.title,
                default=name == config.default_location,
                mode=stripe.key.mode if stripe else "",
                key=str(stripe.key) if stripe else "",
                answers=isinstance(report, KeyReport),
                problem=problem,
                known=_known(need, name),
            )
        )
    return Locations(tuple(reports))


def examine(need: Needs) -> Partial[Checkup]:
    """Look at the configuration, the store and every key; it ends with CheckFailed where anything is bad."""
    findings = tuple(_findings(need))
    bad = [finding for finding in findings if finding.health is Health.BAD]
    if not bad:
        return Partial(Checkup(findings))
    failure = CheckFailed(f"{counted(len(bad), 'problem')} found: {bad[0].text}", hint=bad[0].advice or None)
    return Partial(Checkup(findings), (failure,))


def _findings(need: Needs) -> Iterator[Finding]:
    try:
        config = need.config
    except KoalaError as error:
        yield _bad("Configuration", error)
        return
    yield from _config(config, need.settings.path)
    yield from _folders(need.settings.path, config)
    yield from _store(need, config)
    if not config.shared:
        yield from _backups(need.backups.daily())
    askings = {name: Asking(_asked(need.accounts, name)) for name in config.locations}
    accounts: dict[str, str] = {}
    for name, asking in askings.items():
        try:
            with need.talk.counting(f"Asking Stripe about {name}"):
                stripe, report = asking.result()
        except KoalaError as error:
            yield _bad(name, error)
            continue
        yield from _key(stripe, report, need.now)
        if isinstance(report, KeyReport) and (why := _why_another(need, stripe, report)):
            advice = "If it is the wrong key: " + Command("locations", "set-key", name)
            advice += f". If {name} has moved to this account: " + Command("sync", location=name, replace=True)
            yield Finding(about=name, health=Health.BAD, text=why, advice=advice)
        if isinstance(report, KeyReport) and report.account:
            twin = accounts.setdefault(report.account, name)
            if twin != name:
                yield Finding(
                    about=name,
                    health=Health.NOTE,
                    text=f"It has the same Stripe account as {twin}.",
                    advice="Is one of the two keys the other location's?",
                )


def _known(need: Needs, location: str) -> KnownAccount:
    """Return whose account a location is in the list; nothing where the store cannot be opened."""
    try:
        return known_account(need.store, need.directory, location)
    except KoalaError:  # which is a finding of its own
        return KnownAccount(location)


def _why_another(need: Needs, stripe: StripeGateway, report: KeyReport) -> str | None:
    """Return why a key opens another account or mode than its location has in the list, if it does."""
    opened = StripeAccount(report.account, report.business, stripe.key.livemode)
    return _known(need, stripe.location).why_another(opened)


def _asked(accounts: Accounts, location: str) -> Callable[[], tuple[StripeGateway, KeyReport | KoalaError]]:
    def ask() -> tuple[StripeGateway, KeyReport | KoalaError]:
        stripe = accounts(location)
        try:
            return stripe, stripe.report()
        except KoalaError as error:
            return stripe, error

    return ask


def _config(config: Config, path: Path) -> Iterator[Finding]:
    about = "Configuration"
    if not config.locations:
        advice = "Type: " + Command("init")
        yield Finding(about=about, health=Health.BAD, text="No location is set up yet.", advice=advice)
    elif not path.exists():
        names = ", ".join(config.locations)
        yield Finding(about=about, health=Health.GOOD, text=f"Set up without the file {path}: {names}.")
    else:
        yield Finding(about=about, health=Health.GOOD, text=f"{path}: {', '.join(config.locations)}.")
    for warning in config.warnings:
        yield Finding(about=about, health=Health.BAD, text=warning, advice=f"Type: chmod 600 {quoted(str(path))}")


def _folders(settings: Path, config: Config) -> Iterator[Finding]:
    """Yield the folders that other people may write to: they could put another file in the place of one of ours."""
    stores = [] if config.shared else [config.store_path.parent, config.store_path.with_name("backups")]
    for folder in dict.fromkeys([settings.parent, *stores]):
        try:
            mode = folder.stat().st_mode
        except OSError:  # not there yet
            continue
        if os.name == "posix" and mode & (stat.S_IWGRP | stat.S_IWOTH):
            text = f"Other people on this computer can write to the folder {folder}, and replace your files there."
            advice = f"Type: chmod go-w {quoted(str(folder))}"
            yield Finding(about="Folders", health=Health.BAD, text=text, advice=advice)


def _store(need: Needs, config: Config) -> Iterator[Finding]:
    path = config.store_path
    where, advice = str(path), "Keep a copy of that file."
    if config.shared:
        where, advice = "The shared store", "Tell whoever runs the server."
    try:
        if need.shared:
            yield from of_shared(need.shared.report(), need.now)
        found, places = need.store.problems(), need.store.links_by_location()
        mode = 0 if config.shared else stat.S_IMODE(path.stat().st_mode)
    except (KoalaError, OSError) as error:
        yield _bad("Store", error)
        return
    for text in found:
        yield Finding(about="Store", health=Health.BAD, text=f"{where}: {text}", advice=advice)
    if mode & 0o077:
        text = f"Other people on this computer can read {path}."
        yield Finding(about="Store", health=Health.BAD, text=text, advice=f"Type: chmod 600 {quoted(str(path))}")
    elif not found:
        guarded = "its history is guarded" if config.shared else "only you can read it"
        yield Finding(about="Store", health=Health.GOOD, text=f"{where} is complete, and {guarded}.")
    for text, how in strays(need, places).values():
        yield Finding(about="Store", health=Health.BAD, text=text, advice=how)


def _backups(files: list[Path] | None) -> Iterator[Finding]:
    about = "Backups"
    if files:
        names = f"the last is {files[-1].name}" if len(files) == 1 else f"{files[0].name} to {files[-1].name}"
        daily = "1 daily backup is" if len(files) == 1 else f"{len(files)} daily backups are"
        yield Finding(about=about, health=Health.GOOD, text=f"{daily} in {files[-1].parent}: {names}.")
    elif files is not None:
        text = "No daily backup yet: one is made before the first change of a day, and the last seven are kept."
        yield Finding(about=about, health=Health.GOOD, text=text)


def _key(stripe: StripeGateway, report: KeyReport | KoalaError, now: datetime) -> Iterator[Finding]:
    about = stripe.location
    if isinstance(report, KoalaError):
        yield _bad(about, report)
        return
    kind = "a restricted key" if stripe.key.restricted else "a secret key"
    account = f", of account {report.account}" if report.account else ""
    text = f"Stripe accepts {stripe.key}, {kind} in {stripe.key.mode} mode{account}."
    yield Finding(about=about, health=Health.GOOD, text=text)
    if not stripe.key.restricted:
        text = "This key can do everything at Stripe; KoalaLink only needs to read customers and payment methods."
        yield Finding(about=about, health=Health.NOTE, text=text, advice=f"Make one at {RESTRICTED_KEY_PAGE}")
    for may, permission in ((report.reads_customers, "Customers"), (report.reads_payment_methods, "Payment Methods")):
        if not may:
            text = f"The key lacks the permission {permission}: Read."
            yield Finding(
                about=about, health=Health.BAD, text=text, advice="Add that permission in the Stripe Dashboard."
            )
    if stripe.key.restricted and not report.reads_business:
        text = "With Subscriptions: Read and Invoices: Read, duplicates would also show who has active subscriptions."
        yield Finding(about=about, health=Health.GOOD, text=f"{text} Nothing else needs them.")
    if report.clock and clocks_differ(report.clock, now):
        text = f"The clock of this computer says {now:%Y-%m-%d %H:%M}, Stripe's {report.clock:%Y-%m-%d %H:%M} (UTC)."
        yield Finding(about=about, health=Health.BAD, text=text, advice="Set the clock of this computer.")


def _bad(about: str, error: KoalaError | OSError) -> Finding:
    if isinstance(error, KoalaError):
        return Finding(about=about, health=Health.BAD, text=error.message, advice=error.hint or "")
    return Finding(about=about, health=Health.BAD, text=str(error))
