"""How Stripe says no: the status, the code and the words of its errors."""

from typing import Any


class Refusal(Exception):
    """An error as Stripe answers it: `status` is HTTP's, `body` the JSON."""

    def __init__(self, status: int, message: str, *, code: str = "", param: str = "") -> None:
        super().__init__(message)
        error = {
            "code": code,
            "doc_url": code and f"https://stripe.com/docs/error-codes/{code.replace('_', '-')}",
            "message": message,
            "param": param,
            "type": "invalid_request_error",
        }
        self.status = status
        self.body: dict[str, Any] = {"error": {name: value for name, value in error.items() if value}}


def missing(kind: str, which: str, *, param: str = "id", also: str = "") -> Refusal:
    """Return the refusal of an ID that does not exist; only one in the path makes it a 404."""
    return Refusal(
        404 if param == "id" else 400, f"No such {kind}: '{which}'{also}", code="resource_missing", param=param
    )


def unknown_parameter(name: str) -> Refusal:
    """Return the refusal of a parameter that the address does not take."""
    return Refusal(400, f"Received unknown parameter: {name}", code="parameter_unknown", param=name)


def unknown_address(method: str, path: str) -> Refusal:
    """Return the refusal of an address that Stripe does not have, or not for this method."""
    slash = (
        " If you are trying to list objects, remove the trailing slash. If you are trying to retrieve an object, make "
        "sure you passed a valid (non-empty) identifier in your code."
    )
    hint = slash if path.endswith("/") else ""
    return Refusal(404, f"Unrecognized request URL ({method}: {path}).{hint} Please see https://stripe.com/docs.")


def forbidden(account: str, permission: str) -> Refusal:
    """Return the refusal of a restricted key; as Stripe's, it names the permission and holds a long masked key."""
    return Refusal(
        403,
        f"The provided key '{masked('rk_test_' + 'standin' * 14)}' does not have the required permissions for this "
        f"endpoint on account '{account}'. Having the '{permission}' permission would allow this request to continue.",
    )


def masked(key: str) -> str:
    """Return a key as Stripe repeats it in errors: its beginning, asterisks, its last four letters."""
    if len(key) < 16:
        return "*" * len(key)
    return key[:8] + "*" * (len(key) - 12) + key[-4:]
