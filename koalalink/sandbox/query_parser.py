"""Stripe's search query language for customers, with its limits."""

import re
from collections.abc import Callable
from typing import Any

Customer = dict[str, Any]
Test = Callable[[Customer], bool]

_CLAUSE = re.compile(
    r"""(?P<negated>-)?
        (?P<field>created|email|name|phone|metadata\["(?P<key>(?:[^"\\]|\\.)*)"\])
        (?P<operator>:|~|>=|<=|>|<)
        (?:"(?P<text>(?:[^"\\]|\\.)*)"|(?P<number>[0-9]{1,18})|(?P<null>null\b))
        (?=\s|$)""",
    re.VERBOSE | re.DOTALL,
)
_JOINER = re.compile(r"\s+(?:(AND|OR)\s+)?", re.IGNORECASE)
_COMPARED: dict[str, Callable[[int, int], bool]] = {
    ":": lambda one, other: one == other,
    ">": lambda one, other: one > other,
    "<": lambda one, other: one < other,
    ">=": lambda one, other: one >= other,
    "<=": lambda one, other: one <= other,
}


class QueryError(ValueError):
    """The query is not in the language; the text says why."""


def parse(query: str) -> Test:
    """Return the test that a query makes of a customer; raises QueryError."""
    clauses: list[Test] = []
    joiners: set[str] = set()
    position, text = 0, query.strip()
    while True:
        clause = _CLAUSE.match(text, position)
        if clause is None:
            raise QueryError("We were unable to parse your search query.")
        clauses.append(_test(clause))
        position = clause.end()
        if position == len(text):
            break
        joiner = _JOINER.match(text, position)
        if joiner is None:
            raise QueryError("We were unable to parse your search query.")
        joiners.add((joiner[1] or "AND").upper())
        position = joiner.end()
    if len(joiners) > 1:
        raise QueryError("A query cannot combine AND and OR.")
    if len(clauses) > 10:
        raise QueryError("A query can have at most 10 clauses.")
    return (lambda c: any(t(c) for t in clauses)) if "OR" in joiners else (lambda c: all(t(c) for t in clauses))


def _test(clause: re.Match[str]) -> Test:
    operator, number = clause["operator"], clause["number"]
    if clause["field"] == "created":
        if number is None or operator not in _COMPARED:
            raise QueryError("The field created is compared with a number.")
        wanted, compare = int(number), _COMPARED[operator]
        return _negatable(clause, lambda customer: compare(customer["created"], wanted))
    read = _reader(clause)
    if clause["null"] and operator == ":":
        return _negatable(clause, lambda customer: not read(customer))
    if clause["text"] is None or operator not in (":", "~"):
        raise QueryError("Texts stand in double quotes, and are compared with : or ~.")
    text = _unescaped(clause["text"]).lower()
    if operator == "~":
        if len(text) < 3:
            raise QueryError("A substring needs at least 3 characters.")
        return _negatable(clause, lambda customer: text in read(customer))
    return _negatable(clause, lambda customer: text == read(customer) != "")


def _reader(clause: re.Match[str]) -> Callable[[Customer], str]:
    if clause["key"] is not None:
        key = _unescaped(clause["key"])
        return lambda customer: str(customer["metadata"].get(key, "")).lower()
    field = clause["field"]
    return lambda customer: (customer[field] or "").lower()


def _unescaped(quoted: str) -> str:
    return re.sub(r"\\(.)", r"\1", quoted, flags=re.DOTALL)


def _negatable(clause: re.Match[str], test: Test) -> Test:
    return (lambda customer: not test(customer)) if clause["negated"] else test
