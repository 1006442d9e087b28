"""Every parser with a few inputs of all kinds; `python -m tests.torture fuzz` tries many more."""

import pytest

from tests.torture.fuzz import PARSERS, Parser, fuzz


@pytest.mark.parametrize("parser", PARSERS, ids=lambda parser: parser.name)
def test_whatever_is_read_is_understood_or_refused_with_a_sentence(parser: Parser) -> None:
    """Nothing falls over."""
    assert fuzz(parser, 30, same=True).total() >= 30
