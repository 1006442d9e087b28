"""Why two people can be one, in words that many pairs share."""

from koalalink.domain.identity.field_comparison import Level, Reach, Told
from koalalink.domain.identity.person import Likeness
from koalalink.domain.text import listed

_NAMES = {
    Level.SAME: "same name",
    Level.NICKNAME: "nickname",
    Level.INITIAL: "only an initial",
    Level.ERROR: "typing error in the name",
    Level.MISSING: "no name to compare",
    Level.OTHER: "different first name",
}


def in_words(alike: Likeness) -> str:
    """Return why two people can be one, in words that many pairs share."""
    if alike.same_id:
        return "the same ID on both sides"
    if alike.same_payment:
        return "the same payment on both sides"
    name = _NAMES[alike.given]
    if alike.given is not Level.OTHER and alike.surname in (Level.OTHER, Level.ERROR, Level.INITIAL, Level.MISSING):
        name = {
            Level.OTHER: "different last name",
            Level.MISSING: name if alike.given is Level.MISSING else "no last name",
        }.get(alike.surname, "typing error in the name")
    elif alike.surname is Level.PART and alike.given is Level.SAME:
        name = "part of a double name"
    if alike.by_hint:
        name = f"no name at Stripe, {alike.by_hint}: {name}"
    if not alike.same_generation:
        name += ", Jr or Sr"
    if alike.couple:
        name += " of one person of a couple"
    same = [
        what
        for what, reach in (("email", alike.email), ("phone", alike.phone), ("address", alike.house))
        if reach is Reach.SAME
    ]
    near = ["nearly the same email"] if alike.email is Reach.NEAR else []
    near += ["email or phone in the description or billing details"] if alike.told_contact and not same else []
    near += ["description or card of somebody else"] if alike.told is Told.ANOTHER else []
    parts = [f"same {listed(same)}"] if same else []
    if not parts and not near and alike.zip is Reach.SAME:
        parts = ["same ZIP code"]
    return ", ".join([name, *parts, *near])


def agreeing(alike: Likeness) -> tuple[str, ...]:
    """Return the fields that are the same on both sides."""
    named = {alike.given, alike.surname} <= {Level.SAME, Level.NICKNAME, Level.PART}
    return ("name",) * named + _fields(alike, Reach.SAME)


def differing(alike: Likeness) -> tuple[str, ...]:
    """Return the fields that both sides have, and that differ."""
    named = Level.OTHER in (alike.given, alike.surname) or not alike.generation
    return ("name",) * named + _fields(alike, Reach.OTHER)


def _fields(alike: Likeness, wanted: Reach) -> tuple[str, ...]:
    reached = (("email", alike.email), ("phone", alike.phone), ("address", alike.house), ("zip", alike.zip))
    return tuple(field for field, reach in reached if reach is wanted)
