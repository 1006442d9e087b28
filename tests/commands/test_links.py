"""Linking in the sandbox: everybody who must not be charged for somebody else."""

import json

import pytest

from koalalink.app import App
from koalalink.domain.settings.configuration import KeySource
from tests.conftest import Run
from tests.fakes import Somebody, the_only

CHECKS = ["exists", "not_deleted", "mode", "email", "name", "phone", "not_linked_elsewhere", "has_card"]


def links_of(koala: App, number: int) -> dict[str, str]:
    """The links of a customer, by location."""
    linked = koala.store.record(the_only(koala.store, str(number)))
    return {link.location: link.stripe_id for link in linked.links}


def test_connect_of_the_right_person_is_saved(run: Run, sandbox: App) -> None:
    """Who, what, where, which card; and the JSON that was promised."""
    result = run("connect", "42", "cus_123", "--location", "downtown", "--json")
    assert result.exit_code == 0, result.stderr
    done = json.loads(result.stdout)
    assert list(done) == ["customer", "name", "location", "stripe_id", "status", "checks", "cards"]
    assert (done["customer"], done["name"], done["status"]) == (42, "Jane Doe", "connected")
    assert [check["check"] for check in done["checks"]] == CHECKS
    assert {check["result"] for check in done["checks"]} == {"pass"}
    assert [(card["brand"], card["last4"], card["default"]) for card in done["cards"]] == [("visa", "4242", True)]
    link = sandbox.store.link(the_only(sandbox.store, "42"), "downtown")
    assert link is not None
    assert (link.stripe_id, link.account, link.livemode) == ("cus_123", "acct_sandboxdowntown", False)
    assert link.verified_at is not None


@pytest.mark.parametrize(
    ("customer", "stripe_id", "location", "said", "whom"),
    [
        ("42", "cus_JaneOfKirkland", "downtown", "The email is different", "the other Jane Doe"),
        ("8", "cus_RosaAlvarez01", "downtown", "The name is different", "the wife, who has the family's email"),
        ("25", "cus_JohnBakerJr01", "downtown", "The name is different", "the son of the same name"),
        ("28", "cus_RosaAlvarez01", "downtown", "Nothing matches: different name, email and phone", "a stranger"),
        ("30", "cus_DanaPruitt001", "downtown", "The email is different", "somebody with a name as his"),
        ("45", "cus_WaltBrandt001", "downtown", "There is no saved payment method", "somebody who cannot be charged"),
        ("40", "cus_TomGallagher1", "downtown", "The saved card has expired", "somebody who cannot be charged"),
    ],
)
def test_connect_in_doubt_is_refused_where_nobody_can_be_asked(
    run: Run, sandbox: App, customer: str, stripe_id: str, location: str, said: str, whom: str
) -> None:
    """Nothing is saved, and the hint says how to look closer."""
    result = run("connect", customer, stripe_id, "-l", location)
    assert result.exit_code == 8, whom
    assert (result.stdout, said in result.stderr, "--force" in result.stderr) == ("", True, True), result.stderr
    assert links_of(sandbox, int(customer)) == {}
    assert run("connect", customer, stripe_id, "-l", location, "--force").exit_code == 0
    assert links_of(sandbox, int(customer)) == {location: stripe_id}


@pytest.mark.parametrize(
    ("customer", "email"), [("11", "bob.carver"), ("12", "enolan"), ("15", "jose"), ("19", "obrien")]
)
def test_connect_of_a_person_written_differently_is_saved(run: Run, customer: str, email: str) -> None:
    """Bob is Robert, Liz is Elizabeth, Jose is José, and O'BRIEN, SIOBHAN is Siobhan O'Brien."""
    [hit] = json.loads(run("search", email, "--json").stdout)
    result = run("connect", customer, hit["stripe_id"], "-l", hit["location"])
    assert result.exit_code == 0, result.stderr


