"""Stripe, read only: the one place that speaks to it.

Every method returns values of the domain or raises a KoalaError; no object of Stripe's leaves this file, and no
text of Stripe's that could hold a key.

It is longer than other rooms, because no other may know Stripe's library.
"""

import contextlib
import io
import os
import re
import time
import warnings
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from itertools import islice
from typing import Any, NamedTuple, TypeVar
from urllib.parse import quote

from koalalink.command_line import Command, Text
from koalalink.domain.mirror.mirror import Listed, Window
from koalalink.domain.stripe.account import StripeAccount
from koalalink.domain.stripe.api_key import RESTRICTED_KEY_PAGE, ApiKey
from koalalink.domain.stripe.customer import Absence, Business, KeyReport, PaymentMethod, StripeCustomer
from koalalink.domain.stripe.parsing import customer_in, method_in, text_in
from koalalink.domain.text import printable
from koalalink.errors import ConfigError, KoalaError, NetworkError, SearchUnavailable, StripeError, UnreadableRecord

# With STRIPE_LOG set the library prints whole answers, customers' data among them; and its import may print, too.
os.environ.pop("STRIPE_LOG", None)
with contextlib.redirect_stderr(io.StringIO()):
    import requests
    import stripe

    from koalalink.stripe_client import http_session

# Telemetry writes a file in the user's home; notices are for the developers of integrations.
stripe.enable_telemetry = False
warnings.filterwarnings("ignore", module=r"stripe\.")

_T = TypeVar("_T")
_METHODS = ["invoice_settings.default_payment_method", "default_source"]
_SOURCES = ["sources"]
"""What is of the older kinds, and is not among the payment methods; newer accounts may refuse to tell it."""
_ACTIVE = ("active", "trialing", "past_due")
"""The states in which a subscription goes on."""
_MOST_METHODS = 10
"""Pages of one customer's payment methods."""
_CONNECT_AND_READ_TIMEOUT = (5.0, 20.0)  # seconds
_RETRIES = 2
_WAITS_WHEN_LIMITED = (1.0, 2.0, 4.0)  # seconds
_LONGEST_WAIT = 10.0
_PAGE = 100
_NO_PATHS = (".", "..", "search")
"""IDs that would be another path than a customer's; nobody can have chosen one of them."""
_MOST_PAGES = 100_000
"""Of one list; Stripe's largest accounts have fewer, and a list that goes on is no list."""

_ACCOUNT = re.compile(r"acct_[A-Za-z0-9]{1,64}")
_REQUEST = re.compile(r"req_[A-Za-z0-9]{1,64}")
_PERMISSION = re.compile(r"rak_[a-z_]{1,64}")
_SECONDS = re.compile(r"[0-9]{1,9}")


