"""A key of another account, or of the other mode, under a location's name: no way to save a link goes on."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from koalalink.app import App
from koalalink.domain.customers.customer import CustomerDetails
from koalalink.domain.history.changes import Action
from koalalink.domain.stripe.ids import StripeId
from koalalink.sandbox.fake_stripe import Account, Key
from koalalink.sandbox.sample_data import accounts
from tests.conftest import NOW, Run, runner
from tests.fakes import the_only
from tests.stripe_server import StripeServer

LIVE, TEST, BETA_LIVE, BETA_TEST = (
    f"rk_{mode}_made0up0for0{name}" for name in ("alpha", "beta") for mode in ("live", "test")
)
OTHERS = {"test mode": TEST, "Beta": BETA_LIVE, "Beta in test mode": BETA_TEST}


def _account(name: str, key: str, *, livemode: bool) -> Account:
    """An account with Jane and Robert, who have the same IDs in all."""
    made = accounts(NOW.date())[0]
    made.id, made.business, made.livemode = f"acct_{name.lower()}", f"{name} Inc", livemode
    made.keys = {key: Key()}
    for customer in made.customers.values():
        customer["livemode"] = livemode
    return made


@pytest.fixture
def both() -> list[Account]:
    """Alpha and Beta, each in both modes."""
    return [
        _account("Alpha", LIVE, livemode=True),
        _account("Alpha", TEST, livemode=False),
        _account("Beta", BETA_LIVE, livemode=True),
        _account("Beta", BETA_TEST, livemode=False),
    ]


@pytest.fixture
def server(both: list[Account]) -> Iterator[StripeServer]:
    """They on loopback."""
    with StripeServer(both, now=NOW) as running:
        yield running


@pytest.fixture
def shop(home: Path, server: StripeServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[App]:
    """A shop that is Alpha, live: Jane is linked and verified, Robert is not linked."""
    monkeypatch.chdir(tmp_path)
    home.mkdir()
    (home / "config.toml").write_text('[locations.downtown]\napi_key_env = "KEY"\n')
    koala = App(home=home, environ={"KEY": LIVE, "KOALALINK_API_BASE": server.url}, now=lambda: NOW, may_ask=False)
    koala.store.add(CustomerDetails(first_name="Jane", last_name="Doe", email="jane@x.com"))
    koala.store.add(CustomerDetails(first_name="Robert", last_name="Carver", email="bob.carver@example.com"))
    assert runner(koala)("connect", "1", "cus_123").exit_code == 0
    yield koala
    koala.close()


def with_key(koala: App, key: str) -> Run:
    """Run commands with another key under the location's name, each as a process of its own does."""

    def run(*arguments: str, **options: str) -> object:
        other = App(home=koala.home, environ={**koala.environ, "KEY": key}, now=lambda: NOW, may_ask=False)
        try:
            return runner(other)(*arguments, **options)
        finally:
            other.close()

    return run  # type: ignore[return-value]


def links_of(koala: App) -> list[tuple[int, str, str | None, bool | None]]:
    """Every link, with its account and mode."""
    found = [
        (link.customer, str(link.stripe_id), link.account, link.livemode)
        for linked in koala.store.everybody(linked=True)
        for link in linked.links
    ]
    koala.close()
    return found


ALPHA = (1, "cus_123", "acct_alpha", True)
SAVING = {
    "connect": ("connect", "2", "cus_RobertCarver1", "--force"),
    "connect again": ("connect", "1", "cus_123", "--force"),
    "replace": ("connect", "1", "cus_JaneOfKirkland", "--replace", "--force"),
    "match": ("match", "--apply-certain", "--yes"),
    "apply": ("apply", "decided.csv"),
    "import": ("customers", "import", "people.csv", "--yes"),
}


@pytest.mark.parametrize("other", OTHERS)
@pytest.mark.parametrize("is_copied", [True, False], ids=["copied", "not copied"])
@pytest.mark.parametrize("way", SAVING)
def test_no_link_of_another_account_is_saved(shop: App, way: str, other: str, is_copied: bool) -> None:
    """Whatever --force says; it is told which account is whose, and what to type."""
    run = with_key(shop, OTHERS[other])
    if is_copied or way == "match":
        assert with_key(shop, LIVE)("sync").exit_code == 0
    Path("people.csv").write_text("Email,Stripe ID\nbob.carver@example.com,cus_RobertCarver1\n")
    Path("decided.csv").write_text("Decision,Customer,Stripe ID\nyes,2,cus_RobertCarver1\n")
    refused = run(*SAVING[way])
    assert refused.exit_code == 8, refused.stderr
    known = "Alpha Inc (acct_alpha)" if is_copied or way == "match" else "acct_alpha"
    told = f"downtown is {known} in your list; this key opens Beta Inc (acct_beta)."
    in_test = "downtown is in live mode in your list; this key is a test key."
    assert (told if other == "Beta" else in_test) in refused.stderr
    assert "koalalink locations set-key downtown" in refused.stderr
    assert "koalalink sync --location downtown --replace" in refused.stderr
    assert links_of(shop) == [ALPHA]


