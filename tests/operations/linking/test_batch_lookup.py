"""Many IDs by the cheaper way."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from koalalink.domain.stripe.customer import Absence, StripeCustomer
from koalalink.domain.stripe.ids import StripeId
from koalalink.operations.linking.batch_lookup import look_up


class CountingStripe:
    """An account with numbered customers that counts what it is asked."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.retrieved = 0
        self.listed = 0

    def _customer(self, number: int) -> StripeCustomer:
        created = datetime(2026, 1, 1, tzinfo=UTC)
        return StripeCustomer(StripeId(f"cus_{number}"), "", "", "", created, livemode=False)

    def customer(self, stripe_id: str) -> StripeCustomer | Absence:
        """Retrieve one."""
        self.retrieved += 1
        number = int(stripe_id.removeprefix("cus_"))
        return self._customer(number) if number < self.size else Absence.NEVER_EXISTED

    def all_customers(self) -> Iterator[StripeCustomer]:
        """List everybody."""
        for number in range(self.size):
            self.listed += 1
            yield self._customer(number)


@pytest.mark.parametrize(
    ("size", "wanted", "most_retrieved", "most_listed", "why"),
    [
        (50_000, range(40), 40, 0, "a few are retrieved"),
        (3_000, range(3_000), 0, 3_000, "many are listed"),
        (3_000, range(0, 6_000, 2), 1_500, 3_000, "those that are not in the list are retrieved"),
        (1_000_000, range(0, 1_000_000, 20_000), 50, 5_100, "a page costs more than it saves: the list is given up"),
        (3_000, range(60), 0, 100, "the list ends when all are found"),
    ],
)
def test_many_are_looked_up_by_the_cheaper_way(
    size: int, wanted: range, most_retrieved: int, most_listed: int, why: str
) -> None:
    """And every ID has its answer."""
    stripe = CountingStripe(size)
    counted: list[int] = []
    found = look_up(stripe, [StripeId(f"cus_{number}") for number in wanted], counted.append)
    assert set(found) == {f"cus_{number}" for number in wanted}, why
    assert [stripe_id for stripe_id, each in found.items() if each is Absence.NEVER_EXISTED] == sorted(
        f"cus_{number}" for number in wanted if number >= size
    )
    assert (stripe.retrieved <= most_retrieved, stripe.listed <= most_listed) == (True, True), (why, vars(stripe))
    assert sum(counted) == len(wanted)