@pytest.mark.parametrize(
    ("customer", "stripe_id", "code", "said"),
    [
        ("52", "cus_OlgaDeleted01", 4, "was deleted at Stripe"),
        ("42", "cus_nobody", 4, "There is no customer cus_nobody"),
        ("42", "cus_OscarCopied01", 8, "belongs to Oscar Lindqvist (50) at downtown"),
        ("999", "cus_123", 4, "There is no customer “999”"),
        ("42", "pm_123", 2, "one payment method"),
        ("42", "cus_1 23", 2, "a space or a line break"),
    ],
)
def test_connect_that_fails_is_never_saved(
    run: Run, sandbox: App, customer: str, stripe_id: str, code: int, said: str
) -> None:
    """Not with --force either."""
    for force in ([], ["--force"]):
        result = run("connect", customer, stripe_id, "-l", "downtown", "--json", *force)
        assert (result.exit_code, result.stdout) == (code, ""), result.stderr
        assert said in result.stderr
        assert "Hint: " in result.stderr
    assert links_of(sandbox, 42) == {}


def test_connect_at_another_location_minds_who_has_the_id(run: Run) -> None:
    """A copied account keeps its IDs: whoever has the ID at one location is the same person at the other."""
    assert run("connect", "50", "cus_OscarCopied01", "-l", "uptown").exit_code == 0
    result = run("connect", "8", "cus_OscarCopied01", "-l", "uptown", "--force")
    assert result.exit_code == 8
    assert "Oscar Lindqvist (50)" in result.stderr
    assert "koalalink --sandbox unlink 50 --location" in result.stderr


def test_connect_of_another_id_needs_replace(run: Run, sandbox: App) -> None:
    """Then the old one is kept in the history."""
    run("connect", "38", "cus_PriyaRaman003", "-l", "downtown")
    result = run("connect", "38", "cus_PriyaRaman001", "-l", "downtown", "--force")
    assert result.exit_code == 8
    assert "cus_PriyaRaman003" in result.stderr
    assert "--replace" in result.stderr
    result = run("connect", "38", "cus_PriyaRaman001", "-l", "downtown", "--force", "--replace", "--json")
    assert json.loads(result.stdout)["status"] == "replaced"
    assert links_of(sandbox, 38) == {"downtown": "cus_PriyaRaman001"}


def test_connect_of_the_same_id_changes_nothing(run: Run, sandbox: App) -> None:
    """It is said, with exit code 0; what was doubtful is doubted again. One that is switched off stays off."""
    assert run("connect", "45", "cus_WaltBrandt001", "-l", "downtown", "--force").exit_code == 0
    assert run("disable", "45").exit_code == 0
    before = sandbox.store.link(the_only(sandbox.store, "45"), "downtown")
    assert run("connect", "45", "cus_WaltBrandt001", "-l", "downtown").exit_code == 8
    result = run("connect", "45", "cus_WaltBrandt001", "-l", "downtown", "--json", "--force")
    assert (result.exit_code, json.loads(result.stdout)["status"]) == (0, "unchanged")
    assert sandbox.store.link(the_only(sandbox.store, "45"), "downtown") == before


def test_connect_offline_is_saved_unverified_and_verified_later(run: Run, sandbox: App) -> None:
    """What is said to type does verify it."""
    result = run("connect", "42", "cus_123", "-l", "downtown", "--offline", "--json")
    assert json.loads(result.stdout)["checks"] == []
    assert "koalalink --sandbox connect 42 cus_123 --location downtown" in result.stderr
    link = sandbox.store.link(the_only(sandbox.store, "42"), "downtown")
    assert link is not None
    assert link.verified_at is None
    assert run("connect", "42", "cus_123", "-l", "downtown").exit_code == 0
    link = sandbox.store.link(the_only(sandbox.store, "42"), "downtown")
    assert link is not None
    assert link.verified_at is not None


