"""What any store must do, wherever it keeps what it is given: tests over the fixtures `store` and `reopened`.

`store` is an empty store with its directory; `reopened` closes it and opens it again.
"""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from koalalink.domain.customers.customer import Customer, CustomerDetails
from koalalink.domain.customers.links import AccountOfLinks, Link, LinkedCustomer
from koalalink.domain.history.changes import Action, Refused
from koalalink.domain.history.notes import Note, NoteKind
from koalalink.domain.mirror.mirror import Verification
from koalalink.domain.search.query import read_query
from koalalink.domain.stripe.customer import PaymentMethod, StripeCustomer
from koalalink.domain.stripe.ids import StripeId
from koalalink.domain.text import printable, trimmed
from koalalink.errors import ConflictError, NotFoundError
from koalalink.store.repository import Store
from koalalink.store.stripe_mirror import Directory
from tests.conftest import NOW
from tests.fakes import the_only

JANE = CustomerDetails(
    first_name="Jane", last_name="Doe", email="Jane@X.com", phone="(206) 555-0142", external_id="BK-42", company="Acme"
)
CARD = PaymentMethod("pm_1", "visa", "4242", 1, 2029)


def link_of(customer: Customer, stripe_id: str = "cus_123", location: str = "downtown") -> Link:
    """A verified link."""
    return Link(
        customer=customer.number,
        location=location,
        stripe_id=StripeId(stripe_id),
        account="acct_1",
        livemode=False,
        verified_at=NOW,
    )


def save(store: Store, customer: Customer, link: Link, previous: Link | None = None) -> None:
    """Save a link as `connect` does."""
    store.save_link(customer, link, previous=previous, action=Action.CONNECTED)


def at_stripe(number: int, name: str = "Jane Doe", created: int = 1) -> StripeCustomer:
    """A Stripe customer."""
    when = NOW.replace(year=2020, day=created)
    return StripeCustomer(StripeId(f"cus_{number}"), name, f"{number}@x.com", "", when, livemode=False, card=CARD)


_PARTS = (
    "jane|JANE DOE|doe jane|ane|ja|d|jane@x|x.com|acme|206-555-0142|+1 206 5550142|0142|cus_12|cus_123 jane|j doe|om"
)


