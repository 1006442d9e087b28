"""An account of many customers that can be listed, on loopback: `python -m tests.bench.listing_server 20000 0.2`.

Quicker than the sandbox's stand-in, so that it is not what is measured. When stdin closes it prints how many requests
it had, and how many within the busiest second.
"""

import json
import sys
import threading
import time
from bisect import bisect_left
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit


def _customer(number: int) -> str:
    card = {"brand": "visa", "last4": "4242", "exp_month": 1, "exp_year": 2030, "funding": "credit", "country": "US"}
    method = {"id": f"pm_{number}", "object": "payment_method", "type": "card", "card": card, "metadata": {}}
    return json.dumps(
        {
            "id": f"cus_{number:08}",
            "object": "customer",
            "name": f"Person {number}",
            "email": f"person{number}@example.com",
            "phone": f"+1206555{number % 10000:04}",
            "address": {"line1": f"{number} Elm St", "city": "Seattle", "postal_code": "98101", "country": "US"},
            "created": _created(number),
            "livemode": False,
            "default_source": None,
            "invoice_settings": {"default_payment_method": method, "custom_fields": None, "footer": None},
            "metadata": {"booking": f"B-{number}"},
        }
    )


def _created(number: int) -> int:
    # A business that grows: most customers came lately.
    return 1_400_000_000 + int((number * 9_000_000_000) ** 0.5)


def main() -> None:
    """Serve until stdin closes."""
    size, delay = int(sys.argv[1]), float(sys.argv[2])
    created = [_created(number) for number in range(size)]
    customers = [_customer(number) for number in range(size)]
    times: list[float] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            address = urlsplit(self.path)
            if address.path != "/v1/customers":
                self._send(403, b'{"error": {"type": "invalid_request_error", "message": "No"}}')
                return
            times.append(time.monotonic())
            asked = {name: values[0] for name, values in parse_qs(address.query).items()}
            low = bisect_left(created, int(asked.get("created[gte]", 0)))
            high = bisect_left(created, int(asked.get("created[lt]", 10**10)))
            if "starting_after" in asked:
                high = min(high, int(asked["starting_after"].removeprefix("cus_")))
            first = max(low, high - int(asked.get("limit", 10)))
            page = ",".join(reversed(customers[first:high]))
            more = "true" if first > low else "false"
            time.sleep(delay)  # the latency of a network
            self._send(
                200, f'{{"object": "list", "url": "/v1/customers", "has_more": {more}, "data": [{page}]}}'.encode()
            )

        def _send(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 64

    with Server(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        print(f"http://127.0.0.1:{server.server_address[1]}", flush=True)
        for _ in sys.stdin:  # a line asks for what was counted since the last
            busiest = max((sum(1 for other in times if 0 <= other - at < 1) for at in times), default=0)
            print(f"{len(times)} {busiest}", flush=True)
            times.clear()
        server.shutdown()


main()
