"""What the shell proposes after Tab: customers, locations and changes, without asking Stripe."""

import re
from collections.abc import Callable

import typer

from koalalink.app import App
from koalalink.domain.chronicle import in_words
from koalalink.errors import KoalaError

_MOST = 50
# zsh runs what it is given through eval; a name must not become a command there.
_UNSAFE = re.compile(r"[^\w\s.,’@+-]")
_Proposals = list[tuple[str, str]]


def customers(ctx: typer.Context, incomplete: str) -> _Proposals:
    """Propose customers by number, each with the name; shells take no proposal that does not begin as was typed."""

    def numbered(app: App) -> _Proposals:
        return [(str(c.number), c.details.name) for c in app.store.numbered(incomplete, _MOST)]

    return _proposed(ctx, numbered)


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


def _proposed(ctx: typer.Context, propose: Callable[[App], _Proposals]) -> _Proposals:
    """Return proposals; none where there is no store yet, or anything is wrong: Tab is no place for errors."""
    options = ctx.find_root().params
    app = App(sandbox=options.get("sandbox") or False, config_file=options.get("config"))
    try:
        proposals = propose(app) if app.config.store_path.exists() else []
        return [(value, " ".join(_UNSAFE.sub(" ", text.replace("'", "’")).split())) for value, text in proposals]
    except KoalaError:
        return []
    finally:
        app.close()
