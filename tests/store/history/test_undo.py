"""Every change can be taken back, and taken up again, exactly; and what would harm somebody is refused."""

from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from koalalink.domain.customers.customer import Customer, CustomerDetails
from koalalink.domain.customers.links import Link
from koalalink.domain.history.changes import Action
from koalalink.domain.stripe.ids import StripeId
from koalalink.domain.text import trimmed
from koalalink.errors import ConflictError, KoalaError, NotFoundError
from koalalink.store.history import undo as undoing
from koalalink.store.repository import Store
from tests.conftest import NOW
from tests.fakes import the_only
from tests.store.conftest import Kept

State = dict[tuple[int, str], CustomerDetails | Link | str]
"""What a store holds: a customer under (number, ""), a link under (number, location), and a refusal besides."""


def state_of(store: Store) -> State:
    """Everything that is in a store, read as a user reads it."""
    found: State = {}
    for linked in store.page(limit=1000).customers:
        found[linked.customer.number, ""] = linked.customer.details
        found |= {(link.customer, link.location): link for link in linked.links}
    refused = {(location, *pair) for location in ("downtown", "uptown") for pair in store.refusals(location)}
    return found | {(number, f"{location} {stripe_id}"): "refused" for location, number, stripe_id in refused}


def link(customer: Customer, stripe_id: str = "cus_1", location: str = "downtown", *, enabled: bool = True) -> Link:
    """A link as it is saved without Stripe."""
    return Link(customer=customer.number, location=location, stripe_id=StripeId(stripe_id), enabled=enabled)


def connect(store: Store, customer: Customer, new: Link) -> None:
    """Save a link in the place of what is there."""
    previous = store.link(customer, new.location)
    action = Action.REPLACED if previous else Action.CONNECTED
    store.save_link(customer, new, previous=previous, action=action)


def refuse(store: Store, customer: Customer, stripe_id: str, location: str) -> None:
    """Say that a Stripe customer is not this one."""
    with store.bulk(Action.REFUSED, rehearsal=False) as bulk:
        bulk.refuse(location, [(customer.number, stripe_id)])


def undo(store: Store, number: int | None = None) -> int:
    """Undo a change and return the number of the undo."""
    return store.undo(store.change(number)).number


def test_every_kind_of_change_is_taken_back_and_up_again(store: Store) -> None:
    """Link and customer are exactly what they were, each time."""
    ann = store.add(CustomerDetails(first_name="Ann", external_id="BK-1"))
    verified = Link(
        customer=1, location="downtown", stripe_id=StripeId("cus_1"), account="a", livemode=True, verified_at=NOW
    )
    connect(store, ann, verified)
    connect(store, ann, link(ann, "cus_2", enabled=False))
    connect(store, ann, link(ann, "cus_3", "uptown"))
    ann = store.edit(ann, CustomerDetails(first_name="Anna", notes="moved"))
    store.delete_links(ann, [link(ann, "cus_3", "uptown")])
    store.remove(store.record(ann))
    states = {}
    for number in range(7, 0, -1):
        states[number] = state_of(store)
        undo(store)
    assert state_of(store) == {}
    assert states[2] == {(1, ""): CustomerDetails(first_name="Ann", external_id="BK-1"), (1, "downtown"): verified}
    for number in range(1, 8):
        undo(store, store.change(number).undone_by)
        assert state_of(store) == states[number]


def test_newest_change_that_stands_is_undone(store: Store) -> None:
    """Undoing twice takes back two changes, and not the undo; when nothing is left it says so."""
    store.add(CustomerDetails(first_name="Ann"))
    store.add(CustomerDetails(first_name="Bob"))
    assert [store.change(undo(store)).undoes, store.change(undo(store)).undoes] == [2, 1]
    with pytest.raises(NotFoundError, match="nothing to undo"):
        undo(store)
    with pytest.raises(NotFoundError, match="no change 99"):
        undo(store, 99)


def test_undone_change_says_by_which(store: Store) -> None:
    """Until that is undone in its turn; undoing it twice is refused."""
    store.add(CustomerDetails(first_name="Ann"))
    first = undo(store, 1)
    assert store.change(1).undone_by == first
    with pytest.raises(ConflictError, match="already undone, by change 2"):
        undo(store, 1)
    again = undo(store, first)
    assert (store.change(first).undone_by, store.change(1).undone_by) == (again, None)
    assert store.change(undo(store, 1)).undoes == 1


