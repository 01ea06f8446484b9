"""What is true of a person at the end of each month: in the city, newcomer, categories (domain.md, sections 1.2, 1.3).

The plain reading of the rules over the life and the bureau's page, for tests to hold the pipeline against.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from jobs.city import months
from jobs.city.lives import Life
from jobs.city.people import Census
from jobs.city.sources import amr_business
from jobs.city.sources.psb_residence import LAYOUT, Registry

_AT = LAYOUT.places
_DEPENDANT = ("JOIN_CHILD", "投靠子女", "ACCOMPANY", "随迁")
_ORDER = ("C02", "C06", "C07", "C08", "C09", "C10")


@dataclass(frozen=True, slots=True)
class Status:
    """A person's state at the end of a month."""

    month: str
    in_city: bool
    is_newcomer: bool
    categories: tuple[str, ...]
    primary: str
    basis: tuple[str, ...]
    district: str | None
    employer_uscc: str | None
    work_kinds: tuple[str, ...]


def statuses(census: Census, life: Life, page: Registry, since: int) -> Iterator[Status]:
    """Yield one state a month, asked on its last day and with everything known that ever became known."""
    person, rules = life.person, census.profile
    paid = {line.period for line in life.work.contributions}
    employee = {line.period for line in life.work.contributions if line.payment != "FLEXIBLE"}
    flexible = {line.period for line in life.work.contributions if line.payment == "FLEXIBLE"}
    payer = {line.period: line.payer_uscc for line in life.work.contributions if line.payment != "FLEXIBLE"}
    roles = amr_business.roles(census, life)
    might_depend = any(_depends(row.values, life, months.last(life.until)) for row in page.items)
    for month in range(since, life.until + 1):
        day = months.last(month)
        alive = life.presence.died_on is None or day < life.presence.died_on
        in_city = life.presence.holds(day) and alive
        basis = []
        if any(start <= day <= end for start, end in page.permits):
            basis.append("R1")
        ripe = months.later(day, -rules.resident_months)
        if any(start <= ripe and (end is None or day <= end) for _, start, end, _ in page.spells):
            basis.append("R2")
        if paid and len(paid.intersection(range(month - 12, month))) >= 6:
            basis.append("R3")
        resident, hukou = bool(basis), life.home.hukou_on(day)
        recent = _is_recent(census, hukou.code, hukou.entry, hukou.since, day)
        if hukou.code is None or not hukou.code.startswith(rules.hukou_prefixes):
            basis.append("H1")
        if recent:
            basis.append("H2")
        outside = "H1" in basis
        found = []
        if any(start <= day and (end is None or day < end) for _, _, start, end in roles):
            found.append("C02")
        if employee and len(employee.intersection(range(month - 12, month))) >= 6:
            found.append("C06")
        if not found and flexible and not flexible.isdisjoint(range(month - 3, month)):
            found.append("C07")
        if might_depend and (row := page.state_on(day)) is not None and _depends(row, life, day):
            found.append("C08")
        if person.certificate_kind != "RID":
            found.append("C09")
        if recent:
            found.append("C10")
        kinds = [kind for kind, months_ in (("SI", employee), ("FLEX", flexible)) if month in months_]
        kinds += ["BIZ"] if "C02" in found else []
        district = next((spell.dwelling.district for spell in reversed(life.home.spells) if spell.since <= day), None)
        yield Status(
            month=months.text(month),
            in_city=in_city,
            is_newcomer=alive and resident and (outside or recent),
            categories=tuple(found) or ("C99",),
            primary=next((code for code in _ORDER if code in found), "C99"),
            basis=tuple(basis),
            district=district if in_city else None,
            employer_uscc=payer.get(month),
            work_kinds=tuple(kinds),
        )


def _is_recent(census: Census, code: str | None, entry: str | None, since: date | None, day: date) -> bool:
    if code is None or since is None or entry == "BIRTH" or not code.startswith(census.profile.hukou_prefixes):
        return False
    return since <= day < months.later(since, 12 * census.profile.hukou_years)


def _depends(row: list[Any], life: Life, day: date) -> bool:
    is_old = months.later(life.person.born_on, 720) <= day
    return row[_AT["residence_reason_code"]] in _DEPENDANT or (is_old and bool(row[_AT["has_coresident_child"]]))
