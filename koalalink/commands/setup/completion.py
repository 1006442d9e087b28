"""What the shell proposes after Tab: customers, locations and changes, without asking Stripe."""

import os
import re
from collections.abc import Callable

import typer

from koalalink.app import App
from koalalink.domain.history.descriptions import in_words
from koalalink.domain.text import fold
from koalalink.errors import KoalaError

_MOST = 50
# zsh runs what it is given through eval; a name must not become a command there.
_UNSAFE = re.compile(r"[^\w\s.,’@+-]")
_TYPEABLE = re.compile(r"[^\W_][\w .-]*")
"""A name that needs nothing but its spaces quoted."""
_Proposals = list[tuple[str, str]]


def customers(ctx: typer.Context, incomplete: str) -> _Proposals:
    """Propose customers by number, each with the name, or by the name that was begun."""
    return _proposed(ctx, lambda app: _by_number_or_name(app, incomplete))


def stripe_ids(ctx: typer.Context, incomplete: str) -> _Proposals:
    """Propose Stripe customers that sync has copied, each with the name."""
    return _proposed(ctx, lambda app: _copied(app, incomplete))


def either_side(ctx: typer.Context, incomplete: str) -> _Proposals:
    """Propose customers of the store, or what begins with cus_ of those that sync has copied."""
    propose = _copied if incomplete.startswith("cus") else _by_number_or_name
    return _proposed(ctx, lambda app: propose(app, incomplete))


def _by_number_or_name(app: App, incomplete: str) -> _Proposals:
    if not incomplete or incomplete.isdecimal():
        return _told([(str(c.number), c.details.name) for c in app.store.numbered(incomplete, _MOST)])
    begun = fold(incomplete)
    found = app.store.page(incomplete, limit=_MOST).customers if begun else ()
    names = [each.customer.details.name for each in found]
    # Shells take no proposal that does not begin as was typed, upper and lower case included.
    rest = (name[len(incomplete) :] for name in names if _TYPEABLE.fullmatch(name) and fold(name).startswith(begun))
    return [(_escaped(incomplete + end), "") for end in dict.fromkeys(rest)]


def _copied(app: App, incomplete: str) -> _Proposals:
    found = app.directory.beginning(incomplete if incomplete.startswith("cus_") else "cus_", _MOST)
    return _told([(each.stripe_id, each.name or each.email) for each in found])


def _told(proposals: _Proposals) -> _Proposals:
    """Return proposals as Bash shows them, which has no place for what they are: behind them, while there are several.

    What several begin with alike ends before that, so it is never inserted.
    """
    if not _is_bash() or len(proposals) == 1:
        return proposals
    return [(f"{value}  {_harmless(text)}".rstrip(), "") for value, text in proposals]


def _escaped(name: str) -> str:
    """Return a name as one word; the other shells do that themselves."""
    return name.replace(" ", "\\ ") if _is_bash() else name


def _is_bash() -> bool:
    return os.environ.get("_KOALALINK_COMPLETE") == "complete_bash"


def locations(ctx: typer.Context, incomplete: str) -> _Proposals:
    """Propose the locations that are set up."""

    def named(app: App) -> _Proposals:
        return [(name, place.title) for name, place in app.config.locations.items() if name.startswith(incomplete)]

    return _proposed(ctx, named)


def changes(ctx: typer.Context, incomplete: str) -> _Proposals:
    """Propose the newest changes, each with what it did."""

    def newest(app: App) -> _Proposals:
        found = app.store.changes(limit=_MOST)
        return [(str(c.number), in_words(c)) for c in found if str(c.number).startswith(incomplete)]

    return _proposed(ctx, newest)


def _harmless(text: str) -> str:
    return " ".join(_UNSAFE.sub(" ", text.replace("'", "’")).split())


def _proposed(ctx: typer.Context, propose: Callable[[App], _Proposals]) -> _Proposals:
    """Return proposals; none where there is no store yet, or anything is wrong: Tab is no place for errors."""
    options = ctx.find_root().params
    app = App(sandbox=options.get("sandbox") or False, config_file=options.get("config"), in_a_hurry=True)
    try:
        proposals = propose(app) if app.config.shared or app.config.store_path.exists() else []
        return [(value, _harmless(text)) for value, text in proposals]
    except KoalaError:
        return []
    finally:
        app.close()
