"""The history in words that can be read aloud."""

from datetime import UTC, datetime, timedelta

import pytest

from koalalink.domain.history.changes import Action, Change, ChangeItem, Tally, Values
from koalalink.domain.history.descriptions import ago, consequences, in_words, read_since
from koalalink.errors import UsageError
from tests.conftest import NOW

JANE = "Jane Doe (42)"


def link(stripe_id: str, *, enabled: int = 1, verified_at: int | None = None) -> Values:
    """A link's row."""
    return {"stripe_id": stripe_id, "enabled": enabled, "verified_at": verified_at}


def item(before: Values | None, after: Values | None, location: str | None = "downtown") -> ChangeItem:
    """Something that was done to Jane."""
    return ChangeItem(customer=42, name=JANE, location=location, before=before, after=after)


def change(action: Action, *items: ChangeItem, undoes: int | None = None) -> Change:
    """A change by somebody."""
    return Change(
        number=7, at=NOW, by="ann", action=action, note=None, items=items, tallies=(), undoes=undoes, undone_by=None
    )


_EMAIL: Values = {"email": "jane@x.com", "zip_code": ""}
_NEW_EMAIL: Values = {"email": "doe@x.com", "zip_code": "98101"}

SAID = [
    (
        change(Action.CONNECTED, item(None, link("cus_1"))),
        "connected Jane Doe (42) to cus_1 at downtown",
        ["Jane Doe (42) will no longer be connected to cus_1 at downtown any more."],
    ),
    (
        change(Action.REPLACED, item(link("cus_1"), link("cus_2"))),
        "connected Jane Doe (42) to cus_2 at downtown, replacing cus_1",
        ["Jane Doe (42) will be connected to cus_1 at downtown again, instead of cus_2."],
    ),
    (
        change(Action.VERIFIED, item(link("cus_1"), link("cus_1", verified_at=1))),
        "verified that Jane Doe (42) is cus_1 at downtown",
        ["The link of Jane Doe (42) to cus_1 at downtown will count as not verified again."],
    ),
    (
        change(Action.UNLINKED, item(link("cus_1"), None), item(link("cus_2"), None, "uptown")),
        "unlinked Jane Doe (42) from cus_1 at downtown and cus_2 at uptown",
        [
            "Jane Doe (42) will be connected to cus_2 at uptown again.",
            "Jane Doe (42) will be connected to cus_1 at downtown again.",
        ],
    ),
    (
        change(Action.DISABLED, item(link("cus_1"), link("cus_1", enabled=0))),
        "switched off the link of Jane Doe (42) to cus_1 at downtown",
        ["The link of Jane Doe (42) to cus_1 at downtown will be switched on."],
    ),
    (
        change(Action.ENABLED, item(link("cus_1", enabled=0), link("cus_1"))),
        "switched on the link of Jane Doe (42) to cus_1 at downtown",
        ["The link of Jane Doe (42) to cus_1 at downtown will be switched off."],
    ),
    (change(Action.ADDED, item(None, _EMAIL, None)), "added Jane Doe (42)", ["Jane Doe (42) will be removed."]),
    (
        change(Action.EDITED, item(_EMAIL, _NEW_EMAIL, None)),
        "changed email, zip code of Jane Doe (42)",
        ["Jane Doe (42) will have email “jane@x.com”, zip code “” again."],
    ),
    (
        change(Action.IMPORTED, item({"email": "", "extra": ""}, {"email": "a@x.com", "extra": '{"Tag": "x"}'}, None)),
        "imported Jane Doe (42)",
        ["Jane Doe (42) will have email “”, the former other columns again."],
    ),
    (
        change(Action.REMOVED, item(link("cus_1"), None), item(_EMAIL, None, None)),
        "removed Jane Doe (42), and the link to cus_1 at downtown",
        ["Jane Doe (42) will be restored.", "Jane Doe (42) will be connected to cus_1 at downtown again."],
    ),
    (
        change(Action.UNDONE, item(link("cus_1"), None), undoes=5),
        "undid change 5",
        ["Jane Doe (42) will be connected to cus_1 at downtown again."],
    ),
]


@pytest.mark.parametrize(("done", "words", "back"), SAID, ids=[words for _, words, _ in SAID])
def test_change_and_its_undoing_are_said_in_words(done: Change, words: str, back: list[str]) -> None:
    """Who, to which Stripe ID, where; and what will be restored."""
    assert (in_words(done), list(consequences(done))) == (words, back)


def test_change_of_many_is_counted() -> None:
    """Three thousand names are no sentence."""
    tallies = (
        Tally(noun="customer", kind="new", size=2_000),
        Tally(noun="customer", kind="gone", size=1),
        Tally(noun="link", kind="changed", size=1),
    )
    done = change(Action.ADDED)._replace(tallies=tallies)
    assert in_words(done) == "added 2,001 customers and 1 link"
    assert list(consequences(done)) == [
        "2,000 customers that it added will be removed.",
        "1 customer will be restored.",
        "1 link will be as before.",
    ]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "just now"),
        (-50, "just now"),
        (59, "just now"),
        (60, "1 minute ago"),
        (3599, "59 minutes ago"),
        (7300, "2 hours ago"),
        (86_400, "1 day ago"),
        (30 * 86_400, "30 days ago"),
        (31 * 86_400, "2026-10-23"),
    ],
)
def test_time_is_said_as_people_say_it(seconds: int, words: str) -> None:
    """Also where a clock was put back since."""
    assert ago(NOW - timedelta(seconds=seconds), NOW) == words


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("3d", NOW - timedelta(days=3)),
        ("12h", NOW - timedelta(hours=12)),
        (" 2w ", NOW - timedelta(weeks=2)),
        ("90m", NOW - timedelta(minutes=90)),
        ("2026-11-01T09:30+01:00", datetime(2026, 11, 1, 8, 30, tzinfo=UTC)),
        ("2026-11-01", datetime(2026, 11, 1).astimezone(UTC)),
        ("today", datetime(2026, 11, 23).astimezone(UTC)),
        ("Yesterday", datetime(2026, 11, 22).astimezone(UTC)),
    ],
)
def test_since_is_read_as_people_type_it(text: str, moment: datetime) -> None:
    """A date begins at midnight here."""
    assert read_since(text, NOW) == moment


@pytest.mark.parametrize("text", ["0001-01-01T00:00+01:00", "", "soon", "3", "3x", "2026-13-01", "99999999d"])
def test_no_time_is_said_to_be_none(text: str) -> None:
    """With an example of what is one."""
    with pytest.raises(UsageError, match="is not a date or time") as refused:
        read_since(text, NOW)
    assert refused.value.hint is not None
    assert "2026-11-01" in str(refused.value.hint)
