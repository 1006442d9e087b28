"""The history in words: what a change did, and what taking it back will do."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from koalalink.domain.history.changes import Action, Change, ChangeItem, Values
from koalalink.domain.text import counted, listed
from koalalink.errors import UsageError

_NOUNS = ("customer", "link", "refusal")
_BOTH = 2
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def in_words(change: Change) -> str:
    """Return what a change did, as "connected Jane Doe (42) to cus_123 at downtown"."""
    if change.action is Action.UNDONE:
        return f"undid change {change.undoes}"
    if change.moved:
        return "renamed the location {} to {}".format(*change.moved)
    customers = {item.customer: item.name for item in change.items}
    if change.action is Action.FORGOTTEN:
        return f"erased {listed(f'customer {number}' for number in customers)}"
    links = [item for item in change.items if item.location is not None and not item.refused]
    refused = listed(f"{item.refused} at {item.location}" for item in change.items if item.refused)
    if change.action is Action.MERGED and len(customers) == _BOTH:
        gone = [item.customer for item in change.items if item.location is None and item.after is None]
        one, into = sorted(customers, key=lambda number: number not in gone)
        return f"merged {customers[one]} into {customers[into]}"
    if len(customers) != 1:
        numbers = {noun: sum(t.size for t in change.tallies if t.noun == noun) for noun in _NOUNS}
        nouns = [counted(size, noun) for noun, size in numbers.items() if size]
        return f"{change.action} {listed(nouns) or 'nothing'}"
    who = "".join(customers.values())
    if refused:
        return f"said that {who} is not {refused}"
    where = listed(f"{_stripe_id(item)} at {item.location}" for item in links)
    replaced = listed(str((item.before or {}).get("stripe_id")) for item in links)
    fields = ", ".join(name for item in change.items if item.location is None for name in _differing(item)) or "details"
    return {
        Action.CONNECTED: f"connected {who} to {where}",
        Action.MATCHED: f"connected {who} to {where}",
        Action.APPLIED: f"connected {who} to {where}",
        Action.REPLACED: f"connected {who} to {where}, replacing {replaced}",
        Action.VERIFIED: f"verified that {who} is {where}",
        Action.UNLINKED: f"unlinked {who} from {where}",
        Action.ENABLED: f"switched on the link of {who} to {where}",
        Action.DISABLED: f"switched off the link of {who} to {where}",
        Action.EDITED: f"changed {fields} of {who}" + (f"; the link to {where} is no longer verified" if links else ""),
        Action.REMOVED: f"removed {who}" + (f", and the link to {where}" if links else ""),
    }.get(change.action, f"{change.action} {who}")


def consequences(change: Change) -> Iterator[str]:
    """Yield what taking a change back will do, a sentence each."""
    if change.moved:
        yield "The location {1} will be called {0} again.".format(*change.moved)
        return
    for tally in () if change.items else change.tallies:
        many = counted(tally.size, tally.noun)
        yield {
            "new": f"{many} that it added will be removed.",
            "changed": f"{many} will be as before.",
            "gone": f"{many} will be restored.",
        }[tally.kind]
    for item in reversed(change.items):
        if item.location is None and item.before == item.after:
            continue
        if item.refused:
            may = "may" if item.before is None else "may not"
            yield f"{item.refused} {may} be proposed for {item.name} at {item.location} again."
        else:
            yield _link_again(item) if item.location is not None else _customer_again(item)


def read_since(text: str, now: datetime) -> datetime:
    """Return the time that "yesterday", "2026-11-01", "2026-11-01T09:30", "3d" or "12h" means.

    Times are the computer's own unless they name a zone. Raises UsageError.
    """
    if (days := {"today": 0, "yesterday": 1}.get(text.strip().lower())) is not None:
        midnight = now.astimezone().replace(hour=0, minute=0, second=0)
        return (midnight - timedelta(days=days)).astimezone(UTC)
    if ago := re.fullmatch(r"(\d{1,5})([mhdw])", text.strip()):
        return now - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
    try:
        return datetime.fromisoformat(text.strip()).astimezone(UTC)
    except (ValueError, OverflowError):  # the first and the last of all years may be another in UTC
        raise UsageError(
            f"“{text}” is not a date or time.",
            hint="Type yesterday, a date like 2026-11-01, or how long ago: 12h, 3d or 2w.",
        ) from None


def ago(moment: datetime, now: datetime) -> str:
    """Return how long ago something was, as people say it; what is older than a month as a date."""
    seconds = (now - moment).total_seconds()
    for limit, size, unit in ((3600, 60, "minute"), (86_400, 3600, "hour"), (31 * 86_400, 86_400, "day")):
        if seconds < limit:
            return f"{counted(int(seconds // size), unit)} ago" if seconds >= size else "just now"
    return f"{moment:%Y-%m-%d}"


def _customer_again(item: ChangeItem) -> str:
    if item.before is None:
        return f"{item.name} will be removed."
    if item.after is None:
        return f"{item.name} will be restored."
    fields = _differing(item).items()
    back = ", ".join(f"{name} “{item.before[key]}”" if key != "extra" else f"the former {name}" for name, key in fields)
    return f"{item.name} will have {back} again."


def _link_again(item: ChangeItem) -> str:
    place = f"at {item.location}"
    if item.before is None:
        return f"{item.name} will no longer be connected to {_stripe_id(item)} {place} any more."
    old, new = item.before.get("stripe_id"), (item.after or {}).get("stripe_id")
    if item.after is None:
        return f"{item.name} will be connected to {old} {place} again."
    if old != new:
        return f"{item.name} will be connected to {old} {place} again, instead of {new}."
    if item.before.get("enabled") != item.after.get("enabled"):
        return f"The link of {item.name} to {old} {place} will be switched {'on' if item.before['enabled'] else 'off'}."
    verified = "verified" if item.before.get("verified_at") and not item.after.get("verified_at") else "not verified"
    return f"The link of {item.name} to {old} {place} will count as {verified} again."


def _differing(item: ChangeItem) -> dict[str, str]:
    before, after = item.before or {}, item.after or {}
    names = {"extra": "other columns"}
    return {names.get(key, key.replace("_", " ")): key for key in before if before[key] != after.get(key)}


def _stripe_id(item: ChangeItem) -> str:
    values: Values = item.after or item.before or {}
    return str(values.get("stripe_id") or "an ID that was erased")
