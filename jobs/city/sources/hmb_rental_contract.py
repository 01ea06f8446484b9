"""Records of the housing bureau: filed rental contracts, their half-yearly states and ends; projects they belong to."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any

from jobs.city import addresses, months, numbers
from jobs.city.home import Lease
from jobs.city.layout import Fact, Flaws, Layout, item, layout
from jobs.city.lives import Life
from jobs.city.meaning import Meaning
from jobs.city.people import Census
from jobs.city.records import Item

LAYOUT = layout(
    "hmb_rental_contract",
    prefix="HMB",
    flaws=Flaws(
        codes=(("program_code", "长租"), ("status_code", "冻结"), ("lessor_kind_code", "X1")),
        dates=("allotted_date", "lease_start_date", "lease_end_date"),
        placeholders=(("terminated_date", "9999-12-31", False), ("lease_start_date", "1900-01-01", True)),
        order=(("lease_start_date", "lease_end_date"),),
        amounts=("monthly_rent_cny", "deposit_cny"),
        keys=("filing_no",),
        restated=("monthly_rent_cny", lambda text, stream: f"{int(text[:-3]) + 50 * stream.between(1, 9)}.00"),
        strange=("filing_no", lambda number: f"ZX{number[2:]}"),
        deletes=True,
    ),
)
PROJECT = layout(
    "hmb_rental_contract",
    "project",
    prefix="HMBP",
    flaws=Flaws(
        codes=(("stage_code", "烂尾"), ("district_code", "999999")),
        keys=("project_no", "stage_code"),
        uscc="developer_uscc_no",
        restated=("project_name", lambda name, stream: f"{name}{stream.between(2, 9)}期"),
        strange=("project_no", lambda number: f"BX{number[2:]}"),
        deletes=True,
    ),
)
LAYOUTS = (LAYOUT, PROJECT)
_AT = LAYOUT.places
_ESTATES = ("安居", "馨居", "城投", "人才", "新城", "滨江")
_PROGRAMS = {"MARKET": "市场化", "AFFORDABLE": "保租房", "PUBLIC": "公租房"}
_STATES = {"ACTIVE": "履行中", "EXPIRED": "已到期", "TERMINATED": "已解约"}
MEANT = {
    LAYOUT: Meaning(
        texts=("filing_no", "district_code"),
        days=("lease_start_date", "lease_end_date", "terminated_date"),
        counts=("rent_due_count", "rent_on_time_count"),
        codes={"program_code": _PROGRAMS, "status_code": _STATES},
    )
}


def filing_no(life: Life, lease: Lease) -> str:
    """Return the number under which a contract is filed."""
    return f"ZL{lease.dwelling.district}{lease.since:%Y%m}{life.person.index:08d}{lease.number:02d}"


def records(census: Census, life: Life) -> Iterable[tuple[Layout, list[Item]]]:
    """Return the person's rental records, from the first month of our history on."""
    return [(LAYOUT, _items(census, life))]


def shared(census: Census, quarter: int) -> Iterable[tuple[Layout, list[Item]]]:
    """Return the projects of the whole city, with its first quarter: leases of any person refer to them."""
    return [(PROJECT, _projects(census))] if quarter == 0 else []


def facts(_: Census, life: Life) -> Iterator[Fact]:
    """Yield the leases."""
    for lease in life.home.leases:
        yield Fact("LEASE", lease.since, lease.terminated_on or lease.term_end, filing_no(life, lease))


def _items(census: Census, life: Life) -> list[Item]:
    stream = census.stream("rental", life.person.index)
    rates = dict(census.profile.rates)
    found: list[Item] = []
    last = months.last(life.until)
    start = months.on(months.month(census.profile.first_month), 1)
    for lease in life.home.leases:
        address = addresses.text(lease.dwelling, stream, rates, 1.0)
        is_label = stream.chance(0.25)
        end = lease.terminated_on or lease.term_end
        states = [(lease.since, "ACTIVE")]
        states += [(months.later(lease.since, 6), "ACTIVE")]
        states += [(end, "TERMINATED" if lease.terminated_on else "EXPIRED")]
        on_time, is_new = 0, True
        base = _base(life, lease, address)
        for day, state in states:
            due = max(0, (months.of(day) - months.of(lease.since)))
            kept = sum(stream.chance(lease.on_time) for _ in range(due - base[_AT["rent_due_count"]]))
            on_time += kept
            if day > last or (day >= end and state == "ACTIVE" and not is_new):
                continue
            base[_AT["rent_due_count"]], base[_AT["rent_on_time_count"]] = due, on_time
            if day < start and months.of(end) < months.of(start):
                continue
            second = stream.between(9 * 3600, 17 * 3600)
            row = list(base)
            row[_AT["operation_code"]] = "I" if is_new else "U"
            row[_AT["event_at"]] = months.local_text(day, second, census.profile.zone)
            row[_AT["status_code"]] = _STATES[state] if is_label else state
            row[_AT["program_code"]] = _PROGRAMS[lease.program] if is_label else lease.program
            if state == "TERMINATED":
                row[_AT["terminated_date"]] = end.isoformat()
            found.append(Item(months.of(day), day, second, row))
            is_new = False
    return found


