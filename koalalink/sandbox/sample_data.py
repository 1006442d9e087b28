"""The sample people: a cleaning company's customers, and its two Stripe accounts.

They are made up, and made to be difficult: two Janes, families that share an email, nicknames, typing errors,
expired cards. Cards expire relative to the day they are looked at, so that some are always about to.
"""

from datetime import date
from typing import Any, NamedTuple

from koalalink.domain.customers.customer import CustomerDetails
from koalalink.sandbox import stripe_objects
from koalalink.sandbox.fake_stripe import (
    ACCOUNT_READ,
    CUSTOMER_READ,
    INVOICE_READ,
    PAYMENT_METHOD_READ,
    SUBSCRIPTION_READ,
    Account,
    Key,
)

KEYS = {"downtown": "rk_test_sandbox_downtown", "uptown": "rk_test_sandbox_uptown"}
ACCOUNT_IDS = {"downtown": "acct_sandboxdowntown", "uptown": "acct_sandboxuptown"}

_FIRST_CREATED = 1_609_459_200  # 1 January 2021
_READS = frozenset({CUSTOMER_READ, PAYMENT_METHOD_READ, ACCOUNT_READ})


class _Saved(NamedTuple):
    """A saved card; `months` is how many months from now it ends (-1: last month)."""

    brand: str
    last4: str
    months: int
    old_style: bool = False


class _Told(NamedTuple):
    """What Stripe tells of somebody besides, and other ways to pay than cards."""

    holder: str = ""
    """Whom the payment methods are made out to, where Stripe was told."""
    description: str = ""
    is_nameless: bool = False
    methods: tuple[tuple[str, dict[str, Any]], ...] = ()
    """Of other kinds than cards: the kind, and what is told of it."""
    old_banks: tuple[tuple[str, str], ...] = ()
    """Bank accounts of the older kind: the last four digits, and the status."""


class _AtStripe(NamedTuple):
    location: str
    name: str
    email: str
    phone: str
    cards: tuple[_Saved, ...] = ()
    id: str = ""
    metadata: tuple[tuple[str, str], ...] = ()
    address_of: int = 0
    """The number of the local customer at whose address they live; 0 where Stripe was told none."""
    told: _Told = _Told()


_VISA = _Saved("visa", "4242", 26)
_MASTERCARD = _Saved("mastercard", "5454", 14)
_AMEX = _Saved("amex", "0005", 40)
_EXPIRED = _Saved("visa", "1881", -5)
_ENDS_NOW = _Saved("mastercard", "8210", 0)
_ENDS_SOON = _Saved("visa", "0341", 1)

# The company's own list, where a story hangs on the person: number, first and last name, email, phone.
_KNOWN: dict[int, tuple[str, str, str, str]] = {
    7: ("Rosa", "Alvarez", "alvarez.family@example.com", "(206) 555-0107"),
    8: ("Miguel", "Alvarez", "alvarez.family@example.com", "(206) 555-0107"),
    11: ("Bob", "Carver", "bob.carver@example.com", "206-555-0111"),
    12: ("Elizabeth", "Nolan", "enolan@example.com", "206.555.0112"),
    15: ("José", "Núñez", "jose.nunez@example.com", "(206) 555-0115"),
    16: ("Zoë", "Müller", "zoe.mueller@example.com", ""),
    19: ("Siobhan", "O'Brien", "siobhan.obrien@example.com", "(425) 555-0119"),
    23: ("Rita [red]", "Vance", "rita.vance@example.com", "(425) 555-0123"),
    25: ("John", "Baker Sr.", "bakers@example.com", "(253) 555-0125"),
    26: ("John", "Baker Jr.", "bakers@example.com", "(253) 555-0125"),
    28: ("Karen", "Whitfield", "karen.whitfield@example.com", "(253) 555-0128"),
    30: ("Dana", "Pruitt", "dana.pruitt@example.com", ""),
    33: ("", "", "office@harborview.example", "(206) 555-0133"),
    35: ("Sam", "Ostrow", "", "(206) 555-0135"),
    36: ("Nora", "Finch", "nora.finch@example.com", ""),
    38: ("Priya", "Raman", "priya.raman@example.com", "(425) 555-0138"),
    40: ("Tom", "Gallagher", "tom.gallagher@example.com", "(425) 555-0140"),
    42: ("Jane", "Doe", "jane@x.com", "(206) 555-0142"),
    44: ("Ines", "Duarte", "ines.duarte@example.com", "(253) 555-0144"),
    45: ("Walt", "Brandt", "walt.brandt@example.com", "(253) 555-0145"),
    48: ("Grace", "Kimura", "grace.kimura@example.com", "(206) 555-0148"),
    50: ("Oscar", "Lindqvist", "oscar.lindqvist@example.com", "(206) 555-0150"),
    52: ("Olga", "Petrov", "olga.petrov@example.com", "(206) 555-0152"),
    54: ("Hugh", "Lennox", "hugh.lennox@example.com", "(425) 555-0154"),
    57: ("Jane", "Doe", "jane.doe@example.org", "(425) 555-0157"),
}
_COMPANIES = {33: "Harbor View Dental"}
_HOW_MANY = 60

