"""Records of Stripe's that cannot be read: they are left out, and named, and everything else goes on."""

from collections.abc import Collection

from koalalink.domain.text import counted, listed

_NAMED = 5


def left_out_in_words(location: str, left_out: Collection[str]) -> str | None:
    """Return a sentence that names what was left out at a location; None where nothing was."""
    if not left_out:
        return None
    named = [*left_out][:_NAMED]
    more = [f"{len(left_out) - _NAMED:,} more"] if len(left_out) > _NAMED else []
    return f"{counted(len(left_out), 'record')} of Stripe's at {location} could not be read: {listed([*named, *more])}."
