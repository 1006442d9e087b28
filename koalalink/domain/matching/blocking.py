"""Who is worth comparing: whoever shares one of the keys that bring two people together.

A key that many have on one side tells nobody from the others, and would cost a comparison with each. So every kind of
key has a limit; the less it tells, the lower.
"""

from array import array
from collections.abc import Callable, Container, Iterable, Iterator, Sequence

from koalalink.domain.identity.contacts import letters
from koalalink.domain.identity.person import Person


class Candidates:
    """For each of our people, those of Stripe's that share a key."""

    def __init__(self, ours: Sequence[Person], theirs: Sequence[Person]) -> None:
        self._theirs = theirs
        self._places = [array("I") for _ in ours]
        self._crowded: set[int] = set()
        # One kind after the other: the keys of all kinds would take twice the memory of the people.
        for of_ours, of_theirs, most in _KINDS:
            mine = _by_key(ours, of_ours)
            for place in self._join(mine, _by_key(theirs, of_theirs, mine), most):
                if of_theirs is _whole_names:
                    self._crowded.add(place)

    def _join(self, ours: dict[str, list[int]], theirs: dict[str, list[int]], most: int) -> Iterator[int]:
        """Bring those together who share a key; yield whose key too many have."""
        for key, mine in ours.items():
            its = theirs.get(key)
            if its is None:
                continue
            # One who has a key in two ways stands there twice.
            if max(len(mine), len(its)) > most and max(len({*mine}), len({*its})) > most:
                yield from mine
                continue
            for place in mine:
                self._places[place].extend(its)

    def of(self, place: int) -> Iterable[Person]:
        """Return the candidates of our person at this place, each once, in the order that Stripe's are in."""
        return [self._theirs[each] for each in sorted({*self._places[place]})]

    def too_many(self, place: int) -> bool:
        """Tell whether more people have this one's name than can be compared."""
        return place in self._crowded


_Keys = Callable[[Person], Iterator[str]]


def _by_key(people: Sequence[Person], keys: _Keys, wanted: Container[str] | None = None) -> dict[str, list[int]]:
    """Return the places of those who have each key, where it is one of those `wanted`."""
    index: dict[str, list[int]] = {}
    for place, person in enumerate(people):
        for key in keys(person):
            if key in index:
                index[key].append(place)
            elif wanted is None or key in wanted:
                index[key] = [place]
    return index


def _written_down(person: Person) -> Iterator[str]:
    yield from person.ids
    yield from person.payments


def _contacts(person: Person) -> Iterator[str]:
    if person.email:
        yield person.email
        if len(local := person.local) >= 6:  # the domain may be mistyped
            yield local
    if person.phone:
        yield person.phone[-7:]
    for hint in person.hints:
        if hint.email:
            yield hint.email
        if hint.phone:
            yield hint.phone[-7:]


def _whole_names(person: Person) -> Iterator[str]:
    if person.company:
        yield person.company
    for given, surname, words in _named(person):
        yield f"{given} {surname}" if given < surname else f"{surname} {given}"
        if len(words) > 1:
            yield from (f"{given} {word}" if given < word else f"{word} {given}" for word in words if len(word) > 1)


_LETTERS_OF_A_STREET = 5
"""At its beginning: most typing errors are behind them."""


def _houses(person: Person) -> Iterator[str]:
    if person.number and person.street:
        yield f"{person.number} {person.street[:_LETTERS_OF_A_STREET]}"


def _mailboxes(person: Person) -> Iterator[str]:
    if person.email:
        yield "".join(letters(person.local))


def _possible_mailboxes(person: Person) -> Iterator[str]:
    """Emails are made of names, and at Stripe there may be nothing but an email."""
    yield from _mailboxes(person)
    for given, surname, _ in _named(person):
        yield f"{given}{surname}"
        yield f"{given[0]}{surname}"
        yield f"{surname}{given[0]}"
        yield f"{surname}{given}"


def _initials(person: Person) -> Iterator[str]:
    """A nickname mostly begins as the name does."""
    for given, surname, _ in _named(person):
        yield f"{given[0]} {surname}"


def _zips(person: Person) -> Iterator[str]:
    if person.zip:
        yield person.zip


def _halves(person: Person) -> Iterator[str]:
    """One of both names, beside a part of the other or of the address: whatever a slip has left."""
    street = person.street.partition(" ")[0]
    zip, city, number = person.zip, person.city, person.number
    for name in person.names:
        given, surname = name.given[0] if name.given else "", "".join(name.surname)
        if given and street:
            yield f"{given} at {street}"
        if surname:
            if zip:
                yield f"{surname} {zip}"
            if city:
                yield f"{surname} in {city}"
            if number:
                yield f"{surname} {number}"
        if given and surname:
            yield f"{given} {surname[:3]}"
            yield f"{given} {surname[0]}-{surname[-1]}"
            if zip:
                yield f"{given[:3]} {surname[0]} {zip}"


def _named(person: Person) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    names = (*person.names, *(name for hint in person.hints for name in hint.names)) if person.hints else person.names
    for name in names:
        if name.given and name.surname:
            yield name.given[0], "".join(name.surname), name.surname


_KINDS: tuple[tuple[_Keys, _Keys, int], ...] = (
    (_written_down, _written_down, 25),
    (_contacts, _contacts, 25),
    (_whole_names, _whole_names, 25),
    (_houses, _houses, 25),
    (_possible_mailboxes, _mailboxes, 12),
    (_initials, _initials, 12),
    (_zips, _zips, 12),
    (_halves, _halves, 3),
)
"""Our keys, Stripe's, and how many may have one."""
