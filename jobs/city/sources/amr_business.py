"""Rows of the market-supervision office: businesses of the city's people, their employers, and who stands for them."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from jobs.city import employers, months
from jobs.city.chance import Stream
from jobs.city.employers import Business
from jobs.city.layout import Fact, Flaws, Layout, item, layout
from jobs.city.lives import Life
from jobs.city.meaning import Meaning
from jobs.city.people import Census
from jobs.city.records import Item


def _earlier(text: str, stream: Stream) -> str:
    return (date.fromisoformat(text) - timedelta(days=stream.between(1, 60))).isoformat()


BUSINESS = layout(
    "amr_business",
    prefix="AMR",
    flaws=Flaws(
        codes=(("status_code", "歇业"), ("entity_kind_code", "代表处")),
        dates=("established_date", "status_date"),
        placeholders=(("status_date", "1900-01-01", False), ("established_date", "1900-01-01", False)),
        future=("established_date",),
        keys=("uscc_no",),
        uscc="uscc_no",
        restated=("registered_address_text", lambda text, stream: f"{text}{stream.between(101, 999)}室"),
    ),
)
ROLE = layout(
    "amr_business",
    "role",
    prefix="AMRR",
    flaws=Flaws(
        codes=(("role_code", "股东"),),
        dates=("role_start_date",),
        placeholders=(("role_end_date", "9999-12-31", False),),
        order=(("role_start_date", "role_end_date"),),
        keys=("uscc_no",),
        restated=("role_start_date", _earlier),
    ),
)
LAYOUTS = (BUSINESS, ROLE)
_STATES = {"ALIVE": "存续", "REVOKED": "吊销", "CANCELLED": "注销"}
MEANT = {
    BUSINESS: Meaning(
        texts=("uscc_no", "entity_kind_code", "industry_code", "district_code"),
        days=("established_date", "status_date"),
        codes={"status_code": _STATES},
    ),
    ROLE: Meaning(texts=("uscc_no", "role_code"), days=("role_start_date", "role_end_date")),
}
_EIGHT = 8 * 3600


def _entity(census: Census, business: Business, operation: str, day: date, state: str, is_label: bool) -> Item:
    return item(
        BUSINESS,
        day,
        _EIGHT,
        census.profile.zone,
        operation,
        uscc=business.uscc,
        uscc_no=business.uscc,
        registration_no=business.registration_no,
        entity_name=business.name,
        entity_kind_code=business.kind,
        established_date=business.established_on.isoformat(),
        status_code=_STATES[state] if is_label else state,
        status_date=day.isoformat(),
        industry_code=business.industry_code,
        industry_text=business.industry,
        registered_address_text=business.address,
        district_code=business.district,
    )


def shared(census: Census, quarter: int) -> Iterable[tuple[Layout, list[Item]]]:
    """Return the rows of the employers registered with a quarter of the city."""
    return [(BUSINESS, _employers(census, quarter))]


def records(census: Census, life: Life) -> Iterable[tuple[Layout, list[Item]]]:
    """Return the rows of a person's own businesses, and of what the person stands for."""
    return [(BUSINESS, _shops(census, life)), (ROLE, _roles(census, life))]


def facts(census: Census, life: Life) -> Iterator[Fact]:
    """Yield the roles."""
    for firm, role, since, until in roles(census, life):
        yield Fact("BUSINESS_ROLE", since, until, role, firm.uscc)


def _employers(census: Census, quarter: int) -> list[Item]:
    found = []
    for number in employers.of_quarter(quarter):
        business = employers.employer(census, number)
        is_label = census.stream("entity", number).chance(0.3)
        found.append(_entity(census, business, "I", business.established_on, "ALIVE", is_label))
    return found


def _shops(census: Census, life: Life) -> list[Item]:
    """Opened, and closed if they were."""
    found = []
    for shop in life.work.shops:
        is_label = census.stream("entity", f"shop:{shop.business.number}").chance(0.3)
        found.append(_entity(census, shop.business, "I", shop.opened_on, "ALIVE", is_label))
        if shop.closed_on is not None:
            found.append(_entity(census, shop.business, "U", shop.closed_on, shop.closed_as, is_label))
    return sorted(found, key=lambda row: (row.day, row.values[BUSINESS.places["operation_code"]]))


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


def _roles(census: Census, life: Life) -> list[Item]:
    """Begun, and ended if they were."""
    found = []
    for business, role, since, until in roles(census, life):
        found.append(_role(census, life, business, role, since, None))
        if until is not None:
            found.append(_role(census, life, business, role, since, until))
    return sorted(found, key=lambda row: (row.day, row.values[ROLE.places["operation_code"]]))


def _role(census: Census, life: Life, business: Business, role: str, since: date, until: date | None) -> Item:
    return item(
        ROLE,
        until or since,
        _EIGHT,
        census.profile.zone,
        "U" if until else "I",
        life.person,
        business.uscc,
        uscc_no=business.uscc,
        role_code=role,
        role_start_date=since.isoformat(),
        role_end_date=until.isoformat() if until else None,
    )
