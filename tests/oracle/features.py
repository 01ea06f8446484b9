"""Features of a person: domain.md, section 6.2, row by row."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from oracle import adverse, work
from oracle.adverse import Window
from oracle.events import Lease, Person, WorkLine
from oracle.months import (
    Days,
    complete_months,
    days_in,
    first_day,
    is_valid,
    last_day,
    merged,
    overlaps,
    whole_months,
)
from oracle.newcomer import held

BRIDGED_DAYS = 31
FILED_DAYS = 15
LEAST_DUE = 3
GOOD_MONTHS = 3


@dataclass(frozen=True)
class Features:
    """One field a column of section 6.2; None where the page says NULL."""

    work_months_12_count: int
    work_months_24_count: int
    base_months_24_count: int
    work_streak_count: int
    employer_change_24_count: int
    residence_months_count: int
    rent_months_12_count: int
    rent_on_time_ratio: Decimal | None
    utility_on_time_12_ratio: Decimal | None
    hpf_months_24_count: int
    association_months_12_count: int
    skill_level_code: str | None
    education_level_code: str | None
    business_age_months_count: int | None
    rating_code: str | None
    adverse_open_count: int
    adverse_5y_count: int


def ratio(part: int, whole: int) -> Decimal:
    """Return a ratio with six decimals, as the column holds it."""
    return (Decimal(part) / Decimal(whole)).quantize(Decimal("0.000001"), ROUND_HALF_UP)


def streak(lines: Iterable[WorkLine], day: date) -> int:
    """Return the length of the run of months up to the latest one, each with evidence that was not paid too late."""
    every, on_time = set(), set()
    for line in lines:
        every.add(line.month)
        if not work.is_backpaid(line):
            on_time.add(line.month)
    if not every or max(every) not in complete_months(day, 2):
        return 0
    month = max(every)
    count = 0
    while month - count in on_time:
        count += 1
    return count


def main_employers(lines: Iterable[WorkLine]) -> dict[int, str]:
    """Return by month the employer that pays social insurance: of several the last one again, else the lowest code."""
    paying: dict[int, set[str]] = {}
    for line in lines:
        if line.kind == "SI" and line.employer:
            paying.setdefault(line.month, set()).add(line.employer)
    found: dict[int, str] = {}
    before: str | None = None
    for month in sorted(paying):
        before = before if before in paying[month] else min(paying[month])
        found[month] = before
    return found


def employer_changes(lines: Iterable[WorkLine], window: range) -> int:
    """Return how often the main employer changes from one month with an employer to the next, within the window."""
    mains = [employer for month, employer in main_employers(lines).items() if month in window]
    return sum(one != other for one, other in zip(mains, mains[1:], strict=False))


def homes(person: Person) -> list[Days]:
    """Return every spell that shows a person living in the city: permits, registrations, leases."""
    told = [held(one.start, one.end, one.cancelled_on) for one in person.residence]
    return told + [(lease.start, lease.end) for lease in person.leases]


def residence_months(person: Person, day: date) -> int:
    """Return whole months since the chain of homes began that reaches T; a gap up to T counts as one in the chain."""
    begun = [(start, end) for start, end in homes(person) if start <= day]
    chains = merged([*begun, (day, day)], bridge=BRIDGED_DAYS)
    start = next(start for start, end in chains if is_valid(start, end, day))
    return whole_months(start, day)


def rent_months(leases: Iterable[Lease], window: range) -> int:
    """Return the months with a filed lease on fifteen days or more."""
    spells = [(lease.start, lease.end) for lease in leases]
    return sum(days_in(spells, month) >= FILED_DAYS for month in window)


def rent_on_time(leases: Iterable[Lease], day: date) -> Decimal | None:
    """Return rents paid on time by rents due, of the leases with a day in the last 24 complete months or since.

    At most 1: an office's own count may say that more rents were paid on time than fell due.
    """
    first = first_day(complete_months(day, 24)[0])
    counted = [lease for lease in leases if overlaps(lease.start, lease.end, first, day)]
    due = sum(lease.due for lease in counted)
    on_time = sum(lease.on_time for lease in counted)
    return ratio(min(on_time, due), due) if due >= LEAST_DUE else None


def utility_on_time(person: Person, day: date) -> Decimal | None:
    """Return bills paid by their due day by all bills; nothing unless three of the last six months were wholly good."""
    good: dict[int, bool] = {}
    paid = total = 0
    year, half = complete_months(day, 12), complete_months(day, 6)
    for bill in person.bills:
        if bill.month not in year:
            continue
        is_on_time = bill.paid_on is not None and bill.due_on is not None and bill.paid_on <= bill.due_on
        paid, total = paid + is_on_time, total + 1
        good[bill.month] = good.get(bill.month, True) and is_on_time
    if sum(good.get(month, False) for month in half) < GOOD_MONTHS:
        return None
    return ratio(paid, total)


def association_months(person: Person, window: range) -> int:
    """Return the months with orders, attendance, or a card valid on some day of them."""
    worked = work.months_with(person.work, ("GIG", "SITE"), window)
    cards = [one for one in person.associations if one.kind == "CARD"]
    carded = {
        month
        for month in window
        if any(overlaps(card.start, card.end, first_day(month), last_day(month)) for card in cards)
    }
    return len(worked | carded)


def business_age(person: Person, day: date) -> int | None:
    """Return whole months since the oldest of the person's ALIVE businesses was established."""
    alive = work.live_businesses(person, day)
    established = [one.established_on for one in alive if one.established_on is not None]
    return whole_months(min(established), day) if established else None


def rating(person: Person, day: date) -> str | None:
    """Return the latest grade of the person's own businesses; of several of one day that of the lowest code."""
    owned = work.own_codes(person, day)
    held_ = [one for one in person.ratings if one.uscc in owned and one.published_on <= day]
    latest = max(((one.year, one.published_on) for one in held_), default=None)
    last = [one for one in held_ if (one.year, one.published_on) == latest]
    return min(last, key=lambda one: one.uscc).grade if last else None


def features(person: Person, day: date, windows: Iterable[Window] = ()) -> Features:
    """Return every feature on a day."""
    lines = work.evidence(person, day)
    year, two = complete_months(day, 12), complete_months(day, 24)
    every = {line.kind for line in lines}
    skills = [s.level for s in person.skills if s.level is not None and is_valid(s.issued_on, s.valid_to, day)]
    levels = [one.level for one in person.educations if one.graduated_on <= day]
    shown = adverse.visible(person, day, windows)
    return Features(
        work_months_12_count=len(work.months_with(lines, every, year)),
        work_months_24_count=len(work.months_with(lines, every, two)),
        base_months_24_count=len(work.months_with(lines, work.BASE, two)),
        work_streak_count=streak(lines, day),
        employer_change_24_count=employer_changes(lines, two),
        residence_months_count=residence_months(person, day),
        rent_months_12_count=rent_months(person.leases, year),
        rent_on_time_ratio=rent_on_time(person.leases, day),
        utility_on_time_12_ratio=utility_on_time(person, day),
        hpf_months_24_count=len(work.months_with(lines, ("HF",), two)),
        association_months_12_count=association_months(person, year),
        skill_level_code=str(min(skills)) if skills else None,
        education_level_code=min(levels, default=None),
        business_age_months_count=business_age(person, day),
        rating_code=rating(person, day),
        adverse_open_count=sum(item.status == "OPEN" for item in shown),
        adverse_5y_count=sum(item.status == "ENDED" for item in shown),
    )
