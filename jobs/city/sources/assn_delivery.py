"""Records of the courier platforms: one a courier, platform and month."""

from collections.abc import Iterable, Iterator
from datetime import date

from jobs.city import gig, months, trades
from jobs.city.chance import Stream
from jobs.city.damage import spoil
from jobs.city.layout import Fact, Flaws, Layout, item, layout
from jobs.city.lives import Life
from jobs.city.meaning import Meaning
from jobs.city.people import Census
from jobs.city.records import Item


def _summed(record: Item, layout: Layout, stream: Stream) -> bool:
    """State the covered orders of all platforms: more than were carried on this one."""
    orders = record.values[layout.places["order_count"]]
    return spoil(record, layout, "covered_order_count", orders + stream.between(1, 400), "VALUE_RANGE")


LAYOUT = layout(
    "assn_delivery",
    prefix="KD",
    flaws=Flaws(
        codes=(("platform_kind_code", "跑腿"),),
        dates=("work_month", "registered_date"),
        placeholders=(("registered_date", "1900-01-01", False),),
        future=("registered_date",),
        ratios=("complaint_ratio",),
        keys=("platform_worker_no",),
        restated=("order_count", lambda count, stream: count + stream.between(1, 30)),
        strange=("platform_worker_no", lambda number: f"X{number}"),
        deletes=True,
        is_once=True,
        own=(("orders_summed", _summed),),
    ),
)
LAYOUTS = (LAYOUT,)
_KINDS = {"EXPRESS": "快递", "FOOD": "外卖", "INSTANT": "即时配送"}
MEANT = {
    LAYOUT: Meaning(
        texts=("platform_code", "platform_worker_no"),
        months=("work_month",),
        counts=("order_count",),
        codes={"platform_kind_code": _KINDS},
    )
}


def records(census: Census, life: Life) -> Iterable[tuple[Layout, list[Item]]]:
    """Return a courier's months."""
    found = gig.gig(census, life, "courier")
    return [(LAYOUT, _items(census, life, found))] if found else []


def identifiers(census: Census, life: Life) -> Iterator[tuple[str, str, date | None, date | None, bool]]:
    """Yield the accounts."""
    found = gig.gig(census, life, "courier")
    for account in found.accounts if found else ():
        yield "PLATFORM_WORKER", account.number, account.opened_on, None, True


def facts(census: Census, life: Life) -> Iterator[Fact]:
    """Yield the months with orders."""
    found = gig.gig(census, life, "courier")
    for done in found.work if found else ():
        yield Fact("GIG_MONTH", months.on(done.month, 1), months.last(done.month), str(done.orders))


def _items(census: Census, life: Life, found: gig.Gig) -> list[Item]:
    stream = census.stream("courier records", life.person.index)
    is_label = stream.chance(0.3)
    items = []
    for done in found.work:
        account, second = found.accounts[done.account], stream.between(18 * 3600, 22 * 3600)
        if done.month < census.since:
            continue
        has_number, agrees = trades.known(census, life, "courier", account.number)
        made = item(
            LAYOUT,
            months.last(done.month),
            second,
            census.profile.zone,
            person=life.person,
            has_number=has_number,
            has_share_consent=agrees,
            mobile_no=life.phone_in(done.month),
            platform_code=account.platform,
            platform_worker_no=account.number,
            work_month=months.text(done.month),
            platform_kind_code=_KINDS[account.kind] if is_label else account.kind,
            registered_date=account.opened_on.isoformat(),
            order_count=done.orders,
            active_days=done.days,
            complaint_ratio=f"{done.complaints / done.orders:.4f}",
            covered_order_count=done.covered,
        )
        made.variant = trades.TWO_JOBS if done.is_second else None
        items.append(made)
    return sorted(items, key=lambda made: (made.day, made.second))
