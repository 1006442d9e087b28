"""The screen that results are drawn on."""

from datetime import datetime

from rich.console import Console
from rich.text import Text

from koalalink.domain.stripe_customers import BRANDS, Card
from koalalink.hints import Text as Sayable
from koalalink.render.tables import Spelled, print_sentence, shown


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

    def card(self, card: Card | None) -> Text:
        """Return a card in brief."""
        if card is None:
            return shown("no card", "yellow")
        expired = card.expired(self.now)
        brand = BRANDS.get(card.brand, card.brand.capitalize())
        short = f"{brand} {card.last4} {card.exp_month:02}/{card.exp_year % 100:02}"
        return shown(f"{short} expired" if expired else short, "red" if expired else "")


def day(moment: datetime | None) -> str:
    """Return a day, or nothing."""
    return f"{moment:%Y-%m-%d}" if moment else ""
