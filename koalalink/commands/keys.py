"""Where a location's key comes from, as it is asked for."""

import shlex

from koalalink.domain.api_key import RESTRICTED_KEY_PAGE, ApiKey
from koalalink.errors import UsageError
from koalalink.operations.ports import Conversation


def key_settings(
    conversation: Conversation, title: str, api_key_env: str | None, api_key_command: str | None
) -> dict[str, str | list[str]]:
    """Return what a location's section of config.toml says; a key that is typed is looked at before it is kept."""
    if api_key_env is not None and api_key_command is not None:
        raise UsageError("There are two sources for one key.", hint="Leave one of them out.")
    if api_key_env is not None:
        return {"name": title, "api_key_env": api_key_env}
    if api_key_command is not None:
        return {"name": title, "api_key_command": _words(api_key_command)}
    conversation.note("KoalaLink needs a key that may read customers and payment methods, and nothing else.")
    conversation.note(f"Stripe makes one on this page, already filled in: {RESTRICTED_KEY_PAGE}")
    key = ApiKey(conversation.secret("Paste the key (it is not shown)"), origin="What you pasted")
    return {"name": title, "api_key": key.reveal()}


def _words(command: str) -> list[str]:
    try:
        words = shlex.split(command)
    except ValueError:
        words = []
    if not words:
        raise UsageError("That command cannot be understood.", hint="Are its quotes in pairs?")
    return words
