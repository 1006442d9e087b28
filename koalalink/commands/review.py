"""`review`."""

import random
import time

import typer

from koalalink.commands import options as o
from koalalink.context import AppContext
from koalalink.domain.payments import Payments
from koalalink.operations import reviewing
from koalalink.operations.deciding import settle
from koalalink.operations.matching import match, side_by_side

app = typer.Typer(add_completion=False)


@app.command(rich_help_panel=o.BULK)
def review(ctx: typer.Context, location: o.LocationOption = None) -> None:
    """Decide one by one who is who at Stripe, at the terminal.

    One person a screen, one key an answer. Likely ones of one reason can be confirmed together. Every answer is kept at
    once, and can be undone.

    Example: koalalink review --location downtown
    """
    koala = AppContext.of(ctx)
    place, store, talk = koala.decision_place(location), koala.store, koala.conversation
    found = match(store, koala.directory, place.location, talk, now=koala.now, payments=Payments())
    pairs = side_by_side(store, koala.directory, place.location, found.proposals)
    done = reviewing.review(
        pairs,
        koala.desk,
        store,
        lambda decided, action: settle(decided, store, place, talk, action=action, note="review", now=koala.now),
        talk,
        now=koala.now,
        clock=time.monotonic,
        sample=random.sample,
    )
    talk.note(reviewing.in_words(done))
