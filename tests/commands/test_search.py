"""Searching in the sandbox."""

import json
from typing import Any

import pytest

from koalalink.app import App
from koalalink.domain.stripe.api_key import ApiKey
from koalalink.errors import NetworkError, StripeError
from koalalink.operations.search.search import SearchRequest, search
from koalalink.sandbox import sample_data
from koalalink.sandbox.fake_stripe import Key, StripeStandIn
from koalalink.sandbox.http_client import SandboxHTTPClient
from koalalink.sandbox.sample_data import KEYS
from koalalink.stripe_client.client import StripeGateway
from tests.conftest import NOW, Run, runner
from tests.fakes import Somebody, Tools

FIELDS = "location stripe_id name email phone created livemode card payment_method linked_to url".split()


def found(run: Run, *arguments: str) -> list[dict[str, Any]]:
    """The rows of a search."""
    result = run("search", *arguments, "--json")
    assert result.exit_code == 0, result.stderr
    return list(json.loads(result.stdout))


def ids(rows: list[dict[str, Any]]) -> list[str]:
    """The IDs of rows, in order."""
    return [row["stripe_id"] for row in rows]


def test_search_returns_the_fields_that_were_promised(run: Run) -> None:
    """At every location, with the card and who has it."""
    run("connect", "42", "cus_123", "-l", "downtown")
    rows = found(run, "jane@x.com")
    assert [list(row) for row in rows] == [FIELDS] * 2
    jane = next(row for row in rows if row["stripe_id"] == "cus_123")
    assert jane["linked_to"] == {"customer": 42, "name": "Jane Doe"}
    assert jane["card"] == {"brand": "visa", "last4": "4242", "exp_month": 1, "exp_year": 2029, "expired": False}
    assert jane["url"] == "https://dashboard.stripe.com/test/customers/cus_123"
    assert jane["created"] == "2021-01-01T00:00:00Z"
    other = next(row for row in rows if row["location"] == "uptown")
    assert (other["linked_to"], other["phone"], other["card"]["expired"]) == (None, None, True)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("JANE@X.COM", {"cus_JaneUptown001", "cus_123"}),
        ("jane doe", {"cus_JaneUptown001", "cus_JaneOfKirkland", "cus_123"}),
        ("jane.doe", {"cus_JaneOfKirkland"}),
        ("206-555-0142", {"cus_123"}),
        ("+1 206 555 0142", {"cus_123"}),
        ("cus_123", {"cus_123"}),
        ("https://dashboard.stripe.com/test/customers/cus_123", {"cus_123"}),
        ("alvarez rosa", {"cus_RosaAlvarez01"}),
        ("priya.raman@example.com", {"cus_PriyaRaman001", "cus_PriyaRaman002", "cus_PriyaRaman003"}),
        ('"*\\', set()),
        ("x" * 5000, set()),
        ("\u202ejane\x1b", {"cus_JaneUptown001", "cus_JaneOfKirkland", "cus_123"}),
        ("cus_nobody", set()),
        ("cus_OlgaDeleted01", set()),
    ],
)
def test_search_reads_what_is_typed(run: Run, query: str, expected: set[str]) -> None:
    """Names, parts, emails in any case, phones in any form, IDs; and hostile text as data."""
    assert expected <= set(ids(found(run, query)))
    if "jane" not in query:
        assert expected == set(ids(found(run, query)))


@pytest.mark.parametrize("query", ["", " ", "\x07\x1b"])
def test_search_for_nothing_is_told(run: Run, query: str) -> None:
    """A query of characters that nobody sees."""
    result = run("search", query)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "There is nothing to search for." in result.stderr


def test_search_shows_as_many_as_wanted(run: Run) -> None:
    """And says that there are more."""
    result = run("search", "example", "--limit", "3", "--json")
    assert len(json.loads(result.stdout)) == 3
    assert "There are more than 3" in result.stderr
    assert len(found(run, "example", "-l", "uptown", "--limit", "200")) > 20


def test_search_in_one_location_asks_only_there(run: Run) -> None:
    """And each location once, however often it is named."""
    rows = found(run, "jane@x.com", "-l", "uptown", "-l", "uptown")
    assert ids(rows) == ["cus_JaneUptown001"]


def test_search_in_a_pipe_is_lines_with_tabs(run: Run) -> None:
    """A header, then whole values."""
    lines = run("search", "cus_123").stdout.splitlines()
    assert lines[0].split("\t") == FIELDS
    assert lines[1].split("\t")[:4] == ["downtown", "cus_123", "Jane Doe", "jane@x.com"]
    assert len({line.count("\t") for line in lines}) == 1


