"""Records of ride-hailing platforms: a driver's month on a platform, stated to date every week."""

from collections.abc import Iterable, Iterator
from datetime import date

from jobs.city import gig, months, trades
from jobs.city.layout import Fact, Flaws, Layout, item, layout
from jobs.city.lives import Life
from jobs.city.meaning import Meaning
from jobs.city.people import Census
from jobs.city.records import Item

LAYOUT = layout(
    "assn_ride_hailing",
    prefix="WYC",
    flaws=Flaws(
        dates=("work_month", "permit_valid_to_date"),
        placeholders=(("permit_valid_to_date", "1900-01-01", False),),
        keys=("driver_permit_no", "platform_code"),
        restated=("violation_count", lambda count, stream: count + stream.between(1, 3)),
        strange=("driver_permit_no", lambda number: f"X{number}"),
        deletes=True,
    ),
)
LAYOUTS = (LAYOUT,)
_WEEKS = (7, 14, 21, 31)
MEANT = {
    LAYOUT: Meaning(
        texts=("driver_permit_no", "platform_code"),
        days=("permit_valid_to_date",),
        months=("work_month",),
        counts=("order_count",),
    )
}


def permit(census: Census, life: Life, found: gig.Gig) -> tuple[str, date, date]:
    """Return the driver's permit with its first and last day: six years, from before the first order on."""
    since = found.accounts[0].opened_on
    granted = months.on(months.of(since) - census.stream("driver permit", life.person.index).between(1, 48), since.day)
    return f"RZ{20_000_000 + life.person.index * 3:09d}", granted, months.later(granted, 72)


def records(census: Census, life: Life) -> Iterable[tuple[Layout, list[Item]]]:
    """Return a driver's months, week by week."""
    found = gig.gig(census, life, "driver")
    return [(LAYOUT, _items(census, life, found))] if found else []


def identifiers(census: Census, life: Life) -> Iterator[tuple[str, str, date | None, date | None, bool]]:
    """Yield the permit and the accounts."""
    found = gig.gig(census, life, "driver")
    if found:
        yield "DRIVER_PERMIT", *permit(census, life, found), True
        for account in found.accounts:
            yield "PLATFORM_WORKER", account.number, account.opened_on, None, True


def facts(census: Census, life: Life) -> Iterator[Fact]:
    """Yield the permit, and the months with orders."""
    found = gig.gig(census, life, "driver")
    if found:
        yield Fact("DRIVER_PERMIT", *permit(census, life, found)[1:])
        for done in found.work:
            yield Fact("GIG_MONTH", months.on(done.month, 1), months.last(done.month), str(done.orders))


def _items(census: Census, life: Life, found: gig.Gig) -> list[Item]:
    stream = census.stream("driver records", life.person.index)
    number, _, ends = permit(census, life, found)
    is_leased = stream.chance(0.5)
    # a leased vehicle's permit is its owner's: several drivers of a firm state the same one
    vehicle = f"CZ{life.person.index // 40:07d}" if is_leased else f"CZ{5_000_000 + life.person.index:07d}"
    items = []
    for done in found.work:
        violations, second = stream.below(3) if stream.chance(0.1) else 0, stream.between(20 * 3600, 23 * 3600)
        account, is_first = found.accounts[done.account], True
        has_number, agrees = trades.known(census, life, "driver", account.number)
        for week in _WEEKS:
            day = months.on(done.month, week)
            orders, active = done.until(day.day)
            if not orders or done.month < census.since:
                continue
            items.append(
                item(
                    LAYOUT,
                    day,
                    second,
                    census.profile.zone,
                    "I" if is_first else "U",
                    life.person,
                    has_number=has_number,
                    has_share_consent=agrees,
                    mobile_no=life.phone_in(done.month),
                    driver_permit_no=number,
                    platform_code=account.platform,
                    work_month=months.text(done.month),
                    permit_valid_to_date=ends.isoformat(),
                    vehicle_permit_no=vehicle,
                    platform_worker_no=account.number,
                    order_count=orders,
                    active_days=active,
                    violation_count=violations if week == _WEEKS[-1] else 0,
                )
            )
            is_first = False
    return sorted(items, key=lambda made: (made.day, made.second))
