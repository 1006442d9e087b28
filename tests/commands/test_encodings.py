"""Names in letters that a stream has not: every command, in every encoding that Windows gives one."""

import io
import json
import sys
from pathlib import Path

import pytest

from koalalink import __main__ as program
from koalalink.app import App
from koalalink.cli import app
from koalalink.domain.customers.customer import CustomerDetails
from koalalink.sandbox.fake_stripe import Account
from tests.commands.samples import SAMPLES, prepare
from tests.conftest import Run, in_a_file
from tests.fakes import the_only
from tests.test_cli import process

LETTERS = "Łukasz Żak \u202e日本 ẞ"


class Stream(io.TextIOWrapper):
    """A stream of an encoding, which may be a terminal."""

    def __init__(self, encoding: str, *, is_terminal: bool) -> None:
        self.bytes = io.BytesIO()
        self._is_terminal = is_terminal
        super().__init__(self.bytes, encoding=encoding)

    def isatty(self) -> bool:
        """Tell whether somebody looks."""
        return self._is_terminal


@in_a_file
@pytest.mark.long
@pytest.mark.parametrize("where", ["terminal", "pipe"])
@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "cp437", "ascii"])
@pytest.mark.parametrize("name", SAMPLES)
def test_no_letter_is_a_traceback(
    live: Run,
    koala: App,
    account: Account,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    encoding: str,
    where: str,
) -> None:
    """What was done is saved by then, so that exit 1 would be a lie."""
    for customer in account.customers.values():
        customer["name"] = f"{customer.get('name') or ''} {LETTERS}"
    for number in "12":
        ours = the_only(koala.store, number)
        koala.store.edit(ours, ours.details._replace(last_name=f"{ours.details.last_name} {LETTERS}"))
    prepare(live, name)
    streams = [Stream(encoding, is_terminal=where == "terminal") for _ in range(2)]
    monkeypatch.setattr(sys, "stdout", streams[0])
    monkeypatch.setattr(sys, "stderr", streams[1])
    monkeypatch.setenv("PYTHONIOENCODING", encoding)
    program._let_every_letter_be_written()
    with pytest.raises(SystemExit) as ended:
        app([*SAMPLES[name].line], obj=koala, prog_name="koalalink")
    for stream in streams:
        stream.flush()
    written = b"".join(stream.bytes.getvalue() for stream in streams)
    monkeypatch.undo()
    assert ended.value.code not in (1, None), written
    assert ended.value.code in (0, 8, 9), written
    assert written.decode(encoding)


@pytest.mark.parametrize("chosen", [{}, {"PYTHONIOENCODING": "cp1252"}, {"LC_ALL": "C"}, {"PYTHONUNBUFFERED": "1"}])
def test_program_writes_what_was_chosen(home: Path, chosen: dict[str, str]) -> None:
    """UTF-8 where nobody has chosen; JSON and exports in UTF-8 always, with every letter."""
    koala = App(home=home, environ={})
    koala.store.add(CustomerDetails(first_name="Łukasz"))
    koala.close()
    listed = process(home, "customers", "list", **chosen)
    assert (listed.returncode, "Łukasz" in listed.stdout) == (0, chosen != {"PYTHONIOENCODING": "cp1252"})
    assert json.loads(process(home, "customers", "list", "--json", **chosen).stdout)[0]["first_name"] == "Łukasz"
    for kind in ("csv", "json"):
        assert "Łukasz" in process(home, "customers", "export", "-", "--format", kind, **chosen).stdout
    undone = process(home, "undo", "-y", **chosen)
    assert (undone.returncode, "Traceback" in undone.stderr) == (0, False)
    assert process(home, "customers", "list", "--json").stdout == "[]\n"