class StoreContract:
    """Customers, links and history."""

    def test_customer_is_found_by_number_email_and_external_id(self, store: Store) -> None:
        """All three lead to the same person; the email in any case."""
        jane = store.add(JANE)
        assert [the_only(store, ref) for ref in ("1", " 1 ", "jane@x.com", "JANE@X.COM", "ext:BK-42")] == [jane] * 5

    @pytest.mark.parametrize(
        "reference",
        ["2", "0", "99999999999999999999", "-1", "x@y.z", "ext:no", "ext:", "bob", "jan", "jane doe", "", "١"][:],
    )
    def test_find_of_nobody_says_so(self, store: Store, reference: str) -> None:
        """There is a sentence for whoever is not there."""
        store.add(CustomerDetails(first_name="Jane"))
        with pytest.raises(NotFoundError, match="There is no customer"):
            the_only(store, reference)

    def test_find_of_a_shared_email_names_everybody(self, store: Store) -> None:
        """A family's email is never guessed to be one of them."""
        for name in ("Rosa", "Miguel"):
            store.add(CustomerDetails(first_name=name, email="alvarez@x.com"))
        with pytest.raises(NotFoundError, match=r"Rosa \(1\); Miguel \(2\)"):
            the_only(store, "alvarez@x.com")

    def test_customer_is_found_by_the_whole_words_of_a_name(self, store: Store) -> None:
        """Of several namesakes all are returned; no nicknames, no typing errors, no parts of words."""
        people = [("Jane", "Doe", ""), ("Jane", "O'Brien", ""), ("Janet", "Doe-Smith", ""), ("", "", "42")]
        jane, brien, janet, company = [
            store.add(CustomerDetails(first_name=first, last_name=last, company=firm)) for first, last, firm in people
        ]
        expected = {
            "jane": [jane, brien],
            "Doe JANE": [jane],
            "o’brien": [brien],
            "jané": [jane, brien],
            "smith": [janet],
            "doe": [jane, janet],
            "jan": [],
            "jnae": [],
            "jane doe smith": [],
            "42": [company],
            "1": [jane],
            "-": [],
        }
        assert {typed: store.fitting(typed) for typed in expected} == expected

    def test_namesakes_beyond_a_page_are_found(self, store: Store) -> None:
        """Who only begins so does not hide who is called so."""
        with store.bulk(Action.IMPORTED, rehearsal=False) as bulk:
            people = [Customer(number, CustomerDetails(first_name=f"Janet{number}")) for number in range(1, 1200)]
            people += [Customer(number, CustomerDetails(first_name="Jane")) for number in (1200, 1201)]
            bulk.write(people, [], [])
        assert [each.number for each in store.fitting("jane")] == [1200, 1201]

    @pytest.mark.parametrize("query", _PARTS.split("|"))
    def test_page_finds_any_part(self, store: Store, query: str) -> None:
        """Any part of name, email, phone, company and Stripe ID, in any order and case."""
        jane = store.add(JANE)
        save(store, jane, link_of(jane))
        store.add(CustomerDetails(first_name="Bob", last_name="Carver", email="b@y.net", phone="1", company="Firm"))
        assert [linked.customer for linked in store.page(query, limit=9).customers] == [jane]

    @pytest.mark.parametrize(
        "query", ["zz", "q", "janedoe", "jane x.org", '"', "*", "jane OR bob", "a" * 5000, "%", "_", "😀"]
    )
    def test_page_takes_a_query_as_data(self, store: Store, query: str) -> None:
        """What is no part of anybody finds nobody; nothing is syntax."""
        store.add(JANE)
        assert store.page(query, limit=9).customers == ()

    def test_page_finds_nobody_by_two_letters_that_nobody_has(self, store: Store) -> None:
        """Nor those of whom hardly anything is known."""
        store.add(CustomerDetails(first_name="Jane"))
        assert store.page("qx", limit=9).customers == ()

    @given(st.text(min_size=1, max_size=12), st.text(max_size=12))
    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
    def test_page_of_any_text_finds_who_has_it(self, store: Store, text: str, other: str) -> None:
        """Every name is found by itself, and by each of its parts; no text breaks the query."""
        kept = trimmed(text)
        customer = store.add(CustomerDetails(first_name="a" + kept, company=trimmed(other)))
        for query in {kept, kept[:2], kept[-1:], trimmed(other)}:
            if printable(query).strip():
                found = store.page(query, limit=100_000).customers
                assert customer in [linked.customer for linked in found]

    def test_page_forgets_what_was_changed(self, store: Store) -> None:
        """An old name, an old phone and a link that was taken away find nobody."""
        jane = store.add(JANE)
        save(store, jane, link_of(jane))
        store.delete_links(jane, [link_of(jane)])
        renamed = store.edit(jane, CustomerDetails(first_name="June"))
        assert store.page("june", limit=9).customers[0].customer == renamed
        assert [store.page(query, limit=9).customers for query in ("jane", "0142", "cus_123")] == [()] * 3

    def test_page_goes_on_where_it_stopped(self, store: Store) -> None:
        """Limit and offset show everybody once, by number."""
        people = [store.add(CustomerDetails(first_name=f"Ann{n}")) for n in range(5)]
        first, second = store.page("ann", limit=3), store.page("ann", limit=3, offset=3)
        assert (first.more, second.more) == (True, False)
        assert [linked.customer for linked in (*first.customers, *second.customers)] == people

    def test_page_tells_the_linked_from_the_others(self, store: Store) -> None:
        """At any location, or at one."""
        jane, bob = store.add(JANE), store.add(CustomerDetails(first_name="Bob"))
        save(store, jane, link_of(jane, location="uptown"))
        shown: Callable[..., list[Customer]] = lambda **choice: [  # noqa: E731
            linked.customer for linked in store.page(limit=9, **choice).customers
        ]
        assert shown(linked=True) == [jane]
        assert shown(linked=False) == [bob]
        assert shown(linked=True, location="downtown") == []
        assert shown(linked=False, location="downtown") == [jane, bob]

    def test_external_id_belongs_to_one(self, store: Store) -> None:
        """Neither a new nor a changed customer gets another's; no ID at all is shared by many."""
        jane, bob = store.add(JANE), store.add(CustomerDetails(first_name="Bob"))
        store.add(CustomerDetails(first_name="Carl"))
        with pytest.raises(ConflictError, match=r"BK-42 belongs to Jane Doe \(1\)"):
            store.add(JANE)
        with pytest.raises(ConflictError, match="BK-42 belongs to"):
            store.edit(bob, CustomerDetails(first_name="Bob", external_id="BK-42"))
        assert store.edit(jane, CustomerDetails(first_name="Jane", external_id="BK-42")).number == 1

    def test_link_takes_the_place_of_the_previous(self, store: Store) -> None:
        """One link for each customer and location."""
        jane = store.add(JANE)
        save(store, jane, link_of(jane))
        save(store, jane, link_of(jane, "cus_456"), previous=link_of(jane))
        assert store.record(jane).links == (link_of(jane, "cus_456"),)

    def test_link_refuses_what_somebody_else_has_got_meanwhile(self, store: Store) -> None:
        """Whatever was checked before: the ID belongs to one person, at all locations."""
        jane, bob = store.add(JANE), store.add(CustomerDetails(first_name="Bob"))
        save(store, jane, link_of(jane, location="uptown"))
        with pytest.raises(ConflictError, match=r"linked to Jane Doe \(1\) at uptown"):
            save(store, bob, link_of(bob))
        assert store.record(bob).links == ()

    def test_link_refuses_a_customer_who_was_changed_meanwhile(self, store: Store) -> None:
        """What the link was judged by must still be true when it is saved."""
        jane = store.add(JANE)
        store.edit(jane, CustomerDetails(first_name="June"))
        with pytest.raises(ConflictError, match="changed by somebody else"):
            save(store, jane, link_of(jane))

    def test_link_refuses_another_link_than_was_seen(self, store: Store) -> None:
        """Two people link the same customer at the same moment: the second is told."""
        jane = store.add(JANE)
        save(store, jane, link_of(jane))
        with pytest.raises(ConflictError, match="changed by somebody else"):
            save(store, jane, link_of(jane, "cus_456"), previous=None)
        with pytest.raises(ConflictError, match="changed by somebody else"):
            store.delete_links(jane, [link_of(jane, "cus_456")])

    def test_remove_refuses_links_that_came_meanwhile(self, store: Store) -> None:
        """Nobody is removed with more than was looked at."""
        jane = store.add(JANE)
        seen = store.record(jane)
        save(store, jane, link_of(jane))
        with pytest.raises(ConflictError):
            store.remove(seen)
        assert the_only(store, "1") == jane

    def test_holders_are_found_at_every_location(self, store: Store) -> None:
        """A copied account keeps its IDs."""
        jane = store.add(JANE)
        for location in ("uptown", "downtown"):
            save(store, jane, link_of(jane, location=location))
        assert [(h.customer, h.location) for h in store.holders("cus_123", "cus_9")] == [
            (jane, "downtown"),
            (jane, "uptown"),
        ]

    def test_details_and_links_are_kept(self, store: Store, reopened: Callable[[], Store]) -> None:
        """Nothing is lost between closing and opening, and it is still the same store."""
        jane, identity = store.add(JANE), store.identity
        save(store, jane, link_of(jane))
        again = reopened()
        assert the_only(again, "1").details == JANE
        assert again.link(jane, "downtown") == link_of(jane)
        assert again.identity == identity

    def test_number_is_not_given_again(self, store: Store) -> None:
        """So that nobody is taken for one who was removed; that one is still found in the history."""
        jane = store.add(JANE)
        store.remove(store.record(jane))
        assert [store.page(query, limit=9).customers for query in ("jane", "acme")] == [()] * 2
        assert store.add(JANE).number == 2
        assert [change.number for change in store.changes(1, limit=9)] == [2, 1]

    def test_two_become_one_and_two_again(self, store: Store) -> None:
        """With the links of both, and who neither of them is at Stripe; refused where one has changed meanwhile."""
        jane, other = store.add(JANE), store.add(CustomerDetails(first_name="Jane", city="Seattle"))
        save(store, other, link_of(other, "cus_9", "uptown"))
        with store.bulk(Action.REFUSED, rehearsal=False) as bulk:
            bulk.refuse("downtown", [(2, StripeId("cus_7"))])
        before = [*store.everybody()]
        details, moved = JANE._replace(city="Seattle"), link_of(jane, "cus_9", "uptown")
        with pytest.raises(ConflictError):
            store.merge(before[0], before[1]._replace(links=()), details, [moved])
        merged = store.merge(before[0], before[1], details, [moved])
        assert [*store.everybody()] == [LinkedCustomer(merged, (moved,))]
        assert (1, "cus_7") in store.refusals("downtown")
        [change] = store.changes(limit=1)
        assert (change.action, {item.customer for item in change.items}) == (Action.MERGED, {1, 2})
        assert store.people_of(change, None) == (["Jane Doe (1)", "Jane (2)"], 2)
        assert store.people_of(change, 1) == (["Jane Doe (1)"], 2)
        store.undo(change)
        assert [*store.everybody()] == before
        assert store.refusals("downtown") == {(2, "cus_7")}

    def test_every_write_is_told_in_the_history(self, store: Store) -> None:
        """Who, what, and what was there before and after; newest first."""
        jane = store.add(JANE)
        save(store, jane, link_of(jane))
        june = store.edit(jane, CustomerDetails(first_name="June"))
        store.remove(store.record(june))
        changes = store.changes(limit=9)
        assert [change.number for change in changes] == [4, 3, 2, 1]
        assert {(change.by, change.at) for change in changes} == {("tester", NOW)}
        told = [(change.action, [(i.customer, i.location) for i in change.items]) for change in reversed(changes)]
        assert told == [
            ("added", [(1, None)]),
            ("connected", [(1, "downtown")]),
            ("edited", [(1, None)]),
            ("removed", [(1, "downtown"), (1, None)]),
        ]
        edited, added = changes[1].items[0], changes[3].items[0]
        assert (edited.before, added.before) == (added.after, None)
        assert (edited.before or {})["phone"] == "(206) 555-0142"
        assert (changes[0].items[0].before or {})["stripe_id"] == "cus_123"
        assert store.changes(action=Action.EDITED, limit=9) == [changes[1]]
        assert store.changes(by="nobody", limit=9) == []

    def test_write_that_fails_leaves_no_trace(self, store: Store) -> None:
        """The change and its rows are one transaction; no number is lost."""
        store.add(JANE)
        with pytest.raises(ConflictError):
            store.add(JANE)
        assert len(store.changes(limit=9)) == 1
        assert store.add(CustomerDetails(first_name="Bob")).number == 2
        assert store.changes(limit=1)[0].number == 2

    def test_sound_store_has_no_problems(self, store: Store) -> None:
        """Neither damage nor half rows."""
        assert store.problems() == []

    def test_undo_puts_back_what_was_there(self, store: Store) -> None:
        """And is a change of its own, which can be undone in its turn."""
        jane = store.add(JANE)
        save(store, jane, link_of(jane))
        store.edit(jane, CustomerDetails(first_name="June"))
        edited = store.change(None)
        assert [(linked.customer.number, details) for linked, details in store.edited_back(edited)] == [(1, JANE)]
        going, kept = store.check_undo(edited)
        assert (going.number, kept) == (edited.number, 0)
        undone = store.undo(edited, unverify=[link_of(jane)], note=Note(NoteKind.CONTRADICTED, stripe_ids=("cus_1",)))
        assert (undone.undoes, the_only(store, "1").details) == (edited.number, JANE)
        assert store.record(jane).links == (link_of(jane)._replace(verified_at=None),)
        store.undo(undone)
        assert the_only(store, "1").details.first_name == "June"
        with pytest.raises(ConflictError):
            store.check_undo(store.change(1))  # she was linked since
        with pytest.raises(NotFoundError):
            store.change(99)

    def test_many_are_written_in_one_change(self, store: Store) -> None:
        """Added, edited, linked and refused; a rehearsal keeps nothing, nor does it use a number."""
        jane = store.add(JANE)
        pairs = [(1, StripeId("cus_9"))]
        for rehearsal in (True, False):
            with store.bulk(Action.IMPORTED, Note.of_file("people.csv", 2), rehearsal=rehearsal) as bulk:
                assert bulk.refused_by("downtown", pairs) == {}
                assert (bulk.next_number, bulk.change) == (2, None)
                bob = Customer(bulk.next_number, CustomerDetails(first_name="Bob", email="bob@x.com"))
                june = JANE._replace(first_name="June")
                bulk.write([bob], [(jane, june)], [(None, link_of(bob))])
                bulk.refuse("downtown", pairs)
                assert [each.customer for each in bulk.people(**_wanted(emails={"bob@x.com"}))] == [bob]
                assert [holder.customer for holder in bulk.holders(["cus_123"])] == [bob]
                assert [each.customer for each in bulk.links_at("downtown")] == [bob]
                assert bulk.known([2, 3]).keys() == {2}
                assert bulk.refusals("downtown") == {(1, "cus_9")}
                assert bulk.refused_by("downtown", pairs) == {pairs[0]: Refused(2, "tester", NOW)}
                assert bulk.change == 2
            assert len(store.changes(limit=9)) == store.newest_change() == (1 if rehearsal else 2)
        assert store.refusals("downtown") == {(1, "cus_9")}
        assert [each.customer.details.first_name for each in store.everybody()] == ["June", "Bob"]
        assert [each.customer.number for each in store.everybody(linked=True, location="downtown")] == [2]
        assert [each.customer.number for each in store.people(**_wanted(names={"june doe"}))] == [1]
        assert {each.customer.number for each in store.known([1, 2, 3]).values()} == {1, 2}
        store.undo(store.change(None))
        assert ([*store.everybody()], store.refusals("downtown")) == ([store.record(jane)], set())

    def test_location_is_renamed_with_all_it_has(self, store: Store, directory: Directory) -> None:
        """Links, refusals and the copied customers; not over another location's."""
        jane = store.add(JANE)
        save(store, jane, link_of(jane))
        directory.begin("downtown", "acct_1", False, NOW)
        assert store.rename_location("downtown", "main") == 1
        assert store.links_by_location() == {"main": 1}
        assert [len(store.some_links("main", most)) for most in (0, 1, 2)] == [0, 1, 1]
        assert store.some_links("elsewhere", 9) == []
        assert store.accounts_of_links("main") == [AccountOfLinks("acct_1", False, 1)]
        assert [state.location for state in directory.states()] == ["main"]
        save(store, jane, link_of(jane, location="uptown"))
        with pytest.raises(ConflictError):
            store.rename_location("uptown", "main")

    def test_numbers_and_shape_are_told(self, store: Store) -> None:
        """Who has a number that begins so, and which columns an export has."""
        for n in range(11):
            store.add(CustomerDetails(first_name=f"Ann{n}", extra='{"Tag": "x"}' if n == 3 else ""))
        assert [customer.number for customer in store.numbered("1", 9)] == [1, 10, 11]
        save(store, the_only(store, "1"), link_of(the_only(store, "1"))._replace(enabled=False))
        shape = store.shape()
        assert (shape.locations, shape.switched_off_at, shape.extra) == (("downtown",), ("downtown",), ("Tag",))


