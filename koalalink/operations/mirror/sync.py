"""Copying a Stripe account's customers into the directory."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from queue import SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, NamedTuple, Protocol

from koalalink.command_line import Command
from koalalink.domain.mirror.mirror import DirectoryState, Listed, Synced, SyncedLocation, Window
from koalalink.domain.stripe.account import StripeAccount, spelled
from koalalink.domain.stripe.customer import Absence, PaymentMethod, StripeCustomer, best_method
from koalalink.domain.text import counted
from koalalink.errors import ConflictError, KoalaError, NetworkError
from koalalink.operations.concurrency import Asking, first_of
from koalalink.operations.mirror.sync_from_export import sync_from_export
from koalalink.operations.partial import Partial, raise_first
from koalalink.operations.ports import (
    Accounts,
    HasAccounts,
    HasConfig,
    HasDirectory,
    HasFiles,
    HasStore,
    HasTalk,
    HasTime,
)
from koalalink.operations.rate_limit import RateLimit
from koalalink.operations.resolve_location import location_of_export, the_locations
from koalalink.operations.unreadable_records import left_out_in_words

if TYPE_CHECKING:
    from koalalink.store.repository import Store
    from koalalink.store.stripe_mirror import Directory
    from koalalink.stripe_client.client import StripeGateway

_AT_ONCE = 10
"""Pages of one location that are asked for at the same time."""

_BATCH = 1000
_SAMPLE = 3
"""Customers of the directory that are looked up where an account does not say which it is."""

_MOST_PAGES = 100_000
"""Of one location; Stripe's largest accounts have fewer."""

_FAR_BEYOND, _SLACK = 2, 2_000
"""A list that has so many times as many as Stripe has counted, and so many more, does not end: what was created within
an hour may not be counted yet, and what a copy that was cut has left is listed twice."""

_PER_SECOND = 24
"""Stripe allows 25 requests a second; evenly sent, they do not arrive so."""


class Needs(HasConfig, HasStore, HasDirectory, HasAccounts, HasFiles, HasTalk, HasTime, Protocol):
    """What copying works with."""


class SyncRequest(NamedTuple):
    """What is copied, and whether what is there may be thrown away."""

    locations: Sequence[str] | None = None
    replace: bool = False
    """The directory may be of another account, and is thrown away."""
    export: str | None = None
    """A file of the Dashboard that is read instead of asking Stripe."""
    force: bool = False
    """The export may be of another mode."""


def sync(need: Needs, request: SyncRequest) -> Partial[Synced]:
    """Copy each location's customers, all locations at the same time; or take an export of one.

    What was copied before a failure, or before Ctrl-C, is kept, and the next run goes on from there. Raises KoalaError
    where all locations have failed.
    """
    if request.export is None:
        return _sync_from_stripe(need, request)
    location = location_of_export(need.config, request.locations)
    with need.files.stripe_export(request.export) as export:
        done = sync_from_export(need, location, export, force=request.force)
    return Partial(Synced((done,)))


def _sync_from_stripe(need: Needs, request: SyncRequest) -> Partial[Synced]:
    directory, replace, now = need.directory, request.replace, need.now
    openings = {}
    for location in the_locations(need.config, request.locations):
        state = None if replace else directory.state(location)
        sample = [] if replace else directory.newest(location, _SAMPLE)
        openings[location] = Asking(_opening(need.accounts, location, state, sample))
    runs: dict[str, _Run] = {}
    failures: list[KoalaError] = []
    limits: dict[str, RateLimit] = {}
    for location, opening in openings.items():
        try:
            stripe, account, total = opening.result()
        except KoalaError as failure:
            failures.append(failure)
            continue
        if replace:
            directory.forget(location)
        limit = limits.setdefault(account.id or location, RateLimit(_PER_SECOND))
        windows = directory.begin(location, account.id, account.livemode, now, account_name=account.name)
        runs[location] = _Run(stripe, limit, windows, total)
    totals = [run.total for run in runs.values()]
    total = sum(filter(None, totals)) if all(totals) else None
    with need.talk.counting("Copying customers from Stripe", total) as count:
        failures += _read(runs, directory, count)
    if failures and all(run.failed for run in runs.values()):
        raise_first(failures, need.talk)
    synced = []
    for location, run in runs.items():
        if not run.failed:
            gone = directory.finish(location, now)
            try:
                _look_up_cards(directory, need.store, location, run, now)
            except KoalaError as failure:
                failures.append(failure)
            synced.append(SyncedLocation(location, directory.count(location), run.new, run.changed, gone))
            if told := left_out_in_words(location, run.stripe.left_out):
                need.talk.warn(told)
            if run.stripe.cards_are_hidden:
                need.talk.note(
                    f"The key of {location} has no permission to read payment methods: no cards were copied."
                )
    return Partial(Synced(tuple(synced)), tuple(failures))


def _look_up_cards(directory: Directory, store: Store, location: str, run: _Run, now: datetime) -> None:
    """Ask for the cards of those who are linked and have no default: one of the others can be charged, too."""
    linked = [
        link.stripe_id
        for each in store.everybody(linked=True, location=location)
        for link in each.links
        if link.location == location
    ]
    unknown = [each for each in directory.known(location, linked).values() if not each.default_payment_method]
    cards: dict[str, PaymentMethod | None] = {}
    for customer in unknown:
        run.limit.wait()
        saved = run.stripe.cards(customer.stripe_id)
        if saved is not None:
            cards[customer.stripe_id] = best_method(saved, now) or next(iter(saved), None)
    directory.put_other_cards(location, cards)


