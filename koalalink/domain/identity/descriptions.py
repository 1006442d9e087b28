"""Find the person named in a Stripe description, which other programs fill with labels, numbers and addresses.

"Name: Una Hale, Guest", "User 42: Una Hale", "Hale, Una", "Una Hale #1042" and "Una Hale | 1 Elm St" are Una Hale;
"Tuesdays, gate code 4411" and "Premium Lawn Care" name no one. A missed name may charge a stranger, and an imagined one
asks a needless question. So the rest of a text counts as a name if it begins with a given name, or if only labels and
numbers stood beside it.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from koalalink.domain.identity.nicknames import is_known
from koalalink.domain.text import fold

_APART = re.compile(r"[,;|/•·()\[\]\r\n\t]+|\s[-–—]+\s")
_LABEL = re.compile(r"((?:[^\W\d_]++[ ._-]{0,2}){1,3}(?:[#№]?\d+)?)\s*[:=]\s*")
_NUMBER = re.compile(r"[#№]?(?=\w*\d)\w++|[#№]")
_NAME = re.compile(r"[^\W\d_]['’.\w-]*(?: [^\W\d_]['’.\w-]*){1,4}")
_EDGES = " \t\n,;:()[]<>-–—\"'“”‘’*"

_LABELS_OF_NAMES = frozenset(
    "name customer client user account contact guest member billing profile for full buyer payer patient owner holder "
    "cardholder bill to tenant resident of the new woocommerce shopify "
    "odoo square wordpress wp kunde kundin cliente nombre nom naam nome".split()
)
"""Labels behind which a person's name stands; behind any other stands something else."""
_BEFORE_A_NAME = frozenset("for of by to from the mr mrs ms miss dr".split())
_STREETS = frozenset(
    "st street ave avenue rd road ln lane dr drive way blvd boulevard ct court pl place ter terrace cir circle hwy "
    "highway pkwy parkway sq square apt suite unit floor box".split()
)
NO_NAMES = frozenset(
    # what people are to a business
    "customer client account guest user member membership contact profile buyer payer owner tenant resident vip "
    "lead prospect subscriber visitor host driver student patient admin staff employee team office business "
    # what is sold
    "job order booking bookings invoice quote estimate contract agreement project visit appointment service services "
    "plan plans package packages bundle tier level program subscription trial upgrade addon product item gift voucher "
    "coupon credit deposit payment payments balance fee fees tip refund card cards default payout donation sale sales "
    "special offer deal discount promo promotion price pricing flat rate basic standard premium deluxe ultimate pro "
    "plus essential essentials starter express classic signature elite max mini full half complete extra custom other "
    "clean cleaning cleaner cleaners cleanup deep standard maid maids housekeeping janitorial laundry ironing dishes "
    "sweep mop dust vacuum scrub polish shine wash washing pressure power window windows gutter gutters carpet carpets "
    "rug rugs upholstery sofa couch oven fridge cabinet cabinets closet garage basement attic kitchen bathroom bath "
    "bedroom bedrooms living dining floor floors tile grout wall walls roof deck patio porch driveway fence pool spa "
    "lawn lawns mow mowing grass turf garden gardening yard hedge hedges tree trees shrub shrubs plant plants planting "
    "mulch mulching leaf leaves weed weeding weeds snow removal ice salting irrigation sprinkler sprinklers seeding "
    "aeration fertilizer fertilization landscape landscaping pest control trash garbage haul hauling junk moving move "
    "moves in out off on up down pet pets dog dogs "
    "puppy cat cats kitten bird fish horse walk walks walker walking sitting "
    "sitter boarding daycare grooming groom training feeding overnight drop care repair repairs handyman maintenance "
    "install installation inspection painting plumbing electrical hvac airbnb rental turnover construction commercial "
    "residential property properties house houses home homes apartment apartments condo cabin cottage studio loft "
    "building warehouse store shop restaurant school church clinic gym salon "
    # when, how often, how much
    "once one two three four five six seven eight nine ten first second third every each bi tri weekly biweekly "
    "fortnightly monthly bimonthly quarterly yearly annual annually daily nightly hourly hour hours minute minutes "
    "week weeks weekend weekends weekday weekdays month months year years day days night nights morning mornings "
    "afternoon afternoons evening evenings noon midnight today tomorrow monday mondays tuesday tuesdays wednesday "
    "wednesdays thursday thursdays friday fridays saturday saturdays sunday sundays mon tue tues wed thu thur thurs "
    "fri sat sun january february march july september october november december jan feb mar apr jun jul aug sep sept "
    "oct nov dec fall winter spring season seasonal holiday holidays easter christmas regular recurring recur time "
    "times schedule scheduled asap early late new old only sqft square feet acre acres bed beds "
    # getting in, and remarks
    "gate door doors front back side rear upstairs downstairs left right code codes key keys lock lockbox keypad alarm "
    "pin wifi password entry entrance access parking street ring bell buzzer call text knock leave under mat pot "
    "please note notes see ask no not yes do dont use with without and "
    "or the a an is are was has have be at by via per "
    "from if when after before about same as default main primary secondary backup test testing tests demo sample "
    "imported import migrated migration created updated synced sync website web online mobile app apps phone email "
    "mail stripe paypal square shopify woocommerce wordpress koala bookingkoala jobber booked paid unpaid due overdue "
    "active inactive archived cancelled canceled deleted duplicate merged manual auto automatic autopay automated "
    "checkout cart session charge charges method source token data record entry id ref reference number no nr num "
    "friend friends family referral referred referrer neighbor allergies allergy fragrance free eco friendly green "
    "natural organic supplies supply equipment tools bring bags bag box "
    "boxes set kit pack unit units period terrier retriever tub hot".split()
)
"""Words of descriptions that are nobody's name."""


