"""Labelled people of any number: a business's customers, and those of its Stripe account.

Households share a surname, an address, a landline and now and then an email, and names are as unevenly spread as in
life: that, and not typing errors, is what makes people hard to tell apart. The rates are guesses. The same seed and
sizes give the same files.

`python -m tests.bench.people FOLDER LOCALS STRIPES SEED` writes them from a process of its own: what a process has
taken counts as its children's memory, too.
"""

import csv
import string
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate, product
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import TypeVar

_Value = TypeVar("_Value")

# A name, then what friends call its bearer; the most frequent first.
_GIVEN = """
James/Jim/Jamie Mary/Molly Michael/Mike Jennifer/Jen/Jenny John/Jack/Johnny Linda/Lin Robert/Bob/Rob Elizabeth/Liz/Beth
David/Dave Patricia/Pat/Trish William/Bill/Will Jessica/Jess Richard/Rick/Dick Susan/Sue Joseph/Joe Sarah/Sally
Thomas/Tom Karen Christopher/Chris Lisa Daniel/Dan/Danny Nancy/Nan Matthew/Matt Ashley/Ash Anthony/Tony Sandra/Sandy
Mark Maria Steven/Steve Emily/Em Paul Kimberly/Kim Andrew/Andy/Drew Donna Joshua/Josh Michelle/Shelly Kenneth/Ken Carol
Kevin/Kev Amanda/Mandy Brian Melissa/Mel George Deborah/Deb/Debbie Timothy/Tim Stephanie/Steph Ronald/Ron
Rebecca/Becky/Becca Jason/Jay Laura/Laurie Edward/Ed/Ted Helen/Nell Jeffrey/Jeff Sharon/Shari Ryan Cynthia/Cindy
Jacob/Jake Kathleen/Kathy Gary Amy Nicholas/Nick Angela/Angie Eric/Rick Shirley Jonathan/Jon Anna/Annie Stephen/Steve
Ruth/Ruthie Larry Brenda Justin/Jus Pamela/Pam Scott/Scotty Nicole/Nikki Brandon Katherine/Kate/Katie/Kathy
Benjamin/Ben Samantha/Sam Samuel/Sam Christine/Chris/Tina Gregory/Greg Catherine/Cathy/Cate Alexander/Alex/Sasha
Virginia/Ginny Frank Debra/Deb Patrick/Pat Rachel/Rae Raymond/Ray Carolyn/Carol Jose/Pepe Janet/Jan Dennis/Denny
Maureen/Mo Jerry Heather Tyler/Ty Diane/Di Aaron/Ron Julie/Jules Adam Joyce Nathan/Nate Victoria/Vicky/Tori Henry/Hank
Kelly Zachary/Zach Christina/Tina Douglas/Doug Joan Peter/Pete Evelyn/Evie Kyle Lauren/Laurie Noah Judith/Judy Ethan
Olivia/Liv Jeremy/Jem Frances/Fran Walter/Walt Martha Christian/Chris Cheryl/Cher Keith Megan/Meg Roger/Rog Andrea/Andi
Terry Hannah Austin Jacqueline/Jackie Sean Ann/Annie Gerald/Gerry Gloria Carl Jean Harold/Harry Alice/Ali Dylan
Kathryn/Kath/Kate Arthur/Art Teresa/Terry/Tess Lawrence/Larry Sara Jordan Janice/Jan Jesse/Jess Doris Bryan
Madison/Maddie Billy Julia/Jules Bruce Grace/Gracie Gabriel/Gabe Judy Joe/Joey Abigail/Abby Logan Marie Alan/Al Denise
Juan Beverly/Bev Albert/Al/Bert Amber Willie Theresa/Terry Elijah/Eli Marilyn Wayne Danielle/Dani Randy Diana/Di
Vincent/Vince/Vinny Brittany/Britt Mason Natalie/Nat Roy Sophia/Sophie Ralph Rose/Rosie Bobby Isabella/Bella/Izzy
Russell/Russ Alexis/Lexi Bradley/Brad Kayla/Kay Philip/Phil Charlotte/Lottie Eugene/Gene Wilhelmina/Mina/Billie Luis
Ximena Carlos/Charlie Guadalupe/Lupe Francisco/Paco/Frank Rosa Jesus/Chuy Consuelo/Chelo Miguel/Mike Leticia/Letty
Antonio/Tony Esperanza Alejandro/Alex Ignacio/Nacho Wei Mei Minh Thuy Hiroshi/Hiro Yuki Raj Priya Amit Deepa Omar
Fatima Ali Leila Ivan/Vanya Olga/Olya Dmitri/Dima Svetlana/Lana Stanley/Stan Josephine/Jo/Josie Leonard/Len/Leo
Margaret/Maggie/Meg/Peggy Clarence Dorothy/Dot/Dottie Frederick/Fred Eleanor/Ellie/Nora Theodore/Theo/Ted Genevieve/Gen
Nathaniel/Nate Penelope/Penny Maximilian/Max Gabrielle/Gabby Sebastian/Seb Valerie/Val Leroy/Lee Millicent/Millie
Montgomery/Monty Winifred/Winnie Cornelius/Neil Philippa/Pippa Augustus/Gus Rosalind/Roz Bartholomew/Bart
Henrietta/Hetty Quentin Imogen/Immy Barnaby Saoirse Caleb/Cal Maeve Isaac/Ike Freya Tobias/Toby Ingrid Rufus Astrid
Hugo Beatrix/Bea Felix Cordelia/Delia
""".split()
_HEADS = """
Al Bar Ben Bran Cal Car Cor Dal Den Dun El Fair Far Gar Gil Ham Har Hol Kel Kin Lan Mal Mar Mor Nor Os Pem Ros Sal San
Sel Stan Tal Thor Tor Van Wal War Wes Win
""".split()
_MIDDLES = "a be ber ca da den do e fa go i ki la lo ma ner no o ra ri sa ter ti u vi".split()
_TAILS = """
croft dale ez field ford gard hurst ing ko ley ling low man mont nell quist rez ridge ro sen sky son stead ton va
""".split()
_HANDLES = (
    "sky blue runner happy lucky golf book music river snow garden fish coffee moon tiger maple rocky sunny".split()
)
_HOSTS = "gmail.com yahoo.com hotmail.com aol.com outlook.com icloud.com comcast.net msn.com live.com me.com".split()
_NOBODYS = ("noemail@noemail.com", "test@test.com", "none@none.com", "na@na.com", "frontdesk@example.com")
_KINDS = (("Street", "St"), ("Avenue", "Ave"), ("Road", "Rd"), ("Drive", "Dr"), ("Lane", "Ln"), ("Court", "Ct"))
_TOWNS = """
Seattle Tacoma Bellevue Everett Kent Renton Auburn Kirkland Redmond Marysville Lakewood Shoreline Burien Olympia
Lynnwood Edmonds Bothell Puyallup Issaquah Bremerton
""".split()
_TOP_LEVELS = {".com": ".con", "gmail": "gmial", "yahoo": "yaho", "hotmail": "hotmal"}

