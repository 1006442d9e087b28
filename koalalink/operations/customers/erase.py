"""A person who asks to be erased is erased wherever we keep them, but for a line that says so."""

from typing import Protocol

from koalalink.domain.customers.results import Forgotten
from koalalink.operations.consent import Stakes, consent
from koalalink.operations.ports import HasBackups, HasStore, HasTalk, HasTime
from koalalink.operations.resolve_customer import number_of


class Needs(HasStore, HasBackups, HasTalk, HasTime, Protocol):
    """What forgetting works with."""


def forget(need: Needs, reference: str, *, agreed: bool) -> Forgotten:
    """Erase a customer from the list, the links, the history, the refusals and the copies of Stripe.

    One who was removed before is named by number. It cannot be undone, so a person is asked, or --yes says it; raises
    as `consent`. Backups cannot be reached: they are named.
    """
    number = number_of(need, reference)
    found = need.store.known([number]).get(number)
    who = str(found.customer) if found else f"customer {number}"
    consent(
        need.talk,
        f"Erase everything that is stored about {who}? This cannot be undone.",
        Stakes.IS_FINAL,
        agreed=agreed,
        refusal=f"{who} would be erased for good. Nothing was changed.",
        hint="This cannot be undone. If you are sure, add --yes.",
    )
    erased = need.store.forget(number)
    need.backups.sweep()
    return erased._replace(backups=tuple(need.backups.copies()))
