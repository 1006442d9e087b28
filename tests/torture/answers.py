"""Commands against a Stripe that answers badly, or without end: each ends with a sentence, and the key is nowhere.

Every command that asks Stripe is tried with every fault, from the first request on and in the middle.
"""

import gzip
import json
import time
import traceback
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

import stripe
from typer.testing import CliRunner

from koalalink.app import App
from koalalink.cli import app
from koalalink.operations.mirror import sync
from koalalink.sandbox.fake_stripe import Account, Answer, Key
from koalalink.sandbox.sample_data import accounts
from koalalink.stripe_client import client, http_session
from tests.stripe_server import Fault, StripeServer, answers, as_asked, cut, drip, drop, hang, html

KEY = "rk_live_" + "secret" * 6
_MOST_SECONDS = 20.0
"""Of a command; the limits of the gateway are a fiftieth of what they are for people."""

COMMANDS: dict[str, tuple[str, ...]] = {
    "search name": ("search", "jane"),
    "search email": ("search", "jane@x.com"),
    "search id": ("search", "cus_123"),
    "show": ("show", "1"),
    "show stripe": ("show", "cus_123"),
    "connect": ("connect", "2", "cus_RobertCarver1"),
    "connect force": ("connect", "2", "cus_RobertCarver1", "--force"),
    "connect again": ("connect", "1", "cus_123"),
    "cards": ("cards", "1"),
    "import": ("customers", "import", "people.csv"),
    "remap": ("remap", "mapping.csv"),
    "sync": ("sync",),
    "sync csv": ("sync", "--from-csv", "unified_customers.csv"),
    "verify": ("verify",),
    "verify fix": ("verify", "--fix"),
    "match certain": ("match", "--apply-certain"),
    "apply": ("apply", "decided.csv"),
    "doctor": ("doctor",),
    "locations": ("locations", "list"),
}

Change = Callable[[Any], Any]


def changed(change: Change) -> Fault:
    """Answer as Stripe, but for every value that `change` makes another of."""

    def fault(server: StripeServer, handler: BaseHTTPRequestHandler) -> Answer:
        answer = as_asked(server, handler)
        body = _walked(json.loads(answer.body), change)
        return replace(answer, body=json.dumps(body).encode())

    return fault


def _walked(value: Any, change: Change) -> Any:
    if isinstance(value, dict):
        return change({name: _walked(part, change) for name, part in value.items()})
    if isinstance(value, list):
        return change([_walked(part, change) for part in value])
    return change(value)


def _fields(**values: Any) -> Fault:
    """Answer with these values, wherever there is such a field."""
    return changed(
        lambda value: {**value, **{n: v for n, v in values.items() if n in value}} if isinstance(value, dict) else value
    )


def _pages(page: Callable[[int], dict[str, Any]]) -> Fault:
    """Answer a list, or a search, with page after page, without end."""
    numbers = count()

    def fault(server: StripeServer, handler: BaseHTTPRequestHandler) -> Answer:
        if not handler.path.startswith(("/v1/customers?", "/v1/customers/search")):
            return as_asked(server, handler)
        body = {"object": "list", "has_more": True, "next_page": f"page{next(numbers)}", **page(next(numbers))}
        return Answer(200, {"Content-Type": "application/json"}, json.dumps(body).encode())

    return fault


def _person(number: int, **more: Any) -> dict[str, Any]:
    who = {"id": f"cus_n{number}", "object": "customer", "created": 1_600_000_000 - number, "livemode": True}
    return {**who, "name": "Jane", "email": "jane@x.com", "phone": None, **more}


