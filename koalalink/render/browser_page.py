"""Opening pages in the browser."""

from typing import Protocol


class Talk(Protocol):
    """The part of a conversation that this needs."""

    def note(self, text: str) -> None:
        """Remark something that is worth knowing."""


class Browser:
    """The browser of the person at the terminal."""

    def __init__(self, talk: Talk) -> None:
        self._talk = talk

    def open(self, url: str) -> None:
        """Open a page, or where there is no browser say its address."""
        import webbrowser

        opened = webbrowser.open(url)
        self._talk.note(f"Opened {url}" if opened else f"No browser can be opened here. The address is {url}")
