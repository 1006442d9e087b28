"""The root command: it finds every other, and turns errors into sentences and exit codes."""

import gc

# Loading modules makes thousands of objects and hardly any garbage; looking for it takes 6 of 80 ms.
gc.set_threshold(100_000)

import errno
import os
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, ClassVar, TextIO

import typer
from typer.exceptions import TyperException

from koalalink import __version__
from koalalink.app import App
from koalalink.command_line import Command, Text, lines_of
from koalalink.commands.lazy_group import LazyGroup
from koalalink.domain.stripe.api_key import has_key
from koalalink.domain.text import printable
from koalalink.errors import Aborted, ExitCode, KoalaError, UsageError

_SANDBOX = "--sandbox"
_OF_CUSTOMERS = "list add edit merge remove forget import export".split()
_DISK_ERRORS = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)


class Root(LazyGroup):
    """Prints an error as `Error:` and `Hint:` on stderr and ends with its exit code; a bug stays a traceback."""

    modules: ClassVar[dict[str, str]] = {
        "search": "search",
        "show": "links",
        "connect": "links",
        "unlink": "links",
        "enable": "links",
        "disable": "links",
        "cards": "links",
        "history": "history",
        "undo": "history",
        "customers": "customers",
        "remap": "remap",
        "sync": "sync",
        "verify": "verify",
        "status": "status",
        "match": "match",
        "review": "review",
        "apply": "match",
        "duplicates": "status",
        "init": "setup.setup",
        "doctor": "setup.setup",
        "backup": "backup",
        "restore": "backup",
        "locations": "setup.locations",
        "demo": "setup.demo",
        "help": "setup.help",
    }
    meant: ClassVar[dict[str, tuple[str, ...]]] = {
        "find": ("search",),
        "lookup": ("search",),
        **{name: ("customers", name) for name in _OF_CUSTOMERS},
        "ls": ("customers", "list"),
        "delete": ("customers", "remove"),
        "customer": ("customers",),
        "location": ("locations",),
        "link": ("connect",),
        "disconnect": ("unlink",),
        "card": ("cards",),
        "setup": ("init",),
        "login": ("init",),
        "check": ("verify",),
    }
    otherwise: ClassVar[tuple[str, ...]] = ("search",)

    def make_context(self, info_name: str | None, args: list[str], *rest: Any, **extra: Any) -> Any:
        """Read the options of the root command; --sandbox may also stand behind the command."""
        end = args.index("--") if "--" in args else len(args)
        if _SANDBOX in args[:end]:
            args = [_SANDBOX, *(word for word in args[:end] if word != _SANDBOX), *args[end:]]
        with _told(None):
            _refuse_keys(args, os.environ)
            return super().make_context(info_name, args, *rest, **extra)

    def invoke(self, ctx: Any) -> Any:
        """Run a command."""
        with _told(ctx):
            result = super().invoke(ctx)
            sys.stdout.flush()  # a closed pipe is noticed here, not at the very end
            return result


def _refuse_keys(words: Iterable[str], environ: Mapping[str, str]) -> None:
    """Raise UsageError where a key was typed: no option takes one, and it must not end up in a name or a message."""
    if any(map(has_key, words)):
        raise UsageError(
            "What you typed has a Stripe key in it. It was not used, and is not saved anywhere by KoalaLink.",
            hint="A key is only pasted where KoalaLink asks for one: "
            + Command("locations", "set-key", "NAME")
            + ". This one is in your shell's history now: delete it in the Stripe Dashboard, and make a new one.",
        )
    for name, value in environ.items():
        if name.startswith("KOALALINK_") and has_key(value):
            raise UsageError(
                f"The environment variable {name} has a Stripe key in it. It was not used.",
                hint="A key belongs in the variable that api_key_env names, or in STRIPE_API_KEY.",
            )


@contextmanager
def _told(ctx: Any) -> Iterator[None]:
    try:
        with _errors_told(ctx):
            yield
    except OSError as error:
        if error.errno not in _DISK_ERRORS:
            raise
        sys.stdout = _nowhere()
        _say(f"The output cannot be written: {error.strerror}.", "What was done was saved: " + Command("history"))
        raise typer.Exit(ExitCode.STORE) from error


@contextmanager
def _errors_told(ctx: Any) -> Iterator[None]:
    try:
        yield
    except Aborted as answer:
        typer.echo(answer.message, err=True)
        raise typer.Exit(answer.exit_code) from answer
    except KoalaError as error:
        made = ctx.obj if ctx else None
        if ctx and not made:  # the command was not found yet
            made = App(sandbox=ctx.params.get("sandbox") or False, config_file=ctx.params.get("config"))
        _say(error.message, error.hint, made.spelled if made else str)
        raise typer.Exit(error.exit_code) from error
    except TyperException as error:
        if type(error).__name__ == "NoArgsIsHelpError":  # it is no error; Typer itself tells it by its name
            raise
        usage = getattr(error, "ctx", None)
        _say(error.format_message(), f"Type: {usage.command_path if usage else 'koalalink'} --help")
        raise typer.Exit(error.exit_code) from error
    except KeyboardInterrupt:
        _say("Stopped.", None)
        raise typer.Exit(ExitCode.INTERRUPTED) from None


def _say(message: str, hint: Text | None, spelled: Callable[[Text], str] = str) -> None:
    sys.stdout.flush()
    texts: list[Text] = [f"Error: {message}", *(["Hint: " + hint] if hint else [])]
    width = shutil.get_terminal_size().columns if sys.stderr.isatty() else sys.maxsize
    try:
        for text in texts:
            for line in lines_of(text, spelled, width):
                typer.echo(printable(line), err=True)
    except OSError:  # where nobody can be told, the exit code still tells
        sys.stderr = _nowhere()


def _nowhere() -> TextIO:
    """Return what takes the place of a stream that has failed; else Python tries to write the rest at its end."""
    return Path(os.devnull).open("w")


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"koalalink {__version__}")
        raise typer.Exit


app = typer.Typer(
    name="koalalink",
    cls=Root,
    no_args_is_help=True,
    pretty_exceptions_enable=False,  # Typer's own shows local variables, and a key may be among them
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def root(
    ctx: typer.Context,
    sandbox: Annotated[
        bool, typer.Option(_SANDBOX, envvar="KOALALINK_SANDBOX", help="Try it on made-up people, without a key.")
    ] = False,
    config: Annotated[
        Path | None, typer.Option("--config", envvar="KOALALINK_CONFIG", metavar="FILE", help="Another config.toml.")
    ] = None,
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_show_version, help="Show the version.")
    ] = False,
) -> None:
    """Tell your booking system which Stripe customer is which of yours, and never the wrong one.

    New here? Type: koalalink demo
    """
    if ctx.obj is None:
        ctx.obj = App(sandbox=sandbox, config_file=config)
        ctx.call_on_close(ctx.obj.leave)
