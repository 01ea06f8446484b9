"""Rows of the market-supervision office: businesses of the city's people, their employers, and who stands for them."""

from datetime import date
from typing import Any

from jobs.city import employers, months
from jobs.city.employers import Business
from jobs.city.lives import Life
from jobs.city.people import Census
from jobs.city.records import BUSINESS, ROLE, Item

_AT = BUSINESS.places
_ROLE_AT = ROLE.places
_STATES = {"ALIVE": "存续", "REVOKED": "吊销", "CANCELLED": "注销"}
_EIGHT = 8 * 3600


def _entity(census: Census, business: Business, operation: str, day: date, state: str, is_label: bool) -> Item:
    row: list[Any] = [None] * len(BUSINESS.columns)
    facts = {
        "source_code": "amr_business",
        "operation_code": operation,
        "event_at": months.local_text(day, _EIGHT, census.profile.zone),
        "uscc_no": business.uscc,
        "registration_no": business.registration_no,
        "entity_name": business.name,
        "entity_kind_code": business.kind,
        "established_date": business.established_on.isoformat(),
        "status_code": _STATES[state] if is_label else state,
        "status_date": day.isoformat(),
        "industry_code": business.industry_code,
        "industry_text": business.industry,
        "registered_address_text": business.address,
        "district_code": business.district,
    }
    for name, value in facts.items():
        row[_AT[name]] = value
    return Item(months.of(day), day, _EIGHT, row, uscc=business.uscc)


def employer_items(census: Census, quarter: int) -> list[Item]:
    """Return the rows of the employers registered with a quarter of the city."""
    found = []
    for number in employers.of_quarter(quarter):
        business = employers.employer(census, number)
        is_label = census.stream("entity", number).chance(0.3)
        found.append(_entity(census, business, "I", business.established_on, "ALIVE", is_label))
    return found


def shop_items(census: Census, life: Life) -> list[Item]:
    """Return the rows of a person's own businesses: opened, and closed if they were."""
    found = []
    for shop in life.work.shops:
        is_label = census.stream("entity", f"shop:{shop.business.number}").chance(0.3)
        found.append(_entity(census, shop.business, "I", shop.opened_on, "ALIVE", is_label))
        if shop.closed_on is not None:
            found.append(_entity(census, shop.business, "U", shop.closed_on, shop.closed_as, is_label))
    return sorted(found, key=lambda item: (item.day, item.values[_AT["operation_code"]]))


def roles(census: Census, life: Life) -> list[tuple[Business, str, date, date | None]]:
    """Return what a person stands for: own businesses, and for a few an employer."""
    found: list[tuple[Business, str, date, date | None]] = [
        (shop.business, "OPERATOR", shop.opened_on, shop.closed_on) for shop in life.work.shops
    ]
    led = employers.led_by(life.person.index)
    if led is not None:
        business = employers.employer(census, led)
        since = max(business.established_on, date(life.person.born_on.year + 24, 1, 15))
        if since <= months.last(life.until):
            found.append((business, "LEGAL_REP", since, None))
    return found


def role_items(census: Census, life: Life) -> list[Item]:
    """Return the rows of a person's roles: begun, and ended if they were."""
    found = []
    for business, role, since, until in roles(census, life):
        found.append(_role(census, life, business, role, since, None))
        if until is not None:
            found.append(_role(census, life, business, role, since, until))
    return sorted(found, key=lambda item: (item.day, item.values[_ROLE_AT["operation_code"]]))


def _role(census: Census, life: Life, business: Business, role: str, since: date, until: date | None) -> Item:
    row: list[Any] = [None] * len(ROLE.columns)
    day = until or since
    facts = {
        "source_code": "amr_business",
        "operation_code": "U" if until else "I",
        "certificate_type_code": life.person.certificate_kind,
        "certificate_no": life.person.certificate_no,
        "person_name": life.person.name,
        "event_at": months.local_text(day, _EIGHT, census.profile.zone),
        "uscc_no": business.uscc,
        "role_code": role,
        "role_start_date": since.isoformat(),
        "role_end_date": until.isoformat() if until else None,
    }
    for name, value in facts.items():
        row[_ROLE_AT[name]] = value
    return Item(months.of(day), day, _EIGHT, row, uscc=business.uscc)
