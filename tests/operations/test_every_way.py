"""Every way to a link gives the same answer about the person, for families that are easily taken for one."""

import ast
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

import pytest

from koalalink.domain.customers.customer import CustomerDetails
from koalalink.domain.customers.links import Link
from koalalink.domain.history.changes import Action
from koalalink.domain.history.notes import Note
from koalalink.domain.identity.person import of_store, of_stripe
from koalalink.domain.identity.rules import Tier
from koalalink.domain.importing.columns import Column
from koalalink.domain.importing.import_rows import Row
from koalalink.domain.linking.checks import Verdict
from koalalink.domain.matching.decisions import Decision
from koalalink.domain.matching.proposals import propose
from koalalink.domain.settings.configuration import Config, KeySource, Location
from koalalink.domain.stripe.account import StripeAccount
from koalalink.domain.stripe.api_key import ApiKey
from koalalink.domain.stripe.customer import Absence, PaymentMethod, PostalAddress, StripeCustomer
from koalalink.domain.stripe.id_moves import MovedId
from koalalink.domain.stripe.ids import StripeId
from koalalink.errors import KoalaError
from koalalink.operations.importing.import_customers import ImportRequest, import_customers
from koalalink.operations.linking.connect import LinkRequest, connect
from koalalink.operations.linking.remap import RemapRequest, remap
from koalalink.operations.linking.verify import VerifyRequest, check
from koalalink.operations.matching.apply_decisions import Batch, settle
from koalalink.store.repository import Store
from koalalink.store.stripe_mirror import Directory
from tests.conftest import NOW
from tests.fakes import Somebody, Tools, the_only
from tests.linkage import DATA
from tests.store.conftest import open_store
from tests.test_cli import TOP

CASES: list[dict[str, Any]] = json.loads((DATA / "hard_cases.json").read_text())
"""Ours, others of ours, and who is at Stripe; written by hand, 28 kinds of family."""

_CARD = PaymentMethod("pm_1", "visa", "4242", 12, 2030, default=True)


class Account:
    """A Stripe account with these customers, each with a good card."""

    location = "downtown"
    key = ApiKey("rk_test_0123456789abcdefghij", origin="it")
    cards_are_hidden = False
    left_out: ClassVar[dict[str, None]] = {}

    def __init__(self, people: list[StripeCustomer]) -> None:
        self.people = {each.stripe_id: each for each in people}

    def customer(self, stripe_id: StripeId) -> StripeCustomer | Absence:
        """Retrieve one."""
        return self.people.get(stripe_id, Absence.NEVER_EXISTED)

    def cards(self, stripe_id: str) -> tuple[PaymentMethod, ...]:
        """List the cards of one."""
        return (_CARD,)

    def account(self) -> StripeAccount:
        """Tell whose it is."""
        return StripeAccount("acct_1", "Alpha", self.key.livemode)

    def all_customers(self) -> Iterator[StripeCustomer]:
        """List everybody."""
        yield from self.people.values()


def details_of(case: dict[str, str]) -> CustomerDetails:
    """One of ours."""
    return CustomerDetails(**{name: value for name, value in case.items() if name in CustomerDetails._fields})


def at_stripe(case: dict[str, Any]) -> list[StripeCustomer]:
    """Who is at Stripe."""
    return [
        StripeCustomer(
            stripe_id=StripeId(f"cus_case{place}"),
            name=each.get("name", ""),
            email=each.get("email", ""),
            phone=each.get("phone", ""),
            created=datetime(2024, 1, 1, tzinfo=UTC),
            livemode=False,
            address=PostalAddress(each.get("street", ""), "", each.get("city", ""), "", each.get("zip", "")),
            metadata=each.get("metadata", {}),
            card=_CARD,
        )
        for place, each in enumerate(case["stripe"])
    ]


class Listener(Somebody):
    """Somebody who cannot be asked, but hears what a link was judged by."""

    can_ask = False

    @property
    def verdict(self) -> Verdict:
        """What was heard last."""
        return self.reviews[-1].verdict


class Ways(NamedTuple):
    """Whether each way would link the two, unasked."""

    connect: bool
    imported: bool
    decided: bool
    remapped: bool


class _File:
    name, notes, is_our_own, count = "people.csv", list[str](), False, 1

    def __init__(self, details: CustomerDetails, stripe_id: StripeId) -> None:
        fields = [name for name in CustomerDetails._fields if name != "extra"]
        self.columns = [Column(place, name, name) for place, name in enumerate(fields)]
        self.columns.append(Column(len(fields), "Stripe ID", "stripe_id", "downtown"))
        self._cells = [*details[: len(fields)], stripe_id]

    def rows(self) -> Iterator[Row]:
        """Yield the row."""
        yield Row(2, self._cells)

    def sample(self, count: int) -> list[list[str]]:
        return [self._cells]

    @property
    def titles(self) -> list[str]:
        return [column.title for column in self.columns]


