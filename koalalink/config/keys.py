"""Finding a location's key where it is kept."""

import subprocess
from collections.abc import Mapping
from threading import Thread
from typing import IO

from koalalink.domain.api_key import ApiKey
from koalalink.domain.configuration import Location
from koalalink.errors import ConfigError

_MOST_BYTES = 10_000
"""Of what a command prints; a key is shorter by far."""

_COMMAND_WAIT = 20.0  # seconds: a password manager may ask for a fingerprint first


def find_key(location: Location, environ: Mapping[str, str], *, wait: float = _COMMAND_WAIT) -> ApiKey:
    """Return the key of a location from where it is kept; a command gets `wait` seconds to print it."""
    source, origin = location.key_source, f"The key of {location.name}"
    word = source.words[0]
    if source.kind == "api_key":
        return ApiKey(word, origin=f"{origin}, in config.toml,")
    if source.kind == "api_key_command":
        return ApiKey(_printed(source.words, origin, wait), origin=f"{origin}, as {word} printed it,")
    if word not in environ:
        raise ConfigError(
            f"{origin} should be in the environment variable {word}, which is not set.",
            hint=f"Type: export {word}=rk_live_…",
        )
    return ApiKey(environ[word], origin=f"{origin}, in the environment variable {word},")


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
    return printed[0].decode("ascii", "replace")


def _first(stream: IO[bytes] | None) -> bytes:
    if stream is None:
        return b""
    with stream:
        return stream.read(_MOST_BYTES + 1)
