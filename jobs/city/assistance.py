"""Social assistance: few people, mostly the city's own poor; newcomers get temporary aid when nothing comes in.

Derived from age, hukou, work and presence of a life.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from jobs.city import months
from jobs.city.lives import Life
from jobs.city.people import Census

_LOW, _POOR, _AID = 0.16, 0.08, 0.1
"""Shares: of adults without a job who hold the city's hukou on low income, of the old among them in extreme poverty,
and of the others who get temporary aid in a month in which nothing was paid in for them."""


@dataclass(frozen=True, slots=True)
class Assistance:
    """One grant, from its first to its last day; the end is told in the month in which it lies."""

    kind: str
    since: date
    until: date | None
    district: str


def assistance(census: Census, life: Life) -> tuple[Assistance, ...]:
    """Return the grants that began up to the life's last month; an end still to come is open."""
    stream = census.stream("assistance", life.person.index)
    is_low, is_poor, is_aided = stream.chance(_LOW), stream.chance(_POOR), stream.chance(_AID)
    start = months.month(census.profile.first_month)
    first, span, aid, choice = stream.below(34), stream.between(6, 30), stream.between(1, 3), stream.draw()
    since = months.on(start + first, 1)
    found: list[Assistance | None] = []
    if life.work.kind != "EMPLOYEE" and _is_local(census, life, since) and _age(life, since) >= 18:
        if is_poor and _age(life, since) >= 60:
            found.append(_grant(life, "EXTREME_POVERTY", since, None))
        elif is_low:
            found.append(_grant(life, "MINIMUM_LIVING", since, months.last(start + first + span - 1)))
    elif is_aided:
        paid = {line.period for line in life.work.contributions if line.paid == line.period}
        month = start + int(choice * 34)  # a month chosen by lot: hardship is seen only if nothing came in
        if month not in paid and _age(life, months.on(month, 1)) >= 18:
            found.append(_grant(life, "TEMPORARY", months.on(month, 5), months.last(month + aid - 1)))
    return tuple(grant for grant in found if grant is not None)


def _age(life: Life, day: date) -> int:
    return day.year - life.person.born_on.year - 1


def _is_local(census: Census, life: Life, day: date) -> bool:
    return (life.home.hukou_on(day).code or "").startswith(census.profile.hukou_prefixes)


def _grant(life: Life, kind: str, since: date, until: date | None) -> Assistance | None:
    """Grant it to somebody who is here then, until its end, the person's leaving or death."""
    stay = next((s for s in life.presence.stays if s.since <= since and (s.until is None or since <= s.until)), None)
    last = months.last(life.until)
    spell = next((s for s in life.home.spells if s.since <= since and (s.until is None or since <= s.until)), None)
    if stay is None or spell is None or since > last:
        return None
    ends = min((day for day in (until, stay.until) if day is not None), default=None)
    told = ends is not None and ends + timedelta(days=1) <= last
    return Assistance(kind, since, ends if told else None, spell.dwelling.district)
