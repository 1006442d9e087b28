"""The rows of a file on their way into the store, a batch at a time, and what becomes of each."""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from koalalink.domain.customers.customer import FIELDS, CustomerDetails
from koalalink.domain.customers.links import Link
from koalalink.domain.importing.header_vocabulary import ADDRESS
from koalalink.domain.importing.import_rows import (
    Counts,
    Entries,
    Entry,
    MatchOn,
    OnMatch,
    Row,
    Trouble,
    differing,
    merged,
)
from koalalink.domain.importing.row_parsing import OTHER_ADDRESS, as_extra, keep, line_of
from koalalink.domain.stripe.customer import Absence, StripeCustomer
from koalalink.domain.stripe.ids import StripeId
from koalalink.domain.text import listed
from koalalink.operations.importing.existing_customers import Draft, Known
from koalalink.operations.linking.link_gate import Account, Others, contradicted, copied, examine, unexamined

if TYPE_CHECKING:
    from koalalink.files.csv_writer import RejectsFile
    from koalalink.store.bulk_writer import Bulk
    from koalalink.store.stripe_mirror import Directory

_BATCH = 1000
_SHOWN = 20
_OF_AN_ADDRESS = frozenset(field.label for field in FIELDS if field.name in ADDRESS)


class Intake:
    """Takes rows in, a batch at a time, and counts what becomes of them."""

    def __init__(
        self,
        bulk: Bulk,
        entries: Entries,
        rejects: RejectsFile,
        accounts: dict[str, Account] | None,
        directory: Directory,
        now: datetime,
        match_on: MatchOn | None,
        on_match: OnMatch,
    ) -> None:
        self._bulk = bulk
        self._entries = entries
        self._match_on, self._on_match = match_on, on_match
        self._rejects = rejects
        self._accounts = accounts
        self._directory = directory
        self._now = now
        self._restoring = bulk.next_number == 1
        """An export that comes into an unused store keeps its numbers."""
        self._rows = _FirstRows(bulk.next_number)
        self.counts = Counts()
        self.troubles: list[Trouble] = []
        """The first of them."""
        self.left_out: list[Trouble] = []
        """What customers came in without, of some of them."""
        self.has_rejects = False
        self.doubts: list[str] = []
        """Links that are saved although the last sync speaks against them, as Stripe is not to be asked."""

    def take(self, batch: Sequence[Row]) -> None:
        """Take some rows in."""
        read = [(row, self._entries.read(row)) for row in batch]
        told = [entry for _, entry in read if isinstance(entry, Entry)]
        stripe_ids = {stripe_id for entry in told for stripe_id in entry.stripe_ids.values()}
        by_phone = self._match_on is MatchOn.PHONE
        known = Known(self._bulk, told, stripe_ids, by_phone=by_phone)
        linking: list[tuple[Row, Entry, Draft]] = []
        for each in told:
            self.left_out += each.left_out[: max(0, _SHOWN - len(self.left_out))]
        for row, entry in read:
            trouble = entry if isinstance(entry, Trouble) else self._customer(entry, known)
            if isinstance(trouble, Trouble):
                self.counts.rejected += 1
                self._tell(row, [trouble])
            elif isinstance(entry, Entry) and trouble is not None and (entry.stripe_ids or entry.malformed):
                linking.append((row, entry, trouble))
        accounts, others = self._accounts, None
        if accounts is None:
            locations = self._entries.links if stripe_ids else ()
            accounts = {location: copied(self._directory, location, stripe_ids) for location in locations}
        if linking and (found := [*_found(accounts.values(), stripe_ids)]):
            # Who else could be meant may stand in the same file, further below.
            self._bulk.write(known.added, known.edited, [])
            known.written()
            others = Others(self._bulk, found)
        for row, entry, person in linking:
            refused = [*self._links(entry, person, known, accounts, others)]
            self.counts.links_rejected += len(refused)
            if refused:
                self._tell(row, refused)
        self._bulk.write(known.added, known.edited, [*known.links.values()])

    def _tell(self, row: Row, troubles: list[Trouble]) -> None:
        self.has_rejects = True
        self.troubles += troubles[: _SHOWN - len(self.troubles)]
        self._rejects.write(row.cells, " ".join(trouble.reason for trouble in troubles))

    def _customer(self, entry: Entry, known: Known) -> Draft | Trouble | None:
        """Bring the customer of a row in; None is skipped with its links."""
        person = None if self._restoring and entry.number else known.find(entry, self._match_on)
        if isinstance(person, Trouble):
            return person
        if person is None:
            return self._add(entry, known)
        first = self._rows.first(person.number, entry.row)
        if first != entry.row:
            fields = differing(person.details, entry.details)
            if fields and _OF_AN_ADDRESS.issuperset(fields):
                self._keep_address(person, entry.details, known)
            elif fields:
                return Trouble(entry.row, "", "", f"Row {first} is the same customer, with another {listed(fields)}.")
            self.counts.repeated += 1
            return person
        if self._on_match is OnMatch.SKIP:
            self.counts.skipped += 1
            return None
        details = merged(person.details, entry.details, self._on_match)
        holder = known.with_external_id(details.external_id)
        if holder and holder is not person:
            return Trouble(
                entry.row, "", details.external_id, f"The external ID {details.external_id} belongs to {holder}."
            )
        if details == person.details:
            self.counts.unchanged += 1
            return person
        found = contradicted(person.linked, details, self._directory, self._now) if person.links else []
        if found:
            return Trouble(
                entry.row,
                "",
                details.name,
                f"{found[0].reason} If it is the same person, change the customer by hand first.",
            )
        self.counts.updated += 1
        known.edit(person, details)
        return person

    def _keep_address(self, person: Draft, details: CustomerDetails, known: Known) -> None:
        """Keep another address beside a customer: of each property there is a row."""
        extra = json.loads(person.details.extra) if person.details.extra else {}
        if keep(extra, OTHER_ADDRESS, line_of(details._asdict())):
            self.counts.other_addresses += 1
            known.edit(person, person.details._replace(extra=as_extra(extra)))

    def _add(self, entry: Entry, known: Known) -> Draft | Trouble:
        number = entry.number if self._restoring and entry.number else None
        if number is not None and number in self._rows:
            return Trouble(entry.row, "", str(number), f"There already is a customer {number}.")
        holder = known.with_external_id(entry.details.external_id)
        if holder:
            return Trouble(
                entry.row,
                "",
                entry.details.external_id,
                f"The external ID {entry.details.external_id} belongs to {holder}.",
            )
        self.counts.added += 1
        self.counts.sharing += known.shares_an_email(entry.details)
        person = known.add(entry, number)
        self._rows.first(person.number, entry.row)
        return person

    def _links(
        self, entry: Entry, person: Draft, known: Known, accounts: Mapping[str, Account], others: Others | None
    ) -> Iterator[Trouble]:
        """Link the customer of a row to its Stripe IDs, and yield why one was not linked."""
        yield from (trouble._replace(is_of_link=True) for trouble in entry.malformed)
        for location, stripe_id in entry.stripe_ids.items():
            column = self._entries.links[location].title
            link = person.links.get(location)
            if link and link.stripe_id == stripe_id:
                self.counts.already_linked += 1
                continue
            enabled = location not in entry.switched_off
            outcome = self._examined(stripe_id, person, known, accounts[location], others, enabled=enabled)
            if isinstance(outcome, str):
                yield Trouble(entry.row, column, stripe_id, outcome, is_of_link=True)
                continue
            self.counts.linked += 1
            known.link(person, outcome)

    def _examined(
        self,
        stripe_id: StripeId,
        person: Draft,
        known: Known,
        account: Account,
        others: Others | None,
        *,
        enabled: bool,
    ) -> Link | str:
        """Return the link, or the reason why there is none, by the rules of `connect`."""
        if account.location in person.links:
            link = person.links[account.location]
            return f"{person} is already connected to {link.stripe_id} at {link.location}."
        holders = known.others_with(stripe_id, person)
        if self._accounts is None and holders:
            return f"{stripe_id} belongs to {holders[0].customer} at {holders[0].location}."
        if others is None or stripe_id not in account.found:
            return unexamined(person.number, account.location, stripe_id, enabled=enabled)
        # Whether there is a card is no question of who it is, and would take a request for each.
        examined = examine(person.linked, stripe_id, account, others, holders=holders, now=self._now, enabled=enabled)
        if self._accounts is None and examined.objection:
            self.doubts.append(f"{person} and {stripe_id}: {examined.objection}")
            return examined.link
        return examined.objection or examined.link


class _FirstRows:
    """The first row of each customer, by number; of a million who are new it takes a tenth of what a dict would."""

    def __init__(self, next_number: int) -> None:
        self._new_from = next_number
        self._of_new = array("q")
        self._of_others: dict[int, int] = {}

    def __contains__(self, number: int) -> bool:
        return number in self._of_others or 0 <= number - self._new_from < len(self._of_new)

    def first(self, number: int, row: int) -> int:
        """Return the first row of a customer, which is this one where there was none."""
        place = number - self._new_from
        if not 0 <= place <= len(self._of_new) or number in self._of_others:
            return self._of_others.setdefault(number, row)
        if place == len(self._of_new):
            self._of_new.append(row)
        return self._of_new[place]


def _found(accounts: Iterable[Account], stripe_ids: Iterable[StripeId]) -> Iterator[StripeCustomer | Absence]:
    """Yield what is known of these IDs."""
    wanted = [*stripe_ids]
    return (account.found[each] for account in accounts for each in wanted if each in account.found)
