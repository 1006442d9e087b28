"""The shortest loop that copies an account's customers into SQLite."""

import os
import sqlite3
from pathlib import Path
from typing import Any

import stripe

key, url = os.environ["STRIPE_API_KEY"], os.environ["KOALALINK_API_BASE"]
client: Any = stripe.StripeClient(key, base_addresses={"api": url})
file = Path(os.environ["COPY"])
file.unlink(missing_ok=True)
fields = ["data.invoice_settings.default_payment_method", "data.default_source"]
with sqlite3.connect(file) as db:
    db.execute("CREATE TABLE customers (id TEXT PRIMARY KEY, name, email, phone, created, last4)")
    db.executemany(
        "INSERT INTO customers VALUES (?, ?, ?, ?, ?, ?)",
        (
            (c.id, c.name, c.email, c.phone, c.created, c.invoice_settings.default_payment_method.card.last4)
            for c in client.v1.customers.list({"limit": 100, "expand": fields}).auto_paging_iter()
        ),
    )