# The same people as they stand at Stripe.
_AT_STRIPE = (
    _AtStripe("downtown", "Jane Doe", "jane@x.com", "+12065550142", (_VISA,), "cus_123", (("booking", "B-1042"),), 42),
    _AtStripe("downtown", "Jane Doe", "jane.doe@example.org", "+14255550157", (_MASTERCARD,), "cus_JaneOfKirkland"),
    _AtStripe("uptown", "Jane Doe", "jane@x.com", "", (_EXPIRED,), "cus_JaneUptown001"),
    _AtStripe("downtown", "Rosa Alvarez", "alvarez.family@example.com", "2065550107", (_VISA,), "cus_RosaAlvarez01"),
    _AtStripe("downtown", "Robert Carver", "bob.carver@example.com", "", (_AMEX,), "cus_RobertCarver1"),
    _AtStripe("downtown", "Liz Nolan", "enolan@example.com", "+1 206 555 0112", (_VISA, _EXPIRED)),
    _AtStripe("downtown", "Jose Nunez", "jose.nunez@example.com", "", (_MASTERCARD,)),
    _AtStripe("uptown", "Zoë Müller", "zoe.mueller@example.com", "", (_VISA,)),
    _AtStripe("uptown", "O'BRIEN, SIOBHAN", "siobhan.obrien@example.com", "4255550119", (_AMEX,)),
    _AtStripe("downtown", "Rita [red] Vance", "rita.vance@example.com", "", (_VISA,)),
    _AtStripe("downtown", "John Baker Jr", "bakers@example.com", "2535550125", (_MASTERCARD,), "cus_JohnBakerJr01"),
    _AtStripe("downtown", "Karen Whitfeild", "karen.whitfield@example.com", "", (_VISA,)),
    _AtStripe("downtown", "Dana Pruitt", "dana.pruitt@example.con", "", (_VISA,), "cus_DanaPruitt001"),
    _AtStripe("downtown", "Harbor View Dental LLC", "office@harborview.example", "", (_AMEX,)),
    _AtStripe("downtown", "Sam Ostrow", "sam@ostrow.example", "+12065550135", (_VISA,)),
    _AtStripe("uptown", "", "nora.finch@example.com", "", (_VISA,), "cus_Nameless00001"),
    _AtStripe("downtown", "Priya Raman", "priya.raman@example.com", "", (_EXPIRED,), "cus_PriyaRaman001"),
    _AtStripe("downtown", "Priya Raman", "priya.raman@example.com", "", (), "cus_PriyaRaman002"),
    _AtStripe("downtown", "Priya Raman", "Priya.Raman@example.com", "+14255550138", (_VISA,), "cus_PriyaRaman003"),
    _AtStripe("downtown", "Tom Gallagher", "tom.gallagher@example.com", "", (_EXPIRED,), "cus_TomGallagher1"),
    _AtStripe("uptown", "Ines Duarte", "ines.duarte@example.com", "", (_ENDS_NOW,)),
    _AtStripe("downtown", "Walt Brandt", "walt.brandt@example.com", "", (), "cus_WaltBrandt001"),
    _AtStripe("downtown", "Grace Kimura", "Grace.Kimura@Example.com", "", (_ENDS_SOON,)),
    _AtStripe("downtown", "Oscar Lindqvist", "oscar.lindqvist@example.com", "", (_VISA,), "cus_OscarCopied01"),
    _AtStripe("uptown", "Oscar Lindqvist", "oscar.lindqvist@example.com", "", (_VISA,), "cus_OscarCopied01"),
    _AtStripe("uptown", "Hugh Lennox", "hugh.lennox@example.com", "", (_Saved("visa", "7023", 9, old_style=True),)),
)
# Of the crowd, by number: who is told by something else than the name, or pays by something else than a card.
_TOLD = {
    2: _Told(is_nameless=True, holder="{name}"),
    4: _Told(is_nameless=True, description="Customer: {name}", holder="Harbor Cleaning LLC"),
    10: _Told(holder="Robert {surname}"),
    14: _Told(methods=(("us_bank_account", stripe_objects.bank_account("6789", "fpbank14")),)),
    18: _Told(methods=(("link", {"email": "{email}"}),)),
    21: _Told(methods=(("us_bank_account", stripe_objects.bank_account("1116", "fpbank21", blocked="R02")),)),
    24: _Told(old_banks=(("6790", "verified"),)),
    29: _Told(old_banks=(("6791", "new"),)),
}
_DELETED = ("downtown", "cus_OlgaDeleted01")

