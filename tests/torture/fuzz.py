"""Every parser with inputs of all kinds: what it cannot read it tells in a sentence, and never falls over."""

import io
import json
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import stripe
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from koalalink.config import loader
from koalalink.domain.customers.customer import Customer, CustomerDetails, Shape
from koalalink.domain.history.descriptions import read_since
from koalalink.domain.identity.person import of_store, of_stripe
from koalalink.domain.identity.rules import Fields, Pair, fields_of
from koalalink.domain.importing.columns import read_choices
from koalalink.domain.importing.export_columns import chosen, columns_for
from koalalink.domain.importing.import_rows import Entries
from koalalink.domain.mirror.mirror import Window, with_export, with_payment
from koalalink.domain.search.query import TextQuery, read_query
from koalalink.domain.stripe.api_base import checked_api_base
from koalalink.domain.stripe.api_key import ApiKey
from koalalink.domain.stripe.customer import StripeCustomer
from koalalink.domain.stripe.ids import StripeId, customer_id, looks_like_stripe
from koalalink.domain.text import trimmed
from koalalink.errors import KoalaError
from koalalink.files.customer_file import CustomerFile
from koalalink.files.decision_sheet import read_sheet
from koalalink.files.id_moves import read_mapping
from koalalink.files.payments import read_payments
from koalalink.files.stripe_exports import StripeExport
from koalalink.sandbox.sample_data import KEYS
from koalalink.store.sqlite.database import SQLiteDatabase
from koalalink.store.stripe_mirror import Directory
from koalalink.stripe_client.client import StripeGateway

_NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
_TEXT = st.text(max_size=30)


class Parser(NamedTuple):
    """Something that reads what comes from outside; `read` may raise nothing but a KoalaError with a hint."""

    name: str
    inputs: st.SearchStrategy[Any]
    read: Callable[[Any], object]


def fuzz(parser: Parser, examples: int, *, same: bool = False) -> Counter[str]:
    """Try a parser with that many inputs, the same each time or others; return how many it has read, and refused."""
    counts: Counter[str] = Counter()

    def read(value: Any) -> None:
        try:
            parser.read(value)
        except KoalaError as refused:
            assert refused.message
            assert refused.hint
            counts["refused"] += 1
        else:
            counts["read"] += 1

    quiet = settings(
        max_examples=examples,
        derandomize=same,
        database=None,
        deadline=None,
        suppress_health_check=[*HealthCheck],
    )
    quiet(given(parser.inputs)(read))()
    return counts


def _texts(*pieces: str) -> st.SearchStrategy[str]:
    return _TEXT | st.lists(st.sampled_from(pieces) | st.text(max_size=3), max_size=10).map("".join)


_RIGHT = {
    "id": ["cus_1", "ch_1", ""],
    "name": ["Jane", "Jane Doe", "Doe, Jane"],
    "email": ["jane@x.com", ""],
    "phone": ["206-555-0142", ""],
    "last4": ["4242", "42"],
    "month": ["1", "07", "12.0"],
    "year": ["2030", "30"],
    "created": ["2026-01-05 10:00", "2026-01-05"],
    "decision": ["yes", "no", "later", "cus_2", ""],
    "customer": ["1", "2", "cus_1"],
    "number": ["1", "2"],
    "transaction": ["pi_1", "ch_1; ch_2"],
}
_WRONG = ["", "=1", "'", "é", "1.5E+10", "٣", "²", "9" * 20, "4242424242424242", "\x1b[31m", "off", "Jane"]


def _files(*headers: str) -> st.SearchStrategy[bytes]:
    """Return files with one of these headers, or without, in some encoding."""
    anything = st.text(max_size=5) | st.sampled_from(_WRONG)

    def cell(title: str) -> st.SearchStrategy[str]:
        right = [text for word, texts in _RIGHT.items() if word in title.lower() for text in texts]
        return st.integers(0, 9).flatmap(lambda chance: st.sampled_from(right or [""]) if chance else anything)

    def table(header: str) -> st.SearchStrategy[str]:
        divider = ";" if ";" in header else ","
        row = st.tuples(*map(cell, header.split(divider))) | st.lists(anything, max_size=14)
        return st.lists(row.map(divider.join), max_size=5).map(lambda rows: "\n".join([header, *rows]))

    whole = st.sampled_from(["", *headers]).flatmap(table)
    encoded = st.tuples(whole, st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]))
    return st.binary(max_size=100) | encoded.map(lambda pair: pair[0].encode(pair[1], "replace"))


