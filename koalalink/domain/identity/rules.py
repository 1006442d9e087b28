"""Who is who: what is doubted of two people, what makes them certainly one, and what makes it likely.

A wrong link charges a stranger, so this is the heart of the product. Every place that asks whether two records are one
person asks here, and every rule says why it is true of people. What is doubted can never be certain: certain begins
with no doubt.

It is longer than other rooms, because every rule of who is who stands here, and nowhere else.
"""

import re
from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import NamedTuple

from koalalink.domain.identity.contacts import letters
from koalalink.domain.identity.evidence import Kind
from koalalink.domain.identity.field_comparison import (
    Agreement,
    Level,
    Reach,
    Told,
    has_another_initial,
    may_be_a_slip,
    spells,
    spells_a_given_name,
    spells_a_surname,
    spells_another,
)
from koalalink.domain.identity.nicknames import is_known, is_of_both_sexes
from koalalink.domain.identity.person import NOBODY, Around, Likeness, Person, compare
from koalalink.domain.text import listed

_YEAR = re.compile(r"(?:19[3-9]|20[01])\d(?!\d)")


class Tier(StrEnum):
    """How sure a proposal is."""

    CERTAIN = "certain"
    LIKELY = "likely"
    REVIEW = "review"
    NONE = "none"


class Pair(NamedTuple):
    """A customer of the store beside one of Stripe's."""

    ours: Person
    theirs: Person
    alike: Likeness
    around: Around = NOBODY
    namesakes: float = 1.0
    """How many others of our customer's name are to be expected among all people in question, by chance alone."""

    @classmethod
    def of(cls, ours: Person, theirs: Person, around: Around = NOBODY) -> "Pair":
        """Put two people side by side."""
        return cls(ours, theirs, compare(ours, theirs, around), around)


class Fields(NamedTuple):
    """How the three fields agree that people know each other by."""

    email: Agreement
    name: Agreement
    phone: Agreement


_SEEN = {
    Reach.SAME: Agreement.SAME,
    Reach.NEAR: Agreement.DIFFERENT,
    Reach.OTHER: Agreement.DIFFERENT,
    Reach.UNKNOWN: Agreement.UNKNOWN,
}


def fields_of(pair: Pair) -> Fields:
    """Return how the fields of two people agree, as people see it."""
    phone = pair.alike.phone
    # A number without its area may be the same one.
    return Fields(_SEEN[pair.alike.email], _name_of(pair), Agreement.SIMILAR if phone is Reach.NEAR else _SEEN[phone])


def _name_of(pair: Pair) -> Agreement:
    alike = pair.alike
    if the_names_contradict(pair):
        return Agreement.DIFFERENT
    if alike.given is Level.MISSING and alike.surname is Level.MISSING:
        return Agreement.UNKNOWN
    if alike.company:
        return Agreement.SIMILAR if pair.ours.names and not pair.ours.is_a_company else Agreement.SAME
    whole = alike.given is Level.SAME and alike.surname is Level.SAME
    # A couple's entry may be the other one's; and of "John Doe" and "John Doe Jr" nobody knows who the first is.
    room = alike.swapped or alike.couple or not alike.same_generation
    return Agreement.SAME if whole and not room else Agreement.SIMILAR


# What is doubted


def the_names_contradict(pair: Pair) -> bool:
    """Nothing but the given name tells a mother from her daughter, so different first name is another person.

    A slip of the pen is believed where the common email is nobody else's; Joan and Jean are two people all the same.
    """
    alike = pair.alike
    if not alike.generation or Level.OTHER in (alike.given, alike.surname):
        return True
    if alike.given is Level.MISSING and alike.surname is Level.MISSING:
        # Two names of which nothing can be compared: a company's and a person's, or one word each.
        return _is_named(pair.ours) and _is_named(pair.theirs)
    if alike.given is Level.ERROR and not the_given_name_is_the_same(pair):
        return True
    return alike.surname is Level.ERROR and not (a_contact_is_the_same(pair) and the_given_name_is_the_same(pair))


def _is_named(person: Person) -> bool:
    return bool(person.names or person.company)


