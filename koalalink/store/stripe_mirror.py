"""The directory: Stripe's customers of every location, copied into the store's file."""

import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from koalalink.domain.mirror.mirror import DirectoryState, Verification, Window
from koalalink.domain.search.query import IdQuery, OwnIdQuery, SearchQuery
from koalalink.domain.stripe.customer import NOTHING_TOLD, About, Holder, PaymentMethod, PostalAddress, StripeCustomer
from koalalink.domain.stripe.ids import StripeId
from koalalink.domain.text import digits, fold, printable, trimmed
from koalalink.store.database import Database, Query, Row, Spellings, Value

_FIELDS = tuple(
    "stripe_id name email phone address created livemode card default_payment_method metadata about".split()
)
_COLUMNS = ", ".join((*_FIELDS, "other_card"))
_UPDATE = f"""
    UPDATE directory SET {", ".join(f"{name} = :{name}" for name in _FIELDS)}, gone = false,
        run = (SELECT run FROM directories WHERE location = :location)
    WHERE entry = :entry
"""
_KNOWN = f"""
    SELECT entry, gone, {", ".join(f"directory.{name}" for name in (*_FIELDS, "other_card"))}
    FROM json_each(:stripe_ids) AS wanted
    JOIN directory ON directory.location = :location AND directory.stripe_id = wanted.value
    ORDER BY CAST(wanted.key AS BIGINT)
"""
_TOP = """
    SELECT coalesce((SELECT max(entry) FROM directory), 0) AS entry,
        (SELECT run FROM directories WHERE location = :location) AS run
"""
_STATES = """
    SELECT location, account, account_name, livemode, begun_at, finished_at, windows,
        EXISTS (SELECT 1 FROM directory WHERE directory.location = directories.location AND NOT gone) AS is_filled
    FROM directories
"""
_FIND = f"""
    SELECT {_COLUMNS} FROM directory_search JOIN directory ON entry = directory_search.rowid
    WHERE %s AND location = :location AND NOT gone ORDER BY created DESC NULLS LAST, stripe_id LIMIT 500
"""

_ENTRY = ("entry", *_FIELDS, "location", "run", "gone")

_Row = dict[str, Value]
_Text = tuple[Value, ...]


