"""The texts of `koalalink help TOPIC`: one file a topic, shipped with the program."""

from importlib.resources import files

TOPICS = {
    "import": "bringing customers in from a file",
    "matching": "finding out who your customers are at Stripe, all at once",
    "sheet": "deciding in a spreadsheet",
    "files": "where KoalaLink keeps things, backups, and moving to another computer",
    "shared": "one list of customers for several offices",
    "exit-codes": "what the codes mean that commands end with",
    "json": "output for scripts",
    "keys": "the Stripe key: which one, and where to keep it",
    "security": "what is sent where, and what is never done",
}
"""Each topic, and what it is about."""


def text_of(topic: str) -> str:
    """Return the text of a topic, in lines of at most 80 characters."""
    return (files(__name__) / f"{topic}.txt").read_text(encoding="utf-8")
