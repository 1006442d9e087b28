"""What is wrong with the certificate of a server: PostgreSQL's library says only that something is."""

import socket
import ssl
import struct

from koalalink.domain.settings.store_url import Address

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
