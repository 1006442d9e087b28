"""Two people who decide at the same time: nobody's no is overruled without a word."""

import csv
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from koalalink.app import App
from koalalink.domain.customers.customer import CustomerDetails
from koalalink.domain.matching.review import Question
from koalalink.sandbox.fake_stripe import Account
from tests.conftest import NOW, Run, runner
from tests.fakes import Somebody, the_only

PEOPLE = 12


@pytest.fixture
def shop(koala: App, live: Run, account: Account) -> App:
    """Twelve people who may be as many at Stripe, each to be looked at: the last names differ."""
    pattern = account.customers["cus_RobertCarver1"]
    for number in range(PEOPLE):
        email, name = f"desk{number}@x.com", f"Ann{chr(97 + number)}a"
        koala.store.add(CustomerDetails(first_name=name, last_name=f"Xu{number}", email=email))
        who = {"id": f"cus_desk{number}", "name": f"{name} Roe", "email": email, "phone": None, "description": None}
        account.customers[who["id"] or ""] = pattern | who
        account.payment_methods[f"cus_desk{number}"] = account.payment_methods["cus_123"]
    assert live("sync").exit_code == 0
    return koala


def numbers(shop: App) -> list[int]:
    """The customers that are decided."""
    return [found.customer.number for found in shop.store.page("desk", limit=99).customers]


def sheet(live: Run, name: str, decide: Callable[[int], str]) -> None:
    """Write a sheet, and what somebody decides of each customer in it."""
    assert live("match", "--sheet", name).exit_code == 0
    with Path(name).open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    with Path(name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [*rows[0]])
        writer.writeheader()
        writer.writerows(row | {"Decision": decide(int(row["Customer"]))} for row in rows)


def refused(shop: App) -> set[int]:
    """Who was said not to be whom."""
    return {customer for customer, _ in shop.store.refusals("default")}


def linked(shop: App) -> set[int]:
    """Which of these people are linked."""
    known = shop.store.known(numbers(shop))
    return {number for number, found in known.items() if found.links}


def test_sheet_does_not_overrule_a_newer_no(shop: App, live: Run) -> None:
    """It is named with who said it and when; the other rows are carried out."""
    mine = numbers(shop)
    sheet(live, "one.csv", lambda number: "yes" if number in mine else "")
    sheet(live, "other.csv", lambda number: "no" if number in mine[:7] else "")
    assert live("apply", "other.csv").exit_code == 0
    applied = live("apply", "one.csv")
    assert applied.exit_code == 0
    assert (refused(shop), linked(shop)) == ({*mine[:7]}, {*mine[7:]})
    said = "tester has said no to this since, on " if not shop.shared else " has said no to this since, on "
    assert applied.stdout.count(said) == 7
    assert "(change " in applied.stdout


def test_sheet_without_its_mark_overrules_nobody(shop: App, live: Run) -> None:
    """One of an older version, or without that column, does not say what its reader has seen."""
    [first, *_] = numbers(shop)
    sheet(live, "one.csv", lambda number: "yes" if number == first else "")
    text = Path("one.csv").read_text()
    mark = next(line for line in text.splitlines() if line.startswith("yes")).rpartition(",")[2]
    Path("one.csv").write_text(text.replace(mark, mark.rpartition(" ")[0]))
    sheet(live, "other.csv", lambda number: "no" if number == first else "")
    assert live("apply", "other.csv").exit_code == 0
    assert "has said no to this since" in live("apply", "one.csv").stdout
    assert linked(shop) == set()


def test_link_by_hand_goes_before_an_older_no(shop: App, live: Run) -> None:
    """As the sentence says that names the no."""
    [first, *_] = numbers(shop)
    sheet(live, "no.csv", lambda number: "no" if number == first else "")
    assert live("apply", "no.csv").exit_code == 0
    assert live("connect", str(first), "cus_desk0", "--force").exit_code == 0
    assert linked(shop) == {first}


class Desk:
    """A desk at which something is done before each key is pressed."""

    def __init__(self, key: Callable[[Question], str]) -> None:
        self._key = key
        self.shown: list[int] = []

    def ask(self, question: Question) -> str:
        """Look at the pairs, and answer."""
        self.shown += [pair.ours.number for pair in question.pairs]
        return self._key(question)


def review(shop: App, key: Callable[[Question], str]) -> tuple[Desk, Somebody]:
    """Review at another desk; return who sat at it, and what was said to them."""
    desk, person = Desk(key), Somebody()
    koala = App(home=shop.home, environ=shop.environ, now=lambda: NOW, may_ask=True)
    koala.__dict__.update(desk=desk, talk=person)
    assert runner(koala)("review").exit_code == 0
    koala.close()
    return desk, person


def test_review_looks_again_before_it_saves(shop: App, live: Run) -> None:
    """Somebody says no in the same second, while the pair is shown here."""

    def key(question: Question) -> str:
        sheet(live, "no.csv", lambda number: "no" if number == question.pairs[0].ours.number else "")
        assert live("apply", "no.csv").exit_code == 0
        return "y" if len(refused(shop)) < 4 else "q"

    desk, person = review(shop, key)
    assert (linked(shop), refused(shop)) == (set(), {*desk.shown})
    assert sum("has said no to this since" in told for told in person.heard) == 3


def test_review_looks_again_before_it_shows(shop: App, live: Run) -> None:
    """What another desk has decided meanwhile is left out, and counted."""
    mine, seen = numbers(shop), list[Question]()

    def key(question: Question) -> str:
        if not seen:
            others = [number for number in mine if number != question.pairs[0].ours.number]
            sheet(live, "other.csv", lambda number: {others[0]: "yes", others[1]: "no"}.get(number, ""))
            assert live("apply", "other.csv").exit_code == 0
        seen.append(question)
        return "n"

    desk, person = review(shop, key)
    assert len([number for number in desk.shown if number in mine]) == PEOPLE - 2
    assert len(desk.shown) == len({*desk.shown})
    assert "2 pairs were decided by someone else meanwhile." in person.heard
    assert len(linked(shop)) == 1


@pytest.mark.long
def test_two_desks_of_many_pairs_overrule_nobody(shop: App, live: Run, account: Account) -> None:
    """Each answers by chance, and the other while the pair is shown: whoever was first, it stays so."""
    chance = random.Random(33)
    mine = numbers(shop)

    def key(question: Question) -> str:
        number = question.pairs[0].ours.number
        if number not in mine:
            return "l"
        answer = chance.choice("yn")
        other = chance.choice(["yes", "no", ""])
        if other:
            sheet(live, "other.csv", lambda each: other if each == number else "")
            assert live("apply", "other.csv").exit_code == 0
        said.append((number, answer, other))
        return answer

    said: list[tuple[int, str, str]] = []
    for _ in range(17):  # 204 pairs
        review(shop, key)
        for number, answer, other in said:
            first = other or {"y": "yes", "n": "no"}[answer]
            assert (number in linked(shop)) is (first == "yes")
            assert (number in refused(shop)) is (first == "no")
        said.clear()
        while shop.store.changes(limit=1)[0].number and (linked(shop) or refused(shop)):
            assert live("undo", "--yes").exit_code == 0
    assert the_only(shop.store, str(mine[0]))