_LOCAL = "id,first_name,last_name,email,phone,street,city,zip,person".split(",")
_STRIPE = "id,name,email,phone,street,city,zip,created,person".split(",")


def write_people(folder: Path, locals: int, stripes: int, seed: int = 1) -> tuple[Path, Path]:
    """Write so many customers of the business, and so many of Stripe, to `local.csv` and `stripe.csv`.

    Three of four of the business's are at Stripe, where there is room. Who is the same person has the same `person`.
    """
    files = folder / "local.csv", folder / "stripe.csv"
    for file, titles, sign, rows in zip(
        files, (_LOCAL, _STRIPE), ("L{:06}", "cus_{:014}"), _Town(seed).people(locals, stripes), strict=True
    ):
        with file.open("w", newline="", encoding="utf-8") as stream:
            stream.write(",".join(titles) + "\n")
            stream.writelines(f"{sign.format(number)},{row}" for number, row in enumerate(rows))
    return files


@dataclass(slots=True)
class _Home:
    surname: str
    number: int
    street: str
    kind: int
    place: int
    landline: str
    """Empty where there is none."""
    email: str = ""
    """What the family shares; empty where each has their own."""


@dataclass(slots=True)
class _Person:
    number: int
    given: tuple[str, ...]
    """The name, and what friends make of it."""
    surname: str
    former: str
    """The surname before marriage, or in the passport; mostly the same."""
    emails: tuple[str, str]
    phones: tuple[str, str]
    home: _Home
    formerly: _Home


