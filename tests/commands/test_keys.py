"""A key in the wrong place: it is not used, not kept and not repeated; and a new key takes over once it works."""

import io
import os
import pty
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import typer.main
from rich.console import Console

from koalalink.app import App
from koalalink.cli import app
from koalalink.config.loader import load
from koalalink.domain.matching.review import Progress, Question
from koalalink.domain.stripe.api_key import has_key
from koalalink.errors import ConfigError
from koalalink.render.console.review_screen import RichDesk
from koalalink.sandbox.fake_stripe import Account, Key
from tests.commands.conftest import KEY
from tests.conftest import NOW, Run, in_a_file, runner
from tests.fakes import Somebody
from tests.render.console.test_review_screen import PAIR
from tests.stripe_server import StripeServer, answers, cut
from tests.test_cli import environment, process

TAIL = "made0up0for0tests0only0"
"""What stands behind the prefix: put together here, so that no text of ours looks like a key that opens something."""
SECRETS = [f"{prefix}_{TAIL}" for prefix in ("rk_live", "sk_test", "pk_live", "sk_org_live", "whsec", "ek_live")]


@pytest.mark.parametrize("key", SECRETS)
@pytest.mark.parametrize("form", ["{}", " {} ", "'{}'", 'export STRIPE_API_KEY="{}"', "KEY={};", "“{}”"])
def test_key_is_recognized(key: str, form: str) -> None:
    """However it was copied."""
    assert has_key(form.format(key))


@pytest.mark.parametrize(
    "text", ["STRIPE_KEY_DOWNTOWN", "rk_live", "cus_123", "task_test_123", "Frank_test_ing", "risk_live_1234"]
)
def test_no_other_text_is_taken_for_a_key(text: str) -> None:
    """Names of variables, IDs and words."""
    assert not has_key(text)


def _places() -> Iterator[tuple[str, ...]]:
    """Yield a line for every argument and every option that takes a word."""
    for words, command in _commands((), typer.main.get_command(app)):
        for param in command.params:
            if param.param_type_name == "argument":
                yield (*words, "{}")
            elif not (param.is_flag or param.count) and param.opts:
                yield (*words, param.opts[0], "{}")
                yield (*words, f"{param.opts[0]}={{}}")


def _commands(words: tuple[str, ...], command: Any) -> Iterator[tuple[tuple[str, ...], Any]]:
    yield words, command
    for name in command.list_commands(None) if hasattr(command, "list_commands") else ():
        yield from _commands((*words, name), command.get_command(None, name))


def everything(home: Path) -> bytes:
    """All that is stored."""
    return b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file())


@in_a_file
def test_no_argument_and_no_option_takes_a_key(live: Run, koala: App) -> None:
    """It is refused before it is used, saved or repeated."""
    lines = [*_places()]
    assert len(lines) > 150
    before = koala.config_file.read_bytes()
    for place, line in enumerate(lines):
        key = SECRETS[place % len(SECRETS)]
        result = live(*(word.format(key) for word in line))
        assert (result.exit_code, TAIL in result.output) == (2, False), line
        assert "has a Stripe key in it" in result.stderr
    koala.close()
    assert TAIL.encode() not in everything(koala.home)
    assert koala.config_file.read_bytes() == before


@pytest.mark.parametrize("name", ["KOALALINK_HOME", "KOALALINK_CONFIG", "KOALALINK_API_BASE", "KOALALINK_SANDBOX"])
def test_no_variable_of_ours_takes_a_key(tmp_path: Path, name: str) -> None:
    """It would be shown as the name of a file."""
    done = process(tmp_path, "doctor", **{name: SECRETS[0]})
    assert (done.returncode, TAIL in done.stdout + done.stderr) == (2, False)
    assert f"The environment variable {name} has a Stripe key in it." in done.stderr


