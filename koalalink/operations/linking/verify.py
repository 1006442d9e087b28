"""Asking Stripe again about every link."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from queue import Queue
from typing import TYPE_CHECKING, NamedTuple, Protocol

from koalalink.command_line import Command, Text
from koalalink.domain.history.changes import Action
from koalalink.domain.history.notes import Note, NoteKind
from koalalink.domain.linking.link_health import (
    AccountNow,
    CheckedLink,
    LinkCheck,
    LinkProblem,
    Problem,
    SwitchedOff,
    Verified,
    dead,
)
from koalalink.domain.mirror.mirror import Verification
from koalalink.domain.stripe.customer import Absence, PaymentMethod, StripeCustomer, best_method, methods_in_order
from koalalink.domain.stripe.ids import StripeId
from koalalink.domain.text import counted
from koalalink.errors import CheckFailed, KoalaError
from koalalink.operations.concurrency import Asking, first_of
from koalalink.operations.linking.batch_lookup import looking_up
from koalalink.operations.linking.orphaned_links import strays
from koalalink.operations.partial import Partial, raise_first
from koalalink.operations.ports import HasAccounts, HasConfig, HasDirectory, HasStore, HasTalk, HasTime
from koalalink.operations.resolve_location import the_locations
from koalalink.operations.unreadable_records import left_out_in_words

if TYPE_CHECKING:
    from koalalink.stripe_client.client import StripeGateway

_AT_ONCE = 5
"""Customers whose cards are asked for at the same time: far below what Stripe allows a second."""
_BATCH = 500
"""Customers that are judged together."""
_AHEAD = 4
"""Batches that may wait to be judged."""
_NO_ACCOUNT = AccountNow(None, livemode=False, cards_are_hidden=False)


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
    done = Verified(found.problems, sum(found.checked.values()), fixed, found.doubtful_at)
    return Partial(done, found.failures or _failed(found.problems, fixed=request.fix))


def check(need: Needs, request: VerifyRequest) -> Check:
    """Ask Stripe about every link that is switched on, at all locations at the same time.

    What it answers is judged as it comes, and not kept: that of a hundred thousand would take a lot of memory.
    """
    locations = the_locations(need.config, request.locations)
    wanted: dict[str, dict[StripeId, int]] = {location: {} for location in locations}
    stray: list[LinkProblem] = []
    for linked in need.store.everybody(linked=True):
        for link in linked.links:
            if link.enabled and link.location in wanted:
                wanted[link.location][link.stripe_id] = linked.customer.number
            elif link.enabled and not request.locations:
                detail = f"“{link.location}” is not in the configuration."
                stray.append(LinkProblem(linked.customer, link, Problem.NO_LOCATION, detail))
    found = LinkCheck(now=need.now, within=request.within)
    tallies = {location: _Tally() for location in locations}
    failures: list[KoalaError] = []
    for answer in _answers(need, wanted):
        if answer.failure:
            failures.append(answer.failure)
            del tallies[answer.location]
            continue
        for each in _links(need, wanted[answer.location], answer):
            found.add(each, answer.account)
            tallies[answer.location].add(each, answer.account)
    for location in tallies:
        left_out = need.accounts(location).left_out if wanted[location] else {}
        if unread := left_out_in_words(location, [each for each in left_out if each in wanted[location]]):
            need.talk.warn(unread)
    if failures and not any(tally.size for tally in tallies.values()):
        raise_first(failures, need.talk)
    for location in (location for location, tally in tallies.items() if tally.cards_are_hidden):
        need.talk.note(f"The key of {location} has no permission to read payment methods: its cards were not checked.")
    doubtful = frozenset(location for location, tally in tallies.items() if not tally.is_of_the_account)
    sizes = {location: tally.size for location, tally in tallies.items()}
    told = strays(need, Counter(found.link.location for found in stray))
    for text, advice in told.values():
        need.talk.warn(f"{text} " + advice)
    return Check(
        (*found.problems(tallies, need.store.known), *(each for each in stray if each.link.location in told)),
        sizes,
        doubtful,
        tuple(failures),
    )


_Told = tuple[StripeId, StripeCustomer | Absence, tuple[PaymentMethod, ...] | None]
"""What Stripe has under an ID, with the payment methods that are needed to tell whether one can be charged."""


class _Answer(NamedTuple):
    """Some of what Stripe tells about the links of a location; at last nothing, or why there is no more."""

    location: str
    account: AccountNow
    told: Sequence[_Told]
    failure: KoalaError | None = None


def _answers(need: Needs, wanted: Mapping[str, Collection[StripeId]]) -> Iterator[_Answer]:
    answers: Queue[_Answer | str] = Queue(_AHEAD)
    with need.talk.counting("Asking Stripe about links", sum(map(len, wanted.values()))) as count:
        askings = {
            location: Asking(_ask(need, location, stripe_ids, answers, count))
            for location, stripe_ids in wanted.items()
            if stripe_ids
        }
        going_on = len(askings)
        while going_on:
            answer = first_of(answers)
            if isinstance(answer, _Answer):
                yield answer
            else:
                going_on -= 1
        for location, asking in askings.items():
            try:
                asking.result()
            except KoalaError as failure:
                yield _Answer(location, _NO_ACCOUNT, (), failure)


def _links(need: Needs, numbers: Mapping[StripeId, int], answer: _Answer) -> Iterator[CheckedLink]:
    """Yield the links that an answer is about, as far as they are there still."""
    people = need.store.known(numbers[stripe_id] for stripe_id, _, _ in answer.told)
    for stripe_id, found, methods in answer.told:
        if (linked := people.get(numbers[stripe_id])) is None:
            continue
        for link in linked.links:
            if (link.location, link.stripe_id) == (answer.location, stripe_id) and link.enabled:
                yield CheckedLink(linked.customer, link, found, methods)


class _Tally:
    """Counts the links of a location, and those that its key knows."""

    def __init__(self) -> None:
        self.size = 0
        self.cards_are_hidden = False
        self._known = 0
        self._account: str | None = None
        self._of_links: set[str] = set()

    def add(self, each: CheckedLink, now_at: AccountNow) -> None:
        """Count a link."""
        self.size += 1
        self.cards_are_hidden |= now_at.cards_are_hidden
        self._account = now_at.account
        # A customer that was deleted there is known there, too.
        self._known += isinstance(each.found, StripeCustomer) or each.found is Absence.DELETED
        if each.link.account:
            self._of_links.add(each.link.account)

    @property
    def is_of_the_account(self) -> bool:
        """Whether the key opens the account of the links: they say so, or it knows most of them."""
        if self._account and self._of_links:
            return self._of_links == {self._account}
        return 2 * self._known > self.size


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
    with need.store.bulk(Action.DISABLED, Note(NoteKind.DEAD_LINKS), rehearsal=False) as bulk:
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
    need: Needs,
    location: str,
    stripe_ids: Collection[StripeId],
    answers: Queue[_Answer | str],
    count: Callable[[int], None],
) -> Callable[[], None]:
    accounts, now = need.accounts, need.now  # what is made here is made once, and not by several threads

    def ask() -> None:
        try:
            stripe = accounts(location)
            account = stripe.account()
            found = looking_up(stripe, stripe_ids, count)
            while batch := [*islice(found, _BATCH)]:
                told = [*_told(stripe, batch, now)]
                now_at = AccountNow(account.id, account.livemode, stripe.cards_are_hidden)
                answers.put(_Answer(location, now_at, told))
        finally:
            answers.put("that was all")

    return ask


def _told(
    stripe: StripeGateway, batch: Sequence[tuple[StripeId, StripeCustomer | Absence]], now: datetime
) -> Iterator[_Told]:
    """Yield what Stripe has, with the payment methods: the default where it can be charged, and only else all."""
    unknown = []
    for stripe_id, found in batch:
        if found is Absence.UNREADABLE:  # nothing is concluded of its link
            continue
        if not isinstance(found, StripeCustomer):
            yield stripe_id, found, None
        elif found.card and best_method((found.card,), now):
            yield stripe_id, found, (found.card._replace(default=True),)
        else:
            unknown.append(found)
    for first in range(0, len(unknown), _AT_ONCE):
        some = unknown[first : first + _AT_ONCE]
        askings = [Asking(lambda c=customer: stripe.cards(c.stripe_id)) for customer in some]  # type: ignore[misc]
        for customer, asking in zip(some, askings, strict=True):
            yield customer.stripe_id, customer, methods_in_order(customer, asking.result())
