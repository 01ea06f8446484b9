"""A whole life: the person, the stays, work, home and phones, all from the same seed and index."""

from dataclasses import dataclass

from jobs.city import months, numbers
from jobs.city.home import Home, home
from jobs.city.people import Census, Person, person
from jobs.city.presence import Presence, presence
from jobs.city.work import Work, work


@dataclass(frozen=True, slots=True)
class Phone:
    """A mobile number since a month; not `is_own` where another person of the family holds the contract."""

    number: str
    since: int
    is_own: bool


@dataclass(frozen=True, slots=True)
class Life:
    """Everything true about one person up to the end of a month."""

    person: Person
    presence: Presence
    work: Work
    home: Home
    phones: tuple[Phone, ...]
    until: int

    def phone_in(self, month: int) -> str:
        """Return the number the person gives in a month."""
        return next((phone.number for phone in reversed(self.phones) if phone.since <= month), self.phones[0].number)


def life(census: Census, index: int, until: int) -> Life:
    """Make one person's life alone, without the rest of the city."""
    who = person(census, index)
    stays = presence(census, who, until)
    return Life(
        person=who,
        presence=stays,
        work=work(census, who, stays, until),
        home=home(census, who, stays, until),
        phones=phones(census, who, until),
        until=until,
    )


def phones(census: Census, who: Person, until: int) -> tuple[Phone, ...]:
    """Return the person's numbers in time; a recycled one was another's until three months before (二次放号)."""
    tie = who.tie
    if tie is not None and tie.kind == "family" and tie.follows:
        other = person(census, tie.other)
        return tuple(Phone(phone.number, phone.since, False) for phone in _own(census, other, until))
    return _own(census, who, until)


def _own(census: Census, who: Person, until: int) -> tuple[Phone, ...]:
    stream = census.stream("phone", who.index)
    start = months.month(census.profile.first_month)
    monthly = 1 - (1 - census.profile.rates["phone_changed_24_months"]) ** (1 / 24)
    recycled_in = None
    if who.tie is not None and who.tie.kind == "recycled":
        giver = who.tie.other if who.tie.follows else who.index
        recycled_in = start + 4 + census.stream("recycle", giver).below(16)
    found = [Phone(numbers.mobile(census.seed, who.index, 0), start - 120, True)]
    for month in range(start, until + 1):
        changes = stream.chance(monthly)
        if recycled_in is not None and who.tie is not None:
            if who.tie.follows and month == recycled_in + 3:
                found.append(Phone(numbers.mobile(census.seed, who.tie.other, 0), month, True))
                continue
            changes = changes or (not who.tie.follows and month == recycled_in)
        if changes and len(found) < 15:
            found.append(Phone(numbers.mobile(census.seed, who.index, len(found)), month, True))
    return tuple(found)