def test_later_change_of_the_same_thing_is_named(store: Store) -> None:
    """Also where it has come back to what it was; and another thing of the same customer does not count."""
    ann = store.add(CustomerDetails(first_name="Ann"))
    anna = store.edit(ann, CustomerDetails(first_name="Anna"))
    connect(store, anna, link(anna))
    store.edit(store.edit(anna, CustomerDetails(first_name="Hannah")), anna.details)
    with pytest.raises(ConflictError, match="change 5 has touched Anna \\(1\\) since") as refused:
        undo(store, 2)
    assert refused.value.hint is not None
    assert str(refused.value.hint).startswith("Undo that first: koalalink undo 5.")
    undo(store, 3)
    undo(store, 5)
    with pytest.raises(ConflictError, match="change 4 has touched"):
        undo(store, 2)
    undo(store, 4)
    undo(store, 2)
    assert state_of(store) == {(1, ""): CustomerDetails(first_name="Ann")}


def test_stripe_id_that_somebody_else_has_now_is_not_given_back(store: Store) -> None:
    """At whatever location they have it."""
    ann, bob = store.add(CustomerDetails(first_name="Ann")), store.add(CustomerDetails(first_name="Bob"))
    connect(store, ann, link(ann))
    store.delete_links(ann, [link(ann)])
    connect(store, bob, link(bob, location="uptown"))
    before = state_of(store)
    with pytest.raises(ConflictError, match="cus_1 belongs to Bob \\(2\\) at uptown now"):
        undo(store, 4)
    assert (state_of(store), store.change(None).number) == (before, 5)


def test_external_id_that_somebody_else_has_now_is_not_given_back(store: Store) -> None:
    """It names one customer at most."""
    ann = store.add(CustomerDetails(first_name="Ann", external_id="BK-1"))
    store.remove(store.record(ann))
    store.add(CustomerDetails(first_name="Bob", external_id="BK-1"))
    with pytest.raises(ConflictError, match="BK-1 belongs to Bob"):
        undo(store, 2)


def test_customer_who_was_linked_since_is_not_removed(store: Store) -> None:
    """The change that linked is named."""
    ann = store.add(CustomerDetails(first_name="Ann"))
    connect(store, ann, link(ann))
    with pytest.raises(ConflictError, match="change 2 has touched Ann"):
        undo(store, 1)


def test_link_of_a_customer_who_was_removed_since_is_not_given_back(store: Store) -> None:
    """Undo the removal first."""
    ann = store.add(CustomerDetails(first_name="Ann"))
    connect(store, ann, link(ann))
    store.delete_links(ann, [link(ann)])
    store.remove(store.record(ann))
    with pytest.raises(ConflictError, match="change 4 has touched Ann"):
        undo(store, 3)
    undo(store, 4)
    undo(store, 3)
    assert state_of(store)[1, "downtown"] == link(ann)


def test_those_touched_since_can_be_kept(store: Store) -> None:
    """Then the rest is undone, also of a change of many; and it can be taken up again."""
    people = [CustomerDetails(first_name=f"Ann {number}") for number in range(20)]
    store.fill(people, [Link(customer=2, location="downtown", stripe_id=StripeId("cus_1"))])
    before = state_of(store)
    store.edit(the_only(store, "1"), CustomerDetails(first_name="Anna"))
    connect(store, the_only(store, "3"), link(the_only(store, "3"), "cus_3"))
    with pytest.raises(ConflictError, match="changes 3, 2 have touched Ann 0 \\(1\\) and 1 more since") as refused:
        undo(store, 1)
    assert "--keep-touched" in str(refused.value.hint)
    undone = store.undo(store.change(1), keep_touched=True)
    assert set(state_of(store)) == {(1, ""), (3, ""), (3, "downtown")}
    undo(store, undone.number)
    undo(store, 3)
    undo(store, 2)
    assert state_of(store) == before


