"""The parameters of a request in Stripe's bracket notation, read as strictly as Stripe reads them."""

import re
from urllib.parse import parse_qsl

from koalalink.sandbox.api_errors import Refusal, unknown_parameter

Parameters = dict[str, str | list[str] | dict[str, str]]

_WHOLE = re.compile(r"-?[0-9]{1,18}")


def read(query: str) -> Parameters:
    """Return `a=1&created[gt]=2&expand[0]=x` as {"a": "1", "created": {"gt": "2"}, "expand": ["x"]}."""
    params: Parameters = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        base, bracket, inner = name.partition("[")
        inner = inner.removesuffix("]")
        if not bracket:
            params[base] = value
        elif not inner or inner.isdecimal():
            several = params.setdefault(base, [])
            if not isinstance(several, list):
                raise Refusal(400, "Invalid array", param=base)
            several.append(value)
        else:
            named = params.setdefault(base, {})
            if not isinstance(named, dict):
                raise Refusal(400, "Invalid object", param=base)
            named[inner] = value
    return params


def only(params: Parameters, *names: str) -> None:
    """Raise Refusal where there is a parameter of another name."""
    for name in params:
        if name not in names:
            raise unknown_parameter(name)


def text(params: Parameters, name: str) -> str | None:
    """Return a parameter that is a text, or None where it is not given."""
    value = params.get(name)
    if value is not None and not isinstance(value, str):
        raise Refusal(400, "Invalid string", param=name)
    return value


def whole_number(value: object, name: str) -> int:
    """Return the value of the parameter `name` as a number."""
    if not (isinstance(value, str) and _WHOLE.fullmatch(value)):
        raise Refusal(400, f"Invalid integer: {value}", code="parameter_invalid_integer", param=name)
    return int(value)


def limit(params: Parameters) -> int:
    """Return how many objects a page has: 1 to 100, and 10 where it is not said."""
    number = whole_number(params.get("limit", "10"), "limit")
    if not 1 <= number <= 100:
        raise Refusal(400, "This value must be from 1 to 100.", code="parameter_invalid_integer", param="limit")
    return number


def expansions(params: Parameters, expandable: tuple[str, ...], *beside: str, prefix: str = "") -> set[str]:
    """Return which of `expandable` are to be expanded; in lists their paths begin with `prefix`, of `beside` never."""
    paths = params.get("expand", [])
    if not isinstance(paths, list):
        raise Refusal(400, "Invalid array", param="expand")
    allowed = {prefix + path: path for path in expandable} | {path: path for path in beside}
    for path in paths:
        if path not in allowed:
            hint = f" You may want to try expanding '{prefix}{path}' instead." if path in expandable else ""
            raise Refusal(400, f"This property cannot be expanded ({path}).{hint}", param="expand")
    return {allowed[path] for path in paths}
