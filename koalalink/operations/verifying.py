"""Asking Stripe again about every link."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import NamedTuple, Protocol

from koalalink.domain.changes import Action
from koalalink.domain.directory import Verification
from koalalink.domain.link_problems import (
    AccountNow,
    CheckedLink,
    LinkProblem,
    Problem,
    SwitchedOff,
    Verified,
    dead,
    problems_of,
)
from koalalink.domain.stripe_customers import Absence, PaymentMethod, StripeCustomer, best_method, methods_in_order
from koalalink.domain.text import counted
from koalalink.errors import CheckFailed, KoalaError
from koalalink.hints import Command, Text
from koalalink.operations.asking import Asking
from koalalink.operations.looking_up import look_up
from koalalink.operations.needs import HasAccounts, HasConfig, HasDirectory, HasStore, HasTalk, HasTime
from koalalink.operations.partial import Partial, raise_first
from koalalink.operations.places import the_locations
from koalalink.operations.ports import Stripe
from koalalink.operations.strays import stray_in_words

_AT_ONCE = 5
"""Customers whose cards are asked for at the same time: far below what Stripe allows a second."""


class Needs(HasConfig, HasStore, HasDirectory, HasAccounts, HasTalk, HasTime, Protocol):
    """What verifying works with."""


class VerifyRequest(NamedTuple):
    """Which links are checked, and what is done about those that lead nowhere."""

    locations: Sequence[str] | None = None
    """None is all, and then a link at a location that is not configured is a problem, too."""
    within: int = 60
    """Days: a card that expires so soon is a problem."""
    fix: bool = False
    """Switch dead links off."""


class Check(NamedTuple):
    """What a check has found, and where."""

    problems: tuple[LinkProblem, ...]
    checked: Mapping[str, int]
    """How many links of each location that was asked."""
    doubtful_at: frozenset[str]
    """The locations whose key looks wrong: nothing says that it opens the account of their links."""
    failures: tuple[KoalaError, ...]


def verify(need: Needs, request: VerifyRequest) -> Partial[Verified]:
    """Check every link that is switched on, and remember for `status` what was found.

    A location that fails does not lose the others' problems; nothing is concluded of its links. It ends with
    CheckFailed where anything is wrong. Raises KoalaError where all locations have failed.
    """
    found = check(need, request)
    for location, size in found.checked.items():
        kinds = Counter(each.problem.value for each in found.problems if each.link.location == location)
        need.directory.put_verification(location, Verification(need.now, size, kinds))
    fixed = switch_off_dead(need, found) if request.fix else None
    done = Verified(found.problems, sum(found.checked.values()), fixed)
    return Partial(done, found.failures or _failed(found.problems, fixed=request.fix))


def check(need: Needs, request: VerifyRequest) -> Check:
    """Ask Stripe about every link that is switched on, at all locations at the same time."""
    locations = the_locations(need.config, request.locations)
    mine: dict[str, list[CheckedLink]] = {location: [] for location in locations}
    stray: list[LinkProblem] = []
    for linked in need.store.everybody(linked=True):
        for link in linked.links:
            if link.enabled and link.location in mine:
                mine[link.location].append(CheckedLink(linked.customer, link, Absence.NEVER_EXISTED, None))
            elif link.enabled and not request.locations:
                detail = f"“{link.location}” is not in the configuration."
                stray.append(LinkProblem(linked.customer, link, Problem.NO_LOCATION, detail))
    checked: list[CheckedLink] = []
    accounts: dict[str, AccountNow] = {}
    failures: list[KoalaError] = []
    with need.talk.counting("Asking Stripe about links", sum(map(len, mine.values()))) as count:
        askings = {location: Asking(_ask(need, location, links, count)) for location, links in mine.items() if links}
        for location, asking in askings.items():
            try:
                links, accounts[location] = asking.result()
            except KoalaError as failure:
                failures.append(failure)
            else:
                checked += links
    problems = problems_of(checked, accounts, now=need.now, within=request.within)
    if failures and not accounts:
        raise_first(failures, need.talk)
    for location in (location for location, now_at in accounts.items() if now_at.cards_are_hidden):
        need.talk.note(f"The key of {location} has no permission to read payment methods: its cards were not checked.")
    doubtful = frozenset(
        location
        for location, now_at in accounts.items()
        if not _is_the_account([each for each in checked if each.link.location == location], now_at)
    )
    sizes = {location: len(links) for location, links in mine.items() if location in accounts or not links}
    for location, size in Counter(found.link.location for found in stray).items():
        text, advice = stray_in_words(location, size)
        need.talk.warn(f"{text} " + advice)
    return Check((*problems, *stray), sizes, doubtful, tuple(failures))


def _is_the_account(links: Sequence[CheckedLink], now_at: AccountNow) -> bool:
    """Tell whether a key opens the account of links: they say so, or it knows most of them.

    A customer that was deleted there is known there, too.
    """
    accounts = {each.link.account for each in links if each.link.account}
    if now_at.account and accounts:
        return accounts == {now_at.account}
    known = sum(isinstance(each.found, StripeCustomer) or each.found is Absence.DELETED for each in links)
    return 2 * known > len(links)


def switch_off_dead(need: Needs, found: Check) -> SwitchedOff | None:
    """Switch the links off that lead nowhere, in one change.

    Where the key may be the wrong one, all would seem dead: those stay as they are, and it is said.
    """
    gone = [problem for problem in found.problems if dead(problem)]
    for location in sorted({problem.link.location for problem in gone} & found.doubtful_at):
        need.talk.warn(
            f"The key of {location} looks wrong: it recognizes few of the links, and nothing says that they are of "
            "its account. They were not switched off. Type: " + Command("locations", "list")
        )
    wanted = {(p.customer.number, p.link.location): p.link for p in gone if p.link.location not in found.doubtful_at}
    if not wanted:
        return None
    with need.store.bulk(Action.DISABLED, "dead links, found by verify", rehearsal=False) as bulk:
        still = [
            link
            for location in sorted({location for _, location in wanted})
            for linked in bulk.links_at(location)
            for link in linked.links
            if wanted.get((link.customer, link.location)) == link
        ]
        bulk.write([], [], [(link, link._replace(enabled=False)) for link in still])
        return SwitchedOff(len(still), bulk.change)


def _failed(problems: Sequence[LinkProblem], *, fixed: bool) -> tuple[KoalaError, ...]:
    if not problems:
        return ()
    hint: Text = "Look closer: " + Command("show", problems[0].customer.number)
    if any(map(dead, problems)) and not fixed:
        hint = "To switch off those that lead nowhere, add --fix."
    return (CheckFailed(f"{counted(len(problems), 'problem')} found.", hint=hint),)


def _ask(
    need: Needs, location: str, links: Sequence[CheckedLink], count: Callable[[int], None]
) -> Callable[[], tuple[list[CheckedLink], AccountNow]]:
    accounts, now = need.accounts, need.now  # what is made here is made once, and not by several threads

    def ask() -> tuple[list[CheckedLink], AccountNow]:
        stripe = accounts(location)
        found = look_up(stripe, {each.link.stripe_id for each in links}, count)
        cards = dict(_cards(stripe, [c for c in found.values() if isinstance(c, StripeCustomer)], now))
        checked = [
            each._replace(found=found[each.link.stripe_id], cards=cards.get(each.link.stripe_id)) for each in links
        ]
        return checked, AccountNow(stripe.account(), stripe.key.livemode, stripe.cards_are_hidden)

    return ask


def _cards(
    stripe: Stripe, customers: Iterable[StripeCustomer], now: datetime
) -> Iterator[tuple[str, tuple[PaymentMethod, ...] | None]]:
    """Yield the cards of each customer: the default where it can be charged, and only else all."""
    unknown = []
    for customer in customers:
        if customer.card and best_method((customer.card,), now):
            yield customer.stripe_id, (customer.card._replace(default=True),)
        else:
            unknown.append(customer)
    rest = iter(unknown)
    while batch := [*islice(rest, _AT_ONCE)]:
        askings = [Asking(lambda c=customer: stripe.cards(c.stripe_id)) for customer in batch]  # type: ignore[misc]
        for customer, asking in zip(batch, askings, strict=True):
            yield customer.stripe_id, methods_in_order(customer, asking.result())
