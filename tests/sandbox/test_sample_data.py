"""The sample people: that the difficult ones are there, and that what is linked is linked rightly."""

import json
import re
from collections import Counter
from datetime import date
from typing import Any

import pytest

from koalalink.sandbox.fake_stripe import Account
from koalalink.sandbox.sample_data import ACCOUNT_IDS, KEYS, accounts, customers, links

TODAY = date(2026, 11, 23)


@pytest.fixture(scope="module")
def stripe() -> dict[str, Account]:
    """The accounts by location."""
    by_id = {account.id: account for account in accounts(TODAY)}
    return {location: by_id[account] for location, account in ACCOUNT_IDS.items()}


def living(account: Account) -> list[dict[str, Any]]:
    """Return the customers who are not deleted."""
    return [customer for customer in account.customers.values() if not customer.get("deleted")]


def cards(account: Account, stripe_id: str) -> list[dict[str, Any]]:
    """Return the cards of a customer."""
    return [method["card"] for method in account.payment_methods[stripe_id] if method["type"] == "card"]


def months_left(card: dict[str, Any]) -> int:
    """Return how many months after this one a card is good."""
    return int(card["exp_year"] * 12 + card["exp_month"] - TODAY.year * 12 - TODAY.month)


def test_accounts_are_the_same_each_time(stripe: dict[str, Account]) -> None:
    """Down to the last ID; and there are enough people to search among."""
    again = {account.id: account for account in accounts(TODAY)}
    assert again == {account.id: account for account in stripe.values()}
    assert sum(len(living(account)) for account in stripe.values()) > 100
    assert len(customers()) == 60


def test_accounts_are_in_test_mode_with_a_key_each(stripe: dict[str, Account]) -> None:
    """No key has the look of a real one."""
    assert {location: [*account.keys] for location, account in stripe.items()} == {
        location: [key] for location, key in KEYS.items()
    }
    assert all(key.startswith("rk_test_sandbox") for key in KEYS.values())
    assert not any(account.livemode or any(c["livemode"] for c in living(account)) for account in stripe.values())


def test_cards_move_with_the_day() -> None:
    """A year later every card ends a year later, and nothing else is different."""
    now, later = accounts(TODAY), accounts(date(2027, 11, 23))
    for one, other in zip(now, later, strict=True):
        ends = [
            [card["exp_year"] for customer in account.payment_methods for card in cards(account, customer)]
            for account in (one, other)
        ]
        assert ends[1] == [year + 1 for year in ends[0]]
        assert [*one.customers] == [*other.customers]


def test_cards_are_of_every_age(stripe: dict[str, Account]) -> None:
    """Over, ending this month and next month, and good for years; and some people have none."""
    left = {months_left(card) for a in stripe.values() for customer in a.payment_methods for card in cards(a, customer)}
    assert {0, 1} <= left
    assert min(left) < 0
    assert max(left) > 36
    assert all(any(not methods for methods in account.payment_methods.values()) for account in stripe.values())


def test_stripe_customers_have_the_form_of_stripes(stripe: dict[str, Account]) -> None:
    """Of their length, but for Jane's; created in the past, and no two in the same second."""
    for account in stripe.values():
        assert all(re.fullmatch("cus_([A-Za-z0-9]{13,14}|123)", stripe_id) for stripe_id in account.customers)
        assert all(customer["id"] == stripe_id for stripe_id, customer in account.customers.items())
        made = [customer["created"] for customer in living(account)]
        assert len(set(made)) == len(made)
        assert 1_600_000_000 < min(made) < max(made) < 1_790_000_000
        methods = [method["id"] for several in account.payment_methods.values() for method in several]
        assert len(set(methods)) == len(methods)
        json.dumps(account.customers)


def test_nobody_can_be_written_to_or_called(stripe: dict[str, Account]) -> None:
    """Every address is at an example, and every number is one of those kept for stories."""
    people = [(customer.email, customer.phone) for customer in customers()]
    people += [(c["email"] or "", c["phone"] or "") for account in stripe.values() for c in living(account)]
    for email, phone in people:
        assert re.fullmatch(r"|jane@x\.com|.+@(example\.(com|org)|example\.con|\w+\.example)", email.lower()), email
        assert re.fullmatch(r"|1?(206|253|425)55501\d\d", re.sub(r"\D", "", phone)), phone


def test_jane_is_customer_42_and_not_linked_yet(stripe: dict[str, Account]) -> None:
    """The example of README."""
    jane = customers()[41]
    assert (jane.name, jane.email, jane.phone) == ("Jane Doe", "jane@x.com", "(206) 555-0142")
    assert 42 not in [number for number, _, _ in links()]
    at_stripe = stripe["downtown"].customers["cus_123"]
    assert (at_stripe["name"], at_stripe["email"]) == ("Jane Doe", "jane@x.com")
    [card] = cards(stripe["downtown"], "cus_123")
    assert (card["brand"], card["last4"], months_left(card) > 0) == ("visa", "4242", True)


