"""A shared store: prepared, guarded, tampered with, out of reach, and cut off in the middle."""

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
import trustme

from koalalink.domain.customers.customer import Customer, CustomerDetails
from koalalink.domain.customers.links import Link
from koalalink.domain.history.changes import Action
from koalalink.domain.mirror.mirror import Verification
from koalalink.domain.settings.store_url import Address
from koalalink.domain.setup.shared_store import OFFICE_ROLE
from koalalink.domain.stripe.ids import StripeId
from koalalink.errors import (
    AccessRefused,
    ConfigError,
    ConflictError,
    KoalaError,
    NetworkError,
    StoreError,
    StoreUnreachable,
)
from koalalink.store.postgres import database as store_postgres
from koalalink.store.postgres import preparation, schema
from koalalink.store.postgres.database import PostgresDatabase
from koalalink.store.postgres.errors import as_sentence, cannot_connect
from koalalink.store.postgres.offline_copy import LocalCopy
from koalalink.store.postgres.preparation import prepare
from koalalink.store.postgres.schema import VERSION
from koalalink.store.postgres.shared_store import SharedStore
from koalalink.store.repository import Store
from koalalink.store.stripe_mirror import Directory
from tests import postgres
from tests.conftest import NOW
from tests.fakes import the_only
from tests.proxy import Proxy
from tests.store.conftest import store_on

pytestmark = [pytest.mark.long, pytest.mark.usefixtures("postgres_server")]  # one server is enough for CI

ANN = CustomerDetails(first_name="Ann")


def address_of(database: str, user: str = "postgres", through: Proxy | None = None) -> Address:
    """Return where a database is, or the way to it."""
    url = postgres.url_of(database, user)
    if through:
        url = f"postgresql://{user}@127.0.0.1:{through.port}/{database}?sslmode=disable"
    return Address(url, origin="The URL")


@contextmanager
def opened(address: Address, tmp_path: Path, *, said: list[str] | None = None, wait: float = 5.0) -> Iterator[Store]:
    """Open a store."""
    say = (said if said is not None else []).append
    store = store_on(PostgresDatabase(address, tmp_path / "copy.db", busy_wait=wait, say=say))
    yield store
    store.close()


def link_of(customer: Customer, stripe_id: str = "cus_1") -> Link:
    """A link."""
    return Link(customer=customer.number, location="downtown", stripe_id=StripeId(stripe_id))


def connect(store: Store, customer: Customer, stripe_id: str = "cus_1") -> None:
    """Link a customer."""
    store.save_link(customer, link_of(customer, stripe_id), previous=None, action=Action.CONNECTED)


def _look(store: Store) -> None:
    store.page(limit=1)


def _note(store: Store) -> None:
    # A change that reads nothing.
    Directory(store._db).put_verification("downtown", Verification(NOW, 1, {}))


def _read_all(store: Store) -> None:
    [*store.everybody()]


# Prepared


def test_empty_database_becomes_a_store_once(empty: str, tmp_path: Path) -> None:
    """Whoever comes second finds it."""
    address = address_of(empty)
    assert (prepare(address).was_there, prepare(address).was_there) == (False, True)
    assert prepare(address).is_owner
    with opened(address, tmp_path) as store:
        assert store.add(ANN).number == 1
        assert len(store.identity) == 12


def test_nobody_else_gets_the_tables(empty: str) -> None:
    """Also where the provider gives each new table to a role of its own, as for its API."""
    postgres.administer("DROP ROLE IF EXISTS anybody")
    postgres.administer('CREATE ROLE "anybody"')
    postgres.administer(
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT ALL ON TABLES TO PUBLIC, anybody", database=empty
    )
    prepare(address_of(empty))
    found = postgres.administer(
        "SELECT DISTINCT CASE WHEN grantee = 0 THEN 'PUBLIC' ELSE grantee::regrole::text END AS who "
        "FROM pg_class, aclexplode(relacl) WHERE relnamespace = 'public'::regnamespace AND grantee <> relowner",
        database=empty,
    )
    assert found == [{"who": OFFICE_ROLE}]
    postgres.administer("DROP OWNED BY anybody", database=empty)
    postgres.administer("DROP ROLE anybody")


