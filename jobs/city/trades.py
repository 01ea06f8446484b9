"""Trades beside insured work: who rides, drives, cleans, builds or cooks, in which months, and for whom.

A trade fills months in which no employer pays in: of the self-insured, of people without work, of employees between two
jobs. A few ride after hours as well; their months with an employer are marked.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from jobs.city import employers, months
from jobs.city.chance import Stream
from jobs.city.employers import Business
from jobs.city.lives import Life
from jobs.city.people import Census, Person

KINDS = ("courier", "driver", "domestic_worker", "site_worker", "kitchen_worker")
"""Names of the profile's shares, of men and of women."""

ADULT, RETIRED = 18 * 12, 62 * 12
"""Ages in months between which people have a trade."""

TWO_JOBS = "TWO_JOBS"


@dataclass(frozen=True, slots=True)
class Trade:
    """A person's trade and the months in which it was plied; in those of `second` an employer paid in as well."""

    kind: str
    months: tuple[int, ...]
    second: frozenset[int]


def insured(life: Life) -> frozenset[int]:
    """Return the months for which an employer paid in."""
    return frozenset(line.period for line in life.work.contributions if line.payment != "FLEXIBLE")


def is_adult(person: Person, month: int) -> bool:
    """Say whether a person is of age on the first of a month, and not too old for a trade."""
    first = months.on(month, 1)
    return months.later(person.born_on, ADULT) <= first < months.later(person.born_on, RETIRED)


def kind_of(census: Census, life: Life) -> str | None:
    """Return the trade a person takes up when there is time for one; owners of a business have none."""
    if life.work.kind == "OWNER":
        return None
    draw = census.stream("trade", life.person.index).draw()
    for kind in KINDS:
        draw -= census.profile.shares[kind][int(life.person.gender) - 1]
        if draw < 0:
            return kind
    return None


def _is_free(life: Life, month: int) -> bool:
    return not any(job.since <= month and (job.until is None or month <= job.until) for job in life.work.jobs)


def trade(census: Census, life: Life) -> Trade | None:
    """Live through a person's trade month by month: a later end of the life changes nothing before."""
    kind = kind_of(census, life)
    if kind is None:
        return None
    stream = census.stream("trade months", life.person.index)
    is_second = stream.chance(census.profile.shares["two_jobs"]) and kind == "courier"
    paid_in = insured(life)
    is_begun, found = False, []
    for month in range(months.month(census.profile.first_month), life.until + 1):
        begins, plies, after_hours = stream.chance(0.3), stream.draw(), stream.chance(0.5)
        if not life.presence.holds(months.on(month, 15)) or not is_adult(life.person, month):
            continue
        is_free = _is_free(life, month) and month not in paid_in
        if not is_free and not (is_second and after_hours):
            continue
        is_begun = is_begun or begins
        if is_begun and plies < (0.5 if month % 12 == 1 else 0.9):  # many go home over the Spring Festival
            found.append(month)
    return Trade(kind, tuple(found), frozenset(found) & paid_in) if found else None


def of(census: Census, life: Life, kind: str) -> Trade | None:
    """Return the person's trade if it is this one."""
    return trade(census, life) if kind_of(census, life) == kind else None


def runs(worked: tuple[int, ...], gap: int) -> Iterator[tuple[int, int]]:
    """Yield first and last month of each stretch of work; a pause of up to `gap` months does not end one."""
    first = last = None
    for month in worked:
        if first is None or last is None or month > last + gap + 1:
            if first is not None and last is not None:
                yield first, last
            first = month
        last = month
    if first is not None and last is not None:
        yield first, last


@lru_cache(maxsize=512)
def firms(census: Census, quarter: int, industry: str) -> tuple[Business, ...]:
    """Return the employers of an industry that a thousand people can work for: the large ones and their own."""
    numbers = (*range(employers.LARGE), *employers.of_quarter(quarter)[-employers.PER_QUARTER :])
    found = [employers.employer(census, number) for number in numbers]
    return tuple(business for business in found if business.industry_code.startswith(industry))


def firm(census: Census, life: Life, industry: str, stream: Stream) -> Business | None:
    """Return one employer of an industry near the person; None where there is none."""
    near = firms(census, life.person.index // employers.QUARTER, industry)
    return stream.pick(near) if near else None


def known(census: Census, life: Life, kind: str, account: str = "") -> tuple[bool, bool]:
    """Say whether an association knows the number behind an account, and whether the person lets it be shared."""
    shares, index = census.profile.shares, life.person.index
    is_unknown = census.stream(f"known:{kind}", f"{index}:{account}").chance(shares[f"{kind}_without_number"])
    return not is_unknown, not census.stream(f"agrees:{kind}", index).chance(shares["association_refused"])