def test_connect_that_verifies_leaves_a_link_switched_off(run: Run, sandbox: App) -> None:
    """Whoever switched it off had a reason; it is said how to switch it on."""
    run("connect", "42", "cus_123", "-l", "downtown", "--offline")
    run("disable", "42")
    assert run("connect", "42", "cus_123", "-l", "downtown").exit_code == 0
    link = sandbox.store.link(the_only(sandbox.store, "42"), "downtown")
    assert link is not None
    assert (link.enabled, link.verified_at is not None) == (False, True)


def test_connect_offline_minds_who_has_the_id(run: Run, sandbox: App) -> None:
    """The store knows that without Stripe; and a doubt found later is shown, not saved as verified."""
    assert run("connect", "42", "cus_OscarCopied01", "-l", "downtown", "--offline", "--force").exit_code == 8
    assert run("connect", "42", "cus_JaneOfKirkland", "-l", "downtown", "--offline").exit_code == 0
    assert run("connect", "42", "cus_JaneOfKirkland", "-l", "downtown").exit_code == 8
    link = sandbox.store.link(the_only(sandbox.store, "42"), "downtown")
    assert link is not None
    assert link.verified_at is None


def test_connect_asks_a_person_in_doubt(run: Run, sandbox: App) -> None:
    """No is the default and saves nothing; yes saves, and the history keeps what was doubted."""
    person = sandbox.__dict__["talk"] = Somebody(says_yes=False)
    result = run("connect", "42", "cus_JaneOfKirkland", "-l", "downtown")
    assert (result.exit_code, result.stderr) == (1, "Nothing was saved.\n")
    assert person.asked == ["Connect Jane Doe (42) to cus_JaneOfKirkland anyway?"]
    assert [review.ours.number for review in person.reviews] == [42]
    assert links_of(sandbox, 42) == {}
    person.says_yes = True
    assert run("connect", "42", "cus_JaneOfKirkland", "-l", "downtown").exit_code == 0
    assert links_of(sandbox, 42) == {"downtown": "cus_JaneOfKirkland"}


def test_location_that_alone_has_the_id_need_not_be_named(run: Run, sandbox: App) -> None:
    """Two locations, and no default."""
    assert run("connect", "42", "cus_123").exit_code == 0
    assert links_of(sandbox, 42) == {"downtown": "cus_123"}
    assert json.loads(run("show", "cus_JaneUptown001", "--json").stdout)["location"] == "uptown"
    cards = json.loads(run("cards", "cus_JaneUptown001", "--json").stdout)
    assert {(card["location"], card["stripe_id"]) for card in cards} == {("uptown", "cus_JaneUptown001")}
    result = run("connect", "42", "cus_nobody")
    assert (result.exit_code, "None of your Stripe accounts (downtown, uptown)" in result.stderr) == (4, True)


def test_location_that_cannot_be_asked_is_in_doubt(run: Run, sandbox: App) -> None:
    """The other one has the ID; so may this one, as an account can be a copy of another."""
    uptown = sandbox.config.locations["uptown"]
    sandbox.config.locations["uptown"] = uptown._replace(key_source=KeySource("api_key_env", ("MISSING",)))
    result = run("connect", "42", "cus_123")
    assert (result.exit_code, "uptown could not be asked" in result.stderr) == (2, True)
    assert "--location downtown" in result.stderr


def test_id_that_two_locations_have_is_in_doubt(run: Run, sandbox: App) -> None:
    """A copied account keeps its IDs."""
    downtown = sandbox.config.locations["downtown"]
    sandbox.config.locations["third"] = downtown._replace(name="third", title="Third")
    result = run("show", "cus_123")
    assert (result.exit_code, "downtown and third all have" in result.stderr) == (2, True)


def test_location_of_an_id_is_known_offline(run: Run) -> None:
    """By what was copied."""
    assert run("connect", "42", "cus_123", "--offline").exit_code == 2
    run("sync")
    assert run("connect", "42", "cus_123", "--offline").exit_code == 0


