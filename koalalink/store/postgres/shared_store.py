"""A shared store as commands meet it: opened, or its copy where the server does not answer; looked at; and prepared."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from koalalink.domain.settings.store_url import Address
from koalalink.domain.setup.shared_store import SharedReport
from koalalink.errors import StoreUnreachable
from koalalink.store.database import Database
from koalalink.store.postgres.database import PostgresDatabase, connected
from koalalink.store.postgres.errors import as_sentence
from koalalink.store.postgres.offline_copy import LocalCopy, nothing_done


class SharedStore:
    """One shared store, and the copy of it that is kept in a folder of this computer."""

    def __init__(self, address: Address, folder: Path, now: datetime, say: Callable[[str], None]) -> None:
        """Reach the store at `address`; `say` is told where the copy is read instead."""
        self.address = address
        self.copy = LocalCopy.of(str(address), folder, now)
        self._say = say
        self._database: PostgresDatabase | None = None

    def opened(self, *, only_looks: bool) -> Database:
        """Connect; where the server does not answer, open the copy for what `only_looks`.

        Raises StoreUnreachable for what may change something: it is not judged by what was, nor done later.
        """
        try:
            self._database = PostgresDatabase(self.address, self.copy.path, say=self._say)
        except StoreUnreachable as failure:
            if only_looks:
                return self.copy.opened_instead(failure, self._say)
            raise nothing_done(failure) from None
        return self._database

    def leave(self) -> None:
        """Begin to make the copy anew, where it is old, or still has somebody who was just erased."""
        if self._database and (self.copy.is_due or self._database.has_erased):
            self.copy.make_anew(self.address.reveal())

    def report(self) -> SharedReport:
        """Return how the server is, and what this role may do there."""
        began = time.monotonic()
        with connected(self.address) as db:
            connecting = time.monotonic() - began
            try:
                began = time.monotonic()
                db.execute("SELECT 1")
                answering = time.monotonic() - began
                [row] = db.execute(
                    "SELECT current_setting('server_version') AS version, current_user AS role, "
                    "clock_timestamp() AS clock, "
                    "EXISTS (SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm') AS has_trigrams, "
                    "EXISTS (SELECT 1 FROM pg_roles WHERE rolname = current_user AND rolsuper) AS is_superuser, "
                    "coalesce((SELECT pg_has_role(current_user, relowner, 'MEMBER') FROM pg_class "
                    "WHERE oid = to_regclass('public.changes')), false) AS is_owner"
                ).fetchall()
            except psycopg.Error as error:
                raise as_sentence(self.address, error, is_lost=db.closed) from None
            uses_tls = bool(db.pgconn.ssl_in_use)
        return SharedReport(
            store=str(self.address),
            version=str(row["version"]).split()[0],
            role=row["role"],
            is_owner=row["is_owner"],
            is_superuser=row["is_superuser"],
            has_trigrams=row["has_trigrams"],
            uses_tls=uses_tls,
            is_protected=self.address.is_protected,
            is_on_this_computer=self.address.is_on_this_computer,
            clock=row["clock"].astimezone(UTC),
            connecting=connecting,
            answering=answering,
            copied_at=self.copy.made_at,
        )
