"""Records of the register of building workers: a worker's month on a site, stated to date, and some leavings."""

from collections.abc import Iterable, Iterator
from datetime import date

from jobs.city import building, months, trades
from jobs.city.building import Labour, Month
from jobs.city.chance import Stream
from jobs.city.damage import spoil
from jobs.city.layout import Fact, Flaws, Layout, item, layout
from jobs.city.lives import Life
from jobs.city.meaning import Meaning
from jobs.city.people import Census
from jobs.city.records import Item


def _invented(record: Item, layout: Layout, stream: Stream) -> bool:
    """State more days than the month has."""
    return spoil(record, layout, "attendance_days", stream.between(32, 60), "VALUE_RANGE")


LAYOUT = layout(
    "assn_construction",
    prefix="JG",
    flaws=Flaws(
        codes=(("work_kind_code", "包工头"),),
        dates=("entry_date", "attendance_month"),
        placeholders=(("exit_date", "99991231", False), ("entry_date", "19000101", True)),
        future=("entry_date",),
        order=(("entry_date", "exit_date"),),
        keys=("worker_no", "site_no"),
        restated=("team_name", lambda team, stream: f"{team}（{stream.between(1, 4)}队）"),
        strange=("worker_no", lambda number: f"X{number}"),
        deletes=True,
        is_text_line=True,
        own=(("attendance_invented", _invented),),
    ),
)
LAYOUTS = (LAYOUT,)
_WORK = {
    "CARPENTER": "木工",
    "REBAR": "钢筋工",
    "CONCRETE": "混凝土工",
    "MASON": "瓦工",
    "SCAFFOLDER": "架子工",
    "ELECTRICIAN": "电工",
    "WELDER": "焊工",
    "PLUMBER": "水暖工",
    "PLASTERER": "抹灰工",
    "PAINTER": "油漆工",
    "WATERPROOFER": "防水工",
    "CRANE": "起重工",
    "MACHINE": "挖掘机司机",
    "LABOURER": "普工",
}
MEANT = {
    LAYOUT: Meaning(
        texts=("site_no", "worker_no", "contractor_uscc_no"),
        days=("entry_date", "exit_date"),
        months=("attendance_month",),
        counts=("attendance_days",),
        codes={"work_kind_code": _WORK},
    )
}


def records(census: Census, life: Life) -> Iterable[tuple[Layout, list[Item]]]:
    """Return a building worker's months."""
    found = building.labour(census, life)
    return [(LAYOUT, _items(census, life, found))] if found else []


def identifiers(census: Census, life: Life) -> Iterator[tuple[str, str, date | None, date | None, bool]]:
    """Yield the numbers in the sites' registers."""
    found = building.labour(census, life)
    numbers = {done.worker_no for done in found.months} if found else set()
    yield from (("SITE_WORKER", number, None, None, True) for number in sorted(numbers))


def facts(census: Census, life: Life) -> Iterator[Fact]:
    """Yield the months with attendance."""
    found = building.labour(census, life)
    for done in found.months if found else ():
        first, last = months.on(done.month, 1), months.last(done.month)
        yield Fact("SITE_MONTH", first, last, str(done.days), done.site.contractor.uscc)


def _items(census: Census, life: Life, found: Labour) -> list[Item]:
    stream = census.stream("site records", life.person.index)
    is_label = stream.chance(0.7)
    items = []
    for done in found.months:
        second = stream.between(19 * 3600, 21 * 3600)
        if done.month < census.since:
            continue
        states = [(months.on(done.month, 15), done.days_by_middle), (months.last(done.month), done.days)]
        told = [(day, days) for day, days in states if days]
        for number, (day, days) in enumerate(told):
            items.append(_item(census, life, found, done, day, second, days, "U" if number else "I", is_label))
    for gone in found.leavings:
        if gone.last.month >= census.since:
            made = _item(census, life, found, gone.last, gone.told_on, 8 * 3600, gone.last.days, "U", is_label)
            made.values[LAYOUT.places["exit_date"]] = f"{gone.left_on:%Y%m%d}"
            items.append(made)
    return sorted(items, key=lambda made: (made.day, made.second))


def _item(
    census: Census, life: Life, found: Labour, done: Month, day: date, second: int, days: int, operation: str,
    is_label: bool,
) -> Item:  # fmt: skip
    # one register for the whole city: what it knows of a worker is the same on every site
    has_number, agrees = trades.known(census, life, "site_worker")
    return item(
        LAYOUT,
        day,
        second,
        census.profile.zone,
        operation,
        life.person,
        done.site.contractor.uscc,
        has_number=has_number,
        has_share_consent=agrees,
        mobile_no=life.phone_in(done.month),
        site_no=done.site.number,
        worker_no=done.worker_no,
        attendance_month=months.compact(done.month),
        site_name=done.site.name,
        contractor_uscc_no=done.site.contractor.uscc,
        team_name=found.team,
        work_kind_code=_WORK[found.work] if is_label else found.work,
        entry_date=f"{done.entered_on:%Y%m%d}",
        attendance_days=days,
        is_wage_by_special_account=done.site.pays_apart,
    )
