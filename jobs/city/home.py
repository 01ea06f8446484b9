"""Home: dwellings one after the other, leases with their rents, and the hukou that some obtain."""

from dataclasses import dataclass
from datetime import date, timedelta

from jobs.city import addresses, months
from jobs.city.addresses import Dwelling
from jobs.city.chance import Stream, running
from jobs.city.people import Census, Person
from jobs.city.presence import Presence

_KINDS = ("RENTED", "DORM", "SITE", "RELATIVE", "OTHER")
_KIND_BOUNDS = running([0.70, 0.12, 0.04, 0.10, 0.04])


@dataclass(frozen=True, slots=True)
class Spell:
    """Living in one dwelling; `until` None while it lasts."""

    dwelling: Dwelling
    kind: str
    since: date
    until: date | None
    stay: int


@dataclass(frozen=True, slots=True)
class Lease:
    """A filed contract: its term, and the day it was ended early if it was."""

    dwelling: Dwelling
    number: int
    since: date
    term_end: date
    terminated_on: date | None
    rent: int
    program: str
    is_institution: bool
    on_time: float


@dataclass(frozen=True, slots=True)
class Hukou:
    """A hukou as it stands since a day; `code` None for people who have none."""

    code: str | None
    since: date | None
    entry: str | None


@dataclass(frozen=True, slots=True)
class Home:
    """Where a person lived, under which contracts, with which hukou."""

    spells: tuple[Spell, ...]
    leases: tuple[Lease, ...]
    hukou: tuple[Hukou, ...]

    def hukou_on(self, day: date) -> Hukou:
        """Return the latest hukou not after a day."""
        held = [hukou for hukou in self.hukou if hukou.since is None or hukou.since <= day]
        return held[-1] if held else self.hukou[0]


def _owner(person: Person) -> int:
    """Return whose dwelling number counts: a son or a family member lives with the other."""
    tie = person.tie
    return tie.other if tie is not None and tie.follows and tie.kind in ("kin", "family", "twin") else person.index


def home(census: Census, person: Person, presence: Presence, until: int) -> Home:
    """Live through the dwellings of all stays up to the end of `until`."""
    stream = census.stream("home", person.index)
    end = months.last(until)
    spells: list[Spell] = []
    leases: list[Lease] = []
    start = months.on(months.month(census.profile.first_month), 1)
    for number, stay in enumerate(presence.stays):
        since = max(stay.since, start - timedelta(days=180 + stream.below(300))) if stay.since < start else stay.since
        last = stay.until or end
        kind = stream.weighted(_KINDS, _KIND_BOUNDS)
        while since <= last:
            turn = 0 if person.tie is not None and person.tie.kind == "kin" else len(spells) % 16
            owner = _owner(person) * 16 + turn  # a father's dwelling is where the son lives too, and stays it
            place = addresses.draw(census.stream("dwelling", owner), owner)
            leaves = months.later(since, stream.between(6, 40))
            until_day = min(leaves - timedelta(days=1), last)
            is_open = until_day == last and stay.until is None
            spells.append(Spell(place, kind, since, None if is_open else until_day, number))
            if kind == "RENTED":
                leases += _leases(person, stream, spells[-1], last, len(leases))
            since, kind = leaves, stream.weighted(_KINDS, _KIND_BOUNDS)
    return Home(tuple(spells), tuple(leases), _hukou(census, person, presence))


def _leases(person: Person, stream: Stream, spell: Spell, last: date, known: int) -> list[Lease]:
    """File the spell's contracts of a year each; three quarters of landlords file, and then all of them."""
    found: list[Lease] = []
    is_filed = stream.chance(0.75)
    program = "MARKET" if stream.chance(0.82) else "AFFORDABLE" if stream.chance(0.75) else "PUBLIC"
    rent = 1200 + int(stream.draw() ** 1.6 * 6800) // 50 * 50
    is_institution = program != "MARKET" or stream.chance(0.2)
    since = spell.since
    leaves = spell.until
    while is_filed and since <= last and (leaves is None or since <= leaves):
        term_end = months.later(since, 12) - timedelta(days=1)
        terminated = leaves if leaves is not None and leaves < term_end else None
        on_time = min(1.0, 0.6 + 0.42 * person.reliability)
        found.append(
            Lease(
                spell.dwelling, known + len(found), since, term_end, terminated, rent, program, is_institution, on_time
            )
        )
        since = term_end + timedelta(days=1)
        rent += rent // 40
    return found


def _hukou(census: Census, person: Person, presence: Presence) -> tuple[Hukou, ...]:
    """Return the hukou by birth, and the city's own for those who settled before or obtained it in our months."""
    stream = census.stream("hukou", person.index)
    draw, offset, day, place = stream.draw(), stream.draw(), stream.between(1, 28), stream.draw()
    if person.birth_hukou is None:
        return (Hukou(None, None, None),)
    first = Hukou(person.birth_hukou, person.born_on, "BIRTH")
    if person.is_native:
        return (first,)
    codes = tuple(addresses.DISTRICTS)
    own = codes[int(place * len(codes))]
    start = months.month(census.profile.first_month)
    shares = census.profile.shares
    arrived = presence.stays[0].since if presence.stays else None
    if arrived is None:
        return (first,)
    if draw < shares["hukou_settled"] and months.of(arrived) < start - 12:
        since = months.on(max(months.of(arrived) + 6, start - 1 - int(offset * 60)), day)
        return first, Hukou(own, since, "MOVE_IN")
    if draw > 1 - shares["hukou_obtained"]:
        since = months.on(max(months.of(arrived) + 12, start + int(offset * 36)), day)
        return (first, Hukou(own, since, "MOVE_IN")) if presence.holds(since) else (first,)
    return (first,)