def _never_ends(server: StripeServer, handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    block = b"10000\r\n" + b" " * 65536 + b"\r\n"
    with suppress(OSError):
        while not server.stopped.is_set():
            handler.wfile.write(block)
    handler.close_connection = True


def _slow_headers(server: StripeServer, handler: BaseHTTPRequestHandler) -> None:
    with suppress(OSError):
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        while not server.stopped.wait(0.02):
            handler.wfile.write(b"x")
    handler.close_connection = True


def _error(status: int, message: Any, code: Any = "", **headers: str) -> Fault:
    return answers(
        status, json.dumps({"error": {"type": "api_error", "code": code, "message": message}}).encode(), **headers
    )


def faults() -> Iterator[tuple[str, Fault]]:
    """Yield everything that can be wrong with an answer."""
    yield from {"hang": hang, "cut": cut, "drop": drop, "drip": drip, "slow headers": _slow_headers}.items()
    yield "never ends", _never_ends
    for status in (400, 401, 402, 403, 404, 405, 409, 418, 429, 500, 502, 503, 504):
        yield f"{status} with the key", _error(status, f"No: {KEY}", "api_error")
    yield "404 missing", _error(404, f"No: {KEY}", "resource_missing")
    yield "401 expired", _error(401, f"No: {KEY}", "api_key_expired")
    yield "403 named", _error(403, f"{KEY} lacks 'rak_customer_read'")
    yield "403 cards", _error(403, f"{KEY} lacks 'rak_payment_method_read'")
    for told in ("0", "²", "-1", "9" * 99, "soon", KEY):
        yield f"429 after {told[:9]}", _error(429, "Too many", "rate_limit", Retry_After=told)
    yield "request id", _error(500, "Oh", Request_Id=KEY)
    for status in (200, 403, 502):
        yield f"html {status}", html(status)
    for strange in (5, None, [], {}, {"a": 1}, ["x"]):
        yield f"error of {strange}", answers(400, json.dumps({"error": strange}).encode())
        yield f"message of {strange}", _error(403, strange, strange)
    for status in (301, 302, 307, 308):
        yield f"redirect {status}", answers(status, b"", Location="/v1/customers/cus_123")
    for name, body in {
        "empty": b"",
        "null": b"null",
        "number": b"5",
        "text": b'"cus_123"',
        "list": b"[]",
        "object": b"{}",
        "half": b'{"object": "list", "data": [',
        "bom": b'\xef\xbb\xbf{"object": "list", "data": [], "has_more": false}',
        "utf-16": '{"object": "list"}'.encode("utf-16"),
        "bytes": b"\xff\xfe\x00",
        "nan": b'{"object": "list", "data": [{"id": "cus_1", "created": NaN}], "has_more": false}',
        "infinite": b'{"object": "list", "data": [{"id": "cus_1", "created": 1e999}], "has_more": false}',
        "long number": b'{"id": ' + b"9" * 9999 + b"}",
        "deep": b'{"a":' * 500 + b"1" + b"}" * 500,
        "deeper": b'{"a":' * 900 + b"1" + b"}" * 900,
        "deepest": b"[" * 200_000,
        "large": b'{"a": "' + b" " * (17 << 20) + b'"}',
        "no list": b'{"object": "list", "data": {"id": "cus_1"}, "has_more": false}',
        "no more": b'{"object": "list", "data": []}',
        "the key": json.dumps({"object": KEY, "data": KEY, "has_more": KEY, "id": KEY}).encode(),
    }.items():
        yield name, answers(200, body)
    space = b" " * 300_000_000
    yield "gzip bomb", answers(200, gzip.compress(space), Content_Encoding="gzip")
    yield "gzip twice", answers(200, gzip.compress(gzip.compress(space)), Content_Encoding="gzip, gzip")
    yield "deflate bomb", answers(200, zlib.compress(space), Content_Encoding="deflate")
    yield "not gzip", answers(200, b"{}", Content_Encoding="gzip")
    yield "brotli", answers(200, b"{}", Content_Encoding="br")
    yield "empty pages", _pages(lambda number: {"data": []})
    yield "the same page", _pages(lambda number: {"data": [_person(1), _person(2)]})
    yield "in turns", _pages(lambda number: {"data": [_person(number % 4)]})
    yield "shuffled", _pages(lambda number: {"data": [_person((number + n) % 5, created=1) for n in range(5)]})
    yield "ever new", _pages(lambda number: {"data": [_person(number)]})
    yield "ever new of a second", _pages(lambda number: {"data": [_person(number, created=1_600_000_000)]})
    yield "ever newer", _pages(lambda number: {"data": [_person(number, created=number)]})
    yield "next page of none", _pages(lambda number: {"data": [_person(1)], "next_page": 5})
    texts: tuple[Any, ...] = (None, 5, True, [], {}, "", KEY, "\x1b[2J", "\ud800", "é" * 300)
    for value in texts:
        yield f"texts as {str(value)[:9]!r}", changed(lambda was, v=value: v if isinstance(was, str) else was)  # type: ignore[misc]
    numbers: tuple[Any, ...] = (None, -1, 0, 10**20, 1.5, "5", [])
    for value in numbers:
        yield f"numbers as {value!r}", changed(lambda was, v=value: v if type(was) is int else was)  # type: ignore[misc]
    for value in (None, 1, "yes", []):
        yield f"truths as {value!r}", changed(lambda was, v=value: v if isinstance(was, bool) else was)  # type: ignore[misc]
    for name in ("id", "object", "data", "has_more", "created", "livemode", "card", "address", "metadata", "email"):
        yield (
            f"without {name}",
            changed(
                lambda was, n=name: {k: v for k, v in was.items() if k != n} if isinstance(was, dict) else was  # type: ignore[misc]
            ),
        )
    yield "cards to the end of time", _fields(exp_year=9999, exp_month=12)
    yield "cards of no time", _fields(exp_year=0, exp_month=13)
    yield "another id", _fields(id="cus_SomebodyElse")
    yield "id of none", _fields(id="foo")
    yield "deleted", _fields(id="cus_123", object="customer", deleted=True)
    yield "no account", _fields(id=None)


class Try(NamedTuple):
    """A command with a fault, and what was wrong with how it ended."""

    command: str
    fault: str
    seconds: float
    problems: list[str]


class Commands:
    """Runs commands in copies of one home."""

    def __init__(self, folder: Path, server: StripeServer) -> None:
        """Prepare a home in `folder`; `server` is Stripe."""
        self._folder, self._server = folder, server
        _hurry()
        (folder / "people.csv").write_text(
            "Email,Phone,Stripe ID\njane@x.com,555,cus_123\nb@x.com,,cus_RobertCarver1\n"
        )
        (folder / "mapping.csv").write_text("old_customer_id,stripe_customer_id\ncus_123,cus_JaneMoved\n")
        (folder / "unified_customers.csv").write_text(
            "id,Email,Name,Created (UTC)\ncus_123,jane@x.com,Jane,2021-01-01 00:00\n"
        )
        (folder / "decided.csv").write_text("Decision,Customer,Stripe ID\nyes,2,cus_RobertCarver1\n")
        for line in (
            ("customers", "add", "--first-name", "Jane", "--last-name", "Doe", "--email", "jane@x.com"),
            (
                "customers",
                "add",
                "--first-name",
                "Robert",
                "--last-name",
                "Carver",
                "--email",
                "bob.carver@example.com",
            ),
            ("connect", "1", "cus_123"),
            ("sync",),
        ):
            assert self._run(line)[0] == 0
        self._before = {file.name: file.read_bytes() for file in folder.iterdir() if file.name.startswith("customers")}

    def attempt(self, command: str, fault: tuple[str, Fault], after: int) -> Try:
        """Run a command with a fault in every request after the first few."""
        for file in self._folder.glob("customers.*"):
            file.unlink()
        for name, content in self._before.items():
            (self._folder / name).write_bytes(content)
        self._server.faults, self._server.fault = [as_asked] * after, fault[1]
        began = time.perf_counter()
        code, said = self._run(COMMANDS[command])
        seconds = time.perf_counter() - began
        self._server.faults, self._server.fault = [], None
        problems = []
        if code not in (0, 2, 3, 4, 5, 6, 7, 8, 9):
            problems.append(f"ended with {code}: {said[-500:]}")
        if code and ("Error: " not in said or "Hint: " not in said):
            problems.append(f"{code} without a sentence: {said[-500:]}")
        if seconds > _MOST_SECONDS:
            problems.append(f"took {seconds:.0f} seconds")
        if "secret" in said:
            problems.append("the key was shown")
        if any(b"secret" in file.read_bytes() for file in self._folder.rglob("*") if file.is_file()):
            problems.append("the key was written")
        return Try(command, f"{fault[0]}, after {after}", seconds, problems)

    def _run(self, line: tuple[str, ...]) -> tuple[int, str]:
        environ = {"STRIPE_API_KEY": KEY, "KOALALINK_API_BASE": self._server.url}
        koala = App(home=self._folder, environ=environ, may_ask=False)
        typed = [str(self._folder / word) if word.endswith(".csv") else word for word in line]
        try:
            done = CliRunner().invoke(app, typed, obj=koala)
        finally:
            koala.close()
        bug = done.exception if not isinstance(done.exception, SystemExit) else None
        said = "".join(traceback.format_exception(bug)) if bug else ""
        return done.exit_code, done.output + said


def _hurry() -> None:
    """Make all limits so small that a thousand commands can be tried."""
    client._CONNECT_AND_READ_TIMEOUT = (0.5, 0.2)
    client._WAITS_WHEN_LIMITED = (0.0, 0.0, 0.0)
    client._LONGEST_WAIT = 0.0
    client._MOST_PAGES = sync._MOST_PAGES = 40
    http_session.DEADLINE = 0.6
    sync._PER_SECOND = 10_000
    stripe.HTTPClient.INITIAL_DELAY = 0


def business() -> Account:
    """Return the sandbox's account in live mode, with a key that can be found again."""
    account = accounts(datetime.now(UTC).date())[0]
    account.livemode = True
    account.keys[KEY] = Key()
    for customer in account.customers.values():
        customer["livemode"] = True
    account.customers["cus_JaneMoved"] = {**account.customers["cus_123"], "id": "cus_JaneMoved"}
    return account
