"""Looking closely: a customer at Stripe with cards and account, or a customer of the store with all links."""

from collections.abc import Callable

from koalalink.domain.links import Link, LinkedCustomer
from koalalink.domain.pages import CustomerPage, LinkCards, StripePage
from koalalink.domain.stripe_customers import Absence, StripeCustomer, StripeProfile, cards_in_order
from koalalink.errors import KoalaError, NotFoundError
from koalalink.hints import Command
from koalalink.operations.asking import Asking, raise_first
from koalalink.operations.ports import Conversation, Links, Stripe, StripeAt


def stripe_profile(stripe: Stripe, stripe_id: str) -> StripeProfile:
    """Return everything that a link is judged by; three requests at the same time."""
    customer = Asking(lambda: stripe.customer(stripe_id))
    cards = Asking(lambda: stripe.cards(stripe_id))
    account = Asking(stripe.account)
    found = customer.result()
    if isinstance(found, Absence):
        return StripeProfile(customer=found, cards=(), account=None)
    return StripeProfile(customer=found, cards=cards_in_order(found, cards.result()), account=account.result())


def present(found: StripeCustomer | Absence, stripe_id: str, stripe: Stripe) -> StripeCustomer:
    """Return the customer, or raise NotFoundError with the reason why Stripe has none."""
    if isinstance(found, StripeCustomer):
        return found
    mode, other = ("live", "test") if stripe.key.livemode else ("test", "live")
    sentences = {
        Absence.DELETED: f"{stripe_id} was deleted at Stripe.",
        Absence.NEVER_EXISTED: f"There is no customer {stripe_id} in the Stripe account of {stripe.location}.",
        Absence.OTHER_MODE: f"{stripe_id} is in {other} mode, and the key of {stripe.location} is a {mode} key.",
    }
    raise NotFoundError(
        sentences[found], hint="Look for the right one: " + Command("search", "NAME", location=stripe.location)
    )


def stripe_page(stripe: Stripe, store: Links, stripe_id: str) -> StripePage:
    """Return a customer at Stripe, with all cards and the customer of the store that it is linked to here."""
    profile = stripe_profile(stripe, stripe_id)
    customer = present(profile.customer, stripe_id, stripe)
    holders = [holder.customer for holder in store.holders(stripe_id) if holder.location == stripe.location]
    return StripePage(
        location=stripe.location,
        customer=customer,
        cards=profile.cards,
        linked_to=holders[0] if holders else None,
    )


def customer_page(linked: LinkedCustomer, stripe_at: Callable[[str], StripeAt]) -> CustomerPage:
    """Return the cards of every link, all locations at the same time; one that fails does not lose the others'."""
    askings = [Asking(_link_cards(link, stripe_at(link.location))) for link in linked.links]
    cards: list[LinkCards] = []
    failures: list[KoalaError] = []
    for asking in askings:
        try:
            cards.append(asking.result())
        except KoalaError as failure:
            failures.append(failure)
    return CustomerPage(linked=linked, cards=tuple(cards), failures=tuple(failures))


def saved_cards(
    linked: LinkedCustomer, stripe_at: Callable[[str], StripeAt], conversation: Conversation
) -> CustomerPage:
    """Return the same where only the cards matter: raises KoalaError where no location has answered."""
    page = customer_page(linked, stripe_at)
    if not page.cards:
        raise_first(page.failures, conversation)
    return page


def _link_cards(link: Link, stripe_at: StripeAt) -> Callable[[], LinkCards]:
    def ask() -> LinkCards:
        stripe = stripe_at()
        saved = Asking(lambda: stripe.cards(link.stripe_id))
        customer = present(stripe.customer(link.stripe_id), link.stripe_id, stripe)
        return LinkCards(link=link, cards=cards_in_order(customer, saved.result()))

    return ask
