"""Months of work and own businesses: the facts of domain.md, section 6.2, that categories, features and tiers share."""

from collections.abc import Iterable
from datetime import date

from oracle.events import Business, Person, Role, WorkLine
from oracle.months import add_months, is_valid, last_day, month_of

OWN_ROLES = ("OPERATOR", "LEGAL_REP")
PAID = ("SI", "FLEX", "HF")
BASE = ("SI", "HF", "BIZ")
BACKPAID_AFTER = 3
"""Months after a month's end from which a payment for it is late."""


def is_backpaid(line: WorkLine) -> bool:
    """Say whether a month was paid more than three months after its end."""
    return (
        line.kind in PAID
        and line.paid_on is not None
        and line.paid_on > add_months(last_day(line.month), BACKPAID_AFTER)
    )


def status_at(business: Business, day: date) -> str | None:
    """Return the state of a business on a day; before the first told one it was ALIVE, from its establishment on."""
    if business.established_on is not None and day < business.established_on:
        return None
    held = [status for since, status in business.states if since <= day]
    return held[-1] if held else "ALIVE" if business.established_on is not None else None


def is_alive(business: Business, day: date) -> bool:
    """Say whether a business is ALIVE on a day."""
    return status_at(business, day) == "ALIVE"


def own_roles(person: Person, day: date) -> list[Role]:
    """Return the roles by which a person owns a business on a day."""
    return [one for one in person.roles if one.role in OWN_ROLES and is_valid(one.start, one.end, day)]


def own_codes(person: Person, day: date) -> set[str]:
    """Return the credit codes of the businesses a person owns on a day, alive or not, registered or not yet."""
    return {one.uscc for one in own_roles(person, day)}


def own_businesses(person: Person, day: date) -> list[Business]:
    """Return what the register says of the businesses a person owns on a day, alive or not."""
    owned = own_codes(person, day)
    return [business for business in person.businesses if business.uscc in owned]


def live_businesses(person: Person, day: date) -> list[Business]:
    """Return the person's own businesses that are ALIVE on a day."""
    return [business for business in own_businesses(person, day) if is_alive(business, day)]


def business_months(person: Person, day: date) -> list[WorkLine]:
    """Return BIZ: complete months before T on whose last day an own business was ALIVE."""
    starts = [one.start for one in person.roles if one.start is not None and one.role in OWN_ROLES]
    if not starts:
        return []
    since = range(month_of(min(starts)), month_of(day))
    return [WorkLine(month, "BIZ") for month in since if live_businesses(person, last_day(month))]


def evidence(person: Person, day: date) -> list[WorkLine]:
    """Return every line of a complete month before T, own businesses included."""
    before = month_of(day)
    return [*(line for line in person.work if line.month < before), *business_months(person, day)]


def months_with(lines: Iterable[WorkLine], kinds: Iterable[str], window: range) -> set[int]:
    """Return the distinct months of a window that have evidence of one of the kinds."""
    wanted = frozenset(kinds)
    return {line.month for line in lines if line.kind in wanted and line.month in window}
