"""Stores of any size, made once and kept in the folder for temporary files."""

import csv
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from koalalink.domain.customers.customer import CustomerDetails
from koalalink.store.rows import FIELDS, KEYS, customer_values
from koalalink.store.sqlite.database import SQLiteDatabase
from koalalink.store.sqlite.migrations import STEPS

_FIRST = (
    "jane maria john robert liz ana peter kim dorothy emily jill carlos zoe liam noah olivia emma ava lucas".split()
)
_LAST = "doe garcia smith johnson shoemaker choe martinez bell hastings nguyen patel schwab estrada salazar".split()
_ENDS = "a,en,er,in,o,son,sky,ton,wright,y,etti,ova,mann,berg,quist,ez".split(",")


def home_with(customers: int) -> Path:
    """Return a home whose store has this many customers, a third of them linked."""
    home = Path(tempfile.gettempdir()) / f"koalalink-bench-{customers}-{len(STEPS)}"
    if not (home / "ready").exists():
        # Made beside it: one that was interrupted, or is being made by another run, is never measured.
        made = Path(tempfile.mkdtemp(prefix="koalalink-bench-"))
        # In a process of its own: what a process has taken counts as its children's memory, too.
        subprocess.run([sys.executable, "-m", "tests.bench.stores", str(made), str(customers)], check=True)
        (made / "ready").touch()
        shutil.rmtree(home, ignore_errors=True)
        made.rename(home)
    return home


def _make(home: str, customers: str) -> None:
    SQLiteDatabase(Path(home) / "customers.db").close()
    with sqlite3.connect(Path(home) / "customers.db") as db:
        _fill(db, int(customers))
    db.close()


def _fill(db: sqlite3.Connection, customers: int) -> None:
    names = (*FIELDS, *KEYS)
    people = list(_people(customers))
    sql = f"INSERT INTO customers ({', '.join(names)}) VALUES (:{', :'.join(names)})"
    db.executemany(sql, (customer_values(details) for details in people))
    linked = ((n, f"cus_{n * 7919:014x}") for n in range(1, customers + 1) if n % 3 == 0)
    db.executemany(
        "INSERT INTO links (customer, location, stripe_id, enabled, livemode) VALUES (?, 'main', ?, 1, 0)", linked
    )
    texts = ((n, _text(n, details)) for n, details in enumerate(people, 1))
    db.executemany("INSERT INTO customer_search (rowid, text) VALUES (?, ?)", texts)


def write_customers(file: Path, customers: int) -> None:
    """Write a file of this many customers in twelve columns."""
    with file.open("w", newline="", encoding="utf-8") as stream:
        rows = csv.writer(stream)
        titles = "Customer Number,First Name,Last Name,Company,Email,Phone,Address,City,State,Zip,Notes,Stripe ID"
        rows.writerow(titles.split(","))
        for number, person in enumerate(_people(customers)):
            place = (f"{number % 9973} Cedar Street", "Seattle", "WA", f"{98000 + number % 999}", "")
            rows.writerow((*person[:6], *place, f"cus_{number * 7919:014x}"))


def write_stripe_customers(file: Path, customers: int) -> None:
    """Write what Stripe's Dashboard exports of an account of this many customers."""
    with file.open("w", newline="", encoding="utf-8") as stream:
        rows = csv.writer(stream)
        rows.writerow(["id", "Name", "Email", "Phone", "Created (UTC)", "Card Last4", "Card Brand"])
        for number, person in enumerate(_people(customers)):
            created = f"20{10 + number % 16}-0{1 + number % 9}-1{number % 10} 10:{number % 60:02}"
            contact = (person.email, person.phone, created)
            rows.writerow((f"cus_{number * 7919:014x}", person.name, *contact, f"{number % 10000:04}", "Visa"))


def _people(customers: int) -> Iterator[CustomerDetails]:
    chance = random.Random(42)
    for number in range(customers):
        first, last = chance.choice(_FIRST), chance.choice(_LAST)
        if number % 3 == 0:
            last += chance.choice(_ENDS) + chance.choice(_ENDS)
        host = chance.choice(("example.com", "example.org", "mail.example"))
        yield CustomerDetails(
            external_id=f"BK-{number}",
            first_name=first.capitalize(),
            last_name=last.capitalize(),
            email=f"{first}.{last}{chance.randrange(9999)}@{host}",
            phone=f"{chance.randrange(2_000_000_000, 9_999_999_999)}",
        )


def _text(number: int, details: CustomerDetails) -> str:
    # The same lines as koalalink.store.search_index writes: name, company, email, phone, Stripe ID, digits.
    lines = [details.name.lower(), "", details.email, details.phone]
    lines += [f"cus_{number * 7919:014x}"] if number % 3 == 0 else []
    return "\n".join([*lines, details.phone]) + "\n\n"


if __name__ == "__main__":
    _make(*sys.argv[1:])
