"""Work: jobs found and lost, two at once, months paid, missed and back-paid, flexible insurance, own shops."""

from dataclasses import dataclass, field
from datetime import date

from jobs.city import addresses, employers, months
from jobs.city.chance import Stream
from jobs.city.employers import Business
from jobs.city.people import Census, Person
from jobs.city.presence import Presence

EMPLOYEE_KINDS = ("PENSION", "MEDICAL", "UNEMPLOYMENT", "INJURY", "MATERNITY")
FLEXIBLE_KINDS = ("PENSION", "MEDICAL")


@dataclass(slots=True)
class Job:
    """A job with its social insurance; months are integers, `until` None while it lasts."""

    employer: Business
    since: int
    until: int | None
    base: int


@dataclass(frozen=True, slots=True)
class Contribution:
    """One month paid in: owed for `period`, paid in `paid`; the payer is an employer or the district's centre."""

    period: int
    paid: int
    day: int
    payer_uscc: str
    payer_name: str
    payment: str
    base: int


@dataclass(slots=True)
class Shop:
    """An own business from opening to closing."""

    business: Business
    opened_on: date
    closed_on: date | None = None
    closed_as: str = "CANCELLED"


@dataclass(slots=True)
class Work:
    """Everything a person did for a living, in order of time."""

    kind: str
    jobs: list[Job] = field(default_factory=list)
    contributions: list[Contribution] = field(default_factory=list)
    shops: list[Shop] = field(default_factory=list)


def _kind(census: Census, person: Person, draw: float, start: int) -> str:
    age = start // 12 - person.born_on.year
    if age < 16 or age > 60:
        return "NONE"
    shares = census.profile.shares
    for kind in ("employee", "flexible", "owner"):
        draw -= shares[kind]
        if draw < 0:
            return kind.upper()
    return "NONE"


def _shock(census: Census, month: int, district: str) -> float:
    for event in census.profile.relief_events:
        if event["month"] == months.text(month) and district in event["district_codes"]:
            return float(event["missed_share"])
    return 0.0


def work(census: Census, person: Person, presence: Presence, until: int) -> Work:
    """Live through the working months up to `until`, in the months the person is in the city."""
    stream = census.stream("work", person.index)
    start = months.month(census.profile.first_month)
    found = Work(_kind(census, person, stream.draw(), start))
    has_own = stream.chance(0.9)  # drawn for everybody, so that one kind's draws do not shift another's
    centre = employers.insurance_agent(stream.pick(tuple(addresses.DISTRICTS)))
    wage = 4500 + int(stream.draw() ** 2 * 21000) // 10 * 10
    misses = 0.015 + 0.05 * (1 - person.reliability)
    if found.kind == "NONE":
        return found
    open_jobs: list[Job] = []
    owed: list[tuple[int, Contribution]] = []
    is_first = True
    for month in range(start, until + 1):
        present = presence.holds(months.on(month, 15))
        dip = 3.0 if month % 12 == 1 else 1.0  # the Spring Festival: people go home and do not come back
        if month // 12 - person.born_on.year < 18:
            continue
        if found.kind == "EMPLOYEE":
            for job in list(open_jobs):
                if not present or stream.chance(0.022 * dip):
                    job.until = max(job.since, month - 1)
                    open_jobs.remove(job)
            wanted = 0.85 if is_first else (0.22 if not open_jobs else 0.008 if len(open_jobs) == 1 else 0.0)
            if present and stream.chance(wanted):
                number = employers.choose(person.index, stream)
                business = employers.employer(census, number)
                if all(job.employer.uscc != business.uscc for job in open_jobs):
                    open_jobs.append(Job(business, month, None, wage + stream.between(-50, 150) * 10))
                    found.jobs.append(open_jobs[-1])
        is_first = is_first and not present
        if found.kind == "OWNER" and present:
            _trade(census, person, stream, month, found)
        payers: list[tuple[str, str, int, str]] = []
        for job in open_jobs:
            payers.append((job.employer.uscc, job.employer.name, job.base, "NORMAL"))
        if present and (found.kind == "FLEXIBLE" or (found.kind == "OWNER" and has_own and found.shops)):
            payers.append((*centre, 7384, "FLEXIBLE"))
        for uscc, name, base, payment in payers:
            missed = misses * (2.0 if payment == "FLEXIBLE" else 1.0) + _shock(census, month, uscc[2:8])
            day = stream.between(6, 24)
            if not stream.chance(missed):
                found.contributions.append(Contribution(month, month, day, uscc, name, payment, base))
            elif stream.chance(0.3 + 0.5 * person.reliability):
                paid = month + stream.between(1, 4)
                late = Contribution(month, paid, day, uscc, name, "BACKPAY" if payment == "NORMAL" else payment, base)
                owed.append((paid, late))
        found.contributions += [line for paid, line in owed if paid == month]
    return found


def _trade(census: Census, person: Person, stream: Stream, month: int, found: Work) -> None:
    """Open a shop, or close the one there is; the person may try again."""
    day, event = stream.between(1, 28), stream.draw()
    current = found.shops[-1] if found.shops and found.shops[-1].closed_on is None else None
    if current is None:
        if len(found.shops) < 4 and event < (0.5 if not found.shops else 0.06):
            backdate = stream.below(60) if not found.shops else 0
            opened = months.on(month - backdate, day)
            found.shops.append(Shop(employers.shop(census, person.index, len(found.shops), opened), opened))
    elif event < 0.012 and months.of(current.opened_on) < month:
        current.closed_on = months.on(month, day)
        current.closed_as = "REVOKED" if event < 0.002 else "CANCELLED"
