"""What PostgreSQL and the way to it say, as sentences for people; a password is in none of them."""

import re
import socket
import ssl
import struct
from typing import NamedTuple

import psycopg

from koalalink.command_line import Command, Text
from koalalink.domain.settings.store_url import Address
from koalalink.domain.text import printable
from koalalink.errors import AccessRefused, ConfigError, KoalaError, StoreError, StoreUnreachable

_AGAIN = "Wait a moment, then type the command again."
_OWNER = "Ask whoever owns the database."


# Before there is a connection there is no code, only words: the first of these that the server or its library says.
class _Refusal(NamedTuple):
    pattern: str
    what: str
    hint: str


_REFUSED = (
    _Refusal(
        "no password supplied|authentication failed|role .* does not exist",
        "does not let {user} in: the name or the password is wrong",
        "Look at the URL of the store.",
    ),
    _Refusal(
        "database .* does not exist",
        "does not exist",
        "Look at the last part of the URL, and at how it is spelled.",
    ),
    _Refusal(
        "permission denied for database|not permitted to log in|no pg_hba.conf entry|rejects connection",
        "does not let {user} in",
        _OWNER,
    ),
    _Refusal(
        'invalid (connection option|sslmode|port|integer|URI)|missing "="|unrecognized|must be used|weak sslmode',
        "has a URL with a setting that PostgreSQL does not know",
        "Look at what stands behind the ? in the URL.",
    ),
)
_UNTRUSTED = _Refusal(
    "certificate|SSL error|server common name|tlsv1",
    "has a certificate that does not prove whose it is",
    "Is the host in the URL spelled as the server's owner gave it? Your own authority is named with sslrootcert.",
)
_EXPIRED = _Refusal("", "has a certificate that has expired", "Tell whoever runs the server.")
_UNREACHED = (
    _UNTRUSTED,
    _Refusal(
        "does not support SSL|SSL was required|SSL is not enabled",
        "cannot be reached safely: the server has no TLS, and others could read along",
        "Ask whoever runs the server to switch TLS on.",
    ),
    _Refusal(
        "translate host name|Name or service not known|nodename nor servname|resolve|idna",
        "cannot be reached: there is no such server, or no internet",
        "Check your connection, and the spelling of the host in the URL.",
    ),
    _Refusal("too many|connection slots|no more connections", "has no room for one more now", _AGAIN),
    _Refusal(
        "database system is|not (yet )?accepting|terminating connection|cannot connect to server|server conn crashed",
        "is just being restarted",
        _AGAIN,
    ),
    _Refusal("timeout|timed out", "does not answer", "Check your connection, then try again."),
)

_LOST = {"57P01", "57P02", "57P03", "57P05", "25P03", "25P04"}
_TOLD: dict[str, tuple[str, Text]] = {
    "55P03": ("is in use by another program", _AGAIN),
    "40P01": ("is in use by another program", _AGAIN),
    "40001": ("is in use by another program", _AGAIN),
    "42501": ("does not allow you to do that", "Your role is for working with customers. " + _OWNER),
    "25006": ("is read-only", "Is the URL that of a copy of the server? " + _OWNER),
    "53100": ("cannot be written: the server's disk is full", "Nothing was changed. " + _OWNER),
    "53200": ("cannot be used: the server has no memory left", "Nothing was changed. " + _OWNER),
    "57014": (
        "took longer than the server allows",
        "Nothing was changed. Try again, or ask whoever owns the database.",
    ),
    "42P01": ("is not set up as a shared store", "To set it up: " + Command("init", store="URL")),
    "XX001": ("is damaged", "Tell whoever runs the server."),
    "XX002": ("is damaged", "Tell whoever runs the server."),
}


def cannot_connect(address: Address, error: Exception) -> KoalaError:
    """Return why a server does not let us in, or was not reached."""
    words = _harmless(address, error)
    for each in _REFUSED:
        if re.search(each.pattern, words):
            what = each.what.format(user=address.user or "you")
            kind = AccessRefused if each is _REFUSED[0] else ConfigError
            return kind(f"The shared store {address} {what}.", hint=each.hint)
    for each in _UNREACHED:
        if re.search(each.pattern, words):
            told = _EXPIRED if each is _UNTRUSTED and has_expired(address) else each
            return StoreUnreachable(f"The shared store {address} {told.what}.", hint=told.hint)
    if refused := re.search(r"FATAL: *(.*)", words):  # in the server's own language
        return ConfigError(f"The shared store {address} says: {refused[1]}", hint="Look at the URL of the store.")
    return StoreUnreachable(
        f"The shared store {address} cannot be reached.", hint="Check your connection, then try again."
    )


def as_sentence(address: Address, error: psycopg.Error, *, is_lost: bool, has_changed: bool = False) -> KoalaError:
    """Return what the server says of a statement.

    `is_lost` tells whether the connection is gone, `has_changed` whether something was saved before.
    """
    code = error.sqlstate or ""
    if code in _LOST or (is_lost and not code) or code.startswith("08"):
        saved: Text = "To see what was saved before that, type: " + Command("history")
        return StoreUnreachable(
            f"The connection to the shared store {address} was lost."
            + ("" if has_changed else " Nothing was changed."),
            hint=saved if has_changed else "Type the command again.",
        )
    what, hint = _TOLD.get(code, (f"reported an error: {_harmless(address, error)}", "Type: " + Command("doctor")))
    return StoreError(f"The shared store {address} {what}.", hint=hint)


def _harmless(address: Address, error: Exception) -> str:
    """Return the first line of what was said, without a URL, which may have a password in it."""
    words = printable(str(error).strip().replace("\n", " "))
    return re.sub(r"postgres(ql)?://\S*", str(address), words)[:300]


_ASKS_FOR_TLS = struct.pack("!ii", 8, 80877103)  # postgresql.org/docs/current/protocol-message-formats.html
_HAS_EXPIRED = 10  # as OpenSSL numbers it
_WAIT = 5.0  # seconds
_PORT = 5432


def has_expired(address: Address) -> bool:
    """Tell whether the server shows a certificate that has expired; False also where that cannot be seen now."""
    host, _, port = address.hosts.split(",")[0].rpartition(":") if ":" in address.hosts else (address.hosts, "", "")
    root = address.tls.get("sslrootcert") or address.options.get("sslrootcert", "system")
    try:
        context = ssl.create_default_context(cafile=None if root == "system" else root)
        with socket.create_connection((host.strip("[]"), int(port or _PORT)), _WAIT) as line:
            line.sendall(_ASKS_FOR_TLS)
            if line.recv(1) != b"S":
                return False
            context.wrap_socket(line, server_hostname=host.strip("[]")).close()
    except ssl.SSLCertVerificationError as error:
        return error.verify_code == _HAS_EXPIRED
    except (OSError, ValueError):
        return False
    return False