def _wanted(**keys: set[str]) -> dict[str, Any]:
    return {"external_ids": set(), "emails": set(), "phones": set(), "names": set()} | keys


class DirectoryContract:
    """What sync has copied."""

    def test_copied_customers_are_kept_until_they_are_gone(self, directory: Directory) -> None:
        """Pages are written as they come; who was not listed again is gone, and can come back."""
        [window] = directory.begin("downtown", "acct_1", False, NOW)
        assert directory.put("downtown", [at_stripe(1), at_stripe(2, created=2)], [window]) == (2, 0)
        state = directory.state("downtown")
        assert state is not None
        assert (state.is_filled, state.finished_at, state.left) == (True, None, (window,))
        assert directory.count("downtown") == 2
        assert directory.finish("downtown", NOW) == 0
        directory.begin("downtown", "acct_1", False, NOW)
        assert directory.put("downtown", [at_stripe(1, "Jane Roe")], []) == (0, 1)
        assert directory.finish("downtown", NOW) == 1
        assert [each.name for each in directory.customers("downtown")] == ["Jane Roe"]
        assert directory.known("downtown", ["cus_1", "cus_2"]).keys() == {"cus_1"}
        assert [each.stripe_id for each in directory.newest("downtown", 5)] == ["cus_1"]

    def test_cards_and_checks_are_kept(self, directory: Directory) -> None:
        """The other card of who has no default, and what a check has found."""
        directory.begin("downtown", None, None, NOW)
        directory.put("downtown", [at_stripe(1)._replace(card=None)], [])
        directory.put_other_cards("downtown", {"cus_1": CARD})
        assert directory.known("downtown", ["cus_1"])[StripeId("cus_1")].card == CARD
        found = Verification(NOW, 3, {"name": 1})
        directory.put_verification("downtown", found)
        assert directory.verification("downtown") == found
        directory.touch("downtown", NOW)
        assert [state.finished_at for state in directory.states()] == [NOW]
        directory.forget("downtown")
        assert (directory.state("downtown"), [*directory.customers("downtown")]) == (None, [])

    def test_customers_are_found_by_card_metadata_and_the_beginning_of_an_id(self, directory: Directory) -> None:
        """Of those who are not gone."""
        directory.begin("downtown", None, None, NOW)
        bob = at_stripe(2, "Bob")._replace(card=None, metadata={"booking": "BK-7"})
        directory.put("downtown", [at_stripe(1), bob], [])
        found = directory.with_last4("downtown", CARD.last4, 9)
        assert [each.stripe_id for each in found] == ["cus_1"]
        directory.put_other_cards("downtown", {"cus_2": CARD})
        assert len(directory.with_last4("downtown", CARD.last4, 9)) == 2
        assert [each.stripe_id for each in directory.find(read_query("ext:bk-7"), "downtown", 9)] == ["cus_2"]
        assert directory.find(read_query("ext:bk"), "downtown", 9) == []
        assert [each.stripe_id for each in directory.beginning("cus_", 9)] == ["cus_1", "cus_2"]
        assert [each.stripe_id for each in directory.beginning("cus_2", 9)] == ["cus_2"]

    @pytest.mark.parametrize("typed", ["jane doe", "jnae doe", "1@x.com", "cus_1", "janie doe"])
    def test_search_forgives_typing_errors(self, directory: Directory, typed: str) -> None:
        """Best match first."""
        directory.begin("downtown", None, None, NOW)
        directory.put("downtown", [at_stripe(1), at_stripe(2, "Bob Carver")], [])
        assert [each.stripe_id for each in directory.find(read_query(typed), "downtown", 5)] == ["cus_1"]
