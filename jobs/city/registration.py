"""Registrations of work and of its loss: made at the counter, so some are missing, late, or never closed.

Derived from the jobs, flexible contributions and stays of a life.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from jobs.city import months
from jobs.city.chance import Stream
from jobs.city.employers import Business
from jobs.city.lives import Life
from jobs.city.people import Census

_REGISTERS, _CLOSES, _OPEN_TERM = 0.86, 0.8, 0.2
"""Shares: of jobs that are registered, of ends that are reported, of contracts without a term."""
_UNEMPLOYED, _FLEXIBLE = 0.4, 0.6
"""Shares: of losses of work that are registered, of flexible workers who register."""
_DISPATCH = "L7263"
"""Industry of labour dispatch (GB/T 4754)."""


@dataclass(frozen=True, slots=True)
class Registration:
    """Employment (`form` stated) or unemployment, from its first to its last day, and the days both were told."""

    number: int
    form: str | None
    employer: Business | None
    since: date
    term_end: date | None
    ended_on: date | None
    told_on: date
    end_told_on: date | None


def registrations(census: Census, life: Life) -> tuple[Registration, ...]:
    """Return the person's registrations up to the last month or to death, in the order of their first days."""
    stream = census.stream("registration", life.person.index)
    found = _employed(census, life) + _unemployed(census, life) + _flexible(life, stream)
    last = months.last(life.until)
    end = min(last, life.presence.died_on) if life.presence.died_on else last
    told = [one for one in found if one.told_on <= end]
    return tuple(sorted((_as_told(one, end) for one in told), key=lambda one: (one.since, one.number)))


def _as_told(one: Registration, end: date) -> Registration:
    """Take back an end that nobody has reported yet."""
    if one.end_told_on is None or one.end_told_on <= end:
        return one
    return Registration(one.number, one.form, one.employer, one.since, one.term_end, None, one.told_on, None)


def _employed(census: Census, life: Life) -> list[Registration]:
    found = []
    start = months.month(census.profile.first_month)
    for number, job in enumerate(life.work.jobs):
        stream = census.stream("contract", f"{life.person.index}:{number}")
        is_registered, is_closed, is_open = stream.chance(_REGISTERS), stream.chance(_CLOSES), stream.chance(_OPEN_TERM)
        day, years, delay = stream.between(1, 14), stream.between(1, 3), timedelta(days=stream.between(0, 30))
        draw, backdated, left = stream.draw(), stream.below(40), stream.between(16, 28)
        since = months.on(job.since, day)
        if job.since == start:  # those who worked before our history begins have had their contracts for longer
            since = max(months.later(since, -backdated), date(life.person.born_on.year + 18, 12, 31))
            since = min(max(since, life.presence.stays[0].since), months.on(job.since, day))
        term_end = None if is_open else months.later(since, 12 * years) - timedelta(days=1)
        form = "DISPATCH" if job.employer.industry_code == _DISPATCH else "PART_TIME" if draw < 0.04 else "EMPLOYEE"
        ended = months.on(job.until, left) if job.until is not None and is_closed else None
        told = ended + delay if ended else None
        if is_registered:
            found.append(Registration(number, form, job.employer, since, term_end, ended, since + delay, told))
    return found


def _unemployed(census: Census, life: Life) -> list[Registration]:
    """Register the loss of the last job there was, until the next one begins."""
    found = []
    for number, job in enumerate(life.work.jobs):
        stream = census.stream("unemployment", f"{life.person.index}:{number}")
        is_registered, after, told = stream.chance(_UNEMPLOYED), stream.between(1, 10), stream.between(3, 45)
        others = [other for other in life.work.jobs if other is not job]
        if job.until is None or any(o.since <= job.until + 1 and (o.until or life.until) > job.until for o in others):
            continue
        since = months.on(job.until + 1, after)
        told_on = since + timedelta(days=told)
        following = min((other.since for other in others if other.since > job.until), default=None)
        ended = months.on(following, 1) - timedelta(days=1) if following is not None else None
        if not is_registered or not life.presence.holds(told_on) or (ended is not None and ended < told_on):
            continue
        end_told = ended + timedelta(days=15) if ended else None
        found.append(Registration(50 + number, None, None, since, None, ended, told_on, end_told))
    return found


def _flexible(life: Life, stream: Stream) -> list[Registration]:
    is_registered, day, delay = stream.chance(_FLEXIBLE), stream.between(1, 28), stream.between(0, 20)
    first = min((line.period for line in life.work.contributions if line.payment == "FLEXIBLE"), default=None)
    if not is_registered or first is None or life.work.kind != "FLEXIBLE":
        return []
    since = months.on(first, day)
    return [Registration(90, "FLEXIBLE", None, since, None, None, since + timedelta(days=delay), None)]