def name_in(description: str) -> str:
    """Return the person that a description names, given name first; nothing where it reads as no person's name."""
    text = " ".join(word for word in description.split() if "@" not in word)
    parts = [part for each in _APART.split(text.strip(_EDGES)) if (part := each.strip())]
    readings = [_of_part(part) for part in parts]
    others_are_numbers = all(name or re.search(r"\d", part) for name, part in zip(readings, parts, strict=True))
    for name, part in zip(readings, parts, strict=True):
        if name and (
            is_known(fold(name.split()[0])) or ((others_are_numbers or ":" in part) and _is_capitalized(name))
        ):
            return name
    return next(_in_reverse(parts), "")


def _of_part(part: str) -> str:
    """Return what is left of a part without its label, its numbers and the words that are nobody's name."""
    if label := _LABEL.match(part):
        words = fold(re.sub(r"[\W\d_]+", " ", label[1])).split()
        if not _LABELS_OF_NAMES.issuperset(words):
            return ""
        part = part[label.end() :]
    kept = [word.strip(_EDGES) for word in _without_address(part.split()) if not _NUMBER.fullmatch(word.strip(_EDGES))]
    name = " ".join(_without_other_words([word for word in kept if word]))
    return name if _NAME.fullmatch(name) else ""


def _without_address(words: Sequence[str]) -> Sequence[str]:
    """Return the words before a house number and its street."""
    street = max((place for place, word in enumerate(words) if fold(word.strip(".")) in _STREETS), default=0)
    return words[: next((place for place in range(street) if words[place][0].isdigit()), len(words))]


def _without_other_words(words: Sequence[str]) -> Sequence[str]:
    """Return the words between those that are nobody's name; none where such a word stands among them."""
    first, last = 0, len(words)
    for place, word in enumerate(words):  # "Weekly cleaning for Una Hale"
        if fold(word) in _BEFORE_A_NAME:
            first = place + 1
    while first < last and _is_no_name(words[first]):
        first += 1
    while last > first and _is_no_name(words[last - 1]):
        last -= 1
    return () if any(map(_is_no_name, words[first:last])) else words[first:last]


def _is_no_name(word: str) -> bool:
    return fold(word.strip(".'’")) in NO_NAMES


def _is_capitalized(name: str) -> bool:
    return all(word[0].isupper() or not word[0].islower() for word in name.split())


def _in_reverse(parts: Sequence[str]) -> Iterator[str]:
    """Yield the name that two parts make of which the second begins with a given name: Hale, Una."""
    for surname, given in pairwise(parts):
        last, first = surname.split(), given.split()
        if label := _LABEL.match(surname):
            words = fold(re.sub(r"[\W\d_]+", " ", label[1])).split()
            last = surname[label.end() :].split() if _LABELS_OF_NAMES.issuperset(words) else []
        words = [*first, *last]
        are_names = all(re.fullmatch(r"[^\W\d_]['’.\w-]*", word) and not _is_no_name(word) for word in words)
        if 0 < len(last) <= 2 and 0 < len(first) <= 2 and are_names and is_known(fold(first[0])):
            yield " ".join(words)