@pytest.mark.parametrize("typed", ["Downtown", "DOWNTOWN", " downtown "])
def test_location_is_found_by_its_title_in_any_case(run: Run, typed: str) -> None:
    """As it is written on the door."""
    for arguments in (("search", "jane"), ("cards", "54"), ("status",), ("connect", "42", "cus_123")):
        assert run(*arguments, "-l", typed).exit_code == 0
    run("sync")
    assert run("search", "jane", "--offline", "-l", typed).exit_code == 0


@pytest.mark.parametrize("typed", ["'cus_123'", "“cus_123”", " cus_123, ", "cus_123.", "(cus_123)"])
def test_id_is_read_with_what_was_copied_around_it(run: Run, typed: str) -> None:
    """Quotation marks, spaces, a comma."""
    assert run("connect", "42", typed, "-l", "downtown").exit_code == 0


def test_arguments_in_the_other_order_are_recognized(run: Run) -> None:
    """Only one of them looks like a Stripe ID."""
    done = json.loads(run("connect", "cus_123", "42", "-l", "downtown", "--json").stdout)
    assert (done["customer"], done["stripe_id"]) == (42, "cus_123")


def test_customer_called_like_a_stripe_id(run: Run) -> None:
    """Is found by that name, where a customer of the list is asked for."""
    run("customers", "add", "--first-name", "cus_x", "--email", "jane@x.com")
    done = run("connect", "cus_x", "cus_123", "-l", "downtown", "--json")
    assert (done.exit_code, "cus_x" in done.stderr) == (8, True)


def test_customer_is_named(run: Run, sandbox: App) -> None:
    """By a name that nobody else has; of two namesakes neither is guessed."""
    assert json.loads(run("show", "Hugh", "--json").stdout)["customer"] == 54
    for command in (("show", "Jane"), ("connect", "jane doe", "cus_123"), ("customers", "remove", "jane")):
        result = run(*command)
        assert result.exit_code == 4
        assert "Jane Doe (42), jane@x.com; Jane Doe (57)" in result.stderr
    somebody = Somebody(chooses=2)
    sandbox.__dict__["talk"] = somebody
    assert json.loads(run("show", "Jane", "--json").stdout)["customer"] == 57
    assert somebody.asked == ["Which one do you mean? 2"]
    assert any("jane.doe@example.org" in heard and "(425) 555-0157" in heard for heard in somebody.heard)
    sandbox.__dict__["talk"] = Somebody()
    result = run("unlink", "Jane")
    assert (result.exit_code, result.stderr) == (1, "Nobody was chosen, and nothing was changed.\n")


def test_page_that_was_pasted_is_nobody(run: Run) -> None:
    """And does not fill the screen."""
    result = run("show", "word " * 5000)
    assert (result.exit_code, len(result.stderr) < 300) == (4, True)


def test_page_of_nobody_is_not_opened(run: Run) -> None:
    """It is said that there is none."""
    assert "is not linked to Stripe: no page to open." in run("show", "42", "--web").stderr


def test_customer_at_a_location_that_was_removed_is_shown(run: Run, sandbox: App) -> None:
    """What is known of it, and why its cards are not."""
    sandbox.config.locations.pop("uptown")
    run("customers", "add", "--first-name", "Zoe")
    number = next(each.customer.number for each in sandbox.store.everybody(linked=True, location="uptown"))
    result = run("show", str(number), "--json")
    assert json.loads(result.stdout)["customer"] == number
    assert (result.exit_code, "The location uptown is not set up" in result.stderr) == (3, True)


@pytest.mark.parametrize(
    "arguments", [("search", "jane"), ("connect", "42", "cus_123"), ("cards", "42"), ("show", "cus_123")]
)
def test_unknown_location_is_told(run: Run, arguments: tuple[str, ...]) -> None:
    """With the locations that there are."""
    result = run(*arguments, "-l", "midtown")
    assert result.exit_code == 2
    assert "There is no location “midtown”" in result.stderr
    assert "downtown, uptown" in result.stderr


