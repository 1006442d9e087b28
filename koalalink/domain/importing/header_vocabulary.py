"""What the title of a column says: which field of a customer, of what kind, and which of several.

Titles are read by their words, not looked up whole: programs put words of their own before and behind what they mean,
as in "Primary Contact E-mail 1 - Value". A title with a word that is not understood means no field: "Email consent",
"Provider phone" and "Pet name" say nothing of who the customer is.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from koalalink.domain.customers.customer import FIELDS
from koalalink.domain.text import fold

ADDRESS = frozenset("address apartment city state zip country address_line".split())
"""Fields of which one address is made: they come from columns of the same kind."""


OF_A_PROPERTY = "customer_property"
"""The kind of an ID such as 99_1: customer 99, the first property."""


class Meaning(NamedTuple):
    """What a title says; `field` is empty where it says nothing."""

    field: str = ""
    rank: float = 0
    """Among several columns of one field the lowest wins."""
    kind: str = ""
    """What columns of one address or one name have in common: "service", "billing", "2"."""


# How files call a field when the words for its kind are taken off.
_CALLED = {
    "first_name": "first name,firstname,first names,given name,given names,forename,first,fname,name first",
    "last_name": "last name,lastname,last names,family name,surname,last,lname,name last",
    "name": "name,full name,fullname,display name,names",
    "company": "company,company name,business,business name,organization,organisation,organization name,"
    "organisation name,company organization",
    "email": "email,email address,mail,mail address,email id",
    "phone": "phone,phone number,telephone,telephone number,tel,tel number,ph,number phone",
    "address": "address,street,street address,street name,address line,street line,line,addr,full address,formatted,"
    "address formatted,formatted address,address street,street number and name,street address line",
    "apartment": "apt,apartment,unit,suite,apt suite,apt unit,apt number,unit number,suite number,apartment number,"
    "extended address,address extended,address unit,apartment suite etc,apartment suite,apt suite building",
    "city": "city,town,locality,city town,town city,municipality",
    "state": "state,province,prov,region,state province,province state,state region,region state,province region,"
    "province code,state code,state province code,state province region",
    "zip": "zip,zip zip",
    "country": "country,country region,country code,country name,nation",
    "notes": "note,notes,comment,comments,memo,remarks,private notes,office notes,internal notes,general notes",
}
_FIELD_OF = {name: field for field, names in _CALLED.items() for name in names.split(",")}

_PEOPLE = frozenset("customer client contact cust account member guest user patient buyer owner person".split())
"""Whom a title is about, where it says so."""
_FILLERS = frozenset("value to of sa the your s".split())

_KINDS = {
    "main": "main primary default preferred principal",
    "home": "home residential residence personal private house",
    "evening": "evening night",
    "service": "service property site job jobsite location",
    "mailing": "mailing postal po",
    "billing": "billing bill invoice",
    "work": "work business office company organization day daytime",
    "shipping": "shipping ship delivery",
    "other": "other alternate alternative alt additional secondary second extra",
}
_KIND_OF = {word: kind for kind, words in _KINDS.items() for word in words.split()}
_NUMBERED = frozenset("main primary home evening night work office day daytime other alternate alt secondary".split())
"""Kinds whose number is a phone's: Home Number, unlike House Number."""
_MOBILE = frozenset("mobile cell cellular cellphone sms text handphone".split())

_RANKS = {
    "phone": {"main": 2, "home": 3, "evening": 3, "work": 4, "billing": 5, "service": 5, "mailing": 5, "shipping": 6},
    "email": {"main": -1, "home": 2, "evening": 2, "work": 3, "billing": 4, "service": 4, "mailing": 4, "shipping": 6},
    # Where the work is done is where the customer of a service business is found.
    "address": {"service": 0, "main": 1, "home": 2, "evening": 2, "mailing": 3, "billing": 4, "work": 5, "shipping": 6},
}
_FIRST, _PLAIN, _OTHER, _EACH_NEXT = -1, 1, 7, 10
_DIGITS = 6
_WHOLE = 0.5
"""A street that stands by itself is better than an address in one line."""

_IDS = frozenset("id number ref reference code".split())
_PROGRAMS = frozenset(
    "acuity bk booking bookingkoala booksy fresha gingr hcp housecall hubspot jobber koala launch27 mindbody qb "
    "quickbooks salesforce servicetitan shopify square system thryv vagaro wc wix woocommerce wp xero yardbook "
    "zenmaid zoho external record reference".split()
)
_OUR_OWN = {"number": "koalalink number", "ignore": "koalalink reason"}
_STRIPES = frozenset(
    "stripe id,stripe customer id,stripe customer,stripe,stripe account id,customer stripe id,stripe number,"
    "stripe customer number,client stripe id".split(",")
)
_EXACT = {_OUR_OWN[field]: field for field in _OUR_OWN} | dict.fromkeys(_STRIPES, "stripe_id")
_EXACT |= {fold(field.label): field.name for field in FIELDS}

