"""Finding a location's key where it is kept."""

import subprocess
from collections.abc import Mapping

from koalalink.domain.api_key import ApiKey
from koalalink.domain.configuration import KeyFromCommand, KeyInFile, Location
from koalalink.errors import CorrectTheSetup

_COMMAND_WAIT = 20.0  # seconds: a password manager may ask for a fingerprint first


def find_key(location: Location, environ: Mapping[str, str], *, wait: float = _COMMAND_WAIT) -> ApiKey:
    """Return the key of a location from where it is kept; a command gets `wait` seconds to print it."""
    source, origin = location.key_source, f"The key of {location.name}"
    if isinstance(source, KeyInFile):
        return ApiKey(source.text, origin=f"{origin}, in config.toml,")
    if isinstance(source, KeyFromCommand):
        return ApiKey(_printed(source.command, origin, wait), origin=f"{origin}, as {source.command[0]} printed it,")
    if source.variable not in environ:
        raise CorrectTheSetup(
            f"{origin} should be in the environment variable {source.variable}, which is not set.",
            hint=f"Type: export {source.variable}=rk_live_…",
        )
    return ApiKey(environ[source.variable], origin=f"{origin}, in the environment variable {source.variable},")


def _printed(command: tuple[str, ...], origin: str, wait: float) -> str:
    hint = "Type that command yourself, and see what it says."
    try:
        # Its questions and complaints go to the terminal; only what it prints is the key.
        process = subprocess.Popen(command, stdout=subprocess.PIPE)  # noqa: S603
    except OSError as error:
        raise CorrectTheSetup(f"{origin} comes from {command[0]}: {error.strerror}.", hint=hint) from error
    with process:
        try:
            printed, _ = process.communicate(timeout=wait)
        except subprocess.TimeoutExpired:
            process.kill()
            # A child of its own may hold the pipe open for ever; what it prints is of no use any more.
            if process.stdout:
                process.stdout.close()
            raise CorrectTheSetup(
                f"{origin} comes from {command[0]}, which has not ended in {wait:g} seconds.", hint=hint
            ) from None
    if process.returncode:
        raise CorrectTheSetup(f"{origin} comes from {command[0]}, which failed ({process.returncode}).", hint=hint)
    return printed.decode("ascii", "replace")