def test_unlink_prints_what_brings_it_back(run: Run, sandbox: App) -> None:
    """And it does bring it back."""
    run("connect", "42", "cus_123", "-l", "downtown")
    result = run("unlink", "42", "--json")
    assert json.loads(result.stdout) == [{"customer": 42, "location": "downtown", "stripe_id": "cus_123"}]
    assert links_of(sandbox, 42) == {}
    command = result.stderr.split("koalalink --sandbox ")[1].split()
    assert run(*command).exit_code == 0
    assert links_of(sandbox, 42) == {"downtown": "cus_123"}


def test_unlink_at_several_locations_wants_one_named(run: Run, sandbox: App) -> None:
    """Or --all."""
    both = links_of(sandbox, 5)
    assert set(both) == {"downtown", "uptown"}
    result = run("unlink", "5")
    assert result.exit_code == 2
    assert "downtown, uptown" in result.stderr
    assert links_of(sandbox, 5) == both
    assert run("unlink", "5", "-l", "uptown").exit_code == 0
    assert set(links_of(sandbox, 5)) == {"downtown"}
    assert run("unlink", "20", "--all").exit_code == 0
    assert links_of(sandbox, 20) == {}


def test_unlink_of_nothing_is_told(run: Run) -> None:
    """Nobody is unlinked twice."""
    result = run("unlink", "42")
    assert result.exit_code == 4
    assert "Jane Doe (42) is not linked to Stripe." in result.stderr


def test_disable_and_enable_keep_the_id(run: Run, sandbox: App) -> None:
    """The switch of the profile page."""
    run("connect", "42", "cus_123", "-l", "downtown")
    assert json.loads(run("disable", "42", "--json").stdout)["enabled"] is False
    [row] = json.loads(run("cards", "42", "--json").stdout)
    assert row["enabled"] is False
    assert json.loads(run("enable", "42", "--json").stdout) == {
        "customer": 42,
        "location": "downtown",
        "stripe_id": "cus_123",
        "enabled": True,
    }
    assert links_of(sandbox, 42) == {"downtown": "cus_123"}


def test_cards_lists_what_every_location_has(run: Run) -> None:
    """With the fields that were promised; an old-style card is shown, too."""
    [row] = json.loads(run("cards", "54", "--json").stdout)
    fields = "location stripe_id payment_method brand last4 exp_month exp_year funding wallet default expired "
    fields += "type bank holder usable enabled"
    assert list(row) == fields.split()
    assert (row["location"], row["last4"], row["default"], row["expired"]) == ("uptown", "7023", True, False)
    assert row["payment_method"].startswith("card_")


def test_cards_of_somebody_who_is_not_linked_is_empty(run: Run) -> None:
    """An empty list is no error; stderr says why."""
    result = run("cards", "42", "--json")
    assert (result.exit_code, json.loads(result.stdout)) == (0, [])
    assert "is not linked" in result.stderr


def test_cards_of_the_locations_that_answer_are_shown(run: Run, sandbox: App) -> None:
    """One location's failure is told, and its exit code is the command's."""
    run("connect", "54", "cus_123", "-l", "downtown", "--offline")
    uptown = sandbox.config.locations["uptown"]
    sandbox.config.locations["uptown"] = uptown._replace(key_source=KeySource("api_key_env", ("MISSING",)))
    result = run("cards", "54", "--json")
    assert (result.exit_code, [row["stripe_id"] for row in json.loads(result.stdout)]) == (3, ["cus_123"])
    assert "MISSING" in result.stderr


