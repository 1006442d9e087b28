"""A server between a program and PostgreSQL, on loopback: it counts round trips, makes them long, and cuts the line."""

import socket
import ssl
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from queue import SimpleQueue

_GOODBYE = b"X\0\0\0\4"
"""What a client says before it hangs up, and waits for no answer."""

Cut = Callable[[bytes, bool], bool]
"""Whether the line is cut, seeing some bytes before they are passed on, and whether they come from the server."""


class Proxy:
    """A way to a server at a path, or at a host and port; `delay` is how long the way takes, in seconds."""

    def __init__(
        self,
        server: str | tuple[str, int],
        *,
        delay: float = 0.0,
        cut: Cut = lambda _data, _answer: False,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._server, self._delay, self._cut, self._tls = server, delay, cut, tls
        self.trips = 0
        """Times that somebody has asked and waited for the answer, connecting included.

        Where a lot is sent the server begins to answer before all is there, and that counts, too.
        """
        self.connections = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._listener.getsockname()[1])

    def close(self) -> None:
        """Cut every line, and let nobody in any more."""
        # Whoever waits for a connection is woken by this alone.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for each in self._open:
            _hang_up(each)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            if self._tls:
                client.recv(8)  # which asks for it
                client.sendall(b"S")
                try:
                    client = self._tls.wrap_socket(client, server_side=True)
                except OSError:  # it does not trust us
                    client.close()
                    continue
            if isinstance(self._server, str):
                server = socket.socket(socket.AF_UNIX)
                server.connect(self._server)
            else:
                server = socket.create_connection(self._server)
            self.connections += 1
            self._open += [client, server]
            _Line(self, client, server).start()


class _Line:
    """One connection; what is on the way in each direction arrives in its order, after the delay."""

    def __init__(self, proxy: Proxy, client: socket.socket, server: socket.socket) -> None:
        self._proxy, self._client, self._server = proxy, client, server
        self._was_answer = True

    def start(self) -> None:
        for source, target, is_answer in ((self._client, self._server, False), (self._server, self._client, True)):
            on_the_way: SimpleQueue[tuple[float, bytes]] = SimpleQueue()
            threading.Thread(target=self._read, args=(source, on_the_way, is_answer), daemon=True).start()
            threading.Thread(target=self._deliver, args=(target, on_the_way), daemon=True).start()

    def _read(self, source: socket.socket, on_the_way: "SimpleQueue[tuple[float, bytes]]", is_answer: bool) -> None:
        while True:
            try:
                data = source.recv(1 << 16)
            except OSError:
                data = b""
            if data and self._proxy._cut(data, is_answer):
                _hang_up(self._client)
                _hang_up(self._server)
                data = b""
            if data and not is_answer and self._was_answer and data != _GOODBYE:
                self._proxy.trips += 1
            if data:
                self._was_answer = is_answer
            on_the_way.put((time.monotonic() + self._proxy._delay, data))
            if not data:
                return

    def _deliver(self, target: socket.socket, on_the_way: "SimpleQueue[tuple[float, bytes]]") -> None:
        while True:
            at, data = on_the_way.get()
            time.sleep(max(0.0, at - time.monotonic()))
            if not data:
                _hang_up(target)
                return
            try:
                target.sendall(data)
            except OSError:
                return


def _hang_up(line: socket.socket) -> None:
    with suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)
    line.close()