_GIVEN = "Ada Ben Cleo Dev Edna Finn Gus Hana Ivo Jada Kofi Lena Milo Nell Otis Pia Quin Remy Sara Tess".split()
_SURNAMES = "Abbott Birch Cole Drake Ellis Frost Gray Holt Ibsen Jory Keene Lowe Marsh Noble Ortiz Pike".split()
_STREETS = "Alder Way,Birch Lane,Cedar Street,Dogwood Drive,Elm Court".split(",")
_CITIES = (("Seattle", "98101"), ("Kirkland", "98033"), ("Tacoma", "98402"))


def customers() -> tuple[CustomerDetails, ...]:
    """Return the company's own customers, number 1 first."""
    people = []
    for number in range(1, _HOW_MANY + 1):
        first, last, email, phone = _KNOWN.get(number) or _crowd(number)
        street, city, postal_code = _address(number)
        people.append(
            CustomerDetails(
                external_id=f"BK-{number:04}",
                first_name=first,
                last_name=last,
                company=_COMPANIES.get(number, ""),
                email=email,
                phone=phone,
                address=street,
                city=city,
                state="WA",
                zip=postal_code,
                country="US",
            )
        )
    return tuple(people)


def links() -> tuple[tuple[int, str, str], ...]:
    """Return what is linked from the start: number, location, Stripe ID."""
    crowd = [number for number in range(1, _HOW_MANY + 1) if number not in _KNOWN]
    linked = [(n, location, _stripe_id(location, n)) for n in crowd[::2] for location in _locations(n)]
    return (*linked, (50, "downtown", "cus_OscarCopied01"), (54, "uptown", _id_at("uptown", "hugh.lennox@example.com")))


def accounts(today: date) -> list[Account]:
    """Return the Stripe accounts of downtown and uptown, as they are on a day."""
    keys = {"downtown": Key(_READS | {SUBSCRIPTION_READ, INVOICE_READ}), "uptown": Key(_READS)}
    made = {name: Account(id=ACCOUNT_IDS[name], keys={KEYS[name]: keys[name]}) for name in ACCOUNT_IDS}
    for index, person in enumerate(_everybody()):
        _add(made[person.location], person, _FIRST_CREATED + index * 1_600_000 % 178_000_000 + index * 61, today)
    location, deleted = _DELETED
    made[location].customers[deleted] = {"id": deleted, "object": "customer", "deleted": True}
    # Priya's oldest entry, whose card has expired, is the one with which something is going on.
    priya = "cus_PriyaRaman001"
    made["downtown"].subscriptions[priya] = [
        {"id": "sub_1", "object": "subscription", "customer": priya, "status": "active"},
        {"id": "sub_2", "object": "subscription", "customer": priya, "status": "canceled"},
    ]
    made["downtown"].invoices[priya] = [
        {"id": "in_1", "object": "invoice", "customer": priya, "status": "open"},
        {"id": "in_2", "object": "invoice", "customer": priya, "status": "paid"},
    ]
    return list(made.values())


def _everybody() -> list[_AtStripe]:
    crowd = [n for n in range(1, _HOW_MANY + 1) if n not in _KNOWN]
    people = [_crowd_at_stripe(n, location) for n in crowd for location in _locations(n)]
    # And some who are customers at Stripe alone.
    people += [_crowd_at_stripe(n, "uptown" if n % 3 else "downtown") for n in range(101, 151)]
    return [*_AT_STRIPE, *people]


