"""The mutants are what they say: one thing changed, and nothing else."""

from tests.mutants import mutants

_RULE = """
def may(a, b):
    if a > 1 and not b:
        return True
    return a in (b,)
"""


def test_every_decision_is_turned_round_once() -> None:
    """Comparisons, conditions, their parts, numbers and truth values."""
    made = [mutant.what for mutant in mutants(_RULE)]
    assert made == [
        "if a > 1 and (not b): always True",
        "if a > 1 and (not b): always False",
        "a > 1 and (not b): and for or",
        "a > 1 and (not b): without a > 1",
        "a > 1 and (not b): without not b",
        "return True: the opposite",
        "a in (b,): the opposite",
        "a > 1: the opposite",
        "not b: without not",
        "1: one more",
    ]


def test_mutants_differ_from_the_rule() -> None:
    """Each can be run, and at least one input tells it from the rule."""
    rule: dict[str, object] = {}
    exec(_RULE, rule)
    inputs = [(a, b) for a in range(5) for b in range(3)]
    for mutant in mutants(_RULE):
        broken: dict[str, object] = {}
        exec(mutant.source, broken)
        assert any(rule["may"](a, b) != broken["may"](a, b) for a, b in inputs), mutant.what  # type: ignore[operator]
