"""Copying a Stripe account's customers into the directory."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from queue import SimpleQueue
from threading import Thread
from typing import NamedTuple, Protocol

from koalalink.domain.configuration import Config
from koalalink.domain.directory import (
    DirectoryState,
    Listed,
    Synced,
    SyncedLocation,
    Window,
    with_export,
    with_payment,
)
from koalalink.domain.stripe_customers import Absence, Card, StripeCustomer, best_card
from koalalink.domain.stripe_ids import StripeId
from koalalink.errors import ConfigError, ConflictError, KoalaError, NetworkError
from koalalink.hints import Command
from koalalink.operations.asking import Asking, first_of
from koalalink.operations.partial import Partial, raise_first
from koalalink.operations.places import location_of_export, the_locations
from koalalink.operations.ports import Accounts, Directory, Files, Store, Stripe, StripeExport, Talk
from koalalink.operations.rate_limit import RateLimit

_AT_ONCE = 10
"""Pages of one location that are asked for at the same time."""

_BATCH = 1000
_SAMPLE = 3
"""Customers of the directory that are looked up where an account does not say which it is."""

_MOST_PAGES = 100_000
"""Of one location; Stripe's largest accounts have fewer."""

_PER_SECOND = 24
"""Stripe allows 25 requests a second; evenly sent, they do not arrive so."""


class Needs(Protocol):
    """What copying works with."""

    @property
    def config(self) -> Config: ...
    @property
    def store(self) -> Store: ...
    @property
    def directory(self) -> Directory: ...
    @property
    def accounts(self) -> Accounts: ...
    @property
    def files(self) -> Files: ...
    @property
    def talk(self) -> Talk: ...
    @property
    def now(self) -> datetime: ...


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
    done = _sync_from_export(need, location, need.files.stripe_export(request.export), force=request.force)
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
        limit = limits.setdefault(account or location, RateLimit(_PER_SECOND))
        windows = directory.begin(location, account, stripe.key.livemode, now)
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
            state = directory.state(location)
            synced.append(SyncedLocation(location, state.customers if state else 0, run.new, run.changed, gone))
            if run.stripe.cards_are_hidden:
                need.talk.note(
                    f"The key of {location} has no permission to read payment methods: no cards were copied."
                )
    return Partial(Synced(tuple(synced)), tuple(failures))


def _sync_from_export(need: Needs, location: str, export: StripeExport, *, force: bool) -> SyncedLocation:
    """Take an export of the Stripe Dashboard into the directory; customers that are not in it are not gone.

    Raises ConflictError where it is of another account or mode than the location's key, unless `force` is given.
    """
    directory, talk = need.directory, need.talk
    payments = sorted(export.payments, key=lambda row: (row.at is None, -(row.at.timestamp() if row.at else 0)))
    ids = [*(row.stripe_id for row in export.customers), *(payment.stripe_id for payment in payments)]
    stripe = _openable(need, location)
    if stripe and not force:
        _refuse_another_export(stripe, export, ids, talk)
    livemode = stripe.key.livemode if stripe else export.livemode is not False
    state = directory.state(location)
    if state is None:
        directory.begin(location, None, None, need.now)
    new = changed = 0
    with talk.counting("Reading Stripe customers", len(set(ids))) as count:
        everybody: dict[StripeId, StripeCustomer] = directory.known(location, ids)
        for row in export.customers:
            everybody[row.stripe_id] = with_export(everybody.get(row.stripe_id), row, livemode=livemode)
        for payment in payments:
            everybody[payment.stripe_id] = with_payment(everybody.get(payment.stripe_id), payment, livemode=livemode)
        people = [*everybody.values()]
        for first in range(0, len(people), _BATCH):
            batch = people[first : first + _BATCH]
            more, other = directory.put(location, batch, state.left if state else ())
            new, changed = new + more, changed + other
            count(len(batch))
    directory.touch(location, need.now)
    after = directory.state(location)
    return SyncedLocation(location, after.customers if after else 0, new, changed, 0)


def _openable(need: Needs, location: str) -> Stripe | None:
    """Return the Stripe account of a location, where it has a key."""
    try:
        return need.accounts(location) if location in need.config.locations else None
    except ConfigError as missing:
        need.talk.note(f"{missing.message} The export is taken without asking Stripe.")
        return None