def doubt_of_the_person(pair: Pair) -> str | None:
    """Return the reason to doubt that both are one person, as a sentence, or None where there is none.

    An ID of ours that Stripe has, too, was written by somebody who knew.
    """
    if pair.alike.same_id and nothing_speaks_against_it(pair):
        return None
    if pair.alike.other_script:
        return "The names are in two alphabets and cannot be compared."
    if pair.alike.told is Told.ANOTHER and not _is_named(pair.theirs):
        return f"There is no name at Stripe. {who_else_is_told(pair)}"
    return why_it_may_be_somebody_else(fields_of(pair))


def who_else_is_told(pair: Pair) -> str | None:
    """Return whom a description, or the holder of the card, names instead of our customer, as a sentence."""
    if pair.alike.told is not Told.ANOTHER:
        return None
    ours = pair.ours._replace(ids=())
    for hint in pair.theirs.hints:
        if hint.kind is Kind.DESCRIPTION and _is_named(pair.theirs):
            continue  # a remark of another program's says less than a name
        alone = compare(ours, pair.theirs._replace(hints=(hint,)))
        if alone.told is Told.ANOTHER:
            return f"The card is {hint.text}'s." if hint.kind is Kind.HOLDER else f"The {hint.kind} is {hint.text}."
    return None


def who_fits_better(pair: Pair, others: Sequence[Person]) -> int | None:
    """Return the place of another of ours who is meant as much as this one, or rather, where only the name speaks.

    Somebody with the Stripe customer's email or phone fits better than a namesake; two namesakes fit equally well.
    """
    if a_contact_is_the_same(pair) or pair.alike.same_id:
        return None
    alike = [compare(other, pair.theirs) for other in others]
    for place, each in enumerate(alike):
        if Reach.SAME in (each.email, each.phone):
            return place
    return next((n for n, each in enumerate(alike) if each.given is each.surname is Level.SAME), None)


def why_it_may_be_somebody_else(fields: Fields) -> str | None:
    """Return the same for fields that agree so.

    An email or a phone is shared by a family, so it counts only where the name does not contradict it. A name is
    shared by strangers, so it counts alone only where it is the whole name and nothing else could be compared.
    """
    contacts = (fields.email, fields.phone)
    if fields.name is Agreement.DIFFERENT:
        if Agreement.SAME in contacts:
            return "The name is different. Families share email addresses and phone numbers."
        other = [what for what, found in zip(("email", "phone"), contacts, strict=True) if found is Agreement.DIFFERENT]
        if not other:
            return "The name is different, and there is no email or phone to compare."
        return f"Nothing matches: different {listed(['name', *other])}."
    if Agreement.SAME in contacts:
        return None
    if Agreement.DIFFERENT in contacts:
        what = "email" if fields.email is Agreement.DIFFERENT else "phone"
        return f"The {what} is different. Two people can have the same name."
    if fields.name is Agreement.SAME:
        return None
    if fields.name is Agreement.SIMILAR:
        return "The names are only similar, and there is no email or phone to compare."
    return "They cannot be compared: no name, email or phone is known for both."


# What certain needs


def a_contact_is_the_same(pair: Pair) -> bool:
    """An email or a phone belongs to one household; a name alone, or an address, belongs to strangers as well."""
    return Reach.SAME in (pair.alike.email, pair.alike.phone)


def the_given_name_is_the_same(pair: Pair) -> bool:
    """Nothing but the given name tells a wife from her husband, and a mother from her daughter.

    A nickname, an initial or a typing error counts where the common email spells the name: whoever chose the
    address janedoe@ is Jane Doe, though the cleaner's book says Jaen. Joan and Jean are two people all the same, and
    Chris at Stripe may be Christopher's wife Christine.
    """
    level = pair.alike.given
    if level is Level.SAME and not pair.alike.swapped:
        return True
    if _is_told_by_the_whole_name(pair) and (level in (Level.NICKNAME, Level.INITIAL) or _is_a_slip(pair)):
        return True
    if pair.alike.email is not Reach.SAME or pair.alike.email_is_shared:
        return False
    if level is Level.NICKNAME:
        return _the_email_spells_the_name(pair) and (
            not _is_of_both_sexes(pair) or _the_email_has_the_longer_name(pair)
        )
    if level is Level.ERROR:
        return _the_email_spells_the_name(pair) and _is_a_slip(pair)
    # A letter, or two names exchanged, are believed only where the whole given name is in the email.
    whole = spells_a_given_name(pair.ours.email, pair.ours.names, pair.theirs.names)
    return whole and level in (Level.SAME, Level.INITIAL)


