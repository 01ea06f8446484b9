"""Axes by which files are sorted: domain.md, section 6.1. Needs (A4) are signals of section 7.1 and not told here."""

from dataclasses import dataclass
from datetime import date

from oracle import work
from oracle.categories import residence_at
from oracle.events import Person
from oracle.features import Features, main_employers
from oracle.months import is_valid


@dataclass(frozen=True)
class Axes:
    """Industry group, district, clusters of the own businesses, stage of life in the city."""

    industry_group: str
    district: str | None
    clusters: tuple[str, ...]
    life_stage: str


def life_stage(residence_months: int) -> str:
    """Return NEW under six months of residence, ROOTED from 36 on, SETTLING between."""
    return "NEW" if residence_months < 6 else "SETTLING" if residence_months < 36 else "ROOTED"


def group_of_industry(code: str | None) -> str | None:
    """Return the group of a GB/T 4754 code, written with or without its letter."""
    if not code:
        return None
    letter, digits = (code[0], code[1:]) if code[0].isalpha() else (None, code)
    division = int(digits[:2]) if digits[:2].isdecimal() else 0
    if letter == "E" or 47 <= division <= 50:
        return "CONSTRUCTION"
    if division in (61, 62):
        return "CATERING"
    return "MANUFACTURING" if letter == "C" or 13 <= division <= 43 else None


def industry_group(person: Person, day: date, businesses: dict[str, str | None]) -> str:
    """Return the group of the latest association, else of the latest employer or own business, else OTHER.

    Args:
        person: The person.
        day: T.
        businesses: Industry code by credit code, of employers and own businesses.
    """
    begun = [one for one in person.associations if one.start <= day]
    if begun:
        return max(begun, key=lambda one: (min(one.end or day, day), one.start, one.group)).group
    mains = main_employers(work.evidence(person, day))
    owned = [business.uscc for business in work.live_businesses(person, day)]
    latest = owned or ([mains[max(mains)]] if mains else [])
    in_base = {one.uscc for one in person.memberships if one.kind == "BASE" and is_valid(one.start, one.end, day)}
    for uscc in sorted(latest):
        group = group_of_industry(businesses.get(uscc))
        if group:
            return group
        if uscc in in_base:
            return "TECH"
    return "OTHER"


def axes(person: Person, day: date, known: Features, businesses: dict[str, str | None]) -> Axes:
    """Return a person's place on every axis on a day."""
    page = residence_at(person, day)
    leased = [lease for lease in person.leases if is_valid(lease.start, lease.end, day)]
    home = max(leased, key=lambda lease: lease.start, default=None)
    owned = work.own_codes(person, day)
    clusters = {m.cluster for m in person.memberships if m.uscc in owned and is_valid(m.start, m.end, day)}
    district = home.district if home and home.district else page.district if page else None
    group = industry_group(person, day, businesses)
    return Axes(group, district, tuple(sorted(clusters)), life_stage(known.residence_months_count))
