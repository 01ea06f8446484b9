"""The housing fund: months paid in by employers that take part, and what becomes of the account afterwards.

Derived from the jobs and paid months of a life; whether an employer takes part, and at which rate, is the employer's.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from jobs.city import months
from jobs.city.lives import Life
from jobs.city.people import Census

_TAKES_PART = 0.72
_PAID_IN = 0.985
_SUPPLEMENT = 0.18
"""Shares: of employers that pay into the fund, of their months paid in, and of employers that pay a supplement too."""


@dataclass(frozen=True, slots=True)
class FundMonth:
    """One month paid in by one employer; ratios are per mille of the base."""

    period: int
    paid_on: date
    employer_uscc: str
    employer_name: str
    ratio: int
    supplement: int
    monthly: int
    paid_to: int


@dataclass(frozen=True, slots=True)
class FundState:
    """What became of the account after a month: sealed when the job ended, closed after the person left the city."""

    day: date
    status: str
    month: FundMonth


@dataclass(frozen=True, slots=True)
class Fund:
    """The account of a person: its first month ever, the months paid in, and later states; both in order of time."""

    first: int
    paid: tuple[FundMonth, ...]
    states: tuple[FundState, ...]


def account_no(life: Life) -> str:
    """Return the number of the account: one a person, for life."""
    return f"31{700_000_000 + life.person.index * 13:010d}"


def fund(census: Census, life: Life) -> Fund | None:
    """Return the account; None for whom no employer ever paid in."""
    stream = census.stream("fund", life.person.index)
    backdated, is_stale, closes = stream.below(60), stream.chance(0.3), stream.chance(0.3)
    found: list[FundMonth] = []
    for line in life.work.contributions:
        day, is_paid = stream.between(8, 25), stream.chance(_PAID_IN)
        rates = _rates(census, line.payer_uscc) if line.payment == "NORMAL" and is_paid else None
        if rates is None:
            continue
        ratio, supplement = rates
        monthly = round(line.base * (ratio + supplement) / 1000) * 2
        before = [month for month in found if month.employer_uscc != line.payer_uscc]
        is_new = not any(month.employer_uscc == line.payer_uscc for month in found[-2:])
        paid_to = before[-1].period if before and is_new and is_stale else line.period
        paid_on = months.on(line.paid, day)
        payer = (line.payer_uscc, line.payer_name)
        found.append(FundMonth(line.period, paid_on, *payer, ratio, supplement, monthly, paid_to))
    died_on = life.presence.died_on
    found = [month for month in found if died_on is None or month.paid_on <= died_on]
    if not found:
        return None
    first = found[0].period
    if first == months.month(census.profile.first_month):  # was paid for before our history begins
        first = max(first - backdated, months.of(life.person.born_on) + 12 * 18, months.of(_arrived(life)))
    states = [*_sealed(life, found), *(_closed(life, found) if closes else ())]
    last = months.last(life.until)
    in_time = [state for state in states if state.day <= last and (died_on is None or state.day <= died_on)]
    return Fund(min(first, found[0].period), tuple(found), tuple(sorted(in_time, key=lambda state: state.day)))


def _arrived(life: Life) -> date:
    return life.presence.stays[0].since


def _rates(census: Census, uscc: str) -> tuple[int, int] | None:
    """Return an employer's rate and supplement in per mille; None if it does not take part."""
    stream = census.stream("fund-employer", uscc)
    takes_part, has_supplement = stream.chance(_TAKES_PART), stream.chance(_SUPPLEMENT)
    ratio, supplement = stream.between(5, 7) * 10, stream.between(1, 5) * 10
    return (ratio, supplement if has_supplement else 0) if takes_part else None


def _sealed(life: Life, paid: list[FundMonth]) -> list[FundState]:
    """Seal the account at an employer in the month after the job ended."""
    found = []
    for job in life.work.jobs:
        if job.until is None:
            continue
        theirs = [m for m in paid if m.employer_uscc == job.employer.uscc and job.since <= m.period <= job.until]
        if theirs:
            found.append(FundState(months.on(job.until + 1, 26), "SEALED", theirs[-1]))
    return found


def _closed(life: Life, paid: list[FundMonth]) -> list[FundState]:
    """Close the account of somebody who left the city and had not come back ninety days later."""
    found = []
    for stay, following in zip(life.presence.stays, (*life.presence.stays[1:], None), strict=True):
        if stay.until is None or stay.until == life.presence.died_on:
            continue
        day = stay.until + timedelta(days=90)
        theirs = [month for month in paid if month.paid_on <= day]
        if theirs and (following is None or following.since > day):
            found.append(FundState(day, "CLOSED", theirs[-1]))
    return found
