"""Who is worth comparing: whoever shares one of the keys that bring two people together."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from koalalink.domain.matching.people import Person, letters

_CROWD = 200
"""A key that more than these have, on one side, tells nobody from the others."""

_SMALL_CROWD = 25
_WEAK = frozenset("zabfmhoq")
"""The first letters of the keys that hardly narrow the choice: they count where few have them."""


class Candidates:
    """Stripe's customers by their keys."""

    def __init__(self, ours: Sequence[Person], theirs: Sequence[Person]) -> None:
        crowds: Counter[str] = Counter()
        for person in ours:
            crowds.update(set(_keys(person)))
        self._by_key: dict[str, list[int]] = {}
        for place, person in enumerate(theirs):
            for key in set(_keys(person)):
                if key in crowds:
                    self._by_key.setdefault(key, []).append(place)
        self._crowded: set[str] = set()
        for key in [*self._by_key]:
            most = _SMALL_CROWD if key[0] in _WEAK else _CROWD
            if len(self._by_key[key]) > most or crowds[key] > most:
                del self._by_key[key]
                self._crowded.add(key)
        self._theirs = theirs

    def too_many(self, person: Person) -> bool:
        """Tell whether more people have this one's name than can be compared."""
        return any(key in self._crowded for key in _keys(person) if key[0] == "n")

    def of(self, person: Person) -> Iterable[Person]:
        """Return whoever shares a key, each once, in the order of the IDs."""
        places: set[int] = set()
        for key in _keys(person):
            places.update(self._by_key.get(key, ()))
        return [self._theirs[place] for place in sorted(places)]


def _keys(person: Person) -> Iterator[str]:
    yield from (f"i{each}" for each in person.ids)
    yield from (f"y{each}" for each in person.payments)
    if person.email:
        yield f"e{person.email}"
        yield f"m{''.join(letters(person.local))}"
    if len(person.local) >= 6:
        yield f"l{person.local}"
    if person.phone:
        yield f"p{person.phone[-7:]}"
    if person.zip:
        yield f"z{person.zip}"
    if person.company:
        yield f"n{person.company}"
    street = person.street.partition(" ")[0]
    if person.number and street:
        yield f"h{person.number} {street}"
    for name in person.names:
        given, surname = name.given[0] if name.given else "", "".join(name.surname)
        if surname:
            yield from _surname_keys(surname, person)
        if given and surname:
            yield from _name_keys(given, surname, person)
            if len(name.surname) > 1:
                yield from (f"n{' '.join(sorted((given, word)))}" for word in name.surname if len(word) > 1)
        if given and street:
            yield f"q{given} {street}"


def _surname_keys(surname: str, person: Person) -> Iterator[str]:
    if person.zip:
        yield f"s{surname} {person.zip}"
    if person.city:
        yield f"c{surname} {person.city}"
    if person.number:
        yield f"o{surname} {person.number}"


def _name_keys(given: str, surname: str, person: Person) -> Iterator[str]:
    yield f"n{' '.join(sorted((given, surname)))}"
    # A nickname, an initial, or a typing error in one of both.
    yield f"a{given[0]} {surname}"
    yield f"b{given} {surname[:3]}"
    yield f"f{given} {surname[0]}{surname[-1]}"
    # Emails are made of names, and the other side may have one of both alone.
    yield f"m{given}{surname}"
    yield f"m{given[0]}{surname}"
    yield f"m{surname}{given[0]}"
    yield f"m{surname}{given}"
    if person.zip:
        yield f"g{given[:3]} {surname[0]} {person.zip}"