def _refuse_another_export(stripe: Stripe, export: StripeExport, ids: list[StripeId], talk: Talk) -> None:
    """Raise ConflictError where the key does not know the customers of an export."""
    mode, other = ("live", "test") if stripe.key.livemode else ("test", "live")
    hint = f"Is it the export of {stripe.location}? If you are sure, add --force."
    if export.livemode is not None and export.livemode is not stripe.key.livemode:
        raise ConflictError(
            f"{export.name} is of {other} mode, and the key of {stripe.location} is a {mode} key.", hint=hint
        )
    try:
        found = [stripe.customer(stripe_id) for stripe_id in dict.fromkeys(ids[:_SAMPLE])]
    except KoalaError as failure:
        # Dashboard exports are of live accounts, as a rule.
        if not stripe.key.livemode:
            raise ConflictError(
                f"{failure.message} Whether {export.name} is of test mode, as the key of {stripe.location} is, "
                "cannot be found out.",
                hint=hint,
            ) from failure
        talk.warn(f"{failure.message} It was not checked that {export.name} is of {stripe.location}.")
        return
    if all(each is Absence.OTHER_MODE for each in found):
        raise ConflictError(
            f"{export.name} is of {other} mode, and the key of {stripe.location} is a {mode} key.", hint=hint
        )
    if all(each in (Absence.OTHER_MODE, Absence.NEVER_EXISTED) for each in found):
        raise ConflictError(f"{export.name} is of another Stripe account than the key of {stripe.location}.", hint=hint)


def _look_up_cards(directory: Directory, store: Store, location: str, run: "_Run", now: datetime) -> None:
    """Ask for the cards of those who are linked and have no default: one of the others can be charged, too."""
    linked = [
        link.stripe_id
        for each in store.everybody(linked=True, location=location)
        for link in each.links
        if link.location == location
    ]
    unknown = [each for each in directory.known(location, linked).values() if not each.default_payment_method]
    cards: dict[str, Card | None] = {}
    for customer in unknown:
        run.limit.wait()
        saved = run.stripe.cards(customer.stripe_id)
        if saved is not None:
            cards[customer.stripe_id] = best_card(saved, now) or next(iter(saved), None)
    directory.put_other_cards(location, cards)


class _Run:
    """The sync of one location while it goes on."""

    def __init__(self, stripe: Stripe, limit: RateLimit, windows: tuple[Window, ...], total: int | None) -> None:
        self.stripe = stripe
        self.total = total
        self.new = 0
        self.changed = 0
        self.failed = False
        self.limit = limit
        self._waiting = [*windows]
        self._asked: list[Window] = []
        self._cursors: set[tuple[int, str]] = set()

    def ask(self, answers: "SimpleQueue[tuple[str, Window, Listed | BaseException]]") -> None:
        """Ask for as many windows as may be asked for at the same time."""
        while self._waiting and len(self._asked) < _AT_ONCE and not self.failed:
            window = self._waiting.pop()
            self._asked.append(window)
            Thread(target=self._list, args=(window, answers), daemon=True).start()

    def _list(self, window: Window, answers: "SimpleQueue[tuple[str, Window, Listed | BaseException]]") -> None:
        try:
            self.limit.wait()
            answers.put((self.stripe.location, window, self.stripe.listed(window)))
        except BaseException as error:
            answers.put((self.stripe.location, window, error))

    def answered(self, window: Window, listed: Listed) -> None:
        """Take note of what is left of a window; it is divided where there is room for another request."""
        self._asked.remove(window)
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
) -> Callable[[], tuple[Stripe, str | None, int | None]]:
    def ask() -> tuple[Stripe, str | None, int | None]:
        stripe = accounts(location)
        total = Asking(stripe.count)
        account = stripe.account()
        if state and state.customers:
            _refuse_another_account(stripe, account, state, sample)
        return stripe, account, total.result()

    return ask


def _refuse_another_account(
    stripe: Stripe, account: str | None, state: DirectoryState, sample: list[StripeCustomer]
) -> None:
    """Raise ConflictError where the key opens another account or mode than the directory was copied from."""
    mode, other = ("live", "test") if stripe.key.livemode else ("test", "live")
    if state.livemode is not None and state.livemode is not stripe.key.livemode:
        raise _another(stripe.location, f"was copied in {other} mode, and its key is now a {mode} key")
    if account and state.account:
        if account != state.account:
            raise _another(stripe.location, f"is of the account {state.account}, and its key now opens {account}")
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
