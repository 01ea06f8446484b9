"""Insurance people have: with a lease, by their employer, for a loan, for health and old age. Never a claim."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from jobs.city import finance, institutions, months
from jobs.city.chance import Stream
from jobs.city.home import Lease
from jobs.city.institutions import INSURERS
from jobs.city.lives import Life
from jobs.city.people import Census

BANDS = ("0-100", "100-500", "500-2000", "2000-10000", "10000+")
"""Yearly premiums in yuan, as the insurers hand them over."""

SERVICES = ("REPAIR", "LOCKSMITH", "LEGAL")


@dataclass(frozen=True, slots=True)
class Policy:
    """One person's cover under a policy; `ended_on` and `ended_as` say how it ended, `used_on` when help was called."""

    number: str
    insured: str
    insurer: str
    kind: str
    since: date
    term_end: date | None
    ended_on: date | None
    ended_as: str
    paid_from: str
    band: str
    lease: Lease | None = None
    service: str | None = None
    used_on: tuple[date, ...] = ()


def policies(census: Census, life: Life) -> list[Policy]:
    """Return a person's policies that begin in our months, in order of time."""
    index = life.person.index
    found = [
        *_of_leases(census, life, census.stream("policy-lease", index)),
        *_of_years(census, life, census.stream("policy-year", index)),
        *_of_jobs(census, life),
        *_of_loans(census, life),
    ]
    start, last = months.on(months.month(census.profile.first_month), 1), months.last(life.until)
    held = [one for one in found if start <= one.since <= last and life.presence.holds(one.since)]
    return sorted(held, key=lambda one: (one.since, one.number))


def _number(insurer: str, kind: str, index: int, since: date, count: int = 0) -> str:
    return f"{insurer[-1].upper()}{kind[:2]}{since:%Y%m}{index:08d}{count:02d}"


def _of_leases(census: Census, life: Life, stream: Stream) -> Iterator[Policy]:
    """Tenants insure what they may break; some landlords insure their liability and name the tenant."""
    for lease in life.home.leases:
        draw, service, uses, day = stream.draw(), stream.pick(SERVICES), stream.draw(), stream.between(20, 300)
        if draw > 0.18:
            continue
        kind = "TENANT_LIABILITY" if draw < 0.14 else "LANDLORD_LIABILITY"
        insurer = institutions.insurer_of(census, life.person.index)
        end = lease.terminated_on
        used = tuple(
            lease.since + timedelta(days=day + 31 * n) for n in range(0 if uses < 0.7 else 1 if uses < 0.93 else 2)
        )
        used = tuple(one for one in used if one < (end or lease.term_end))
        yield Policy(
            _number(insurer, kind, life.person.index, lease.since, lease.number), "1", insurer, kind, lease.since,
            lease.term_end, end or lease.term_end, "SURRENDERED" if end else "EXPIRED", "OWN", BANDS[draw < 0.09],
            lease, service if used else None, used,
        )  # fmt: skip


def _of_years(census: Census, life: Life, stream: Stream) -> Iterator[Policy]:
    """The city's supplementary cover from July to June, commercial health cover, and pension insurance."""
    index, grown = life.person.index, life.person.born_on.year + 18
    insurer, city = institutions.insurer_of(census, index), INSURERS[0]
    joins, from_account, health, saves = stream.chance(0.2), stream.chance(0.6), stream.chance(0.05), stream.draw()
    day, lapse = stream.between(1, 27), stream.chance(0.25)
    first = months.month(census.profile.first_month)
    for year in range(first // 12, life.until // 12 + 1):
        stays, slip = stream.chance(0.85), stream.between(1, 9)
        joins, health = joins and stays, health and stays
        if year < grown:
            continue
        july = date(year, 7, 1)
        if joins:
            paid = "MEDICAL_ACCOUNT" if from_account else "OWN"
            end = months.later(july, 12) - timedelta(days=1)
            number = _number(city, "CITY_SUPPLEMENT", index, july)
            yield Policy(number, "1", city, "CITY_SUPPLEMENT", july, end, end, "EXPIRED", paid, BANDS[1])
        if health:
            since = date(year, slip, day)
            end = months.later(since, 12) - timedelta(days=1)
            number = _number(insurer, "HEALTH", index, since)
            yield Policy(number, "1", insurer, "COMMERCIAL_HEALTH", since, end, end, "EXPIRED", "OWN", BANDS[2])
    works_alone = life.work.kind in ("FLEXIBLE", "OWNER")
    if saves < (0.12 if works_alone else 0.015):
        since = months.on(first + int(saves * 200), day)
        lapses = months.later(since, 14) if lapse else None
        if since.year >= grown:
            number = _number(insurer, "PENSION", index, since)
            yield Policy(number, "1", insurer, "PENSION_EXCLUSIVE", since, None, lapses, "LAPSED", "OWN", BANDS[3])


def _of_jobs(census: Census, life: Life) -> Iterator[Policy]:
    """Every sixth employer insures its staff as a group: one policy a year, each of them a number in it."""
    for count, job in enumerate(life.work.jobs):
        group = census.stream("group-policy", job.employer.uscc)
        if not group.chance(0.16):
            continue
        insurer, month = group.pick(INSURERS), group.between(1, 12)
        for year in range(months.on(job.since, 1).year - 1, life.until // 12 + 1):
            since = date(year, month, 1)
            end = months.later(since, 12) - timedelta(days=1)
            joined = max(since, months.on(job.since, 1))
            left = months.last(job.until) if job.until is not None else end
            if joined > end or left < since:
                continue
            number = f"{insurer[-1].upper()}GR{since:%Y%m}{job.employer.uscc[8:17]}"
            over = min(left, end)
            state, who = "EXPIRED" if over == end else "SURRENDERED", f"{life.person.index:08d}{count:02d}"
            yield Policy(number, who, insurer, "OCCUPATIONAL_INJURY", joined, end, over, state, "EMPLOYER", BANDS[1])


def _of_loans(census: Census, life: Life) -> Iterator[Policy]:
    """Some banks ask for a policy that pays when the borrower does not."""
    for loan in finance.loans(census, life):
        stream = census.stream("loan-policy", loan.number)
        if loan.shop is None and stream.chance(0.3):
            insurer = stream.pick(INSURERS)
            since, until = loan.granted_on, months.later(loan.granted_on, loan.term)
            ends = min(loan.settled_on or until, until)
            number = _number(insurer, "CREDIT", life.person.index, since, int(loan.number[-2:]))
            yield Policy(number, "1", insurer, "CREDIT_GUARANTEE", since, until, ends, "EXPIRED", "OWN", BANDS[2])