_EXPORT = "id,Email,Name,Created (UTC),Card Last4,Card Brand,Card Exp Month,Card Exp Year,Mode,plan (metadata)"
_PAYMENTS = "id,Customer ID,Customer Email,Created (UTC),Card Last4,Card Brand,Card Exp Month,Card Exp Year,Card Name"
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from(["card", "visa"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


def _mostly(right: Any) -> st.SearchStrategy[Any]:
    """Return what is right, nine times of ten, and anything else."""
    return st.integers(0, 9).flatmap(lambda chance: st.just(right) if chance else _JSON)


def _objects(**right: Any) -> st.SearchStrategy[dict[str, Any]]:
    fields = {name: value if isinstance(value, st.SearchStrategy) else _mostly(value) for name, value in right.items()}
    return st.fixed_dictionaries({}, optional=fields) | st.fixed_dictionaries(fields)


_CARD = _objects(brand="visa", last4="4242", exp_month=1, exp_year=2030, funding="credit", wallet=None, fingerprint="f")
_METHOD = _objects(id="pm_1", object="payment_method", card=_CARD)
_CUSTOMER = _objects(
    id="cus_1",
    object="customer",
    name="Jane Doe",
    email="jane@x.com",
    phone="206-555-0142",
    created=_mostly(1_600_000_000) | st.integers() | st.floats(),
    livemode=False,
    address=_objects(line1="1 Main Street", city="Seattle"),
    invoice_settings=_objects(default_payment_method=_METHOD),
    default_source=_mostly(None),
    metadata=st.dictionaries(st.text(max_size=5), _mostly("B-1"), max_size=2) | _JSON,
)
_ANSWERS = _JSON | _objects(object="list", data=st.lists(_CUSTOMER | _METHOD, max_size=2), has_more=False) | _CUSTOMER


class _Answers(stripe.HTTPClient):
    """Answers every request with the same."""

    name = "fuzz"

    def __init__(self, answer: object) -> None:
        super().__init__()
        self._body = json.dumps(answer)

    def request(self, method: str, url: str, headers: Mapping[str, str] | None, post_data: Any = None, **_: Any) -> Any:
        return self._body, 200, {}

    def close(self) -> None:
        pass


_folder = tempfile.TemporaryDirectory(prefix="koalalink-fuzz-")


def _read_configuration(content: bytes) -> None:
    path = Path(_folder.name) / "config.toml"
    path.write_bytes(content)
    loader.load(path, path.parent, {}, must_exist=True)


def _read_query(typed: str) -> None:
    query = read_query(typed)
    if isinstance(query, TextQuery):
        query.clauses(), query.words, query.spellings()
        _use_customer(StripeCustomer(StripeId("cus_1"), typed, typed, typed, None, livemode=False), query)


def _use_customer(customer: StripeCustomer, query: TextQuery) -> None:
    query.matches(customer), query.errors(customer), query.rank(customer)
    _fields("Jane", "Doe", customer)
    str(customer.card), customer.card and customer.card.expired(_NOW), customer.url


def _keep(customers: Sequence[StripeCustomer]) -> None:
    for customer in customers:
        _use_customer(customer, TextQuery("jane doe"))
    database = SQLiteDatabase(Path(_folder.name) / "customers.db")
    try:
        directory = Directory(database)
        directory.begin("downtown", None, None, _NOW)
        directory.put("downtown", customers, (Window(),))
        for found in directory.customers("downtown"):
            assert found.name == trimmed(found.name)
    finally:
        database.close()


def _read_answer(answer: object) -> None:
    asking = StripeGateway(
        "downtown", ApiKey(KEYS["downtown"], origin="it"), api_base="https://localhost", transport=_Answers(answer)
    )
    try:
        listed = asking.listed(Window())
        _keep(listed.customers)
        asking.cards("cus_1")
    finally:
        asking.close()


def _read_customer(answer: object) -> None:
    asking = StripeGateway(
        "downtown", ApiKey(KEYS["downtown"], origin="it"), api_base="https://localhost", transport=_Answers(answer)
    )
    try:
        found = asking.customer("cus_1")
        _keep([found] if isinstance(found, StripeCustomer) else [])
    finally:
        asking.close()


def _read_table(content: bytes) -> None:
    with CustomerFile("-", io.BytesIO(content), {}) as table:
        entries = Entries(table.columns, location="downtown", is_our_own=table.is_our_own)
        rows = [*table.rows()]
        assert len(rows) == table.count
        for row in rows:
            entries.read(row)
            assert all(cell == trimmed(cell) for cell in row.cells if not row.problem)


def _read_export(content: bytes) -> None:
    with closing(StripeExport("-", io.BytesIO(content))) as export:
        _keep([with_export(None, row, livemode=True) for row in export.customers()])
        _keep([with_payment(None, row, livemode=True) for row in export.payments])


def _read_payments(content: bytes) -> None:
    path = Path(_folder.name) / "payments.csv"
    path.write_bytes(content)
    read_payments([str(path)], io.BytesIO())


def _compare(pair: tuple[str, str]) -> None:
    one, other = pair
    there = [StripeCustomer(StripeId("cus_1"), text, text, text, None, livemode=False) for text in pair]
    mine, its = _fields(one, "", there[1]), _fields(other, "", there[0])
    assert (mine.email, mine.phone) == (its.email, its.phone)


def _fields(first_name: str, last_name: str, theirs: StripeCustomer) -> Fields:
    details = CustomerDetails(first_name=first_name, last_name=last_name, email=first_name, phone=first_name)
    return fields_of(Pair.of(of_store(Customer(1, details)), of_stripe(theirs, _NOW)))


_COLUMNS = columns_for(Shape(("downtown",), (), ("Favourite",)), ())
_NAMES = _texts("Jane", " ", "Doe", ",", "&", " and ", "Jr", "Dr. ", "@", "x.com", "+1", "206", "555-0142", "ext", "'")

PARSERS = (
    Parser(
        "config.toml",
        st.binary(max_size=100)
        | st.lists(
            st.sampled_from(
                [
                    "[store]",
                    'path = "customers.db"',
                    "[locations.downtown]",
                    "[locations.up-town]",
                    'name = "Downtown"',
                    'api_key = "x"',
                    'api_key_env = "X"',
                    'api_key_command = ["x"]',
                    "name = 1",
                    'default_location = "downtown"',
                ]
            )
            | _TEXT,
            max_size=6,
        ).map(lambda lines: "\n".join(lines).encode("utf-8", "surrogatepass")),
        _read_configuration,
    ),
    Parser(
        "keys",
        _texts("rk_live_", "sk_test_", "sk_org_", "a" * 20, "_", "pk_", " "),
        lambda text: ApiKey(text, origin="It"),
    ),
    Parser(
        "addresses for keys",
        _texts(
            "https://",
            "http://",
            "127.0.0.1",
            ":",
            "8",
            "@",
            "/",
            "localhost",
            "[",
            "::1",
            "]",
            "?",
            "#",
            "%",
            "example.com",
        ),
        lambda text: checked_api_base(text, origin="It"),
    ),
    Parser(
        "Stripe IDs",
        _texts("cus_", "1", "gcus_", "pm_", " ", "https://dashboard.stripe.com", "/customers/", "?", "#", "sk_live_"),
        lambda text: (looks_like_stripe(text), customer_id(text)),
    ),
    Parser("searches", _NAMES, _read_query),
    Parser("names and contacts", st.tuples(_NAMES, _NAMES), _compare),
    Parser(
        "times",
        _texts(
            "yesterday", "9", "3", "d", "w", "2026-", "0001-01-01", "9999-12-31", "11", "-", "T", ":", "+", "Z", "W"
        ),
        lambda text: read_since(text, _NOW),
    ),
    Parser(
        "choices of columns",
        _texts("Name", "=", "email", ":", "stripe_id", "downtown", "extra"),
        lambda text: read_choices([text]),
    ),
    Parser(
        "lists of columns",
        _texts("number", ",", "email", "extra", "stripe-ids", " "),
        lambda text: chosen(_COLUMNS, text),
    ),
    Parser(
        "customer files",
        _files(
            "Name,Email",
            "First name,Last name,Email,Phone,Stripe ID",
            "KoalaLink number,External ID,Email,Stripe ID (x)",
            "Email;Phone",
        ),
        _read_table,
    ),
    Parser(
        "mapping files",
        _files("old_customer_id,stripe_customer_id", "customer_id_old,customer_id_new"),
        lambda content: read_mapping("-", io.BytesIO(content)),
    ),
    Parser(
        "decision sheets",
        _files("Decision,Customer,Stripe ID,Name,Email", "Stripe ID;Decision;Customer;Other"),
        lambda content: read_sheet("-", io.BytesIO(content)),
    ),
    Parser(
        "payments",
        _files(_PAYMENTS, "Booking id,Full name,Email,Phone,Transaction id"),
        _read_payments,
    ),
    Parser("exports of Stripe's", _files(_EXPORT, _PAYMENTS), _read_export),
    Parser("lists of Stripe's", _ANSWERS, _read_answer),
    Parser("customers of Stripe's", _ANSWERS, _read_customer),
)