class Directory:
    """What Stripe had when it was last asked for all customers; it can always be made again."""

    def __init__(self, database: Database, metadata_keys: Mapping[str, str] = MappingProxyType({})) -> None:
        """Read and write the tables in `database`; `metadata_keys` are the settings of the locations that have one."""
        self._db = database
        self._metadata_keys = metadata_keys

    def state(self, location: str) -> DirectoryState | None:
        """Return how far the directory of a location is; None where there is none."""
        found = self._db.rows(f"{_STATES} WHERE location = :location ORDER BY location", location=location)
        return _state(found[0]) if found else None

    def states(self) -> list[DirectoryState]:
        """Return the same of all locations."""
        return [_state(row) for row in self._db.rows(f"{_STATES} ORDER BY location")]

    def count(self, location: str) -> int:
        """Return how many customers of a location are at Stripe, as far as is known."""
        [row] = self._db.rows(
            "SELECT count(*) AS size FROM directory WHERE location = :location AND NOT gone", location=location
        )
        return int(row["size"])

    def begin(
        self, location: str, account: str | None, livemode: bool | None, now: datetime, *, account_name: str = ""
    ) -> tuple[Window, ...]:
        """Begin a copy, or go on with one that was interrupted; return what is to be listed.

        What is not known of the account stays as it was.
        """
        with self._db.transaction():
            state = self.state(location)
            windows = state.windows(now) if state else (Window(),)
            goes_on = state is not None and len(windows) > 1
            self._db.execute(
                """
                INSERT INTO directories (location, account, account_name, livemode, run, begun_at, windows)
                VALUES (:location, :account, :account_name, :livemode, 1, :now, :windows)
                ON CONFLICT (location) DO UPDATE SET windows = excluded.windows, run = directories.run + :more,
                    account = coalesce(excluded.account, directories.account),
                    account_name = coalesce(nullif(excluded.account_name, ''), directories.account_name),
                    livemode = coalesce(excluded.livemode, directories.livemode),
                    begun_at = CASE WHEN :more = 1 THEN excluded.begun_at ELSE directories.begun_at END
                """,
                location=location,
                account=account,
                account_name=trimmed(account_name),
                livemode=None if livemode is None else int(livemode),
                now=int(now.timestamp()),
                windows=json.dumps(windows),
                more=0 if goes_on else 1,
            )
        return windows

    def put(self, location: str, customers: Sequence[StripeCustomer], left: Sequence[Window]) -> tuple[int, int]:
        """Write a page, with what is left after it; return how many were new, and how many have changed."""
        people = {each.stripe_id: each for each in customers}
        with self._db.transaction():
            rows, [top] = self._db.answers(_rows_of(location, people), (_TOP, {"location": location}))
            before = {row["stripe_id"]: row for row in rows}
            added, edited, forgotten, texts = list[tuple[Value, ...]](), list[_Row](), list[_Row](), list[_Text]()
            changed = 0
            for stripe_id, customer in people.items():
                values, old = {**_values(customer), "location": location}, before.get(stripe_id)
                if old is None:
                    entry = top["entry"] + len(added) + 1
                    added.append((entry, *(values[name] for name in _FIELDS), location, top["run"], False))
                else:
                    entry = old["entry"]
                    edited.append({**values, "entry": entry})
                    if not old["gone"] and all(old[name] == values[name] for name in _FIELDS):
                        continue
                    changed += 1
                    forgotten.append({"entry": entry})
                texts.append((entry, _searchable(customer)))
            self._db.insert_many("directory", _ENTRY, added)
            self._db.execute_many(_UPDATE, edited)
            self._db.execute_many("DELETE FROM directory_search WHERE rowid = :entry", forgotten)
            self._db.insert_many("directory_search", ("rowid", "text"), texts)
            self._db.execute(
                "UPDATE directories SET windows = :windows WHERE location = :location",
                windows=json.dumps([*left]),
                location=location,
            )
        return len(added), changed

    def finish(self, location: str, now: datetime) -> int:
        """End a copy: who was not in it is gone; return how many those are."""
        with self._db.transaction():
            [row] = self._db.rows(
                "SELECT count(*) AS gone FROM directory JOIN directories USING (location) "
                "WHERE location = :location AND directory.run <> directories.run AND NOT gone",
                location=location,
            )
            self._db.execute(
                "UPDATE directory SET gone = true WHERE location = :location AND NOT gone "
                "AND run <> (SELECT run FROM directories WHERE location = :location)",
                location=location,
            )
            self._db.execute(
                "UPDATE directories SET finished_at = :now, windows = '[]' WHERE location = :location",
                now=int(now.timestamp()),
                location=location,
            )
            self._db.tidy("directory_search")
        return int(row["gone"])

    def put_other_cards(self, location: str, cards: Mapping[str, PaymentMethod | None]) -> None:
        """Note the card that can be charged of customers who have no default card, by Stripe ID."""
        with self._db.transaction():
            self._db.execute_many(
                "UPDATE directory SET other_card = :card WHERE location = :location AND stripe_id = :stripe_id",
                (
                    {
                        "location": location,
                        "stripe_id": stripe_id,
                        "card": None if card is None else json.dumps(card),
                    }
                    for stripe_id, card in cards.items()
                ),
            )

    def put_verification(self, location: str, found: Verification) -> None:
        """Remember what a check of the links has found."""
        with self._db.transaction():
            self._db.execute(
                "INSERT INTO verifications (location, at, checked, problems) "
                "VALUES (:location, :at, :checked, :problems) ON CONFLICT (location) DO UPDATE SET "
                "at = excluded.at, checked = excluded.checked, problems = excluded.problems",
                location=location,
                at=int(found.at.timestamp()),
                checked=found.checked,
                problems=json.dumps(dict(found.problems)),
            )

    def verification(self, location: str) -> Verification | None:
        """Return what the last check of a location's links has found."""
        sql = "SELECT at, checked, problems FROM verifications WHERE location = :location ORDER BY location"
        rows = self._db.rows(sql, location=location)
        if not rows:
            return None
        at = datetime.fromtimestamp(rows[0]["at"], UTC)
        return Verification(at, rows[0]["checked"], json.loads(rows[0]["problems"]))

    def touch(self, location: str, now: datetime) -> None:
        """Note that the directory was brought up to now from a file."""
        with self._db.transaction():
            self._db.execute(
                "UPDATE directories SET finished_at = :now, windows = '[]' WHERE location = :location",
                now=int(now.timestamp()),
                location=location,
            )
            self._db.tidy("directory_search")

    def forget(self, location: str) -> None:
        """Delete the directory of a location."""
        with self._db.transaction():
            self._db.execute(
                "DELETE FROM directory_search WHERE rowid IN (SELECT entry FROM directory WHERE location = :location)",
                location=location,
            )
            self._db.execute("DELETE FROM directory WHERE location = :location", location=location)
            self._db.execute("DELETE FROM directories WHERE location = :location", location=location)

    def known(self, location: str, stripe_ids: Iterable[str]) -> dict[StripeId, StripeCustomer]:
        """Return those of these customers that are in the directory, and not gone."""
        [rows] = self._db.answers(_rows_of(location, stripe_ids))
        return {each.stripe_id: each for each in self._customers((row for row in rows if not row["gone"]), location)}

    def customers(self, location: str) -> Iterator[StripeCustomer]:
        """Yield who is at Stripe, by Stripe ID."""
        sql = (
            f"SELECT {_COLUMNS} FROM directory WHERE location = :location AND NOT gone AND stripe_id > :last "
            "ORDER BY stripe_id LIMIT 5000"
        )
        last = ""
        while rows := self._db.rows(sql, location=location, last=last):
            yield from self._customers(rows, location)
            last = rows[-1]["stripe_id"]

    def newest(self, location: str, most: int) -> list[StripeCustomer]:
        """Return who was created last."""
        sql = (
            f"SELECT {_COLUMNS} FROM directory WHERE location = :location AND NOT gone "
            "ORDER BY created DESC NULLS LAST, stripe_id LIMIT :most"
        )
        return [*self._customers(self._db.rows(sql, location=location, most=most), location)]

    def find(self, query: SearchQuery, location: str, most: int) -> list[StripeCustomer]:
        """Return who fits, best first; where those are fewer than `most`, who would but for a typing error follow."""
        if isinstance(query, IdQuery):
            return [*self.known(location, [query.stripe_id]).values()]
        if isinstance(query, OwnIdQuery):
            return self._with_metadata(location, query.external_id, most)
        found = self._matching(location, [[(word,)] for word in query.words if len(word) >= 3])
        fitting = sorted((each for each in found if query.matches(each)), key=query.rank)
        # An email or a number that is somebody's is no typing error.
        if len(fitting) < most and not (fitting and (query.email or query.phone)):
            known = {each.stripe_id for each in fitting}
            near = [each for each in self._matching(location, query.spellings()) if each.stripe_id not in known]
            errors = {each.stripe_id: query.errors(each) for each in near}
            near = [each for each in near if errors[each.stripe_id] is not None]
            fitting += sorted(near, key=lambda each: (errors[each.stripe_id], query.rank(each)))
        return fitting[:most]

    def beginning(self, beginning: str, most: int) -> list[StripeCustomer]:
        """Return up to `most` whose Stripe ID begins so, of each location."""
        sql = (
            f"SELECT {_COLUMNS} FROM directory WHERE location = :location AND NOT gone AND stripe_id >= :beginning "
            "AND stripe_id < :after ORDER BY stripe_id LIMIT :most"
        )
        after = f"{beginning}{chr(sys.maxunicode)}"
        return [
            customer
            for row in self._db.rows("SELECT location FROM directories ORDER BY location")
            for customer in self._customers(
                self._db.rows(sql, location=row["location"], beginning=beginning, after=after, most=most), ""
            )
        ]

    def with_last4(self, location: str, last4: str, most: int) -> list[StripeCustomer]:
        """Return who has a card that ends in these digits, the newest first."""
        return self._where(location, "json_extract(coalesce(card, other_card), '$[2]') = :value", last4, most)

    def _with_metadata(self, location: str, value: str, most: int) -> list[StripeCustomer]:
        """Return in whose metadata this is a value, whatever its key and case, the newest first."""
        found = "SELECT 1 FROM json_each(metadata) AS each WHERE lower(each.value) = lower(:value)"
        return self._where(location, f"EXISTS ({found})", value, most)

    def _where(self, location: str, condition: str, value: str, most: int) -> list[StripeCustomer]:
        sql = (
            f"SELECT {_COLUMNS} FROM directory WHERE location = :location AND NOT gone AND {condition} "
            "ORDER BY created DESC NULLS LAST, stripe_id LIMIT :most"
        )
        return [*self._customers(self._db.rows(sql, location=location, value=value, most=most), location)]

    def _matching(self, location: str, spellings: Spellings) -> list[StripeCustomer]:
        """Return some of the customers in whose texts all parts of one of each of these lists occur, newest first."""
        if not spellings:
            return []
        condition, sought = self._db.holding("directory_search", spellings)
        return [*self._customers(self._db.rows(_FIND % condition, **sought, location=location), location)]

    def _customers(self, rows: Iterable[Row], location: str) -> Iterator[StripeCustomer]:
        metadata_key = self._metadata_keys.get(location, "")
        return (_customer(row, metadata_key) for row in rows)


