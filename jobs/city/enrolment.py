"""Medical insurance: months enrolled as an employee or a resident, here and, for some, at home at the same time.

Derived from paid contributions, presence and hukou of a life; nothing about anybody's health exists in this city.
"""

from dataclasses import dataclass
from datetime import date

from jobs.city import months
from jobs.city.lives import Life
from jobs.city.people import Census

_AT_HOME, _RESIDENT = 0.09, 0.75
"""Shares: of people from outside who keep their insurance at home, of others without work who take the city's."""

_BANDS = ((6, "0-1000"), (18, "1000-3000"), (36, "3000-5000"), (72, "5000-10000"))


@dataclass(frozen=True, slots=True)
class Enrolment:
    """The state of a month in one scheme, told on a day; a later one of the same month and scheme replaces it."""

    scheme: str
    period: int
    told_on: date
    status: str
    count: int
    region: str
    band: str | None


def enrolments(census: Census, life: Life) -> tuple[Enrolment, ...]:
    """Return what the office told of the person, in order of time, up to the last month or to death."""
    stream = census.stream("enrolment", life.person.index)
    before, keeps_home, takes_city = stream.below(96), stream.chance(_AT_HOME), stream.chance(_RESIDENT)
    start = months.month(census.profile.first_month)
    employed = _employed(census, life, before)
    covered = {line.period for line in employed}
    found = list(employed)
    home = life.person.birth_hukou
    city = f"{census.profile.hukou_prefixes[0]:0<6}"
    for period in range(start, life.until + 1):
        day, middle = months.on(period, 20), months.on(period, 15)
        local = (life.home.hukou_on(middle).code or "").startswith(census.profile.hukou_prefixes)
        is_outsider = home is not None and not life.person.is_native
        if life.person.born_on > middle:
            continue
        count = period - start + 1 + before // 4
        if keeps_home and is_outsider and not local and home is not None:
            found.append(Enrolment("RESIDENT", period, day, "ACTIVE", count, f"{home[:4]}00", None))
        elif takes_city and local and period not in covered and life.presence.holds(middle):
            found.append(Enrolment("RESIDENT", period, day, "ACTIVE", count, city, None))
    last = months.last(life.until)
    end = min(last, life.presence.died_on) if life.presence.died_on else last
    return tuple(sorted((line for line in found if line.told_on <= end), key=lambda line: (line.told_on, line.period)))


def _employed(census: Census, life: Life, before: int) -> list[Enrolment]:
    """Enrol the months paid for; suspend the first month that was not, end with the person's leaving."""
    start, city = months.month(census.profile.first_month), f"{census.profile.hukou_prefixes[0]:0<6}"
    paid: dict[int, date] = {}
    for line in life.work.contributions:
        day = months.on(line.paid, min(line.day + 2, 28))
        paid[line.period] = min(day, paid.get(line.period, day))
    told: list[tuple[date, int, str]] = []
    for period, day in sorted(paid.items()):
        told.append((day, period, "ACTIVE"))
        following = period + 1
        late = paid.get(following)
        is_known = months.of(day) == period and following <= life.until
        if is_known and (late is None or months.of(late) > following):
            is_here = life.presence.holds(months.last(following))
            told.append((months.last(following), following, "SUSPENDED" if is_here else "ENDED"))
    found: list[Enrolment] = []
    count = before if start in paid else 0
    for day, period, status in sorted(told):
        count += status == "ACTIVE"
        band = next((name for least, name in _BANDS if count < least), "10000+")
        found.append(Enrolment("EMPLOYEE", period, day, status, count, city, band))
    return found
