"""Short ways to write people down."""

from koalalink.domain.customers.customer import Customer, CustomerDetails
from koalalink.domain.identity.person import Person, of_store, of_stripe
from koalalink.domain.identity.rules import Fields, Pair, fields_of
from koalalink.domain.stripe.customer import About, Holder, PaymentMethod, PostalAddress, StripeCustomer
from koalalink.domain.stripe.ids import StripeId
from tests.conftest import NOW

NO_HOLDER = Holder()
GOOD_CARD = PaymentMethod(payment_method="pm_1", brand="visa", last4="4242", exp_month=12, exp_year=2030)


def ours(
    name: str = "Jane Doe",
    *,
    number: int = 42,
    email: str = "",
    phone: str = "",
    address: str = "",
    zip: str = "",
    external_id: str = "",
    extra: str = "",
    elsewhere: tuple[str, ...] = (),
) -> Person:
    """A customer of the store; the first word of the name is the given name."""
    first, _, last = name.partition(" ")
    details = CustomerDetails(
        first_name=first,
        last_name=last,
        email=email,
        phone=phone,
        address=address,
        zip=zip,
        external_id=external_id,
        extra=extra,
    )
    return of_store(Customer(number, details), elsewhere)


def theirs(
    name: str = "Jane Doe",
    stripe_id: str = "cus_1",
    *,
    email: str = "",
    phone: str = "",
    address: str = "",
    zip: str = "",
    city: str = "",
    card: PaymentMethod | None = None,
    metadata: dict[str, str] | None = None,
    metadata_key: str = "",
    payments: tuple[str, ...] = (),
    owner: int = 0,
    description: str = "",
    holder: Holder = NO_HOLDER,
) -> Person:
    """A customer of Stripe's."""
    customer = StripeCustomer(
        stripe_id=StripeId(stripe_id),
        name=name,
        email=email,
        phone=phone,
        created=NOW,
        livemode=False,
        address=PostalAddress(address, "", city, "", zip),
        card=card,
        metadata=metadata or {},
        metadata_key=metadata_key,
        about=About(description, holder=holder),
    )
    return of_stripe(customer, NOW, payments, Customer(owner, CustomerDetails()) if owner else None)


def fields(
    first_name: str = "",
    last_name: str = "",
    company: str = "",
    name: str = "",
    *,
    emails: tuple[str, str] = ("", ""),
    phones: tuple[str, str] = ("", ""),
) -> Fields:
    """How the fields agree of a customer of ours and one of Stripe's called `name`; ours come first."""
    details = CustomerDetails(
        first_name=first_name, last_name=last_name, company=company, email=emails[0], phone=phones[0]
    )
    other = StripeCustomer(StripeId("cus_1"), name, emails[1], phones[1], NOW, livemode=False)
    return fields_of(Pair.of(of_store(Customer(1, details)), of_stripe(other, NOW)))
