"""Whom of the store a row means: the same external ID, else email and name, else name and phone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from koalalink.domain.customers.customer import Customer, CustomerDetails
from koalalink.domain.customers.links import Holder, Link, LinkedCustomer
from koalalink.domain.identity.contacts import email_key, keys_of
from koalalink.domain.identity.field_comparison import Agreement
from koalalink.domain.importing.import_rows import Entry, MatchOn, Trouble, differing, is_nobody_alike, same_name
from koalalink.domain.stripe.ids import StripeId
from koalalink.domain.text import listed

if TYPE_CHECKING:
    from koalalink.store.bulk_writer import Bulk

_FAMILY = 20
"""An email or a phone of more people than these is nobody's own."""


def _same_id_only(entry: Entry, person: Draft) -> Trouble:
    return Trouble(
        entry.row,
        "",
        entry.details.external_id,
        f"Customer {person} has the same ID, and nothing else is the same. Is it from another program? "
        "If the IDs are right, import it with --match-on external-id.",
    )


class Draft:
    """A customer as the store will have it."""

    def __init__(self, number: int, details: CustomerDetails, links: Iterable[Link] = ()) -> None:
        self.number = number
        self.details = details
        self.links = {link.location: link for link in links}

    def __str__(self) -> str:
        return str(Customer(number=self.number, details=self.details))

    @property
    def linked(self) -> LinkedCustomer:
        """The same as a value."""
        return LinkedCustomer(Customer(self.number, self.details), tuple(self.links.values()))