def the_surname_does_not_speak_against_it(pair: Pair) -> bool:
    """People write part of a double name, but whoever has quite different last name may be another Jane.

    A single word at Stripe is the given name of whoever the common email spells, or who has phone or house besides.
    """
    if _is_told_by_the_whole_name(pair) and pair.alike.surname is not Level.OTHER:
        return True
    if pair.alike.surname is Level.MISSING:
        at_home = Reach.SAME in (pair.alike.phone, pair.alike.house)
        return pair.alike.email is Reach.SAME and (at_home or _the_email_spells_the_name(pair))
    if pair.alike.surname is Level.ERROR:
        # Families with names that are a letter apart live in one town; the first of two names may be the family's.
        return pair.alike.email is Reach.SAME and spells_a_surname(pair.ours.email, pair.ours.names, pair.theirs.names)
    if pair.alike.surname is Level.PART:
        return Reach.SAME in (pair.alike.email, pair.alike.house)  # the next owner of a phone may be called so, too
    return pair.alike.surname is Level.SAME


def the_generation_is_the_same(pair: Pair) -> bool:
    """Father and son share name, address and landline; Jr and Sr is all that tells them apart, where it is said."""
    return pair.alike.same_generation


def the_email_is_nobody_elses(pair: Pair) -> bool:
    """An account under bob.doe@ may be Bob's, though the card was Jane's."""
    names = pair.ours.names
    return not any(
        spells_another(email, names, pair.around.given_names) for email in (pair.ours.email, pair.theirs.email) if email
    )


def the_initial_is_not_another_ones(pair: Pair) -> bool:
    """A mailbox owhited@ is that of another Whited than Hannah, who may have written down whose card it is."""
    return not has_another_initial(pair.ours.email, pair.ours.names, pair.theirs.names)


def it_is_one_person(pair: Pair) -> bool:
    """A couple's entry ("Jane & John Doe") is as much the other one's."""
    return not pair.alike.couple


def another_email_is_a_second_one(pair: Pair) -> bool:
    """People have two emails and one phone; but a family has one landline, and each of it an email.

    So where the emails differ, the phone has to be nobody else's, the whole name the same, and the years in the emails
    not those of a father and a son.
    """
    if pair.alike.email is not Reach.OTHER:
        return True
    whole = pair.alike.given is Level.SAME and pair.alike.surname is Level.SAME
    return whole and not pair.alike.phone_is_shared and not _years_differ(pair)


def more_than_a_family_mailbox_agrees(pair: Pair) -> bool:
    """Cousins of one name write from the grandparents' mailbox; where phone and home differ, it has to name her."""
    alike = pair.alike
    if alike.email is not Reach.SAME or alike.phone is not Reach.OTHER or alike.house is not Reach.OTHER:
        return True
    return _the_email_spells_the_name(pair)


def nobody_else_is_told(pair: Pair) -> bool:
    """Whoever holds the card may be the one who pays; where that is somebody else, a person has to look."""
    return pair.alike.told is not Told.ANOTHER


def a_hint_is_a_whole_name(pair: Pair) -> bool:
    """Without a name at Stripe, the holder of the card is believed by the whole name, and with our customer's email.

    A phone is a household's, and half of a name its name.
    """
    alike = pair.alike
    if not alike.by_hint:
        return True
    own_phone = alike.phone is Reach.SAME and not alike.phone_is_shared and alike.email is Reach.UNKNOWN
    own_email = alike.email is Reach.SAME and not alike.email_is_shared
    return alike.told is Told.WHOLE and (own_email or own_phone)


CERTAIN: tuple[Callable[[Pair], bool], ...] = (
    a_contact_is_the_same,
    the_given_name_is_the_same,
    the_surname_does_not_speak_against_it,
    the_generation_is_the_same,
    the_email_is_nobody_elses,
    the_initial_is_not_another_ones,
    it_is_one_person,
    another_email_is_a_second_one,
    more_than_a_family_mailbox_agrees,
    nobody_else_is_told,
    a_hint_is_a_whole_name,
)
"""What a pair needs to be certain: all of it."""