@pytest.mark.parametrize(
    ("text", "setting"),
    [
        ('default_location = "{}"', "default_location"),
        ('metadata_key = "{}"', "metadata_key"),
        ('[store]\npath = "{}"', "store.path"),
        ('[store]\nurl_env = "{}"', "store.url_env"),
        ('[store]\nurl_command = ["echo", "{}"]', "store.url_command"),
        ('[locations.a]\nname = "{}"\napi_key = "rk_test_right123"', "locations.a.name"),
        ('[locations.a]\napi_key_env = "{}"', "locations.a.api_key_env"),
        ('[locations.a]\napi_key_command = ["echo", "{}"]', "locations.a.api_key_command"),
        ('[locations.a]\napi_key = "rk_test_right123"\napi_base = "{}"', "locations.a.api_base"),
        ('[locations.{}]\napi_key = "rk_test_right123"', "the section [locations]"),
        ("{} = 1", "the file"),
        ('[a.b]\napi_key = "{}"', "a.b.api_key"),
    ],
)
def test_no_setting_but_one_takes_a_key(tmp_path: Path, text: str, setting: str) -> None:
    """The setting is named, and the key is not."""
    path = tmp_path / "config.toml"
    path.write_text(text.format(SECRETS[0]))
    path.chmod(0o600)
    with pytest.raises(ConfigError) as refused:
        load(path, tmp_path, {}, must_exist=True)
    told = f"{refused.value.message} {refused.value.hint}"
    assert TAIL not in told
    assert f"In {path}: {setting} has a" in told


def _at_a_terminal(home: Path, line: tuple[str, ...], typed: list[tuple[bytes, str]], last: bytes) -> str:
    """Run a command at a terminal, typing each text once the question before it was asked, until the last question."""
    master, slave = pty.openpty()
    command = [sys.executable, "-m", "koalalink", *line]
    env = environment(home, TERM="xterm")
    child = subprocess.Popen(command, env=env, stdin=slave, stdout=slave, stderr=slave, start_new_session=True)
    os.close(slave)
    told, waiting = bytearray(), [*typed]
    with suppress(OSError):  # as a terminal ends when nobody is at its other side any longer
        while last not in told and (part := os.read(master, 4096)):
            told += part
            if waiting and waiting[0][0] in told:
                os.write(master, waiting.pop(0)[1].encode())
    child.kill()
    child.wait()
    os.close(master)
    return told.decode()


def _unechoed(told: str, key: str) -> str:
    """Return what a program has said, without what the terminal itself shows of what is typed."""
    return told.replace(f"{key}\r\n", "\r\n", 1)


@pytest.mark.long
def test_first_question_of_init_takes_no_key(tmp_path: Path) -> None:
    """The name of a location is asked for first, and a key is what people have copied by then."""
    key = SECRETS[0]
    typed = [(b"your location?", f"{key}\n"), (b"That is a Stripe key.", "\n")]
    told = _at_a_terminal(tmp_path, ("init",), typed, b"Paste the key")
    assert "That is a Stripe key. It was not used" in re.sub(r"\s+", " ", told)
    assert TAIL not in _unechoed(told, key)
    assert TAIL.encode() not in everything(tmp_path)


def test_paste_into_a_review_answers_nothing() -> None:
    """Not even where its last piece is a single letter that would be an answer."""
    pieces = [SECRETS[0], "y", "n"]
    console = Console(file=io.StringIO())
    desk = RichDesk(NOW, getchar=lambda: pieces.pop(0), console=console, forget_typed=lambda: pieces.remove("y"))
    assert desk.ask(Question([PAIR], 1, Progress(0, 1, 0.0), can_undo=False)) == "n"


@pytest.fixture
def typed(koala: App, monkeypatch: pytest.MonkeyPatch) -> Somebody:
    """Somebody at the terminal."""
    somebody = Somebody()
    monkeypatch.setitem(koala.__dict__, "talk", somebody)
    return somebody


NEW = f"rk_live_another{TAIL}"