def test_change_of_many_is_undone_whole_or_not_at_all(store: Store) -> None:
    """One who was touched since keeps all from being undone."""
    people = [CustomerDetails(first_name=name) for name in ("Ann", "Bob", "Cy")]
    store.fill(people, [Link(customer=2, location="downtown", stripe_id=StripeId("cus_1"))])
    store.edit(the_only(store, "2"), CustomerDetails(first_name="Bobby"))
    before = state_of(store)
    with pytest.raises(ConflictError, match="change 2 has touched Bob"):
        undo(store, 1)
    assert state_of(store) == before
    undo(store, 2)
    undo(store, 1)
    assert state_of(store) == {}


_NAMES = st.sampled_from(["Ann", "Bob", "Zoë"])
_EXTERNAL = st.sampled_from(["", "", "BK-1", "BK-2"])
_EXTRA = st.sampled_from(["", '{"Tag": "x"}'])
# What is written into a store was trimmed before, wherever it came from.
_DETAILS = st.builds(
    CustomerDetails, first_name=_NAMES, external_id=_EXTERNAL, email=st.sampled_from(["", "a@x.com"]), extra=_EXTRA
).map(lambda details: CustomerDetails(*map(trimmed, details)))


_MANY = 12
"""Things of a change that is taken back by whole tables."""


def _import(store: Store) -> Customer:
    """Many customers and links in one change; somebody who was there already gets a link, too."""
    ann = store.add(CustomerDetails(first_name="Ann", email="ann@x.com"))
    made = [Customer(number, CustomerDetails(first_name=f"Bo {number}", extra="{}")) for number in range(2, 2 + _MANY)]
    with store.bulk(Action.IMPORTED, rehearsal=False) as bulk:
        links = [link(each, f"cus_{each.number}") for each in (*made[::2], ann)]
        bulk.write(made, [], [(None, each) for each in links])
    return ann


def _as_dict(row: Any) -> dict[str, object]:
    return dict(row)


def _dumped(store: Store) -> list[dict[str, object]]:
    """Every row of every table."""
    names = "customers links changes change_items change_tallies customer_search".split()
    columns = {name: "rowid, text" if name == "customer_search" else "*" for name in names}
    return [
        row
        for name in names
        for row in sorted((_as_dict(each) for each in store._db.rows(f"SELECT {columns[name]} FROM {name}")), key=repr)
    ]