def _rows_of(location: str, stripe_ids: Iterable[str]) -> Query:
    return _KNOWN, {"location": location, "stripe_ids": json.dumps([*stripe_ids])}


def _state(row: Row) -> DirectoryState:
    finished_at, livemode = row["finished_at"], row["livemode"]
    return DirectoryState(
        location=row["location"],
        account=row["account"],
        account_name=row["account_name"],
        livemode=None if livemode is None else bool(livemode),
        is_filled=bool(row["is_filled"]),
        begun_at=datetime.fromtimestamp(row["begun_at"], UTC),
        finished_at=None if finished_at is None else datetime.fromtimestamp(finished_at, UTC),
        left=tuple(Window(*each) for each in json.loads(row["windows"])),
    )


def _customer(row: Row, metadata_key: str) -> StripeCustomer:
    created, card, address = row["created"], row["card"] or row["other_card"], row["address"]
    return StripeCustomer(
        stripe_id=row["stripe_id"],
        name=row["name"],
        email=row["email"],
        phone=row["phone"],
        created=None if created is None else datetime.fromtimestamp(created, UTC),
        livemode=bool(row["livemode"]),
        address=PostalAddress(*json.loads(address)) if address != _NOWHERE else PostalAddress(),
        card=None if card is None else _method(json.loads(card)),
        default_payment_method=row["default_payment_method"],
        metadata=json.loads(row["metadata"]),
        metadata_key=metadata_key,
        about=_about(row["about"]),
    )