@in_a_file
def test_old_key_stays_until_the_new_one_works(live: Run, koala: App, server: StripeServer, account: Account) -> None:
    """Stripe out of reach: 6; no key there yet: 3; and --force saves it untried."""
    before = koala.config_file.read_text()
    kept = "so default still has its old one"
    for environ, fault, code, said in (
        ({}, None, 3, "which is not set"),
        ({"NEW": NEW}, cut, 6, kept),
        ({"NEW": NEW}, answers(500, b"{}"), 5, kept),
    ):
        koala.environ = {**koala.environ, **environ}
        server.fault = fault
        refused = live("locations", "set-key", "default", "--api-key-env", "NEW")
        assert (refused.exit_code, said in refused.stderr, koala.config_file.read_text()) == (code, True, before)
    server.fault = answers(401, b'{"error": {"type": "invalid_request_error", "message": "no"}}')
    assert live("locations", "set-key", "default", "--api-key-env", "NEW", "--force").exit_code == 3
    server.fault = None
    account.keys[NEW] = Key()
    assert live("locations", "set-key", "default", "--api-key-env", "NEW").exit_code == 0
    assert 'api_key_env = "NEW"' in koala.config_file.read_text()
    server.fault = answers(500, b"{}")
    forced = live("locations", "set-key", "default", "--api-key-env", "OTHER", "--force")
    assert (forced.exit_code, "It was not tried." in forced.stderr) == (0, True)
    assert 'api_key_env = "OTHER"' in koala.config_file.read_text()


@in_a_file
def test_new_key_is_tried_where_the_location_is(live: Run, koala: App, server: StripeServer) -> None:
    """At its own address."""
    text = koala.config_file.read_text() + f'api_base = "{server.url}"\n'
    koala.config_file.write_text(text)
    koala.environ = {"STRIPE_API_KEY": KEY}
    koala.__dict__.pop("config", None)
    server.requests.clear()
    done = live("locations", "set-key", "default", "--api-key-env", "STRIPE_API_KEY")
    assert (done.exit_code, "The key works" in done.stderr) == (0, True), done.stderr
    assert server.requests
    assert koala.config_file.read_text() == text


@in_a_file
def test_key_that_may_not_name_its_account_is_known_by_whom_it_has(live: Run, koala: App, account: Account) -> None:
    """By one who is linked; deleted ones count."""
    account.keys[KEY] = Key(permissions=frozenset({"rak_customer_read", "rak_payment_method_read"}))
    assert live("locations", "set-key", "default", "--api-key-env", "STRIPE_API_KEY").exit_code == 0
    account.customers["cus_123"] = {"id": "cus_123", "object": "customer", "deleted": True}
    assert live("locations", "set-key", "default", "--api-key-env", "STRIPE_API_KEY").exit_code == 0
    del account.customers["cus_123"]
    refused = live("locations", "set-key", "default", "--api-key-env", "STRIPE_API_KEY")
    assert (refused.exit_code, "knows none of the customers that are linked at default" in refused.stderr) == (8, True)


@in_a_file
def test_location_is_removed_by_its_name(live: Run, koala: App, typed: Somebody) -> None:
    """What goes with it is said first; anything else that is typed changes nothing."""
    koala.config_file.write_text(f'[locations.default]\napi_key = "{KEY}"\n')
    koala.__dict__.pop("config", None)
    told = "default has 1 link that will not be used any longer and a key that is kept nowhere else."
    for answer, code in (("", 1), ("yes", 1), ("default", 0)):
        typed.answers = [answer]
        assert live("locations", "remove", "default").exit_code == code
        assert typed.asked[-1] == f"{told} Type default to remove it:"
        assert ("[locations" in koala.config_file.read_text()) is bool(code)


@pytest.mark.parametrize("folder", [".", "backups"])
def test_doctor_tells_of_folders_that_others_can_write_to(home: Path, folder: str) -> None:
    """Whoever may could put a file of his own in the place of the configuration, the store or a copy."""
    koala = App(home=home, environ={}, now=lambda: NOW, may_ask=False)
    run = runner(koala)
    run("customers", "add", "--first-name", "Ann")
    (home / "backups").mkdir(exist_ok=True)
    assert "can write to the folder" not in run("doctor").stdout
    (home / folder).chmod(0o770)
    found = run("doctor")
    assert (found.exit_code, f"can write to the folder {(home / folder)}" in found.stdout) == (9, True)
    assert f"chmod go-w {home / folder}" in found.stdout
    koala.close()