def test_schemas_behind_ours_are_no_matter(database: str, tmp_path: Path) -> None:
    """Some providers have their extensions there; what stands before ours could take its place."""
    role = "provided"
    postgres.administer(f"DROP ROLE IF EXISTS {role}")
    postgres.administer(f"CREATE ROLE {role} LOGIN SUPERUSER")
    postgres.administer("CREATE SCHEMA IF NOT EXISTS more", database=database)
    postgres.administer(f'ALTER ROLE {role} SET search_path = "$user", public, more')
    with opened(address_of(database, role), tmp_path) as store:
        assert store.page(limit=1).customers == ()
    postgres.administer(f"ALTER ROLE {role} SET search_path = more, public")
    with opened(address_of(database, role), tmp_path) as store, pytest.raises(StoreError, match="“schema more before"):
        store.page(limit=1)
    postgres.administer("DROP SCHEMA more", database=database)
    postgres.administer(f"DROP ROLE {role}")


def test_store_is_prepared_once_by_many_at_the_same_moment(empty: str) -> None:
    """Every office that types it finds the same store, whole."""
    found: list[bool] = []
    threads = [threading.Thread(target=lambda: found.append(prepare(address_of(empty)).was_there)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 6
    assert [row["size"] for row in postgres.administer("SELECT count(*) AS size FROM identity", database=empty)] == [1]


@pytest.mark.parametrize(
    "theirs", ["CREATE TABLE theirs (x int)", "CREATE VIEW theirs AS SELECT 1 AS x", "CREATE SEQUENCE theirs"]
)
def test_database_with_other_things_is_left_alone(empty: str, tmp_path: Path, theirs: str) -> None:
    """Neither is anything made in it, nor is it used."""
    postgres.administer(theirs, database=empty)
    with pytest.raises(StoreError, match=r"holds other things: .*theirs"):
        prepare(address_of(empty))
    assert postgres.administer("SELECT to_regclass('customers') AS made", database=empty) == [{"made": None}]
    with opened(address_of(empty), tmp_path) as store, pytest.raises(StoreError, match="is not set up"):
        store.page(limit=1)


def test_database_that_cannot_hold_every_name_is_refused() -> None:
    """It would lose letters."""
    name = postgres.new_database()
    postgres.drop_database(name)
    postgres.administer(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'")
    with pytest.raises(ConfigError, match="its encoding is LATIN1"):
        prepare(address_of(name))
    postgres.drop_database(name)


def test_server_that_is_too_old_is_refused(empty: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before anything is made."""
    monkeypatch.setattr(preparation, "_OLDEST", 99)
    with pytest.raises(ConfigError, match="too old"):
        prepare(address_of(empty))


def test_database_that_is_no_store_is_told(empty: str, tmp_path: Path) -> None:
    """Whatever is asked or written first."""
    for act in (_look, _add, _read_all):
        with opened(address_of(empty), tmp_path) as store, pytest.raises(StoreError, match="is not set up as a shared"):
            act(store)


def test_store_of_another_version_is_told(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A newer one is not touched; an older one is brought up to date by its owner."""
    monkeypatch.setattr(store_postgres, "VERSION", VERSION + 1)
    with opened(address_of(database), tmp_path) as store, pytest.raises(StoreError, match="is of an older KoalaLink"):
        store.page(limit=1)
    monkeypatch.undo()
    postgres.administer(f"COMMENT ON TABLE identity IS '{schema.MARK}{VERSION + 1}'", database=database)
    for act in (_look, _add):
        with opened(address_of(database), tmp_path) as store, pytest.raises(StoreError, match="by a newer KoalaLink"):
            act(store)
    with pytest.raises(StoreError, match="by a newer KoalaLink"):
        prepare(address_of(database))
    postgres.administer(f"COMMENT ON TABLE identity IS '{schema.MARK}{VERSION}'", database=database)


def test_step_is_taken_whole_or_not_at_all(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A migration that fails leaves the store as it was."""
    steps = schema.steps
    broken = ("ALTER TABLE customers ADD COLUMN more text", "SELECT nothing")
    monkeypatch.setattr(preparation, "steps", lambda trigrams: (*steps(trigrams), broken))
    monkeypatch.setattr(preparation, "VERSION", VERSION + 1)
    with pytest.raises(StoreError, match="reported an error"):
        prepare(address_of(database))
    monkeypatch.undo()
    assert prepare(address_of(database)).was_there


def test_step_is_taken_by_the_owner_alone(database: str, office: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """An office is told whom to ask."""
    more = ("ALTER TABLE customers ADD COLUMN more text",)
    monkeypatch.setattr(preparation, "steps", lambda _: (*[()] * VERSION, more))
    monkeypatch.setattr(preparation, "VERSION", VERSION + 1)
    with pytest.raises(KoalaError, match=r"does not allow|owner"):
        prepare(address_of(database, office))


# Guarded


@pytest.fixture
def office() -> Iterator[str]:
    """A role as an office has it."""
    postgres.template()  # which makes the role that it belongs to
    name = f"office{threading.get_native_id()}"
    postgres.administer(f"CREATE ROLE {name} LOGIN")
    postgres.administer(f"GRANT {OFFICE_ROLE} TO {name}")
    yield name
    postgres.administer(f"DROP ROLE {name}")


def test_office_can_do_everything_but_alter_the_history(database: str, office: str, tmp_path: Path) -> None:
    """A person who asks for it is erased all the same."""
    with opened(address_of(database, office), tmp_path) as store:
        ann = store.add(ANN)
        connect(store, ann)
        store.undo(store.change(None))
        anna = store.edit(ann, CustomerDetails(first_name="Anna", email="anna@x.com"))
        assert store.forget(anna.number).change == 5
        assert store.add(ANN).number == 2
        store.remove(store.record(the_only(store, "2")))
        assert "anna" not in str([*store._db.rows("SELECT * FROM change_items")]).lower()
    assert not prepare(address_of(database, office)).is_owner


_ALTERING = [
    "UPDATE changes SET by = 'x'",
    "UPDATE changes SET note = ''",
    "UPDATE change_items SET before = '{}', after = '{}'",
    "UPDATE change_tallies SET size = 0",
    "DELETE FROM changes",
    "DELETE FROM change_items",
    "DELETE FROM change_tallies",
    "TRUNCATE changes, change_items, change_tallies",
]


@pytest.mark.parametrize("statement", _ALTERING)
@pytest.mark.parametrize("who", ["office", "owner"])
def test_history_cannot_be_altered(database: str, office: str, tmp_path: Path, statement: str, who: str) -> None:
    """Not even by SQL: an office has no right to, and triggers keep the owner from doing it by mistake."""
    address = address_of(database, office if who == "office" else "postgres")
    with opened(address, tmp_path) as store:
        store.add(ANN)
    with psycopg.connect(address.reveal(), autocommit=True) as db, pytest.raises(psycopg.Error) as refused:
        db.execute(statement.encode())
    assert "cannot be altered" in str(refused.value) or "permission denied" in str(refused.value)


@pytest.mark.parametrize(
    "statement",
    [
        "DROP TRIGGER changes_update ON changes",
        "ALTER TABLE changes DISABLE TRIGGER ALL",
        "CREATE OR REPLACE FUNCTION keep_changes() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
        "CREATE TABLE mine (x int)",
        "DROP TABLE customers",
        "UPDATE identity SET id = 'x'",
    ],
)
def test_office_cannot_change_what_guards_it(database: str, office: str, statement: str) -> None:
    """It is not the owner."""
    denied = pytest.raises(psycopg.errors.InsufficientPrivilege)
    with psycopg.connect(address_of(database, office).reveal(), autocommit=True) as db, denied:
        db.execute(statement.encode())


def test_role_without_rights_is_told(database: str, tmp_path: Path) -> None:
    """One that nobody has given any, and one that may only read."""
    postgres.administer("DROP ROLE IF EXISTS nobody_at_all")
    postgres.administer("CREATE ROLE nobody_at_all LOGIN")
    with pytest.raises(ConfigError, match="nobody_at_all may not work with the shared store") as told:
        prepare(address_of(database, "nobody_at_all"))
    assert f"GRANT {OFFICE_ROLE} TO nobody_at_all" in str(told.value.hint)
    with opened(address_of(database, "nobody_at_all"), tmp_path) as store:
        with pytest.raises(StoreError, match="does not allow you to do that"):
            store.page(limit=1)
        postgres.administer("GRANT SELECT ON ALL TABLES IN SCHEMA public TO nobody_at_all", database=database)
        assert store.page(limit=1).customers == ()
        with pytest.raises(StoreError, match="does not allow you to do that"):
            store.add(ANN)
        assert store.page(limit=1).customers == ()
    postgres.administer("DROP OWNED BY nobody_at_all", database=database)
    postgres.administer("DROP ROLE nobody_at_all")


@pytest.mark.parametrize(
    "done",
    [
        "CREATE FUNCTION evil() RETURNS trigger LANGUAGE plpgsql AS "
        "'BEGIN NEW.stripe_id = ''cus_evil''; RETURN NEW; END';"
        "CREATE TRIGGER evil BEFORE INSERT ON links FOR EACH ROW EXECUTE FUNCTION evil()",
        "ALTER TABLE change_items DISABLE TRIGGER change_items_delete",
        "ALTER TABLE links DISABLE TRIGGER ALL",
        "DROP TRIGGER changes_truncate ON changes",
        "CREATE OR REPLACE FUNCTION keep_history() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN OLD; END'",
        "CREATE RULE evil AS ON DELETE TO links DO INSTEAD NOTHING",
        "ALTER TABLE links ALTER COLUMN stripe_id SET DEFAULT 'cus_evil'",
        "ALTER TABLE links DROP CONSTRAINT links_stripe_id_location",
        "ALTER TABLE links DROP CONSTRAINT links_customer",
        "ALTER TABLE customers ALTER COLUMN email DROP NOT NULL",
        "ALTER TABLE customers RENAME TO theirs; CREATE VIEW customers AS SELECT * FROM theirs",
        "DROP INDEX customer_search_by_text",
        "ALTER TABLE links ENABLE ROW LEVEL SECURITY",
        "CREATE TABLE more (x int)",
        "CREATE SCHEMA postgres; CREATE TABLE postgres.links AS SELECT * FROM public.links",
    ],
)
def test_store_that_was_tampered_with_is_not_used(tmp_path: Path, done: str) -> None:
    """What is saved in it may be changed unseen; what is wrong is named."""
    name = postgres.new_database(postgres.template())
    postgres.administer(done, database=name)
    for act in (_look, _add, _note):
        with opened(address_of(name), tmp_path) as store, pytest.raises(StoreError, match="by another program: “"):
            act(store)
    with pytest.raises(StoreError, match="by another program: “"):
        prepare(address_of(name))
    postgres.drop_database(name)


# Others at work


def test_store_in_use_is_waited_for_and_then_told(database: str, tmp_path: Path) -> None:
    """Reading goes on while another writes; writing waits, and then says so."""
    with opened(address_of(database), tmp_path, wait=0.05) as store:
        with psycopg.connect(address_of(database).reveal()) as other:
            other.execute("SELECT pg_advisory_xact_lock(%s)", [store_postgres.LOCK])
            assert store.page(limit=1).customers == ()
            with pytest.raises(StoreError, match="in use by another program"):
                store.add(ANN)
            other.rollback()
        assert store.add(ANN).number == 1


def test_refused_and_rehearsed_writes_leave_no_gap(database: str, tmp_path: Path) -> None:
    """In the numbers of customers and of changes."""
    named = CustomerDetails(first_name="Ann", external_id="A-1")
    with opened(address_of(database), tmp_path) as store:
        store.add(named)
        for _ in range(3):
            with pytest.raises(ConflictError):
                store.add(named)
        with store.bulk(Action.IMPORTED, rehearsal=True) as bulk:
            bulk.write([Customer(bulk.next_number, ANN)], [], [])
        assert store.add(ANN).number == 2
        assert [change.number for change in store.changes(limit=9)] == [2, 1]


def test_server_that_stops_a_statement_is_told(database: str, tmp_path: Path) -> None:
    """Nothing of the change is there."""
    role = "hurried"
    postgres.administer(f"DROP ROLE IF EXISTS {role}")
    postgres.administer(f"CREATE ROLE {role} LOGIN SUPERUSER")
    postgres.administer(f"ALTER ROLE {role} SET statement_timeout = 50")
    with psycopg.connect(address_of(database).reveal()) as other, opened(address_of(database, role), tmp_path) as store:
        other.execute("SELECT pg_advisory_xact_lock(%s)", [store_postgres.LOCK])
        with pytest.raises(StoreError, match="took longer than the server allows"):
            store.add(ANN)
        assert store.page(limit=1).customers == ()
    postgres.administer(f"DROP ROLE {role}")


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("53100", "the server's disk is full"),
        ("25006", "is read-only"),
        ("53200", "no memory left"),
        ("XX001", "is damaged"),
        ("40P01", "is in use"),
        ("22012", "reported an error"),
    ],
)
def test_what_a_server_says_is_a_sentence(code: str, said: str) -> None:
    """With what to do."""
    address = Address("postgresql://jo:hunter2@db/koala", origin="The URL")
    error = psycopg.errors.lookup(code)("it went wrong at postgresql://jo:hunter2@db/koala")
    told = as_sentence(address, error, is_lost=False)
    assert said in told.message
    assert told.hint
    assert "hunter2" not in f"{told.message} {told.hint}"


# Out of reach


def test_server_that_is_not_there_is_told() -> None:
    """Whether nobody listens, or nobody is called so."""
    for url in (
        "postgresql://jo@127.0.0.1:1/koala",
        "postgresql://jo@nowhere.invalid/koala",
        "postgresql:///k?host=/no",
        "postgresql://jo@a..b/k",
    ):
        with pytest.raises(StoreUnreachable, match="cannot be reached"):
            store_postgres.connected(Address(url, origin="The URL"))


def test_wrong_name_password_or_database_is_told(database: str) -> None:
    """Each by itself; the password is not repeated."""
    guarded = address_of(database, postgres.GUARDED)
    for address in (guarded, guarded.with_password("hunter2"), address_of(database, "no_such_role")):
        with pytest.raises(AccessRefused, match="the name or the password is wrong") as refused:
            store_postgres.connected(address)
        assert "hunter2" not in f"{refused.value.message} {refused.value.hint}"
    store_postgres.connected(guarded.with_password(postgres.PASSWORD)).close()
    with pytest.raises(ConfigError, match="does not exist"):
        store_postgres.connected(address_of("no_such_database"))
    wrong = Address(address_of(database).reveal() + "&sslmode=vorify", origin="The URL")
    with pytest.raises(ConfigError, match="a setting that PostgreSQL does not know"):
        store_postgres.connected(wrong)


def test_server_that_speaks_another_language_is_understood_as_far_as_that_goes() -> None:
    """It has refused; that is not as if it could not be reached."""
    error = psycopg.OperationalError("connection failed: FATAL:  Passwort-Authentifizierung für »jo« fehlgeschlagen")
    told = cannot_connect(Address("postgresql://jo@db/koala", origin="The URL"), error)
    assert isinstance(told, ConfigError)
    assert "Passwort-Authentifizierung" in told.message


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("FATAL:  the database system is starting up", "is just being restarted"),
        ("FATAL:  the database system is not yet accepting connections", "is just being restarted"),
        ("FATAL:  terminating connection due to administrator command", "is just being restarted"),
        ("FATAL:  pgbouncer cannot connect to server", "is just being restarted"),
        ("FATAL:  sorry, too many clients already", "has no room"),
        ("FATAL:  remaining connection slots are reserved for roles with SUPERUSER", "has no room"),
        ("FATAL:  no more connections allowed (max_client_conn)", "has no room"),
        ("timeout expired", "does not answer"),
        ("Connection refused", "cannot be reached"),
    ],
)
def test_server_that_is_away_for_a_while_is_as_if_out_of_reach(words: str, said: str) -> None:
    """So that the copy answers meanwhile."""
    told = cannot_connect(Address("postgresql://jo@db/koala", origin="The URL"), psycopg.OperationalError(words))
    assert isinstance(told, StoreUnreachable)
    assert said in told.message


@pytest.mark.parametrize(
    ("host", "age", "said"),
    [
        ("localhost", timedelta(days=-1), ""),
        ("127.0.0.1", timedelta(days=-1), "does not prove whose it is"),
        ("localhost", timedelta(days=1), "has expired"),
    ],
)
def test_certificate_is_looked_at(database: str, tmp_path: Path, host: str, age: timedelta, said: str) -> None:
    """That of another host, or one that has expired, lets nobody pretend to be the server."""
    from datetime import UTC, datetime

    authority = trustme.CA()
    ends = datetime.now(UTC) - age
    made = authority.issue_cert("localhost", not_before=ends - timedelta(days=2), not_after=ends)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.configure_cert(context)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    proxy = Proxy(postgres.socket_path(), tls=context)
    tls = f"sslmode=verify-full&sslrootcert={tmp_path / 'ca.pem'}"
    address = Address(f"postgresql://postgres@{host}:{proxy.port}/{database}?{tls}", origin="The URL")
    if said:
        with pytest.raises(StoreUnreachable, match=said):
            store_postgres.connected(address)
    else:
        with store_postgres.connected(address) as db:
            assert db.pgconn.ssl_in_use
    proxy.close()


def test_server_without_tls_is_not_used_over_a_network(database: str) -> None:
    """Unless the URL says so."""
    proxy = Proxy(postgres.socket_path())
    address = Address(f"postgresql://postgres@127.0.0.1:{proxy.port}/{database}?sslmode=require", origin="The URL")
    with pytest.raises(StoreUnreachable, match="cannot be reached safely"):
        store_postgres.connected(address)
    proxy.close()


# Cut off


class _Cutting:
    """Cuts the line where the n-th message of a client passes, or the answer to it; counts what it has seen."""

    def __init__(self, after: int, *, answer: bool) -> None:
        self.after, self.answer, self.seen = after, answer, 0
        self.is_armed = False

    def __call__(self, data: bytes, is_answer: bool) -> bool:
        if not self.is_armed or is_answer != self.answer:
            return False
        self.seen += 1
        return self.seen == self.after


def _add(store: Store) -> None:
    store.add(CustomerDetails(first_name="Bob"))


def _edit(store: Store) -> None:
    store.edit(the_only(store, "1"), CustomerDetails(first_name="Anna"))


def _link(store: Store) -> None:
    connect(store, the_only(store, "1"), "cus_9")


def _undo(store: Store) -> None:
    store.undo(store.change(None))


def _remove(store: Store) -> None:
    store.remove(store.record(the_only(store, "2")))


def _import(store: Store) -> None:
    with store.bulk(Action.IMPORTED, rehearsal=False) as bulk:
        first = bulk.next_number
        bulk.write([Customer(first + number, CustomerDetails(first_name=f"P{number}")) for number in range(50)], [], [])


def _forget(store: Store) -> None:
    store.forget(2)


_WRITES = [_add, _edit, _link, _undo, _remove, _import, _forget]


def _state(store: Store) -> list[object]:
    return [*store.everybody(), *store.changes(limit=9)]


@pytest.mark.parametrize("write", _WRITES)
def test_line_that_is_cut_anywhere_leaves_a_change_whole_and_says_so(
    write: Callable[[Store], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At every message, and at every answer: what is said of the change is what has become of it."""
    monkeypatch.setattr(store_postgres, "_DOUBT_WAIT", 5.0)
    outcomes = set()
    for answer in (False, True):
        after = 0
        went_through = False
        while not went_through:
            after += 1
            assert after < 60
            with postgres.store() as database:
                with opened(address_of(database), tmp_path) as store:
                    store.add(ANN)
                    store.add(CustomerDetails(first_name="Cy"))
                cutting = _Cutting(after, answer=answer)
                proxy = Proxy(postgres.socket_path(), cut=cutting)
                said: list[str] = []
                with opened(address_of(database, through=proxy), tmp_path, said=said) as store:
                    before = _state(store)
                    cutting.is_armed = True
                    try:
                        write(store)
                        outcome = "saved"
                    except NetworkError as error:
                        assert "Nothing was changed" in error.message
                        outcome = "not saved"
                    went_through = cutting.seen < after
                proxy.close()
                with opened(address_of(database), tmp_path) as store:
                    assert (_state(store) != before) == (outcome == "saved")
                    assert store.problems() == []
                if outcome == "saved" and not went_through:
                    outcome = "saved, and said so" if said else outcome
                outcomes.add(outcome)
    assert {"not saved", "saved, and said so", "saved"} <= outcomes


def test_change_whose_outcome_cannot_be_known_is_told_so(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With how to look, and not as if it had failed."""
    monkeypatch.setattr(store_postgres, "_DOUBT_WAIT", 0.5)
    proxies: list[Proxy] = []

    def cut(data: bytes, is_answer: bool) -> bool:
        if not is_answer and b"COMMIT\0" in data:
            threading.Thread(target=proxies[0].close).start()
            return True
        return False

    proxies.append(Proxy(postgres.socket_path(), cut=cut))
    with opened(address_of(database, through=proxies[0]), tmp_path) as store:
        with pytest.raises(NetworkError, match="Whether it was saved is not known yet") as told:
            store.add(ANN)
        assert "history" in str(told.value.hint)


def test_server_that_ends_a_connection_is_told(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As it does when it is restarted."""
    with opened(address_of(database), tmp_path) as store:
        ended = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database}'"
        store.page(limit=1)
        postgres.administer(ended)
        assert store.page(limit=1).customers == ()  # asked again
        postgres.administer(ended)
        with pytest.raises(StoreUnreachable, match=r"was lost\. Nothing was changed"):
            store.add(ANN)
        monkeypatch.setattr(store_postgres, "_QUIET", 0.0)
        postgres.administer(ended)
        assert store.add(ANN).number == 1  # after a person has thought about it


# The copy on this computer


def test_copy_answers_where_the_server_does_not(database: str, tmp_path: Path) -> None:
    """It says how old it is, and nothing can be written to it, nor rehearsed."""
    proxy = Proxy(postgres.socket_path())
    address = address_of(database, through=proxy)
    said: list[str] = []
    shared = SharedStore(address, tmp_path, NOW, said.append)
    store = store_on(shared.opened(only_looks=False))
    store.add(ANN)
    store.close()
    from koalalink.atomic_files import Disk
    from koalalink.store.postgres.copying import back_up_shared

    back_up_shared(address, shared.copy.path, Disk())
    proxy.close()
    import os

    an_hour_ago = (NOW - timedelta(hours=3)).timestamp()
    os.utime(shared.copy.path, (an_hour_ago, an_hour_ago))
    away = SharedStore(address, tmp_path, NOW, said.append)
    with pytest.raises(StoreUnreachable, match="nothing is kept to be done later"):
        away.opened(only_looks=False)
    store = store_on(away.opened(only_looks=True))
    assert [each.customer.details for each in store.page(limit=9).customers] == [ANN]
    assert "cannot be reached" in said[0]
    assert "made 3 hours ago" in said[0]
    for write in (_add, _edit, _import):
        with pytest.raises(StoreUnreachable, match="Nothing was changed, and nothing is kept to be done later"):
            write(store)
    with pytest.raises(StoreUnreachable), store.bulk(Action.IMPORTED, rehearsal=True):
        pass
    store.close()
    assert away.copy.is_due
    away.leave()  # nothing was opened there that could be copied


def test_without_a_copy_that_is_told(tmp_path: Path) -> None:
    """There is nothing to answer from."""
    address = Address("postgresql://jo@127.0.0.1:1/koala", origin="The URL")
    with pytest.raises(StoreUnreachable):
        SharedStore(address, tmp_path, NOW, print).opened(only_looks=True)


def test_each_store_has_a_copy_of_its_own(tmp_path: Path) -> None:
    """So that nobody sees another's customers."""
    one, two = (LocalCopy.of(name, tmp_path, NOW) for name in ("koala at one", "koala at two"))
    assert one.path != two.path
    assert LocalCopy.newest(tmp_path, NOW) is None