def _base(life: Life, lease: Lease, address: str) -> list[Any]:
    row: list[Any] = [None] * len(LAYOUT.columns)
    is_affordable = lease.program != "MARKET"
    lessor = numbers.credit_code("91", lease.dwelling.district, "MC" + numbers.base31(int(lease.dwelling.room), 6))
    facts = {
        "source_code": "hmb_rental_contract",
        "certificate_type_code": life.person.certificate_kind,
        "certificate_no": life.person.certificate_no,
        "person_name": life.person.name,
        "filing_no": filing_no(life, lease),
        "dwelling_no": lease.dwelling.dwelling_no,
        "address_text": address,
        "district_code": lease.dwelling.district,
        "lessor_kind_code": "INSTITUTION" if lease.is_institution else "PERSON",
        "lessor_uscc_no": lessor if lease.is_institution else None,
        "project_no": _project_no(lease.dwelling.district, lease.dwelling.lane) if is_affordable else None,
        "allotted_date": _before(lease.since).isoformat() if is_affordable else None,
        "lease_start_date": lease.since.isoformat(),
        "lease_end_date": lease.term_end.isoformat(),
        "monthly_rent_cny": f"{lease.rent}.00",
        "deposit_cny": f"{lease.rent * 2 if lease.rent % 100 else lease.rent}.00",
        "is_deposit_paid": True,
        "rent_due_count": 0,
        "rent_on_time_count": 0,
    }
    for name, value in facts.items():
        row[_AT[name]] = value
    return row


def _before(day: date) -> date:
    return day - timedelta(days=12)


PROJECTS = 40
"""Affordable and public projects in a district."""

AHEAD = 60
"""Months after the first delivered event for which projects are counted; counts still to come wait."""

_STAGES = {"LETTING": "招租中", "OPERATING": "已运营"}


def _project_no(district: str, number: int) -> str:
    return f"BZ{district}{number % PROJECTS:03d}"


def _projects(census: Census) -> list[Item]:
    found = [row for district in addresses.DISTRICTS for n in range(PROJECTS) for row in _project(census, district, n)]
    return sorted(found, key=lambda row: (row.day, row.second))


def _project(census: Census, district: str, number: int) -> Iterator[Item]:
    """Yield a project as it was opened, and again each January with the dwellings let by then."""
    stream = census.stream("project", f"{district}:{number}")
    units, share = stream.between(8, 120) * 10, 0.1 + 0.3 * stream.draw()
    opened = months.on(census.since - 1 - stream.below(60), stream.between(1, 28))
    developer = numbers.credit_code("91", district, "MD" + numbers.base31(int(district) * PROJECTS + number, 6))
    name = f"{addresses.DISTRICTS[district]}{stream.pick(_ESTATES)}{number + 1}号保障性租赁住房项目"
    is_label = stream.chance(0.5)
    januaries = [date(year, 1, stream.between(8, 28)) for year in range(opened.year + 1, (census.since + AHEAD) // 12)]
    for day in (opened, *(day for day in januaries if months.of(day) >= census.since)):
        stage = "LETTING" if share < 0.6 else "OPERATING"
        second = stream.between(9 * 3600, 16 * 3600)
        yield item(
            PROJECT,
            day,
            second,
            census.profile.zone,
            "I" if day == opened else "U",
            uscc=developer,
            project_no=_project_no(district, number),
            project_name=name,
            developer_uscc_no=developer,
            district_code=district,
            unit_count=units,
            occupied_count=min(units, int(units * share)),
            stage_code=_STAGES[stage] if is_label else stage,
        )
        share += (1 - share) * (0.2 + 0.4 * stream.draw())
