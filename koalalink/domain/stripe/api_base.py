"""The addresses that a key may be sent to."""

import ipaddress
from urllib.parse import urlsplit

from koalalink.errors import ConfigError


def checked_api_base(address: str, *, origin: str) -> str:
    """Return `address` without a final slash if a key may be sent there: https, or http to this computer only."""
    try:
        parts = urlsplit(address)
        port_is_valid = parts.port is None or parts.port > 0
    except ValueError:
        parts, port_is_valid = urlsplit(""), False
    plain = not (parts.username or parts.password or parts.query or parts.fragment or parts.path.strip("/"))
    safe = parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(parts.hostname or ""))
    if not (parts.hostname and plain and safe and port_is_valid):
        raise ConfigError(
            f"{origin} is not an address that a key can be sent to.",
            hint="Use https://…, or http://127.0.0.1:PORT for a program on this computer.",
        )
    return address.rstrip("/")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