_SPLITS = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=[A-Za-z])(?=\d)|(?<=\d)(?=[A-Za-z])")
_TOGETHER = (
    (re.compile(r"\be mail"), "email"),
    (re.compile(r"\b(email|street)(address)\b|\b(phone|mobile|cell|home|work)(number)\b"), r"\1\3 \2\4"),
    (re.compile(r"(?<=.) (?:no|nr)$"), " number"),
    (re.compile(r"\b(?:(?:zip|postal|post) codes?|zipcode|postcode|postalcode|zip postal|postal zip)\b"), "zip"),
    (re.compile(r"\bpostal(?= zip\b|$)"), "zip"),
    (re.compile(r"\bzip (?:zip|code)\b"), "zip"),
    (re.compile(r"\b(phone|email|telephone|mobile|cell)s\b"), r"\1"),
    (re.compile(r"\b(?:customer|client) s\b"), "customer"),
    (re.compile(r"\bapt suite other\b"), "apt"),
)
_PARTS = frozenset("street city state zip country region province line formatted extended town company phone".split())


def words_of(title: str) -> list[str]:
    """Return the words of a title, those apart that are run together."""
    text = title.replace("#", " number ") if "#" in title else title
    text = " ".join(re.sub(r"[^\w]|_", " ", fold(_SPLITS.sub(" ", text))).split())
    text = re.sub(r"\bnumbers?(?: s)?\b", "number", text)
    for pattern, word in _TOGETHER:
        text = pattern.sub(word, text)
    return text.split()


def key_of(title: str) -> str:
    """Return a title as it is compared with others."""
    return " ".join(re.sub(r"[^\w]|_", " ", fold(title)).split())


@lru_cache(maxsize=4096)
def meaning_of(title: str) -> Meaning:
    """Return what a title says by itself."""
    exact = key_of(title)
    if exact in _EXACT:
        return Meaning(_EXACT[exact], _FIRST if _EXACT[exact] == "external_id" else _PLAIN)
    words = words_of(title)
    if " ".join(words) in _STRIPES:
        return Meaning("stripe_id", _PLAIN)
    return _identifier(words) or _field(words)


def kind_alone(title: str) -> Meaning | None:
    """Return what a title says that names a kind and nothing else, as "Night"; the cells tell which field it is."""
    words = words_of(title)
    if not words or not all(word in _KIND_OF or word in _MOBILE for word in words):
        return None
    return Meaning("", _rank("phone", words, 1), "")


def _identifier(words: Sequence[str]) -> Meaning | None:
    """Return what an ID is of: a customer's, or nothing that is known."""
    if words[-1:] in (["contact"], ["customer"]) and "id" in words:  # Record ID - Contact
        words = [*words[-1:], *words[:-1]]
    if not words or words[-1] not in _IDS:
        return Meaning("external_id", 4) if words in (["reference"], ["external"]) else None
    about = [word for word in words if word not in _IDS]
    if words[-1] == "number" and (not about or about == ["contact"]):
        return Meaning("phone", _PLAIN) if about else None
    if words[-1] == "number" and all(word in _NUMBERED or word in _MOBILE for word in about):
        return Meaning("phone", _rank("phone", about, 1))
    if "reference" in words and not about:
        return Meaning("external_id", 1)
    if all(word in _PEOPLE for word in about):
        return Meaning("external_id", 0 if about else 2)
    if about == ["j"]:
        return Meaning("external_id", 0, OF_A_PROPERTY)
    if about == ["booking"]:
        return Meaning("external_id", 5)
    if all(word in _PEOPLE or word in _PROGRAMS for word in about):
        return Meaning("external_id", 1 if "external" in about else 3)
    return None


