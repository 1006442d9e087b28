"""The conversation with people at a terminal, by Rich: remarks, progress and questions on stderr."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from getpass import getpass
from threading import Timer

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from koalalink.command_line import Text as Sayable
from koalalink.domain.importing.columns import Column, worth_showing
from koalalink.domain.linking.checks import Check, Result
from koalalink.domain.linking.results import LinkReview
from koalalink.domain.search.results import Hits
from koalalink.domain.stripe.api_key import has_key
from koalalink.domain.stripe.customer import Absence, told_besides
from koalalink.domain.text import listed, printable
from koalalink.render.remarks import remarks_on
from koalalink.render.views.customers import draw_hits
from koalalink.render.views.screen import Screen
from koalalink.render.views.tables import Spelled, print_sentence, print_table, shortened, shown

_PATIENCE = 0.5
"""Seconds until something that takes longer is shown."""

_WIDE = 110
"""Columns of a terminal, from which on several rows of a file are shown."""

_CHECKS = {
    Check.EXISTS: "Exists",
    Check.NOT_DELETED: "Not deleted",
    Check.MODE: "Mode",
    Check.EMAIL: "Email",
    Check.NAME: "Name",
    Check.PHONE: "Phone",
    Check.NOT_LINKED_ELSEWHERE: "Not linked elsewhere",
    Check.HAS_CARD: "Payment method",
}
# Each sign is a word, too: colours are not seen by everybody, nor in every terminal.
_RESULTS = {
    Result.PASS: ("ok", "green"),
    Result.WARN: ("look", "bold yellow"),
    Result.FAIL: ("no", "bold red"),
    Result.UNKNOWN: ("unknown", "dim"),
}


class _Count(ProgressColumn):
    """How many there were, once there was one."""

    def render(self, task: Task) -> Text:
        return shown(f"{task.completed:,.0f}" if task.completed or task.total else "")


class _Rate(ProgressColumn):
    """How many a second."""

    def render(self, task: Task) -> Text:
        return shown(f"{task.speed:,.0f}/s" if task.speed else "", "dim")


class RichTalk:
    """Remarks, progress and questions on stderr."""

    def __init__(
        self,
        now: datetime,
        *,
        may_ask: bool,
        console: Console | None = None,
        spelled: Spelled = str,
        timer: Callable[[float, Callable[[], None]], Timer] = Timer,
    ) -> None:
        """Speak to whoever reads `console`; `timer` calls a function after some seconds."""
        self._timer = timer
        self._now = now
        self._spelled = spelled
        self._may_ask = may_ask
        self._console = console or Console(stderr=True, highlight=False, emoji=False, markup=False)

    @property
    def can_ask(self) -> bool:
        return self._may_ask

    def note(self, text: Sayable) -> None:
        print_sentence(self._console, text, self._spelled)

    def warn(self, text: Sayable) -> None:
        print_sentence(self._console, text, self._spelled, "yellow")

    def review(self, review: LinkReview) -> None:
        bad = [_CHECKS[line.check] for line in review.verdict.checks if line.result in (Result.WARN, Result.FAIL)]
        summary = f"look at {listed(bad).lower()}" if bad else "nothing speaks against it"
        style = "bold yellow" if bad else "green"
        # First, as what follows may scroll it away.
        self._console.print(shown(f"{review.ours} and {review.stripe_id} at {review.location}: {summary}.", style))
        if not isinstance(review.profile.customer, Absence) and review.verdict.doubts:
            self._side_by_side(review)
        rows = []
        for line in review.verdict.checks:
            sign, style = _RESULTS[line.result]
            rows.append([shown(_CHECKS[line.check]), shown(sign, style), shown(line.detail)])
        cards = review.profile.cards or ()
        for card in cards if len(cards) > 1 else ():
            wrong = "expired" if card.expired(self._now) else card.problem
            state = wrong or ("default" if card.default else "")
            rows.append([shown("Saved"), shown(state, "red" if wrong else "green"), shown(f"{card}{card.until}")])
        print_table(self._console, ("Check", "", "Found"), rows)
        for doubt in review.verdict.doubts:
            self._console.print(shown(doubt, "bold yellow"))

    def _side_by_side(self, review: LinkReview) -> None:
        theirs = review.profile.customer
        if isinstance(theirs, Absence):
            return
        ours = review.ours.details
        rows = [
            [shown(name), shown(mine or "–"), shown(other or "–")]
            for name, mine, other in (
                ("Name", ours.name, theirs.name),
                ("Email", ours.email, theirs.email),
                ("Phone", ours.phone, theirs.phone),
                ("Address", ours.place, str(theirs.address)),
            )
        ]
        rows += [[shown(title), shown(""), shown(text)] for title, text in told_besides(theirs)]
        print_table(self._console, ("", f"Yours: {review.ours.number}", f"Stripe's: {review.stripe_id}"), rows)

    def confirm(self, question: str) -> bool:
        return self._ask(f"{question} [y/N]").strip().lower() in ("y", "yes")

    def answer(self, question: str, default: str) -> str:
        return self._ask(f"{question} [{default}]" if default else question).strip() or default

    def secret(self, question: str) -> str:
        return getpass(f"{question}: ") if self._may_ask else sys.stdin.readline()

    def hits(self, found: Hits) -> None:
        draw_hits(found, Screen(self._console, self._now, self._spelled), numbered=True)
        for remark in remarks_on(found):
            self.note(remark)

    def choose(self, question: str, count: int) -> int | None:
        while True:
            answer = self._ask(f"{question} [1–{count}, or Enter for none]").strip()
            if not answer:
                return None
            if answer.isdigit() and 1 <= int(answer) <= count:
                return int(answer)
            self.warn(f"Type a number from 1 to {count}, or press Enter for none.")

    def _ask(self, question: str) -> str:
        while True:
            self._console.print(shown(question, "bold"), end=" ")
            try:
                answer = input()
            except EOFError:
                self._console.print()
                return ""
            if not has_key(answer):
                return answer
            self.warn("That is a Stripe key. It was not used: this is not where a key is asked for.")

    def columns(self, columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> None:
        shown_rows = rows if self._console.width >= _WIDE else rows[:1]
        lines = []
        worth, more = worth_showing(columns)
        for column in worth:
            style = "yellow" if column.field == "extra" else "dim" if column.field == "ignore" else "green"
            cells = (shown(shortened(row[column.position])) for row in shown_rows)
            lines.append([shown(column.title), shown(column.meaning, style), *cells])
        numbers = (f"Row {number}" for number in range(1, len(shown_rows) + 1))
        print_table(self._console, ("Column", "Meaning", *numbers), lines)
        if more:
            self.note(f"And {more:,} more columns: what they hold is kept beside the customer.")

    @contextmanager
    def counting(self, what: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
        known = (BarColumn(), TextColumn("of {task.total:,}"), TimeRemainingColumn()) if total else ()
        columns = (
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            _Count(),
            *known,
            _Rate(),
            TimeElapsedColumn(),
        )
        progress = Progress(*columns, console=self._console, transient=True)
        task = progress.add_task(printable(what), total=total, visible=False)
        # What takes longer shows life, also where nothing is counted yet: Stripe may be slow.
        showing = self._timer(_PATIENCE, lambda: progress.update(task, visible=True))
        with progress:
            showing.start()
            try:
                yield lambda count: progress.update(task, advance=count, visible=True)
            finally:
                showing.cancel()