class _Run:
    """The sync of one location while it goes on."""

    def __init__(self, stripe: StripeGateway, limit: RateLimit, windows: tuple[Window, ...], total: int | None) -> None:
        self.stripe = stripe
        self.total = total
        self.received = 0
        self.new = 0
        self.changed = 0
        self.failed = False
        self.limit = limit
        self._waiting = [*windows]
        self._asked: list[Window] = []
        self._cursors: set[tuple[int, str]] = set()

    def ask(self, answers: SimpleQueue[tuple[str, Window, Listed | BaseException]]) -> None:
        """Ask for as many windows as may be asked for at the same time."""
        while self._waiting and len(self._asked) < _AT_ONCE and not self.failed:
            window = self._waiting.pop()
            self._asked.append(window)
            Thread(target=self._list, args=(window, answers), daemon=True).start()

    def _list(self, window: Window, answers: SimpleQueue[tuple[str, Window, Listed | BaseException]]) -> None:
        try:
            self.limit.wait()
            answers.put((self.stripe.location, window, self.stripe.listed(window)))
        except BaseException as error:
            answers.put((self.stripe.location, window, error))

    def answered(self, window: Window, listed: Listed) -> None:
        """Take note of what is left of a window; it is divided where there is room for another request."""
        self._asked.remove(window)
        self.received += len(listed.customers)
        if self.total is not None and self.received > self.total * _FAR_BEYOND + _SLACK:
            raise NetworkError(
                f"Stripe says that {self.stripe.location} has about {counted(self.total, 'customer')}, and has sent "
                f"{self.received:,} without an end.",
                hint="What was copied is kept. Try again in a few minutes.",
            )
        rest = window.rest(listed)
        if rest is None:
            return
        if (rest.after, rest.cursor) in self._cursors or len(self._cursors) >= _MOST_PAGES:
            raise NetworkError(
                f"The list of Stripe's customers of {self.stripe.location} does not end.",
                hint="What was copied is kept. Try again in a few minutes.",
            )
        self._cursors.add((rest.after, rest.cursor))
        room = len(self._asked) + len(self._waiting) < _AT_ONCE
        self._waiting += rest.halves() if room else (rest,)

    @property
    def left(self) -> list[Window]:
        """What is not copied yet."""
        return [*self._waiting, *self._asked]

    @property
    def running(self) -> bool:
        """Whether an answer is to come."""
        return bool(self._asked)


def _read(runs: Mapping[str, _Run], directory: Directory, count: Callable[[int], None]) -> list[KoalaError]:
    """Write every page as it comes, until nothing is left; return what failed."""
    answers: SimpleQueue[tuple[str, Window, Listed | BaseException]] = SimpleQueue()
    failures: list[KoalaError] = []
    for run in runs.values():
        run.ask(answers)
    while any(run.running for run in runs.values() if not run.failed):
        location, window, answer = first_of(answers)
        run = runs[location]
        if run.failed:
            continue
        try:
            if isinstance(answer, BaseException):
                raise answer
            run.answered(window, answer)
            new, changed = directory.put(location, answer.customers, run.left)
        except KoalaError as failure:
            run.failed = True
            failures.append(failure)
            continue
        run.new += new
        run.changed += changed
        count(len(answer.customers))
        run.ask(answers)
    return failures


def _opening(
    accounts: Accounts, location: str, state: DirectoryState | None, sample: list[StripeCustomer]
) -> Callable[[], tuple[StripeGateway, StripeAccount, int | None]]:
    def ask() -> tuple[StripeGateway, StripeAccount, int | None]:
        stripe = accounts(location)
        total = Asking(stripe.count)
        account = stripe.account()
        if state and state.is_filled:
            _refuse_another_account(stripe, account, state, sample)
        return stripe, account, total.result()

    return ask


def _refuse_another_account(
    stripe: StripeGateway, account: StripeAccount, state: DirectoryState, sample: list[StripeCustomer]
) -> None:
    """Raise ConflictError where the key opens another account or mode than the directory was copied from."""
    mode, other = ("live", "test") if stripe.key.livemode else ("test", "live")
    if state.livemode is not None and state.livemode is not stripe.key.livemode:
        raise _another(stripe.location, f"was copied in {other} mode, and its key is now a {mode} key")
    if account.id and state.account:
        if account.id != state.account:
            copied = spelled(state.account, state.account_name)
            raise _another(stripe.location, f"is of the account {copied}, and its key now opens {account}")
        return
    # A key need not tell whose it is; but it knows its own customers, even those deleted since.
    found = [stripe.customer(customer.stripe_id) for customer in sample]
    if found and all(each in (Absence.NEVER_EXISTED, Absence.OTHER_MODE) for each in found):
        raise _another(stripe.location, "is of another Stripe account than its key opens now")


def _another(location: str, what: str) -> ConflictError:
    return ConflictError(
        f"The copy of {location}'s customers {what}. Nothing was copied.",
        hint="Is it the right key? Type: "
        + Command("locations", "list")
        + f". If {location} has moved to that account, type: "
        + Command("sync", location=location, replace=True),
    )