def _method(values: list[Any]) -> PaymentMethod:
    method = PaymentMethod(*values)
    return method._replace(holder=Holder(*method.holder))


def _about(text: str | None) -> About | None:
    if text == _NOTHING:
        return NOTHING_TOLD
    if text is None:
        return None
    about = About(*json.loads(text))
    return about._replace(shipping_address=PostalAddress(*about.shipping_address), holder=Holder(*about.holder))


def _values(customer: StripeCustomer) -> dict[str, Value]:
    return {
        "stripe_id": customer.stripe_id,
        "name": trimmed(customer.name),
        "email": trimmed(customer.email),
        "phone": trimmed(customer.phone),
        "address": json.dumps([trimmed(part) for part in customer.address]),
        "created": None if customer.created is None else int(customer.created.timestamp()),
        "livemode": int(customer.livemode),
        "card": None if customer.card is None else json.dumps(customer.card),
        "default_payment_method": customer.default_payment_method,
        "metadata": json.dumps(dict(customer.metadata)),
        "about": json.dumps(customer.about or NOTHING_TOLD),
    }


_MOST_SEARCHED = 1000
"""Characters of a text; Stripe itself takes 512. A million times one letter keeps a search busy for hours."""
_NOWHERE = json.dumps(PostalAddress())
_NOTHING = json.dumps(NOTHING_TOLD)


def _also_found_by(customer: StripeCustomer) -> tuple[str, ...]:
    about = customer.about or NOTHING_TOLD
    return tuple(dict.fromkeys(text for text in (about.description, customer.holder.name) if text))


def _searchable(customer: StripeCustomer) -> str:
    texts = (customer.name, customer.email, customer.phone, customer.stripe_id, *_also_found_by(customer))
    lines = [fold(printable(trimmed(text[:_MOST_SEARCHED]))) for text in texts]
    # Apostrophes are typed or not; the last letters, too, begin three, hence the two lines at the end.
    return "\n".join([*lines, digits(customer.phone), lines[0].replace("'", "")]) + "\n\n"