class Known:
    """Everybody in the store whom a batch of rows can mean, and what is to be written for it."""

    def __init__(self, bulk: Bulk, entries: Sequence[Entry], stripe_ids: Iterable[StripeId], *, by_phone: bool) -> None:
        """Look everybody up whom `entries` and `stripe_ids` name."""
        self._bulk = bulk
        nameless = (e.details for e in entries if not e.details.external_id and not email_key(e.details.email))
        names = {keys_of(details).name for details in nameless} - {""}
        # Most files have emails or external IDs throughout: then nobody is looked up by name.
        self._by_name, self._by_phone = bool(names), by_phone
        found = bulk.people(
            external_ids={entry.details.external_id for entry in entries} - {""},
            emails={keys_of(entry.details).email for entry in entries} - {""},
            phones={keys_of(entry.details).phone for entry in entries} - {""} if by_phone else set(),
            names=names,
        )
        self._by_external_id: dict[str, Draft] = {}
        self._by_number: dict[int, Draft] = {}
        self._by: dict[tuple[str, ...], dict[int, Draft]] = {}
        numbered = bulk.known({entry.number for entry in entries if entry.only_links and entry.number}).values()
        for number, linked in {linked.customer.number: linked for linked in (*found, *numbered)}.items():
            self._by_number[number] = Draft(number, linked.customer.details, linked.links)
            self._index(self._by_number[number])
        self._before: dict[int, Customer] = {}
        self._edited: dict[int, CustomerDetails] = {}
        self._added: dict[int, Draft] = {}
        self.links: dict[tuple[int, str], tuple[Link | None, Link]] = {}
        self._holders: dict[str, list[Holder]] = {}
        for holder in bulk.holders(sorted(stripe_ids)):
            self._holders.setdefault(holder.stripe_id, []).append(holder)

    @property
    def added(self) -> list[Customer]:
        """The new customers."""
        return [Customer(number=person.number, details=person.details) for person in self._added.values()]

    @property
    def edited(self) -> list[tuple[Customer, CustomerDetails]]:
        """The others that have changed, as they were and as they are."""
        return [(self._before[number], details) for number, details in self._edited.items()]

    def written(self) -> None:
        """Note that those who are new, and those who have changed, are in the store."""
        self._added.clear()
        self._edited.clear()

    def _index(self, person: Draft) -> None:
        if person.details.external_id:
            self._by_external_id[person.details.external_id] = person
        for key in self._keys(person.details):
            self._by.setdefault(key, {})[person.number] = person

    def _forget(self, person: Draft) -> None:
        self._by_external_id.pop(person.details.external_id, None)
        for key in self._keys(person.details):
            self._by[key].pop(person.number, None)

    def _keys(self, details: CustomerDetails) -> list[tuple[str, ...]]:
        email, phone, name = keys_of(details)
        keys = list[tuple[str, ...]]()
        if email:
            keys += [("email", email), ("email", email, name)]
        if self._by_phone and phone:
            keys += [("phone", phone), ("phone", phone, name)]
        if self._by_name:
            keys += [("name", name), ("name", name, phone), ("all", *details[:-1])]
        return keys

    def with_external_id(self, external_id: str) -> Draft | None:
        """Return who has an external ID."""
        return self._by_external_id.get(external_id)

    def others_with(self, stripe_id: str, person: Draft) -> list[Holder]:
        """Return who else is linked to a Stripe ID, at any location."""
        return [holder for holder in self._holders.get(stripe_id, ()) if holder.customer.number != person.number]

    def find(self, entry: Entry, match_on: MatchOn | None) -> Draft | Trouble | None:
        """Return the customer whom a row means, None where that is somebody new, or why it is in doubt."""
        details = entry.details
        if entry.only_links:
            return self._named_by_id(entry)
        if match_on is MatchOn.NONE:
            return None
        if match_on in (None, MatchOn.EXTERNAL_ID) and details.external_id in self._by_external_id:
            person = self._by_external_id[details.external_id]
            # Two programs may both number from 1: an ID alone is believed only where somebody says that it is right.
            if match_on is None and is_nobody_alike(person.details, details):
                return _same_id_only(entry, person)
            return person
        if match_on in (None, MatchOn.EMAIL) and email_key(details.email):
            return self._one_of(entry, "email", keys_of(details).email)
        if match_on is MatchOn.PHONE and details.phone:
            return self._one_of(entry, "phone", keys_of(details).phone)
        if match_on is None and not details.external_id:
            return self._without_email(details)
        return None

    def _named_by_id(self, entry: Entry) -> Draft | Trouble:
        """Return the customer whose number or external ID stands in a row with nothing else but Stripe IDs."""
        number, external_id = entry.number, entry.details.external_id
        person = self._by_number.get(number) if number else self._by_external_id.get(external_id)
        if person and external_id in ("", person.details.external_id):
            return person
        if number:
            told = f" with the external ID {external_id}" if external_id else ""
            return Trouble(entry.row, "", str(number), f"There is no customer {number}{told}.")
        return Trouble(entry.row, "", external_id, f"No customer has the external ID {external_id}.")

    def _one_of(self, entry: Entry, what: str, key: str) -> Draft | Trouble | None:
        """Return who of those with the same email or phone has the name, too."""
        details = entry.details
        sharing = self._by.get((what, key))
        if not sharing:
            return None
        same = self._not_another(details, (what, key, keys_of(details).name))
        # What so many have tells nothing of who somebody is: it is the office's, or was typed for want of a better.
        family = self._not_another(details, (what, key)) if len(sharing) <= _FAMILY else []
        same = same or [person for person in family if same_name(person.details, details) is Agreement.SAME]
        if len(same) == 1:
            return same[0]
        value = getattr(details, what)
        if same:
            numbers = listed(str(person.number) for person in same[:5])
            return Trouble(entry.row, "", value, f"{value} belongs to customers {numbers}; which one do you mean?")
        alike = [person for person in family if same_name(person.details, details) is Agreement.SIMILAR]
        if alike:
            return Trouble(
                entry.row,
                "",
                value,
                f"{value} belongs to {alike[0]}; is {details.name} the same person? "
                f"If so, change customer {alike[0].number} first. If not, import it with --match-on none.",
            )
        return None

    def _not_another(self, details: CustomerDetails, key: tuple[str, ...]) -> list[Draft]:
        """Return those under a key, without who has another external ID: that is another customer in any case."""
        ours = details.external_id
        return [
            person for person in self._by.get(key, {}).values() if not ours or person.details.external_id in ("", ours)
        ]

    def shares_an_email(self, details: CustomerDetails) -> bool:
        """Tell whether somebody of another name has the email."""
        email, _, name = keys_of(details)
        sharing = self._by.get(("email", email), {})
        return bool(sharing) and len(sharing) > len(self._by.get(("email", email, name), {}))

    def _without_email(self, details: CustomerDetails) -> Draft | None:
        """Return who has the same name and phone, or else is the same in all that a row says."""
        _, phone, name = keys_of(details)
        named = [*self._by.get(("name", name, phone) if phone else ("name", name), {}).values()]
        if phone and len(named) == 1:
            return named[0]
        if len(named) > _FAMILY:  # of many with one name only who is the same in everything
            named = [*self._by.get(("all", *details[:-1]), {}).values()]
        return next((person for person in named if not differing(person.details, details)), None)

    def add(self, entry: Entry, number: int | None) -> Draft:
        """Add a customer."""
        number = number or self._bulk.next_number
        self._bulk.next_number = max(self._bulk.next_number, number + 1)
        person = Draft(number, entry.details)
        self._added[number] = person
        self._index(person)
        return person

    def edit(self, person: Draft, details: CustomerDetails) -> None:
        """Give a customer other details."""
        self._forget(person)
        before = Customer(number=person.number, details=person.details)
        person.details = details
        if person.number not in self._added:
            self._before.setdefault(person.number, before)
            self._edited[person.number] = details
        self._index(person)

    def link(self, person: Draft, link: Link) -> None:
        """Link a customer."""
        self.links[person.number, link.location] = (person.links.get(link.location), link)
        person.links[link.location] = link
        customer = Customer(number=person.number, details=person.details)
        holder = Holder(stripe_id=link.stripe_id, customer=customer, location=link.location)
        self._holders.setdefault(link.stripe_id, []).append(holder)
