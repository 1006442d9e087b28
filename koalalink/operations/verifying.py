"""Asking Stripe again about every link."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from itertools import islice
from typing import NamedTuple, Protocol

from koalalink.domain.changes import Action
from koalalink.domain.directory import Verification
from koalalink.domain.link_problems import AccountNow, CheckedLink, LinkProblem, Problem, dead, problems_of
from koalalink.domain.links import LinkedCustomer
from koalalink.domain.stripe_customers import Absence, Card, StripeCustomer, best_card, cards_in_order
from koalalink.domain.text import counted
from koalalink.errors import CheckFailed, KoalaError
from koalalink.hints import Command, Text
from koalalink.operations.asking import Asking, raise_first
from koalalink.operations.looking_up import look_up
from koalalink.operations.ports import BulkStore, Conversation, Directory, Stripe, StripeAt
from koalalink.operations.renaming import stray_in_words

_AT_ONCE = 5
"""Customers whose cards are asked for at the same time: far below what Stripe allows a second."""


class Verified(NamedTuple):
    """What was found, and the locations that could not be asked."""

    problems: tuple[LinkProblem, ...]
    checked: Mapping[str, int]
    """How many links of each location that was asked."""
    doubtful_at: frozenset[str]
    """The locations whose key looks wrong: nothing says that it opens the account of their links."""
    failures: tuple[KoalaError, ...]


class Links(Protocol):
    """The part of the store that this needs."""

    def everybody(self, *, linked: bool | None = None, location: str | None = None) -> Iterator[LinkedCustomer]:
        """Yield customers with links."""

    def bulk(self, action: Action, note: str, *, rehearsal: bool) -> AbstractContextManager[BulkStore]:
        """Begin a change of many."""


def verify(
    store: Links,
    stripes: Mapping[str, StripeAt],
    conversation: Conversation,
    *,
    now: datetime,
    within: int,
    everywhere: bool = False,
) -> Verified:
    """Check every link that is switched on, at all locations at the same time.

    With `everywhere` these are all locations there are: a link at another is a problem, too.

    A location that fails does not lose the others' problems; nothing is concluded of its links. Raises KoalaError
    where all have failed.
    """
    mine: dict[str, list[CheckedLink]] = {place: [] for place in stripes}
    stray: list[LinkProblem] = []
    for linked in store.everybody(linked=True):
        for link in linked.links:
            if link.enabled and link.location in mine:
                mine[link.location].append(CheckedLink(linked.customer, link, Absence.NEVER_EXISTED, None))
            elif link.enabled and everywhere:
                detail = f"“{link.location}” is not in the configuration."
                stray.append(LinkProblem(linked.customer, link, Problem.NO_LOCATION, detail))
    checked: list[CheckedLink] = []
    accounts: dict[str, AccountNow] = {}
    failures: list[KoalaError] = []
    with conversation.counting("Asking Stripe about links", sum(map(len, mine.values()))) as count:
        askings = {
            place: Asking(_ask(stripe_at, mine[place], now, count))
            for place, stripe_at in stripes.items()
            if mine[place]
        }
        for place, asking in askings.items():
            try:
                links, accounts[place] = asking.result()
            except KoalaError as failure:
                failures.append(failure)
            else:
                checked += links
    problems = problems_of(checked, accounts, now=now, within=within)
    if failures and not accounts:
        raise_first(failures, conversation)
    for place in (place for place, now_at in accounts.items() if now_at.cards_are_hidden):
        conversation.note(f"The key of {place} may not read payment methods: its cards were not checked.")
    doubtful = frozenset(
        place
        for place, now_at in accounts.items()
        if not _is_the_account([each for each in checked if each.link.location == place], now_at)
    )
    sizes = {place: len(mine[place]) for place in stripes if place in accounts or not mine[place]}
    for place, size in Counter(found.link.location for found in stray).items():
        text, advice = stray_in_words(place, size)
        conversation.warn(f"{text} " + advice)
    return Verified((*problems, *stray), sizes, doubtful, tuple(failures))


def _is_the_account(links: Sequence[CheckedLink], now_at: AccountNow) -> bool:
    """Tell whether a key opens the account of links: they say so, or it knows most of them.

    Whoever was deleted there is known there, too.
    """
    accounts = {each.link.account for each in links if each.link.account}
    if now_at.account and accounts:
        return accounts == {now_at.account}
    known = sum(isinstance(each.found, StripeCustomer) or each.found is Absence.DELETED for each in links)
    return 2 * known > len(links)


def remember(directory: Directory, verified: Verified, now: datetime) -> None:
    """Keep for `status` how many problems of which kind there were."""
    for place, size in verified.checked.items():
        kinds = Counter(found.problem.value for found in verified.problems if found.link.location == place)
        directory.put_verification(place, Verification(now, size, kinds))


def fix(store: Links, conversation: Conversation, verified: Verified) -> None:
    """Switch the links off that lead nowhere, in one change.

    Where the key may be the wrong one, all would seem dead: those stay as they are, and it is said.
    """
    gone = [problem for problem in verified.problems if dead(problem)]
    for place in sorted({problem.link.location for problem in gone} & verified.doubtful_at):
        conversation.warn(
            f"The key of {place} looks wrong: nothing says that its account is that of the links, and it recognizes "
            "few of them. They were not switched off. Type: " + Command("locations", "list")
        )
    wanted = {(p.customer.number, p.link.location): p.link for p in gone if p.link.location not in verified.doubtful_at}
    if not wanted:
        return
    with store.bulk(Action.DISABLED, "dead links, found by verify", rehearsal=False) as bulk:
        still = [
            link
            for place in sorted({location for _, location in wanted})
            for linked in bulk.links_at(place)
            for link in linked.links
            if wanted.get((link.customer, link.location)) == link
        ]
        bulk.write([], [], [(link, link._replace(enabled=False)) for link in still])
        change = bulk.change
    verb = "was" if len(still) == 1 else "were"
    conversation.note(
        f"{counted(len(still), 'dead link')} {verb} switched off. To take that back, type: "
        + Command("undo", change or "")
    )


def conclude(verified: Verified, conversation: Conversation, *, fixed: bool) -> None:
    """End with the failure of a location, else with CheckFailed where anything is wrong."""
    raise_first(verified.failures, conversation)
    count = len(verified.problems)
    if count:
        dead_ones = any(dead(problem) for problem in verified.problems)
        hint: Text = (
            "To switch off those that lead nowhere, add --fix."
            if dead_ones and not fixed
            else "Look closer: " + Command("show", verified.problems[0].customer.number)
        )
        raise CheckFailed(f"{counted(count, 'problem')} found.", hint=hint)


def _ask(
    stripe_at: StripeAt, links: Sequence[CheckedLink], now: datetime, count: Callable[[int], None]
) -> Callable[[], tuple[list[CheckedLink], AccountNow]]:
    def ask() -> tuple[list[CheckedLink], AccountNow]:
        stripe = stripe_at()
        found = look_up(stripe, {each.link.stripe_id for each in links}, count)
        cards = dict(_cards(stripe, [c for c in found.values() if isinstance(c, StripeCustomer)], now))
        checked = [
            each._replace(found=found[each.link.stripe_id], cards=cards.get(each.link.stripe_id)) for each in links
        ]
        return checked, AccountNow(stripe.account(), stripe.key.livemode, stripe.cards_are_hidden)

    return ask


def _cards(
    stripe: Stripe, customers: Iterable[StripeCustomer], now: datetime
) -> Iterator[tuple[str, tuple[Card, ...] | None]]:
    """Yield the cards of each customer: the default where it can be charged, and only else all."""
    unknown = []
    for customer in customers:
        if customer.card and best_card((customer.card,), now):
            yield customer.stripe_id, (customer.card._replace(default=True),)
        else:
            unknown.append(customer)
    rest = iter(unknown)
    while batch := [*islice(rest, _AT_ONCE)]:
        askings = [Asking(lambda c=customer: stripe.cards(c.stripe_id)) for customer in batch]  # type: ignore[misc]
        for customer, asking in zip(batch, askings, strict=True):
            yield customer.stripe_id, cards_in_order(customer, asking.result())