class _Files:
    """The files that the ways read: one of a customer, and one of moved IDs."""

    def __init__(self, details: CustomerDetails, stripe_id: StripeId) -> None:
        self._details, self._stripe_id = details, stripe_id

    @contextmanager
    def customers(self, file: str, maps: object) -> Iterator[_File]:
        yield _File(self._details, self._stripe_id)

    @contextmanager
    def rejects(self, *ignored: object) -> Iterator["_Rejects"]:
        yield _Rejects()

    def moved_ids(self, file: str) -> list[MovedId]:
        return [MovedId(2, "cus_old", self._stripe_id)]


class _Rejects:
    path = Path("rejects.csv")

    def write(self, cells: object, reason: str) -> None:
        pass

    def keep(self) -> None:
        pass


def tools_of(store: Store, directory: Directory, account: Account) -> Any:
    """The tools of a business with one location."""
    downtown = Location("downtown", "Downtown", KeySource("api_key", ("x",)))
    return Tools(
        config=Config(Path("customers.db"), {"downtown": downtown}),
        store=store,
        directory=directory,
        accounts=lambda location: account,
        talk=Listener(),
        now=NOW,
    )


def ways(tools: Any, stripe_id: StripeId) -> Ways:
    """Try to link the first customer in every way; each is taken back."""
    store = tools.store
    customer = the_only(store, "1")

    def linked() -> bool:
        link = store.link(customer, "downtown")
        if link and link.stripe_id == stripe_id:
            store.undo(store.change(None))
            return True
        return False

    try:
        connect(tools, LinkRequest("1", stripe_id))
    except KoalaError:
        assert tools.talk.verdict.doubt_of_the_person
    connected = linked()
    assert connected == (tools.talk.verdict.doubt_of_the_person is None)
    had = customer.details.external_id
    if not had:  # by it the row is known to be this customer
        customer = store.edit(customer, customer.details._replace(external_id="KEY-1"))
    tools.files = _Files(customer.details, stripe_id)
    import_customers(tools, ImportRequest("people.csv", agreed=True))
    imported = linked()
    settle(
        tools,
        Batch("downtown", [Decision(1, stripe_id, True, looked_at=False)], Action.APPLIED, Note.of_file("sheet.csv")),
    )
    decided = linked()
    old = Link(customer=1, location="downtown", stripe_id=StripeId("cus_old"))
    store.save_link(customer, old, previous=None, action=Action.CONNECTED)
    remap(tools, RemapRequest("map.csv", agreed=True))
    remapped = linked()
    store.undo(store.change(None))
    if not had:
        store.undo(store.change(None))
    return Ways(connected, imported, decided, remapped)


@pytest.mark.parametrize("case", CASES, ids=[f"{case['family']}: {case['case']}" for case in CASES])
def test_every_way_gives_the_same_answer(tmp_path: Path, case: dict[str, Any]) -> None:
    """And what match calls certain is linked by each of them, unasked."""
    store = open_store(tmp_path / "customers.db")
    for each in (case["ours"], *case["others"]):
        store.add(details_of(each))
    people = at_stripe(case)
    tools = tools_of(store, Directory(store._db), Account(people))
    answers = {each.stripe_id: ways(tools, each.stripe_id) for each in people}
    assert [(stripe_id, found) for stripe_id, found in answers.items() if len({*found}) > 1] == []
    ours = [of_store(linked.customer) for linked in store.everybody()]
    first = propose(ours, [of_stripe(each, NOW) for each in people])[0]
    if first.tier is Tier.CERTAIN:
        assert answers[first.stripe_id or StripeId("")].connect
    for each in people:
        link = Link(customer=1, location="downtown", stripe_id=each.stripe_id, livemode=False)
        store.save_link(the_only(store, "1"), link, previous=None, action=Action.CONNECTED)
        found = check(tools, VerifyRequest(within=0))
        if any(problem.problem == "name" for problem in found.problems):
            assert not answers[each.stripe_id].connect
        store.undo(store.change(None))
    store.close()


def test_nothing_else_builds_a_link() -> None:
    """But what reads one from the store, and the sandbox, whose people are made up."""
    found = set()
    for file in (TOP / "koalalink").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Link":
                found.add(file.relative_to(TOP / "koalalink").as_posix())
    assert found == {"operations/linking/link_gate.py", "store/rows.py", "sandbox/seed.py"}
