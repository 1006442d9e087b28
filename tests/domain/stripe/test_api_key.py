"""Keys: their form, and that they keep from view."""

import copy
import pickle
import traceback

import pytest

from koalalink.domain.stripe.api_key import ApiKey
from koalalink.errors import ConfigError

LONG = "rk_test_" + "x" * 90 + "cdef"


def test_key_shows_itself_shortened_everywhere() -> None:
    """Neither print nor repr nor a format gives it away."""
    key = ApiKey(LONG, origin="it")
    for shown in (str(key), repr(key), f"{key}", f"{key!r}", str([key]), str({"key": key})):
        assert "xxxx" not in shown
        assert "rk_test_…cdef" in shown
    assert key.reveal() == LONG


def test_key_that_is_short_shows_none_of_its_letters() -> None:
    """Four letters of eight would be half of it."""
    assert str(ApiKey("rk_test_12345678", origin="it")) == "rk_test_…"


def test_key_is_not_copied_into_files() -> None:
    """It cannot be pickled or copied by accident."""
    for put_away in (pickle.dumps, copy.copy):
        with pytest.raises(TypeError):
            put_away(ApiKey(LONG, origin="it"))


@pytest.mark.parametrize(
    ("text", "mode", "restricted"), [("sk_live_abcd", "live", False), ("rk_test_abcd", "test", True)]
)
def test_key_tells_its_mode_and_kind(text: str, mode: str, restricted: bool) -> None:
    """Both are told from its beginning."""
    key = ApiKey(f" {text}\n", origin="it")
    assert (key.mode, key.livemode, key.restricted) == (mode, mode == "live", restricted)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        (" \n", "is empty"),
        ("pk_live_hidden", "publishable"),
        ("sk_org_live_hidden", "organization"),
        ("hidden", "does not look like"),
        ("sk_live_hid den", "does not look like"),
        ("rk_prod_hidden", "does not look like"),
        ("whsec_hidden", "does not look like"),
    ],
)
def test_key_of_another_form_is_refused_without_being_shown(text: str, said: str) -> None:
    """The sentence says what is wrong and where, and never the text."""
    with pytest.raises(ConfigError, match=said) as error:
        ApiKey(text, origin="The key of downtown")
    told = "".join(traceback.format_exception_only(error.value)) + str(error.value.hint)
    assert "hid" not in told
