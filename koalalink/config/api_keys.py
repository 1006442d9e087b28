"""Finding a location's key, or the URL of a shared store, where it is kept."""

import subprocess
from collections.abc import Mapping
from threading import Thread
from typing import IO

from koalalink.domain.settings.configuration import Location, StoreSource
from koalalink.domain.settings.store_url import Address
from koalalink.domain.stripe.api_key import ApiKey
from koalalink.errors import ConfigError

_MOST_BYTES = 10_000
"""Of what a command prints; a key is shorter by far."""

_COMMAND_WAIT = 20.0  # seconds: a password manager may ask for a fingerprint first


def find_key(location: Location, environ: Mapping[str, str], *, wait: float = _COMMAND_WAIT) -> ApiKey:
    """Return the key of a location from where it is kept; a command gets `wait` seconds to print it."""
    source = location.key_source
    text, origin = _found(source.kind, source.words, f"The key of {location.name}", environ, wait, example="rk_live_…")
    return ApiKey(text, origin=origin)


def find_url(source: StoreSource, environ: Mapping[str, str], *, wait: float = _COMMAND_WAIT) -> Address:
    """Return the URL of the shared store from where it is kept, as `find_key` does."""
    example = "postgresql://…"
    text, origin = _found(source.kind, source.words, "The URL of the shared store", environ, wait, example=example)
    return Address(text, origin=origin)


def _found(
    kind: str, words: tuple[str, ...], what: str, environ: Mapping[str, str], wait: float, *, example: str
) -> tuple[str, str]:
    """Return a secret, and where it comes from, as the beginning of a sentence."""
    word = words[0]
    if kind.endswith("_command"):
        return _printed(words, what, wait), f"{what}, as {word} printed it,"
    if not kind.endswith("_env"):
        return word, f"{what}, in config.toml,"
    if word not in environ:
        raise ConfigError(
            f"{what} should be in the environment variable {word}, which is not set.",
            hint=f"Type: export {word}={example}",
        )
    return environ[word], f"{what}, in the environment variable {word},"


def _printed(command: tuple[str, ...], origin: str, wait: float) -> str:
    hint = "Type that command yourself to see what it says."
    try:
        # Its questions and complaints go to the terminal; only what it prints is the key.
        process = subprocess.Popen(command, stdout=subprocess.PIPE)  # noqa: S603
    except OSError as error:
        raise ConfigError(f"{origin} comes from {command[0]}: {error.strerror}.", hint=hint) from error
    printed: list[bytes] = []
    # A thread, as reading from a pipe has no time limit; it ends with the pipe, which a child's child may keep open.
    reader = Thread(target=lambda: printed.append(_first(process.stdout)), daemon=True)
    reader.start()
    reader.join(wait)
    try:
        if reader.is_alive():
            raise subprocess.TimeoutExpired(command, wait)
        if len(printed[0]) > _MOST_BYTES:
            raise ConfigError(f"{origin} comes from {command[0]}, which printed more than a key.", hint=hint)
        code = process.wait(wait)
    except subprocess.TimeoutExpired:
        raise ConfigError(
            f"{origin} comes from {command[0]}, which did not finish within {wait:g} seconds.", hint=hint
        ) from None
    finally:
        process.kill()  # nothing happens to one that has ended
        process.wait()
    if code:
        raise ConfigError(f"{origin} comes from {command[0]}, which failed ({code}).", hint=hint)
    return printed[0].decode("utf-8", "replace")


def _first(stream: IO[bytes] | None) -> bytes:
    if stream is None:
        return b""
    with stream:
        return stream.read(_MOST_BYTES + 1)