def _field(words: Sequence[str]) -> Meaning:
    """Return what is left when the words for its kind are taken off."""
    words, index = _without_index(words)
    line = 0
    if len(words) > 1 and words[-1].isdecimal():  # Address 2, Street 1
        *words, last = words
        line = int(last[:_DIGITS])
    # What a title calls the field may have a word that elsewhere is a kind: "Company Name", "Postal Code".
    core = [word for word in words if word not in _FILLERS]
    kinds: list[str] = []
    behind = False
    while core and " ".join(core) not in _FIELD_OF:
        first, last = core[0], core[-1]
        if first in _PEOPLE or first in _KIND_OF or first in _MOBILE or (first == "address" and len(core) > 1):
            kinds.append(core.pop(0))
        elif last in _KIND_OF or last in _MOBILE or (last in _PEOPLE and len(core) > 1):
            kinds.append(core.pop())
            behind = True
        elif core == ["code"] and {_KIND_OF.get(word) for word in kinds} & {"billing", "shipping", "mailing"}:
            core = ["zip"]
        else:
            return Meaning()
    if behind and core in (["first"], ["last"]):  # Last Contact is a day
        return Meaning()
    if not core:
        return _of_kinds_alone(kinds, line)
    field = _FIELD_OF[" ".join(core)]
    if field in ("email", "phone"):
        return Meaning(field, _rank(field, kinds, line or index or 1))
    if field in ADDRESS:
        return _of_address(field, core, kinds, line, index)
    return _of_person(field, kinds, line or index)


def _of_kinds_alone(kinds: Sequence[str], line: int) -> Meaning:
    """Return what a title says that names a person, a kind of phone, or the line of an address."""
    if line and kinds and all(_KIND_OF.get(word) in ("billing", "shipping") for word in kinds):  # Bill to 3
        kind = _KIND_OF[kinds[0]]
        return Meaning("address_line", _RANKS["address"][kind] + line / 100, kind)
    if any(word in _MOBILE for word in kinds) and "text" not in kinds:
        return Meaning("phone", _rank("phone", kinds, line or 1))
    people = [word for word in kinds if word in _PEOPLE]
    if people and people[-1] not in ("account", "owner", "user", "member") and not line:
        return _of_person("name", kinds, 0)
    return Meaning()


def _of_address(field: str, core: Sequence[str], kinds: Sequence[str], line: int, index: int) -> Meaning:
    kind = next((_KIND_OF[word] for word in kinds if word in _KIND_OF), "")
    if any(word in _MOBILE for word in kinds):
        return Meaning()
    kind = "" if kind == "main" else kind
    rank: float = (_OTHER if kind == "other" else _RANKS["address"].get(kind, _PLAIN)) + _EACH_NEXT * max(index - 1, 0)
    if field == "address" and line > 1:
        field = "apartment"
    elif field != "address" and line > 1:
        return Meaning()
    within: float = _WHOLE if "formatted" in core or "full" in core else 0
    if field == "apartment":
        within = line / 100
    elif "code" in core and field in ("state", "country"):
        within = _WHOLE
    return Meaning(field, rank + within, f"{kind} {index if index > 1 else ''}".strip())


def _of_person(field: str, kinds: Sequence[str], number: int) -> Meaning:
    """Return a name, company or note; that of a property, or a second one, is not the customer's."""
    kind = next((_KIND_OF[word] for word in kinds if word in _KIND_OF), "")
    if number > 1 or kind == "other" or any(word in _MOBILE for word in kinds):
        return Meaning()
    if field == "company" and kind == "work":
        kind = ""
    if kind not in ("", "main") and (field == "notes" or kind not in ("billing", "work")):
        return Meaning()
    rank: float = _RANKS["address"][kind] if kind and kind != "main" else _PLAIN
    if field == "name" and not kind and any(word in _PEOPLE for word in kinds):
        rank += _WHOLE  # Display Name before Customer
    return Meaning(field, rank, kind if kind != "main" else "")


def _without_index(words: Sequence[str]) -> tuple[list[str], int]:
    """Return the words without the number that says which of several: Address 2 City, Phone 1 Value, Email 2."""
    for at in range(len(words) - 1):
        if words[at + 1].isdecimal() and words[at] in ("address", "email", "phone", "property", "location"):
            following = words[at + 2 :]
            if words[at] in ("email", "phone") or (following and following[0] in _PARTS | {"address"}):
                return [*words[: at + 1], *following], int(words[at + 1][:_DIGITS])
    return [*words], 0


def _rank(field: str, kinds: Sequence[str], number: int) -> float:
    if field == "phone" and any(word in _MOBILE for word in kinds):
        best = 0.0 if "text" not in kinds else 6
    else:
        best = max((_ranks_of(field, kinds)), default=_PLAIN)
    return best + _EACH_NEXT * max(number - 1, 0)


def _ranks_of(field: str, kinds: Sequence[str]) -> Iterator[float]:
    for word in kinds:
        if kind := _KIND_OF.get(word):
            yield _OTHER if kind == "other" else _RANKS[field][kind]
