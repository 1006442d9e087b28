"""Keys: where they are kept, who may read them there, and that nobody else ever gets to see one."""

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from koalalink.app import App
from tests.commands.conftest import KEY
from tests.commands.samples import ASKING, SAMPLES, code_of, prepare
from tests.conftest import NOW, Run, runner
from tests.stripe_server import StripeServer
from tests.test_cli import environment


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_files_are_their_owners_alone(home: Path, umask: int) -> None:
    """From the first command on, while they are open and after every edit."""
    before = os.umask(umask)
    try:
        for line, typed in (
            (("init", "--location", "downtown"), KEY),
            (("customers", "add", "--first-name", "Ann"), None),
            (("locations", "add", "uptown"), KEY),
            (("locations", "remove", "downtown", "--yes"), None),
            (("connect", "1", "cus_123", "--offline"), None),
            (("customers", "export", str(home / "out.csv")), None),
        ):
            koala = App(home=home, environ={}, now=lambda: NOW, may_ask=False)
            result = runner(koala)(*line, input=typed)
            assert result.exit_code == 0, result.stderr
            for place in (home, *home.rglob("*")):
                assert place.stat().st_mode & 0o777 == (0o700 if place.is_dir() else 0o600), place
            koala.close()
    finally:
        os.umask(before)
    assert KEY in (home / "config.toml").read_text()


_CONFIGURED = [("search", "jane"), ("customers", "list"), ("locations", "add", "x", "--api-key-env", "K"), ("doctor",)]


@pytest.mark.parametrize("line", _CONFIGURED, ids=" ".join)
def test_configuration_that_is_a_link_is_refused(live: Run, koala: App, line: tuple[str, ...]) -> None:
    """Whoever may change the file that it leads to could have keys sent to himself; named, that file is taken."""
    koala.config_file.rename("elsewhere.toml")
    koala.config_file.symlink_to(Path("elsewhere.toml").resolve())
    koala.close()
    koala.__dict__.pop("config")
    result = live(*line)
    assert result.exit_code == (9 if line == ("doctor",) else 3)
    assert "config.toml is a link to another file" in result.stderr
    assert f"koalalink --config {Path('elsewhere.toml').resolve()}" in result.stderr
    assert koala.config_file.is_symlink()
    koala.config_file = Path("elsewhere.toml")
    assert live("customers", "list").exit_code == 0


@pytest.mark.parametrize("line", _CONFIGURED, ids=" ".join)
def test_configuration_of_another_user_is_refused(
    live: Run, koala: App, monkeypatch: pytest.MonkeyPatch, line: tuple[str, ...]
) -> None:
    """It may say what command is run for a key; root's is taken."""
    koala.close()
    koala.__dict__.pop("config")
    owner = os.getuid()
    if owner == 0:
        os.chown(koala.config_file, 65534, -1)
    else:
        monkeypatch.setattr(os, "getuid", lambda: owner + 1)
    before = koala.config_file.read_text()
    result = live(*line)
    assert result.exit_code == (9 if line == ("doctor",) else 3)
    assert "config.toml belongs to another user" in result.stderr
    assert "sudo chown" in result.stderr
    assert koala.config_file.read_text() == before


def test_configuration_that_comes_through_a_pipe_is_read(koala: App) -> None:
    """As from a program that decrypts it: the shell's <(…) is a link, too, but to nothing that others can write."""
    koala.close()
    script = f'exec "{sys.executable}" -m koalalink --config <(cat "{koala.config_file}") locations list --json'
    done = subprocess.run(
        ["bash", "-c", script], env=environment(koala.home), capture_output=True, text=True, check=False
    )
    assert (done.returncode, '"default"' in done.stdout) == (0, True), done.stderr


@pytest.mark.parametrize("name", ASKING)
def test_key_is_sent_in_one_header_and_shown_nowhere(live: Run, server: StripeServer, name: str) -> None:
    """To the host that is configured."""
    prepare(live, name)
    result = live(*SAMPLES[name].line)
    assert "secret" not in result.output
    for _, path, headers in server.requests:
        assert KEY not in path
        assert headers.pop("Authorization") == f"Bearer {KEY}"
        assert "secret" not in str(headers)
        assert f"http://{headers['Host']}" == server.url
    for file in Path.home().rglob("*"):
        assert file.is_dir() or b"secret" not in file.read_bytes()


