"""HTTP as it may be spoken with Stripe: an answer has a deadline and a size, and nobody else gets the key."""

import io
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import requests
from requests.exceptions import RequestException

DEADLINE = 30.0
"""Seconds for an answer as a whole: one byte a second keeps every other limit."""

MOST_BYTES = 16 << 20
"""Unpacked; a hundred customers with their cards are a fiftieth of it."""

_PULSE = 0.1
"""Seconds until a wait is begun anew, so that a Ctrl-C is noticed on Windows, too."""

_CHUNK = 4096
"""Packed bytes read at once: gzip makes a thousand times as many of them, and no more."""

_ENCODINGS = ("", "identity", "gzip", "deflate")


class TooSlow(RequestException):
    """The answer has not come in time."""


class NotAnAnswer(RequestException):
    """No answer of Stripe's is so large, or packed like that."""


class NoCertificates(RequestException):
    """A variable of the environment names certificates that are not there; its name and value are the arguments."""


class Session(requests.Session):
    """Connections that are kept open; Stripe's library asks through it, from several threads."""

    def __init__(self, api_base: str) -> None:
        """Ask at `api_base`."""
        super().__init__()
        # Otherwise a password for this host in ~/.netrc would take the key's place in the header.
        self.auth = lambda request: request
        # To this computer itself no proxy leads; one would see the key, as http is not encrypted.
        self.trust_env = api_base.startswith("https:")
        self.headers["Accept-Encoding"] = "gzip"

    def request(self, *arguments: Any, **options: Any) -> requests.Response:
        """Return an answer that was read to its end."""
        # A redirect is followed with the key only by mistake: Stripe sends none.
        options |= {"stream": True, "allow_redirects": False}
        if self.trust_env and (certificates := _certificates()):
            options["verify"] = certificates
        ask = super().request
        return _within(DEADLINE, lambda given_up: _read(ask(*arguments, **options), given_up))


def _certificates() -> str | None:
    """Return the certificates that the environment names: those of an office's own proxy, as a rule."""
    for name in ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"):
        if path := os.environ.get(name):
            if not Path(path).exists():
                raise NoCertificates(name, path)
            return path
    return None


def _read(answer: requests.Response, given_up: threading.Event) -> requests.Response:
    with answer:
        if answer.headers.get("Content-Encoding", "").strip().lower() not in _ENCODINGS:
            raise NotAnAnswer("packed in an unknown way")
        body = io.BytesIO()
        for chunk in answer.iter_content(_CHUNK):
            body.write(chunk)
            if body.tell() > MOST_BYTES:
                raise NotAnAnswer("too large")
            if given_up.is_set():
                raise TooSlow
    body.seek(0)
    read = requests.Response()
    read.status_code, read.headers, read.raw = answer.status_code, answer.headers, body
    return read


def _within(seconds: float, ask: Callable[[threading.Event], requests.Response]) -> requests.Response:
    """Return what `ask` does, or raise TooSlow; its event tells that nobody waits any more."""
    given_up = threading.Event()
    outcome: list[requests.Response | BaseException] = []

    def run() -> None:
        try:
            outcome.append(ask(given_up))
        except BaseException as error:
            outcome.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    until = time.monotonic() + seconds
    try:
        while thread.is_alive() and (left := until - time.monotonic()) > 0:
            thread.join(min(left, _PULSE))
    finally:
        given_up.set()
    if not outcome:
        raise TooSlow
    if isinstance(outcome[0], BaseException):
        raise outcome[0]
    return outcome[0]
