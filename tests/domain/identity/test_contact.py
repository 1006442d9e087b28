"""Emails and phones: which are the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from koalalink.domain.identity.contacts import email_key, phone_key
from koalalink.domain.identity.field_comparison import Agreement
from tests.domain.identity.people import fields

SAME, SIMILAR, DIFFERENT, UNKNOWN = Agreement


@pytest.mark.parametrize(
    ("ours", "theirs", "agreement"),
    [
        ("jane@x.com", "JANE@X.COM", SAME),
        ("jane@x.com", " jane@x.com ", SAME),
        ("jane@x.com", "jane+stripe@x.com", SAME),
        ("jane.doe@gmail.com", "janedoe@googlemail.com", SAME),
        ("jane.doe@x.com", "janedoe@x.com", DIFFERENT),
        ("jane@x.com", "jane@x.org", DIFFERENT),
        ("jane@x.com", "", UNKNOWN),
        ("na@na.com", "na@na.com", UNKNOWN),
        ("none@none.com", "none@none.com", UNKNOWN),
        ("noemail@acme.com", "noemail@acme.com", UNKNOWN),
        ("x@x.com", "x@x.com", UNKNOWN),
        ("nora@x.com", "nora@x.com", SAME),
        ("not an email", "not an email", UNKNOWN),
    ],
)
def test_emails_are_compared_by_mailbox(ours: str, theirs: str, agreement: Agreement) -> None:
    """Two spellings of one mailbox are the same; two people who both have none share nothing."""
    assert fields(emails=(ours, theirs)).email is agreement


@pytest.mark.parametrize(
    ("ours", "theirs", "agreement"),
    [
        ("(206) 555-0142", "+12065550142", SAME),
        ("206.555.0142", "1-206-555-0142", SAME),
        ("206-555-0142 ext. 12", "2065550142", SAME),
        ("07700 900123", "+44 7700 900123", SAME),
        ("555-0142", "(206) 555-0142", Agreement.SIMILAR),
        ("(206) 555-0142", "(206) 555-0143", DIFFERENT),
        ("+1 206 555 0142", "+44 206 555 0142", DIFFERENT),
        ("0142", "206 555 0142", UNKNOWN),
        ("000-000-0000", "0000000000", UNKNOWN),
        ("555-555-5555", "5555555555", UNKNOWN),
        ("123-456-7890", "1234567890", UNKNOWN),
        ("1.55512E+10", "1.55512E+10", UNKNOWN),
        ("", "", UNKNOWN),
    ],
)
def test_phones_are_compared_by_what_is_dialled(ours: str, theirs: str, agreement: Agreement) -> None:
    """Punctuation, extension and country tell nothing; neither does a number that somebody made up."""
    assert fields(phones=(ours, theirs)).phone is agreement


@given(st.text(max_size=40), st.text(max_size=40))
def test_contacts_of_any_text_are_compared_alike_from_both_sides(one: str, other: str) -> None:
    """No text breaks a comparison, and which side it stands on makes no difference."""
    assert fields(emails=(one, other)).email is fields(emails=(other, one)).email
    assert fields(phones=(one, other)).phone is fields(phones=(other, one)).phone
    assert email_key(email_key(one)) == email_key(one)
    assert phone_key(phone_key(one)) == phone_key(one)
