"""Where a shared store is: a URL that may hold a password, and how it is written where people can read it."""

import re
from urllib.parse import parse_qs, unquote, urlsplit

from koalalink.errors import ConfigError

_SCHEMES = ("postgresql", "postgres")
_EXAMPLE = "postgresql://USER@HOST/DATABASE"
_ESCAPES = "Write these in a password as: % %25, @ %40, / %2F, # %23, ? %3F, : %3A."
_HOST = r"(\[[0-9A-Fa-f:.]+\]|[^:,\[\]]*)(:\d*)?"
_HOSTS = re.compile(f"{_HOST}(,{_HOST})*")
_THIS_COMPUTER = re.compile(r"(localhost|127(\.\d+){3}|\[?::1\]?|/[^:]*|)(:\d*)?")
_VERIFIED = "verify-full"


class Address:
    """The URL of a database on a PostgreSQL server; only `reveal` tells the password."""

    def __init__(self, url: str, *, origin: str) -> None:
        """Take a URL apart; `origin` says where it comes from.

        Raises ConfigError where it names no database of PostgreSQL's; what is wrong is told without repeating the URL,
        as a part of it may be the password.
        """
        self._url, self._origin = url.strip(), origin
        if not self._url.isprintable() or " " in self._url:
            raise self._wrong("has spaces or invisible characters in it", "Copy it again.")
        scheme, _, rest = self._url.partition("://")
        if not rest or scheme.lower() not in _SCHEMES:
            named = f": it begins with {scheme}://" if rest and re.fullmatch(r"[A-Za-z][\w+.-]{0,30}", scheme) else ""
            raise self._wrong(f"is not the URL of a PostgreSQL database{named}", f"It should read {_EXAMPLE}")
        try:
            parts = urlsplit(self._url)
            options = parse_qs(parts.query, strict_parsing=True) if parts.query else {}
        except ValueError:
            raise self._wrong("cannot be read", _ESCAPES) from None
        user_info, _, hosts = parts.netloc.rpartition("@")
        if parts.fragment or "@" in parts.path or "@" in user_info or not _HOSTS.fullmatch(hosts):
            raise self._wrong("cannot be read", _ESCAPES)
        user, _, password = user_info.partition(":")
        self.options = {name: values[-1] for name, values in options.items()}
        self.user = unquote(user) or self.options.get("user", "")
        self.database = unquote(parts.path.lstrip("/")) or self.options.get("dbname", "")
        self.hosts = unquote(hosts) or self.options.get("host", "")
        self.has_password = bool(password or self.options.get("password"))
        if not self.database:
            raise self._wrong("names no database", f"It should read {_EXAMPLE}")

    def __str__(self) -> str:
        """Return what people call it."""
        at = f" at {self.hosts}" if self.hosts and not self.hosts.startswith("/") else ""
        return f"{self.database}{at}"

    def __repr__(self) -> str:
        return f"<Address {self}>"

    def reveal(self) -> str:
        """Return the URL, the password in it."""
        return self._url

    def with_password(self, password: str) -> "Address":
        """Return the same with a password."""
        from urllib.parse import quote  # noqa: PLC0415 - once, when it is set up

        scheme, _, rest = self._url.partition("://")
        user_info, at, others = rest.rpartition("@")
        if not at and (quoted := quote(self.user, safe="")):
            user_info = quoted
        return Address(f"{scheme}://{user_info.rstrip(':')}:{quote(password, safe='')}@{others}", origin=self._origin)

    @property
    def is_on_this_computer(self) -> bool:
        """Whether no network is between us and the server."""
        hosts = self.options.get("hostaddr", self.hosts)
        return all(_THIS_COMPUTER.fullmatch(host) for host in hosts.split(","))

    @property
    def tls(self) -> dict[str, str]:
        """How the connection is protected, as settings of PostgreSQL's library, besides those of the URL."""
        mode = self.options.get("sslmode", "prefer" if self.is_on_this_computer else _VERIFIED)
        if mode == _VERIFIED and "sslrootcert" not in self.options:
            return {"sslmode": mode, "sslrootcert": "system"}
        return {"sslmode": mode}

    @property
    def is_protected(self) -> bool:
        """Whether nobody between us and the server can read along, or pretend to be the server."""
        return self.is_on_this_computer or self.tls["sslmode"] == _VERIFIED

    def _wrong(self, what: str, hint: str) -> ConfigError:
        return ConfigError(f"{self._origin} {what}.", hint=hint)