@pytest.mark.parametrize("address", ["http://example.com", "https://me:secret@example.com", "ftp://127.0.0.1"])
@pytest.mark.parametrize("name", ASKING)
def test_address_that_a_key_may_not_be_sent_to_is_refused(live: Run, koala: App, name: str, address: str) -> None:
    """Before anybody is asked: a request to another host than this would fail the test."""
    prepare(live, name)
    moved = {**koala.environ, "KOALALINK_API_BASE": address}
    elsewhere = App(home=koala.home, environ=moved, now=lambda: NOW, may_ask=False)
    result = runner(elsewhere)(*SAMPLES[name].line)
    elsewhere.close()
    assert result.exit_code == code_of(name, 3)
    assert "not an address that a key can be sent to" in result.output
    assert "secret" not in result.output


_HOSTILE = {"STRIPE_LOG": "debug", "PYTHONDEVMODE": "1", "PYTHONWARNINGS": "always"}
_PASSWORD = "netrc-password"


@pytest.mark.parametrize(
    "line", [("search", "jane"), ("connect", "1", "cus_123"), ("doctor",), ("sync",)], ids=" ".join
)
def test_environment_that_makes_programs_talk_gets_no_key(
    koala: App, server: StripeServer, tmp_path: Path, line: tuple[str, ...]
) -> None:
    """Libraries that log, Python that warns, a password and a proxy for the same host."""
    koala.close()
    (tmp_path / ".netrc").write_text(f"default login somebody password {_PASSWORD}\n")
    (tmp_path / ".netrc").chmod(0o600)
    with heard() as (proxy, asked):
        proxies = dict.fromkeys(("http_proxy", "https_proxy", "ALL_PROXY"), f"http://me:proxy-password@{proxy}")
        environ = environment(koala.home, HOME=str(tmp_path), **koala.environ, **_HOSTILE, **proxies)
        command = [sys.executable, "-m", "koalalink", *line]
        done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 9), done.stderr
    assert "Traceback" not in done.stderr
    assert "Warning" not in done.stderr
    assert "Request to Stripe" not in done.stderr
    for hidden in ("secret", _PASSWORD, "proxy-password"):
        assert hidden not in done.stdout + done.stderr
    assert asked == []
    assert {headers["Authorization"] for _, _, headers in server.requests} == {f"Bearer {KEY}"}


@pytest.mark.parametrize("line", [("search", "jane"), ("connect", "1", "cus_123"), ("sync",)], ids=" ".join)
def test_traceback_of_a_bug_has_no_key(koala: App, line: tuple[str, ...]) -> None:
    """Though it is in the variables of the functions that are listed."""
    koala.close()
    broken = (
        "import sys, koalalink.stripe_client.client as gateway\n"
        "def asked(self, ask):\n"
        "    key = self.key.reveal()\n"
        "    return 1 / 0\n"
        "gateway.StripeGateway._asked = asked\n"
        "from koalalink.cli import app\n"
        f"sys.argv = ['koalalink', *{line!r}]\n"
        "app()\n"
    )
    environ = environment(koala.home, **koala.environ, **_HOSTILE)
    done = subprocess.run([sys.executable, "-c", broken], env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "ZeroDivisionError" in done.stderr
    assert "secret" not in done.stdout + done.stderr


def test_proxy_is_told_where_to_and_nothing_else(koala: App, monkeypatch: pytest.MonkeyPatch) -> None:
    """On the way to Stripe one may be used; what it gets to see is the host, and its own password."""
    with heard() as (proxy, asked):
        monkeypatch.setenv("HTTPS_PROXY", f"http://me:proxy-password@{proxy}")
        environ = {name: value for name, value in koala.environ.items() if name != "KOALALINK_API_BASE"}
        away = App(home=koala.home, environ=environ, now=lambda: NOW, may_ask=False)
        result = runner(away)("search", "jane")
        away.close()
    assert (result.exit_code, result.stdout) == (6, "")
    assert asked
    for request in asked:
        assert request.startswith("CONNECT api.stripe.com:443 ")
        assert "Bearer" not in request
        assert "secret" not in request
    assert "password" not in result.stderr


@contextmanager
def heard() -> Iterator[tuple[str, list[str]]]:
    """Listen on loopback, answer nobody, and give the address and what was said there."""
    asked: list[str] = []

    def listen() -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            with connection:
                asked.append(connection.recv(65536).decode("latin-1"))
                connection.sendall(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=listen)
        thread.start()
        try:
            yield f"127.0.0.1:{server.getsockname()[1]}", asked
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join()
