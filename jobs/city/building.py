"""Building sites of the city's contractors, and who worked on which of them in which months."""

from dataclasses import dataclass
from datetime import date

from jobs.city import addresses, months, trades
from jobs.city.chance import Stream
from jobs.city.employers import Business
from jobs.city.lives import Life
from jobs.city.people import Census

WORK = (
    *("CARPENTER", "REBAR", "CONCRETE", "MASON", "SCAFFOLDER", "ELECTRICIAN", "WELDER", "PLUMBER", "PLASTERER"),
    *("PAINTER", "WATERPROOFER", "CRANE", "MACHINE", "LABOURER", "LABOURER", "LABOURER"),
)
SITES = 4
"""Sites of a contractor."""

PEAKS = (14, 6, 22, 25, 25, 26, 24, 24, 26, 27, 26, 22)
"""Days usually worked from January to December: little about the Spring Festival, most before and after the heat."""


@dataclass(frozen=True, slots=True)
class Site:
    """A building site and its main contractor; `pays_apart` where wages go through the site's special account."""

    number: str
    name: str
    contractor: Business
    pays_apart: bool


@dataclass(frozen=True, slots=True)
class Month:
    """A worker's month on a site: the day of coming to it, days attended by the middle and by the end of the month."""

    site: Site
    worker_no: str
    entered_on: date
    month: int
    days_by_middle: int
    days: int


@dataclass(frozen=True, slots=True)
class Leaving:
    """That a worker left a site, told in the month in which the next site begins; mostly nobody tells."""

    last: Month
    left_on: date
    told_on: date


@dataclass(frozen=True, slots=True)
class Labour:
    """A worker's trade, team and months, and the leavings that were told."""

    work: str
    team: str
    months: tuple[Month, ...]
    leavings: tuple[Leaving, ...]


def site(census: Census, contractor: Business, number: int) -> Site:
    """Make one of a contractor's sites."""
    stream = census.stream("site", f"{contractor.number}:{number}")
    place = addresses.draw(stream, contractor.number * SITES + number)
    kind = stream.pick(("住宅", "厂房", "学校", "商业综合体", "轨道交通配套"))
    return Site(
        number=f"XM{place.district}{contractor.number * SITES + number:06d}",
        name=f"{addresses.DISTRICTS[place.district]}{place.road}路{place.lane}号{kind}项目",
        contractor=contractor,
        pays_apart=stream.chance(0.85),
    )


def labour(census: Census, life: Life) -> Labour | None:
    """Return where a construction worker built; None for everybody else."""
    trade = trades.of(census, life, "site_worker")
    if trade is None:
        return None
    stream = census.stream("building", life.person.index)
    work, team = stream.pick(WORK), f"第{stream.between(1, 12)}班组"
    found: list[Month] = []
    leavings: list[Leaving] = []
    current: tuple[Site, date] | None = None
    for month in trade.months:
        moves, tells, told = stream.chance(0.12), stream.chance(0.3), stream.between(1, 5)
        entered, slack = months.on(month, stream.between(1, 10)), stream.between(-3, 2)
        chosen = _chosen(census, life, stream)
        if chosen is None:
            return None
        if current is None or (moves and chosen.number != current[0].number):
            if found and tells:
                leavings.append(Leaving(found[-1], months.last(found[-1].month), months.on(month, told)))
            current = chosen, entered
        place, since = current
        usual = max(1, PEAKS[month % 12] + slack)
        free = months.length(month) - (since.day - 1 if months.of(since) == month else 0)
        days = min(usual, free)
        by_middle = min(max(0, 15 - (months.length(month) - free)), days // 2)
        worker_no = f"G{place.number[-6:]}{life.person.index:08d}"
        found.append(Month(place, worker_no, since, month, by_middle, days))
    return Labour(work, team, tuple(found), tuple(leavings))


def _chosen(census: Census, life: Life, stream: Stream) -> Site | None:
    number = stream.below(SITES)
    contractor = trades.firm(census, life, "E", stream)
    return site(census, contractor, number) if contractor else None