def test_large_change_is_undone_as_each_of_its_parts_would_be(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    """By whole tables, or one customer after the other: the store is the same, and can be brought back."""
    dumps = []
    for name in ("whole", "each"):
        store = kept.new()
        _import(store)
        before = state_of(store)
        if name == "each":
            monkeypatch.setattr(undoing, "has_only_added", lambda *_: False)
        number = undo(store)
        assert [key for key, _ in state_of(store).items()] == [(1, "")]
        assert [hit.customer.details.first_name for hit in store.page("cus_1", limit=9).customers] == []
        dumps.append(_dumped(store))
        undo(store, number)
        assert state_of(store) == before
    assert dumps[0] == dumps[1]


@pytest.mark.parametrize("what", ["edit", "link", "unlink", "remove"])
def test_large_change_that_was_touched_since_is_not_undone(store: Store, what: str) -> None:
    """Whatever stands against one of its parts stands against all."""
    _import(store)
    first = the_only(store, "2")
    if what == "edit":
        store.edit(first, CustomerDetails(first_name="Cy"))
    elif what == "link":
        connect(store, the_only(store, "3"), link(the_only(store, "3"), "cus_new"))
    elif what == "unlink":
        store.delete_links(first, [link(first, "cus_2")])
    else:
        store.remove(store.record(first))
    before = state_of(store)
    with pytest.raises(ConflictError):
        undo(store, 2)
    assert state_of(store) == before


class Histories(RuleBasedStateMachine):
    """People at work: everything they do is taken back in reverse at the end, and then nothing is left.

    The model is the state before and after every change, compared key by key. Who was erased is in none of them: it
    is as if there had never been such a person.
    """

    def __init__(self, store: Store) -> None:
        super().__init__()
        self.store = store
        self.states: list[State] = [{}]
        self.erased: set[int] = set()

    def _try(self, write: object, *arguments: object, allowed: bool | None = None) -> None:
        """Do something that may be refused, and note what it has left; refused, it leaves all as it was."""
        assert callable(write)
        try:
            write(*arguments)
        except KoalaError:
            assert not allowed
            assert state_of(self.store) == self.states[-1]
        else:
            assert allowed is not False
            self.states.append(state_of(self.store))
        assert self.store.changes(limit=1) == [] or self.store.changes(limit=1)[0].number == len(self.states) - 1

    def _customer(self, data: st.DataObject) -> Customer:
        return data.draw(st.sampled_from([linked.customer for linked in self.store.page(limit=1000).customers]))

    def _has_customers(self) -> bool:
        return any(isinstance(value, CustomerDetails) for value in self.states[-1].values())

    def _free(self, external_id: str, number: int) -> bool:
        taken = {
            d.external_id for (n, at), d in self.states[-1].items() if isinstance(d, CustomerDetails) and n != number
        }
        return not external_id or external_id not in taken

    @rule(details=_DETAILS)
    def add(self, details: CustomerDetails) -> None:
        """Add a customer."""
        self._try(self.store.add, details, allowed=self._free(details.external_id, 0))

    @precondition(_has_customers)
    @rule(data=st.data(), details=_DETAILS)
    def edit(self, data: st.DataObject, details: CustomerDetails) -> None:
        """Give a customer other details."""
        customer = self._customer(data)
        self._try(self.store.edit, customer, details, allowed=self._free(details.external_id, customer.number))

    @precondition(_has_customers)
    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        """Remove a customer with all links."""
        self._try(self.store.remove, self.store.record(self._customer(data)), allowed=True)

    @precondition(_has_customers)
    @rule(
        data=st.data(),
        stripe_id=st.sampled_from(["cus_1", "cus_2", "cus_3"]),
        location=st.sampled_from(["downtown", "uptown"]),
        enabled=st.booleans(),
    )
    def connect(self, data: st.DataObject, stripe_id: str, location: str, enabled: bool) -> None:
        """Connect, replace, enable or disable."""
        customer = self._customer(data)
        held = {v.customer for v in self.states[-1].values() if isinstance(v, Link) and v.stripe_id == stripe_id}
        new = link(customer, stripe_id, location, enabled=enabled)
        self._try(connect, self.store, customer, new, allowed=held <= {customer.number})

    @precondition(_has_customers)
    @rule(
        data=st.data(), stripe_id=st.sampled_from(["cus_1", "cus_2"]), location=st.sampled_from(["downtown", "uptown"])
    )
    def refuse(self, data: st.DataObject, stripe_id: str, location: str) -> None:
        """Say that somebody is not a customer; saying it again is no change."""
        customer = self._customer(data)
        if (customer.number, f"{location} {stripe_id}") in self.states[-1]:
            refuse(self.store, customer, stripe_id, location)
            assert self.store.changes(limit=1)[0].number == len(self.states) - 1
        else:
            self._try(refuse, self.store, customer, stripe_id, location, allowed=True)

    @precondition(_has_customers)
    @rule(data=st.data())
    def unlink(self, data: st.DataObject) -> None:
        """Unlink everywhere."""
        linked = self.store.record(self._customer(data))
        if linked.links:
            self._try(self.store.delete_links, linked.customer, linked.links, allowed=True)

    @precondition(lambda self: len(self.states) > 1)
    @rule(data=st.data())
    def undo(self, data: st.DataObject) -> None:
        """Undo any change, an undo too: what it touched is as before it, and nothing else has changed."""
        number = data.draw(st.integers(1, len(self.states) - 1))
        count = len(self.states)
        self._try(undo, self.store, number)
        if len(self.states) > count:
            touched = {key for key in self._keys(number) if self._at(number - 1, key) != self._at(number, key)}
            expected = {key: value for key, value in self.states[-2].items() if key not in touched}
            expected |= {key: value for key, value in self.states[number - 1].items() if key in touched}
            assert self.states[-1] == expected

    @precondition(lambda self: any(key[0] for state in self.states for key in state))
    @rule(data=st.data())
    def forget(self, data: st.DataObject) -> None:
        """Erase somebody who is there, or was."""
        number = data.draw(st.sampled_from(sorted({key[0] for state in self.states for key in state})))
        self.store.forget(number)
        self.erased.add(number)
        self.states = [{key: value for key, value in each.items() if key[0] != number} for each in self.states]
        self.states.append(self.states[-1])
        assert state_of(self.store) == self.states[-1]

    @precondition(lambda self: len(self.states) > 1)
    @rule(data=st.data())
    def undo_for_the_others(self, data: st.DataObject) -> None:
        """Undo any change for those whom no later one has touched; who was erased never comes back."""
        number = data.draw(st.integers(1, len(self.states) - 1))
        self._try(lambda: self.store.undo(self.store.change(number), keep_touched=True))
        assert {key[0] for key in self.states[-1]} & self.erased == set()

    @precondition(lambda self: len(self.states) > 1)
    @rule()
    def undo_the_newest(self) -> None:
        """Undo the newest that can be undone, if there is one: of it something is left."""
        try:
            change = self.store.change(None)
        except NotFoundError:
            return
        assert not {item.customer for item in change.items} or {item.customer for item in change.items} - self.erased
        self._try(undo, self.store)

    def _keys(self, number: int) -> set[tuple[int, str]]:
        return set(self.states[number]) | set(self.states[number - 1])

    def _at(self, number: int, key: tuple[int, str]) -> object:
        return self.states[number].get(key)

    @invariant()
    def rules_of_links_hold(self) -> None:
        """A Stripe ID is one customer's, and every link has its customer; the file is sound."""
        links = [value for value in self.states[-1].values() if isinstance(value, Link)]
        holders: dict[str, set[int]] = {}
        for each in links:
            holders.setdefault(each.stripe_id, set()).add(each.customer)
            assert (each.customer, "") in self.states[-1]
        assert all(len(people) == 1 for people in holders.values())
        assert self.store.problems() == []

    def teardown(self) -> None:
        """Take everything back in reverse, the undos too."""
        try:
            for number in range(len(self.states) - 1, 0, -1):
                self._take_back(number)
                assert state_of(self.store) == self.states[number - 1]
            assert state_of(self.store) == {}
            assert self.store.page("cus", limit=9).customers == ()
        finally:
            self.store.close()

    def _take_back(self, number: int) -> None:
        change = self.store.change(number)
        if not {item.customer for item in change.items} & self.erased:
            undo(self.store, number)
        elif {item.customer for item in change.items} <= self.erased:
            with pytest.raises(ConflictError):
                self.store.undo(change, keep_touched=True)
        else:
            self.store.undo(change, keep_touched=True)


@pytest.mark.long
def test_undoing_everything_in_reverse_gives_the_empty_store(kept: Kept) -> None:
    """Whatever people do; and on the way no rule of the links is ever broken."""
    run_state_machine_as_test(
        lambda: Histories(kept.new()),  # type: ignore[arg-type] # what makes one does as well
        settings=settings(
            max_examples=60, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


def test_change_that_was_undone_and_redone_a_thousand_times(store: Store) -> None:
    """Nothing is too deep: the history, the newest that can be undone, and undoing it once more."""
    ann = store.add(CustomerDetails(first_name="Ann"))
    with store._db.transaction():  # a thousand ordinary undos take a minute
        store._db.insert_many(
            "changes",
            ("change", "at", "by", "action", "note", "undoes"),
            ((number, 0, "me", "undone", "", number - 1) for number in range(2, 2002)),
        )
    assert the_only(store, "1") == ann
    assert [change.undone_by for change in store.changes(limit=4)] == [None, 2001, None, 1999]
    assert store.change(None).number == 1
    with pytest.raises(ConflictError, match="was already undone, by change 2001"):
        store.undo(store.change(2000))
    assert store.undo(store.change(None)).undoes == 1
    assert store.change(1).undone_by == store.changes(limit=1)[0].number == 2002


def test_large_change_is_checked_without_being_tried(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """What only added, and stands as it was left, can be taken away; once it was touched, it is tried."""
    with store.bulk(Action.IMPORTED, rehearsal=False) as bulk:
        people = [Customer(number, CustomerDetails(first_name=f"P{number}")) for number in range(1, 30)]
        bulk.write(people, [], [])
    change = store.change(1)
    with monkeypatch.context() as without:
        without.delattr(type(store._db), "transaction")
        assert store.check_undo(change) == (change, 0)
    store.edit(people[0], CustomerDetails(first_name="Q"))
    with pytest.raises(ConflictError):
        store.check_undo(change)
    assert store.check_undo(change, keep_touched=True)[1] == 1