@pytest.mark.parametrize("other", OTHERS)
def test_one_cause_is_one_line(shop: App, other: str) -> None:
    """In verify, at a terminal and in a pipe, however many links there are; and doctor tells it."""
    jane = the_only(shop.store, "1")
    link = shop.store.link(jane, "downtown")
    assert link
    for number in range(30):
        customer = shop.store.add(CustomerDetails(first_name=f"P{number}"))
        new = link._replace(customer=customer.number, stripe_id=StripeId(f"cus_{number}"))
        shop.store.save_link(customer, new, previous=None, action=Action.CONNECTED)
    shop.close()
    run = with_key(shop, OTHERS[other])
    found = run("verify")
    assert found.exit_code == 9
    rows = [line for line in found.stdout.splitlines() if "other_" in line or "never_existed" in line]
    assert len(rows) == 1, found.stdout
    assert "This concerns 31 links." in rows[0]
    assert len(json.loads(run("verify", "--json").stdout)) >= 31
    doctor = run("doctor")
    assert (doctor.exit_code, "in your list; this key" in doctor.stdout) == (9, True)


def test_key_that_may_not_name_its_account_is_no_reason_to_refuse(shop: App, both: list[Account]) -> None:
    """Then its mode alone is compared."""
    both[0].keys[LIVE] = Key(permissions=frozenset({"rak_customer_read", "rak_payment_method_read"}))
    assert with_key(shop, LIVE)("sync").exit_code == 0
    assert with_key(shop, LIVE)("connect", "2", "cus_RobertCarver1").exit_code == 0
    assert with_key(shop, TEST)("connect", "1", "cus_123").exit_code == 8


def test_what_needs_no_key_goes_on(shop: App) -> None:
    """Undo, and linking offline."""
    run = with_key(shop, BETA_LIVE)
    assert run("connect", "2", "cus_RobertCarver1", "--offline").exit_code == 0
    assert run("undo").exit_code == 0
    assert run("unlink", "1").exit_code == 0
    assert run("undo").exit_code == 0
    assert links_of(shop) == [ALPHA]


@pytest.mark.parametrize("half", [False, True], ids=["whole", "half"])
def test_move_to_another_account(shop: App, both: list[Account], half: bool) -> None:
    """The key, the copy, then the links by Stripe's mapping; what it leaves out can be linked by hand."""
    old = with_key(shop, LIVE)
    assert old("connect", "2", "cus_RobertCarver1").exit_code == 0
    assert old("sync").exit_code == 0
    for made in both[2:]:
        for before in ("cus_123", "cus_RobertCarver1"):
            made.customers[f"{before}New"] = made.customers.pop(before) | {"id": f"{before}New"}
            made.payment_methods[f"{before}New"] = made.payment_methods.pop(before)
    rows = ["cus_123,cus_123New", "cus_RobertCarver1,cus_RobertCarver1New"][: 1 if half else 2]
    Path("mapping.csv").write_text("\n".join(["customer_id_old,customer_id_new", *rows, ""]))
    if not half:
        too_soon = old("remap", "mapping.csv", "--yes")
        assert too_soon.exit_code == 8
        assert len(too_soon.stderr.splitlines()) == 2
        assert "The key of downtown opens Alpha Inc (acct_alpha), where the links are now." in too_soon.stderr
        assert "koalalink locations set-key downtown" in too_soon.stderr
    new = with_key(shop, BETA_LIVE)
    asked = new("locations", "set-key", "downtown", "--api-key-env", "KEY")
    assert (asked.exit_code, "this key opens Beta Inc (acct_beta)" in asked.stderr) == (8, True)
    assert new("locations", "set-key", "downtown", "--api-key-env", "KEY", "--force").exit_code == 0
    assert (new("sync").exit_code, new("sync", "--replace").exit_code) == (8, 0)
    moved = new("remap", "mapping.csv", "--yes")
    assert moved.exit_code == 0, moved.stderr
    left = (2, "cus_RobertCarver1", "acct_alpha", True) if half else (2, "cus_RobertCarver1New", "acct_beta", True)
    assert links_of(shop) == [(1, "cus_123New", "acct_beta", True), left]
    assert ("other_account" in new("verify").stdout) is half
    if half:
        assert new("connect", "2", "cus_RobertCarver1New", "--replace").exit_code == 0
    assert new("verify").exit_code == 0
    assert new("doctor").stdout.count("in your list; this key") == 0


def test_copied_account_that_keeps_its_ids(shop: App) -> None:
    """Each link is verified anew, in the new account."""
    new = with_key(shop, BETA_LIVE)
    assert new("sync", "--replace").exit_code == 0
    Path("mapping.csv").write_text("customer_id_old,customer_id_new\ncus_123,cus_123\n")
    assert new("remap", "mapping.csv", "--yes").exit_code == 0
    assert links_of(shop) == [(1, "cus_123", "acct_beta", True)]


def test_locations_list_shows_whose_accounts_they_are(shop: App) -> None:
    """As the list has it, also where Stripe cannot be asked; and says where two are one."""
    assert with_key(shop, LIVE)("sync").exit_code == 0
    config = shop.home / "config.toml"
    config.write_text(config.read_text() + '[locations.uptown]\napi_key_env = "KEY"\n')
    assert with_key(shop, LIVE)("sync", "-l", "uptown").exit_code == 0
    listed = with_key(shop, LIVE.replace("alpha", "unknown"))("locations", "list", "--json")
    rows = json.loads(listed.stdout)
    assert [(row["account"], row["account_name"], row["answers"]) for row in rows] == [
        ("acct_alpha", "Alpha Inc", False)
    ] * 2
    assert "downtown and uptown have the same Stripe account." in listed.stderr