def _crowd(number: int) -> tuple[str, str, str, str]:
    first, last = _GIVEN[number % len(_GIVEN)], _SURNAMES[number * 5 % len(_SURNAMES)]
    area = ("206", "253", "425")[number // 100 % 3]
    return first, last, f"{first}.{last}{number}@example.com".lower(), f"({area}) 555-01{number % 100:02}"


def _crowd_at_stripe(number: int, location: str) -> _AtStripe:
    first, last, email, phone = _crowd(number)
    brand = ("visa", "mastercard", "amex", "discover")[number % 4]
    told = _filled_in(_TOLD.get(number, _Told()), first, last, email)
    pays_otherwise = bool(told.methods or told.old_banks)
    cards = () if pays_otherwise else (_Saved(brand, f"{number * 997 % 10_000:04}", number * 5 % 48 - 2),)
    cards = cards if number % 11 else ()
    metadata = (("booking", f"B-{number + 1000}"),) if number % 2 else ()
    lives_at = number if number % 3 else 0
    return _AtStripe(
        location, f"{first} {last}", email, phone, cards, _stripe_id(location, number), metadata, lives_at, told
    )


def _filled_in(told: _Told, first: str, last: str, email: str) -> _Told:
    """Return what is told with the person's own name and email in it."""
    names = {"name": f"{first} {last}", "surname": last, "email": email}
    return told._replace(
        holder=told.holder.format(**names),
        description=told.description.format(**names),
        methods=tuple(
            (kind, {key: value.format(**names) if key == "email" else value for key, value in details.items()})
            for kind, details in told.methods
        ),
    )


def _address(number: int) -> tuple[str, str, str]:
    return (f"{100 + number * 7} {_STREETS[number % 5]}", *_CITIES[number % 3])


def _locations(number: int) -> tuple[str, ...]:
    return ("downtown", "uptown") if number % 5 == 0 else ("uptown",) if number % 3 == 0 else ("downtown",)


def _stripe_id(location: str, number: int) -> str:
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
    rest = (number * 2 + (location == "uptown") + 1) * 6_364_136_223_846_793_005 % len(letters) ** 14
    return "cus_" + "".join(letters[rest // len(letters) ** index % len(letters)] for index in range(14))


def _id_at(location: str, email: str) -> str:
    index = next(n for n, person in enumerate(_AT_STRIPE) if (person.location, person.email) == (location, email))
    return _AT_STRIPE[index].id or _stripe_id(location, 500 + index)


def _add(account: Account, person: _AtStripe, created: int, today: date) -> None:
    customer = person.id or _id_at(person.location, person.email)
    told = person.told
    holder = told.holder
    postal_code = _address(person.address_of)[2] if person.address_of else ""
    billing = stripe_objects.billing_details(holder, postal_code=postal_code)
    methods, sources = [], []
    for index, saved in enumerate(person.cards):
        letters = f"{customer[4:]}{index}"
        details = _card(customer, saved, today)
        # Stripe lists cards of the older kind among the payment methods, under the ID that they always had.
        method_id = f"{'card' if saved.old_style else 'pm'}_{letters}"
        methods.append(_method(method_id, "card", details, billing, customer, created, account))
        if saved.old_style:
            sources.append(stripe_objects.old_card(method_id, customer, details, holder, postal_code))
    for index, (kind, details) in enumerate(told.methods, len(methods)):
        methods.append(_method(f"pm_{customer[4:]}{index}", kind, dict(details), billing, customer, created, account))
    for last4, status in told.old_banks:
        sources.append(stripe_objects.old_bank_account(f"ba_{customer[4:]}", customer, holder, last4, status))
    new_style = [method["id"] for method in methods if method["id"].startswith("pm_")]
    made = stripe_objects.customer(
        customer,
        created,
        livemode=account.livemode,
        name="" if told.is_nameless else person.name,
        email=person.email,
        phone=person.phone,
        address=_stripe_address(person.address_of) if person.address_of else None,
        default_source=sources[0] if sources else None,
        description=told.description or None,
        metadata=dict(person.metadata),
    )
    made["invoice_settings"]["default_payment_method"] = new_style[0] if new_style else None
    account.payment_methods[customer] = methods
    account.sources[customer] = sources
    account.customers[customer] = made


def _stripe_address(number: int) -> dict[str, str | None]:
    street, city, postal_code = _address(number)
    return {
        "city": city,
        "country": "US",
        "line1": street,
        "line2": None,
        "postal_code": postal_code,
        "state": "WA",
    }


def _card(customer: str, saved: _Saved, today: date) -> dict[str, Any]:
    month = today.year * 12 + today.month - 1 + saved.months
    fingerprint = f"fp{saved.brand}{saved.last4}{customer[4:10]}"
    return stripe_objects.card(saved.brand, saved.last4, month % 12 + 1, month // 12, fingerprint)


def _method(
    method_id: str,
    kind: str,
    details: dict[str, Any],
    billing: dict[str, Any],
    customer: str,
    created: int,
    account: Account,
) -> dict[str, Any]:
    return stripe_objects.payment_method(
        method_id, kind, details, billing, customer, created, livemode=account.livemode
    )
