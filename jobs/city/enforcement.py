"""Enforcement: the court cases of those who do not pay, their time on the list of the dishonest, and how both end.

Derived from a life by draws of its own. Courts publish with all of their history, so cases reach back beyond the
months in which the city is lived: some ended more than five years ago (CRR-16a).
"""

from dataclasses import dataclass
from datetime import date, timedelta

from jobs.city import addresses, months
from jobs.city.chance import Stream, running
from jobs.city.lives import Life
from jobs.city.people import Census

BEFORE, WINDOW = 84, 120
"""Cases are filed from so many months before the city begins, in a window of so many."""

OUTCOMES = ("PERFORMED", "SETTLED", "NO_ASSETS", "OTHER", None)
_BOUNDS = running([0.42, 0.16, 0.22, 0.04, 0.16])
ENDS = ("PERFORMED", "SETTLED")
"""Ways to close a case that end it; 终结本次执行 for want of assets is none (domain.md, section 2.2)."""


@dataclass(frozen=True, slots=True)
class Case:
    """One case. `removal_told` says whether the court ever reports that the entry of the list was taken off."""

    number: str
    court: str
    mask: str
    filed_on: date
    published_on: date
    close_kind: str | None
    closed_on: date | None
    performed_on: date | None
    listed_on: date | None
    term_end: date | None
    removal_told: bool

    @property
    def ended_on(self) -> date | None:
        """Return the day the bad behaviour ended."""
        return self.performed_on or (self.closed_on if self.close_kind in ENDS else None)

    @property
    def removed_on(self) -> date | None:
        """Return the day the entry left the list: three working days after the end, at most five in all."""
        if self.listed_on is None or self.ended_on is None or self.ended_on <= self.listed_on:
            return None
        return self.ended_on + timedelta(days=5)


def cases(census: Census, life: Life) -> tuple[Case, ...]:
    """Return a person's cases in order of filing, up to the end of the life's last month or to death."""
    person = life.person
    number = person.certificate_no
    if len(number) != 18 or not number[:17].isdecimal():
        return ()
    stream = census.stream("enforcement", person.index)
    if not stream.chance(census.profile.shares["court_case"] * (1 - person.reliability)):
        return ()
    first = months.month(census.profile.first_month) - BEFORE
    last = months.last(life.until)
    end = min(last, life.presence.died_on) if life.presence.died_on else last
    adult_on = months.later(person.born_on, 216)
    found = []
    for place in range(stream.between(1, 2)):
        filed = months.on(first + stream.below(WINDOW), stream.between(1, 28))
        drawn = _case(stream, f"{person.index * 4 + place:08d}", number, filed, end)
        if adult_on < filed and drawn.published_on <= end:
            found.append(drawn)
    return tuple(sorted(found, key=lambda case: (case.filed_on, case.number)))


def masked(number: str, visible: int) -> str:
    """Return a number as a court publishes it: the first `visible` and the last four characters."""
    return number[:visible] + "*" * (len(number) - visible - 4) + number[-4:]


def _case(stream: Stream, sequence: str, number: str, filed: date, end: date) -> Case:
    """Draw a case to its end, then forget what has not happened by the last day."""
    district = stream.pick(tuple(addresses.DISTRICTS))
    visible = 4 + 2 * (int(district) % 2)
    published = filed + timedelta(days=stream.between(8, 40))
    outcome = stream.weighted(OUTCOMES, _BOUNDS)
    closed = months.later(filed, stream.between(2, 40))
    performed = closed - timedelta(days=stream.below(10)) if stream.chance(0.8) else None
    is_listed, listed = stream.chance(0.35), months.later(published, stream.between(2, 9))
    removal_told = stream.chance(0.8)
    is_closed = outcome is not None and published < closed <= end
    if is_closed and outcome in ENDS:
        is_listed = is_listed and listed < (performed or closed)
    return Case(
        number=f"({filed.year})沪{district[2:]}执{sequence}号",
        court=f"上海市{addresses.DISTRICTS[district]}人民法院",
        mask=masked(number, visible),
        filed_on=filed,
        published_on=published,
        close_kind=outcome if is_closed else None,
        closed_on=closed if is_closed else None,
        performed_on=performed if is_closed and outcome == "PERFORMED" else None,
        listed_on=listed if is_listed and listed <= end else None,
        term_end=months.later(listed, 24) if is_listed else None,
        removal_told=removal_told,
    )
