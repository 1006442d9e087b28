"""The URL of a shared store: what is one, what it is called, and that its password is nowhere."""

import pytest

from koalalink.domain.settings.store_url import Address
from koalalink.errors import ConfigError


def address(url: str) -> Address:
    """Take one apart."""
    return Address(url, origin="The URL")


@pytest.mark.parametrize(
    ("url", "called", "user"),
    [
        ("postgresql://jo@db.example.com/koala", "koala at db.example.com", "jo"),
        ("postgres://jo:pw@db.example.com:6432/koala?sslmode=require\n", "koala at db.example.com:6432", "jo"),
        ("postgresql:///koala?host=/run/postgresql&user=jo", "koala", "jo"),
        ("postgresql://j%40x:p%2Fw@[2001:db8::1]:5432/my%20list", "my list at [2001:db8::1]:5432", "j@x"),
        ("postgresql://jo@one,two:5433/koala", "koala at one,two:5433", "jo"),
    ],
)
def test_url_is_called_by_its_database_and_host(url: str, called: str, user: str) -> None:
    """As people speak of it."""
    assert (str(address(url)), address(url).user) == (called, user)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("postgresql://jo:hunter2@db.example.com", "names no database"),
        ("postgresql://jo:hunter2@db.example.com/", "names no database"),
        ("mysql://jo:hunter2@db.example.com/koala", "begins with mysql://"),
        ("postgresql+psycopg://jo:hunter2@db/koala", "begins with postgresql+psycopg://"),
        ("jo:hunter2@db.example.com/koala", "is not the URL of a PostgreSQL database"),
        ("", "is not the URL"),
        ("hunter2", "is not the URL"),
        ("postgresql://jo:hunter2@db/koala and more", "spaces or invisible"),
        ("postgresql://jo:hun\x1bter2@db/koala", "spaces or invisible"),
        ("postgresql://jo:hunter2#x@db/koala", "cannot be read"),
        ("postgresql://jo:hunter2/x@db/koala", "cannot be read"),
        ("postgresql://jo:hunter2?x@db/koala", "cannot be read"),
        ("postgresql://jo:hunter2@x@db/koala", "cannot be read"),
        ("postgresql://jo:hunter2@db:port/koala", "cannot be read"),
        ("postgresql://jo:hunter2@db/koala?sslmode", "cannot be read"),
        ("postgresql://jo:hunter2@[::1/koala", "cannot be read"),
    ],
)
def test_what_is_no_url_is_told_without_repeating_it(url: str, said: str) -> None:
    """A part of it may be the password."""
    with pytest.raises(ConfigError, match="The URL") as refused:
        address(url)
    told = f"{refused.value.message} {refused.value.hint}"
    assert said in told
    assert "hun" not in told


def test_password_is_shown_nowhere() -> None:
    """Only who asks for it gets it."""
    found = address("postgresql://jo:hunter2@db.example.com/koala")
    assert "hunter2" not in f"{found} {found!r} {found.options} {found.user} {found.hosts}"
    assert found.has_password
    assert found.reveal() == "postgresql://jo:hunter2@db.example.com/koala"


@pytest.mark.parametrize(
    ("url", "with_password"),
    [
        ("postgresql://jo@db/koala", "postgresql://jo:a%2Fb%40c%20%23@db/koala"),
        ("postgresql://jo:@db/koala", "postgresql://jo:a%2Fb%40c%20%23@db/koala"),
        ("postgresql://db/koala?user=jo", "postgresql://jo:a%2Fb%40c%20%23@db/koala?user=jo"),
        ("postgresql://db/koala", "postgresql://:a%2Fb%40c%20%23@db/koala"),
    ],
)
def test_password_of_any_letters_can_be_put_in(url: str, with_password: str) -> None:
    """Spelled as a URL has it."""
    found = address(url).with_password("a/b@c #")
    assert (found.reveal(), str(found)) == (with_password, "koala at db")


@pytest.mark.parametrize(
    ("url", "tls", "is_protected"),
    [
        ("postgresql://db.example.com/k", {"sslmode": "verify-full", "sslrootcert": "system"}, True),
        ("postgresql://10.0.0.7/k", {"sslmode": "verify-full", "sslrootcert": "system"}, True),
        ("postgresql://db/k?sslrootcert=/ca.crt", {"sslmode": "verify-full"}, True),
        ("postgresql://db/k?sslmode=verify-full&sslrootcert=/ca.crt", {"sslmode": "verify-full"}, True),
        ("postgresql://db/k?sslmode=require", {"sslmode": "require"}, False),
        ("postgresql://db/k?sslmode=verify-ca", {"sslmode": "verify-ca"}, False),
        ("postgresql://db/k?sslmode=disable", {"sslmode": "disable"}, False),
        ("postgresql://localhost/k", {"sslmode": "prefer"}, True),
        ("postgresql://127.0.0.1:5433/k", {"sslmode": "prefer"}, True),
        ("postgresql://[::1]:5433/k", {"sslmode": "prefer"}, True),
        ("postgresql:///k", {"sslmode": "prefer"}, True),
        ("postgresql:///k?host=/run/postgresql", {"sslmode": "prefer"}, True),
        ("postgresql:///k?host=db.example.com", {"sslmode": "verify-full", "sslrootcert": "system"}, True),
        ("postgresql://localhost,db.example.com/k", {"sslmode": "verify-full", "sslrootcert": "system"}, True),
        ("postgresql://localhost.example.com/k", {"sslmode": "verify-full", "sslrootcert": "system"}, True),
        ("postgresql://127.0.0.1/k?hostaddr=10.0.0.7", {"sslmode": "verify-full", "sslrootcert": "system"}, True),
    ],
)
def test_connection_over_a_network_is_protected(url: str, tls: dict[str, str], is_protected: bool) -> None:
    """Unless the URL says otherwise, which is then known."""
    found = address(url)
    assert (found.tls, found.is_protected) == (tls, is_protected)