def test_show_shows_either_side(run: Run) -> None:
    """The customer with links and cards, and Stripe's with who has it."""
    run("connect", "42", "cus_123", "-l", "downtown")
    ours = json.loads(run("show", "42", "--json").stdout)
    assert (ours["customer"], ours["links"][0]["stripe_id"], ours["cards"][0]["last4"]) == (42, "cus_123", "4242")
    theirs = json.loads(run("show", "cus_123", "-l", "downtown", "--json").stdout)
    assert theirs["linked_to"] == {"customer": 42, "name": "Jane Doe"}
    assert theirs["metadata"] == {"booking": "B-1042"}
    assert run("show", "cus_OlgaDeleted01", "-l", "downtown").exit_code == 4


def _id_of(run: Run, name: str) -> str:
    """The Stripe ID of somebody of the crowd."""
    [hit] = [hit for hit in json.loads(run("search", name, "--json").stdout) if hit["name"]][:1]
    return str(hit["stripe_id"])


@pytest.mark.parametrize(
    ("number", "kind", "last4", "usable"),
    [
        (14, "us_bank_account", "6789", True),
        (18, "link", None, True),
        (21, "us_bank_account", "1116", False),
        (24, "bank_account", "6790", True),
        (29, "bank_account", "6791", False),
    ],
)
def test_whoever_pays_without_a_card_can_be_linked(
    run: Run, number: int, kind: str, last4: str | None, usable: bool
) -> None:
    """A bank account, Link: all are payment methods. One that has failed, or is not verified, is doubted."""
    email = json.loads(run("show", str(number), "--json").stdout)["email"]
    hits = json.loads(run("search", email, "--json").stdout)
    place = hits[0]["location"]
    assert (hits[0]["card"], hits[0]["payment_method"]["type"]) == (None, kind)
    done = run("connect", str(number), hits[0]["stripe_id"], "-l", place, "--json")
    assert done.exit_code == (0 if usable else 8), done.stderr
    if not usable:
        assert "bank account ending" in done.stderr
        assert run("connect", str(number), hits[0]["stripe_id"], "-l", place, "--force").exit_code == 0
    [row] = json.loads(run("cards", str(number), "-l", place, "--json").stdout)
    told = (row["type"], row["last4"], row["usable"], row["brand"], row["exp_year"], row["expired"], row["default"])
    assert told == (kind, last4, usable, None, None, False, True)


def test_nameless_customer_is_linked_by_the_holder_and_not_by_another(run: Run) -> None:
    """The email is ours, and the card is made out to our customer."""
    email = json.loads(run("show", "2", "--json").stdout)["email"]
    [hit] = json.loads(run("search", email, "--json").stdout)
    assert hit["name"] is None
    done = json.loads(run("connect", "2", hit["stripe_id"], "-l", hit["location"], "--json").stdout)
    [name] = [check for check in done["checks"] if check["check"] == "name"]
    assert (name["result"], name["detail"].startswith("No name at Stripe; card holder: ")) == ("pass", True)


def test_card_of_somebody_else_is_asked_about(run: Run) -> None:
    """By the name that stands on it; perhaps it is the husband's."""
    email = json.loads(run("show", "10", "--json").stdout)["email"]
    [hit] = json.loads(run("search", email, "--json").stdout)[:1]
    refused = run("connect", "10", hit["stripe_id"], "-l", hit["location"])
    assert (refused.exit_code, "The card is Robert " in refused.stderr) == (8, True)
    assert run("connect", "10", hit["stripe_id"], "-l", hit["location"], "--force").exit_code == 0


def test_search_in_the_copy_finds_by_holder_and_description(run: Run) -> None:
    """Who is nameless is found by the name that is told besides."""
    assert run("sync").exit_code == 0
    for number in (2, 4):
        name = json.loads(run("show", str(number), "--json").stdout)
        words = f"{name['first_name']} {name['last_name']}"
        found = json.loads(run("search", words, "--offline", "--json").stdout)
        assert None in [hit["name"] for hit in found], words
