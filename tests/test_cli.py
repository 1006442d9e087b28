"""The program as a shell sees it: exit codes, errors, interruptions, pipes."""

import os
import pty
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from koalalink.app import App
from koalalink.errors import ExitCode
from tests.conftest import Run
from tests.fakes import Somebody, the_only

TOP = Path(__file__).parents[1]


def environment(home: Path, **more: str) -> dict[str, str]:
    """The environment of a process."""
    path = os.pathsep.join([str(TOP), *filter(None, sys.path)])
    return {"PYTHONPATH": path, "KOALALINK_HOME": str(home), "PATH": os.environ.get("PATH", ""), **more}


def process(home: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run the program in a process of its own."""
    command = [sys.executable, "-m", "koalalink", *arguments]
    return subprocess.run(
        command, env=environment(home, **more), capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )


def test_exit_codes_never_change() -> None:
    """Scripts rely on them."""
    assert [int(code) for code in ExitCode] == [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 130]


@pytest.mark.parametrize(
    "arguments",
    [("connect", "42"), ("customers", "list", "--limit", "many"), ("--nonsense",), ("search", "--json")],
)
def test_wrong_usage_is_a_sentence_and_a_hint(run: Run, arguments: tuple[str, ...]) -> None:
    """Exit 2, in the form of every other error."""
    result = run(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    error, hint = result.stderr.splitlines()
    assert error.startswith("Error: ")
    assert hint.startswith("Hint: Type: koalalink")


@pytest.mark.parametrize("arguments", [(), ("customers",), ("locations",)])
def test_command_without_a_verb_shows_its_help(run: Run, arguments: tuple[str, ...]) -> None:
    """And nothing that looks like an error."""
    result = run(*arguments)
    assert "Usage: " in result.output
    assert "Error" not in result.output


@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_help_is_everywhere(run: Run, flag: str) -> None:
    """With both flags, and without touching the store."""
    for command in ((), ("search",), ("connect",), ("customers", "add"), ("locations", "list"), ("demo",)):
        result = run(*command, flag)
        assert (result.exit_code, "Usage: " in result.stdout) == (0, True)


def test_interruption_is_told(run: Run, sandbox: App) -> None:
    """Ctrl-C at a question: 130, and nothing is saved."""

    class Impatient(Somebody):
        def confirm(self, question: str) -> bool:
            raise KeyboardInterrupt

    sandbox.__dict__["talk"] = Impatient()
    result = run("connect", "42", "cus_JaneOfKirkland", "-l", "downtown")
    assert (result.exit_code, result.stderr) == (130, "Error: Stopped.\n")
    assert sandbox.store.record(the_only(sandbox.store, "42")).links == ()


def test_bug_is_a_plain_traceback_without_values(run: Run, sandbox: App) -> None:
    """A bug is not dressed up, and local variables are not printed."""
    sandbox.__dict__["store"] = None
    with pytest.raises(AttributeError):
        run("show", "42")
    del sandbox.__dict__["store"]


def test_version_and_module(home: Path) -> None:
    """`python -m koalalink` is the program, too."""
    done = process(home, "--version")
    assert (done.returncode, done.stdout, done.stderr) == (0, "koalalink 0.1.0\n", "")
    assert not home.exists()


def test_sandbox_lasts_between_commands(home: Path) -> None:
    """Also where it is switched on by the environment; and a reset makes it new."""
    on = {"KOALALINK_SANDBOX": "1"}
    assert process(home, "connect", "42", "cus_123", "-l", "downtown", **on).returncode == 0
    assert "cus_123" in process(home, "customers", "list", "jane", **on).stdout
    assert "cus_123" in process(home, "--sandbox", "show", "42").stdout
    assert process(home, "demo", "--reset").returncode == 0
    assert "cus_123" not in process(home, "--sandbox", "customers", "list", "jane").stdout


def test_proposed_commands_can_be_typed_as_they_are(home: Path) -> None:
    """In the sandbox they are spelled with --sandbox, unless the environment says so already."""
    done = process(home, "--sandbox", "unlink", "54")
    assert "koalalink --sandbox connect 54" in done.stderr
    assert "koalalink --sandbox connect 54 cus_" in process(home, "--sandbox", "unlink", "54").stderr
    assert "koalalink connect 54 cus_" in process(home, "unlink", "54", KOALALINK_SANDBOX="1").stderr


def test_proposed_commands_name_the_configuration_that_was_named(home: Path, tmp_path: Path) -> None:
    """Without it they would reach another store; where the environment names it they need not."""
    config = tmp_path / "my shop.toml"
    config.write_text('[store]\npath = "shop.db"\n')
    assert process(home, "--config", str(config), "customers", "add", "--first-name", "Ann").returncode == 0
    done = process(home, "--config", str(config), "show", "Bob")
    assert f"koalalink --config '{config}' customers list bob" in done.stderr
    done = process(home, "show", "Bob", KOALALINK_CONFIG=str(config))
    assert "koalalink customers list bob" in done.stderr


def test_demo_shows_every_command_and_what_it_prints(home: Path) -> None:
    """In a place of its own: nothing is left behind, and the wrong link is stopped."""
    done = process(home, "demo")
    assert done.returncode == 0
    for typed in ("search jane", "connect 42 cus_JaneOfKirkland", "connect 42 cus_123", "cards 42", "unlink 42"):
        assert f"$ koalalink {typed}" in done.stdout
    assert "was not connected to cus_JaneOfKirkland" in done.stderr
    assert "4242" in done.stdout
    assert done.stdout.rstrip().endswith("koalalink init")
    assert not home.exists()


def test_demo_waits_between_its_steps_for_a_person(home: Path) -> None:
    """At a terminal, where it would run away else."""
    master, slave = pty.openpty()
    command = [sys.executable, "-m", "koalalink", "demo"]
    child = subprocess.Popen(command, env=environment(home), stdin=slave, stdout=subprocess.PIPE, stderr=slave)
    os.close(slave)
    os.write(master, b"\n" * 9)
    told = bytearray()
    with suppress(OSError):  # as a terminal ends when nobody is at its other side any more
        while part := os.read(master, 4096):
            told += part
    out, _ = child.communicate()
    os.close(master)
    assert (child.returncode, out.count(b"$ koalalink")) == (0, 7)
    assert told.count(b"Press Enter to go on.") == 6


@pytest.mark.parametrize("unbuffered", [{}, {"PYTHONUNBUFFERED": "1"}], ids=["", "unbuffered"])
def test_closed_pipe_is_silent(home: Path, unbuffered: dict[str, str]) -> None:
    """`koalalink … | head` leaves no traceback, and does not end as if all had been written."""
    command = [sys.executable, "-m", "koalalink", "--sandbox", "customers", "list", "jane"]
    env = environment(home, **unbuffered)
    child = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert child.stdout is not None
    assert child.stderr is not None
    child.stdout.close()
    told = child.stderr.read()
    child.stderr.close()
    assert child.wait() == 1
    assert told == b""


def test_interruption_during_a_request_ends_at_once(home: Path) -> None:
    """Ctrl-C while Stripe does not answer: 130, and nothing half-written."""
    import socket

    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"http://127.0.0.1:{server.getsockname()[1]}"
        command = [sys.executable, "-m", "koalalink", "connect", "1", "cus_1"]
        key = {"STRIPE_API_KEY": "rk_test_0123456789abcdef", "KOALALINK_API_BASE": address}
        process(home, "customers", "add", "--first-name", "Ann")
        child = subprocess.Popen(
            command,
            env=environment(home, **key),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            # Whoever runs the tests in the background ignores Ctrl-C, and what it starts inherits that.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 - no threads here
        )
        connection, _ = server.accept()  # from here on it waits for an answer
        child.send_signal(signal.SIGINT)
        out, err = child.communicate(timeout=15)
        connection.close()
    assert (child.returncode, out, err) == (130, "", "Error: Stopped.\n")
    assert process(home, "customers", "list", "--linked").stdout.count("\n") == 1


def test_interruption_while_it_is_loaded_is_told_as_any_other(home: Path) -> None:
    """No traceback, though nothing that tells errors is there yet."""
    program = (
        "import sys\n"
        "class Interrupted:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'typer': raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Interrupted())\n"
        "from koalalink.__main__ import main\n"
        "main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment(home), capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "Error: Stopped.\n")


@pytest.mark.parametrize(
    ("variable", "value", "code"),
    [
        ("KOALALINK_API_BASE", "http://api.example.com", 3),
        ("STRIPE_API_KEY", "pk_test_abc", 3),
        ("STRIPE_API_KEY", "", 3),
        ("KOALALINK_CONFIG", "no-such-file.toml", 3),
    ],
)
def test_wrong_environment_is_told(home: Path, variable: str, value: str, code: int) -> None:
    """Before anything is sent."""
    env = {"STRIPE_API_KEY": "rk_test_0123456789abcdef", variable: value}
    done = process(home, "search", "jane", **env)
    assert (done.returncode, done.stdout) == (code, "")
    assert done.stderr.startswith("Error: ")
    assert "Traceback" not in done.stderr


def test_empty_default_location_needs_no_flag(home: Path) -> None:
    """With one key in the environment there is one location."""
    key = {"STRIPE_API_KEY": "rk_test_0123456789abcdef"}
    process(home, "customers", "add", "--first-name", "Ann")
    done = process(home, "connect", "1", "cus_1", "--offline", "--json", **key)
    assert '"location": "default"' in done.stdout


@pytest.mark.parametrize("closed", ["0<&-", "1>&-", "2>&-", "0<&- 1>&- 2>&-"])
@pytest.mark.parametrize("line", ["customers import -", "customers list", "--sandbox customers export -", "show 99"])
def test_closed_stream_is_no_bug(home: Path, closed: str, line: str) -> None:
    """There is nothing to read then, and nobody to tell; the exit code still tells."""
    script = f'exec "{sys.executable}" -m koalalink {line} {closed}'
    done = subprocess.run(["sh", "-c", script], env=environment(home), capture_output=True, text=True, check=False)
    codes = {"customers import -": 2, "show 99": 4}
    assert done.returncode == codes.get(line, 0), done.stderr
    assert "Traceback" not in done.stdout + done.stderr
