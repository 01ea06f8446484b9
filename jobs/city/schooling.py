"""Schooling: whether a parent has a child in a school of the city, school year by school year.

Derived from a life by draws of its own; the child is nobody here: neither name nor number nor school exists.
"""

from dataclasses import dataclass
from datetime import date

from jobs.city import months
from jobs.city.lives import Life
from jobs.city.people import Census


@dataclass(frozen=True, slots=True)
class SchoolYear:
    """A school year by the year it begins in: whether a child went to school here, and the day this became known."""

    year: int
    has_child: bool
    known_on: date
    left_on: date | None


def school_years(census: Census, life: Life) -> tuple[SchoolYear, ...]:
    """Return the school years in which the person's child was of school age and the person in the city."""
    person = life.person
    stream = census.stream("schooling", person.index)
    is_parent, is_here = stream.chance(census.profile.shares["parent"]), stream.chance(0.62)
    child_born = person.born_on.year + stream.between(22, 36)
    first = census.since // 12
    last = months.last(life.until)
    found = []
    for year in range(first, last.year + 1):
        moves, day, left_day = stream.draw(), stream.between(10, 28), stream.between(10, 26)
        known, left = date(year, 9, day), date(year + 1, 2, left_day)
        if not is_parent or not 6 <= year - child_born <= 15 or known > last or months.of(known) < census.since:
            continue
        if not life.presence.holds(known):
            continue
        has_left = is_here and moves < 0.06 and left <= last and life.presence.holds(left)
        found.append(SchoolYear(year, is_here, known, left if has_left else None))
        is_here = is_here and moves >= 0.06 or moves > 0.97
    return tuple(found)