def test_search_connects_the_one_that_is_chosen(run: Run, sandbox: App) -> None:
    """The rows are numbered; the checks are those of connect."""
    person = sandbox.__dict__["talk"] = Somebody()
    rows = ids(found(run, "jane doe", "-l", "downtown"))
    person.chooses = rows.index("cus_123") + 1
    result = run("search", "jane doe", "-l", "downtown", "--connect", "42", "--json")
    assert json.loads(result.stdout)["stripe_id"] == "cus_123"
    assert [hit.customer.stripe_id for hit in person.shown[0].hits] == rows
    assert person.asked == ["Which one is Jane Doe (42)? 2"]
    assert len(person.reviews) == 1


def test_search_connects_nobody_where_nobody_is_chosen(run: Run, sandbox: App) -> None:
    """Enter means none of them."""
    sandbox.__dict__["talk"] = Somebody(chooses=None)
    result = run("search", "jane", "--connect", "42")
    assert (result.exit_code, result.stderr) == (1, "Nothing was connected.\n")


def test_search_connects_only_where_somebody_can_choose(run: Run) -> None:
    """A script cannot choose."""
    result = run("search", "jane", "--connect", "42")
    assert result.exit_code == 8
    assert "koalalink --sandbox connect 42 cus_" in result.stderr


def _tools(sandbox: App, stand_in: StripeStandIn, *names: str, broken: str = "") -> Any:
    """The sandbox's store, and these locations with another Stripe; one may be broken."""

    def open_account(name: str) -> StripeGateway:
        if name == broken:
            raise NetworkError(f"Stripe cannot be reached, for {name}.")
        return StripeGateway(
            name, ApiKey(KEYS[name], origin="it"), api_base="https://x.test", transport=SandboxHTTPClient(stand_in)
        )

    locations = {name: sandbox.config.locations[name] for name in names}
    return Tools(
        config=sandbox.config._replace(locations=locations),
        accounts=open_account,
        store=sandbox.store,
        directory=sandbox.directory,
        talk=Somebody(),
        now=NOW,
    )


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("peggy mercer", "cus_margaret"),
        ("mercer peggy", "cus_margaret"),
        ("margret mercer", "cus_margaret"),
        ("margaret mercr", "cus_margaret"),
        ("margaret mercar", "cus_margaret"),
        ("bobby carver", "cus_RobertCarver1"),
        ("Pegy", "cus_peg"),
    ],
)
def test_search_forgives_nicknames_and_slips(sandbox: App, typed: str, expected: str) -> None:
    """Where Stripe finds nobody for all words it is asked for less, and the answers are compared here; it is said."""
    accounts = sample_data.accounts(NOW.date())
    accounts[0].customers |= {
        stripe_id: dict(accounts[0].customers["cus_123"])
        | {"id": stripe_id, "name": name, "email": f"{stripe_id}@x.com"}
        for stripe_id, name in (("cus_margaret", "Margaret Mercer"), ("cus_peg", "Peggy Sue"), ("cus_m", "Mark Mercer"))
    }
    hits = search(_tools(sandbox, StripeStandIn(accounts), "downtown"), SearchRequest(typed)).value
    assert [hit.customer.stripe_id for hit in hits.hits] == [expected]
    assert "these are similar" in str(hits.notes[0])


def test_search_that_finds_nobody_looks_into_the_copy(run: Run) -> None:
    """Which forgives more than Stripe can be asked for; how old it is is said."""
    assert found(run, "jnae dooe") == []
    run("sync")
    assert {row["name"] for row in found(run, "jnae dooe")} == {"Jane Doe"}
    assert "Stripe's search found nobody. These are the customers of downtown" in run("search", "jnae dooe").stderr


@pytest.mark.parametrize("status", [500, 503, 429])
def test_search_falls_back_to_the_copy_where_stripe_has_a_problem(run: Run, sandbox: App, status: int) -> None:
    """Like no network at all."""
    run("sync")

    def refuse(name: str) -> StripeGateway:
        raise StripeError(f"Stripe had a problem, at {name}.", status=status)

    sandbox.__dict__["accounts"] = refuse
    result = run("search", "jane doe")
    assert (result.exit_code, "cus_123" in result.stdout) == (0, True)
    assert "Stripe had a problem, at downtown. These are the customers of downtown as they were copied" in result.stderr


def test_search_for_the_last_digits_of_a_card(run: Run) -> None:
    """In the copy, as Stripe's search does not know them; that is said."""
    assert "To look for cards ending 4242 as well, type: koalalink --sandbox sync" in run("search", "4242").stderr
    run("sync")
    rows = found(run, "4242")
    assert "cus_123" in ids(rows)
    assert {row["card"]["last4"] for row in rows} == {"4242"}
    said = "Cards ending 4242 were looked for in the copy of downtown and uptown, not at Stripe."
    assert said in run("search", "4242").stderr
    assert ids(found(run, "4242", "--offline")) == ids(rows)