def test_there_is_another_jane_here_and_at_stripe(stripe: dict[str, Account]) -> None:
    """Same name, another person; and the same person with another ID at the other location."""
    [other] = [c for c in customers() if c.name == "Jane Doe" and c.email != "jane@x.com"]
    downtown = {c["email"]: c for c in living(stripe["downtown"]) if c["name"] == "Jane Doe"}
    assert {*downtown} == {"jane@x.com", other.email}
    assert downtown[other.email]["phone"] != downtown["jane@x.com"]["phone"]
    assert [card["brand"] for card in cards(stripe["downtown"], downtown[other.email]["id"])] == ["mastercard"]
    [uptown] = [c for c in living(stripe["uptown"]) if c["email"] == "jane@x.com"]
    assert uptown["id"] != "cus_123"
    assert all(months_left(card) < 0 for card in cards(stripe["uptown"], uptown["id"]))
    assert customers().index(other) + 1 not in [number for number, _, _ in links()]


def test_links_are_right(stripe: dict[str, Account]) -> None:
    """The same name and email on both sides, no ID twice at a location, nobody who is deleted."""
    assert 20 <= len(links()) <= 30
    assert len({(location, stripe_id) for _, location, stripe_id in links()}) == len(links())
    assert len({(number, location) for number, location, _ in links()}) == len(links())
    for number, location, stripe_id in links():
        ours, theirs = customers()[number - 1], stripe[location].customers[stripe_id]
        assert (theirs["name"], theirs["email"]) == (ours.name, ours.email)


def test_difficult_people_are_there(stripe: dict[str, Account]) -> None:
    """Each of the ways in which two lists of people disagree."""
    ours, here = customers(), {c.email: c for c in customers()}
    theirs = [c for account in stripe.values() for c in living(account)]
    names = {c["email"]: c["name"] for c in theirs}
    assert {"Bob Carver", "Elizabeth Nolan", "José Núñez", "Zoë Müller", "Siobhan O'Brien"} <= {c.name for c in ours}
    assert (names["bob.carver@example.com"], names["enolan@example.com"]) == ("Robert Carver", "Liz Nolan")
    assert names["jose.nunez@example.com"] == "Jose Nunez"
    assert names["karen.whitfield@example.com"] not in (None, here["karen.whitfield@example.com"].name)
    assert "dana.pruitt@example.con" in names
    assert names["nora.finch@example.com"] is None
    assert any("[red]" in (c["name"] or "") for c in theirs)
    assert [c.company for c in ours if not c.first_name] == ["Harbor View Dental"]
    shared = Counter(c.email for c in ours)
    assert (shared["alvarez.family@example.com"], shared["bakers@example.com"]) == (2, 2)
    assert [c["name"] for c in theirs if c["email"] == "alvarez.family@example.com"] == ["Rosa Alvarez"]
    assert len([c for c in theirs if (c["email"] or "").lower() == "priya.raman@example.com"]) == 3
    assert any(c["email"] and c["email"] not in here and c["email"].lower() in here for c in theirs)
    assert [c["deleted"] for a in stripe.values() for c in a.customers.values() if c.get("deleted")] == [True]
    assert [*stripe["downtown"].customers.keys() & stripe["uptown"].customers.keys()] == ["cus_OscarCopied01"]


def test_card_of_the_older_kind_is_listed_under_its_own_id(stripe: dict[str, Account]) -> None:
    """As Stripe lists it: among the payment methods, and default only as a source."""
    older = [c for c in living(stripe["uptown"]) if c["default_source"]]
    [hugh] = [c for c in older if c["default_source"]["object"] == "card"]
    assert hugh["invoice_settings"]["default_payment_method"] is None
    [method] = stripe["uptown"].payment_methods[hugh["id"]]
    assert (method["id"], method["object"]) == (hugh["default_source"]["id"], "payment_method")
    assert method["id"].startswith("card_")


def test_defaults_are_among_the_saved(stripe: dict[str, Account]) -> None:
    """Whoever has a card has a default."""
    for account in stripe.values():
        for customer in living(account):
            saved = [method["id"] for method in account.payment_methods[customer["id"]]]
            saved += [source["id"] for source in account.sources[customer["id"]]]
            default = customer["invoice_settings"]["default_payment_method"] or (customer["default_source"] or {}).get(
                "id"
            )
            assert default in saved if saved else default is None


def test_some_have_an_address_and_metadata_at_stripe(stripe: dict[str, Account]) -> None:
    """Some, as in life; and where there is one it is that of the local customer."""
    for account in stripe.values():
        for field in ("address", "metadata", "phone"):
            assert {bool(customer[field]) for customer in living(account)} == {True, False}
    address = stripe["downtown"].customers["cus_123"]["address"]
    jane = customers()[41]
    assert (address["line1"], address["city"], address["postal_code"]) == (jane.address, jane.city, jane.zip)
