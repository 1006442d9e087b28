"""Rules that are broken on purpose, to find out whether a test notices."""

import ast
import copy
from collections.abc import Iterator
from typing import NamedTuple

_OPPOSITES: dict[type[ast.AST], type[ast.AST]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.GtE,
    ast.GtE: ast.Lt,
    ast.Gt: ast.LtE,
    ast.LtE: ast.Gt,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.And: ast.Or,
    ast.Or: ast.And,
}


class Mutant(NamedTuple):
    """A module with one thing changed."""

    line: int
    what: str
    source: str


def mutants(source: str) -> Iterator[Mutant]:
    """Yield a module with each comparison, condition, number and truth value turned round, one at a time."""
    tree = ast.parse(source)
    for index, node in enumerate(ast.walk(tree)):
        for number, (what, _) in enumerate(_changes(node)):
            changed = copy.deepcopy(tree)
            twin = next(each for place, each in enumerate(ast.walk(changed)) if place == index)
            [*_changes(twin)][number][1]()
            yield Mutant(getattr(node, "lineno", 0), what, ast.unparse(changed))


def _changes(node: ast.AST) -> Iterator[tuple[str, "Change"]]:
    """Yield what can be changed in a node, and what does it."""
    if isinstance(node, ast.Compare):
        for place, operator in enumerate(node.ops):
            if type(operator) in _OPPOSITES:
                yield f"{ast.unparse(node)}: the opposite", Change(node.ops, place, _OPPOSITES[type(operator)]())
    elif isinstance(node, ast.BoolOp):
        yield f"{ast.unparse(node)}: and for or", Change(node, "op", _OPPOSITES[type(node.op)]())
        for place, value in enumerate(node.values):
            neutral = ast.Constant(isinstance(node.op, ast.And))
            yield f"{ast.unparse(node)}: without {ast.unparse(value)}", Change(node.values, place, neutral)
    elif isinstance(node, ast.If | ast.IfExp):
        for truth in (True, False):
            yield f"if {ast.unparse(node.test)}: always {truth}", Change(node, "test", ast.Constant(truth))
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield f"{ast.unparse(node)}: without not", Change(node, "operand", ast.UnaryOp(ast.Not(), node.operand))
    elif isinstance(node, ast.Return) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, bool):
        yield f"{ast.unparse(node)}: the opposite", Change(node.value, "value", not node.value.value)
    elif isinstance(node, ast.Constant) and type(node.value) is int:
        yield f"{node.value}: one more", Change(node, "value", node.value + 1)


class Change(NamedTuple):
    """Something else in the place of a part of the tree."""

    where: object
    name: str | int
    value: object

    def __call__(self) -> None:
        """Put it there."""
        if isinstance(self.where, list):
            self.where[int(self.name)] = self.value
        else:
            setattr(self.where, str(self.name), self.value)