class _Town:
    """Where everybody lives: the names that there are, and the emails that are taken."""

    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)
        surnames = ["".join(parts) for parts in product(_HEADS, ("", *_MIDDLES), _TAILS)]
        self.chance.shuffle(surnames)
        # Of the shape of a national register: the most frequent surname near 1 %, the most frequent given name near 2.
        self.surnames = self._drawn(surnames, 20)
        self.given = self._drawn([tuple(names.split("/")) for names in _GIVEN], 15)
        self.streets = self._drawn(
            [
                one if len(one) > 6 else f"{one} {two}"
                for one, two in zip(surnames[:700], surnames[700:1400], strict=True)
            ],
            60,
        )
        self.hosts = self._drawn(_HOSTS, 1)
        self.places = self._drawn(list(range(98101, 98221)), 30)
        self.taken: set[str] = set()
        self.count = 0

    def _drawn(self, values: list[_Value], offset: int) -> Iterator[_Value]:
        """Values for ever, as frequent as Zipf says, but for the first `offset` ranks."""
        weights = list(accumulate(1 / (rank + offset) for rank in range(len(values))))
        while True:
            yield from self.chance.choices(values, cum_weights=weights, k=1024)

    def people(self, locals: int, stripes: int) -> tuple[list[str], list[str]]:
        """Rows of both files without their IDs, in no order."""
        local: list[str] = []
        stripe: list[str] = []
        to_local = csv.writer(SimpleNamespace(write=local.append), lineterminator="\n").writerow
        to_stripe = csv.writer(SimpleNamespace(write=stripe.append), lineterminator="\n").writerow
        chance = self.chance.random
        while len(local) < locals or len(stripe) < stripes:
            for member in self._family():
                customer = len(local) < locals and chance() < 0.65
                if customer:
                    to_local(self._as_local(member))
                if chance() < (0.75 if customer else 0.25):
                    for _ in range(1 if (often := chance()) < 0.88 else 2 if often < 0.98 else 3):
                        if len(stripe) < stripes:
                            to_stripe(self._as_stripe(member))
        self.chance.shuffle(local)
        self.chance.shuffle(stripe)
        return local, stripe

    def _family(self) -> Iterator[_Person]:
        chance = self.chance.random
        home, formerly = self._home(next(self.surnames)), self._home("")
        shared = chance() < 0.06
        namesake = next(self.given) if chance() < 0.02 else None  # a father and a son
        called: set[tuple[str, ...]] = set()
        for place in range(self.chance.choices((1, 2, 3, 4, 5), (34, 30, 15, 14, 7))[0]):
            given = next(name for name in self.given if name not in called)
            if namesake and place in (0, 2):
                given = namesake
            called.add(given)
            surname = next(self.surnames) if chance() < 0.08 else home.surname
            former = next(self.surnames) if place == 1 and chance() < 0.1 else surname
            emails = self._email(given, former), self._email(given, surname)
            if shared:
                home.email = home.email or emails[0]
                emails = (home.email, emails[1])
            self.count += 1
            yield _Person(self.count, given, surname, former, emails, (self._phone(), self._phone()), home, formerly)

    def _home(self, surname: str) -> _Home:
        landline = self._phone() if self.chance.random() < 0.35 else ""
        number = int(self.chance.random() ** 2 * 9900) + 1
        kind = int(self.chance.random() * len(_KINDS))
        return _Home(surname, number, next(self.streets), kind, next(self.places), landline)

    def _phone(self) -> str:
        # North American: neither the area nor the exchange begins with 0 or 1.
        return f"{(206, 253, 360, 425)[int(self.chance.random() * 4)]}{int(2e6 + self.chance.random() * 8e6)}"

    def _email(self, given: tuple[str, ...], surname: str) -> str:
        first, last, which = given[0].lower(), surname.lower(), self.chance.random()
        if which < 0.12:
            words = self.chance.choices(_HANDLES, k=2)
            name = f"{words[0]}{words[1]}{int(self.chance.random() * 9999)}"
        else:
            forms = f"{first}.{last}", f"{first}{last}", f"{first[0]}{last}", f"{last}{first[0]}", f"{first}"
            name = forms[0 if which < 0.4 else 1 if which < 0.65 else 2 if which < 0.85 else 3 if which < 0.93 else 4]
        email = f"{name}@{next(self.hosts)}"
        while email.replace(".", "") in self.taken:  # a provider gives an address but once, and Google overlooks dots
            email = f"{name}{int(self.chance.random() * 2000)}@{next(self.hosts)}"
        self.taken.add(email.replace(".", ""))
        return email

    def _as_local(self, person: _Person) -> tuple[object, ...]:
        first, last = self._name(person)
        email = "" if self.chance.random() < 0.15 else self._written_email(person)
        phone = "" if self.chance.random() < 0.2 else self._written_phone(person)
        address = self._address(person) if self.chance.random() < 0.86 else ("", "", "")
        return (first, last, email, phone, *address, person.number)

    def _as_stripe(self, person: _Person) -> tuple[object, ...]:
        chance = self.chance.random
        name = "" if chance() < 0.09 else self._full_name(person)
        email = "" if chance() < 0.04 else self._written_email(person)
        phone = "" if chance() < 0.5 else self._written_phone(person)
        street, city, place = self._address(person)
        if (told := chance()) > 0.5:  # a card's form asks for the ZIP code alone
            street, city, place = "", "", place if told < 0.75 else ""
        return (name, email, phone, street, city, place, 1_500_000_000 + int(chance() * 260_000_000), person.number)

    def _name(self, person: _Person) -> tuple[str, str]:
        given, chance = person.given, self.chance.random
        first = given[0] if chance() > 0.1 else given[int(chance() * len(given))]
        last = person.former if chance() < 0.3 else person.surname
        if (slip := chance()) < 0.05:
            first, last = (self._mistyped(first), last) if slip < 0.02 else (first, self._mistyped(last))
        return first, last

    def _full_name(self, person: _Person) -> str:
        first, last = self._name(person)
        if (way := self.chance.random()) > 0.17:
            return f"{first} {last}"
        if way < 0.05:
            return f"{first} {last}".lower() if way < 0.03 else f"{first} {last}".upper()
        letter = string.ascii_uppercase[person.number % 26]
        forms = f"{last}, {first}", f"{last} {first}", f"{first[0]}. {last}", f"{first} {letter}. {last}", first
        return forms[int((way - 0.05) / 0.12 * len(forms))]

    def _written_email(self, person: _Person) -> str:
        if (way := self.chance.random()) > 0.2:
            return person.emails[0]
        if way < 0.012:
            return _NOBODYS[int(way / 0.012 * len(_NOBODYS))]
        if way < 0.13:
            return person.emails[1]
        email = person.emails[0]
        if way < 0.16:
            return email.upper() if way < 0.14 else email.capitalize()
        if way < 0.17:
            return email.replace("@", "+pay@")
        if way < 0.18:
            return self._mistyped(email)
        for right, wrong in _TOP_LEVELS.items():
            if way < 0.19 and right in email:
                return email.replace(right, wrong)
        return email

    def _written_phone(self, person: _Person) -> str:
        way, form = self.chance.random(), int(self.chance.random() * 6)
        if way < 0.01:
            return ("0000000000", "206-555-1234", "999-999-9999")[int(way * 300)]
        phone = person.phones[1 if way < 0.06 else 0]
        if way > 0.8 and person.home.landline:
            phone = person.home.landline
        elif way < 0.07:
            phone = self._mistyped(phone)
        area, exchange, line = phone[:3], phone[3:6], phone[6:]
        return (
            phone,
            f"({area}) {exchange}-{line}",
            f"{area}-{exchange}-{line}",
            f"+1{phone}",
            f"+1 {area}-{exchange}-{line}",
            f"{area}.{exchange}.{line}",
        )[form]

    def _address(self, person: _Person) -> tuple[str, str, str]:
        chance = self.chance.random
        home = person.formerly if chance() < 0.07 else person.home
        street = f"{home.number} {home.street} {_KINDS[home.kind][chance() < 0.4]}"
        if (slip := chance()) < 0.08:
            street = self._mistyped(street) if slip < 0.05 else street.lower()
        return street, _TOWNS[home.place % len(_TOWNS)], str(home.place)

    def _mistyped(self, text: str) -> str:
        if len(text) < 3:
            return text + text[-1]
        at, way = 1 + int(self.chance.random() * (len(text) - 2)), int(self.chance.random() * 4)
        if way == 0:
            return text[:at] + text[at + 1 :]
        if way == 1:
            return text[:at] + text[at] + text[at:]
        if way == 2:
            return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
        other = string.digits if text[at].isdigit() else string.ascii_lowercase
        return text[:at] + other[int(self.chance.random() * len(other))] + text[at + 1 :]


def main(folder: str, locals: str, stripes: str, seed: str = "1") -> None:
    """Write the files of a benchmark."""
    write_people(Path(folder), int(locals), int(stripes), int(seed))


if __name__ == "__main__":
    main(*sys.argv[1:])