class StripeGateway:
    """The customers of one location's Stripe account."""

    def __init__(
        self,
        location: str,
        key: ApiKey,
        *,
        api_base: str,
        transport: stripe.HTTPClient | None = None,
        metadata_key: str = "",
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Ask Stripe at `api_base` with `key`; `transport` stands in for the network."""
        self.location = location
        self.key = key
        self.cards_are_hidden = False
        """Whether Stripe has refused to show cards to this key."""
        self.left_out: dict[str, None] = {}
        """The records that could not be read, by their IDs as far as they have one: they are left out of every list."""
        self._sources_are_hidden = False
        self._metadata_key = metadata_key
        self._sleep = sleep
        self._session = http_session.Session(api_base)
        self._client = stripe.StripeClient(
            key.reveal(),
            base_addresses={"api": api_base},
            max_network_retries=_RETRIES,
            http_client=transport or stripe.RequestsClient(session=self._session, timeout=_CONNECT_AND_READ_TIMEOUT),
        )

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def customer(self, stripe_id: str) -> StripeCustomer | Absence:
        """Return one customer, or why there is none; raises UnreadableRecord where Stripe's record makes no sense."""
        if stripe_id in _NO_PATHS:
            return Absence.NEVER_EXISTED

        def retrieve(expand: list[str]) -> StripeCustomer | Absence:
            found = self._got(f"customers/{quote(stripe_id, safe='')}", {"expand": expand})
            if found["id"] != stripe_id or found["object"] != "customer":
                raise ValueError("somebody else was answered")
            if found.get("deleted"):
                return Absence.DELETED
            customer = self._read(found)
            if customer is None:
                raise _Unreadable
            return customer

        try:
            return self._expanded(retrieve)
        except _NoSuchCustomer as absent:
            return absent.absence

    def _read(self, found: Any) -> StripeCustomer | None:
        """Return a customer; one whose record cannot be read is left out, and remembered by its ID."""
        try:
            return customer_in(found, self._metadata_key)
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
            named = found.get("id") if isinstance(found, dict) else None
            self.left_out[(printable(named)[:40] if isinstance(named, str) else "") or "one without an ID"] = None
            return None

    def cards(self, stripe_id: str) -> tuple[PaymentMethod, ...] | None:
        """Return the payment methods of a customer, newest first; None where the key may not read them.

        Those of the older kinds that Stripe lists apart come with the customer.
        """
        found: dict[str, PaymentMethod] = {}
        params: dict[str, Any] = {"limit": _PAGE}

        def ask() -> bool:
            answer = self._got(f"customers/{quote(stripe_id, safe='')}/payment_methods", params)
            page = [method_in(each) for each in answer["data"]]
            is_new = any(method.payment_method not in found for method in page)
            found.update({method.payment_method: method for method in page})
            return bool(answer.get("has_more")) and is_new

        try:
            for _ in range(_MOST_METHODS):
                if not self._asked(ask):
                    break
                params["starting_after"] = [*found][-1]
        except _NoSuchCustomer:
            return ()
        except _CardsHidden:
            self.cards_are_hidden = True
            return None
        return tuple(found.values())

    def business(self, stripe_id: str) -> Business | None:
        """Return what is going on with a customer; None where the key may not read that."""

        def ask() -> Business:
            of_customer: Any = {"customer": stripe_id, "limit": _PAGE}
            subscriptions = self._got("subscriptions", of_customer)["data"]
            invoices = self._got("invoices", of_customer | {"status": "open"})["data"]
            return Business(sum(each["status"] in _ACTIVE for each in subscriptions), len(invoices))

        try:
            return self._asked(ask)
        except StripeError as refused:
            if refused.status not in (400, 403, 404):
                raise
            return Business(0, 0) if isinstance(refused, _NoSuchCustomer) else None

    def account(self) -> StripeAccount:
        """Return the account that the key opens, as far as the key may read it, and Stripe says it."""

        def ask() -> tuple[str, str]:
            found = self._got("account", {})
            return text_in(found, "id"), _called(found)

        try:
            account, called = self._asked(ask)
        except StripeError:
            return StripeAccount(None, "", self.key.livemode)
        return StripeAccount(account if _ACCOUNT.fullmatch(account) else None, printable(called), self.key.livemode)

    def report(self) -> KeyReport:
        """Return what the key may read; raises KoalaError where Stripe does not answer to it at all."""
        clock: list[str] = []

        def ask() -> None:
            answer = self._client.raw_request("get", "/v1/customers", limit=1)
            clock.append(answer.headers.get("Date", ""))

        try:
            self._asked(ask)
        except StripeError as refused:
            if refused.status != 403:
                raise
        # Whether the customer exists is asked only of those who may know.
        cards = self.cards("cus_koalalinkdoctor")
        account = self.account()
        return KeyReport(
            reads_customers=bool(clock),
            reads_payment_methods=cards is not None,
            reads_business=self.business("cus_koalalinkdoctor") is not None,
            account=account.id,
            business=account.name,
            clock=_moment(clock[0]) if clock else None,
        )

    def search(self, query: str, most: int) -> list[StripeCustomer]:
        """Return up to `most` customers that fit a query of Stripe's search language.

        Raises SearchUnavailable where the account cannot be searched, as those of Indian merchants.
        """
        found: dict[str, StripeCustomer] = {}
        params: dict[str, Any] = {"query": query, "limit": min(most, _PAGE)}
        try:
            for _ in range(_MOST_PAGES):
                page = self._page("customers/search", params)
                known = len(found)
                found |= {customer.stripe_id: customer for customer in page.customers}
                if len(found) >= most or not page.next_page or (len(found) == known and not page.last):
                    break
                params["page"] = page.next_page
        except StripeError as refused:
            if refused.permission or refused.status not in (400, 403, 404):
                raise
            raise SearchUnavailable(refused.message, hint=refused.hint, status=refused.status) from None
        return [*found.values()][:most]

    def with_email(self, email: str, most: int) -> list[StripeCustomer]:
        """Return up to `most` customers with exactly this email, case included; those of a second ago, too."""
        return [*islice(self._every({"email": email}), most)]

    def count(self) -> int | None:
        """Return about how many customers the account has; None where Stripe does not tell."""
        params: Any = {"query": "created>0", "limit": 1, "expand": ["total_count"]}
        try:
            found = self._asked(lambda: self._got("customers/search", params).get("total_count"))
        except StripeError:
            return None
        return found if isinstance(found, int) and found >= 0 else None

    def listed(self, window: Window) -> Listed:
        """Return the first page of a window."""
        return self._listed(window, {})

    def all_customers(self) -> Iterator[StripeCustomer]:
        """Yield every customer of the account, newest first."""
        return self._every({})

    def _every(self, conditions: dict[str, str]) -> Iterator[StripeCustomer]:
        window, seen = Window(), set[str]()
        for _ in range(_MOST_PAGES):
            page = self._listed(window, conditions)
            new = [customer for customer in page.customers if customer.stripe_id not in seen]
            yield from new
            rest = window.rest(page)
            if rest is None or (not new and not page.last):
                return
            seen.update(customer.stripe_id for customer in new)
            window = rest

    def _listed(self, window: Window, conditions: dict[str, str]) -> Listed:
        params: dict[str, Any] = {**conditions, "limit": _PAGE}
        bounds = {"gte": window.after or None, "lt": None if window.cursor else window.before}
        if any(bounds.values()):
            params["created"] = {name: bound for name, bound in bounds.items() if bound}
        if window.cursor:
            params["starting_after"] = window.cursor
        try:
            page = self._page("customers", params)
        except _NoSuchCustomer:
            if not window.cursor:
                raise
            # Deleted since: those who were created in the same second come once more.
            return self._listed(window._replace(cursor=""), conditions)
        return Listed(tuple(page.customers), page.has_more, page.last)

    def _got(self, path: str, params: dict[str, Any]) -> dict[str, Any]:
        """Return an answer as it was sent: the library's own objects take most of the time of a long list."""
        answer: dict[str, Any] = self._client.raw_request("get", f"/v1/{path}", **params).data
        return answer

    def _page(self, path: str, params: dict[str, Any]) -> "_Page":
        def ask(expand: list[str]) -> _Page:
            answer = self._got(path, {**params, "expand": [f"data.{field}" for field in expand]})
            records: list[Any] = [*answer["data"]]
            if records and not any(isinstance(each, dict) and each.get("object") == "customer" for each in records):
                raise ValueError("a list of other things")
            customers = [customer for found in records if (customer := self._read(found)) is not None]
            last = records[-1].get("id") if records and isinstance(records[-1], dict) else None
            return _Page(
                customers,
                bool(answer["has_more"]),
                text_in(answer, "next_page"),
                last if isinstance(last, str) and len(customers) < len(records) else "",
            )

        return self._expanded(ask)

    def _expanded(self, ask: Callable[[list[str]], _T]) -> _T:
        """Ask with payment methods, or where the key may not read them without; with older kinds, if Stripe will."""
        if not self.cards_are_hidden:
            try:
                return self._with_sources(ask)
            except _CardsHidden:
                self.cards_are_hidden = True
        return self._asked(lambda: ask([]))

    def _with_sources(self, ask: Callable[[list[str]], _T]) -> _T:
        if not self._sources_are_hidden:
            try:
                return self._asked(lambda: ask([*_METHODS, *_SOURCES]))
            except _CardsHidden:
                raise
            except StripeError as refused:
                if refused.status not in (400, 403):
                    raise
        answer = self._asked(lambda: ask(_METHODS))
        self._sources_are_hidden = True
        return answer

    def _asked(self, ask: Callable[[], _T]) -> _T:
        """Return Stripe's answer; the library itself retries a broken connection and 5xx, but never 429."""
        for wait in (*_WAITS_WHEN_LIMITED, None):
            try:
                return ask()
            except stripe.RateLimitError as limited:
                told = _retry_after(limited)
                if wait is None or (told or 0) > _LONGEST_WAIT:
                    raise self._told(limited) from None
            except Exception as error:
                # Whatever is wrong with an answer; and never with what was wrong, as it may hold the key.
                raise self._told(error) from None
            self._sleep(told or wait)
        raise AssertionError("the last wait is None")

    def _told(self, error: Exception) -> KoalaError:
        try:
            if isinstance(error, _Unreadable):
                told = self._not_stripe()
                return UnreadableRecord(told.message, hint=told.hint)
            return self._sentence(error) if isinstance(error, stripe.StripeError) else self._not_stripe()
        except Exception:  # an error of another form than Stripe's
            return self._not_stripe()

    def _sentence(self, error: stripe.StripeError) -> KoalaError:
        if isinstance(error, stripe.APIConnectionError):
            return self._unreachable(error)
        if not isinstance(error.json_body, dict):
            return self._not_stripe()
        if isinstance(error, stripe.AuthenticationError):
            what = (
                "has expired" if error.error and error.error.code == "api_key_expired" else "is not accepted by Stripe"
            )
            return ConfigError(
                f"The key of {self.location} ({self.key}) {what}.", hint=f"Make a new one at {RESTRICTED_KEY_PAGE}"
            )
        hint: Text
        status, text = error.http_status or 0, str(error.user_message or "")
        if error.code == "resource_missing":
            return _NoSuchCustomer(
                f"Stripe refused the request, at {self.location}.",
                hint="Type: " + Command("doctor"),
                absence=Absence.OTHER_MODE if "similar object exists" in text else Absence.NEVER_EXISTED,
            )
        # What Stripe calls a request is shown where it has the form of such a name.
        told = _REQUEST.fullmatch(error.request_id or "")
        reference = f" (Stripe's request ID: {told[0]})" if told else ""
        if isinstance(error, stripe.PermissionError):
            return self._forbidden(text, reference)
        if isinstance(error, stripe.RateLimitError):
            what, hint = "is limiting our requests", "Wait a minute, then try again."
        elif status >= 500:
            what, hint = "had a problem", "Try again in a few minutes. Nothing was changed."
        else:
            what, hint = "refused the request", "Type: " + Command("doctor")
        return StripeError(f"Stripe {what}, at {self.location}{reference}.", hint=hint, status=status)

    def _forbidden(self, text: str, reference: str) -> KoalaError:
        named = _PERMISSION.search(text)
        if named is None:
            return StripeError(
                f"The key of {self.location} ({self.key}) is not allowed to do that{reference}.",
                hint=f"Make a key that can read customers and payment methods at {RESTRICTED_KEY_PAGE}",
                status=403,
            )
        kind = _CardsHidden if named[0].startswith("rak_payment_method") else StripeError
        return kind(
            f"The key of {self.location} ({self.key}) does not have the permission {named[0]}{reference}.",
            hint=f"Add that permission in the Stripe Dashboard, or make a new key at {RESTRICTED_KEY_PAGE}",
            status=403,
            permission=named[0],
        )

    def _unreachable(self, error: stripe.APIConnectionError) -> KoalaError:
        cause = error.__cause__
        if isinstance(cause, http_session.NotAnAnswer):
            return self._not_stripe()
        if isinstance(cause, http_session.NoCertificates):
            name, path = cause.args
            return ConfigError(
                f"The environment variable {name} names certificates that are not there: {path}.",
                hint=f"Name the file that your network's certificates are in, or type: unset {name}",
            )
        if isinstance(cause, requests.exceptions.SSLError):
            what, hint = (
                "cannot be reached securely",
                "Is this computer's clock right? Do you trust this network?",
            )
        elif isinstance(cause, requests.exceptions.Timeout | http_session.TooSlow):
            what, hint = "did not answer in time", "Nothing was changed. Try again in a moment."
        else:
            what, hint = "cannot be reached", "Nothing was changed. Is this computer online?"
        return NetworkError(f"Stripe {what}, for {self.location}.", hint=hint)

    def _not_stripe(self) -> KoalaError:
        return NetworkError(
            f"Something other than Stripe answered, for {self.location}.",
            hint="Nothing was changed. Does this network ask you to log in first? Open a web page to find out.",
        )


class _Unreadable(Exception):
    """A record makes no sense."""


class _Page(NamedTuple):
    customers: list[StripeCustomer]
    has_more: bool
    next_page: str
    last: str
    """The ID of the last record, where some could not be read."""


class _NoSuchCustomer(StripeError):
    def __init__(self, message: str, *, hint: Text, absence: Absence) -> None:
        super().__init__(message, hint=hint, status=404)
        self.absence = absence


class _CardsHidden(StripeError):
    pass


def _called(account: dict[str, Any]) -> str:
    """Return what people call an account: its name in the Dashboard, or the business's."""
    dashboard = (account.get("settings") or {}).get("dashboard") or {}
    found = dashboard.get("display_name") or (account.get("business_profile") or {}).get("name")
    return found if isinstance(found, str) else ""


def _retry_after(error: stripe.StripeError) -> float | None:
    told = (error.headers or {}).get("retry-after", "").strip()
    return float(told) if _SECONDS.fullmatch(told) else None


def _moment(date: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(date)
        return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    except (ValueError, TypeError, OverflowError):
        return None
