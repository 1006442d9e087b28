"""The stand-in for Stripe as an HTTP server on loopback, with everything that goes wrong on a network.

Whatever is tested with it fails where anything but reading has reached it.

`python -m tests.stripe_server --delay 0.3` serves the sandbox's accounts until stdin closes; benchmarks use it.
"""

import argparse
import gzip
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType

from koalalink.sandbox.fake_stripe import Account, Answer, StripeStandIn
from koalalink.sandbox.sample_data import accounts

Fault = Callable[["StripeServer", BaseHTTPRequestHandler], Answer | None]
"""Answers in the place of Stripe; None where it has written to the socket itself, or closed it."""


def answers(status: int, body: bytes, **headers: str) -> Fault:
    """Answer with these bytes."""
    told = {"Content-Type": "application/json", "Request-Id": "req_fault"}
    told |= {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda server, handler: Answer(status, told, body)


def stripe_error(status: int, message: str, code: str = "", **headers: str) -> Fault:
    """Answer with an error as Stripe words it."""
    body = f'{{"error": {{"type": "api_error", "code": "{code}", "message": "{message}"}}}}'
    return answers(status, body.encode(), **headers)


def html(status: int) -> Fault:
    """Answer as a hotel's network does."""
    return answers(status, b"<html><body>Please log in</body></html>", Content_Type="text/html")


def as_asked(server: "StripeServer", handler: BaseHTTPRequestHandler) -> Answer:
    """Answer as Stripe does."""
    return server.stand_in.answer(handler.command, handler.path, dict(handler.headers.items()))


def hang(server: "StripeServer", handler: BaseHTTPRequestHandler) -> None:
    """Answer nothing for as long as the server is there."""
    server.stopped.wait()
    handler.close_connection = True


def cut(server: "StripeServer", handler: BaseHTTPRequestHandler) -> None:
    """Promise a long answer, and hang up in the middle."""
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b'{"object": "list"')
    handler.close_connection = True


def drop(server: "StripeServer", handler: BaseHTTPRequestHandler) -> None:
    """Hang up without a word."""
    handler.close_connection = True


def drip(server: "StripeServer", handler: BaseHTTPRequestHandler) -> None:
    """Answer a byte at a time, always before the time for one is over."""
    handler.send_response(200)
    handler.send_header("Content-Length", "1000000")
    handler.end_headers()
    with suppress(OSError):  # the other side hangs up
        while not server.stopped.wait(0.02):
            handler.wfile.write(b" ")
    handler.close_connection = True


def bomb(encoding: str) -> Fault:
    """Answer with little that becomes half a gigabyte when it is unpacked."""
    body = gzip.compress(b" " * 500_000_000, compresslevel=9)
    for _ in range(encoding.count(",")):
        body = gzip.compress(body)
    return answers(200, body, Content_Encoding=encoding)


def redirect(to: str) -> Fault:
    """Lead to another address."""
    return answers(302, b"", Location=to)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        # Whoever hangs up in the middle, or is killed, does it to see what comes of it.
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class StripeServer:
    """A context manager: `url` is where it serves, `requests` are the method, path and headers it was asked with."""

    def __init__(self, served: list[Account], *, delay: float = 0.0, now: datetime | None = None) -> None:
        self.stand_in = StripeStandIn(served)
        self.requests: list[tuple[str, str, dict[str, str]]] = []
        self.faults: list[Fault] = []
        """One for each of the next requests."""
        self.fault: Fault | None = None
        """One for every request after those."""
        self.delay = delay
        self.now = now
        self.stopped = threading.Event()
        self._lock = threading.Lock()
        self._http = _Server(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}"

    def __enter__(self) -> "StripeServer":
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stopped.set()
        self._http.shutdown()
        self._http.server_close()
        changing = [f"{method} {path}" for method, path, _ in self.requests if method != "GET"]
        if changing and error is None:
            raise AssertionError(f"Stripe was asked to change something: {changing}")

    def _next_fault(self) -> Fault | None:
        with self._lock:
            return self.faults.pop(0) if self.faults else self.fault

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def _serve(self) -> None:
                server.requests.append((self.command, self.path, dict(self.headers.items())))
                if server.delay:
                    time.sleep(server.delay)  # the latency of a network, for benchmarks
                answer = (server._next_fault() or as_asked)(server, self)
                if answer is None:
                    return
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(answer.body)))
                self.end_headers()
                self.wfile.write(answer.body)

            do_GET = do_POST = do_DELETE = do_PUT = do_HEAD = _serve  # noqa: N815

            def date_time_string(self, timestamp: float | None = None) -> str:
                return format_datetime(server.now, usegmt=True) if server.now else super().date_time_string(timestamp)

            def log_message(self, format: str, *args: object) -> None:
                pass

        return Handler


def main() -> None:
    """Serve until stdin closes."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--delay", type=float, default=0.0, help="seconds before every answer")
    with StripeServer(accounts(date.today()), delay=parser.parse_args().delay) as server:
        print(server.url, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
