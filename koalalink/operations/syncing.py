"""Copying a Stripe account's customers into the directory."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from queue import SimpleQueue
from threading import Thread
from typing import Protocol

from koalalink.domain.directory import (
    DirectoryState,
    ExportedCustomer,
    ExportedPayment,
    Listed,
    Synced,
    Window,
    with_export,
    with_payment,
)
from koalalink.domain.links import LinkedCustomer
from koalalink.domain.stripe_customers import Absence, Card, StripeCustomer, best_card
from koalalink.errors import ConfigError, ConflictError, KoalaError, NetworkError
from koalalink.hints import Command
from koalalink.operations.asking import Asking, first_of, raise_first
from koalalink.operations.ports import Conversation, Directory, Stripe, StripeAt
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


class LinkedCustomers(Protocol):
    """The part of the store that this needs."""

    def everybody(self, *, linked: bool | None = None, location: str | None = None) -> Iterator[LinkedCustomer]:
        """Yield customers with links."""


class Export(Protocol):
    """A customers or payments export."""

    name: str
    customers: list[ExportedCustomer]
    payments: list[ExportedPayment]
    livemode: bool | None


def sync(
    directory: Directory,
    store: LinkedCustomers,
    stripes: Mapping[str, StripeAt],
    conversation: Conversation,
    *,
    now: datetime,
    replace: bool = False,
) -> tuple[list[Synced], list[KoalaError]]:
    """Copy each location's customers, all locations at the same time; return what came, and what failed.

    Raises KoalaError where all have failed.

    What was copied before a failure, or before Ctrl-C, is kept, and the next run goes on from there. `replace` throws
    away the directory of another account.
    """
    states = {place: directory.state(place) for place in stripes}
    openings = {}
    for place, stripe_at in stripes.items():
        sample = [] if replace else directory.newest(place, _SAMPLE)
        openings[place] = Asking(_opening(stripe_at, None if replace else states[place], sample))
    copies: dict[str, _Copy] = {}
    failures: list[KoalaError] = []
    limits: dict[str, RateLimit] = {}
    for place, opening in openings.items():
        try:
            stripe, account, total = opening.result()
        except KoalaError as failure:
            failures.append(failure)
            continue
        if replace:
            directory.forget(place)
        limit = limits.setdefault(account or place, RateLimit(_PER_SECOND))
        windows = directory.begin(place, account, stripe.key.livemode, now)
        copies[place] = _Copy(stripe, limit, windows, total)
    totals = [copy.total for copy in copies.values()]
    total = sum(filter(None, totals)) if all(totals) else None
    with conversation.counting("Copying customers from Stripe", total) as count:
        failures += _read(copies, directory, count)
    if failures and all(copy.failed for copy in copies.values()):
        raise_first(failures, conversation)
    synced = []
    for place, copy in copies.items():
        if not copy.failed:
            gone = directory.finish(place, now)
            try:
                _look_up_cards(directory, store, place, copy, now)
            except KoalaError as failure:
                failures.append(failure)
            state = directory.state(place)
            synced.append(Synced(place, state.customers if state else 0, copy.new, copy.changed, gone))
            if copy.stripe.cards_are_hidden:
                conversation.note(f"The key of {place} may not read payment methods: the directory has no cards.")
    return synced, failures


def sync_export(
    directory: Directory,
    place: str,
    export: Export,
    stripe_at: StripeAt | None,
    conversation: Conversation,
    *,
    now: datetime,
    force: bool,
) -> Synced:
    """Take an export of the Stripe Dashboard into the directory of a location; nobody is gone for not being in it.

    `stripe_at` is None where the location has no key. Raises ConflictError where the export is of another account
    or mode than the key of the location, unless `force` is given.
    """
    payments = sorted(export.payments, key=lambda row: (row.at is None, -(row.at.timestamp() if row.at else 0)))
    ids = [*(row.stripe_id for row in export.customers), *(payment.stripe_id for payment in payments)]
    stripe = _openable(stripe_at, conversation)
    if stripe and not force:
        _refuse_another_export(stripe, export, ids, conversation)
    livemode = stripe.key.livemode if stripe else export.livemode is not False
    state = directory.state(place)
    if state is None:
        directory.begin(place, None, None, now)
    new = changed = 0
    with conversation.counting("Reading Stripe's customers", len(set(ids))) as count:
        everybody: dict[str, StripeCustomer] = directory.known(place, ids)
        for row in export.customers:
            everybody[row.stripe_id] = with_export(everybody.get(row.stripe_id), row, livemode=livemode)
        for payment in payments:
            everybody[payment.stripe_id] = with_payment(everybody.get(payment.stripe_id), payment, livemode=livemode)
        people = [*everybody.values()]
        for first in range(0, len(people), _BATCH):
            batch = people[first : first + _BATCH]
            more, other = directory.put(place, batch, state.left if state else ())
            new, changed = new + more, changed + other
            count(len(batch))
    directory.touch(place, now)
    after = directory.state(place)
    return Synced(place, after.customers if after else 0, new, changed, 0)


def _openable(stripe_at: StripeAt | None, conversation: Conversation) -> Stripe | None:
    try:
        return stripe_at() if stripe_at else None
    except ConfigError as missing:
        conversation.note(f"{missing.message} The export is taken without asking Stripe.")
        return None


def _refuse_another_export(stripe: Stripe, export: Export, ids: list[str], conversation: Conversation) -> None:
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
        conversation.warn(f"{failure.message} Whether {export.name} is of {stripe.location} was not checked.")
        return
    if all(each is Absence.OTHER_MODE for each in found):
        raise ConflictError(
            f"{export.name} is of {other} mode, and the key of {stripe.location} is a {mode} key.", hint=hint
        )
    if all(each in (Absence.OTHER_MODE, Absence.NEVER_EXISTED) for each in found):
        raise ConflictError(f"{export.name} is of another Stripe account than the key of {stripe.location}.", hint=hint)


def _look_up_cards(directory: Directory, store: LinkedCustomers, place: str, copy: "_Copy", now: datetime) -> None:
    """Ask for the cards of those who are linked and have no default: one of the others can be charged, too."""
    linked = [
        link.stripe_id
        for each in store.everybody(linked=True, location=place)
        for link in each.links
        if link.location == place
    ]
    unknown = [each for each in directory.known(place, linked).values() if not each.default_payment_method]
    cards: dict[str, Card | None] = {}
    for customer in unknown:
        copy.limit.wait()
        saved = copy.stripe.cards(customer.stripe_id)
        if saved is not None:
            cards[customer.stripe_id] = best_card(saved, now) or next(iter(saved), None)
    directory.put_other_cards(place, cards)


class _Copy:
    """One location's copy while it is made."""

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


