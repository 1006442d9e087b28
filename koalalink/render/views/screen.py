"""The screen that results are drawn on."""

from datetime import datetime

from rich.console import Console
from rich.text import Text

from koalalink.command_line import Text as Sayable
from koalalink.domain.stripe.customer import PaymentMethod
from koalalink.render.views.tables import Spelled, print_sentence, shown


class Screen:
    """A console, the time, and how commands are spelled here."""

    def __init__(self, console: Console, now: datetime, spelled: Spelled) -> None:
        self.console = console
        self.now = now
        self._spelled = spelled

    def say(self, text: Sayable, style: str = "") -> None:
        """Print a sentence."""
        print_sentence(self.console, text, self._spelled, style)

    def spelled(self, text: Sayable) -> str:
        """Return a text with its commands as they are typed here."""
        return self._spelled(text)

    def card(self, card: PaymentMethod | None) -> Text:
        """Return a payment method in brief."""
        if card is None:
            return shown("nothing saved", "yellow")
        short = str(card).replace(" ending ", " ")
        if card.exp_year:
            short += f" {card.exp_month:02}/{card.exp_year % 100:02}"
        wrong = "expired" if card.expired(self.now) else card.problem
        return shown(f"{short} {wrong}" if wrong else short, "red" if wrong else "")


def day(moment: datetime | None) -> str:
    """Return a day, or nothing."""
    return f"{moment:%Y-%m-%d}" if moment else ""
