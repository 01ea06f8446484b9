"""Disputes: what people object to in the data about them, complain of, or want a human to look at again.

Derived from a life by draws of its own. A dispute names the source and, as people do, a number that stands on their
papers: of the contract, the case, the decision, the business.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from jobs.city import enforcement, months, penalties
from jobs.city.chance import Stream
from jobs.city.lives import Life
from jobs.city.people import Census
from jobs.city.sources.hmb_rental_contract import filing_no

_ABOUT_ITEMS = ("WRONG", "NOT_MINE", "MISSING", "OUTDATED", "NO_CONSENT")


@dataclass(frozen=True, slots=True)
class Target:
    """An item that can be disputed, from the day it can be seen."""

    source: str
    number: str
    column: str
    since: date


@dataclass(frozen=True, slots=True)
class Dispute:
    """One dispute; `resolution` and its day None while it is open."""

    number: str
    claim: str
    target: Target | None
    institution: str | None
    received_on: date
    resolution: str | None
    resolved_on: date | None
    has_statement: bool


def targets(census: Census, life: Life) -> Iterator[Target]:
    """Yield what the person's papers show, the worst first."""
    for case in enforcement.cases(census, life):
        yield Target("court_enforcement", case.number, "performance_code", case.published_on)
    for penalty in penalties.of_life(census, life):
        yield Target("amr_penalty", penalty.document_no, "performed_date", penalty.decided_on)
    for lease in life.home.leases:
        yield Target("hmb_rental_contract", filing_no(life, lease), "rent_on_time_count", lease.since)
    for shop in life.work.shops:
        yield Target("amr_business", shop.business.uscc, "status_code", shop.opened_on)
    for job in life.work.jobs:
        yield Target("hrss_social_insurance", job.employer.uscc, "period_month", months.on(job.since + 1, 20))


def disputes(census: Census, life: Life) -> tuple[Dispute, ...]:
    """Return a person's disputes: one at most in ten months, only of adults, who are in the city and alive."""
    stream = census.stream("dispute", life.person.index)
    share = census.profile.shares["dispute_in_ten_months"]
    seen = tuple(targets(census, life))
    is_adverse = bool(seen) and seen[0].source in ("court_enforcement", "amr_penalty")
    adult_on = months.later(life.person.born_on, 216)
    last = months.last(life.until)
    found = []
    for place, month in enumerate(range(census.since, life.until + 1, 10)):
        own = census.stream("dispute", f"{life.person.index}:{place}")
        is_made = stream.chance(share * (6.0 if is_adverse else 1.0))
        received = months.on(month + own.below(10), own.between(1, 27))
        if is_made and adult_on < received <= last and life.presence.holds(received):
            number = f"YY{received:%Y%m}{life.person.index:08d}{place % 100:02d}"
            found.append(_dispute(census, own, number, received, [t for t in seen if t.since < received], last))
    return tuple(found)


def _dispute(census: Census, stream: Stream, number: str, received: date, seen: list[Target], last: date) -> Dispute:
    draw, place = stream.draw(), stream.draw()
    claim = "COMPLAINT" if draw > 0.86 else "HUMAN_REVIEW" if draw > 0.78 else stream.pick(_ABOUT_ITEMS)
    target = seen[int(place**1.6 * len(seen))] if seen and claim not in ("COMPLAINT", "HUMAN_REVIEW") else None
    days = stream.between(3, 20) if stream.chance(0.94) else stream.between(21, 45)  # the law gives 20
    resolved = received + timedelta(days=days)
    resolution = stream.pick(("CORRECTED", "CORRECTED", "REJECTED", "UNRESOLVED"))
    is_resolved = stream.chance(0.97) and resolved <= last
    return Dispute(
        number=number,
        claim=claim,
        target=target,
        institution=stream.pick(census.profile.bank_codes) if target is None else None,
        received_on=received,
        resolution=resolution if is_resolved else None,
        resolved_on=resolved if is_resolved else None,
        has_statement=stream.chance(0.2),
    )