def _read(copies: Mapping[str, _Copy], directory: Directory, count: Callable[[int], None]) -> list[KoalaError]:
    """Write every page as it comes, until nothing is left; return what failed."""
    answers: SimpleQueue[tuple[str, Window, Listed | BaseException]] = SimpleQueue()
    failures: list[KoalaError] = []
    for copy in copies.values():
        copy.ask(answers)
    while any(copy.running for copy in copies.values() if not copy.failed):
        place, window, answer = first_of(answers)
        copy = copies[place]
        if copy.failed:
            continue
        try:
            if isinstance(answer, BaseException):
                raise answer
            copy.answered(window, answer)
            new, changed = directory.put(place, answer.customers, copy.left)
        except KoalaError as failure:
            copy.failed = True
            failures.append(failure)
            continue
        copy.new += new
        copy.changed += changed
        count(len(answer.customers))
        copy.ask(answers)
    return failures


def _opening(
    stripe_at: StripeAt, state: DirectoryState | None, sample: list[StripeCustomer]
) -> Callable[[], tuple[Stripe, str | None, int | None]]:
    def ask() -> tuple[Stripe, str | None, int | None]:
        stripe = stripe_at()
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
        raise _another(stripe.location, f"was copied in {other} mode, and its key is a {mode} key now")
    if account and state.account:
        if account != state.account:
            raise _another(stripe.location, f"is of the account {state.account}, and its key opens {account} now")
        return
    # A key need not tell whose it is; but it knows its own customers, even those deleted since.
    found = [stripe.customer(customer.stripe_id) for customer in sample]
    if found and all(each in (Absence.NEVER_EXISTED, Absence.OTHER_MODE) for each in found):
        raise _another(stripe.location, "is of another Stripe account than its key opens now")


def _another(place: str, what: str) -> ConflictError:
    return ConflictError(
        f"The copy of {place}'s customers {what}. Nothing was copied.",
        hint="Is it the right key? Type: "
        + Command("locations", "list")
        + f". If {place} has moved to that account, type: "
        + Command("sync", location=place, replace=True),
    )