def test_search_for_our_own_id(sandbox: App) -> None:
    """In the metadata, under the key that the configuration names, else external_id."""
    accounts = sample_data.accounts(NOW.date())
    accounts[0].customers["cus_own"] = dict(accounts[0].customers["cus_123"]) | {
        "id": "cus_own",
        "metadata": {"external_id": 'BK-"0042', "booking": "BK-7"},
    }
    tools = _tools(sandbox, StripeStandIn(accounts), "downtown")
    for typed, expected in (('ext:bk-"0042', ["cus_own"]), ("ext:BK-7", []), ("EXT: nobody", [])):
        hits = search(tools, SearchRequest(typed)).value.hits
        assert [hit.customer.stripe_id for hit in hits] == expected
    place = tools.config.locations["downtown"]
    tools.config.locations["downtown"] = place._replace(metadata_key="booking")
    assert [hit.customer.stripe_id for hit in search(tools, SearchRequest("ext:BK-7")).value.hits] == ["cus_own"]


def test_search_shows_who_of_our_own_list_fits(sandbox: App) -> None:
    """At most five; a nickname counts where nobody is called that."""
    for typed, expected in (
        ("jane doe", [42, 57]),
        ("robert carver", [11]),
        ("e", 5),
        ("ext:BK-0042", [42]),
        ("cus_123", []),
    ):
        ours = search(sandbox, SearchRequest(typed, ours=True)).value.ours
        numbers = [each.customer.number for each in ours]
        assert (len(numbers) if isinstance(expected, int) else numbers) == expected
    assert search(sandbox, SearchRequest("jane doe")).value.ours == ()


def test_page_of_one_of_several_is_chosen(sandbox: App, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody else's is opened; where nobody can choose, none."""
    opened: list[str] = []
    monkeypatch.setattr(App, "browse", property(lambda _: opened.append))
    assert "so no page was opened" in str(runner(sandbox)("search", "jane doe", "--web").stderr)
    assert opened == []
    sandbox.__dict__["talk"] = Somebody(chooses=2)
    hits = search(sandbox, SearchRequest("jane doe", web=True)).value.hits
    assert opened == [hits[1].customer.url]
    search(sandbox, SearchRequest("cus_123", web=True))
    assert opened[1:] == ["https://dashboard.stripe.com/test/customers/cus_123"]


def test_search_without_the_search_endpoint_looks_through_the_list(sandbox: App) -> None:
    """As for merchants in India: by email at once, by name page by page, and it is said."""
    accounts = sample_data.accounts(NOW.date())
    for account in accounts:
        account.can_search = False
    for typed in ("jane@x.com", "Jane Doe"):
        tools = _tools(sandbox, StripeStandIn(accounts), "downtown")
        hits = search(tools, SearchRequest(typed)).value
        assert "cus_123" in [hit.customer.stripe_id for hit in hits.hits]
        assert "does not offer search for downtown" in str(hits.notes[0])
    assert tools.talk.heard == [f"Searching customers at Stripe: {len(accounts[0].customers) - 1}"]


def test_search_finds_who_was_created_a_moment_ago(sandbox: App) -> None:
    """The list by email knows them before the search does; as typed, and in small letters."""
    accounts = sample_data.accounts(NOW.date())
    new = dict(accounts[0].customers["cus_123"]) | {"id": "cus_new", "created": 2_000_000_000}
    accounts[0].customers["cus_new"] = new
    accounts[0].search_hides_after = 1_900_000_000
    found = search(_tools(sandbox, StripeStandIn(accounts), "downtown"), SearchRequest("Jane@X.com"))
    assert [hit.customer.stripe_id for hit in found.value.hits] == ["cus_new", "cus_123"]


def test_search_with_short_words_looks_through_the_list(sandbox: App) -> None:
    """Stripe compares nothing shorter than three letters; here it is compared."""
    accounts = sample_data.accounts(NOW.date())
    accounts[0].customers["cus_li"] = dict(accounts[0].customers["cus_123"]) | {"id": "cus_li", "name": "Bo Li"}
    found = search(_tools(sandbox, StripeStandIn(accounts), "downtown"), SearchRequest("bo li"))
    assert [hit.customer.stripe_id for hit in found.value.hits] == ["cus_li"]


def test_search_that_fails_at_one_location_keeps_the_others_rows(sandbox: App) -> None:
    """They are returned, and the failure beside them."""
    stand_in = StripeStandIn(sample_data.accounts(NOW.date()))
    found = search(_tools(sandbox, stand_in, "uptown", "downtown", broken="uptown"), SearchRequest("jane"))
    assert len(found.value.hits) == 2
    assert [failure.message for failure in found.failures] == ["Stripe cannot be reached, for uptown."]


def test_search_with_a_key_that_may_not_read_cards_shows_the_rest(sandbox: App) -> None:
    """And says why no card is shown."""
    accounts = sample_data.accounts(NOW.date())
    accounts[0].keys[KEYS["downtown"]] = Key(frozenset({"rak_customer_read"}))
    hits = search(_tools(sandbox, StripeStandIn(accounts), "downtown"), SearchRequest("jane")).value
    assert [hit.card for hit in hits.hits] == [None, None]
    assert "has no permission to read payment methods" in str(hits.notes[0])