def nothing_speaks_against_it(pair: Pair) -> bool:
    """An ID or the same payment on both sides was written by somebody who knew; a slip there is seen by the name."""
    alike = pair.alike
    if not alike.generation or Level.OTHER in (alike.given, alike.surname):
        return False
    return alike.given is not Level.MISSING or a_contact_is_the_same(pair)


def is_certain(pair: Pair) -> bool:
    """Tell whether a pair may be linked without asking, as far as these two are concerned."""
    if pair.alike.same_id or pair.alike.same_payment:
        agreed = nothing_speaks_against_it(pair)
    else:
        agreed = all(rule(pair) for rule in CERTAIN)
    # What `connect` would ask about is never certain, whatever else agrees; last, as it takes longest.
    return agreed and doubt_of_the_person(pair) is None


_WORDS_OF_A_NAME = 3
_NICKNAME = 5
"""Letters of a nickname at most: a longer name is not one that men and women share."""

_FEW = 1.0
_FEWER = 0.3
_HARDLY_ANY = 0.1

# What likely needs: one of these, and nothing that forbids it


def the_whole_name_is_rare(pair: Pair) -> bool:
    """Two strangers of a rare name seldom live in one town, and hardly ever in one street."""
    alike = pair.alike
    if alike.given is not Level.SAME or alike.surname not in (Level.SAME, Level.PART):
        return False
    if _may_be_swapped_by_birth(pair):
        return False
    if alike.house is Reach.SAME or alike.email is Reach.SAME:
        return True
    if alike.phone is Reach.SAME and not alike.phone_is_shared and alike.surname is Level.SAME:
        return True
    if (alike.zip is Reach.SAME and alike.email is not Reach.OTHER) or Reach.NEAR in (alike.email, alike.phone):
        return pair.namesakes <= _FEW
    return pair.namesakes <= (_FEWER if alike.zip is Reach.SAME else _HARDLY_ANY)


def a_contact_and_the_given_name_agree(pair: Pair) -> bool:
    """Whoever shares an email has that given name once: surnames change by marriage, given names do not."""
    alike = pair.alike
    if alike.given is Level.SAME and alike.email in (Reach.SAME, Reach.NEAR) and not _may_be_swapped_by_birth(pair):
        # Where the family's name stands first, as of sisters Nguyen, it is not the given name that agrees.
        return alike.surname not in (Level.OTHER, Level.ERROR) or _is_known_by(pair) or alike.house is Reach.SAME
    if alike.surname is Level.ERROR and not _is_known_by(pair):
        return False
    if alike.given is Level.SAME and alike.phone is alike.house is Reach.SAME and not alike.swapped:
        return alike.surname in (Level.SAME, Level.PART, Level.ERROR)
    near = alike.given is Level.INITIAL and _more_than_an_email_agrees(pair)
    near = near or (alike.given is Level.ERROR and _is_a_slip(pair))
    near = near or (alike.given is Level.NICKNAME and not _is_of_both_sexes(pair))
    return a_contact_is_the_same(pair) and near and alike.surname in (Level.SAME, Level.PART, Level.ERROR)


def the_email_names_the_nameless(pair: Pair) -> bool:
    """Whoever left no name at Stripe, but the email janedoe@, is rather Jane Doe than somebody of her house.

    Unless phone or house is the same, not where she lives elsewhere; and where the phone is another one, the email has
    to hold her whole name.
    """
    alike = pair.alike
    if pair.theirs.names or alike.email is not Reach.SAME or alike.told is Told.ANOTHER:
        return False
    if Reach.SAME not in (alike.phone, alike.house):
        if alike.house is Reach.OTHER and alike.zip is not Reach.SAME:
            return False
        if alike.phone is Reach.OTHER and not _the_email_spells_the_whole_name(pair):
            return False
    return _the_email_spells_the_name(pair)


def it_is_written_down(pair: Pair) -> bool:
    """A payment, or an ID, that both sides name was written by somebody who knew, but perhaps of a relative."""
    return (pair.alike.same_id or pair.alike.same_payment) and nothing_speaks_against_it(pair)


