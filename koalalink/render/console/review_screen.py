"""Deciding at a terminal, by Rich: one screen a person, one key an answer."""

import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

from rich.console import Console
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from koalalink.domain.identity.field_comparison import Agreement
from koalalink.domain.matching.decisions import SideBySide
from koalalink.domain.matching.review import Choice, Progress, Question
from koalalink.domain.stripe.customer import StripeCustomer, told_besides
from koalalink.domain.text import counted
from koalalink.render.console.side_by_side import compared
from koalalink.render.views.tables import print_table, shown

# Signs, as colours are not seen by everybody, nor in every terminal.
_SIGNS = {
    Agreement.SAME: ("=", "green"),
    Agreement.SIMILAR: ("~", "yellow"),
    Agreement.DIFFERENT: ("≠", "bold red"),
    Agreement.UNKNOWN: ("", "dim"),
}
_KEYS = {
    Choice.YES: "yes, connect",
    Choice.NO: "no, do not suggest it again",
    Choice.SINGLY: "one by one",
    Choice.LATER: "later",
    Choice.ELSE: "somebody else",
    Choice.OPEN: "open in browser",
    Choice.UNDO: "undo last answer",
    Choice.QUIT: "quit and keep the answers",
}


_AROUND_A_GROUP = 7
"""Lines of the screen besides the people: heading and count above, keys and pace below, each perhaps on two."""


def forget_typed() -> None:
    """Drop what was typed and not read yet, where a terminal can do that."""
    with suppress(ImportError, OSError, ValueError):
        import termios

        termios.tcflush(sys.stdin, termios.TCIFLUSH)


class RichDesk:
    """Screens on stderr, and the keys that are pressed."""

    def __init__(
        self,
        now: datetime,
        *,
        getchar: Callable[[], str],
        console: Console | None = None,
        forget_typed: Callable[[], None] = forget_typed,
    ) -> None:
        """Show screens on `console`; `getchar` waits for a key, and `forget_typed` drops what was typed since."""
        self._forget_typed = forget_typed
        self._now = now
        self._getchar = getchar
        self._console = console or Console(stderr=True, highlight=False, emoji=False, markup=False)

    def ask(self, question: Question) -> str:
        """Show a screen and return the key that was pressed."""
        if question.size > 1:
            self._group(question)
        else:
            self._pair(question.pairs[0])
        self._bottom(question)
        is_new = True
        while True:
            key = self._getchar().lower()
            if len(key) > 1 and key.isprintable():  # something was pasted: none of its letters is an answer
                self._forget_typed()
            if len(key) == 1 and key in question.keys:
                return key
            if key in ("\x03", "\x04"):  # a terminal that hands Ctrl-C and Ctrl-D on as letters
                raise KeyboardInterrupt
            # Once a screen: whoever leans on the keyboard does not want it full of this.
            if is_new:
                what = "There is no answer to undo yet." if key == Choice.UNDO else "That key does nothing here."
                self._console.print(shown(f"{what} Press one of {', '.join(question.keys)}.", "yellow"))
                is_new = False

    def _pair(self, pair: SideBySide) -> None:
        proposal, theirs = pair.proposal, pair.theirs
        if theirs is None:
            return
        self._console.print(Rule(shown(f"{proposal.tier.value}: {proposal.reason_with_names}", "bold"), align="left"))
        rows = []
        for name, mine, agreement, its in compared(pair, theirs, self._now):
            sign, style = _SIGNS[agreement]
            marked = style if agreement is Agreement.DIFFERENT else ""
            rows.append([shown(name), shown(mine or "–", marked), shown(sign, style), shown(its or "–", marked)])
        none = shown("")
        rows.append([shown("Payment method"), none, none, self._card(theirs)])
        for title, text in told_besides(theirs):
            rows.append([shown(title), none, none, shown(text)])
        rows.append([shown("Since"), none, none, shown(f"{theirs.created:%Y-%m-%d}" if theirs.created else "–")])
        heads = ("", f"Yours: {pair.ours.number}", "", f"At Stripe: {theirs.stripe_id}")
        print_table(self._console, heads, rows)
        for number, other in enumerate(pair.others[:9], 1):
            same = other.stripe_id in proposal.duplicates
            what = "the same person, another Stripe customer" if same else "another person who may be meant"
            parts = [part for part in (other.name, other.email, other.phone) if part]
            self._console.print(Text.assemble(shown(f"{number}  ", "bold"), shown(", ".join(parts) or other.stripe_id)))
            self._console.print(Text.assemble(shown(f"   {what}; ", "dim"), self._card(other)))

    def _group(self, question: Question) -> None:
        proposal = question.pairs[0].proposal
        why = f": {proposal.reason}" if len({pair.proposal.reason for pair in question.pairs}) == 1 else ""
        title = f"{_matches(question.size, proposal.tier.value)}{why}"
        self._console.print(Rule(shown(title, "bold"), align="left"))
        self._console.print(
            shown(f"{len(question.pairs)} of them, picked at random; yours on the left, Stripe's on the right:")
        )
        # Everything where it fits; what is above must not scroll away.
        fits = self._console.height - _AROUND_A_GROUP
        for most, apart in ((4, True), (4, False), (3, False)):
            table = _side_by_side(question, most, apart=apart)
            if len(self._console.render_lines(table)) <= fits:
                break
        self._console.print(table)

    def _card(self, theirs: StripeCustomer) -> Text:
        card = theirs.card
        if card is None:
            return shown("no payment method", "yellow")
        if not card.usable(self._now):
            return shown(f"{card}, expired" if card.expired(self._now) else f"{card} {card.problem}", "red")
        return shown(f"{card}{card.until}", "green")

    def _bottom(self, question: Question) -> None:
        names = {Choice.YES: f"yes, connect all {question.size:,}"} if question.size > 1 else {}
        keys = [f"{key} {(_KEYS | names)[Choice(key)]}" for key in question.keys if not key.isdigit()]
        others = [key for key in question.keys if key.isdigit()]
        if others:
            keys.insert(2, f"{others[0]}–{others[-1]} another one" if len(others) > 1 else "1 the other one")
        self._console.print(shown(" · ".join(keys), "bold"))
        self._console.print(shown(_progress(question.progress), "dim"))


def _side_by_side(question: Question, most: int, *, apart: bool) -> Table:
    """Return the people of a group with so many lines each, and perhaps an empty one between them."""
    table = Table.grid(padding=(0, 2))
    table.add_column(overflow="fold", ratio=1)
    table.add_column(overflow="fold", ratio=1)
    for pair in question.pairs:
        ours, theirs = pair.ours.details, pair.theirs
        if theirs is None:
            continue
        table.add_row(
            _lines(*(str(pair.ours), ours.email, ours.phone, ours.place)[:most]),
            _lines(*(theirs.name, theirs.email, theirs.phone, str(theirs.address))[:most]),
        )
        if apart:
            table.add_row()
    return table


def _matches(size: int, tier: str) -> str:
    return f"{size:,} {tier} {'match' if size == 1 else 'matches'}"


def _lines(*texts: str) -> Text:
    return Text("\n").join(shown(text) for text in texts if text)


def _progress(progress: Progress) -> str:
    later = f", {progress.later:,} left for later" if progress.later else ""
    told = f"{progress.done:,} of {progress.total:,} decided{later}"
    left = progress.minutes_left
    if left is None:
        return told
    each = progress.seconds / progress.done
    rest = "less than a minute" if left < 1 else f"about {counted(round(left), 'minute')}"
    return f"{told}, {each:.0f} s each, {rest} left"
