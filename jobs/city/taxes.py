"""Income tax: filings of a month's income by whoever paid it, and the settlement of the year in the next spring.

Derived from jobs and shops of a life: filed is what was earned, whether or not social insurance was paid.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from jobs.city import addresses, employers, months, numbers
from jobs.city.chance import Stream
from jobs.city.lives import Life
from jobs.city.people import Census

_WITHHOLDS, _SETTLES, _SERVES = 0.93, 0.6, 0.12
"""Shares: of employers that file, of people who settle a year, of flexible workers' months paid for a service."""


@dataclass(frozen=True, slots=True)
class Filing:
    """One filing: by whom, of what, for which month, filed on a day; sums in yuan, tax in fen."""

    agent_uscc: str
    item: str
    period: int
    filed_on: date
    is_settlement: bool
    income: int
    tax: int


def filings(census: Census, life: Life) -> tuple[Filing, ...]:
    """Return the person's filings up to the end of the life's last month, in the order they were filed."""
    stream = census.stream("tax", life.person.index)
    wages, services = _wages(census, life), _services(census, life, stream)
    found = [*wages, *services, *_trade(census, life), *_settlements(census, life, wages + services)]
    last = months.last(life.until)
    end = min(last, life.presence.died_on) if life.presence.died_on else last
    in_time = [filing for filing in found if filing.filed_on <= end]
    return tuple(sorted(in_time, key=lambda filing: (filing.filed_on, filing.agent_uscc, filing.item)))


def _withheld(income: int) -> int:
    """Tax of a month in fen: 3 % of what is above 5,000 yuan."""
    return max(0, income - 5000) * 3


def _wages(census: Census, life: Life) -> list[Filing]:
    found = []
    for number, job in enumerate(life.work.jobs):
        stream = census.stream("wages", f"{life.person.index}:{number}")
        until = life.until if job.until is None else job.until
        files = census.stream("tax-employer", job.employer.uscc).chance(_WITHHOLDS)
        for period in range(job.since, until + 1):
            income = job.base + stream.between(-20, 60) * 10
            filed = months.on(period + 1, stream.between(3, 15))
            if files:
                tax = _withheld(income)
                found.append(Filing(job.employer.uscc, "WAGES", period, filed, False, income, tax))
    return found


def _services(census: Census, life: Life, stream: Stream) -> list[Filing]:
    """Pay flexible workers for a service now and then, each time by another agent."""
    found = []
    for line in life.work.contributions:
        is_paid, income, day = stream.chance(_SERVES), stream.between(8, 90) * 100, stream.between(3, 15)
        agent = employers.employer(census, employers.choose(life.person.index, stream)).uscc
        if line.payment == "FLEXIBLE" and line.paid == line.period and is_paid:
            tax = max(0, income - 800) * 20
            found.append(Filing(agent, "SERVICE", line.period, months.on(line.period + 1, day), False, income, tax))
    return found


def _trade(census: Census, life: Life) -> list[Filing]:
    """File the income of an own shop for the last month of each quarter."""
    found = []
    start = months.month(census.profile.first_month)
    for shop in life.work.shops:
        stream = census.stream("trade", shop.business.number)
        until = life.until if shop.closed_on is None else months.of(shop.closed_on)
        for period in range(max(start, months.of(shop.opened_on)), until + 1):
            income, day = stream.between(60, 700) * 100, stream.between(3, 15)
            if period % 3 == 2:
                filed = months.on(period + 1, day)
                found.append(Filing(shop.business.uscc, "BUSINESS", period, filed, False, income, income // 2))
    return found


def _settlements(census: Census, life: Life, filed: list[Filing]) -> list[Filing]:
    """Settle each year between March and June: by the last agent, or by oneself at the district's tax office."""
    years: defaultdict[int, list[Filing]] = defaultdict(list)
    for filing in filed:
        years[filing.period // 12].append(filing)
    found = []
    for year, of_year in sorted(years.items()):
        stream = census.stream("settlement", f"{life.person.index}:{year}")
        settles, by_agent, day = stream.chance(_SETTLES), stream.chance(0.55), stream.between(1, 28)
        month, difference = year * 12 + 12 + stream.between(2, 5), stream.between(-90_000, 60_000)
        office = tax_office(stream.pick(tuple(addresses.DISTRICTS)))
        if settles:
            income = sum(filing.income for filing in of_year)
            agent = max(of_year, key=lambda filing: (filing.period, filing.agent_uscc)).agent_uscc
            filed_on = months.on(month, day)
            period = year * 12 + 11
            found.append(
                Filing(agent if by_agent else office, "COMPREHENSIVE", period, filed_on, True, income, difference)
            )
    return found


def tax_office(district: str) -> str:
    """Return the code of a district's tax office, which stands where no agent filed."""
    return numbers.credit_code("11", district, f"0024{district[-2:]}86")
