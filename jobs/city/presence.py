"""When somebody is in the city: arrival, leaving, coming back, death. Everything else happens inside these stays."""

from dataclasses import dataclass
from datetime import date

from jobs.city import months
from jobs.city.people import Census, Person

ARRIVALS = 36
"""Months of history in which people still arrive; later months only go on with those who are here."""


@dataclass(frozen=True, slots=True)
class Stay:
    """One stay; `until` is None while it lasts."""

    since: date
    until: date | None


@dataclass(frozen=True, slots=True)
class Presence:
    """All stays of a person, and the day of death if it came."""

    stays: tuple[Stay, ...]
    died_on: date | None

    def holds(self, day: date) -> bool:
        """Say whether the person was in the city on a day."""
        return any(stay.since <= day and (stay.until is None or day <= stay.until) for stay in self.stays)


def presence(census: Census, person: Person, until: int) -> Presence:
    """Live through the months up to `until`; a later `until` only goes on, it changes nothing before."""
    stream = census.stream("presence", person.index)
    start = months.month(census.profile.first_month)
    if person.is_native:
        arrived = person.born_on
    elif stream.chance(census.profile.shares["arrived_before"]):
        earliest = months.of(person.born_on) + 1
        arrived = months.on(max(earliest, start - 1 - int(stream.draw() ** 1.5 * 120)), stream.between(1, 28))
    else:
        arrived = months.on(start + stream.below(ARRIVALS), stream.between(1, 28))
    stays: list[Stay] = []
    since: date | None = arrived if months.of(arrived) < start else None
    died_on = None
    for month in range(start, until + 1):
        age = month // 12 - person.born_on.year
        event, day = stream.draw(), stream.between(1, 28)
        if since is None:
            returns = bool(stays) and event < 0.04
            if months.of(arrived) == month or returns:
                since = arrived if not stays else months.on(month, day)
            continue
        if event > 1 - (0.002 if age > 75 else 0.0001):
            died_on = months.on(month, max(day, since.day if months.of(since) == month else 1))
            break
        leaves = 0.0 if person.is_native else 0.006
        if event < leaves and months.of(since) < month:
            stays.append(Stay(since, months.on(month, day)))
            since = None
    if since is not None:
        stays.append(Stay(since, died_on))
    return Presence(tuple(stays), died_on)