def a_single_word_and_a_contact_agree(pair: Pair) -> bool:
    """Some people have one name, as Sukarno: whoever has it and the phone is hardly another."""
    alone = all(len(person.names) == 2 and not person.names[0].surname for person in (pair.ours, pair.theirs))
    return alone and pair.alike.given is Level.SAME and a_contact_is_the_same(pair)


def the_whole_name_is_told_besides(pair: Pair) -> bool:
    """What is short at Stripe, as J Doe, may be written out as whom the card is made out to."""
    alike = pair.alike
    short = alike.given in (Level.SAME, Level.NICKNAME, Level.INITIAL) or _is_a_slip(pair)
    return alike.told is Told.WHOLE and a_contact_is_the_same(pair) and short and alike.surname is not Level.OTHER


LIKELY: tuple[Callable[[Pair], bool], ...] = (
    the_whole_name_is_rare,
    a_contact_and_the_given_name_agree,
    the_email_names_the_nameless,
    it_is_written_down,
    a_single_word_and_a_contact_agree,
    the_whole_name_is_told_besides,
)
"""What makes a pair likely: any of it."""


def is_likely(pair: Pair) -> bool:
    """Tell whether a pair is right so often that many may be confirmed together, after a look at some of them."""
    alike = pair.alike
    if not alike.same_generation or alike.given is Level.OTHER or not the_email_is_nobody_elses(pair):
        return False
    if alike.by_hint and alike.email_is_shared:
        return False  # of a mailbox that a family has, whoever holds the card may be the one who pays
    if alike.couple and (alike.surname is not Level.SAME or alike.email is not Reach.SAME):
        return False
    return any(rule(pair) for rule in LIKELY)


def _is_told_by_the_whole_name(pair: Pair) -> bool:
    """Tell whether a description or the holder of the card says the whole name that is short at Stripe."""
    alike = pair.alike
    return alike.told is Told.WHOLE and alike.email is Reach.SAME and not alike.email_is_shared


def _the_email_spells_the_name(pair: Pair) -> bool:
    return spells(pair.ours.email, pair.ours.names) or spells(pair.ours.email, pair.theirs.names)


def _the_email_spells_the_whole_name(pair: Pair) -> bool:
    email, names = pair.ours.email, pair.ours.names
    return spells_a_given_name(email, names) and spells_a_surname(email, names)


def _given_names(pair: Pair) -> list[str]:
    return [name.given[0] for person in (pair.ours, pair.theirs) for name in person.names[:1] if name.given]


def _is_of_both_sexes(pair: Pair) -> bool:
    given = _given_names(pair)
    return len(given) == 2 and is_of_both_sexes(given[0], given[1])


def _may_be_swapped_by_birth(pair: Pair) -> bool:
    """Tell whether two names are exchanged that are both given names: James Thomas is not Thomas James."""
    if not pair.alike.swapped:
        return False
    words = [word for name in pair.ours.names[:1] for word in (*name.given, *name.surname)]
    return all(map(is_known, words)) or len(words) > _WORDS_OF_A_NAME


def _more_than_an_email_agrees(pair: Pair) -> bool:
    """Tell whether phone, house or ZIP is the same besides, or the email holds the whole given name."""
    at_home = Reach.SAME in (pair.alike.phone, pair.alike.house, pair.alike.zip)
    return at_home or spells_a_given_name(pair.ours.email, pair.ours.names, pair.theirs.names)


def _the_email_has_the_longer_name(pair: Pair) -> bool:
    """Tell whether the email says which Chris it is: christina.berry@."""
    return any(len(name) > _NICKNAME and name in "".join(letters(pair.ours.local)) for name in _given_names(pair))


def _is_known_by(pair: Pair) -> bool:
    """Tell whether the given name is one that many have."""
    return all(map(is_known, _given_names(pair)))


def _is_a_slip(pair: Pair) -> bool:
    given = _given_names(pair)
    return len(given) == 2 and may_be_a_slip(given[0], given[1], pair.around.given_names)


def _years_differ(pair: Pair) -> bool:
    ours, theirs = (set(_YEAR.findall(person.local)) for person in (pair.ours, pair.theirs))
    return bool(ours and theirs and ours.isdisjoint(theirs))
