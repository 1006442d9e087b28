"""Every type of result in every form: JSON with the fields that were promised, tabs, and what people see."""

import inspect
import io
import json
from typing import Any

import pytest
from rich.console import Console

from koalalink.app import App
from koalalink.operations.partial import Partial
from koalalink.render import json_tsv
from koalalink.render.messages import SENTENCES
from koalalink.render.records import RECORDS
from koalalink.render.views import dispatch
from tests.commands.samples import SAMPLES, prepare
from tests.conftest import NOW, Run

_CARD = "payment_method brand last4 exp_month exp_year funding wallet default expired type bank holder usable"
_CUSTOMER = "customer external_id first_name last_name company email phone address city state zip country notes links"
_CHANGE = "change at by action customer location stripe_id before note undone_by"
_BACKUP = "file customers links changes changed_at kept"
FIELDS = {
    "Hits": "location stripe_id name email phone created livemode card payment_method linked_to url",
    "CustomerPage": f"{_CUSTOMER} cards",
    "StripePage": "location stripe_id name email phone created livemode address description card_holder "
    "metadata linked_to url cards",
    "Connected": "customer name location stripe_id status checks cards",
    "Unlinked": "customer location stripe_id",
    "Switched": "customer location stripe_id enabled",
    "SavedCards": f"location stripe_id {_CARD} enabled",
    "History": _CHANGE,
    "Undone": _CHANGE,
    "CustomerList": _CUSTOMER,
    "Added": _CUSTOMER,
    "Edited": _CUSTOMER,
    "Removed": _CUSTOMER,
    "Merged": _CUSTOMER,
    "Forgotten": "customer change links copies changes external_id at_stripe blanked mentioned backups",
    "Imported": "file rows added sharing updated unchanged skipped repeated other_addresses rejected linked "
    "already_linked links_rejected change rejects columns left_out problems",
    "Remapped": "file location links moved unchanged missing conflicts change problems",
    "Matched": "customer location stripe_id tier reason agrees differs rivals duplicates",
    "Settled": "location linked refused unchanged later verified change problems",
    "Synced": "location customers new changed gone",
    "Status": "location customers linked switched_off ready no_card expired gone expiring problems verified_at "
    "copied_at",
    "Duplicates": "location same pick reason customers",
    "OwnDuplicates": "same pick reason customers",
    "Verified": "customer location stripe_id problem detail",
    "BackedUp": _BACKUP,
    "Restored": _BACKUP,
    "Locations": "location name default mode key answers problem account account_name",
    "Checkup": "about health finding advice",
}
"""What programs rely on; a field is added at times, and none is taken away."""

_SHOWING = {
    "search": "Hits", "show": "CustomerPage", "show-stripe": "StripePage", "connect": "Connected", "unlink": "Unlinked",
    "disable": "Switched", "cards": "SavedCards", "history": "History", "undo": "Undone",
    "customers-list": "CustomerList", "customers-add": "Added", "customers-edit": "Edited",
    "customers-merge": "Merged", "customers-forget": "Forgotten",
    "customers-remove": "Removed", "customers-import": "Imported", "remap": "Remapped", "match": "Matched",
    "apply": "Settled", "sync": "Synced", "status": "Status", "duplicates": "Duplicates",
    "duplicates-mine": "OwnDuplicates", "verify": "Verified",
    "backup": "BackedUp", "restore": "Restored", "locations-list": "Locations", "doctor": "Checkup",
}  # fmt: skip
"""The sample that shows each type of result."""


def test_every_type_of_result_is_tried_here() -> None:
    """Its fields are pinned, a command shows it, and it is drawn for people."""
    assert {name: form.fields for name, form in RECORDS.items()} == FIELDS
    assert set(_SHOWING.values()) == set(FIELDS) == set(dispatch.DRAWINGS) | set(SENTENCES)


@pytest.mark.parametrize("name", _SHOWING)
def test_result_is_shown_in_every_form(live: Run, koala: App, name: str) -> None:
    """JSON has these fields in this order; a pipe gets one table with a header; a terminal gets something to read."""
    shown: list[object] = []
    koala.__dict__["show"] = lambda result, as_json=False: shown.append(result)
    prepare(live, name)
    shown.clear()
    live(*SAMPLES[name].line)
    result = shown[0].value if isinstance(shown[0], Partial) else shown[0]
    kind = _SHOWING[name]
    assert type(result).__name__ == kind
    told: Any = json.loads(json_tsv.as_json(result, NOW))
    for row in told if isinstance(told, list) else [told]:
        assert " ".join(row) == FIELDS[kind]
    lines = json_tsv.as_tabs(result, NOW).removesuffix("\n").split("\n")
    if kind not in SENTENCES:
        assert len({line.count("\t") for line in lines}) == 1
        assert len(lines) >= 2 or told == []
    console = Console(file=io.StringIO(), width=80, highlight=False)
    dispatch.draw(result, NOW, console=console)
    assert isinstance(console.file, io.StringIO)
    assert console.file.getvalue().strip() or not told


def test_form_is_made_for_the_type_of_its_name() -> None:
    """A record function says which type it takes, and it is the one that it is registered for."""
    for name, form in RECORDS.items():
        [first, *_] = inspect.signature(form.record).parameters.values()
        assert name in str(first.annotation).split(" | "), name
